"""What a commit does to a session: plain data in, plain data out, in the order of docs/protocol.md."""
from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Mapping, Optional, Union

from .commit import UNCHANGED, Commit
from .expiry import ExpiryFault, ExpiryTooLong, Policy, Rules, cookie_until, expires_at, outlives, to_lifetime, to_wish
from .keys import text_of

#: How many clients a session remembers the last commit of.
MAX_CLIENTS = 64


@dataclass(frozen=True)
class ClientRecord:
    """The last commit that was stored for one client."""

    client: str
    n: int
    #: Hash of the exact body: a number is bound to one body for ever.
    hash: str
    #: The session's ``seq`` once it was stored.
    seq: int
    #: Whether its answer set the cookie, so that a repetition sets it again.
    cookie: bool


@dataclass(frozen=True)
class SessionRecord:
    """A session as it is stored."""

    lineage: str
    #: Counts the commits of this lineage. Clients never see an order: only the floor needs one.
    seq: int = 0
    #: A nonce, new with each commit.
    mark: str = ""
    #: Every key, the server's own ``_`` keys among them.
    data: Mapping[str, Any] = field(default_factory=dict)
    #: Least recent first.
    clients: tuple[ClientRecord, ...] = ()
    #: The highest ``seq`` at which a client that is forgotten since had stored a commit.
    floor: int = 0
    rules: Rules = Rules()
    expires_at: float = 0
    #: When the browser's cookie is over. None: with the browser; 0: nobody knows, so the next commit sets it.
    cookie_until: Optional[float] = 0


@dataclass(frozen=True)
class Subject:
    """What the cookie of a request names: ``none`` (no cookie), ``unknown``, or a ``known`` session, as clients may see it."""

    key: str
    version: str
    record: Optional[SessionRecord] = None
    #: The exposed keys as JSON values, and the tag of each.
    data: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


#: The two states without a session are the same for everybody.
NO_KEY = Subject("none", "v0")
UNKNOWN_KEY = Subject("unknown", "v0-unknown")


@dataclass(frozen=True)
class Attempt:
    """A commit as it came: whose, which, and the hash of its bytes."""

    client: str
    n: int
    hash: str
    commit: Commit


@dataclass(frozen=True)
class Circumstances:
    """What comes from outside: time, randomness, policy."""

    now: float
    policy: Policy
    #: The nonce of the next state, and the lineage of a session that is created.
    mark: str
    lineage: str
    #: The keys that a commit may write: what `clear` deletes.
    writable: frozenset[str] = frozenset()
    max_clients: int = MAX_CLIENTS


@dataclass(frozen=True)
class Store:
    """The commit is to be stored."""

    next: SessionRecord
    changed: tuple[str, ...]
    #: Whether the session moves to a new key.
    rotate: bool
    #: Whether the answer sets the cookie.
    cookie: bool
    #: Whether the state before was exactly the commit's base, so that a minimal answer tells all.
    exact: bool


@dataclass(frozen=True)
class Replayed:
    """The commit is stored already; ``cookie`` as its answer had it."""

    cookie: bool


@dataclass(frozen=True)
class Refused:
    """The session stays as it is. ``kind`` names the problem, or ``bad-expiry``."""

    kind: str
    conflicts: Optional[tuple[str, ...]] = None
    #: The most seconds that the commit may ask for.
    limit: Optional[int] = None


@dataclass(frozen=True)
class Idle:
    """A commit without content for a visitor without a session: there is nothing to extend, and nothing is created."""


Outcome = Union[Store, Replayed, Refused, Idle]


def client_of(record: SessionRecord, client: Optional[str]) -> Optional[ClientRecord]:
    """The last commit stored for a client."""
    return next((known for known in record.clients if known.client == client), None)


def decide_commit(subject: Subject, attempt: Attempt, circumstances: Circumstances) -> Outcome:
    """Decides what a commit does: key, exactly once, lineage, after, expect."""
    commit, n = attempt.commit, attempt.n
    if subject.record is None:
        if commit.lineage is not None:
            return Refused("gone")
        # Creating here could bury a living session whose key was rotated a moment ago, so the client looks first.
        if subject.key == "unknown" and not commit.fresh:
            return Refused("unknown-key")
    record = subject.record or SessionRecord(circumstances.lineage)
    known = client_of(record, attempt.client)
    # Before the lineage: a first commit whose cookie arrived but whose answer was lost comes again with `lineage: null`.
    if known and n <= known.n:
        return Replayed(known.cookie) if n == known.n and attempt.hash == known.hash else Refused("key-reused")
    if subject.record and commit.lineage != record.lineage:
        return Refused("gone")
    if not known and seq_of(commit.base) < record.floor:
        return Refused("forgotten")
    if not _is_in_step(record, known, commit):
        return Refused("out-of-step")
    conflicts = _find_conflicts(subject, commit)
    if conflicts is not None:
        return Refused("conflict", conflicts)
    if subject.record is None and not commit.has_content:
        return Idle()
    return _store(record, attempt, circumstances, subject)


def _is_in_step(record: SessionRecord, known: Optional[ClientRecord], commit: Commit) -> bool:
    """``after`` must be what the record says.

    A client that the record dropped cannot be asked: its base is not below the floor, so all that it had stored is in
    its base, and this commit is not.
    """
    if known:
        return commit.after == known.n
    return commit.after == 0 or 0 < record.floor and seq_of(commit.base) <= record.seq


def _find_conflicts(subject: Subject, commit: Commit) -> Optional[tuple[str, ...]]:
    """The keys that are not as the commit expects; None if all are, empty if only the version differs."""
    keys = tuple(key for key, tag in commit.expect.items() if subject.tags.get(key) != tag)
    is_other_base = (commit.clear or commit.expects_base) and commit.base != subject.version
    return keys if keys or is_other_base else None


def _store(record: SessionRecord, attempt: Attempt, circumstances: Circumstances, subject: Subject) -> Outcome:
    commit, policy, now = attempt.commit, circumstances.policy, circumstances.now
    try:
        wish = record.rules.wish if commit.expiry == UNCHANGED else to_wish(commit.expiry, record.rules.life, policy, now)
    except ExpiryFault:
        return Refused("bad-expiry")
    except ExpiryTooLong as fault:
        return Refused("expiry-too-long", limit=fault.limit)
    gone = tuple(key for key in map(text_of, record.data) if key in circumstances.writable) if commit.clear else commit.delete
    rotate = subject.record is not None and commit.cycle_key
    rules = replace(record.rules, wish=wish, created=record.rules.created or now)
    lifetime = to_lifetime(rules, policy)
    end = expires_at(lifetime, now)
    is_new = subject.record is None or rotate or wish != record.rules.wish
    cookie = is_new or not outlives(record.cookie_until, end, now)
    stored = replace(
        record,
        seq=record.seq + 1,
        mark=circumstances.mark,
        data=_apply(record.data, gone, commit.set),
        rules=rules,
        expires_at=end,
        cookie_until=cookie_until(lifetime, now) if cookie else record.cookie_until,
    )
    last = ClientRecord(attempt.client, attempt.n, attempt.hash, stored.seq, cookie)
    return Store(
        next=_remember(stored, last, circumstances.max_clients),
        changed=tuple(dict.fromkeys((*gone, *commit.set))),
        rotate=rotate,
        cookie=cookie,
        # The keys that `clear` spares are not in the commit, so only the whole state tells of them.
        exact=commit.base == subject.version and not commit.clear,
    )


def _remember(record: SessionRecord, last: ClientRecord, limit: int) -> SessionRecord:
    """Notes a client's last commit. Who is dropped for it raises the floor: its commits from before could come again."""
    clients = (*(known for known in record.clients if known.client != last.client), last)
    dropped = clients[: max(0, len(clients) - limit)]
    return replace(record, clients=clients[len(dropped) :], floor=max(record.floor, *(known.seq for known in dropped), 0))


def seq_of(version: str) -> int:
    """The ``seq`` in a version; 0 for what is no version of a session."""
    match = re.match(r"v(\d{1,15})-", version, re.ASCII)
    return int(match.group(1)) if match else 0


def _apply(data: Mapping[Any, Any], gone: tuple[str, ...], stored: Mapping[str, Any]) -> dict[Any, Any]:
    """Deletes and sets keys. A key that is no text, which Django allows, is the key of its text, as JSON would store it."""
    deleted = frozenset(gone)
    replaced = frozenset(stored)

    def stays(key: Any) -> bool:
        text = text_of(key)
        return text not in deleted and (isinstance(key, str) or text not in replaced)

    return {**{key: value for key, value in data.items() if stays(key)}, **stored}
