"""The cache engine: a lock by ``add``, the write under it, and a look whether it is there."""
from __future__ import annotations

import pickle
import random
import secrets
import time
from contextlib import contextmanager
from typing import Any, Iterator, Optional

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured

from ..conf import Settings
from ..stored import EXPIRY, META, meta_of
from .base import Engine, Moved, Stored, Unreadable, from_moved, moved_key, to_moved

# Classes whose `add` is atomic for all processes. Django's file and database caches look and then set.
_ATOMIC = (
    "django.core.cache.backends.redis.RedisCache",
    "django.core.cache.backends.memcached.BaseMemcachedCache",
    "django_redis.cache.RedisCache",
)
_LOCAL = "django.core.cache.backends.locmem.LocMemCache"
# Must outlast what is done under the lock, else two would hold it; in seconds.
_LOCK_TTL = 10
_LOCK_WAIT = 5
_MISSING = object()
# What pickle raises for torn bytes, and for a class that a deploy has renamed.
_UNPICKLING = (pickle.UnpicklingError, AttributeError, ImportError, EOFError, IndexError, KeyError, TypeError, ValueError)


def is_local_cache() -> bool:
    """Whether every process has a session cache of its own."""
    return _LOCAL in _names_of(caches[settings.SESSION_CACHE_ALIAS])


def ignores_exceptions() -> bool:
    """Whether the cache, as django-redis can, tells nothing where it cannot be reached."""
    options = settings.CACHES[settings.SESSION_CACHE_ALIAS].get("OPTIONS", {})
    return bool(options.get("IGNORE_EXCEPTIONS", getattr(settings, "DJANGO_REDIS_IGNORE_EXCEPTIONS", False)))


def _names_of(cache: Any) -> list[str]:
    return [f"{base.__module__}.{base.__qualname__}" for base in type(cache).__mro__]


def pickled(value: Any) -> Optional[bytes]:
    """Returns a value as caches store it; None if they cannot."""
    try:
        return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    except Exception:  # Whatever the value's own class raises.
        return None


class CacheFault(Exception):
    """The cache dropped what it was given."""


class CacheEngine(Engine):
    """Sessions in a cache, above all Redis. What the cache evicts is gone."""

    def check(self, conf: Settings) -> None:
        names = _names_of(self.cache)
        if not any(name in names for name in (*_ATOMIC, _LOCAL, *conf.ATOMIC_CACHES)):
            raise ImproperlyConfigured(
                f"The cache {names[0]} of SESSION_CACHE_ALIAS has no atomic add(), so two writers of one session could both "
                "hold its lock. Use Redis or Memcached, or name the class in SOJOURN['ATOMIC_CACHES'] if its add() is atomic."
            )

    @property
    def cache(self) -> Any:
        return caches[settings.SESSION_CACHE_ALIAS]

    def read(self, key: str) -> Optional[Stored]:
        # Not by the store's load(), which takes a cache that is down for an empty session.
        try:
            data = self.cache.get(self._name(key), _MISSING)
        except _UNPICKLING as error:
            raise Unreadable from error
        if data is _MISSING or data is None:
            return None
        if not isinstance(data, dict):
            raise Unreadable
        expires_at = self._noted_end(data) or time.time() + self.store_of(key, data).get_expiry_age()
        # Dumped, as a hook may change a value in place, and Python calls 1 and True equal.
        return Stored(key, data, pickled(data), max(expires_at, time.time() + 1))

    def create(self, data: dict[str, Any]) -> str:
        try:
            key = self.save_new(self.note_end(data), attempts=10)
        except CreateError:
            raise CacheFault("add() stores nothing") from None
        self._look(key, data)
        return key

    def replace(self, stored: Stored, data: dict[str, Any]) -> Optional[str]:
        with self._locked(stored.key) as is_mine:
            if not self._is_still(stored) or not is_mine():
                return None
            self._set(stored.key, data)
        return stored.key

    def rotate(self, stored: Stored, data: dict[str, Any], by: Optional[str]) -> Optional[str]:
        with self._locked(stored.key) as is_mine:
            if not self._is_still(stored) or not is_mine():
                return None
            # The new entry first: what breaks off in between leaves two sessions and loses none.
            key = self.create(data)
            self.leave_moved(stored.key, Moved(key, by))
            self.cache.delete(self._name(stored.key))
        return key

    def remove(self, stored: Stored) -> bool:
        with self._locked(stored.key) as is_mine:
            if not self._is_still(stored) or not is_mine():
                return False
            self.leave_moved(stored.key, Moved())
            self.cache.delete(self._name(stored.key))
        return True

    def leave_moved(self, key: str, moved: Moved) -> None:
        self.cache.set(self._name(moved_key(key)), from_moved(moved), self.grace_seconds)

    def read_moved(self, key: str) -> Optional[Moved]:
        return to_moved(self.cache.get(self._name(moved_key(key))))

    def _name(self, key: str) -> str:
        return f"{self.store_class.cache_key_prefix}{key}"  # type: ignore[attr-defined]

    def note_end(self, data: dict[str, Any]) -> dict[str, Any]:
        """Notes in the data when they will be over, by the expiry of this save: a cache does not tell what is left of an entry."""
        end = time.time() + self.store_of(None, data).get_expiry_age()
        data[META] = {**meta_of(data), "expires": end, "expiry": data.get(EXPIRY)}
        return data

    def _noted_end(self, data: dict[str, Any]) -> Optional[float]:
        """When the data are over; None if they were saved with another expiry since that was noted, by code that notes nothing."""
        meta = meta_of(data)
        return meta.get("expires") if meta.get("expiry") == data.get(EXPIRY) else None

    def _set(self, key: str, data: dict[str, Any]) -> None:
        age = self.store_of(key, data).get_expiry_age()
        self.cache.set(self._name(key), self.note_end(data), age)
        # What ends at once is not there any more.
        if age > 0:
            self._look(key, data)

    def _is_still(self, stored: Stored) -> bool:
        now = self.cache.get(self._name(stored.key), _MISSING)
        return now is not _MISSING and pickled(now) == stored.raw

    def _look(self, key: str, data: dict[str, Any]) -> None:
        """A cache may drop a write and say nothing."""
        if meta_of(self.cache.get(self._name(key)) or {}).get("mark") != meta_of(data).get("mark"):
            raise CacheFault("set() stored nothing")

    @contextmanager
    def _locked(self, key: str) -> Iterator[Any]:
        """Holds the lock of a session; gives a function that says whether there is still time to write under it."""
        name, token = f"{self._name(key)}.lock", secrets.token_urlsafe(16)
        give_up = time.monotonic() + _LOCK_WAIT
        while not self.cache.add(name, token, _LOCK_TTL):
            if time.monotonic() > give_up:
                raise CacheFault("the lock is not released")
            time.sleep(random.uniform(0.001, 0.01))
        since = time.monotonic()
        try:
            yield lambda: time.monotonic() - since < _LOCK_TTL / 2
        finally:
            # Only one's own: after the time is over it may be somebody else's.
            if self.cache.get(name) == token:
                self.cache.delete(name)
