"""The endpoint: one URL that speaks docs/protocol.md."""
from __future__ import annotations

import logging
import math
from typing import Optional

from django.conf import settings
from django.core.exceptions import DisallowedHost, ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from .breaks import meet_break
from .conf import Settings, get_function, get_settings
from .cookie import keep_cookie
from .exchange import Exchange
from .headers import with_common_headers
from .origin import METHODS, answer_options, check_origin, check_token
from .problems import Problem, unavailable
from .restart import restart_session, save_only_changes
from .retry import retry
from .write import answer_commit

logger = logging.getLogger("sojourn_django")


def session_view(request: HttpRequest) -> HttpResponse:
    """Answers the requests of session clients. Never raises: wrong settings are a 500, other faults a 503."""
    conf = Settings()
    if hasattr(request, "session"):
        save_only_changes(request.session)
    try:
        conf = get_settings()
        response = _answer(request, conf)
    except Problem as problem:
        response = problem.to_response()
    except DisallowedHost:
        response = Problem("bad-request", "The Host field is not one of this server.").to_response()
    except ImproperlyConfigured as error:
        # What is wrong with the settings is for the log; a visitor learns no more than that something is.
        logger.error("The session is not served: %s", error)
        detail = str(error) if settings.DEBUG else "Run manage.py check on the server, or read its log."
        response = Problem("app-fault", detail).to_response()
    except Exception:
        logger.exception("The session could not be served.")
        response = unavailable().to_response()
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
    method = request.method
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
    _admit(exchange)
    exchange.save_earlier()
    answer = {"PATCH": answer_commit, "DELETE": answer_end}.get(method, answer_read)
    try:
        return exchange.with_key(answer(exchange))
    finally:
        restart_session(request.session)


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
        found = exchange.find()
        record, response = found.subject.record, HttpResponse(status=204)
        if found.stored is None or record is None:
            return response
        if record.lineage != lineage:
            return exchange.answer_problem("gone", found.subject)
        if not exchange.engine.remove(found.stored):
            return None
        exchange.delete_cookie(response)
        return response

    response = retry(attempt)
    if response is None:
        raise unavailable()
    return response


def _admit(exchange: Exchange) -> None:
    admit = get_function(exchange.conf.ADMIT)
    refusal = admit(exchange.request) if admit else None
    if refusal is None:
        return
    name, seconds = (refusal, None) if isinstance(refusal, str) else refusal
    headers = {} if seconds is None else {"Retry-After": str(math.ceil(seconds))}
    if name == "unauthenticated":
        # RFC 9110 wants a challenge with every 401; no browser reacts to this one.
        headers["WWW-Authenticate"] = "Cookie"
    raise Problem(name, headers=headers)
