"""The file engine: ``flock`` on a side file, since a save replaces the session's own."""
from __future__ import annotations

import os
import re
import time
import zlib
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any, Iterator, Optional

from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.core.exceptions import ImproperlyConfigured

from ..conf import Settings
from ..stored import meta_of
from .base import Engine, Moved, Stored, Unreadable, decode, from_moved, moved_key, to_moved

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_STRIPES = 64


class FileFault(Exception):
    """The disk did not take what it was given."""


class FileEngine(Engine):
    """Sessions in files of one local POSIX file system."""

    def check(self, conf: Settings) -> None:
        if fcntl is None:
            raise ImproperlyConfigured("The file engine needs flock, which this system does not have.")

    def is_key(self, key: str) -> bool:
        return re.fullmatch(r"[a-z0-9]{8,40}", key) is not None

    def read(self, key: str) -> Optional[Stored]:
        return self._read(self._path(key), key)

    def create(self, data: dict[str, Any]) -> str:
        key = self.save_new(data)
        self._look(key, data)
        return key

    def replace(self, stored: Stored, data: dict[str, Any]) -> Optional[str]:
        with self._locked(stored.key):
            if not self._is_still(stored):
                return None
            try:
                self.store_of(stored.key, data).save()
            except UpdateError:
                return None
            self._look(stored.key, data)
        return stored.key

    def rotate(self, stored: Stored, data: dict[str, Any], by: Optional[str]) -> Optional[str]:
        with self._locked(stored.key):
            if not self._is_still(stored):
                return None
            key = self.create(data)
            self.leave_moved(stored.key, Moved(key, by))
            self.store_class(stored.key).delete()
        return key

    def remove(self, stored: Stored) -> bool:
        with self._locked(stored.key):
            if not self._is_still(stored):
                return False
            self.leave_moved(stored.key, Moved())
            self.store_class(stored.key).delete()
        return True

    def leave_moved(self, key: str, moved: Moved) -> None:
        store = self.store_of(moved_key(key), {**from_moved(moved), "_session_expiry": self.grace_seconds})
        try:
            store.save(must_create=True)
        except CreateError:
            store.save()

    def read_moved(self, key: str) -> Optional[Moved]:
        stored = self.read(moved_key(key))
        return to_moved(stored.data) if stored else None

    def _path(self, key: str) -> str:
        return str(self.store_class(key)._key_to_file())  # type: ignore[attr-defined]

    def _read(self, path: str, key: str) -> Optional[Stored]:
        try:
            with open(path, encoding="ascii") as file:
                raw = file.read()
                modified = os.fstat(file.fileno()).st_mtime
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise Unreadable from error
        # Empty: between a save's reservation of the name and its content.
        data, is_damaged = decode(self.store_class(), raw) if raw else ({}, False)
        # Django's own file engine never ends a session by its seconds: it asks for their number, which stays. Here they count.
        saved = datetime.fromtimestamp(modified, timezone.utc)
        expires_at = self.store_of(key, data).get_expiry_date(modification=saved).timestamp()
        return Stored(key, data, raw, expires_at, is_damaged) if expires_at > time.time() else None

    def _is_still(self, stored: Stored) -> bool:
        now = self.read(stored.key)
        return now is not None and now.raw == stored.raw

    def _look(self, key: str, data: dict[str, Any]) -> None:
        """Django says nothing where a disk is full."""
        stored = self.read(key)
        if stored is None or meta_of(stored.data).get("mark") != meta_of(data).get("mark"):
            raise FileFault("save() stored nothing")

    @contextmanager
    def _locked(self, key: str) -> Iterator[None]:
        stripe = zlib.crc32(key.encode()) % _STRIPES
        # Not named like a session, so that clearsessions leaves it; the folder may be one that other users share.
        path = os.path.join(os.path.dirname(self._path(key)), f".sojourn-{os.getuid()}-{stripe}.lock")
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
