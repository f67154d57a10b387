"""What the merging engines have in common."""
from __future__ import annotations

import copy
from typing import Any, Callable, Mapping, Optional

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import UpdateError

from ..conf import get_settings
from ..engines.choice import engine_for
from ..engines.base import Engine, Stored
from ..retry import retry
from ..stored import META, for_new_key


class Contended(Exception):
    """Others wrote the session again and again, so this write could not be stored."""


class MergingStore:
    """Comes before one of Django's session stores.

    Django saves the whole dict that a request loaded, and with it undoes what others stored since. This one applies key
    by key what the request itself changed, under compare-and-set. Of two that write the same key the later one stands.
    """

    _is_cleared = False

    @property
    def seen(self) -> dict[str, Any]:
        """The session as it was loaded."""
        return self.__dict__.setdefault("_sojourn_seen", {})

    def remember(self) -> None:
        """Takes what is in memory for what is stored."""
        self.__dict__["_sojourn_seen"] = copy.deepcopy(self._session_cache)  # type: ignore[attr-defined]
        self._is_cleared = False

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = super().load()  # type: ignore[misc]
        self.__dict__["_sojourn_seen"] = copy.deepcopy(data)
        return data

    def clear(self) -> None:
        super().clear()  # type: ignore[misc]
        self._is_cleared = True

    def flush(self) -> None:
        super().flush()  # type: ignore[misc]
        self.remember()

    def save(self, must_create: bool = False) -> None:
        if must_create or self.session_key is None:  # type: ignore[attr-defined]
            super().save(must_create)  # type: ignore[misc]
            self.remember()
        else:
            self._merge(lambda engine, stored, data: engine.replace(stored, data))

    def cycle_key(self) -> None:
        _ = self._session  # type: ignore[attr-defined]
        try:
            if self.session_key is not None:  # type: ignore[attr-defined]
                self._merge(lambda engine, stored, data: engine.rotate(stored, for_new_key(stored.key, data), None))
                self.modified = True
                return
        except UpdateError:
            pass  # It is gone, so there is nothing to merge with: as Django does.
        super().cycle_key()  # type: ignore[misc]

    def _merge(self, write: Callable[[Engine, Stored, dict[str, Any]], Optional[str]]) -> None:
        engine = engine_for(type(self), get_settings())  # type: ignore[type-var]
        mine: dict[str, Any] = self._session  # type: ignore[attr-defined]

        def attempt() -> Optional[tuple[str, dict[str, Any]]]:
            stored = engine.read(self.session_key)  # type: ignore[attr-defined]
            if stored is None:
                raise UpdateError
            data = merge(self.seen, mine, stored.data, self._is_cleared)
            key = write(engine, stored, data)
            return None if key is None else (key, data)

        written = retry(attempt)
        if written is None:
            raise Contended("The session could not be saved: too many others wrote it at once.")
        self._session_key, self._session_cache = written
        self.remember()

    # The async methods of Django 5.1 go the same way.

    async def aload(self) -> dict[str, Any]:
        return await sync_to_async(self.load)()

    async def asave(self, must_create: bool = False) -> None:
        await sync_to_async(self.save)(must_create)

    async def acycle_key(self) -> None:
        await sync_to_async(self.cycle_key)()

    async def aflush(self) -> None:
        await sync_to_async(self.flush)()


def merge(seen: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any], is_cleared: bool = False) -> dict[str, Any]:
    """What is stored now, with what one request changed of what it had seen. The records of clients stay."""
    result = {key: value for key, value in theirs.items() if not is_cleared or key == META}
    for key in seen:
        if key not in mine and key != META:
            result.pop(key, None)
    for key, value in mine.items():
        is_new = key not in seen or not _is_same(value, seen[key])
        if (is_new or is_cleared) and not (key == META and META in theirs):
            result[key] = value
    return result


def _is_same(one: Any, other: Any) -> bool:
    """By what they print: 1, 1.0 and True are equal in Python and not in JSON."""
    return one is other or repr(one) == repr(other)
