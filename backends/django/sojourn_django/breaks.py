"""In test mode: one request that meets a store which cannot be reached, as the control URL asked for."""
from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from .faults import StoreFault
from .wire import hash_of


class Broken(StoreFault):
    """The store cannot be reached, for once."""


def plan_break(request: HttpRequest) -> None:
    """The next request with this cookie fails, whichever process it meets."""
    _path(request).touch()


def meet_break(request: HttpRequest) -> None:
    """Raises Broken where that was planned."""
    try:
        _path(request).unlink()
    except FileNotFoundError:
        return
    raise Broken


def _path(request: HttpRequest) -> Path:
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return Path(tempfile.gettempdir()) / f"sojourn-break-{hash_of(settings.SECRET_KEY + cookie)}"
