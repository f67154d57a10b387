"""Between the dict that a session engine stores and the record that commits are decided on.

All that the protocol needs lies under one private key, ``_sojourn``, in the same dict and so in the same write as the
data. A session that other code made has none: its lineage is derived from its key until the first commit stores it.
"""
from __future__ import annotations

import math
from importlib import import_module
from typing import Any, Mapping, Optional

from django.conf import settings
from django.utils.crypto import salted_hmac

from .expiry import Lifetime, Policy, to_lifetime
from .keys import ExposedKeys
from .record import ClientRecord, SessionRecord, Subject
from .rules import EXPIRY, end_of, read_rules, write_rules
from .wire import fingerprint, hash_of, to_base64url, to_tags, to_wire

#: The one private key of this package.
META = "_sojourn"
#: What a session knows of who is signed in.
AUTH = ("_auth_user_id", "_auth_user_backend", "_auth_user_hash")


def to_policy() -> Policy:
    """Returns the policy of the settings. A project's own engine may have another age (Django's ``get_session_cookie_age``)."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    limit, age = getattr(settings, "SOJOURN", {}).get("MAX_LIFETIME"), int(store.get_session_cookie_age())
    return Policy(
        max_age=age,
        at_browser_close=bool(settings.SESSION_EXPIRE_AT_BROWSER_CLOSE),
        max_lifetime=math.inf if limit is None else limit,
        max_seconds=age if settings.SESSION_ENGINE.endswith("signed_cookies") else math.inf,
    )


def to_record(key: str, data: Mapping[str, Any], expires_at: float) -> SessionRecord:
    """The record in a stored dict."""
    meta = meta_of(data)
    if not isinstance(meta.get("lineage", ""), str) or not isinstance(meta.get("seq", 0), int):
        raise TypeError(f"Other code wrote over the session key {META!r}.")
    policy, rules = to_policy(), read_rules(data, meta)
    lifetime = to_lifetime(rules, policy)
    own = {name: value for name, value in data.items() if name not in (META, EXPIRY)}
    return SessionRecord(
        lineage=meta.get("lineage") or derive_lineage(key),
        seq=meta.get("seq", 0),
        mark=meta.get("mark", ""),
        data=own,
        clients=tuple(ClientRecord(*client) for client in meta.get("clients", ())),
        floor=meta.get("floor", 0),
        rules=rules,
        expires_at=end_of(rules, lifetime, policy, data, expires_at),
        cookie_until=_cookie_until(meta, lifetime),
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
    write_rules(result, meta, record.rules, to_policy(), now)
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
        repr(record.rules),
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


def _cookie_until(meta: Mapping[str, Any], lifetime: Lifetime) -> Optional[float]:
    if "cookie" in meta and (meta["cookie"] is None) == lifetime.at_browser_close:
        return meta["cookie"]
    # Django's middleware set the cookie: for the browser, until a date, or for the age that counts from a save which no
    # cache tells the time of.
    if lifetime.at_browser_close:
        return None
    return int(lifetime.deadline) if math.isfinite(lifetime.deadline) else 0
