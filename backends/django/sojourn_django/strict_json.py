"""JSON that comes back as it went in, on any server and in any browser."""
from __future__ import annotations

import json
import math
import re
from typing import Any

#: The deepest nesting of arrays and objects that a body may have.
MAX_DEPTH = 64
#: The largest integer that every reader of JSON keeps: 2^53 - 1.
MAX_SAFE_INTEGER = 9_007_199_254_740_991

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class JsonFault(ValueError):
    """Why a text is refused."""


def parse_strict_json(text: str) -> Any:
    """Parses a text; raises JsonFault for what parsers read differently.

    Beyond what is no JSON that is duplicate keys, numbers that overflow, integers beyond 2^53 - 1, lone surrogates,
    ``__proto__`` as a key, and nesting over 64.
    """
    _check_depth(text)
    try:
        value = json.loads(
            text, object_pairs_hook=_to_object, parse_int=_to_int, parse_float=_to_float, parse_constant=_refuse_constant
        )
    except JsonFault:
        raise
    except (ValueError, RecursionError):
        raise JsonFault("it is not JSON") from None
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise JsonFault("a string has a lone surrogate") from None
    return value


def _check_depth(text: str) -> None:
    """Before the parser, which would run out of stack first."""
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise JsonFault(f"it is nested deeper than {MAX_DEPTH}")
        elif token in "]}":
            depth -= 1


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
    return value


def _refuse_constant(token: str) -> Any:
    raise JsonFault(f"{token} is not JSON")
