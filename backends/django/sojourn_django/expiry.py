"""How long a session lives, as plain numbers. Times are seconds since the epoch."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Optional, Union

from .commit import MAX_EXPIRY_SECONDS


@dataclass(frozen=True)
class Until:
    """A moment that stays whatever is written."""

    time: float


#: None: the server's policy. A number: seconds from each write; 0: as the policy, and the cookie goes with the browser.
ExpiryRule = Union[None, int, Until]


@dataclass(frozen=True)
class Policy:
    """What the server's settings say: SESSION_COOKIE_AGE and SESSION_EXPIRE_AT_BROWSER_CLOSE."""

    max_age: int
    at_browser_close: bool = False


class ExpiryFault(ValueError):
    """A date that is over or absurdly far."""


# Browsers cut every cookie's life to 400 days.
_MAX_COOKIE_LIFE = 400 * 86_400


def to_rule(expiry: Union[int, None, datetime], now: float) -> ExpiryRule:
    """The rule that a commit asks for."""
    if not isinstance(expiry, datetime):
        return expiry
    time = expiry.timestamp()
    if not now < time <= now + MAX_EXPIRY_SECONDS:
        raise ExpiryFault
    return Until(time)


def ends_with_browser(rule: ExpiryRule, policy: Policy) -> bool:
    """Whether the cookie goes with the browser."""
    return policy.at_browser_close if rule is None else rule == 0


def expires_at(rule: ExpiryRule, policy: Policy, now: float) -> float:
    """When a session written now is over."""
    if isinstance(rule, Until):
        return rule.time
    return now + (rule or policy.max_age)


def cookie_until(rule: ExpiryRule, policy: Policy, end: float, now: float) -> Optional[int]:
    """When a cookie set now is over; None: with the browser.

    Writes extend a session without setting its cookie again (each Set-Cookie can undo a log-in), so the cookie is given
    twice the session's life, and ``outlives`` says when that is used up.
    """
    if ends_with_browser(rule, policy):
        return None
    if isinstance(rule, Until):
        return int(min(rule.time, now + _MAX_COOKIE_LIFE))
    return int(now + min(2 * (end - now), _MAX_COOKIE_LIFE))


def outlives(cookie: Optional[float], end: float, now: float) -> bool:
    """Whether a cookie that lasts until ``cookie`` is there for as long as a session that ends at ``end``."""
    return cookie is None or cookie >= min(int(end), int(now) + _MAX_COOKIE_LIFE / 2)
