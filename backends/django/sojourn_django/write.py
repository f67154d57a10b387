"""The answer to a PATCH: one commit, decided by record.py and stored by compare-and-set."""
from __future__ import annotations

import json
import re
import secrets
import time
from typing import Any, Mapping, Optional

from django.http import HttpResponse

from .body import read_commit
from .commit import Commit
from .conf import max_body_bytes
from .engines.base import CookieTooLarge
from .exchange import Exchange, Found
from .hooks import validate
from .problems import Problem, unavailable
from .keys import ExposedKeys
from .record import Attempt, Circumstances, Idle, Outcome, Refused, Replayed, Store, Subject, decide_commit
from .retry import retry
from .stored import to_policy, to_stored, to_subject
from .wire import hash_of, to_wire

# How much of a body's hash is stored, 66 bits: it tells two bodies of one client apart, and 64 of them fit into a cookie.
_BODY_HASH_LENGTH = 11
# How many refused keys a response names.
_MAX_ERRORS = 100


def answer_commit(exchange: Exchange) -> HttpResponse:
    """Answers a PATCH."""
    number = re.fullmatch(r'"([A-Za-z0-9_-]{22,64})/([1-9][0-9]{0,14})"', exchange.request.META.get("HTTP_IDEMPOTENCY_KEY", ""))
    if not number:
        raise Problem("bad-request", 'Idempotency-Key must be "<client>/<n>", with its quotes.')
    client, n = number.group(1), int(number.group(2))
    commit, body = read_commit(exchange.request, max_body_bytes(exchange.conf))
    if commit.after >= n:
        raise Problem("bad-request", '"after" must be below the number of the commit.')
    _check_keys(commit, exchange.exposed)
    attempt = Attempt(client, n, hash_of(body)[:_BODY_HASH_LENGTH], commit)
    exchange.client = client
    try:
        response = retry(lambda: _try_commit(attempt, exchange))
    except CookieTooLarge as error:
        raise Problem("too-large", f"The cookie holds {error.limit} bytes.", limit=error.limit, errors=[]) from None
    if response is None:
        raise unavailable()
    return response


def _try_commit(attempt: Attempt, exchange: Exchange) -> Optional[HttpResponse]:
    """One try; None where somebody else wrote between reading and storing."""
    found, outcome = _locate(attempt, exchange)
    subject = found.subject
    if isinstance(outcome, Store):
        _check_content(outcome, found, attempt, exchange)
        # An engine may add to it, or have clients forgotten to make room, and the answer tells what is stored.
        data = to_stored(outcome.next, time.time())
        key = _save(found, outcome, data, attempt, exchange)
        if key is None:
            return None
        stored = to_subject(key, data, exchange.engine.cap(outcome.next.expires_at), exchange.exposed)
        return _answer_stored(outcome, stored, key, attempt, exchange)
    if isinstance(outcome, Replayed):
        response = exchange.answer_state(subject)
        if found.stored and (outcome.cookie or found.stored.key != exchange.cookie):
            exchange.set_cookie(response, found.stored.key, subject)
        return response
    if isinstance(outcome, Idle):
        return exchange.answer_state(subject)
    if outcome.kind == "bad-expiry":
        raise Problem("bad-request", '"expiry" is a date that has passed.')
    if outcome.kind == "expiry-too-long":
        raise Problem("expiry-too-long", f"The session may live for {outcome.limit} s.", limit=outcome.limit)
    if outcome.kind == "key-reused":
        raise Problem("key-reused")
    members = {} if outcome.conflicts is None else {"conflicts": outcome.conflicts}
    return exchange.answer_problem(outcome.kind, subject, **members)


def _locate(attempt: Attempt, exchange: Exchange) -> tuple[Found, Outcome]:
    """Finds the session and decides. The old key of a rotation leads on, for the repetition of the commit that rotated it alone."""

    def decide(found: Found) -> Outcome:
        circumstances = Circumstances(
            now=time.time(),
            policy=to_policy(),
            mark=secrets.token_urlsafe(16),
            lineage=secrets.token_urlsafe(16),
            writable=exchange.exposed.writable,
            max_clients=exchange.engine.max_clients,
        )
        return decide_commit(found.subject, attempt, circumstances)

    found = exchange.find()
    if found.subject.key == "unknown" and exchange.cookie and exchange.engine.is_key(exchange.cookie):
        moved = exchange.engine.read_moved(exchange.cookie)
        if moved and moved.to and moved.by == _name_of(attempt):
            led = exchange.find_at(moved.to)
            outcome = decide(led)
            if isinstance(outcome, Replayed) or isinstance(outcome, Refused) and outcome.kind == "key-reused":
                return led, outcome
    return found, decide(found)


def _save(found: Found, outcome: Store, data: dict[str, Any], attempt: Attempt, exchange: Exchange) -> Optional[str]:
    """Stores the next record; returns its key."""
    if found.stored is None:
        return exchange.engine.create(data)
    if outcome.rotate:
        return exchange.engine.rotate(found.stored, data, _name_of(attempt))
    return exchange.engine.replace(found.stored, data)


def _answer_stored(outcome: Store, subject: Subject, key: str, attempt: Attempt, exchange: Exchange) -> HttpResponse:
    state = exchange.state(subject)
    is_minimal = outcome.exact and re.search(r'(^|[\s,;])return="?minimal\b', exchange.request.META.get("HTTP_PREFER", ""), re.I)
    if is_minimal:
        del state["data"]
        state["tags"] = {name: tag for name, tag in state["tags"].items() if name in attempt.commit.set}
    response = exchange.answer_state(subject, state)
    if is_minimal:
        response["Preference-Applied"] = "return=minimal"
    if outcome.cookie or key != exchange.cookie:
        exchange.set_cookie(response, key, subject)
    return response


def _check_keys(commit: Commit, exposed: ExposedKeys) -> None:
    """Refuses keys that the client may not name or write. Before the store is read, so that the response tells nothing of it."""
    written = (*commit.set, *commit.delete)
    private = [key for key in dict.fromkeys((*written, *commit.expect)) if key not in exposed.names]
    if private:
        raise Problem("private-key", errors=[{"key": key} for key in private[:_MAX_ERRORS]])
    read_only = [key for key in written if key not in exposed.writable]
    if read_only:
        raise Problem("read-only-key", errors=[{"key": key} for key in read_only[:_MAX_ERRORS]])


def _check_content(outcome: Store, found: Found, attempt: Attempt, exchange: Exchange) -> None:
    """What the server itself has against a commit: its size, or the project's own validation."""
    # A touch is not to blame for what is there, and has to pass: it ends what late copies of refused commits could do.
    if not outcome.changed:
        return
    limit, data = exchange.conf.MAX_SESSION_BYTES, outcome.next.data
    # Of the exposed keys alone: the limit must not tell how much the private ones hold.
    size = _size_of(to_wire(data, exchange.exposed))
    if size > limit and size > _size_of(found.subject.data):
        errors = [
            {"key": name, "message": f"The value alone is larger than {limit} bytes."}
            for name, value in attempt.commit.set.items()
            if _size_of({name: value}) > limit
        ]
        detail = f"The session would be {size} bytes of JSON; it holds {limit}."
        raise Problem("too-large", detail, limit=limit, errors=errors)
    checks = ((key, exchange.exposed.find_fault(key, value)) for key, value in attempt.commit.set.items())
    faults = [{"key": key, "path": list(fault.path), "message": fault.message} for key, fault in checks if fault]
    if faults:
        raise Problem("refused", errors=faults[:_MAX_ERRORS])
    validate(exchange.conf, exchange.request, dict(data), outcome.changed)


def _size_of(data: Mapping[str, Any]) -> int:
    return len(json.dumps(data, separators=(",", ":"), ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))


def _name_of(attempt: Attempt) -> str:
    return f'"{attempt.client}/{attempt.n}"'
