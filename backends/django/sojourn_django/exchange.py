"""One request for the session: who asks, what the cookie names, what the answer tells."""
from __future__ import annotations

import math
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Optional

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse

from .conf import Settings
from .engines.choice import engine_for
from .engines.base import Stored, Unreadable, prime
from .expiry import Rules, to_lifetime
from .faults import GuardedEngine, guard_call
from .hooks import identify
from .keys import exposed_keys
from .origin import token_of
from .problems import Problem, unavailable
from .record import NO_KEY, UNKNOWN_KEY, Subject, client_of
from .stored import AUTH, to_policy, to_subject
from .watch import watch_of
from .wire import dump


@dataclass(frozen=True)
class Found:
    """Where a cookie leads; ``stored`` where there is a session."""

    subject: Subject
    stored: Optional[Stored] = None


class Exchange:
    """What the answers to one request are made from."""

    def __init__(self, request: HttpRequest, conf: Settings):
        self.request = request
        self.conf = conf
        self.exposed = exposed_keys(conf)
        self.engine: Any = GuardedEngine(engine_for(type(request.session), conf))
        self.client = _to_client(request)
        self.cookie: Optional[str] = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        self.identity: Optional[str] = None
        self._signed_in: Any = None
        self._has_saved = False

    def save_earlier(self) -> None:
        """Saves what middlewares and views have written in this request before, as its end would have done."""
        session = self.request.session
        self._has_saved = bool(session.modified) and not session.is_empty()
        if self._has_saved:
            with suppress(UpdateError):  # It has ended meanwhile, which `find` sees.
                guard_call(session.save)()

    def with_key(self, response: HttpResponse) -> HttpResponse:
        """Sets the cookie of a session that `save_earlier` created, unless the response does."""
        key = self.request.session.session_key
        if self._has_saved and key and key != self.cookie and settings.SESSION_COOKIE_NAME not in response.cookies:
            self.set_cookie(response, key, self.find_at(key).subject)
        return response

    def find(self) -> Found:
        """The session that the cookie names, once Django has looked whether its user may still be signed in."""
        key = self.request.session.session_key
        found = self.find_at(key)
        if found.stored and self._authenticate(found.stored):
            found = self.find_at(self.request.session.session_key)
        return found

    def glance(self) -> Subject:
        """The session as a view of this request has it. Unlike `find` it leaves the session object as it is."""
        session = self.request.session
        session.accessed = True  # So that the page varies on the cookie.
        if session.session_key:
            self.identity = identify(self.conf, self.request)
        key, now = session.session_key, time.time()
        if session.modified:
            # What the view wrote is stored after it, in the state that is told here. A session without a key has none until then.
            data = session._session
            return to_subject(key, data, now + session.get_expiry_age(), self.exposed) if key else NO_KEY
        watch = watch_of(self.request)
        return NO_KEY if not key and watch and watch.has_ended else self.find_at(key).subject

    def find_at(self, key: Optional[str]) -> Found:
        """The session of a key."""
        stored = self.engine.read(key) if key and self.engine.is_key(key) else None
        if stored is None:
            return Found(NO_KEY if self.cookie is None else UNKNOWN_KEY)
        try:
            subject = to_subject(stored.key, stored.data, stored.expires_at, self.exposed)
        except Exception as error:  # Other code wrote over the records of clients.
            raise Unreadable from error
        # What ends at a date is over then, whatever the engine makes of it.
        if subject.record and subject.record.expires_at <= time.time():
            return Found(UNKNOWN_KEY)
        return Found(subject, stored)

    def _authenticate(self, stored: Stored) -> bool:
        """Touches the user, on the session as it was just read; True where Django changed the session for that.

        Only so it is seen that the password was changed elsewhere, which ends the session.
        """
        session = self.request.session
        signed_in = [stored.data.get(name) for name in AUTH]
        if self._signed_in is not None:
            # Somebody signed in or out between two tries. The client sends again and is judged as whom it then is.
            if signed_in != self._signed_in:
                raise unavailable()
            return False
        self._signed_in = signed_in
        prime(session, stored.key, stored.data)
        self.identity = identify(self.conf, self.request)
        if not session.modified:
            return False
        if session.session_key is not None:
            guard_call(session.save)()
            self._signed_in = [session.get(name) for name in AUTH]
        return True

    def state(self, subject: Subject) -> dict[str, Any]:
        """The state of a session for the client that asks, with its CSRF token."""
        state, token = self.describe(subject), token_of(self.request, self.conf)
        return state if token is None else {**state, "csrf": token}

    def describe(self, subject: Subject) -> dict[str, Any]:
        """The state without the token: what a page may hold."""
        record, policy = subject.record, to_policy()
        known = record and client_of(record, self.client)
        life = record.expires_at - time.time() if record else policy.max_age
        state: dict[str, Any] = {
            "lineage": record.lineage if record else None,
            "version": subject.version,
            "data": subject.data,
            "tags": subject.tags,
            "last": known.n if known else 0,
            "expiry": {
                "age": max(0, math.floor(life)),
                "atBrowserClose": to_lifetime(record.rules if record else Rules(), policy).at_browser_close,
            },
            "identity": self.identity if record else None,
        }
        if subject.key == "unknown":
            state["unknownKey"] = True
        if record and self.client is not None and not known and record.floor > 0:
            state["forgotten"] = True
        if not self.engine.atomic:
            state["atomic"] = False
        return state

    def answer_state(self, subject: Subject, state: Optional[dict[str, Any]] = None) -> HttpResponse:
        """A 200 with a state."""
        response = HttpResponse(dump(state or self.state(subject)), content_type="application/json")
        response["ETag"] = f'"{subject.version}"'
        response["Session-Version"] = subject.version
        return response

    def answer_problem(self, name: str, subject: Subject, **members: Any) -> HttpResponse:
        """A 409 or 410 with the state to go on from."""
        return Problem(name, **members).to_response(self.state(subject))

    def set_cookie(self, response: HttpResponse, key: str, subject: Subject) -> None:
        """Gives the browser the key, for as long as the record says; where it does not know, for as long as the session lives."""
        record = subject.record
        until = record.cookie_until if record else 0
        if record and until == 0:
            until = record.expires_at
        max_age = None if until is None else max(1, math.ceil(until - time.time()))
        response.set_cookie(
            settings.SESSION_COOKIE_NAME,
            key,
            max_age=max_age,
            domain=settings.SESSION_COOKIE_DOMAIN,
            path=settings.SESSION_COOKIE_PATH,
            secure=settings.SESSION_COOKIE_SECURE or False,
            httponly=settings.SESSION_COOKIE_HTTPONLY or False,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )
        self._rekey(key)

    def without_cookie(self, response: HttpResponse) -> HttpResponse:
        """Has a response take the key away from the browser."""
        response.delete_cookie(
            settings.SESSION_COOKIE_NAME,
            path=settings.SESSION_COOKIE_PATH,
            domain=settings.SESSION_COOKIE_DOMAIN,
            samesite=settings.SESSION_COOKIE_SAMESITE,
        )
        self._rekey(None)
        return response

    def _rekey(self, key: Optional[str]) -> None:
        """Has the rest of the request go on with the session that the browser has now."""
        self.request.session._session_key = key
        watch = watch_of(self.request)
        if watch:
            watch.follow(key)


def _to_client(request: HttpRequest) -> Optional[str]:
    client = request.META.get("HTTP_SESSION_CLIENT")
    if client is not None and not re.fullmatch(r"[A-Za-z0-9_-]{22,64}", client):
        raise Problem("bad-request", "Session-Client must be 22 to 64 characters of base64url.")
    return client
