"""Between the dict that a session engine stores and the record that commits are decided on.

All that the protocol needs lies under one private key, ``_sojourn``, in the same dict and so in the same write as the
data. A session that other code made has none: its lineage is derived from its key until the first commit stores it.
"""
from __future__ import annotations

import math
from datetime import datetime, timezone as utc
from typing import Any, Mapping, Optional

import django
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_datetime

from .expiry import ExpiryRule, Policy, Until, ends_with_browser
from .keys import ExposedKeys
from .record import ClientRecord, SessionRecord, Subject
from .wire import fingerprint, hash_of, to_base64url, to_tags, to_wire

#: The one private key of this package.
META = "_sojourn"
#: Django's own, which `set_expiry` writes.
EXPIRY = "_session_expiry"
# Until 4.1 Django keeps a datetime in the session, which its own JSON serializer then refuses.
_KEEPS_DATES = django.VERSION >= (4, 1)
#: What a session knows of who is signed in.
AUTH = ("_auth_user_id", "_auth_user_backend", "_auth_user_hash")


def to_policy() -> Policy:
    """The policy of the settings."""
    return Policy(int(settings.SESSION_COOKIE_AGE), bool(settings.SESSION_EXPIRE_AT_BROWSER_CLOSE))


def to_record(key: str, data: Mapping[str, Any], expires_at: float) -> SessionRecord:
    """The record in a stored dict."""
    meta = meta_of(data)
    if not isinstance(meta.get("lineage", ""), str) or not isinstance(meta.get("seq", 0), int):
        raise TypeError(f"Other code wrote over the session key {META!r}.")
    rule = _to_rule(data, meta)
    own = {name: value for name, value in data.items() if name not in (META, EXPIRY)}
    return SessionRecord(
        lineage=meta.get("lineage") or derive_lineage(key),
        seq=meta.get("seq", 0),
        mark=meta.get("mark", ""),
        data=own,
        clients=tuple(ClientRecord(*client) for client in meta.get("clients", ())),
        floor=meta.get("floor", 0),
        expiry=rule,
        expires_at=expires_at if not isinstance(rule, Until) else min(expires_at, rule.time),
        cookie_until=_cookie_until(meta, rule),
    )


def to_stored(record: SessionRecord, now: float) -> dict[str, Any]:
    """The dict to store of a record."""
    meta: dict[str, Any] = {
        "lineage": record.lineage,
        "seq": record.seq,
        "mark": record.mark,
        "floor": record.floor,
        "clients": [[known.client, known.n, known.hash, known.seq, known.cookie] for known in record.clients],
        "cookie": record.cookie_until,
    }
    result = dict(record.data)
    if isinstance(record.expiry, Until):
        if _KEEPS_DATES:
            result[EXPIRY] = _to_date(record.expiry.time).isoformat()
        else:
            seconds = max(1, math.ceil(record.expiry.time - now))
            result[EXPIRY] = seconds
            meta["until"] = [record.expiry.time, seconds]
    elif record.expiry is not None:
        result[EXPIRY] = record.expiry
    result[META] = meta
    return result


def to_subject(key: str, data: Mapping[str, Any], expires_at: float, exposed: ExposedKeys) -> Subject:
    """Returns a session that is there, as clients of this list of keys may see it."""
    record = to_record(key, data, expires_at)
    wire = to_wire(record.data, exposed)
    return Subject("known", version_of(record, exposed), record, wire, to_tags(wire))


def version_of(record: SessionRecord, exposed: ExposedKeys) -> str:
    """Names a stored state: a hash over all that it tells, since other code writes sessions without a word.

    The list of keys is part of it: two servers with different lists, as during a deploy, must not take one's state for
    the other's. A private key that changes does not change it. SojournMiddleware asks for it with each page that touches the
    session, so it costs one pass of Python's own encoder (`scripts/cost` measures it).
    """
    content = [
        record.lineage,
        record.seq,
        record.mark,
        record.floor,
        [[known.client, known.n, known.hash, known.seq, known.cookie] for known in record.clients],
        exposed.mark,
        record.expiry.time if isinstance(record.expiry, Until) else record.expiry,
        type(record.expiry).__name__,
        [str(record.data.get(name, "")) for name in AUTH],
    ]
    return f"v{record.seq}-{_hmac('version', fingerprint(content, record.data, exposed))}"


def derive_lineage(key: str) -> str:
    """The lineage of a session that stores none.

    Without SECRET_KEY, which may change while the session lives; a key has too many bits to be found from its hash.
    """
    return hash_of(f"sojourn_django.lineage {key}")


def meta_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """What lies under the private key; empty where other code made the session."""
    meta = data.get(META)
    return meta if isinstance(meta, dict) else {}


def for_new_key(key: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """The dict as Django moves it to another key: its lineage is stored, and how long cookie and entry last is forgotten.

    Both are made anew with the life of any save, so that what was noted of the old ones would keep the next commits from
    setting the cookie in time.
    """
    meta = {name: value for name, value in meta_of(data).items() if name not in ("cookie", "expires", "expiry")}
    return {**data, META: {**meta, "lineage": meta.get("lineage") or derive_lineage(key)}}


def without_private(data: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the keys of the app: those that do not begin with ``_``. Views see them all, exposed or not."""
    return {key: value for key, value in data.items() if not str(key).startswith("_")}


def _hmac(purpose: str, value: str) -> str:
    return to_base64url(salted_hmac(f"sojourn_django.{purpose}", value, algorithm="sha256").digest()[:16])


def _to_rule(data: Mapping[str, Any], meta: Mapping[str, Any]) -> ExpiryRule:
    value = data.get(EXPIRY)
    until = meta.get("until")
    if until and until[1] == value:
        return Until(until[0])
    if isinstance(value, str):
        value = _parse(value)
    if isinstance(value, datetime):
        return Until(value.timestamp())
    return None if value is None else int(value)


def _cookie_until(meta: Mapping[str, Any], rule: ExpiryRule) -> Optional[float]:
    is_for_browser = ends_with_browser(rule, to_policy())
    if "cookie" in meta and (meta["cookie"] is None) == is_for_browser:
        return meta["cookie"]
    # Django's middleware set the cookie: for the browser, until a date, or for the age that counts from a save which no
    # cache tells the time of.
    if is_for_browser:
        return None
    return int(rule.time) if isinstance(rule, Until) else 0


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
