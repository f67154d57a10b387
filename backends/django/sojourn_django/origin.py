"""Who may write: the same origin, those that the project names, and Django's CSRF token."""
from __future__ import annotations

from typing import Optional

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token

from .conf import Settings
from .problems import Problem

#: The methods of the session, for ``Allow`` and for CORS.
METHODS = "GET, HEAD, PATCH, DELETE, OPTIONS"
# How long a browser may keep the answer to a preflight, in seconds; Chromium keeps none longer.
_PREFLIGHT_SECONDS = 7_200


class _CsrfCheck(CsrfViewMiddleware):
    """Django's own check, which tells the reason instead of answering with a page."""

    def _reject(self, request: HttpRequest, reason: str) -> str:  # type: ignore[override]
        return reason


def check_origin(request: HttpRequest, conf: Settings) -> None:
    """Refuses a write that comes from elsewhere. Browsers set these fields, and no page can forge them."""
    origin = request.META.get("HTTP_ORIGIN")
    if origin is not None and (origin == f"{request.scheme}://{request.get_host()}" or origin in conf.ORIGINS):
        return
    # Behind a proxy that ends TLS the request's own URL may not be the one that the page has.
    if request.META.get("HTTP_SEC_FETCH_SITE") != "same-origin":
        raise Problem("csrf", "Send Origin or Sec-Fetch-Site; name other origins in SOJOURN['ORIGINS'].")


def check_token(request: HttpRequest, conf: Settings) -> None:
    """Refuses a write without Django's CSRF token."""
    if wants_token(conf):
        check = _CsrfCheck(lambda _: HttpResponse())
        check.process_request(request)
        reason = check.process_view(request, lambda: None, (), {})
        if reason:
            raise Problem("csrf", str(reason))


def wants_token(conf: Settings) -> bool:
    """A token in the session would be written by reading it, so there the origin stands alone."""
    return conf.CSRF_TOKEN and not settings.CSRF_USE_SESSIONS


def token_of(request: HttpRequest, conf: Settings) -> Optional[str]:
    """The token to tell in a state. Its cookie is set where there is none, and not sent again: that could undo a log-in's."""
    if not wants_token(conf):
        return None
    had_cookie = settings.CSRF_COOKIE_NAME in request.COOKIES
    token = get_token(request)
    if had_cookie:
        for flag in ("CSRF_COOKIE_USED", "CSRF_COOKIE_NEEDS_UPDATE"):
            request.META.pop(flag, None)
    return token


def answer_options(request: HttpRequest, conf: Settings) -> HttpResponse:
    """For a preflight of an allowed origin, what it may send."""
    response = HttpResponse(status=204)
    response["Allow"] = METHODS
    if _is_allowed(request, conf):
        response["Access-Control-Allow-Methods"] = METHODS
        # Echoed: an allowed origin may send whatever fields the project's CSRF check or tracing needs.
        response["Access-Control-Allow-Headers"] = request.META.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
        response["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)
    return response


def with_common_headers(response: HttpResponse, request: HttpRequest, conf: Settings) -> HttpResponse:
    """What every answer carries: nothing of a session may be kept by a cache, and an allowed origin may read it."""
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Cookie, Origin"
    response["X-Content-Type-Options"] = "nosniff"
    if _is_allowed(request, conf):
        response["Access-Control-Allow-Origin"] = request.META["HTTP_ORIGIN"]
        response["Access-Control-Allow-Credentials"] = "true"
        response["Access-Control-Expose-Headers"] = "ETag, Retry-After, Session-Version, Preference-Applied"
    return response


def _is_allowed(request: HttpRequest, conf: Settings) -> bool:
    return request.META.get("HTTP_ORIGIN") in conf.ORIGINS
