"""What the middleware does to answers of ordinary views."""
import hashlib
from unittest import mock, skipUnless

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory, override_settings

from sojourn_django.middleware import SojournMiddleware

from support import IS_MERGING, NOT_SIGNED, SessionTestCase, Visitor, body_of, later, session_cookie, skip_on, store


class VersionTest(SessionTestCase):
    def test_a_response_that_touched_the_session_tells_its_version(self):
        self.visitor.set(a=1)
        self.assertEqual(self.visitor.http.get("/read")["Session-Version"], self.visitor.read()["version"])

    def test_a_response_that_wrote_tells_the_new_version(self):
        before = self.visitor.set(a=1)["version"]
        after = self.visitor.write(b=[1.0, {"x": None}])["Session-Version"]
        self.assertNotEqual(after, before)
        self.assertEqual(self.visitor.read()["version"], after)

    def test_a_session_of_other_code_has_the_version_that_a_read_tells(self):
        version = self.visitor.write(a=1)["Session-Version"]
        self.assertEqual(self.visitor.read()["version"], version)

    def test_a_log_in_tells_the_new_version(self):
        self.signed_up()
        self.visitor.set(a=1)
        response = self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        self.assertEqual(self.visitor.read()["version"], response["Session-Version"])

    def test_a_log_out_tells_that_there_is_none(self):
        self.visitor.set(a=1)
        self.assertEqual(self.visitor.post("/sign-out")["Session-Version"], "v0")

    @NOT_SIGNED
    def test_an_unknown_key_is_told(self):
        self.visitor.key = "u" * 32
        self.assertEqual(self.visitor.http.get("/read")["Session-Version"], "v0-unknown")

    def test_a_response_that_did_not_touch_it_tells_nothing(self):
        self.visitor.set(a=1)
        self.assertNotIn("Session-Version", self.visitor.http.get("/untouched"))

    def test_what_was_not_saved_is_not_told(self):
        self.visitor.set(a=1)
        self.assertNotIn("Session-Version", self.visitor.post("/fail"))

    def test_a_request_that_never_met_a_session_passes(self):
        answer = object()
        self.assertIs(SojournMiddleware(lambda request: answer)(RequestFactory().get("/")), answer)


class CostTest(SessionTestCase):
    def test_a_page_hashes_no_more_with_a_hundred_keys_than_with_one(self):
        """`scripts/cost` measures it in time."""
        hashes = []
        for count in (1, 100):
            self.visitor = Visitor()
            self.visitor.write(**{f"key-{n // 25}-{n % 25}": "x" * 20 for n in range(count)})
            with mock.patch("hashlib.sha256", wraps=hashlib.sha256) as sha256, mock.patch("sojourn_django.wire._to_json") as to_json:
                self.assertIn("Session-Version", self.visitor.http.get("/read"))
            hashes.append(sha256.call_count)
            to_json.assert_not_called()
        self.assertEqual(hashes[0], hashes[1])


@NOT_SIGNED
class LateTest(SessionTestCase):
    """A request that left with the key of before a log-in."""

    def setUp(self):
        super().setUp()
        self.signed_up()
        self.visitor.write(a=1)
        self.late = Visitor()
        self.late.key = self.visitor.key
        self.response = self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})

    def test_the_log_in_itself_sets_the_cookie(self):
        self.assertEqual(session_cookie(self.response).value, self.visitor.key)
        self.assertNotEqual(self.visitor.key, self.late.key)

    def test_a_read_does_not_delete_the_cookie(self):
        self.assertIsNone(session_cookie(self.late.http.get("/read")))

    def test_a_write_does_not_replace_it_and_leaves_no_session(self):
        before = self.late.key
        response = self.late.write(b=1)
        self.assertEqual((response.status_code, session_cookie(response), self.late.key), (200, None, before))
        self.assertEqual(response["Session-Version"], "v0-unknown")

    def test_a_log_out_does_not_delete_it(self):
        self.assertIsNone(session_cookie(self.late.post("/sign-out")))
        self.assertEqual(self.visitor.http.get("/who").content, b"ada")

    def test_the_endpoint_neither(self):
        self.assertIsNone(session_cookie(self.late.get()))
        self.assertIsNone(session_cookie(self.late.commit(set={"b": 1})))
        self.assertIsNone(session_cookie(self.late.end("x")))

    def test_another_log_in_is_one(self):
        response = self.late.post("/sign-in", {"username": "ada", "password": "ada"})
        self.assertIsNotNone(session_cookie(response))
        self.assertEqual(self.late.http.get("/who").content, b"ada")

    def test_after_a_log_out_a_write_makes_no_session(self):
        self.late.key = self.visitor.key
        self.visitor.post("/sign-out")
        self.assertIsNone(session_cookie(self.late.write(b=1)))

    def test_a_key_that_was_over_long_ago_is_replaced_as_ever(self):
        self.late.key = "o" * 32
        self.assertIsNotNone(session_cookie(self.late.write(b=1)))
        self.assertEqual(self.late.read()["data"], {"b": 1})


@NOT_SIGNED
class NoteTest(SessionTestCase):
    def test_a_log_in_does_not_fail_where_the_old_key_cannot_be_noted(self):
        self.signed_up()
        self.visitor.write(a=1)
        with mock.patch("sojourn_django.watch.Moved", side_effect=OSError), self.assertLogs("sojourn_django"):
            self.assertEqual(self.visitor.post("/sign-in", {"username": "ada", "password": "ada"}).status_code, 200)
        self.assertEqual(self.visitor.http.get("/who").content, b"ada")

    def test_pages_work_where_the_engine_is_one_that_the_endpoint_refuses(self):
        with mock.patch("sojourn_django.middleware.engine_for", side_effect=ImproperlyConfigured):
            self.assertEqual(self.visitor.write(a=1).status_code, 200)
        self.assertEqual(self.visitor.read()["data"], {"a": 1})


@NOT_SIGNED
class CookieTest(SessionTestCase):
    def test_a_save_that_changes_nothing_for_the_browser_sets_no_cookie(self):
        self.visitor.set(a=1)
        self.assertIsNone(session_cookie(self.visitor.write(b=1)))

    def test_a_session_that_our_endpoint_never_wrote_has_it_set_as_ever(self):
        self.visitor.write(a=1)
        self.assertIsNotNone(session_cookie(self.visitor.write(b=1)))

    def test_the_first_commit_to_the_session_of_a_view_sets_it_for_twice_its_life(self):
        self.visitor.write(a=1)
        with later(1000):
            self.assertAlmostEqual(session_cookie(self.visitor.commit())["max-age"], 2 * settings.SESSION_COOKIE_AGE, delta=5)
            self.assertIsNone(session_cookie(self.visitor.commit()))

    def test_a_session_that_is_to_outlive_its_cookie_has_it_set(self):
        self.visitor.commit(set={"a": 1}, expiry=60)
        session = store(self.visitor.key)
        session.set_expiry(600)
        session.save()
        self.assertEqual(session_cookie(self.visitor.write(b=1))["max-age"], 600)

    def test_flush_takes_the_cookie_away(self):
        self.visitor.set(a=1)
        self.assertEqual(session_cookie(self.visitor.post("/flush"))["max-age"], 0)


@NOT_SIGNED
class LogInTest(SessionTestCase):
    """Django gives the cookie of a log-in one life of the session, where ours have two."""

    def setUp(self):
        super().setUp()
        self.signed_up()
        self.first = self.visitor.body(set={"a": 1})
        self.visitor.send(self.first)

    def sign_in(self):
        return session_cookie(self.visitor.post("/sign-in", {"username": "ada", "password": "ada"}))

    def assertAge(self, cookie, lives):
        self.assertAlmostEqual(cookie["max-age"], lives * settings.SESSION_COOKIE_AGE, delta=5)

    def test_the_first_commit_after_it_sets_the_cookie_for_twice_its_life(self):
        self.assertAge(self.sign_in(), 1)
        self.assertAge(session_cookie(self.visitor.commit()), 2)
        self.assertIsNone(session_cookie(self.visitor.commit()))

    def test_so_does_the_first_after_a_new_key(self):
        self.assertAge(session_cookie(self.visitor.post("/cycle")), 1)
        self.assertAge(session_cookie(self.visitor.commit()), 2)

    def test_a_cookie_for_the_browser_stays_one(self):
        self.visitor.run(lambda request: request.session.set_expiry(0))
        self.assertEqual(self.sign_in()["max-age"], "")
        self.assertIsNone(session_cookie(self.visitor.commit()))

    def test_a_cookie_that_the_page_wanted_for_the_browser_gets_the_servers_life(self):
        self.visitor.commit(expiry=0)
        self.assertEqual(self.sign_in()["max-age"], settings.SESSION_COOKIE_AGE)

    def test_a_commit_that_comes_again_after_it_does_not_shorten_the_cookie(self):
        self.sign_in()
        self.assertAge(session_cookie(self.visitor.send(self.first)), 1)

    @skip_on("file", because="the file system's clock cannot be moved")
    def test_it_gives_the_session_its_whole_life(self):
        with later(1000):
            self.sign_in()
            self.assertAlmostEqual(self.visitor.read()["expiry"]["age"], settings.SESSION_COOKIE_AGE, delta=5)


class WatchTest(SessionTestCase):
    @skipUnless(django.VERSION >= (4, 1), "SECRET_KEY_FALLBACKS is new in 4.1")
    @NOT_SIGNED
    def test_a_new_secret_key_gives_a_new_session_key_with_a_read_and_keeps_the_session(self):
        self.signed_up()
        self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        state, old = self.visitor.read(), self.visitor.key
        with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
            response = self.visitor.get()
            self.assertEqual((session_cookie(response).value, body_of(response)["lineage"]), (self.visitor.key, state["lineage"]))
            # How long a cookie of Django's own lasts is noted nowhere, and this one is to last no shorter.
            self.assertAlmostEqual(session_cookie(response)["max-age"], settings.SESSION_COOKIE_AGE, delta=5)
            self.assertNotEqual(self.visitor.key, old)
            # Once: the hash of the password was saved with the new key.
            self.assertIsNone(session_cookie(self.visitor.get()))
            self.assertEqual(self.visitor.set(a=1)["data"], {"a": 1})

    def test_clear_spares_the_records_of_clients(self):
        state = self.visitor.set(a=1)
        self.visitor.post("/clear")
        after = self.visitor.read()
        self.assertEqual((after["data"], after["lineage"], after["last"]), ({}, state["lineage"], 1))

    def test_flush_begins_another_lineage(self):
        state = self.visitor.set(a=1)
        self.visitor.post("/flush")
        self.visitor.write(a=1)
        self.assertNotIn(self.visitor.read()["lineage"], (None, state["lineage"]))

    @override_settings(SESSION_SAVE_EVERY_REQUEST=True)
    def test_the_endpoint_is_not_saved_again(self):
        self.visitor.set(a=1)
        before = self.visitor.read()
        response = self.visitor.get()
        self.assertIsNone(session_cookie(response))
        self.assertEqual(self.visitor.read()["version"], before["version"])

    @skip_on("signed_cookies", because="nothing is stored that a late save could meet")
    def test_a_late_save_undoes_a_commit_on_djangos_own_engines_alone(self):
        self.visitor.set(a=1)
        late = store(self.visitor.key)
        late["late"] = 1
        self.visitor.set(b=2)
        late.save()
        self.assertEqual(self.visitor.read()["data"], {"a": 1, "b": 2, "late": 1} if IS_MERGING else {"a": 1, "late": 1})
        self.assertEqual(self.visitor.read()["last"], 2 if IS_MERGING else 1)


class DuplicateCookiesTest(SessionTestCase):
    """Browsers send a cookie for each path and domain; Django takes the last."""

    def test_the_cookie_that_names_a_live_session_counts(self):
        self.visitor.set(a=1)
        lineage, name = self.visitor.read()["lineage"], settings.SESSION_COOKIE_NAME
        live, dead = f"{name}={self.visitor.http.cookies[name].value}", f"{name}={'u' * 32}"
        for field in (f"{dead}; {live}", f"{live}; {dead}", f"{dead}; theme=dark; {live}; {dead}", f"{name}=; {live}; {name}=x"):
            with self.subTest(field):
                self.assertEqual(self.visitor.http.get("/session", HTTP_COOKIE=field).json()["lineage"], lineage)
                self.assertEqual(self.visitor.http.get("/read", HTTP_COOKIE=field).status_code, 200)

    def test_dead_ones_alone_name_nothing(self):
        self.visitor.set(a=1)
        name = settings.SESSION_COOKIE_NAME
        state = self.visitor.http.get("/session", HTTP_COOKIE=f"{name}={'u' * 32}; {name}={'v' * 32}").json()
        self.assertEqual((state["lineage"], state["unknownKey"]), (None, True))
