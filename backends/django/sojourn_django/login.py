"""What a log-in does to a session's life: it drops the client's wish, and the absolute end counts again. `apps.py` connects it."""
from __future__ import annotations

import time
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from .rules import LOGIN, drop_wish
from .stored import meta_of, to_policy


def note_log_in(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Receives Django's ``user_logged_in``. A session that no commit made and that has no absolute end needs no note."""
    session = getattr(request, "session", None)
    if not isinstance(session, SessionBase):
        return
    data = session._session
    meta = meta_of(data)
    if not meta and to_policy().max_lifetime == float("inf"):
        return
    drop_wish(data, meta, time.time())
    session[LOGIN] = time.time()
