"""System checks of the URLs: that one leads to the endpoint, and that the browser sends the session's cookie there."""
from __future__ import annotations

import inspect
from typing import Any, Iterator, Optional

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.urls import get_resolver, get_script_prefix
from django.urls.resolvers import RoutePattern, URLPattern


def check_urls() -> list[CheckMessage]:
    """Reports an endpoint that no request reaches, or that no cookie reaches."""
    try:
        paths = list(_find(get_resolver().url_patterns, get_script_prefix()))
    except Exception:  # The project's own URLs fail to load, which Django's checks report.
        return []
    if not paths:
        message = "No URL leads to the endpoint, so the page's client finds no session."
        hint = "Add path('session', include('sojourn_django.urls')) to the URLs, or silence this check if a view of yours calls session_view."
        return [Warning(message, hint=hint, id="sojourn.W020")]
    known = [path for path in paths if path is not None]
    if len(known) == len(paths) and not any(_is_sent_to(path, settings.SESSION_COOKIE_PATH) for path in known):
        message = f"Browsers do not send the session's cookie to {known[0]!r}: SESSION_COOKIE_PATH is {settings.SESSION_COOKIE_PATH!r}."
        return [Error(message, hint="Set SESSION_COOKIE_PATH = '/', or move the endpoint below it.", id="sojourn.E020")]
    return []


def _find(patterns: Any, prefix: Optional[str]) -> Iterator[Optional[str]]:
    """The paths at which the endpoint is; None for one that depends on the request."""
    from .views import session_view  # Reads DATABASES when it is imported.

    for pattern in patterns:
        is_literal = isinstance(pattern.pattern, RoutePattern) and "<" not in str(pattern.pattern)
        path = f"{prefix}{pattern.pattern}" if prefix is not None and is_literal else None
        if not isinstance(pattern, URLPattern):
            yield from _find(pattern.url_patterns, path)
        elif inspect.unwrap(pattern.callback) is inspect.unwrap(session_view):
            yield path


def _is_sent_to(path: str, cookie_path: str) -> bool:
    """RFC 6265, section 5.1.4."""
    return path == cookie_path or path.startswith(cookie_path if cookie_path.endswith("/") else f"{cookie_path}/")
