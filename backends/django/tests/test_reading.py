"""GET, HEAD and OPTIONS."""
from unittest import mock

from sojourn_django.exchange import Exchange

from support import NOT_SIGNED, URL, SessionTestCase, Visitor, body_of, later, session_cookie, skip_on, store

EMPTY = {"lineage": None, "version": "v0", "data": {}, "tags": {}, "last": 0, "identity": None}


class ReadTest(SessionTestCase):
    def test_a_new_visitor_has_an_empty_state_and_no_session(self):
        response = self.visitor.get()
        state = body_of(response)
        self.assertEqual({name: state[name] for name in EMPTY}, EMPTY)
        self.assertEqual(state["expiry"], {"age": 1209600, "atBrowserClose": False})
        self.assertNotIn("unknownKey", state)
        self.assertIsNone(session_cookie(response))
        self.assertEqual(response["Session-Version"], "v0")

    def test_head_is_get_without_a_body(self):
        self.visitor.set(a=1)
        response = self.visitor.http.head(URL)
        self.assertEqual((response.status_code, response.content), (200, b""))
        self.assertEqual(response["ETag"], f'"{self.visitor.read()["version"]}"')

    def test_a_version_that_is_known_is_304(self):
        self.visitor.set(a=1)
        version = self.visitor.read()["version"]
        for field in (f'"{version}"', f'W/"{version}"', f'"x", "{version}"'):
            response = self.visitor.get(HTTP_IF_NONE_MATCH=field)
            self.assertEqual((response.status_code, response.content, response["Session-Version"]), (304, b"", version))
        self.assertEqual(self.visitor.get(HTTP_IF_NONE_MATCH='"x"').status_code, 200)

    def test_an_unknown_key_is_an_empty_state_whose_cookie_stays(self):
        for key in ("a" * 32, "short", "A" * 32, "x" * 300, "../../etc/passwd", "%00", "ü"):
            self.visitor.key = key
            response = self.visitor.get()
            state = body_of(response)
            self.assertEqual((state["lineage"], state["unknownKey"], state["version"]), (None, True, "v0-unknown"), key)
            self.assertIsNone(session_cookie(response), key)

    def test_reading_extends_nothing(self):
        self.visitor.set(a=1)
        with later(1000):
            self.assertIn(self.visitor.read()["expiry"]["age"], range(1208500, 1208601))
            self.assertIn(self.visitor.read()["expiry"]["age"], range(1208500, 1208601))

    def test_private_keys_are_not_told(self):
        self.visitor.write(a=1, _b=2)
        self.assertEqual(self.visitor.read()["data"], {"a": 1})
        self.assertEqual(list(self.visitor.read()["tags"]), ["a"])

    def test_last_is_that_of_the_client_that_asks(self):
        self.visitor.set(a=1)
        self.assertEqual(self.visitor.read()["last"], 1)
        self.assertEqual(Visitor(self.visitor).read()["last"], 0)
        self.assertEqual(body_of(self.visitor.http.get(URL))["last"], 0)

    def test_a_malformed_client_is_400(self):
        for client in ("short", "x" * 65, "ä" * 22, "a b" * 10):
            self.assertProblem(self.visitor.get(HTTP_SESSION_CLIENT=client), 400, "bad-request")

    def test_other_methods_are_405(self):
        for method in ("post", "put", "trace"):
            response = getattr(self.visitor.http, method)(URL)
            self.assertProblem(response, 405, "method-not-allowed")
            self.assertEqual(response["Allow"], "GET, HEAD, PATCH, DELETE, OPTIONS")

    @NOT_SIGNED
    def test_a_store_that_is_down_is_503_and_never_empty(self):
        self.visitor.set(a=1)
        with mock.patch.object(Exchange, "find_at", side_effect=OSError("secret reason")), self.assertLogs("sojourn_django"):
            response = self.visitor.get()
        body = self.assertProblem(response, 503, "unavailable")
        self.assertNotIn("secret", str(body))
        self.assertTrue(response["Retry-After"].isdigit())

    def test_the_origin_of_the_app_may_read(self):
        response = self.visitor.get(HTTP_ORIGIN="https://app.example")
        self.assertEqual(response["Access-Control-Allow-Origin"], "https://app.example")
        self.assertEqual(response["Access-Control-Allow-Credentials"], "true")
        self.assertIn("Session-Version", response["Access-Control-Expose-Headers"])
        self.assertNotIn("Access-Control-Allow-Origin", self.visitor.get(HTTP_ORIGIN="https://evil.example"))

    def test_a_preflight_tells_what_may_be_sent(self):
        response = self.visitor.http.options(URL, HTTP_ORIGIN="https://app.example", HTTP_ACCESS_CONTROL_REQUEST_HEADERS="x-csrftoken")
        self.assertEqual((response.status_code, response["Access-Control-Allow-Headers"]), (204, "x-csrftoken"))
        self.assertIn("PATCH", response["Access-Control-Allow-Methods"])


class ForeignSessionTest(SessionTestCase):
    """Sessions that ordinary views made."""

    def test_has_a_lineage_that_stays(self):
        self.visitor.write(a=1)
        lineage = self.visitor.read()["lineage"]
        self.assertIsNotNone(lineage)
        self.assertEqual(self.visitor.read()["lineage"], lineage)
        self.assertEqual(self.visitor.set(b=1)["lineage"], lineage)
        self.visitor.commit(cycleKey=True)
        self.assertEqual(self.visitor.read()["lineage"], lineage)

    @NOT_SIGNED
    def test_keeps_its_lineage_through_a_new_key_of_the_server(self):
        self.visitor.write(a=1)
        lineage, key = self.visitor.read()["lineage"], self.visitor.key
        self.visitor.post("/cycle")
        self.assertNotEqual(self.visitor.key, key)
        self.assertEqual(self.visitor.read()["lineage"], lineage)

    @NOT_SIGNED
    def test_two_of_them_have_two_versions(self):
        other = Visitor()
        for visitor in (self.visitor, other):
            visitor.write(a=1)
        self.assertNotEqual(self.visitor.read()["version"], other.read()["version"])

    def test_a_write_changes_the_version_and_the_same_content_has_the_same_tags(self):
        self.visitor.set(a=1)
        before = self.visitor.read()
        self.visitor.write(a=2)
        self.assertNotEqual(self.visitor.read()["version"], before["version"])
        self.visitor.write(a=1)
        self.assertEqual(self.visitor.read()["tags"], before["tags"])

    @NOT_SIGNED
    def test_values_that_are_no_json_become_it(self):
        session = store()
        session.update({"nan": float("nan"), "t": (1, 2), 3: "three"})
        session.create()
        self.visitor.key = session.session_key
        self.assertEqual(self.visitor.read()["data"], {"nan": None, "t": [1, 2], "3": "three"})
        self.visitor.set(a=1)
        self.assertEqual(self.visitor.read()["data"], {"nan": None, "t": [1, 2], "3": "three", "a": 1})
