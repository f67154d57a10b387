"""A client of the protocol for the tests, over Django's own test client."""
from __future__ import annotations

import json
import secrets
import time
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from importlib import import_module
from typing import Any, Callable, Iterator, Optional
from unittest import mock, skipIf

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, TestCase, override_settings
from django.utils import timezone

from project import views
from project.settings import BASE, ENGINE, KEYS

URL = "/session"
ORIGIN = "http://testserver"
#: Whether ordinary views of this run save only what they changed.
IS_MERGING = ENGINE.startswith("merging-")


def skip_on(*engines: str, because: str) -> Callable[..., Any]:
    """Leaves a test out where Django's own engine does not do that."""
    return skipIf(ENGINE in engines or ENGINE.replace("merging-", "") in engines, f"{ENGINE}: {because}")


NOT_SIGNED = skip_on("signed_cookies", because="the server holds nothing")


def with_sojourn(**changes: Any) -> Any:
    """Sets ``SOJOURN`` to the exposed keys of the test project and these settings alone."""
    return override_settings(SOJOURN={"KEYS": KEYS, **changes})


@contextmanager
def later(seconds: float) -> Iterator[None]:
    """Moves the clock of the server."""
    now, real = timezone.now, time.time
    with ExitStack() as stack:
        stack.enter_context(mock.patch("django.utils.timezone.now", lambda: now() + timedelta(seconds=seconds)))
        stack.enter_context(mock.patch("time.time", lambda: real() + seconds))
        yield


class SessionTestCase(TestCase):
    """One test on the engine of this run."""

    def setUp(self) -> None:
        cache.clear()
        for path in BASE.glob(f"{settings.SESSION_COOKIE_NAME}*"):
            path.unlink()
        self.visitor = Visitor()

    def signed_up(self, name: str = "ada") -> User:
        """A user whose password is her name."""
        return User.objects.create_user(name, password=name)

    def assertProblem(self, response: HttpResponse, status: int, name: str) -> dict[str, Any]:
        """An answer is this problem document."""
        self.assertEqual((response.status_code, problem_of(response)), (status, name), response.content)
        return body_of(response)


def store(key: Optional[str] = None) -> SessionBase:
    """Django's session, as a view would have it."""
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


class Browser(Client):
    """Django's test client, which lets go of cookies that were taken away, as browsers do."""

    def request(self, **request: Any) -> HttpResponse:
        response = super().request(**request)
        for name in [name for name, morsel in self.cookies.items() if morsel["max-age"] == 0]:
            del self.cookies[name]
        return response


class Visitor:
    """A browser with one running client in it; ``jar`` shares another's cookies, as tabs do."""

    def __init__(self, jar: Optional["Visitor"] = None, enforce_csrf: bool = False):
        self.http = jar.http if jar else Browser(enforce_csrf_checks=enforce_csrf, raise_request_exception=False)
        self.client = secrets.token_urlsafe(16)
        self.n = 0
        self.last: Optional[HttpResponse] = None

    @property
    def key(self) -> Optional[str]:
        """The session key in the cookie jar."""
        cookie = self.http.cookies.get(settings.SESSION_COOKIE_NAME)
        return (cookie.value or None) if cookie else None

    @key.setter
    def key(self, value: Optional[str]) -> None:
        if value is None:
            self.http.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        else:
            self.http.cookies[settings.SESSION_COOKIE_NAME] = value

    def get(self, **headers: str) -> HttpResponse:
        """Reads; headers as in WSGI."""
        return self.http.get(URL, **{"HTTP_SESSION_CLIENT": self.client, **headers})

    def read(self) -> dict[str, Any]:
        """The state of now."""
        response = self.get()
        assert response.status_code == 200, (response.status_code, response.content)
        return json.loads(response.content)

    def send(self, body: Any, n: Optional[int] = None, **headers: str) -> HttpResponse:
        """Sends bytes, or a dict as JSON, as the commit of a number."""
        data = body if isinstance(body, (bytes, str)) else json.dumps(body)
        fields = {"HTTP_ORIGIN": ORIGIN, "HTTP_IDEMPOTENCY_KEY": f'"{self.client}/{n or self.n}"', **headers}
        return self.http.generic("PATCH", URL, data, content_type=fields.pop("CONTENT_TYPE", "application/json"), **fields)

    def body(self, **members: Any) -> dict[str, Any]:
        """A commit on the state of now, as the next of this client."""
        state = self.read()
        self.n += 1
        return {"lineage": state["lineage"], "base": state["version"], "after": state["last"], **members}

    def commit(self, n: Optional[int] = None, **members: Any) -> HttpResponse:
        """Commits on the state of now."""
        return self.send(self.body(**members), n)

    def set(self, **values: Any) -> dict[str, Any]:
        """Stores values, which must succeed; returns the state."""
        response = self.commit(set=values)
        assert response.status_code == 200, (response.status_code, response.content)
        return json.loads(response.content)

    def end(self, lineage: Optional[str] = None, **headers: str) -> HttpResponse:
        """Ends a session, by default that of now."""
        name = lineage or self.read()["lineage"] or "none"
        return self.http.delete(URL, **{"HTTP_ORIGIN": ORIGIN, "HTTP_SESSION_LINEAGE": name, **headers})

    def post(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        """An ordinary request of the app: a form, or JSON where data are a dict under ``json``."""
        if isinstance(data, dict) and "json" in data:
            return self.http.post(path, json.dumps(data["json"]), content_type="application/json", **headers)
        return self.http.post(path, data or {}, **headers)

    def run(self, code: Callable[[Any], Any]) -> HttpResponse:
        """An ordinary view runs this with its request."""
        views.hook = code
        return self.post("/run")

    def write(self, **values: Any) -> HttpResponse:
        """An ordinary view stores values."""
        return self.post("/write", {"json": values})


def body_of(response: HttpResponse) -> dict[str, Any]:
    """The JSON of an answer."""
    return json.loads(response.content)


def problem_of(response: HttpResponse) -> str:
    """The name of a problem document."""
    assert response["Content-Type"] == "application/problem+json", response["Content-Type"]
    return body_of(response)["type"].rsplit(":", 1)[-1]


def session_cookie(response: HttpResponse) -> Optional[Any]:
    """The Set-Cookie of the session."""
    return response.cookies.get(settings.SESSION_COOKIE_NAME)
