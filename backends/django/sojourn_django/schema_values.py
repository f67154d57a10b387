"""What a single value must be by the words of a JSON Schema: its type, its size, its limits. `json_schema.py` puts them together."""
from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Mapping, Optional, Union

@dataclass(frozen=True)
class ValueFault:
    """Why a value does not fit: where in it, and what was expected. It holds nothing of the value but the names on the path."""

    path: tuple[Union[str, int], ...]
    message: str

    def within(self, part: Union[str, int]) -> "ValueFault":
        """Returns the same fault, seen from one level further out."""
        return ValueFault((part, *self.path), self.message)


Verdict = Optional[ValueFault]
def fault(message: str) -> ValueFault:
    """Returns a fault of the value itself."""
    return ValueFault((), message)


def check_type(schema: Mapping[str, Any], value: Any) -> Verdict:
    """Checks `type`, `const` and `enum`."""
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(_is_type(name, value) for name in types):
            return fault(f"expected {' or '.join(types)}")
    if "const" in schema and not _is_same(schema["const"], value):
        return fault("expected another value")
    if "enum" in schema and not any(_is_same(each, value) for each in schema["enum"]):
        return fault("expected one of the listed values")
    return None


def _is_type(name: str, value: Any) -> bool:
    if isinstance(value, bool) or value is None:
        return name == ("null" if value is None else "boolean")
    if isinstance(value, (int, float)):
        # 1.0 is an integer: JavaScript knows one type of number.
        return name == "number" or name == "integer" and (isinstance(value, int) or value.is_integer())
    return name == {str: "string", list: "array", dict: "object"}.get(type(value))


def _is_same(one: Any, other: Any) -> bool:
    """Equality of primitive values as in JSON: 1 and 1.0 are equal, 1 and True are not."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def check_number(schema: Mapping[str, Any], value: Union[int, float]) -> Verdict:
    """Checks the limits of a number and `multipleOf`."""
    for word, is_good, sign in (
        ("minimum", lambda limit: value >= limit, "at least"),
        ("maximum", lambda limit: value <= limit, "at most"),
        ("exclusiveMinimum", lambda limit: value > limit, "more than"),
        ("exclusiveMaximum", lambda limit: value < limit, "less than"),
        ("multipleOf", lambda step: _is_multiple(value, step), "a multiple of"),
    ):
        if word in schema and not is_good(schema[word]):
            return fault(f"expected {sign} {schema[word]}")
    return None


def _is_multiple(value: Union[int, float], step: Union[int, float]) -> bool:
    """As zod does: the quotient is whole, but for what the rounding of two doubles and their division can add."""
    ratio = value / step
    if not math.isfinite(ratio):
        return False
    return abs(ratio - math.floor(ratio + 0.5)) < 4 * 2.0**-52 * max(abs(ratio), 1)


def check_size(schema: Mapping[str, Any], size: int, least: str, most: str, unit: str) -> Verdict:
    """Checks a size against the words for its limits. The length of a text is counted in characters, as zod 4.6 does."""
    if size < schema.get(least, 0):
        return fault(f"expected at least {schema[least]} {unit}")
    if size > schema.get(most, size):
        return fault(f"expected at most {schema[most]} {unit}")
    return None
