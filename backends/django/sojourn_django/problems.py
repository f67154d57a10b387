"""Problem documents (RFC 9457), the body of every answer that is not a state."""
from __future__ import annotations

from typing import Any, Mapping, Optional

from django.http import HttpResponse

from .wire import dump

_PREFIX = "urn:sojourn:problem:"

# Status and title of each problem; docs/protocol.md has this table.
_PROBLEMS = {
    "bad-request": (400, "The request is not of the protocol"),
    "unauthenticated": (401, "Sign in first"),
    "csrf": (403, "The request does not come from the same origin"),
    "method-not-allowed": (405, "The session has no such method"),
    "unknown-key": (409, "The cookie names no session"),
    "forgotten": (409, "It cannot be told any more whether the commit is stored"),
    "out-of-step": (409, "The commit does not follow on the last one that is stored"),
    "conflict": (409, "A key is not as the commit expects"),
    "gone": (410, "The session is another one, or none"),
    "too-large": (413, "Too large"),
    "unsupported-media-type": (415, "The body must be JSON in UTF-8"),
    "refused": (422, "The values are refused"),
    "private-key": (422, "The key is not exposed to clients"),
    "read-only-key": (422, "The key can only be written by the server"),
    "expiry-too-long": (422, "The session may not live for so long"),
    "key-reused": (422, "The commit number was used for something else"),
    "rate-limited": (429, "Too many requests"),
    "server-error": (500, "The server failed"),
    "unavailable": (503, "The session cannot be reached now"),
}


class Problem(Exception):
    """Ends a request with a problem document."""

    def __init__(self, name: str, detail: Optional[str] = None, headers: Optional[Mapping[str, str]] = None, **members: Any):
        super().__init__(name)
        self.name = name
        self.headers = headers or {}
        self.members = {"detail": detail, **members} if detail else members

    def to_response(self, state: Optional[Mapping[str, Any]] = None) -> HttpResponse:
        """The answer; a 409 or 410 has the state to go on from."""
        status, title = _PROBLEMS[self.name]
        body = {"type": _PREFIX + self.name, "title": title, "status": status, **self.members, **(state or {})}
        response = HttpResponse(dump(body), status=status, content_type="application/problem+json")
        for name, value in self.headers.items():
            response[name] = value
        if state:
            response["Session-Version"] = state["version"]
        return response


def failed(detail: Optional[str] = None) -> Problem:
    """The server's own code or settings failed. Without ``Retry-After``: it will not pass by itself, and clients give up."""
    return Problem("server-error", detail)


def unavailable(seconds: int = 2) -> Problem:
    """Nothing is known of the session, and nothing of the reason is told."""
    return Problem("unavailable", headers={"Retry-After": str(seconds)})
