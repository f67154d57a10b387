"""Django's sessions as an app knows them, beside the endpoint: keys, writers, expiry, HTTP. The numbers are those of BEHAVIOURS.md."""
from datetime import datetime, timedelta, timezone

from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpResponse
from django.test import override_settings

from support import IS_MERGING, NOT_SIGNED, SessionTestCase, Visitor, body_of, later, session_cookie, skip_on, store


class KeyTest(SessionTestCase):
    def setUp(self):
        super().setUp()
        self.signed_up()

    def sign_in(self, name="ada"):
        return self.visitor.post("/sign-in", {"username": name, "password": name})

    def test_35_an_unknown_key_loads_nothing_and_makes_nothing(self):
        session = store("u" * 32)
        self.assertEqual(dict(session.items()), {})
        self.assertFalse(store().exists("u" * 32))
        self.visitor.key = "u" * 32
        self.visitor.read()
        self.assertFalse(store().exists("u" * 32))

    def test_36_an_unknown_key_is_never_adopted(self):
        self.visitor.key = "u" * 32
        self.visitor.write(a=1)
        self.assertNotEqual(self.visitor.key, "u" * 32)
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_37_a_key_that_is_too_short_is_none(self):
        self.assertIsNone(store("short").session_key)
        self.visitor.key = "short"
        self.assertTrue(self.visitor.read()["unknownKey"])

    def test_38_code_cannot_set_the_key(self):
        with self.assertRaises(AttributeError):
            store().session_key = "k" * 32

    @NOT_SIGNED
    def test_39_a_new_key_keeps_the_data_and_the_old_one_is_dead(self):
        self.visitor.set(a=1)
        old = self.visitor.key
        self.visitor.post("/cycle")
        self.assertEqual((self.visitor.read()["data"], store().exists(old)), ({"a": 1}, False))

    def test_40_a_log_in_keeps_an_anonymous_visitors_data_under_a_new_key_and_csrf_token(self):
        state = self.visitor.set(a=1)
        old, token = self.visitor.key, self.visitor.http.cookies["csrftoken"].value
        self.sign_in()
        after = self.visitor.read()
        self.assertEqual((after["data"], after["lineage"]), ({"a": 1}, state["lineage"]))
        self.assertNotEqual(self.visitor.key, old)
        self.assertNotEqual(self.visitor.http.cookies["csrftoken"].value, token)

    def test_41_a_log_in_as_another_drops_the_data(self):
        self.signed_up("bob")
        self.sign_in()
        lineage = self.visitor.set(a=1)["lineage"]
        self.sign_in("bob")
        after = self.visitor.read()
        self.assertEqual(after["data"], {})
        self.assertNotEqual(after["lineage"], lineage)

    def test_42_a_log_out_ends_the_session_and_leaves_the_csrf_token(self):
        self.sign_in()
        self.visitor.set(a=1)
        token = self.visitor.http.cookies["csrftoken"].value
        self.assertEqual(session_cookie(self.visitor.post("/sign-out"))["max-age"], 0)
        self.assertEqual((self.visitor.read()["data"], self.visitor.http.cookies["csrftoken"].value), ({}, token))

    @NOT_SIGNED
    def test_43_a_password_changed_elsewhere_ends_the_session(self):
        from django.contrib.auth.models import User

        self.sign_in()
        self.visitor.set(a=1)
        key = self.visitor.key
        user = User.objects.get()
        user.set_password("other")
        user.save()
        self.assertIsNone(self.visitor.read()["lineage"])
        self.assertFalse(store().exists(key))

    @NOT_SIGNED
    def test_44_a_request_with_the_key_of_before_a_log_in_leaves_its_cookie(self):
        self.visitor.set(a=1)
        late = Visitor()
        late.key = self.visitor.key
        self.sign_in()
        for response in (late.http.get("/read"), late.write(b=1), late.get(), late.commit(set={"b": 1}), late.post("/sign-out")):
            self.assertIsNone(session_cookie(response))


@NOT_SIGNED
class WritersTest(SessionTestCase):
    def setUp(self):
        super().setUp()
        self.visitor.set(a=1)
        self.tab = Visitor(self.visitor)

    def test_45_what_was_ended_elsewhere_is_not_brought_back(self):
        session = store(self.visitor.key)
        session["b"] = 1
        self.visitor.end()
        with self.assertRaises(UpdateError):
            session.save()
        self.assertFalse(store().exists(session.session_key))

    def test_46_that_is_a_400_which_sets_no_cookie(self):
        def write_and_be_ended(request):
            request.session["b"] = 1
            store(request.session.session_key).delete()

        response = self.visitor.run(write_and_be_ended)
        self.assertEqual((response.status_code, session_cookie(response)), (400, None))

    def test_47_commits_of_different_keys_both_stay(self):
        mine, theirs = self.visitor.body(set={"b": 1}, expect={"b": None}), self.tab.body(set={"c": 1}, expect={"c": None})
        self.assertEqual([self.visitor.send(mine).status_code, self.tab.send(theirs).status_code], [200, 200])
        self.assertEqual(self.visitor.read()["data"], {"a": 1, "b": 1, "c": 1})

    def test_48_of_two_commits_on_one_version_one_is_stored_and_the_other_is_told_the_state(self):
        mine, theirs = (tab.body(set={"a": 2}, expect="base") for tab in (self.visitor, self.tab))
        first = body_of(self.visitor.send(mine))
        body = self.assertProblem(self.tab.send(theirs), 409, "conflict")
        self.assertEqual((body["data"], body["version"]), ({"a": 2}, first["version"]))

    def test_49_a_commit_that_is_sent_again_is_stored_once(self):
        body = self.visitor.body(set={"a": 2})
        self.visitor.send(body)
        self.visitor.write(a=3)
        self.assertEqual(body_of(self.visitor.send(body))["data"], {"a": 3})

    def test_50_two_first_writes_at_once_make_two_sessions_so_clients_send_one(self):
        one, other = Visitor(), Visitor()
        self.assertNotEqual(one.set(a=1)["lineage"], other.set(a=1)["lineage"])

    def test_51_a_view_that_saves_an_old_dict_undoes_a_commit_unless_its_engine_merges(self):
        def write_late(request):
            request.session["view"] = 1
            self.visitor.set(b=2)

        self.visitor.run(write_late)
        self.assertEqual("b" in self.visitor.read()["data"], IS_MERGING)


class ExpiryTest(SessionTestCase):
    def expiry(self):
        return self.visitor.read()["expiry"]

    def test_52_without_an_expiry_of_its_own_a_session_has_that_of_the_settings(self):
        with override_settings(SESSION_COOKIE_AGE=500):
            self.visitor.set(a=1)
            self.assertIn(self.expiry()["age"], (499, 500))

    def test_53_zero_is_a_cookie_for_the_browser_and_the_settings_age(self):
        response = self.visitor.run(lambda request: request.session.set_expiry(0))
        self.assertEqual((session_cookie(response)["max-age"], session_cookie(response)["expires"]), ("", ""))
        self.assertIn(self.expiry()["age"], range(1209590, 1209601))
        self.assertTrue(self.expiry()["atBrowserClose"])

    @skip_on("file", because="it tells no time that a test can move")
    def test_54_seconds_count_from_each_save(self):
        self.visitor.run(lambda request: request.session.set_expiry(300))
        with later(100):
            self.assertIn(self.expiry()["age"], range(195, 201))
            self.visitor.write(a=1)
            self.assertIn(self.expiry()["age"], range(290, 301))

    def test_55_a_date_is_that_moment(self):
        date = datetime.now(timezone.utc) + timedelta(seconds=300)
        self.visitor.commit(set={"a": 1}, expiry=date.isoformat())
        self.assertIn(self.expiry()["age"], range(295, 301))
        self.assertIn(store(self.visitor.key).get_expiry_age(), range(295, 301))

    def test_56_none_goes_back_to_the_settings(self):
        self.visitor.run(lambda request: request.session.set_expiry(0))
        self.visitor.run(lambda request: request.session.set_expiry(None))
        self.assertFalse(self.expiry()["atBrowserClose"])
        with override_settings(SESSION_EXPIRE_AT_BROWSER_CLOSE=True):
            self.assertTrue(self.expiry()["atBrowserClose"])
            self.assertTrue(store(self.visitor.key).get_expire_at_browser_close())

    def test_57_an_expiry_in_the_past_is_an_empty_session(self):
        self.visitor.set(a=1)
        self.visitor.run(lambda request: request.session.set_expiry(-10))
        self.assertEqual(self.visitor.read()["data"], {})

    @NOT_SIGNED
    def test_58_a_session_that_is_over_is_empty_and_its_cookie_stays(self):
        self.visitor.commit(set={"a": 1}, expiry=60)
        with later(61):
            response = self.visitor.http.get("/read")
            # Django's middleware would delete it. The jar may hold a newer one by the time the answer arrives.
            self.assertIsNone(session_cookie(response))
            self.assertTrue(self.visitor.read()["unknownKey"])

    def test_59_clear_takes_the_expiry_too_and_a_commit_that_clears_does_not(self):
        self.visitor.commit(set={"a": 1}, expiry=300)
        self.visitor.commit(clear=True)
        self.assertIn(self.expiry()["age"], range(290, 301))
        self.visitor.post("/clear")
        self.assertEqual(store(self.visitor.key).get_expiry_age(), 1209600)


class HttpTest(SessionTestCase):
    def test_60_what_depends_on_the_session_varies_on_the_cookie(self):
        self.assertEqual(self.visitor.http.get("/read")["Vary"], "Cookie")
        self.assertNotIn("Vary", self.visitor.http.get("/untouched"))
        self.assertEqual(self.visitor.get()["Vary"], "Cookie, Origin, Session-Request")

    def test_61_a_500_saves_nothing_and_sets_no_cookie(self):
        self.visitor.set(a=1)
        self.assertIsNone(session_cookie(self.visitor.post("/fail")))
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_62_a_4xx_saves(self):
        def write_and_refuse(request):
            request.session["a"] = 1
            return HttpResponse(status=404)

        self.visitor.run(write_and_refuse)
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_63_the_cookie_has_the_flags_of_the_settings(self):
        flags = lambda cookie: (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"])  # noqa: E731
        self.assertEqual(flags(session_cookie(self.visitor.commit(set={"a": 1}))), (True, True, "Lax", "/"))
        changes = {"SECURE": False, "HTTPONLY": False, "SAMESITE": "Strict", "PATH": "/app"}
        with override_settings(**{f"SESSION_COOKIE_{name}": value for name, value in changes.items()}):
            self.assertEqual(flags(session_cookie(Visitor().commit(set={"a": 1}))), ("", "", "Strict", "/app"))

    @skip_on("cache", "signed_cookies", because="there is no text that could be damaged and still be found")
    def test_64_a_record_that_is_damaged_is_an_empty_session(self):
        self.visitor.set(a=1)
        session = store(self.visitor.key)
        if hasattr(session, "model"):
            session.model.objects.update(session_data="damaged")
        else:
            with open(session._key_to_file(), "w", encoding="ascii") as file:
                file.write("damaged")
        with self.assertLogs("django.security.SuspiciousSession"):
            self.assertEqual(self.visitor.read()["data"], {})
        self.assertEqual(self.visitor.commit(set={"b": 1}).status_code, 200)
        self.assertEqual(self.visitor.read()["data"], {"b": 1})

    def test_65_test_cookies_work(self):
        self.visitor.run(lambda request: request.session.set_test_cookie())
        seen = []
        self.visitor.run(lambda request: seen.append(request.session.test_cookie_worked()))
        self.assertEqual(seen, [True])
        self.assertEqual(self.visitor.read()["data"], {"testcookie": "worked"})
