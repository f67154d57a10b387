"""The session protocol of Sojourn (docs/protocol.md) over Django's sessions.

``INSTALLED_APPS += ["sojourn_django"]``, the middleware ``sojourn_django.middleware.SojournMiddleware`` above Django's
``SessionMiddleware``, and ``path("session", include("sojourn_django.urls"))``.
"""
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase
    from django.http import HttpRequest

__version__ = "0.1.0"


def state(request: HttpRequest) -> Optional[dict[str, Any]]:
    """Returns the session's state for the first paint of a page, as the endpoint would tell it, without a CSRF token.

    The page gives ``{"state": …}`` to ``createSessionClient`` as ``initialState``; ``{% sojourn_state %}`` renders just that. It
    reads the session and changes nothing; call it after the view's own writes, which it tells. None if ``ADMIT`` refuses the
    state or the session cannot be read: the client then reads by itself. A session that this very request creates has no
    state yet. Sets the CSRF cookie if there is none. No cache of Django stores the page. In an async view call
    ``await sync_to_async(state)(request)``.

    Example: ``render(request, "page.html", {"theme": (state(request) or {"data": {}})["data"].get("theme", "light")})``
    """
    from .first_paint import state_of

    return state_of(request)


def end_all(user: Any, keep: Optional[SessionBase] = None) -> int:
    """Ends every session in which a user is signed in, but ``keep``, and returns how many there were.

    A password that changes ends the others by itself, through Django's session auth hash
    (https://docs.djangoproject.com/en/stable/topics/auth/default/#session-invalidation-on-password-change). This is for an
    account that is closed, or "sign out everywhere". It needs the engine db or cached_db, and reads each session of the table.

    Example: ``end_all(request.user, keep=request.session)``
    """
    from .people import end_all as end_all_sessions

    return end_all_sessions(user, keep)
