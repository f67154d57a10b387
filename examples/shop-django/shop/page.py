"""The page that Vite has built, with the visitor's session in it, so that the first paint has the right theme and cart."""
from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.html import json_script
from django.views.decorators.http import require_GET

import sojourn_django


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Puts the state where the page looks for it. In a template of Django's, {% sojourn_state %} does that."""
    state = sojourn_django.state(request)
    theme = "dark" if state and state["data"].get("theme") == "dark" else "light"
    head = '<meta name="log-in" content="password" />' + json_script(state and {"state": state}, "session-state")
    index = (settings.PAGE / "index.html").read_text(encoding="utf-8")
    return HttpResponse(index.replace('data-theme="light"', f'data-theme="{theme}"').replace("<!--session-->", head))
