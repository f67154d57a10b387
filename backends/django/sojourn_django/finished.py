"""What becomes of ``request.session`` once an answer of ours is made."""
from __future__ import annotations

from django.http import HttpRequest

from .stored import without_private


class FinishedSession(dict):  # type: ignore[type-arg]
    """The keys, to read.

    It has none of the attributes that SessionMiddleware asks for, which then neither saves the dict of this request over
    what others wrote since nor sets a cookie.
    """


def finish(request: HttpRequest) -> None:
    """Disarms SessionMiddleware for this request."""
    session = getattr(request, "session", None)
    request.session = FinishedSession(without_private(getattr(session, "_session_cache", {})))
