"""Which keys of a session clients may read and write: the list of the settings. Views, wire and record ask it.

A key that the list does not name is private: no response tells its name, value, size or tag.
"""
from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Optional, Sequence

from django.conf import settings

from .companions import companion_of
from .conf import Settings
from .keys_fault import COMPANION_CHECK, KeysFault
from .schema_file import SchemaFile, load_schema
from .schema_values import Verdict

@dataclass(frozen=True)
class ExposedKeys:
    """The keys that clients may read, those of them that they may write, and a hash of both lists."""

    names: frozenset[str]
    writable: frozenset[str]
    mark: str
    schema: Optional[SchemaFile] = None

    def find_fault(self, key: str, value: Any) -> Verdict:
        """Returns why the schema refuses a value of a key; None if it does not, or there is none."""
        return self.schema.find_fault(key, value) if self.schema else None


def exposed_keys(conf: Settings) -> ExposedKeys:
    """Returns the list of the settings. Raises KeysFault if there is none or a name on it must not be exposed."""
    if conf.KEYS is None and conf.SCHEMA is None:
        message = "SOJOURN does not say which session keys browsers may read and write."
        raise KeysFault(message, "Name them, such as SOJOURN = {'KEYS': ['theme', 'cart']}, or give 'SCHEMA'.")
    if conf.KEYS is not None and conf.SCHEMA is not None:
        raise KeysFault("SOJOURN has both KEYS and SCHEMA.", "Leave KEYS out: the schema names the keys.")
    is_silenced = COMPANION_CHECK in settings.SILENCED_SYSTEM_CHECKS
    installed = () if is_silenced else tuple(settings.INSTALLED_APPS)
    read_only, unchecked = _to_tuple("READ_ONLY_KEYS", conf.READ_ONLY_KEYS), _to_tuple("UNCHECKED_KEYS", conf.UNCHECKED_KEYS)
    if conf.SCHEMA is None:
        if unchecked:
            raise KeysFault("SOJOURN['UNCHECKED_KEYS'] is a part of 'SCHEMA', which is not set.", "Remove it: 'KEYS' checks no values.")
        return _expose(_to_tuple("KEYS", conf.KEYS), read_only, installed)
    schema = load_schema(os.fspath(conf.SCHEMA), unchecked)
    return replace(_expose(schema.names, read_only, installed), schema=schema)


def text_of(key: Any) -> Optional[str]:
    """Returns a key as JSON stores it (Django allows numbers, booleans and None); None if JSON has no such key."""
    if isinstance(key, str):
        return str(key)
    return json.dumps(key) if key is None or isinstance(key, (bool, int, float)) else None


def _to_tuple(setting: str, value: Any) -> tuple[Any, ...]:
    """A list of the settings. A single text would be read as one key for each letter."""
    is_list = isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, (str, bytes))
    if not is_list:
        raise KeysFault(f"SOJOURN[{setting!r}] is no list of keys.", "Write a list, such as ['theme', 'cart'].")
    return tuple(value)


@lru_cache(maxsize=64)
def _expose(names: tuple[Any, ...], read_only: tuple[Any, ...], installed: tuple[str, ...]) -> ExposedKeys:
    for name in (*names, *read_only):
        _check_name(name, installed)
    stray = next((name for name in read_only if name not in names), None)
    if stray is not None:
        raise KeysFault(f"SOJOURN['READ_ONLY_KEYS'] holds {stray!r}, which is not among the exposed keys.", "Add it to them.")
    content = json.dumps([sorted(set(names)), sorted(set(read_only))])
    mark = hashlib.sha256(content.encode()).hexdigest()[:16]
    return ExposedKeys(frozenset(names), frozenset(names) - frozenset(read_only), mark)


def _check_name(name: Any, installed: tuple[str, ...]) -> None:
    """Refuses a key that cannot or must not be exposed."""
    if not isinstance(name, str):
        text = text_of(name)
        raise KeysFault(f"The exposed key {name!r} is no text.", "Keys are text." if text is None else f"Write {text!r}, as JSON stores it.")
    if name.startswith("_"):
        raise KeysFault(f"The key {name!r} cannot be exposed.", "Keys that begin with '_' are the server's own: use another name.")
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise KeysFault(f"The key {name!r} cannot be exposed.", "It holds a lone surrogate, which UTF-8 cannot carry: use another name.")
    companion = companion_of(name, installed)
    if companion:
        message = f"The key {name!r} must not be exposed: {companion.app} keeps {companion.purpose} there."
        raise KeysFault(message, "Remove it from the list. A browser that reads or writes it can take over an account.", COMPANION_CHECK)
