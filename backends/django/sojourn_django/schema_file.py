"""The file that `npx sojourn schema` writes: the exposed keys and the form of their values. `keys.py` loads it, once."""
from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Mapping

from .keys_fault import SCHEMA_CHECK, KeysFault
from .json_schema import JsonSchema, SchemaFault
from .schema_values import Verdict

_WRITE = "Write it with: npx sojourn schema src/schema.ts > session.schema.json."


class SchemaFile:
    """The keys of a file, each with the schema of its values."""

    def __init__(self, schema: JsonSchema, properties: Mapping[str, Any], unchecked: frozenset[str]):
        self._schema = schema
        self._properties = {name: part for name, part in properties.items() if name not in unchecked}
        self.names = tuple(properties)

    def find_fault(self, key: str, value: Any) -> Verdict:
        """Returns the first reason why a value of a key does not fit; None if it fits or the key is not checked."""
        return self._schema.find_fault(self._properties.get(key, True), value)


@lru_cache(maxsize=8)
def load_schema(path: str, unchecked: tuple[str, ...] = ()) -> SchemaFile:
    """Reads a file once in the life of a process. Raises KeysFault if it is not one that this package can go by."""
    where = f"The schema of SOJOURN['SCHEMA'], {path},"
    root = _read(path, where)
    schema = JsonSchema(root)
    try:
        top = schema.resolve(root["$ref"]) if isinstance(root, dict) and "$ref" in root else root
    except SchemaFault as reason:
        raise _fault(f"{where} cannot be used: {reason}.", _WRITE) from None
    if not isinstance(top, dict) or top.get("type") != "object" or not isinstance(top.get("properties"), dict):
        raise _fault(f"{where} is not the schema of an object.", _WRITE)
    if top.get("additionalProperties", False) is not False or "patternProperties" in top:
        raise _fault(f"{where} takes keys that it does not name, which would expose every key of the session.", "Use z.object in the page.")
    properties = top["properties"]
    stray = next((name for name in unchecked if name not in properties), None)
    if stray is not None:
        raise _fault(f"SOJOURN['UNCHECKED_KEYS'] holds {stray!r}, which the schema does not name.", "Remove it.")
    for name, part in properties.items():
        if name not in unchecked:
            _check(schema, name, part)
    return SchemaFile(schema, properties, frozenset(unchecked))


def _check(schema: JsonSchema, name: str, part: Any) -> None:
    try:
        schema.check_words(part)
    except SchemaFault as reason:
        hint = f"Write the schema of {name!r} otherwise, or add it to SOJOURN['UNCHECKED_KEYS'] and check its values in 'VALIDATE'."
        raise _fault(f"The schema of the session key {name!r} cannot be checked: {reason}.", hint) from None


def _read(path: str, where: str) -> Any:
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        raise _fault(f"{where} cannot be read: {error.strerror}.", _WRITE) from None
    except ValueError:
        raise _fault(f"{where} is not JSON.", _WRITE) from None


def _fault(message: str, hint: str) -> KeysFault:
    return KeysFault(message, hint, SCHEMA_CHECK)
