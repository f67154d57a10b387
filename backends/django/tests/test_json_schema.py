"""Values are checked by the JSON Schema of the page's zod schema, and zod accepts the same ones."""
import json
from pathlib import Path

from django.test import SimpleTestCase

from sojourn_django.json_schema import JsonSchema, SchemaFault
from sojourn_django.patterns import PatternFault, compile_pattern

#: Written by test/schema/json-schema-agreement.test.ts, which holds it against zod.
TABLE = json.loads((Path(__file__).parent / "agreement.json").read_text(encoding="utf-8"))


def with_floats(value):
    """The same value of JavaScript, each of its numbers as Python's other type."""
    if isinstance(value, dict):
        return {name: with_floats(member) for name, member in value.items()}
    if isinstance(value, list):
        return [with_floats(item) for item in value]
    return float(value) if type(value) is int else value


class AgreementTest(SimpleTestCase):
    def test_zod_accepts_the_same_values(self):
        for case in TABLE["cases"]:
            schema = JsonSchema(case["schema"])
            part = schema.resolve("#/properties/key")
            schema.check_words(part)
            pairs = [*zip(TABLE["values"], case["accepts"]), *zip(case["own"], case["acceptsOwn"])]
            for value, accepts in pairs:
                for given in (value, with_floats(value)):
                    with self.subTest(schema=case["name"], value=given):
                        self.assertEqual(schema.find_fault(part, given) is None, accepts == "1", part)


class WordsTest(SimpleTestCase):
    def refused(self, schema, root=None):
        with self.assertRaises(SchemaFault) as raised:
            JsonSchema(root or {}).check_words(schema)
        return str(raised.exception)

    def test_what_zod_does_not_write_is_refused_by_name(self):
        for schema, wanted in (
            ({"minProperties": 1}, "'minProperties'"), ({"type": "date"}, "'date'"), ({"anyOf": [{"if": {}}]}, "'if'"),
            ({"properties": {"a": {"items": {"dependentRequired": {}}}}}, "'dependentRequired'"), ({"$ref": "#/$defs/none"}, "leads nowhere"),
            ({"$ref": "https://example.com/x"}, "leads nowhere"), ({"type": "string", "format": "phone"}, "'phone'"),
            ({"pattern": "\\p{L}"}, "\\p differently"), ({"pattern": "(a)\\1"}, "\\1 differently"), ({"pattern": "a", "patternFlags": "m"}, "'m'"),
            ({"patternProperties": {"(?<=a+)b": {}}}, "look-behind"), ({"prefixItems": [{"not": {"maxProperties": 1}}]}, "'maxProperties'"),
        ):  # fmt: skip
            with self.subTest(schema):
                self.assertIn(wanted, self.refused(schema))
        root = {"$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"contains": {}}}}
        self.assertIn("'contains'", self.refused({"$ref": "#/$defs/a"}, root))

    def test_unions_within_unions_cost_no_more_than_pairs_of_schema_and_value(self):
        # Each level tries two alternatives, which go on in the same way: 2 to the power of the depth without a memory.
        root = {"$defs": {"t": {"oneOf": [{"properties": {"a": {"$ref": "#/$defs/t"}}}, {"properties": {"a": {"$ref": "#/$defs/t"}}, "required": ["b"]}]}}}
        schema, counted = JsonSchema(root), []
        schema.check_words({"$ref": "#/$defs/t"})
        first = schema._first
        schema._first = lambda *given: counted.append(1) or first(*given)
        value = {}
        for _ in range(60):
            value = {"a": value}
        self.assertIsNone(schema.find_fault(root["$defs"]["t"], value))
        self.assertLess(len(counted), 600)


class PatternTest(SimpleTestCase):
    def test_what_python_reads_differently_is_refused(self):
        for source, flags in (
            ("\\k<a>", ""), ("\\cA", ""), ("\\u{61}", ""), ("\\01", ""), ("\\e", ""), ("\\Z", ""), ("[a", ""), ("(?i:a)", ""),
            ("(?<$>a)", ""), ("a", "y"), ("ä", "i"), ("\\ud83d", "u"), ("(?<=a|bc)d", ""), ("\\", ""),
        ):  # fmt: skip
            with self.subTest(source), self.assertRaises(PatternFault):
                compile_pattern(source, flags)

    def test_the_end_of_a_text_is_found_without_trying_every_place(self):
        # `.*z$` from each place to the end: quadratic, 20 s for this text.
        self.assertFalse(compile_pattern(".*z$")("x" * 65_536))
