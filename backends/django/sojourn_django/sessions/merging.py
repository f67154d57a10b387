"""What the merging engines have in common."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted

from ..conf import get_settings
from ..engines.choice import engine_for
from ..engines.base import Engine, Stored
from ..retry import retry
from ..stored import META, for_new_key


class Contended(SessionInterrupted):
    """Others wrote the session again and again, so this write could not be stored. To a view it is a 400, as for Django's engines."""


class MergingStore:
    """Comes before one of Django's session stores.

    Django saves the whole dict that a request loaded, and with it undoes what others stored since. This one applies key
    by key what the request itself changed, under compare-and-set. Of two that write the same key the later one stands.
    """

    _is_cleared = False

    def dump(self, value: Any) -> Optional[bytes]:
        """Returns what is stored of a value, by which two are compared; None if it cannot be stored."""
        try:
            return bytes(self.serializer().dumps({"": value}))  # type: ignore[attr-defined]
        except Exception:  # Whatever a serializer raises. Saving raises it again, where it is of use.
            return None

    @property
    def seen(self) -> dict[Any, Optional[bytes]]:
        """The session as it was loaded, dumped: views change values in place."""
        return self.__dict__.setdefault("_sojourn_seen", {})

    def remember(self) -> None:
        """Takes what is in memory for what is stored."""
        self._see(self._session_cache)  # type: ignore[attr-defined]
        self._is_cleared = False

    def _see(self, data: Mapping[Any, Any]) -> None:
        self.__dict__["_sojourn_seen"] = {key: self.dump(value) for key, value in data.items()}

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = super().load()  # type: ignore[misc]
        self._see(data)
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
        changes = find_changes(self.seen, self._session, self.dump, self._is_cleared)  # type: ignore[attr-defined]

        def attempt() -> Optional[tuple[str, dict[str, Any]]]:
            stored = engine.read(self.session_key)  # type: ignore[attr-defined]
            if stored is None:
                raise UpdateError
            data = changes.apply(stored.data)
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


@dataclass(frozen=True)
class Changes:
    """What one request changed of the session that it had loaded."""

    changed: Mapping[Any, Any]
    gone: frozenset[Any]
    #: Whether it cleared the session, so that keys go that it has never seen.
    is_cleared: bool

    def apply(self, theirs: Mapping[Any, Any]) -> dict[Any, Any]:
        """Returns the session as it is stored now, with the changes. The records of clients stay."""
        kept = {key: value for key, value in theirs.items() if key == META or not (self.is_cleared or key in self.gone)}
        mine = {key: value for key, value in self.changed.items() if key != META or META not in theirs}
        return {**kept, **mine}


def find_changes(seen: Mapping[Any, Any], mine: Mapping[Any, Any], dump: Callable[[Any], Optional[bytes]], is_cleared: bool) -> Changes:
    """Compares a session in memory with its dumped self of before. 1, 1.0 and True are equal in Python and not as stored."""

    def is_changed(key: Any, value: Any) -> bool:
        dumped = dump(value)
        return dumped is None or seen.get(key) != dumped

    changed = {key: value for key, value in mine.items() if is_cleared or is_changed(key, value)}
    return Changes(changed, frozenset(key for key in seen if key not in mine), is_cleared)
