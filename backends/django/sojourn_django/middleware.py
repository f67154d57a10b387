"""What ordinary responses need so that session clients can trust them."""
from __future__ import annotations

import time
from typing import Any, Callable, Optional

from django.conf import settings
from django.contrib.sessions.backends import signed_cookies
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from .conf import get_settings
from .engines.choice import engine_for
from .expiry import outlives
from .record import NO_KEY, UNKNOWN_KEY
from .stored import meta_of, to_record, version_of
from .watch import CookieWatch, Watch

_WATCH = "_sojourn_watch"


class SojournMiddleware:
    """Placed above Django's SessionMiddleware, whose answers it looks over.

    It tells the version of the session that a view touched in ``Session-Version``, and takes away a Set-Cookie that could
    undo a log-in: of a request that came with a key which names nothing any more, and of one that changes nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = getattr(request, "session", None)
        if isinstance(session, SessionBase):
            watch: Optional[Watch] = getattr(request, _WATCH, None)
            _guard_cookie(request, response, session, watch)
            _tell_version(request, response, session, watch)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """By now SessionMiddleware has given the request its session."""
        session = getattr(request, "session", None)
        if isinstance(session, SessionBase) and not hasattr(request, _WATCH):
            try:
                engine = engine_for(type(session), get_settings())
            except ImproperlyConfigured:
                return  # `check` and the endpoint tell of it; the other pages need not fail.
            watch = Watch if engine.atomic else CookieWatch
            setattr(request, _WATCH, watch(session, engine))


def _guard_cookie(request: HttpRequest, response: HttpResponse, session: SessionBase, watch: Optional[Watch]) -> None:
    name = settings.SESSION_COOKIE_NAME
    sent, morsel = request.COOKIES.get(name), response.cookies.get(name)
    if sent is None or morsel is None or isinstance(session, signed_cookies.SessionStore):
        return
    if not morsel.value:
        # The jar may hold a newer one by now, and a cookie that names nothing does no harm.
        is_idle = watch is None or not watch.has_ended
    elif morsel.value == sent:
        is_idle = _is_still_good(session)
    else:
        is_idle = watch is not None and _is_late(sent, session, watch)
        if is_idle:
            session.flush()
    if is_idle:
        del response.cookies[name]


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


def _tell_version(request: HttpRequest, response: HttpResponse, session: SessionBase, watch: Optional[Watch]) -> None:
    if not session.accessed or response.status_code >= 500 or response.has_header("Session-Version"):
        return
    key = session.session_key
    if key:
        response["Session-Version"] = version_of(to_record(key, session._session, time.time()))
    else:
        has_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES and not (watch and watch.has_ended)
        response["Session-Version"] = (UNKNOWN_KEY if has_cookie else NO_KEY).version
