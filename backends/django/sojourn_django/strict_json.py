"""JSON that comes back as it went in, on any server and in any browser. `body.py` parses every request with it.

Parsing costs time in proportion to the text. It uses no regular expression, which a hostile text could make quadratic.
"""
from __future__ import annotations

import json
import math
from typing import Any

#: The deepest nesting of arrays and objects that a body may have.
MAX_DEPTH = 64
#: The largest integer that every reader of JSON keeps: 2^53 - 1.
MAX_SAFE_INTEGER = 9_007_199_254_740_991


class JsonFault(ValueError):
    """Why a text is refused."""


def parse_strict_json(text: str) -> Any:
    """Parses a text. Raises JsonFault for what is not JSON, and for what parsers read differently.

    That is: duplicate keys, numbers that overflow, integers beyond 2^53 - 1, lone surrogates, ``__proto__`` as a key, and
    nesting over 64.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_to_object, parse_int=_to_int, parse_float=_to_float, parse_constant=_refuse_constant
        )
    except JsonFault:
        raise
    except RecursionError:
        # The parser itself stops at about a thousand levels, before it runs out of stack.
        raise _too_deep() from None
    except ValueError:
        raise JsonFault("it is not JSON") from None
    _check_depth(value)
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise JsonFault("a string has a lone surrogate") from None
    return value


def _check_depth(value: Any) -> None:
    """Refuses nesting over the limit, level by level: every value is visited once."""
    level, depth = [value] if isinstance(value, (dict, list)) else [], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]


def _too_deep() -> JsonFault:
    return JsonFault(f"it is nested deeper than {MAX_DEPTH}")


def _to_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise JsonFault("a key is there twice")
    if "__proto__" in result:
        raise JsonFault('"__proto__" cannot be a key')
    return result


def _to_int(token: str) -> int:
    # By its length first: Python refuses to read very long integers at all.
    if len(token) > 17 or abs(int(token)) > MAX_SAFE_INTEGER:
        raise JsonFault("an integer is beyond 2^53 - 1")
    return int(token)


def _to_float(token: str) -> float:
    value = float(token)
    if math.isinf(value):
        raise JsonFault("a number is too large")
    # JavaScript writes `1e20` as digits the next time, and from 1e21 on with an exponent.
    if value.is_integer() and MAX_SAFE_INTEGER < abs(value) < 1e21:
        raise JsonFault("an integer is beyond 2^53 - 1")
    return value


def _refuse_constant(token: str) -> Any:
    raise JsonFault(f"{token} is not JSON")
