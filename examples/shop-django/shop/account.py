"""Log-in and log-out, as django.contrib.auth does them."""
from __future__ import annotations

import json
from typing import Optional

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST


def name_of_user(request: HttpRequest) -> Optional[str]:
    """Who is logged in, as the page shows it; None for nobody."""
    return request.user.get_username() if request.user.is_authenticated else None


@require_POST
def log_in(request: HttpRequest) -> JsonResponse:
    """Checks name and password. `login` gives the session another key and the page another CSRF token; the cart stays."""
    try:
        fields = json.loads(request.body)
        user = authenticate(request, username=str(fields["name"]), password=str(fields["password"]))
    except (ValueError, KeyError, TypeError):
        user = None
    if user is None:
        return JsonResponse({"did": "nothing"}, status=422)
    login(request, user)
    return JsonResponse({"did": "log-in"})


@require_POST
def log_out(request: HttpRequest) -> JsonResponse:
    """Ends the session: data, key and cookie are gone."""
    logout(request)
    return JsonResponse({"did": "log-out"})
