"""The rules of a session's life as they lie in its stored dict. `stored.py` reads and writes them; `login.py` notes log-ins.

Django keeps one value, ``_session_expiry``. The record notes which value a commit wrote there: another one was written by
the server's own code since, and is its life.
"""
from __future__ import annotations

import math
from datetime import datetime, timezone as utc
from typing import Any, Mapping, Optional

import django
from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from .expiry import ExpiryRule, Lifetime, Policy, Rules, Until, to_lifetime, to_stored_rule

#: Django's own, which `set_expiry` writes.
EXPIRY = "_session_expiry"
#: The private key that says when somebody signed in, in seconds since the epoch.
LOGIN = "_sojourn_login"
# Until 4.1 Django keeps a datetime in the session, which its own JSON serializer then refuses.
_KEEPS_DATES = django.VERSION >= (4, 1)


def read_rules(data: Mapping[str, Any], meta: Mapping[str, Any]) -> Rules:
    """Returns the rules in a stored dict, given what lies under the package's own key."""
    _check(meta)
    value = _plain(data.get(EXPIRY))
    life, wish = _to_rule(value), None
    if "wrote" in meta:
        wish = _decode(meta.get("wish"))
        if meta["wrote"] == value:
            life = _decode(meta.get("life"))
        elif value is None:
            # Django's `clear` and `set_expiry(None)` drop each expiry.
            wish = None
    elif "mark" in meta:
        # Before there were two rules a commit stored its own here. Whoever set it, the client can at most have wished it.
        until = meta.get("until")
        life, wish = None, Until(until[0]) if until and until[1] == value else life
    signed_in = data.get(LOGIN)
    if signed_in != meta.get("login"):
        wish = None
    return Rules(life, wish, meta.get("created"), signed_in if isinstance(signed_in, (int, float)) else None)


def write_rules(result: dict[str, Any], meta: dict[str, Any], rules: Rules, policy: Policy, now: float) -> None:
    """Puts rules into a dict that is to be stored, and into what lies under the package's own key."""
    value = _to_value(to_stored_rule(to_lifetime(rules, policy), policy, now), now)
    if value is not None:
        result[EXPIRY] = value
    meta.update(wrote=value, life=_encode(rules.life), wish=_encode(rules.wish), created=rules.created, login=result.get(LOGIN))


def drop_wish(data: dict[str, Any], meta: Mapping[str, Any], now: float) -> None:
    """Gives ``_session_expiry`` the server's life again."""
    value = _to_value(read_rules(data, meta).life, now)
    if value is None:
        data.pop(EXPIRY, None)
    else:
        data[EXPIRY] = value


def end_of(rules: Rules, lifetime: Lifetime, policy: Policy, data: Mapping[str, Any], expires_at: float) -> float:
    """Returns when a session ends that its engine keeps until ``expires_at``."""
    value = data.get(EXPIRY)
    # The engine counts these seconds from the last save; the rules may say fewer.
    seconds = value if isinstance(value, int) and value else policy.max_age if not value else math.inf
    saved = expires_at - min(seconds, policy.max_seconds)
    return min(expires_at, saved + lifetime.idle if math.isfinite(saved) else math.inf, lifetime.deadline)


def _check(meta: Mapping[str, Any]) -> None:
    """Raises TypeError if other code wrote over what a commit noted."""
    for name, kinds in (("wish", (int, list, tuple)), ("life", (int, list, tuple)), ("until", (list, tuple)), ("created", (int, float)), ("cookie", (int, float))):
        if not isinstance(meta.get(name), (*kinds, type(None))):
            raise TypeError(f"Other code wrote over {name!r} of the session's record.")


def _to_value(rule: ExpiryRule, now: float) -> Any:
    """The value of ``_session_expiry``."""
    if not isinstance(rule, Until):
        return rule
    return _to_date(rule.time).isoformat() if _KEEPS_DATES else max(1, math.ceil(rule.time - now))


def _plain(value: Any) -> Any:
    """A date as text: until 4.1 the cache engine keeps it as it is."""
    return value.isoformat() if isinstance(value, datetime) else value


def _to_rule(value: Any) -> ExpiryRule:
    if isinstance(value, str):
        date = _parse(value)
        return None if date is None else Until(date.timestamp())
    return None if value is None else int(value)


def _encode(rule: ExpiryRule) -> Any:
    return ["until", rule.time] if isinstance(rule, Until) else rule


def _decode(value: Any) -> ExpiryRule:
    return Until(float(value[1])) if isinstance(value, (list, tuple)) else value


def _parse(text: str) -> Optional[datetime]:
    try:
        date = parse_datetime(text)
    except ValueError:
        return None
    return date and (timezone.make_aware(date, timezone.get_default_timezone()) if timezone.is_naive(date) else date)


def _to_date(time: float) -> datetime:
    """As Django's session wants it: naive where the project does without time zones."""
    date = datetime.fromtimestamp(time, utc.utc)
    return date if settings.USE_TZ else timezone.make_naive(date, timezone.get_default_timezone())
