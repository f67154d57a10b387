"""The types and ranges of the settings in ``SOJOURN``. conf.py refuses what breaks a rule; the system checks list all of it."""
from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Callable, Mapping


@dataclass(frozen=True)
class Rule:
    """What a setting may be: a test of it, and the same in words."""

    holds: Callable[[Any], bool]
    words: str


def _is_whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _are_texts(value: Any) -> bool:
    """A single text would count as a list of its letters, and match every part of itself."""
    return isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(item, str) for item in value)


_TEXTS = Rule(_are_texts, "a list of texts, such as ['…']")
_BOOL = Rule(lambda value: isinstance(value, bool), "True or False")
_FUNCTION = Rule(lambda value: callable(value) or isinstance(value, str) and "." in value, "a function or its dotted path")
_NO_FUNCTION = Rule(lambda value: value is None or _FUNCTION.holds(value), "None, a function or its dotted path")
_GIGABYTE = 1 << 30

# KEYS, READ_ONLY_KEYS and what else names keys is for keys.py, which says more of them.
RULES: Mapping[str, Rule] = {
    "MAX_SESSION_BYTES": Rule(lambda value: _is_whole(value, 1, _GIGABYTE), f"a whole number of bytes from 1 to {_GIGABYTE}"),
    "MAX_BODY_BYTES": Rule(lambda value: value is None or _is_whole(value, 1, _GIGABYTE), f"None, or whole bytes from 1 to {_GIGABYTE}"),
    "ORIGINS": _TEXTS,
    "CSRF_TOKEN": _BOOL,
    "IDENTITY": _FUNCTION,
    "VALIDATE": _NO_FUNCTION,
    "ADMIT": _NO_FUNCTION,
    "MAX_LIFETIME": Rule(lambda value: value is None or _is_whole(value, 1, 10**10), "None, or whole seconds from 1"),
    "GRACE_SECONDS": Rule(lambda value: _is_whole(value, 0, 86_400), "whole seconds from 0 to 86400"),
    "ATOMIC_CACHES": _TEXTS,
    "TEST_CONTROL": _BOOL,
    "SCHEMA": Rule(lambda value: value is None or isinstance(value, (str, os.PathLike)), "the path of a file"),
}


@dataclass(frozen=True)
class SettingFault:
    """A setting that is wrong, and what to write. ``check`` is the id of the system check that says so."""

    check: str
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"


def find_faults(given: Any, names: frozenset[str]) -> list[SettingFault]:
    """Returns what is wrong with the value of ``SOJOURN``, given the names of all settings; the first first."""
    if not isinstance(given, Mapping):
        kind = type(given).__name__
        return [SettingFault("sojourn.E001", f"SOJOURN is {kind}, not a dict.", "Write SOJOURN = {'KEYS': ['theme', 'cart']}.")]
    faults = []
    for name, value in given.items():
        if name not in names:
            faults.append(SettingFault("sojourn.E001", f"SOJOURN has no setting {name!r}.", f"It knows {', '.join(sorted(names))}."))
        elif name in RULES and not RULES[name].holds(value):
            kind = type(value).__name__
            shown = f"{value!r} ({kind})" if isinstance(value, (bool, int, float, str)) or value is None else kind
            faults.append(SettingFault("sojourn.E006", f"SOJOURN[{name!r}] is {shown}.", f"It must be {RULES[name].words}."))
    return faults
