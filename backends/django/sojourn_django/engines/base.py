"""The one interface of the engines."""
from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import count
from typing import Any, Optional

from django.contrib.sessions.backends.base import CreateError, SessionBase
from django.core import signing
from django.utils.crypto import salted_hmac

from ..conf import Settings
from ..record import MAX_CLIENTS

#: The private key of what is left at a key that was rotated.
MOVED = "_sojourn_moved"


@dataclass(frozen=True)
class Stored:
    """A session as it was read; ``raw`` is what a write compares with."""

    key: str
    data: dict[str, Any]
    raw: Any
    #: Seconds since the epoch.
    expires_at: float
    #: Whether ``raw`` is no session that this server wrote (torn, or signed by another SECRET_KEY). Django takes it for an empty one.
    is_damaged: bool = False


@dataclass(frozen=True)
class Moved:
    """What is left of a key that was rotated: the new key, and the Idempotency-Key that may follow to it."""

    to: Optional[str] = None
    by: Optional[str] = None


class Unreadable(Exception):
    """Something lies at a key that is no session, and that Django fails on. Its visitor may end it."""


class CookieTooLarge(Exception):
    """The session does not fit into its cookie any more."""

    def __init__(self, limit: int):
        super().__init__(limit)
        #: In bytes.
        self.limit = limit


class Engine(ABC):
    """Sessions by their keys.

    Every write is a compare-and-set on what was read: False or None says that somebody else was first. What cannot be
    done raises, so that the answer is 503: a store that is down must never look empty.
    """

    #: Whether data and record are stored in one write that cannot undo another.
    atomic = True
    #: How many clients a session remembers.
    max_clients = MAX_CLIENTS

    def __init__(self, store_class: type[SessionBase], grace_seconds: int = 60):
        self.store_class = store_class
        self.grace_seconds = grace_seconds

    def check(self, conf: Settings) -> None:
        """Raises ImproperlyConfigured where this engine cannot compare and set here."""

    def is_key(self, key: str) -> bool:
        """Whether a cookie's value has the form of a key; anything else names no session."""
        return re.fullmatch(r"[A-Za-z0-9]{8,40}", key) is not None

    def cap(self, expires_at: float) -> float:
        """When a session that is stored now is over, where it asks to live until ``expires_at``."""
        return expires_at

    @abstractmethod
    def read(self, key: str) -> Optional[Stored]:
        """The session of a key, never older than one read before; None where there is none or it is over."""

    @abstractmethod
    def create(self, data: dict[str, Any]) -> str:
        """Stores a session under a new key, which it returns."""

    @abstractmethod
    def replace(self, stored: Stored, data: dict[str, Any]) -> Optional[str]:
        """Stores other data in place of what was read; returns the key, which changes where the session lies in it."""

    @abstractmethod
    def rotate(self, stored: Stored, data: dict[str, Any], by: Optional[str]) -> Optional[str]:
        """Stores data under a new key in place of the old one; for a while the old one leads there for ``by``."""

    @abstractmethod
    def remove(self, stored: Stored) -> bool:
        """Ends what was read."""

    def destroy(self, key: str) -> None:
        """Deletes whatever lies at a key, also if it cannot be read."""
        self.store_class(key).delete(key)
        self.leave_moved(key, Moved())

    @abstractmethod
    def leave_moved(self, key: str, moved: Moved) -> None:
        """Notes that a key is gone on purpose, for as long as requests with it may be on their way."""

    @abstractmethod
    def read_moved(self, key: str) -> Optional[Moved]:
        """What was noted at a key."""

    def save_new(self, data: dict[str, Any], attempts: Optional[int] = None) -> str:
        """Saves data by Django's own store under a new key. Raises CreateError where each of so many attempts met a key in use."""
        store = self.store_of(None, data)
        for _ in count() if attempts is None else range(attempts):
            store._session_key = store._get_new_session_key()  # type: ignore[attr-defined]
            try:
                store.save(must_create=True)
            except CreateError:
                continue
            return str(store.session_key)
        raise CreateError

    def store_of(self, key: Optional[str], data: dict[str, Any]) -> SessionBase:
        """Django's own store, as if it had loaded this."""
        store = self.store_class(key)
        store._session_cache = data  # type: ignore[attr-defined]
        return store


def decode(store: SessionBase, raw: str) -> tuple[dict[str, Any], bool]:
    """Returns what Django makes of a stored text, and whether that text is damaged. Raises Unreadable if Django fails on it."""
    try:
        data = store.decode(raw)
    except Exception as error:  # Whatever the serializer of the project raises.
        raise Unreadable from error
    if not isinstance(data, dict):
        raise Unreadable
    return data, not data and not _is_signed(store, raw)


def _is_signed(store: SessionBase, raw: str) -> bool:
    try:
        return isinstance(signing.loads(raw, salt=store.key_salt, serializer=store.serializer), dict)
    except Exception:  # As above.
        return False


def prime(session: SessionBase, key: str, data: dict[str, Any]) -> None:
    """Makes a session as if it had just loaded this."""
    session._session_key = key  # type: ignore[attr-defined]
    session._session_cache = dict(data)  # type: ignore[attr-defined]
    session.modified = False
    if hasattr(session, "remember"):
        session.remember()


def moved_key(key: str) -> str:
    """Where the note of a rotated key lies: beside the sessions, at a key that nobody can guess. Django finds none at the old one."""
    return salted_hmac("sojourn_django.moved", key, algorithm="sha256").hexdigest()[:32]


def to_moved(data: Any) -> Optional[Moved]:
    """The note in a stored dict."""
    note = data.get(MOVED) if isinstance(data, dict) else None
    return Moved(note.get("to"), note.get("by")) if isinstance(note, dict) else None


def from_moved(moved: Moved) -> dict[str, Any]:
    """A stored dict that holds a note alone."""
    return {MOVED: {"to": moved.to, "by": moved.by}}
