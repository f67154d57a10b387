"""What ordinary responses need so that session clients can trust them."""
from __future__ import annotations

import logging
import time
from typing import Any, Callable, Optional

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

from .absolute_end import end_if_over
from .conf import get_settings
from .cookie import deletes_cookie, guard_cookie
from .duplicates import choose_cookie
from .engines.choice import engine_for
from .first_paint import keep_private
from .keys import exposed_keys
from .record import NO_KEY, UNKNOWN_KEY
from .stored import to_record, version_of
from .watch import Watch, set_watch, watch_of

logger = logging.getLogger("sojourn_django")


class SojournMiddleware:
    """Placed above Django's SessionMiddleware, whose answers it looks over.

    It tells the version of the session that a view touched in ``Session-Version``, and takes away a Set-Cookie that could
    undo a log-in: of a request that came with a key which names nothing any more, and of one that changes nothing. Of several session
    cookies it lets the one count that names a live session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        choose_cookie(request)
        response = self.get_response(request)
        session = getattr(request, "session", None)
        if isinstance(session, SessionBase):
            try:
                guard_cookie(request, response, session, watch_of(request))
                _set_version(request, response, session, watch_of(request))
                keep_private(request, response)
            except Exception:
                # The records in the session are damaged, or its store has gone. The endpoint says so; the page need not fail.
                logger.exception("A response does not name the version of its session.")
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """By now SessionMiddleware has given the request its session."""
        session = getattr(request, "session", None)
        if isinstance(session, SessionBase) and watch_of(request) is None:
            try:
                engine = engine_for(type(session), get_settings())
            except ImproperlyConfigured:
                return  # `check` and the endpoint tell of it; the other pages need not fail.
            set_watch(request, session, engine)
            end_if_over(session)


def _set_version(request: HttpRequest, response: HttpResponse, session: SessionBase, watch: Optional[Watch]) -> None:
    if response.status_code >= 500 or response.has_header("Session-Version"):
        return
    if deletes_cookie(response):
        response["Session-Version"] = NO_KEY.version
        return
    if not session.accessed:
        return
    try:
        exposed = exposed_keys(get_settings())
    except ImproperlyConfigured:
        return  # `check` and the endpoint say so.
    key = session.session_key
    if key:
        response["Session-Version"] = version_of(to_record(key, session._session, time.time()), exposed)
    else:
        has_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES and not (watch and watch.has_ended)
        response["Session-Version"] = (UNKNOWN_KEY if has_cookie else NO_KEY).version
