"""Ends the sessions of one person, for server code. `sojourn_django.end_all` leads here."""
from __future__ import annotations

from importlib import import_module
from typing import Any, Optional

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from .conf import get_settings
from .engines.choice import engine_for
from .engines.db import DbEngine

_CHUNK = 500


def end_all(user: Any, keep: Optional[SessionBase] = None) -> int:
    """Ends every session in which a user is signed in, but ``keep``, and returns how many there were.

    It reads each session of the table, since Django keeps no list by user: use it for a command or a rare event. A log-in
    in flight may outlive it. Raises ImproperlyConfigured for an engine that cannot list its sessions.

    Example, after a password was reset by staff: ``end_all(user)``; by the user: ``end_all(request.user, keep=request.session)``.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore
    engine = engine_for(store, get_settings())
    if not issubclass(store, db.SessionStore) or not isinstance(engine, DbEngine):
        raise ImproperlyConfigured(
            f"SESSION_ENGINE {settings.SESSION_ENGINE} cannot list its sessions. Use db or cached_db, or end them by the session "
            "auth hash: change the user's password."
        )
    kept = keep.session_key if keep is not None else None
    rows = engine.model.objects.using(engine.using).filter(expire_date__gt=timezone.now()).exclude(session_key=kept).order_by("session_key")
    ended, last = 0, ""
    while True:
        keys = list(rows.filter(session_key__gt=last).values_list("session_key", flat=True)[:_CHUNK])
        if not keys:
            return ended
        ended, last = ended + sum(_end(engine, key, str(user.pk)) for key in keys), keys[-1]


def _end(engine: DbEngine, key: str, user: str) -> bool:
    """Ends a session if it is the user's, and again if somebody wrote it meanwhile."""
    while True:
        stored = engine.read(key)
        if stored is None or str(stored.data.get("_auth_user_id")) != user:
            return False
        if engine.remove(stored):
            return True
