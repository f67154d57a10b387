"""Sees what an ordinary view does to the key of its session, so that a late answer cannot undo a log-in."""
from __future__ import annotations

import logging
import secrets
from typing import Any, Optional

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from .engines.base import Engine, Moved
from .engines.cache import CacheEngine
from .stored import META, derive_lineage, for_new_key, meta_of

logger = logging.getLogger("sojourn_django")

_WATCH = "_sojourn_watch"


def set_watch(request: HttpRequest, session: SessionBase, engine: Engine) -> None:
    """Watches the session of a request."""
    kind: Any = CacheWatch if isinstance(engine, CacheEngine) else Watch if engine.atomic else CookieWatch
    setattr(request, _WATCH, kind(session, engine))


def watch_of(request: HttpRequest) -> Optional[Watch]:
    """Returns who watches the session of a request; None without SojournMiddleware."""
    return getattr(request, _WATCH, None)


class Watch:
    """Stands in for three methods of one request's session.

    ``cycle_key`` and ``flush`` leave a note at the old key, by which a request that is still on its way with it is known;
    ``cycle_key`` takes the lineage along, and not how long the old cookie lasts; ``clear`` spares the records of clients.
    """

    def __init__(self, session: SessionBase, engine: Engine):
        self.engine = engine
        self.session = session
        self.key: Optional[str] = session.session_key
        #: Whether this request itself ended a session, or gave one another key.
        self.has_ended = False
        self.has_moved = False
        self._is_flushing = False
        self._cycle_key, self._flush, self._clear = session.cycle_key, session.flush, session.clear
        session.cycle_key, session.flush, session.clear = self.cycle_key, self.flush, self.clear  # type: ignore[method-assign]
        if hasattr(session, "aflush"):
            session.acycle_key = sync_to_async(self.cycle_key)
            session.aflush = sync_to_async(self.flush)

    def follow(self, key: Optional[str]) -> None:
        """Goes on with the key that a commit gave the session, or, with None, after its end."""
        self.key = key
        self.has_ended = self.has_ended or key is None

    def cycle_key(self) -> None:
        """Gives the session another key."""
        key = self._known()
        if key is not None:
            self.session._session[META] = for_new_key(key, self.session._session)[META]
        self._cycle_key()
        self._note(key)
        self.has_moved = key is not None
        self.key = self.session.session_key

    def flush(self) -> None:
        """Ends the session."""
        key = self._known()
        self._is_flushing = True
        try:
            self._flush()
        finally:
            self._is_flushing = False
        self._note(key)
        self.has_ended = self.has_ended or key is not None

    def clear(self) -> None:
        """Empties the session."""
        meta = {} if self._is_flushing or self._known() is None else meta_of(self.session._session)
        self._clear()
        if meta:
            self.session._session[META] = meta

    def _known(self) -> Optional[str]:
        """The key, if there is a session: loading finds out."""
        _ = self.session._session
        key = self.session.session_key
        return key if key is not None and key == self.key else None

    def _note(self, key: Optional[str]) -> None:
        if key is None:
            return
        try:
            self.engine.leave_moved(key, Moved())
        except Exception:
            # The key is gone already: without its note a late request is not known, and a failed log-in would be worse.
            logger.exception("The old key of a session could not be noted.")


class CacheWatch(Watch):
    """The same where nobody but the session itself knows when it is over: every save notes it."""

    engine: CacheEngine

    def __init__(self, session: SessionBase, engine: CacheEngine):
        super().__init__(session, engine)
        self._save = session.save
        session.save = self.save  # type: ignore[method-assign]
        if hasattr(session, "asave"):
            session.asave = sync_to_async(self.save)

    def save(self, must_create: bool = False) -> None:
        """Saves, with the end that this save gives the session."""
        self.engine.note_end(self.session._get_session(no_load=must_create))
        self._save(must_create)


class CookieWatch(Watch):
    """The same where the session lies in its cookie, whose value, and so the key, changes with every save."""

    def __init__(self, session: SessionBase, engine: Engine):
        super().__init__(session, engine)
        self._save = session.save
        session.save = self.save  # type: ignore[method-assign]

    def cycle_key(self) -> None:
        key = self._known()
        if key is not None:
            meta = meta_of(self.session._session)
            # A value that was signed within the same second would be the same.
            self.session._session[META] = {"lineage": derive_lineage(key), **meta, "turn": secrets.token_urlsafe(6)}
        self._cycle_key()

    def save(self, must_create: bool = False) -> None:
        """Keeps the lineage that the value of before gave the session."""
        key = self._known()
        if key is not None and "lineage" not in meta_of(self.session._session):
            self.session._session[META] = {**meta_of(self.session._session), "lineage": derive_lineage(key)}
        self._save(must_create)

    def _known(self) -> Optional[str]:
        _ = self.session._session
        key = self.session.session_key
        return key if key and key == self.key and self.engine.read(key) else None
