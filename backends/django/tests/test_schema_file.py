"""``SOJOURN = {"SCHEMA": path}``: keys and the form of their values come from the page's own schema."""
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import SimpleTestCase, override_settings

from sojourn_django.checks import check_settings
from sojourn_django.conf import Settings
from sojourn_django.keys import exposed_keys
from sojourn_django.keys_fault import KeysFault

from support import SessionTestCase, body_of

ITEM = {"type": "object", "properties": {"id": {"type": "string"}, "quantity": {"type": "integer", "exclusiveMinimum": 0}}, "required": ["id", "quantity"]}
SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "theme": {"default": "light", "type": "string", "enum": ["light", "dark"]},
        "cart": {"type": "array", "items": {"$ref": "#/$defs/Item"}},
        "note": {"type": "string", "maxLength": 3},
        "plan": {"type": "string"},
    },
    "required": ["plan"],
    "$defs": {"Item": ITEM},
}


class FileCase(SimpleTestCase):
    def setUp(self):
        super().setUp()
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, schema, name="session.schema.json"):
        path = self.folder / name
        path.write_text(schema if isinstance(schema, str) else json.dumps(schema), encoding="utf-8")
        return path


class SchemaFileTest(FileCase, SessionTestCase):
    def setUp(self):
        super().setUp()
        settings = override_settings(SOJOURN={"SCHEMA": self.write(SCHEMA), "READ_ONLY_KEYS": ["plan"]})
        settings.enable()
        self.addCleanup(settings.disable)

    def test_the_properties_are_the_exposed_keys(self):
        self.visitor.write(plan="pro", isAdmin=True, theme="dark")
        self.assertEqual(self.visitor.read()["data"], {"plan": "pro", "theme": "dark"})
        self.assertProblem(self.visitor.commit(set={"isAdmin": True}), 422, "private-key")
        self.assertProblem(self.visitor.commit(set={"plan": "max"}), 422, "read-only-key")

    def test_a_value_that_does_not_fit_is_refused_with_key_and_path(self):
        self.visitor.set(cart=[{"id": "tea", "quantity": 1}])
        for value, path, message in (
            ("not a list", [], "expected array"),
            ([{"id": "tea", "quantity": 1}, {"id": "tea", "quantity": 0}], [1, "quantity"], "expected more than 0"),
            ([{"id": "tea"}], [0, "quantity"], "a value is required"),
            ([{"id": "tea", "quantity": 1.5}], [0, "quantity"], "expected integer"),
        ):
            body = self.assertProblem(self.visitor.commit(set={"theme": "dark", "cart": value}), 422, "refused")
            self.assertEqual(body["errors"], [{"key": "cart", "path": path, "message": message}])
        body = self.assertProblem(self.visitor.commit(set={"theme": "red", "note": "long"}), 422, "refused")
        self.assertEqual([error["key"] for error in body["errors"]], ["theme", "note"])
        self.assertEqual(self.visitor.read()["data"], {"cart": [{"id": "tea", "quantity": 1}]})

    def test_keys_that_a_commit_does_not_set_cannot_block_it(self):
        self.visitor.write(theme=1, note="far too long")
        self.assertEqual(self.visitor.commit(set={"cart": []}).status_code, 200)
        self.assertEqual(body_of(self.visitor.commit(delete=["theme", "note"]))["data"], {"cart": []})

    def test_a_commit_that_is_stored_stays_so_after_the_schema_was_narrowed(self):
        body = self.visitor.body(set={"note": "abc"})
        self.assertEqual(self.visitor.send(body).status_code, 200)
        narrow = {**SCHEMA, "properties": {**SCHEMA["properties"], "note": {"type": "string", "maxLength": 1}}}
        with override_settings(SOJOURN={"SCHEMA": self.write(narrow, "narrow.json")}):
            self.assertEqual(self.visitor.send(body).status_code, 200)
            self.assertProblem(self.visitor.commit(set={"note": "abc"}), 422, "refused")

    def test_a_file_that_is_wrong_is_a_check_error_and_an_endpoint_that_refuses_to_serve(self):
        with override_settings(SOJOURN={"SCHEMA": str(self.folder / "none.json")}):
            self.assertIn("sojourn.E012", [message.id for message in check_settings()])
            with self.assertLogs("sojourn_django", "ERROR"):
                self.assertProblem(self.visitor.get(), 500, "server-error")


class FileFaultTest(FileCase):
    def fault(self, schema, **settings):
        with self.assertRaises(KeysFault) as raised:
            exposed_keys(Settings(SCHEMA=self.write(schema, f"{abs(hash(str(schema) + str(settings)))}.json"), **settings))
        return str(raised.exception)

    def test_says_what_is_wrong_and_names_the_key(self):
        for schema, wanted in (
            ("{", "is not JSON"),
            ([], "not the schema of an object"),
            ({"type": "string"}, "not the schema of an object"),
            ({"$ref": "#/$defs/x"}, "leads nowhere"),
            ({**SCHEMA, "additionalProperties": {}}, "every key of the session"),
            ({**SCHEMA, "patternProperties": {"a": {}}}, "every key of the session"),
            ({"type": "object", "properties": {"_a": {}}}, "'_a' cannot be exposed"),
            ({"type": "object", "properties": {"nick": {"type": "string", "pattern": "^\\p{L}$"}}}, "'nick' cannot be checked"),
            ({"type": "object", "properties": {"nick": {"minProperties": 2}}}, "'minProperties'"),
        ):
            with self.subTest(wanted):
                self.assertIn(wanted, self.fault(schema))

    def test_settings_that_contradict_each_other_are_refused(self):
        self.assertIn("both KEYS and SCHEMA", self.fault(SCHEMA, KEYS=["theme"]))
        self.assertIn("'none'", self.fault(SCHEMA, UNCHECKED_KEYS=["none"]))
        with self.assertRaisesMessage(KeysFault, "UNCHECKED_KEYS"):
            exposed_keys(Settings(KEYS=["a"], UNCHECKED_KEYS=["a"]))

    def test_a_key_may_be_left_unchecked(self):
        schema = {"type": "object", "properties": {"nick": {"type": "string", "pattern": "^\\p{L}$"}, "age": {"type": "number"}}}
        exposed = exposed_keys(Settings(SCHEMA=self.write(schema), UNCHECKED_KEYS=["nick"]))
        self.assertEqual((exposed.find_fault("nick", 1), exposed.names), (None, {"nick", "age"}))
        self.assertIsNotNone(exposed.find_fault("age", "old"))

    def test_a_schema_with_an_id_is_found_behind_its_reference(self):
        root = {"$ref": "#/$defs/Session", "$defs": {"Session": SCHEMA, "Item": ITEM}}
        self.assertEqual(exposed_keys(Settings(SCHEMA=self.write(root))).names, set(SCHEMA["properties"]))
