"""Who may write: the same origin, those that the project names, and Django's CSRF token. views.py asks before it reads a session."""
from __future__ import annotations

import copy
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
    """Refuses a write from another origin with a 403 that names the origin that came and those that are accepted."""
    own = f"{request.scheme}://{request.get_host()}"
    origin, site = request.META.get("HTTP_ORIGIN"), request.META.get("HTTP_SEC_FETCH_SITE")
    if not may_write(site, origin, own, conf):
        accepted = ", ".join(dict.fromkeys([own, *conf.ORIGINS]))
        came = f"Origin {origin[:200]!a}" if origin else "no Origin"
        site_came = f"Sec-Fetch-Site {site[:40]!a}" if site else "no Sec-Fetch-Site"
        raise Problem(
            "csrf",
            f"The request came with {came} and {site_came}; writes are accepted from {accepted}. Name another origin of your app in "
            "SOJOURN['ORIGINS']; behind a proxy that ends TLS set SECURE_PROXY_SSL_HEADER, and keep the Host header.",
        )


def may_write(site: Optional[str], origin: Optional[str], own: str, conf: Settings) -> bool:
    """Returns whether a write is accepted. Browsers set both fields, and no page can forge them.

    ``Sec-Fetch-Site`` decides where it is present (https://www.w3.org/TR/fetch-metadata/): behind a proxy the request's own
    URL may not be the one that the page has. Browsers leave it out on plain http, except on localhost.
    """
    if site == "same-origin":
        return True
    if is_listed(origin, conf):
        return site in (None, "none", "same-site", "cross-site")
    # "none": the address bar or an extension. A write without both fields comes from a script.
    return origin == own and site in (None, "none") or origin is None and site == "none"


def is_listed(origin: Optional[str], conf: Settings) -> bool:
    """Returns whether the project names an origin. Sandboxed pages of every site send ``null``, so that is never one."""
    return origin is not None and origin != "null" and origin in conf.ORIGINS


def check_token(request: HttpRequest, conf: Settings) -> None:
    """Refuses a write without Django's CSRF token."""
    if wants_token(conf):
        check = _CsrfCheck(lambda _: HttpResponse())
        check.process_request(request)
        # The origin is checked already, by rules that know proxies: Django's own check of it is given one that it accepts.
        own = f"{request.scheme}://{request.get_host()}"
        checked = copy.copy(request)
        checked.META = {**request.META, "HTTP_ORIGIN": own, "HTTP_REFERER": f"{own}/"}
        reason = check.process_view(checked, lambda: None, (), {})
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
    if is_listed(request.META.get("HTTP_ORIGIN"), conf):
        response["Access-Control-Allow-Methods"] = METHODS
        # Echoed: an allowed origin may send whatever fields the project's CSRF check or tracing needs.
        response["Access-Control-Allow-Headers"] = request.META.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "")
        response["Access-Control-Max-Age"] = str(_PREFLIGHT_SECONDS)
    return response
