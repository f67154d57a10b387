"""PATCH: what is stored, what is refused, what is answered."""
from datetime import datetime, timedelta, timezone

from django.test import override_settings

from support import NOT_SIGNED, ORIGIN, URL, SessionTestCase, Visitor, body_of, later, session_cookie, skip_on, store, with_sojourn


def refuse_red(data, request, changed):
    """A validation of the project."""
    return [{"key": "color", "path": [0], "message": "not red"}] if data.get("color") == "red" and "color" in changed else []


class CommitTest(SessionTestCase):
    def test_a_body_in_chunks_is_refused_by_its_reason(self):
        # As gunicorn hands it on: Django finds no Content-Length, and so no body.
        fields = {"CONTENT_TYPE": "application/json", "HTTP_TRANSFER_ENCODING": "chunked", "HTTP_ORIGIN": ORIGIN}
        response = self.visitor.http.generic("PATCH", URL, b"", HTTP_IDEMPOTENCY_KEY=f'"{self.visitor.client}/1"', **fields)
        body = self.assertProblem(response, 400, "bad-request")
        self.assertIn("Content-Length", body["detail"])

    def test_the_first_commit_creates_a_session(self):
        response = self.visitor.commit(set={"a": {"b": [1, None, "ü"]}})
        self.assertEqual(response.status_code, 200)
        state = body_of(response)
        self.assertEqual((state["data"], state["last"]), ({"a": {"b": [1, None, "ü"]}}, 1))
        self.assertEqual(response["ETag"], f'"{state["version"]}"')
        self.assertEqual({**self.visitor.read(), "csrf": 0, "expiry": 0}, {**state, "csrf": 0, "expiry": 0})
        cookie = session_cookie(response)
        self.assertEqual((cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["path"]), (True, True, "Lax", "/"))

    def test_an_ordinary_view_sees_what_was_committed(self):
        self.visitor.set(a=1, b=[2])
        self.assertEqual(body_of(self.visitor.http.get("/read")), {"a": 1, "b": [2]})

    def test_a_commit_sets_and_deletes_at_once(self):
        self.visitor.set(a=1, b=2)
        state = body_of(self.visitor.commit(set={"c": 3}, delete=["a", "d"]))
        self.assertEqual(state["data"], {"b": 2, "c": 3})

    def test_keys_of_javascript_and_python_are_like_others(self):
        keys = ["constructor", "10", "9", "", "ü", "toString", "keys"]
        self.visitor.commit(set={key: 1 for key in keys})
        self.assertEqual(list(self.visitor.read()["data"]), keys)

    @NOT_SIGNED
    def test_writes_of_different_keys_never_conflict(self):
        self.visitor.set(a=1)
        other = Visitor(self.visitor)
        mine, theirs = self.visitor.body(set={"a": 2}, expect="base"), other.body(set={"b": 1}, expect={"b": None})
        self.assertEqual(other.send(theirs).status_code, 200)
        body = self.assertProblem(self.visitor.send(mine), 409, "conflict")
        self.assertEqual((body["conflicts"], body["data"]), ([], {"a": 1, "b": 1}))

    @NOT_SIGNED
    def test_writes_of_one_key_conflict(self):
        self.visitor.set(a=1)
        other = Visitor(self.visitor)
        tag = self.visitor.read()["tags"]["a"]
        mine, theirs = (visitor.body(set={"a": 2}, expect={"a": tag}) for visitor in (self.visitor, other))
        self.assertEqual(other.send(theirs).status_code, 200)
        body = self.assertProblem(self.visitor.send(mine), 409, "conflict")
        self.assertEqual((body["conflicts"], body["data"], body["tags"]), (["a"], {"a": 2}, other.read()["tags"]))

    def test_clear_spares_the_servers_own_keys(self):
        self.visitor.write(a=1, b=2, _own=3)
        state = body_of(self.visitor.commit(clear=True, set={"c": 3}))
        self.assertEqual(state["data"], {"c": 3})
        self.assertEqual(store(self.visitor.key)["_own"], 3)

    def test_a_minimal_answer_leaves_the_data_out(self):
        self.visitor.set(a=1, b=2)
        response = self.visitor.send(self.visitor.body(set={"a": 3}), HTTP_PREFER="handling=lenient, return=minimal")
        state = body_of(response)
        self.assertNotIn("data", state)
        self.assertEqual((list(state["tags"]), response["Preference-Applied"]), (["a"], "return=minimal"))

    def test_no_minimal_answer_where_the_state_was_another(self):
        self.visitor.set(a=1)
        body = self.visitor.body(set={"a": 3})
        self.visitor.write(b=1)
        response = self.visitor.send(body, HTTP_PREFER="return=minimal")
        self.assertEqual(body_of(response)["data"], {"a": 3, "b": 1})
        repeated = self.visitor.send(body, HTTP_PREFER="return=minimal")
        self.assertIn("data", body_of(repeated))

    def test_a_cookie_that_names_nothing_is_never_adopted(self):
        self.visitor.key = planted = "p" * 32
        self.assertProblem(self.visitor.commit(set={"a": 1}), 409, "unknown-key")
        self.assertProblem(self.visitor.commit(lineage="other", set={"a": 1}), 410, "gone")
        response = self.visitor.commit(fresh=True, set={"a": 1})
        self.assertEqual(body_of(response)["data"], {"a": 1})
        self.assertNotEqual(self.visitor.key, planted)
        self.assertIsNone(store(planted).get("a"))

    def test_what_is_too_large_is_413(self):
        with with_sojourn(MAX_SESSION_BYTES=200, MAX_BODY_BYTES=500):
            self.visitor.set(a="x" * 150)
            body = self.assertProblem(self.visitor.commit(set={"b": "x" * 200}), 413, "too-large")
            self.assertEqual((body["limit"], [error["key"] for error in body["errors"]]), (200, ["b"]))
            body = self.assertProblem(self.visitor.commit(set={"b": "x" * 501}), 413, "too-large")
            self.assertEqual(body["limit"], 500)
            self.assertEqual(self.visitor.commit().status_code, 200)
        with with_sojourn(MAX_SESSION_BYTES=20, MAX_BODY_BYTES=1000):
            self.assertEqual(self.visitor.commit(set={"a": "x" * 100}).status_code, 200)
        with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
            body = self.assertProblem(self.visitor.commit(set={"b": "x" * 101}), 413, "too-large")
            self.assertEqual(body["limit"], 100)

    def test_the_projects_own_validation_is_422(self):
        with with_sojourn(VALIDATE=refuse_red):
            self.visitor.set(color="blue")
            body = self.assertProblem(self.visitor.commit(set={"color": "red"}), 422, "refused")
            self.assertEqual(body["errors"], [{"key": "color", "path": [0], "message": "not red"}])
            self.assertEqual(self.visitor.read()["data"], {"color": "blue"})

    def test_a_log_in_wall_is_401_and_a_limit_429(self):
        with with_sojourn(ADMIT=lambda request: "unauthenticated"):
            response = self.visitor.get()
            self.assertProblem(response, 401, "unauthenticated")
            self.assertIn("WWW-Authenticate", response)
        with with_sojourn(ADMIT=lambda request: ("rate-limited", 30)):
            self.assertProblem(self.visitor.get(), 429, "rate-limited")
            self.assertEqual(self.visitor.get()["Retry-After"], "30")

    def test_what_is_malformed_is_400(self):
        self.visitor.set(a=1)
        before = self.visitor.read()
        for body in (b" ", b"{", b"\xff", b'{"lineage":null,"base":"v0","after":0,"set":{"a":1e400}}', b"[" * 100_000, b"null"):
            self.visitor.n += 1
            self.assertProblem(self.visitor.send(body), 400, "bad-request")
        client = self.visitor.client
        for key in ("", "x", '"short/1"', f"{client}/9", f'"{client}/0"', f'"{client}/1234567890123456"'):
            self.assertProblem(self.visitor.send(self.visitor.body(), HTTP_IDEMPOTENCY_KEY=key), 400, "bad-request")
        self.assertProblem(self.visitor.commit(after=self.visitor.n + 1), 400, "bad-request")
        self.assertEqual(self.visitor.read()["version"], before["version"])

    def test_a_byte_order_mark_is_skipped(self):
        body = b'\xef\xbb\xbf{"lineage":null,"base":"v0","after":0,"set":{"a":1}}'
        self.assertEqual(self.visitor.send(body, 1).status_code, 200)

    def test_what_is_no_json_is_415(self):
        body = self.visitor.body(set={"a": 1})
        for kind in ("text/plain", "application/json; charset=latin-1", "application/merge-patch+json"):
            response = self.visitor.send(body, CONTENT_TYPE=kind)
            self.assertProblem(response, 415, "unsupported-media-type")
            self.assertEqual(response["Accept-Patch"], "application/json")
        for coding in ("gzip", "br, gzip", "GZIP", "identity, gzip"):
            response = self.visitor.send(body, HTTP_CONTENT_ENCODING=coding)
            self.assertProblem(response, 415, "unsupported-media-type")
            self.assertEqual(response["Accept-Encoding"], "identity")
        self.assertEqual(self.visitor.send(body, CONTENT_TYPE='Application/JSON; charset="UTF-8"').status_code, 200)


class ExpiryTest(SessionTestCase):
    def age(self) -> dict:
        return self.visitor.read()["expiry"]

    def test_seconds_from_each_write(self):
        response = self.visitor.commit(set={"a": 1}, expiry=300)
        self.assertIn(body_of(response)["expiry"]["age"], range(290, 301))
        self.assertEqual(store(self.visitor.key).get_expiry_age(), 300)

    @skip_on("signed_cookies", because="every write sets the cookie")
    def test_only_a_real_change_sets_the_cookie(self):
        self.visitor.commit(expiry=300)
        self.assertIsNone(session_cookie(self.visitor.commit(expiry=300)))
        self.assertIsNone(session_cookie(self.visitor.commit(set={"a": 1})))
        self.assertIsNotNone(session_cookie(self.visitor.commit(expiry=301)))

    def test_zero_ends_with_the_browser(self):
        response = self.visitor.commit(set={"a": 1}, expiry=0)
        self.assertEqual(session_cookie(response)["max-age"], "")
        self.assertTrue(self.age()["atBrowserClose"])
        self.assertIn(self.age()["age"], range(1209590, 1209601))
        self.assertTrue(store(self.visitor.key).get_expire_at_browser_close())

    def test_null_is_the_policy_of_the_settings(self):
        self.visitor.commit(set={"a": 1}, expiry=300)
        self.visitor.commit(expiry=None)
        self.assertIn(self.age()["age"], range(1209590, 1209601))
        with override_settings(SESSION_EXPIRE_AT_BROWSER_CLOSE=True):
            self.assertTrue(self.age()["atBrowserClose"])

    @skip_on("file", because="its clock is that of the file system")
    def test_a_date_stays_whatever_is_written(self):
        date = datetime.now(timezone.utc) + timedelta(seconds=500)
        self.assertEqual(self.visitor.commit(set={"a": 1}, expiry=date.isoformat()).status_code, 200)
        self.assertIn(self.age()["age"], range(490, 501))
        with later(100):
            self.visitor.set(b=1)
            self.assertIn(self.age()["age"], range(390, 401))
        # Ordinary code goes on with it, on 3.2 too, whose own serializer cannot store a date.
        self.assertEqual(self.visitor.write(c=1).status_code, 200)
        self.assertIn(store(self.visitor.key).get_expiry_age(), range(300, 501))

    @skip_on("file", because="its clock is that of the file system")
    def test_a_date_ends_the_session_though_views_write(self):
        date = datetime.now(timezone.utc) + timedelta(seconds=500)
        self.visitor.commit(set={"a": 1}, expiry=date.isoformat())
        with later(400):
            self.visitor.write(b=1)
        with later(501):
            self.assertTrue(self.visitor.read()["unknownKey"])

    def test_a_view_that_sets_the_expiry_changes_the_version(self):
        seen = {self.visitor.set(a=1)["version"]}
        for expiry in (0, 100, 200, None):
            self.visitor.run(lambda request: request.session.set_expiry(expiry))
            seen.add(self.visitor.read()["version"])
        # The last is as the first.
        self.assertEqual(len(seen), 4)

    @override_settings(USE_TZ=False)
    def test_a_date_works_without_time_zones(self):
        date = datetime.now(timezone.utc) + timedelta(seconds=500)
        self.assertEqual(self.visitor.commit(set={"a": 1}, expiry=date.isoformat()).status_code, 200)
        self.assertIn(self.age()["age"], range(490, 501))
        self.assertEqual(self.visitor.write(c=1).status_code, 200)

    def test_a_date_that_is_over_is_400(self):
        self.assertProblem(self.visitor.commit(set={"a": 1}, expiry="2020-01-01T00:00:00Z"), 400, "bad-request")
        self.assertIsNone(self.visitor.read()["lineage"])

    def test_a_session_is_over_after_its_time(self):
        lineage = body_of(self.visitor.commit(set={"a": 1}, expiry=60))["lineage"]
        with later(61):
            state = self.visitor.read()
            self.assertEqual((state["lineage"], state["data"], state["unknownKey"]), (None, {}, True))
            self.assertProblem(self.visitor.commit(lineage=lineage), 410, "gone")

    @skip_on("file", because="its clock is that of the file system")
    def test_a_touch_extends(self):
        self.visitor.commit(set={"a": 1}, expiry=60)
        with later(40):
            self.visitor.commit()
            self.assertIn(self.age()["age"], (59, 60))
        with later(80):
            self.assertEqual(self.visitor.read()["data"], {"a": 1})

    @skip_on("file", because="its clock is that of the file system")
    @skip_on("signed_cookies", because="every write sets the cookie")
    def test_the_cookie_lives_twice_as_long_and_is_set_again_in_time(self):
        response = self.visitor.commit(set={"a": 1}, expiry=1000)
        self.assertIn(session_cookie(response)["max-age"], (1999, 2000))
        with later(900):
            self.assertIsNone(session_cookie(self.visitor.commit()))
        with later(1100):
            self.assertIn(session_cookie(self.visitor.commit())["max-age"], (1999, 2000, 2001))
