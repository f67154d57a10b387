"""System checks of ``SOJOURN['ORIGINS']``: that each can match what browsers send, and that Django's own check takes it too."""
from __future__ import annotations

from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from .conf import Settings

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def check_origins(conf: Settings) -> list[CheckMessage]:
    """Reports entries that match nothing, and those that the app's own forms and log-in would refuse."""
    found: list[CheckMessage] = []
    for origin in conf.ORIGINS:
        if not _is_origin(origin):
            hint = "Write scheme, host and port alone, in lower case and without a default port, such as 'https://app.example.com'."
            found.append(Error(f"{origin!r} in SOJOURN['ORIGINS'] is no origin that a browser sends.", hint=hint, id="sojourn.E005"))
        elif not _is_trusted(origin):
            entry = origin if django.VERSION >= (4, 0) else urlsplit(origin).netloc
            message = f"{origin!r} of SOJOURN['ORIGINS'] is not in CSRF_TRUSTED_ORIGINS, so Django refuses its log-in and other forms."
            found.append(Warning(message, hint=f"Add {entry!r} to CSRF_TRUSTED_ORIGINS.", id="sojourn.W021"))
    return found


def _is_origin(origin: str) -> bool:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return False
    is_plain = f"{parts.scheme}://{parts.netloc}" == origin == origin.lower() and "@" not in origin and "*" not in origin
    return is_plain and bool(parts.scheme and parts.hostname) and f":{port}" != _DEFAULT_PORTS.get(parts.scheme)


def _is_trusted(origin: str) -> bool:
    """As CsrfViewMiddleware decides: until 4.0 it compares the hosts of secure requests alone."""
    parts = urlsplit(origin)
    if django.VERSION < (4, 0):
        if parts.scheme != "https":
            return True
        return any(_matches(parts.netloc, entry) for entry in settings.CSRF_TRUSTED_ORIGINS)
    for entry in settings.CSRF_TRUSTED_ORIGINS:
        scheme, _, host = entry.partition("://")
        if entry == origin or scheme == parts.scheme and host.startswith("*.") and _matches(parts.netloc, host[1:]):
            return True
    return False


def _matches(host: str, pattern: str) -> bool:
    """A pattern that begins with a dot stands for a domain and all that is in it."""
    return host == pattern or pattern.startswith(".") and (host.endswith(pattern) or host == pattern[1:])
