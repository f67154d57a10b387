"""Which of several session cookies counts. middleware.py asks before SessionMiddleware reads a cookie; it changes nothing but that choice."""
from __future__ import annotations

import logging
from importlib import import_module

from django.conf import settings
from django.http import HttpRequest

from .conf import get_settings
from .engines.choice import engine_for

logger = logging.getLogger("sojourn_django")

# How many cookies of the name are looked up at most.
_MAX_VALUES = 8


def choose_cookie(request: HttpRequest) -> None:
    """Lets the cookie count that names a live session.

    Browsers send one for each path and domain, also those of an earlier deploy and of other apps on the domain. Django takes the last.
    """
    name = settings.SESSION_COOKIE_NAME
    values = _values(request.META.get("HTTP_COOKIE", ""), name)
    if len(values) < 2:
        return
    try:
        store = import_module(settings.SESSION_ENGINE).SessionStore
        engine = engine_for(store, get_settings())
        live = next((value for value in values if engine.is_key(value) and engine.read(value)), None)
    except Exception:
        # The store has gone, or an entry cannot be read. The endpoint says so.
        logger.exception("Of several session cookies none could be chosen.")
        return
    if live is not None:
        request.COOKIES[name] = live


def _values(field: str, name: str) -> list[str]:
    pairs = (pair.partition("=") for pair in field.split(";"))
    return list(dict.fromkeys(value.strip().strip('"') for key, _, value in pairs if key.strip() == name))[:_MAX_VALUES]
