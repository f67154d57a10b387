"""The page that Vite has built, with the visitor's session in it, so that the first paint has the right theme and cart."""
from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from sojourn_django.views import session_view


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Asks the endpoint as the browser would, which also sets the CSRF cookie where there is none."""
    answer = session_view(request)
    state = json.loads(answer.content) if answer.status_code == 200 else None
    theme = "light"
    if state:
        # The page reads the token from its cookie: a log-in in another tab changes it.
        state.pop("csrf", None)
        theme = "dark" if state["data"].get("theme") == "dark" else "light"
    # `<` would end the script element from inside a value.
    embedded = json.dumps(state and {"state": state}).replace("<", "\\u003c")
    head = f'<meta name="log-in" content="password" /><script type="application/json" id="session-state">{embedded}</script>'
    index = (settings.PAGE / "index.html").read_text(encoding="utf-8")
    html = index.replace('data-theme="light"', f'data-theme="{theme}"').replace("<!--session-->", head)
    return HttpResponse(html, headers={"Cache-Control": "private, no-cache", "Vary": "Cookie"})
