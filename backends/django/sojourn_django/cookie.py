"""Which ``Set-Cookie`` of the session a response keeps. The middleware asks; views.py notes what the endpoint decided."""
from __future__ import annotations

import copy
import time
from http.cookies import Morsel
from typing import Optional

from django.conf import settings
from django.contrib.sessions.backends import signed_cookies
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse

from .expiry import outlives
from .stored import meta_of
from .watch import Watch

_KEPT = "_sojourn_cookie"


def keep_cookie(response: HttpResponse) -> None:
    """Notes what a response of the endpoint does to the cookie. SessionMiddleware, which sees it later, knows no better."""
    setattr(response, _KEPT, copy.copy(response.cookies.get(settings.SESSION_COOKIE_NAME)))


def guard_cookie(request: HttpRequest, response: HttpResponse, session: SessionBase, watch: Optional[Watch]) -> None:
    """Takes away a ``Set-Cookie`` of SessionMiddleware that could undo a log-in; what a view itself does to the cookie stays."""
    if hasattr(response, _KEPT) and _is_settled(session, getattr(response, _KEPT)):
        _put_back(response)
        return
    name = settings.SESSION_COOKIE_NAME
    sent, morsel = request.COOKIES.get(name), response.cookies.get(name)
    if sent is None or morsel is None or isinstance(session, signed_cookies.SessionStore):
        return
    if not morsel.value:
        # SessionMiddleware deletes the cookie of an empty session alone. The jar may hold a newer one by now, and a cookie that
        # names nothing does no harm.
        is_idle = session.is_empty() and not (watch and watch.has_ended)
    elif not _is_saved(session) or morsel.value != session.session_key:
        return
    elif morsel.value == sent:
        is_idle = _is_still_good(session)
    else:
        is_idle = watch is not None and _is_late(sent, session, watch)
        if is_idle:
            session.flush()
    if is_idle:
        del response.cookies[name]


def deletes_cookie(response: HttpResponse) -> bool:
    """Returns whether the browser lets go of its session with this response."""
    morsel = response.cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel is not None and (not morsel.value or morsel["max-age"] == 0)


def _is_settled(session: SessionBase, kept: Optional[Morsel[str]]) -> bool:
    """Whether the endpoint has the last word: nobody wrote the session after it, or only to the key that its cookie names."""
    return not session.modified or (kept is not None and kept.value == session.session_key)


def _put_back(response: HttpResponse) -> None:
    name, kept = settings.SESSION_COOKIE_NAME, getattr(response, _KEPT)
    if kept is None:
        response.cookies.pop(name, None)
    else:
        response.cookies[name] = kept


def _is_saved(session: SessionBase) -> bool:
    """Whether SessionMiddleware has saved the session, and so set its cookie."""
    return bool(session.modified or settings.SESSION_SAVE_EVERY_REQUEST) and not session.is_empty()


def _is_still_good(session: SessionBase) -> bool:
    """Whether the browser's cookie, as our endpoint set it, lasts for what a view's save made of the session."""
    cookie = meta_of(session._session).get("cookie", 0)
    if (cookie is None) != session.get_expire_at_browser_close():
        return False
    now = time.time()
    return outlives(cookie, now + session.get_expiry_age(), now)


def _is_late(sent: str, session: SessionBase, watch: Watch) -> bool:
    """Whether a new session was made for a key that a log-in or log-out took away a moment ago."""
    if watch.has_moved or watch.has_ended or "_auth_user_id" in session:
        return False
    return watch.engine.is_key(sent) and watch.engine.read_moved(sent) is not None
