"""The state of a request's session, for a view that renders it into its page. It changes nothing of request and session."""
from __future__ import annotations

import logging
from typing import Any, Optional

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import patch_cache_control

from .conf import get_settings
from .engines.base import Unreadable
from .exchange import Exchange
from .faults import HookFault, StoreFault
from .hooks import admit
from .origin import wants_token
from .problems import Problem

logger = logging.getLogger("sojourn_django")

_RENDERED = "_sojourn_rendered"


def state_of(request: HttpRequest) -> Optional[dict[str, Any]]:
    """Returns the state for the first paint; None if ADMIT refuses it or it cannot be read. `sojourn_django.state` documents it."""
    conf = get_settings()
    # Django's cache middleware keeps no page that holds a visitor's session, whatever the page says.
    request._cache_update_cache = False  # type: ignore[attr-defined]
    setattr(request, _RENDERED, True)
    if wants_token(conf) and settings.CSRF_COOKIE_NAME not in request.COOKIES:
        get_token(request)  # Sets the cookie that the page's first commit needs.
    try:
        exchange = Exchange(request, conf)
        admit(conf, request)
        return exchange.describe(exchange.glance())
    except Problem:
        return None
    except (StoreFault, HookFault, Unreadable):
        logger.exception("The page is rendered without its session.")
        return None


def keep_private(request: HttpRequest, response: HttpResponse) -> None:
    """Has no shared cache keep a page that a state was rendered into."""
    if not getattr(request, _RENDERED, False):
        return
    if response.has_header("Cache-Control"):
        patch_cache_control(response, private=True)
    else:
        response["Cache-Control"] = "private, no-cache"
