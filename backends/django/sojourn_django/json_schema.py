"""Checks values by the JSON Schema that zod writes: `z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })`.

It knows exactly the words that zod uses and agrees with zod on every value. `schema_file.py` compiles a file with it.
"""
from __future__ import annotations

from typing import Any, Callable, Mapping, Union

from .patterns import PatternFault, compile_pattern
from .schema_formats import FORMATS, INSTEAD_OF_PATTERN
from .schema_values import Verdict, check_number, check_size, check_type, fault

Schema = Union[bool, Mapping[str, Any]]

#: Words that say something of a value's meaning and nothing of its form.
_ANNOTATIONS = frozenset(
    ("$schema", "$id", "$comment", "id", "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly")
)
#: Words whose value is a schema, a list of schemas, a mapping to schemas.
_ONE = ("additionalProperties", "propertyNames", "items", "not")
_LIST = ("anyOf", "oneOf", "allOf", "prefixItems")
_MAPPING = ("properties", "patternProperties")
_SIZES = ("minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_PLAIN = ("type", "required", "enum", "const", "pattern", "patternFlags", "format", "contentEncoding", "$ref")
_TYPES = frozenset(("string", "number", "integer", "boolean", "null", "array", "object"))


class SchemaFault(ValueError):
    """Why a schema cannot be used."""


#: What was found for a schema and a value that holds others, so that no pair is checked twice: unions of unions stay linear.
Memo = dict[tuple[int, int], Verdict]


class JsonSchema:
    """A JSON Schema file. `check_words` comes first: it compiles the patterns, and refuses what is unknown."""

    def __init__(self, root: Mapping[str, Any]):
        self._root = root
        self._matchers: dict[tuple[str, str], Callable[[str], bool]] = {}
        self._checked: set[int] = set()

    def check_words(self, schema: Schema) -> None:
        """Checks that every word of a schema, and of all that it is made of or refers to, is known. Raises SchemaFault."""
        if not isinstance(schema, Mapping) or id(schema) in self._checked:
            return
        self._checked.add(id(schema))
        for word, value in schema.items():
            self._check_word(schema, word, value)
            children = [value] if word in _ONE else value if word in _LIST else value.values() if word in _MAPPING else ()
            for child in children:
                self.check_words(child)
        if "$ref" in schema:
            self.check_words(self.resolve(schema["$ref"]))

    def _check_word(self, schema: Mapping[str, Any], word: str, value: Any) -> None:
        if word in _ANNOTATIONS or word in _ONE or word in _LIST or word in _MAPPING or word in _SIZES:
            if word == "patternProperties":
                for pattern in value:
                    self._compile(pattern, "")
            return
        if word not in _PLAIN:
            raise SchemaFault(f"the word {word!r} is unknown")
        types = value if isinstance(value, list) else [value]
        if word == "type" and not _TYPES.issuperset(types):
            raise SchemaFault(f"the type {value!r} is unknown")
        if word == "pattern":
            self._compile(value, schema.get("patternFlags", ""))
        has_pattern = "pattern" in schema or any("pattern" in each for each in schema.get("allOf", ()))
        if word == "format" and value not in FORMATS and not has_pattern:
            raise SchemaFault(f"the format {value!r} is a function of zod's, which JSON Schema cannot hold")

    def _compile(self, pattern: str, flags: str) -> None:
        try:
            self._matchers[pattern, flags] = compile_pattern(pattern, flags)
        except PatternFault as reason:
            raise SchemaFault(f"the pattern /{pattern}/{flags} cannot be used: {reason}") from None

    def resolve(self, ref: str) -> Schema:
        """Returns what a `$ref` names: `#`, or a JSON Pointer (RFC 6901) into this file. Raises SchemaFault."""
        found: Any = self._root
        parts = ref[1:].split("/")[1:] if ref.startswith("#") else [ref]
        for part in parts:
            name = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, Mapping) or name not in found:
                raise SchemaFault(f"the reference {ref!r} leads nowhere")
            found = found[name]
        return found  # type: ignore[no-any-return]

    def find_fault(self, schema: Schema, value: Any) -> Verdict:
        """Returns the first reason why a value does not fit a schema; None if it fits."""
        return self._find(schema, value, {})

    def _find(self, schema: Schema, value: Any, memo: Memo) -> Verdict:
        if isinstance(schema, bool):
            return None if schema else fault("no value is allowed here")
        if not isinstance(value, (dict, list)):
            return self._first(schema, value, memo)
        known = (id(schema), id(value))
        if known not in memo:
            # A schema that refers to itself without a step into the value says nothing more of it.
            memo[known] = None
            memo[known] = self._first(schema, value, memo)
        return memo[known]

    def _first(self, schema: Mapping[str, Any], value: Any, memo: Memo) -> Verdict:
        found = check_type(schema, value) or self._check_combined(schema, value, memo)
        if found:
            return found
        if isinstance(value, str):
            return self._check_text(schema, value)
        if isinstance(value, dict):
            return self._check_object(schema, value, memo)
        if isinstance(value, list):
            return self._check_list(schema, value, memo)
        return check_number(schema, value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def _check_combined(self, schema: Mapping[str, Any], value: Any, memo: Memo) -> Verdict:
        if "$ref" in schema:
            found = self._find(self.resolve(schema["$ref"]), value, memo)
            if found:
                return found
        for part in schema.get("allOf", ()):
            found = self._find(part, value, memo)
            if found:
                return found
        if "anyOf" in schema and all(self._find(part, value, memo) for part in schema["anyOf"]):
            return fault("none of the alternatives fits")
        if "oneOf" in schema:
            fitting = sum(self._find(part, value, memo) is None for part in schema["oneOf"])
            if fitting != 1:
                return fault("none of the alternatives fits" if fitting == 0 else "more than one of the alternatives fits")
        if "not" in schema and self._find(schema["not"], value, memo) is None:
            return fault("no value is allowed here")
        return None

    def _check_text(self, schema: Mapping[str, Any], value: str) -> Verdict:
        found = check_size(schema, len(value), "minLength", "maxLength", "characters")
        if found:
            return found
        format = schema.get("format", "")
        if "pattern" in schema and format not in INSTEAD_OF_PATTERN and not self._matchers[schema["pattern"], schema.get("patternFlags", "")](value):
            return fault(f"expected the form of {format}" if format else "expected another form of text")
        check = FORMATS.get(format)
        return fault(f"expected the form of {format}") if check and not check(value) else None

    def _check_object(self, schema: Mapping[str, Any], value: dict[str, Any], memo: Memo) -> Verdict:
        missing = next((name for name in schema.get("required", ()) if name not in value), None)
        if missing is not None:
            return fault("a value is required").within(missing)
        properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
        for name, member in value.items():
            parts = [properties[name]] if name in properties else []
            parts += [part for pattern, part in patterns.items() if self._matchers[pattern, ""](name)]
            if not parts and "additionalProperties" in schema:
                parts = [schema["additionalProperties"]]
                if parts == [False]:
                    return fault("a member that the schema does not name")
            if "propertyNames" in schema and self._find(schema["propertyNames"], name, memo):
                return fault("a member whose name does not fit")
            for part in parts:
                found = self._find(part, member, memo)
                if found:
                    return found.within(name)
        return None

    def _check_list(self, schema: Mapping[str, Any], value: list[Any], memo: Memo) -> Verdict:
        found = check_size(schema, len(value), "minItems", "maxItems", "items")
        if found:
            return found
        first = schema.get("prefixItems", ())
        for index, item in enumerate(value):
            found = self._find(first[index] if index < len(first) else schema.get("items", True), item, memo)
            if found:
                return found.within(index)
        return None
