"""``{% sojourn_state %}``: the session in the page, for a first paint without a request."""
from __future__ import annotations

from typing import Any

from django import template
from django.core.exceptions import ImproperlyConfigured
from django.utils.html import json_script

from ..first_paint import state_of

register = template.Library()


@register.simple_tag(takes_context=True)
def sojourn_state(context: Any, element_id: str = "session-state") -> str:
    """Renders ``<script type="application/json" id="session-state">`` with what the client takes as ``initialState``.

    Example: ``{% load sojourn %}{% sojourn_state %}``, or ``{% sojourn_state "session" %}`` for another id. It holds ``null`` if
    the state cannot be told now; the client then reads it by itself. Escaped as Django's ``json_script`` escapes.
    """
    request = context.get("request")
    if request is None:
        processor = "django.template.context_processors.request"
        raise ImproperlyConfigured(f"{{% sojourn_state %}} needs the request. Render with it, and add '{processor}' to the context processors.")
    state = state_of(request)
    return json_script(None if state is None else {"state": state}, element_id)
