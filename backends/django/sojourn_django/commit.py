"""The body of a PATCH: one commit, as docs/protocol.md says it. `body.py` checks every parsed body here; nothing is stored yet."""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Optional, Union

from django.utils.dateparse import parse_datetime

from .strict_json import MAX_SAFE_INTEGER

#: The longest lifetime that a commit may ask for, in seconds: ten years.
MAX_EXPIRY_SECONDS = 315_360_000
#: How many keys a commit may name, in "set", "delete" and "expect" together.
MAX_KEYS = 1_000

# A name that is not listed is refused: a misspelt member would otherwise be dropped without a word.
_MEMBERS = ("lineage", "base", "after", "set", "delete", "expect", "clear", "expiry", "cycleKey", "fresh")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_NAME = re.compile(r"[\x21\x23-\x7e]{1,256}")

#: What stands for an expiry that the commit does not name; None is the policy of the server.
UNCHANGED = "unchanged"


class CommitFault(ValueError):
    """Why a value is no commit."""


class TooManyKeys(Exception):
    """The commit names more than MAX_KEYS keys."""


@dataclass(frozen=True)
class Commit:
    """The net effect of some mutations. ``expiry``: seconds, None, a date, or UNCHANGED."""

    lineage: Optional[str]
    base: str
    after: int
    set: dict[str, Any] = field(default_factory=dict)
    delete: tuple[str, ...] = ()
    expect: dict[str, Optional[str]] = field(default_factory=dict)
    expects_base: bool = False
    clear: bool = False
    expiry: Union[int, None, str, datetime] = UNCHANGED
    cycle_key: bool = False
    fresh: bool = False

    @property
    def has_content(self) -> bool:
        """Whether it is more than a touch, which extends a session and does nothing else."""
        return bool(self.set or self.delete or self.clear or self.cycle_key or self.expiry != UNCHANGED)


def parse_commit(value: Any) -> Commit:
    """Checks a parsed body. Raises CommitFault or TooManyKeys. A date in the past is not seen here: that depends on the clock."""
    if not isinstance(value, dict):
        raise CommitFault("it is not an object")
    stranger = next((name for name in value if name not in _MEMBERS), None)
    if stranger is not None:
        raise CommitFault(f"{stranger[:100]!r} is not a member of a commit")
    _check_head(value)
    _check_keys(value)
    expect = value.get("expect", {})
    return Commit(
        lineage=value["lineage"],
        base=value["base"],
        after=int(value["after"]),
        set=value.get("set", {}),
        delete=tuple(value.get("delete", ())),
        expect=expect if isinstance(expect, dict) else {},
        expects_base=expect == "base",
        clear=value.get("clear", False),
        expiry=_to_expiry(value["expiry"]) if "expiry" in value else UNCHANGED,
        cycle_key=value.get("cycleKey", False),
        fresh=value.get("fresh", False),
    )


def _check_head(value: dict[str, Any]) -> None:
    for name in ("lineage", "base", "after"):
        _require(name in value, f'"{name}" is missing')
    lineage = value["lineage"]
    _require(lineage is None or _is_name(lineage), '"lineage" must be a lineage or null')
    _require(_is_name(value["base"]), '"base" must be a version')
    _require(_is_whole(value["after"], MAX_SAFE_INTEGER), '"after" must be a commit number or 0')
    for name in ("clear", "cycleKey", "fresh"):
        _require(isinstance(value.get(name, False), bool), f'"{name}" must be true or false')
    _require(not value.get("fresh") or lineage is None, '"fresh" creates a session, so "lineage" must be null')


def _check_keys(value: dict[str, Any]) -> None:
    stored, gone, expect = value.get("set", {}), value.get("delete", []), value.get("expect", {})
    if sum(len(member) for member in (stored, gone, expect) if isinstance(member, (dict, list))) > MAX_KEYS:
        raise TooManyKeys
    _require(isinstance(stored, dict), '"set" must be an object')
    _require(isinstance(gone, list) and all(isinstance(key, str) for key in gone), '"delete" must be an array of keys')
    _require(len(set(gone)) == len(gone), '"delete" names a key twice')
    _require(not any(key in stored for key in gone), 'a key is in "set" and in "delete"')
    is_expect = expect == "base" or (isinstance(expect, dict) and all(tag is None or _is_name(tag) for tag in expect.values()))
    _require(is_expect, '"expect" must be "base" or give a tag or null for each key')


def _to_expiry(expiry: Any) -> Union[int, None, datetime]:
    if expiry is None:
        return None
    if isinstance(expiry, str):
        return _to_date(expiry)
    _require(_is_whole(expiry, MAX_EXPIRY_SECONDS), f'"expiry" must be null, a date or whole seconds from 0 to {MAX_EXPIRY_SECONDS}')
    return int(expiry)


def _to_date(text: str) -> datetime:
    try:
        date = parse_datetime(text.upper()) if _DATE_TIME.fullmatch(text) else None
    except ValueError:
        date = None
    if date is None:
        raise CommitFault('"expiry" must be an RFC 3339 date with a time and a zone')
    return date


def _is_name(value: Any) -> bool:
    """Lineages, versions and tags are 1 to 256 visible ASCII characters without quotes: they stand in header fields."""
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _is_whole(value: Any, limit: int) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value) and 0 <= value <= limit


def _require(condition: bool, fault: str) -> None:
    if not condition:
        raise CommitFault(fault)
