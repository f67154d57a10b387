"""What of a session travels: its exposed keys as JSON values, and a tag for each. Every response and version is made from it."""
from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any, Union

from django.core.serializers.json import DjangoJSONEncoder

from .keys import ExposedKeys, text_of
from .strict_json import MAX_SAFE_INTEGER

_encoder = DjangoJSONEncoder()
# How much of a hash is kept: 128 bits.
_HASH_LENGTH = 22


def to_wire(data: Mapping[Any, Any], exposed: ExposedKeys) -> dict[str, Any]:
    """Returns the exposed keys, as clients see them.

    Server code may store what is no JSON, above all on the cache engine, which pickles. Dates and decimals become text,
    NaN null, as Django's own JsonResponse and JSON.stringify have it; a key whose value has no such form is left out.
    """
    result = {}
    for key, value in data.items():
        text = text_of(key)
        if text in exposed.names:
            try:
                result[text] = _to_json(value)
            except (TypeError, RecursionError):
                continue
    return result


def to_tags(wire: Mapping[str, Any]) -> dict[str, str]:
    """The tag of each key: a hash of its value, so that the same value has the same tag whoever wrote it."""
    return {key: hash_of(canonical(value)) for key, value in wire.items()}


def canonical(value: Any) -> str:
    """The JSON of a value with the keys of every object in one order."""
    return json.dumps(_to_json(value), sort_keys=True, separators=(",", ":"))


def fingerprint(content: Any, data: Mapping[Any, Any], exposed: ExposedKeys) -> str:
    """Returns a text that differs if the content or an exposed key does. It is the same before a value is stored and after."""
    own = {text: value for text, value in ((text_of(key), value) for key, value in data.items()) if text in exposed.names}
    try:
        return json.dumps([content, own], separators=(",", ":"), skipkeys=True, default=_to_plain)
    except (ValueError, RecursionError):  # It holds itself, which only a cache can store.
        return canonical([content, to_wire(data, exposed)])


def _to_plain(value: Any) -> Any:
    """What Python's encoder does not know; None if it has no form of JSON: such a key is left out of states."""
    try:
        return _to_json(value)
    except (TypeError, RecursionError):
        return None


def dump(value: Any) -> bytes:
    """The JSON of a body. Escaped, so that a lone surrogate of server code cannot break it."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")


def hash_of(text: Union[str, bytes]) -> str:
    """SHA-256, as 22 characters of base64url."""
    digest = hashlib.sha256(text.encode() if isinstance(text, str) else text).digest()
    return to_base64url(digest)[:_HASH_LENGTH]


def to_base64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _to_json(value: Any) -> Any:
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) <= MAX_SAFE_INTEGER else value
    if isinstance(value, Mapping):
        return {_to_key(key): _to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_json(item) for item in value]
    return _to_json(_encoder.default(value))


def _to_key(key: Any) -> str:
    text = text_of(key)
    if text is None:
        raise TypeError(f"{type(key).__name__} is no key")
    return text
