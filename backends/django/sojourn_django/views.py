"""The endpoint: one URL that speaks docs/protocol.md."""
from __future__ import annotations

import logging
from typing import Optional

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import DisallowedHost, ImproperlyConfigured
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from .breaks import meet_break
from .conf import Settings, get_settings
from .cookie import keep_cookie
from .engines.base import Unreadable
from .exchange import Exchange
from .faults import HookFault, StoreFault, is_outage
from .headers import with_common_headers
from .hooks import admit
from .origin import METHODS, answer_options, check_origin, check_token
from .problems import Problem, failed, unavailable
from .restart import restart_session, save_only_changes
from .retry import retry
from .write import answer_commit

logger = logging.getLogger("sojourn_django")


def session_view(request: HttpRequest) -> HttpResponse:
    """Answers the requests of session clients. Never raises: a store that is down is a 503, every other fault a 500."""
    conf = Settings()
    try:
        conf = get_settings()
        if not isinstance(getattr(request, "session", None), SessionBase):
            raise ImproperlyConfigured("The request has no session of Django's: MIDDLEWARE lacks SessionMiddleware, or another replaces it.")
        save_only_changes(request.session)
        response = _answer(request, conf)
    except Exception as error:
        response = _to_problem(error).to_response()
    keep_cookie(response)
    if request.method == "HEAD":
        response.content = b""
    return with_common_headers(response, request, conf)


# Django's own CSRF check would answer with a page; the endpoint runs it itself. And a commit has to be durable when it is
# answered, and seen by its rivals at once.
session_view = csrf_exempt(session_view)
# An anonymous session is a session: LoginRequiredMiddleware would answer with a redirect. SOJOURN["ADMIT"] is the wall here.
session_view.login_required = False  # type: ignore[attr-defined]
for _alias in settings.DATABASES:
    session_view = transaction.non_atomic_requests(_alias)(session_view)


def _answer(request: HttpRequest, conf: Settings) -> HttpResponse:
    method = _method_of(request)
    if method == "OPTIONS":
        return answer_options(request, conf)
    if method not in ("GET", "HEAD", "PATCH", "DELETE"):
        raise Problem("method-not-allowed", headers={"Allow": METHODS})
    is_write = method in ("PATCH", "DELETE")
    if is_write:
        check_origin(request, conf)
    if conf.TEST_CONTROL:
        meet_break(request)
    exchange = Exchange(request, conf)
    if is_write:
        check_token(request, conf)
    admit(conf, request)
    exchange.save_earlier()
    answer = {"PATCH": answer_commit, "DELETE": answer_end}.get(method, answer_read)
    try:
        return exchange.with_key(answer(exchange))
    finally:
        restart_session(request.session)


def _method_of(request: HttpRequest) -> str:
    """Returns the method that is meant: a proxy may let nothing but GET and POST through. No form of another site can send that field."""
    method = request.method or ""
    meant = request.META.get("HTTP_X_HTTP_METHOD_OVERRIDE", "").upper() if method == "POST" else ""
    return meant if meant in ("PATCH", "DELETE") else method


def answer_read(exchange: Exchange) -> HttpResponse:
    """Answers a GET. Reading writes nothing, extends nothing and sets no session cookie."""
    found = exchange.find()
    version = found.subject.version
    named = exchange.request.META.get("HTTP_IF_NONE_MATCH", "").split(",")
    # Proxies that compress make tags weak, and the comparison is weak anyway.
    if f'"{version}"' in (tag.strip()[2:] if tag.strip().startswith("W/") else tag.strip() for tag in named):
        response = HttpResponse(status=304)
        response["ETag"] = f'"{version}"'
        response["Session-Version"] = version
    else:
        response = exchange.answer_state(found.subject)
    # Django itself gave the session a new key, as when SECRET_KEY was changed: without it the session would be lost.
    if found.stored and found.stored.key != exchange.cookie:
        exchange.set_cookie(response, found.stored.key, found.subject)
    return response


def answer_end(exchange: Exchange) -> HttpResponse:
    """Answers a DELETE. It names the lineage that it means, so that a late one cannot end the session of a log-in."""
    lineage = exchange.request.META.get("HTTP_SESSION_LINEAGE")
    if not lineage:
        raise Problem("bad-request", "Name the session to end in Session-Lineage.")

    def attempt() -> Optional[HttpResponse]:
        try:
            found = exchange.find()
        except Unreadable:
            # Nobody can learn its lineage, and without an end its visitor would have no session until the cookie is over.
            exchange.engine.destroy(exchange.request.session.session_key)
            return exchange.without_cookie(HttpResponse(status=204))
        record = found.subject.record
        if found.stored is None or record is None:
            return HttpResponse(status=204)
        if record.lineage != lineage and not found.stored.is_damaged:
            return exchange.answer_problem("gone", found.subject)
        return exchange.without_cookie(HttpResponse(status=204)) if exchange.engine.remove(found.stored) else None

    response = retry(attempt)
    if response is None:
        raise unavailable()
    return response


def _to_problem(error: Exception) -> Problem:
    """The response to what went wrong; the reason is for the log."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, DisallowedHost):
        return Problem("bad-request", "The Host field is not one of this server.")
    if isinstance(error, ImproperlyConfigured):
        logger.error("The session is not served: %s", error)
        return failed(str(error) if settings.DEBUG else "Run manage.py check on the server, or read its log.")
    if isinstance(error, Unreadable):
        logger.error("A stored session cannot be read. Its visitor may end it by a DELETE.", exc_info=error)
        return failed("The stored session cannot be read. End it to begin another.")
    # Nothing but stores does input and output here: what hooks raise is a HookFault.
    if isinstance(error, (StoreFault, DatabaseError, OSError)) or is_outage(error):
        logger.error("The session's store cannot be reached.", exc_info=error)
        return unavailable()
    logger.error("The session could not be served: %s", error if isinstance(error, HookFault) else type(error).__name__, exc_info=error)
    return failed(str(error) if settings.DEBUG and isinstance(error, HookFault) else None)
