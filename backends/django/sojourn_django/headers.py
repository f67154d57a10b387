"""The header fields of every response of the endpoint. views.py calls it last; nothing else may set these fields."""
from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse

from .conf import Settings
from .origin import is_listed

_CONSTANT = {
    # Django 3.2's cache middleware stores a response that is only "no-store".
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
_EXPOSED = "ETag, Retry-After, Session-Version, Session-Request, Preference-Applied"


def with_common_headers(response: HttpResponse, request: HttpRequest, conf: Settings) -> HttpResponse:
    """Sets what keeps a state out of caches and frames, echoes ``Session-Request``, and lets a listed origin read."""
    for name, value in _CONSTANT.items():
        response[name] = value
    response["Vary"] = "Cookie, Origin, Session-Request" if conf.ORIGINS else "Cookie, Session-Request"
    echo = request.META.get("HTTP_SESSION_REQUEST", "")
    if re.fullmatch(r"[!-~]{1,256}", echo):
        response["Session-Request"] = echo
    origin = request.META.get("HTTP_ORIGIN")
    if is_listed(origin, conf):
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Credentials"] = "true"
        response["Access-Control-Expose-Headers"] = _EXPOSED
    return response
