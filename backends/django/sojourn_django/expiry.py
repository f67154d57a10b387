"""How long a session and its cookie live, as plain numbers: the server's life, the client's wish and the absolute end.

The earliest counts. `record.py`, `stored.py` and `exchange.py` ask; it never reads a clock. Times are seconds since the epoch.
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Optional, Union


@dataclass(frozen=True)
class Until:
    """A moment that stays whatever is written."""

    time: float


#: None: no rule. A number: seconds from each write; 0: no limit of its own, and the cookie ends with the browser.
ExpiryRule = Union[None, int, Until]


@dataclass(frozen=True)
class Policy:
    """What the server's settings say: SESSION_COOKIE_AGE, SESSION_EXPIRE_AT_BROWSER_CLOSE and SOJOURN["MAX_LIFETIME"]."""

    max_age: int
    at_browser_close: bool = False
    max_lifetime: float = math.inf
    #: The most seconds that the engine counts from a save, whatever the rules say: a signature has one age.
    max_seconds: float = math.inf


@dataclass(frozen=True)
class Rules:
    """What a session's record says of its life."""

    #: The server's life: what its own code set last. None is the policy.
    life: ExpiryRule = None
    #: The client's wish, which can only shorten it.
    wish: ExpiryRule = None
    #: When the first commit was stored, and when somebody signed in last; None if that is not known.
    created: Optional[float] = None
    signed_in: Optional[float] = None


@dataclass(frozen=True)
class Lifetime:
    """How long a session lives, all rules taken together."""

    #: Seconds from a write; infinite if only a date limits it.
    idle: float
    #: When it ends whatever is written; infinite if nothing says so.
    deadline: float
    at_browser_close: bool


class ExpiryFault(ValueError):
    """A date that has passed."""


class ExpiryTooLong(ValueError):
    """More seconds than the server's life; ``limit`` is how many there are."""

    def __init__(self, limit: int):
        super().__init__(limit)
        self.limit = limit


# Browsers cut every cookie's life to 400 days.
_MAX_COOKIE_LIFE = 400 * 86_400


def to_lifetime(rules: Rules, policy: Policy) -> Lifetime:
    """Returns how long a session with these rules lives."""
    life, wish = rules.life, rules.wish
    since = rules.created if rules.signed_in is None else rules.signed_in
    return Lifetime(
        idle=min(_idle_of(life) if life else policy.max_age, _idle_of(wish)),
        deadline=min(_until_of(life), _until_of(wish), math.inf if since is None else since + policy.max_lifetime),
        at_browser_close=(policy.at_browser_close if life is None else life == 0) or wish == 0,
    )


def _idle_of(rule: ExpiryRule) -> float:
    return rule if isinstance(rule, int) and rule != 0 else math.inf


def _until_of(rule: ExpiryRule) -> float:
    return rule.time if isinstance(rule, Until) else math.inf


def expires_at(lifetime: Lifetime, now: float) -> float:
    """Returns when a session that is written now ends."""
    return min(now + lifetime.idle, lifetime.deadline)


def to_wish(expiry: Union[int, None, datetime], life: ExpiryRule, policy: Policy, now: float) -> ExpiryRule:
    """Returns the wish that a commit asks for.

    Raises ExpiryTooLong for more seconds than the server's life. A later date is cut to it instead, because the client's
    clock may differ. Raises ExpiryFault for a date that has passed.
    """
    end = expires_at(to_lifetime(Rules(life), Policy(policy.max_age, policy.at_browser_close)), now)
    if isinstance(expiry, datetime):
        time = expiry.timestamp()
        if time <= now:
            raise ExpiryFault
        return Until(min(time, end))
    limit = max(0, math.floor(end - now))
    if expiry is not None and expiry > limit:
        raise ExpiryTooLong(limit)
    return expiry


def to_stored_rule(lifetime: Lifetime, policy: Policy, now: float) -> ExpiryRule:
    """Returns the one rule by which Django's own engines end the session no later; None is the policy.

    Django keeps one value, so a cookie that ends with the browser cannot be told along with fewer seconds or a date: a view's
    own save then gives the cookie those.
    """
    if lifetime.deadline < now + lifetime.idle:
        return Until(lifetime.deadline)
    if lifetime.idle != policy.max_age:
        return int(lifetime.idle)
    if lifetime.at_browser_close:
        return None if policy.at_browser_close else 0
    return policy.max_age if policy.at_browser_close else None


def cookie_until(lifetime: Lifetime, now: float) -> Optional[int]:
    """Returns when a cookie set now is over; None: with the browser.

    Writes extend a session without setting its cookie again (each Set-Cookie can undo a log-in), so the cookie is given
    twice the session's life, and ``outlives`` says when that is used up.
    """
    if lifetime.at_browser_close:
        return None
    return int(min(now + 2 * lifetime.idle, lifetime.deadline, now + _MAX_COOKIE_LIFE))


def outlives(cookie: Optional[float], end: float, now: float) -> bool:
    """Whether a cookie that lasts until ``cookie`` is there for as long as a session that ends at ``end``."""
    return cookie is None or cookie >= min(int(end), int(now) + _MAX_COOKIE_LIFE / 2)
