"""What the endpoint does to ``request.session``. Middlewares, and a view that called the endpoint, go on with it afterwards."""
from __future__ import annotations

from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.base import SessionBase


def save_only_changes(session: SessionBase) -> None:
    """Has ``save`` do nothing for a session without changes.

    SessionMiddleware calls it all the same under ``SESSION_SAVE_EVERY_REQUEST``, and would undo what others store meanwhile.
    """
    save = session.save

    def save_if_modified(must_create: bool = False) -> None:
        if must_create or session.modified:
            save(must_create)

    session.save = save_if_modified  # type: ignore[method-assign]
    if hasattr(session, "asave"):
        session.asave = sync_to_async(save_if_modified)


def restart_session(session: SessionBase) -> None:
    """Makes a session as it was when the request began: the next access loads what is stored, and only later writes are saved."""
    session.__dict__.pop("_session_cache", None)
    session.accessed = session.modified = False
