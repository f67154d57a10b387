"""Ends a session for ordinary views at its absolute end. Django's engines extend a session with each save and know no such end."""
from __future__ import annotations

import math
import time

from django.contrib.sessions.backends.base import SessionBase

from .expiry import to_lifetime
from .rules import read_rules
from .stored import meta_of, to_policy


def end_if_over(session: SessionBase) -> None:
    """Flushes a session that is past its absolute end. Without ``MAX_LIFETIME`` it does nothing, and loads nothing."""
    policy = to_policy()
    if session.session_key is None or math.isinf(policy.max_lifetime):
        return
    accessed = session.accessed
    data = session._session
    # Looking is not using: the response depends on the cookie only if the view uses the session.
    session.accessed = accessed
    try:
        rules = read_rules(data, meta_of(data))
    except TypeError:
        return  # The endpoint says what is wrong with the record.
    if to_lifetime(rules, policy).deadline <= time.time():
        session.flush()
