"""The control URL of docs/conformance.md: what the server's own code does to a session, for tests alone.

It answers 404 unless ``SOJOURN = {"TEST_CONTROL": True}``: whoever can reach it can sign in as anybody.
"""
from __future__ import annotations

import json
from typing import Any, Callable

from django.contrib.auth import get_user_model, login, logout
from django.contrib.sessions.backends import signed_cookies
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from .breaks import plan_break
from .conf import get_settings
from .restart import restart_session, save_only_changes

_MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


@csrf_exempt
def control_view(request: HttpRequest) -> HttpResponse:
    """Does one event to the session that the cookie names, as an ordinary view would."""
    if not get_settings().TEST_CONTROL or request.method != "POST":
        raise Http404
    body = json.loads(request.body)
    event = _EVENTS.get(body.get("event"))
    return HttpResponse(status=501) if event is None else event(request, body) or HttpResponse(status=204)


def _read(request: HttpRequest, body: Any) -> HttpResponse:
    data = dict(request.session.items())
    return JsonResponse({"data": None if request.session.session_key is None else data})


def _write(request: HttpRequest, body: Any) -> None:
    for key, value in body.get("set", {}).items():
        request.session[key] = value
    for key in body.get("delete", ()):
        request.session.pop(key, None)


def _log_in(request: HttpRequest, body: Any) -> None:
    user, _ = get_user_model().objects.get_or_create(username=body["identity"])
    login(request, user, backend=_MODEL_BACKEND)


def _log_out(request: HttpRequest, body: Any) -> None:
    logout(request)


def _flush(request: HttpRequest, body: Any) -> None:
    request.session.flush()


def _rotate(request: HttpRequest, body: Any) -> None:
    request.session.cycle_key()


def _expire(request: HttpRequest, body: Any) -> Any:
    # A session in its cookie ends when the browser is given another one.
    if isinstance(request.session, signed_cookies.SessionStore):
        return HttpResponse(status=501)
    if request.session.keys():
        request.session.set_expiry(-1)
        request.session.save()
    save_only_changes(request.session)
    restart_session(request.session)


def _break(request: HttpRequest, body: Any) -> None:
    plan_break(request)


_EVENTS: dict[str, Callable[[HttpRequest, Any], Any]] = {
    "read": _read,
    "write": _write,
    "log-in": _log_in,
    "log-out": _log_out,
    "flush": _flush,
    "rotate": _rotate,
    "expire": _expire,
    "break": _break,
}
