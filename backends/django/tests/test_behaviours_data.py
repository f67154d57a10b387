"""Django's sessions as an app knows them, beside the endpoint: reading, writing, keys. The numbers are those of BEHAVIOURS.md."""
from unittest import mock

from django.test import override_settings

from sojourn_django.stored import META

from support import NOT_SIGNED, SessionTestCase, Visitor, body_of, later, session_cookie, skip_on, store


class ReadingTest(SessionTestCase):
    def test_01_a_visitor_whose_session_nobody_touches_gets_none(self):
        with self.assertNumQueries(0):
            response = self.visitor.http.get("/untouched")
        self.assertEqual((session_cookie(response), response.has_header("Vary")), (None, False))

    def test_02_reading_a_key_gives_the_default_and_makes_no_session(self):
        session = store()
        self.assertEqual((session.get("a", "default"), session.accessed, session.modified), ("default", True, False))
        self.assertIsNone(session_cookie(self.visitor.http.get("/read")))
        self.assertIsNone(self.visitor.read()["lineage"])

    def test_03_a_session_that_is_read_twice_is_loaded_once(self):
        self.visitor.set(a=1)
        session = store(self.visitor.key)
        with mock.patch.object(session, "load", wraps=session.load) as load:
            self.assertEqual((session["a"], session["a"]), (1, 1))
        self.assertEqual(load.call_count, 1)

    def test_04_a_key_that_holds_null_is_there(self):
        self.visitor.set(a=None)
        session = store(self.visitor.key)
        self.assertIsNone(session.get("a", "default"))
        state = self.visitor.read()
        self.assertEqual((state["data"], list(state["tags"])), ({"a": None}, ["a"]))
        self.assertProblem(self.visitor.commit(set={"a": 1}, expect={"a": None}), 409, "conflict")

    def test_05_a_key_that_is_absent_is_an_error_or_the_default(self):
        session = store()
        with self.assertRaises(KeyError):
            session["a"]
        self.assertEqual(session.get("a", 1), 1)

    def test_06_asking_for_a_key_changes_nothing(self):
        session = store()
        self.assertFalse("a" in session or session.has_key("a"))  # noqa: W601
        self.assertEqual((session.accessed, session.modified), (True, False))

    def test_07_keys_come_in_the_order_in_which_they_were_written(self):
        self.visitor.commit(set={"b": 1, "a": 2})
        self.visitor.set(c=3)
        self.assertEqual(list(self.visitor.read()["data"]), ["b", "a", "c"])
        session = store(self.visitor.key)
        self.assertEqual([key for key in session.keys() if key != META], ["b", "a", "c"])
        self.assertFalse(session.modified)

    @NOT_SIGNED
    def test_08_what_another_writes_is_seen_once_it_is_read_again(self):
        self.visitor.set(a=1)
        session = store(self.visitor.key)
        self.assertEqual(session["a"], 1)
        self.visitor.set(a=2)
        self.assertEqual((session["a"], store(self.visitor.key)["a"]), (1, 2))

    def test_09_reading_does_not_extend_the_session(self):
        self.visitor.set(a=1)
        with later(1000):
            self.visitor.http.get("/read")
            self.assertIn(self.visitor.read()["expiry"]["age"], range(1208590, 1208601))


class WritingTest(SessionTestCase):
    def test_10_setting_a_key_is_a_change_even_to_an_equal_value(self):
        self.visitor.set(a=1)
        session = store(self.visitor.key)
        session["a"] = 1
        self.assertTrue(session.modified)
        before = self.visitor.read()["version"]
        self.assertNotEqual(self.visitor.set(a=1)["version"], before)

    def test_11_deleting_a_key_that_is_absent_is_an_error_and_no_change(self):
        session = store()
        with self.assertRaises(KeyError):
            del session["a"]
        self.assertFalse(session.modified)
        # The protocol's delete says how it shall be, so that sending it again does no harm.
        self.assertEqual(self.visitor.commit(delete=["a"]).status_code, 200)

    def test_12_pop_gives_the_value_or_the_default_or_an_error(self):
        self.visitor.set(a=1)
        session = store(self.visitor.key)
        self.assertEqual((session.pop("b", 2), session.modified), (2, False))
        with self.assertRaises(KeyError):
            session.pop("b")
        self.assertFalse(session.modified)
        self.assertEqual((session.pop("a"), session.modified), (1, True))

    def test_13_setdefault_takes_null_for_there(self):
        self.visitor.set(a=None)
        session = store(self.visitor.key)
        self.assertEqual((session.setdefault("a", 1), session.modified), (None, False))
        self.assertEqual((session.setdefault("b", 1), session.modified), (1, True))

    def test_14_update_is_a_change_even_of_nothing(self):
        session = store()
        session.update({})
        self.assertTrue(session.modified)
        # An empty commit is a touch.
        self.visitor.set(a=1)
        before = self.visitor.read()
        self.assertEqual(self.visitor.commit().status_code, 200)
        self.assertNotEqual(self.visitor.read()["version"], before["version"])

    def test_15_a_change_in_place_is_not_saved_unless_marked(self):
        self.visitor.set(cart={"tea": 1})
        self.visitor.run(lambda request: request.session["cart"].update(milk=1))
        self.assertEqual(self.visitor.read()["data"], {"cart": {"tea": 1}})

        def mark(request):
            request.session["cart"]["milk"] = 1
            request.session.modified = True

        self.visitor.run(mark)
        self.assertEqual(self.visitor.read()["data"], {"cart": {"tea": 1, "milk": 1}})

    @NOT_SIGNED
    def test_16_the_changes_of_a_request_are_saved_once_and_together(self):
        self.visitor.set(a=1)

        def write(request):
            request.session["b"] = 1
            request.session["c"] = 2
            self.assertEqual(self.visitor.read()["data"], {"a": 1})

        self.visitor.run(write)
        self.assertEqual(self.visitor.read()["data"], {"a": 1, "b": 1, "c": 2})

    def test_17_a_request_that_changes_nothing_saves_nothing(self):
        self.visitor.set(a=1)
        before = self.visitor.read()["version"]
        self.assertIsNone(session_cookie(self.visitor.http.get("/read")))
        self.assertEqual(self.visitor.read()["version"], before)

    def test_18_after_a_save_memory_has_the_data_still(self):
        session = store()
        session["a"] = 1
        session.save()
        self.assertEqual(session["a"], 1)

    @skip_on("cache", because="it pickles what JSON does not take")
    def test_19_one_value_that_cannot_be_stored_leaves_all_as_it_was(self):
        self.visitor.set(a=1)

        def write(request):
            request.session["a"] = 2
            request.session["b"] = object()

        self.assertEqual(self.visitor.run(write).status_code, 500)
        self.assertEqual(self.visitor.read()["data"], {"a": 1})
        self.assertProblem(self.visitor.send(b'{"lineage":null,"base":"v0","after":0,"set":{"a":2,"b":1e999}}', 9), 400, "bad-request")
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    @override_settings(SESSION_SAVE_EVERY_REQUEST=True)
    @skip_on("file", because="it tells no time that a test can move")
    def test_20_save_every_request_extends_with_any_view_and_not_with_the_endpoint(self):
        self.visitor.set(a=1)
        with later(1000):
            self.assertIn(self.visitor.read()["expiry"]["age"], range(1208590, 1208601))
            self.visitor.http.get("/read")
            self.assertIn(self.visitor.read()["expiry"]["age"], range(1209590, 1209601))


class KeysTest(SessionTestCase):
    @skip_on("cache", because="it pickles, and a key stays what it was")
    def test_21_a_key_that_is_no_text_comes_back_as_text(self):
        self.visitor.run(lambda request: request.session.update({1: "one", None: "none", 1.5: "half"}))
        self.assertEqual(self.visitor.read()["data"], {"1": "one", "null": "none", "1.5": "half"})

    def test_22_a_value_comes_back_in_its_form_of_json(self):
        self.visitor.run(lambda request: request.session.update({"t": (1, 2), "f": 1.0}))
        self.assertEqual(self.visitor.read()["data"], {"t": [1, 2], "f": 1})

    def test_23_numbers_that_browsers_cannot_read_are_refused_before_anything_is_stored(self):
        self.visitor.set(a=1)
        for number in ("NaN", "Infinity", "1e400", "9007199254740993"):
            body = '{"lineage":null,"base":"v0","after":0,"set":{"a":%s}}' % number
            self.assertProblem(self.visitor.send(body, 9), 400, "bad-request")
        self.assertEqual(self.visitor.read()["data"], {"a": 1})
        # Where server code stored one the session can still be read.
        self.visitor.run(lambda request: request.session.update({"nan": float("nan"), "inf": float("inf")}))
        self.assertEqual(self.visitor.read()["data"], {"a": 1, "nan": None, "inf": None})

    def test_24_the_servers_own_keys_are_neither_seen_nor_written(self):
        self.visitor.write(a=1, _own=2)
        self.assertEqual(self.visitor.read()["data"], {"a": 1})
        for members in ({"set": {"_own": 3}}, {"delete": ["_own"]}, {"expect": {"_own": None}}):
            self.assertProblem(self.visitor.commit(**members), 422, "private-key")
        self.assertEqual(store(self.visitor.key)["_own"], 2)

    def test_25_they_survive_a_commit_that_clears(self):
        self.signed_up()
        self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        self.visitor.set(a=1)
        self.assertEqual(body_of(self.visitor.commit(clear=True))["data"], {})
        self.assertEqual(self.visitor.http.get("/who").content, b"ada")
        # Django's own clear signs out.
        self.visitor.post("/clear")
        self.assertEqual(self.visitor.http.get("/who").content, b"AnonymousUser")

    def test_26_keys_keep_pythons_order_and_none_is_a_prototype(self):
        self.visitor.commit(set={"10": 1, "9": 2, "constructor": 3})
        self.assertEqual(list(self.visitor.read()["data"]), ["10", "9", "constructor"])
        body = '{"lineage":null,"base":"v0","after":0,"set":{"__proto__":{}}}'
        self.assertProblem(self.visitor.send(body, 9), 400, "bad-request")


class ClearTest(SessionTestCase):
    def test_27_clear_empties_the_session_and_keeps_its_key(self):
        self.visitor.set(a=1)
        key, lineage = self.visitor.key, self.visitor.read()["lineage"]
        self.visitor.post("/clear")
        state = self.visitor.read()
        self.assertEqual((state["data"], state["lineage"]), ({}, lineage))
        if state.get("atomic") is not False:
            self.assertEqual(self.visitor.key, key)

    def test_28_without_its_last_key_the_session_is_still_there(self):
        lineage = self.visitor.set(a=1)["lineage"]
        self.assertEqual(body_of(self.visitor.commit(delete=["a"]))["lineage"], lineage)
        self.visitor.write(a=1)
        self.visitor.run(lambda request: request.session.pop("a") and None)
        self.assertEqual((self.visitor.read()["lineage"], self.visitor.read()["data"]), (lineage, {}))

    def test_29_flush_takes_record_key_and_cookie(self):
        self.visitor.set(a=1)
        key = self.visitor.key
        self.assertEqual(session_cookie(self.visitor.post("/flush"))["max-age"], 0)
        self.assertIsNone(self.visitor.read()["lineage"])
        self.assertFalse(store().exists(key))

    def test_30_a_write_after_flush_begins_anew(self):
        state = self.visitor.set(a=1)

        def flush_and_write(request):
            request.session.flush()
            request.session["b"] = 2

        self.visitor.run(flush_and_write)
        after = self.visitor.read()
        self.assertEqual((after["data"], after["last"]), ({"b": 2}, 0))
        self.assertNotIn(after["lineage"], (None, state["lineage"]))

    def test_31_flush_without_a_session_sets_no_cookie(self):
        response = self.visitor.post("/flush")
        self.assertEqual((session_cookie(response), response["Vary"]), (None, "Cookie"))

    @override_settings(SESSION_COOKIE_DOMAIN=".testserver", SESSION_COOKIE_PATH="/app/", SESSION_COOKIE_SAMESITE="Strict")
    def test_32_the_cookie_is_taken_away_where_it_was_set(self):
        self.visitor.set(a=1)
        cookie = session_cookie(self.visitor.end())
        self.assertEqual((cookie["domain"], cookie["path"], cookie["samesite"], cookie["max-age"]), (".testserver", "/app/", "Strict", 0))

    @NOT_SIGNED
    def test_33_without_its_cookie_a_session_lives_and_without_its_record_it_does_not(self):
        self.visitor.set(a=1)
        other = Visitor()
        other.key = self.visitor.key
        self.visitor.key = None
        self.assertEqual(other.read()["data"], {"a": 1})
        other.http.get("/read")
        store(other.key).delete()
        self.assertTrue(other.read()["unknownKey"])

    def test_34_deleting_twice_is_silent(self):
        lineage, key = self.visitor.set(a=1)["lineage"], self.visitor.key
        store(key).delete()
        store(key).delete()
        self.assertEqual(self.visitor.end(lineage).status_code, 204)
        self.assertEqual(self.visitor.end(lineage).status_code, 204)
