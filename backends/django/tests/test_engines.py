"""What is particular to one engine."""
import os
import secrets
import shutil
import tempfile
from datetime import datetime, timedelta, timezone
from unittest import mock, skipUnless

from django.conf import settings as django_settings
from django.core.cache import cache, caches
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase, override_settings

from sojourn_django.conf import get_settings
from sojourn_django.engines.choice import engine_for
from sojourn_django.exchange import Exchange
from sojourn_django.stored import META

from project.settings import ENGINE
from support import SessionTestCase, Visitor, body_of, later, skip_on, store, with_sojourn

BARE = ENGINE.replace("merging-", "")


class Name:
    """Any two are equal, and print the same."""

    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        return isinstance(other, Name)

    def __repr__(self):
        return "<Name>"


def only_on(*engines):
    return skipUnless(BARE in engines, f"of {', '.join(engines)} alone")


class CompareTest(SessionTestCase):
    """Every engine but signed_cookies, through its one interface."""

    def setUp(self):
        super().setUp()
        if BARE == "signed_cookies":
            self.skipTest("signed_cookies compares nothing")
        self.engine = engine_for(type(store()), get_settings())
        self.key = self.engine.create({META: {"mark": "1"}, "a": 1})
        self.stored = self.engine.read(self.key)

    def test_a_write_on_an_old_state_is_refused(self):
        self.assertEqual(self.engine.replace(self.stored, {META: {"mark": "2"}, "a": 2}), self.key)
        self.assertIsNone(self.engine.replace(self.stored, {META: {"mark": "3"}, "a": 3}))
        self.assertIsNone(self.engine.rotate(self.stored, {META: {"mark": "3"}, "a": 3}, None))
        self.assertFalse(self.engine.remove(self.stored))
        self.assertEqual(self.engine.read(self.key).data["a"], 2)

    def test_what_is_gone_is_not_written(self):
        self.assertTrue(self.engine.remove(self.stored))
        self.assertIsNone(self.engine.replace(self.stored, {META: {"mark": "2"}}))
        self.assertFalse(self.engine.remove(self.stored))
        self.assertIsNone(self.engine.read(self.key))

    def test_a_new_key_leaves_a_note_at_the_old_one(self):
        new = self.engine.rotate(self.stored, {META: {"mark": "2"}, "a": 2}, "commit")
        self.assertIsNone(self.engine.read(self.key))
        self.assertEqual(self.engine.read(new).data["a"], 2)
        moved = self.engine.read_moved(self.key)
        self.assertEqual((moved.to, moved.by), (new, "commit"))
        self.assertIsNone(self.engine.read_moved(new))

    def test_djangos_own_code_sees_what_is_stored(self):
        self.assertEqual(store(self.key)["a"], 1)
        self.engine.replace(self.stored, {META: {"mark": "2"}, "a": 2})
        self.assertEqual(store(self.key)["a"], 2)
        self.engine.remove(self.engine.read(self.key))
        self.assertEqual(dict(store(self.key).items()), {})

    def test_a_commit_that_met_another_is_decided_anew(self):
        visitor = Visitor()
        visitor.set(a=1)
        body, find, others = visitor.body(set={"a": 2}), Exchange.find, Visitor(visitor)

        def find_and_be_overtaken(exchange):
            found = find(exchange)
            if exchange.client == visitor.client and others.n == 0:
                others.n = 1
                session = store(visitor.key)
                session["b"] = 1
                session.save()
            return found

        with mock.patch.object(Exchange, "find", find_and_be_overtaken):
            self.assertEqual(body_of(visitor.send(body))["data"], {"a": 2, "b": 1})

    def test_a_commit_that_met_a_log_in_is_sent_again(self):
        visitor, replace = Visitor(), type(self.engine).replace
        visitor.set(a=1)
        body = visitor.body(set={"a": 2})

        def sign_in_first(engine, stored, data):
            if "_auth_user_id" not in stored.data:
                replace(engine, stored, {**stored.data, "_auth_user_id": "1", META: {**stored.data[META], "mark": "other"}})
                return None
            return replace(engine, stored, data)

        with mock.patch.object(type(self.engine), "replace", sign_in_first):
            self.assertProblem(visitor.send(body), 503, "unavailable")
        self.assertEqual(visitor.read()["data"], {"a": 1})

    def test_a_commit_that_always_meets_another_is_503(self):
        visitor = Visitor()
        visitor.set(a=1)
        with mock.patch.object(type(self.engine), "replace", return_value=None), mock.patch("time.sleep"):
            self.assertProblem(visitor.send(visitor.body(set={"a": 2})), 503, "unavailable")


class ViewsExpiryTest(SessionTestCase):
    """The endpoint tells the life that a view gave the session, as the engine will keep it."""

    def assertAge(self, seconds):
        self.assertAlmostEqual(self.visitor.read()["expiry"]["age"], seconds, delta=5)

    def expire_in(self, expiry):
        self.visitor.run(lambda request: request.session.set_expiry(expiry))

    def test_a_view_shortens_the_life_that_a_commit_gave(self):
        self.visitor.set(a=1)
        self.expire_in(300)
        self.assertAge(300)
        if BARE != "file":
            with later(100):
                self.assertAge(200)
                self.visitor.write(b=1)
                self.assertAge(300)

    @skip_on("signed_cookies", because="a signature ends after SESSION_COOKIE_AGE")
    def test_a_view_lengthens_it(self):
        self.visitor.set(a=1)
        self.expire_in(3 * django_settings.SESSION_COOKIE_AGE)
        self.assertAge(3 * django_settings.SESSION_COOKIE_AGE)

    @skip_on("file", because="the file system's clock cannot be moved")
    def test_a_session_of_views_alone(self):
        self.visitor.write(a=1)
        with later(100):
            self.assertAge(django_settings.SESSION_COOKIE_AGE - 100)
            self.expire_in(300)
            self.assertAge(300)
        with later(200):
            self.assertAge(200)

    @skip_on("signed_cookies", because="only a response gives the browser another one")
    def test_code_without_a_request(self):
        self.visitor.set(a=1)
        session = store(self.visitor.key)
        session.set_expiry(300)
        session.save()
        self.assertAge(300)

    def test_a_view_goes_back_to_the_policy(self):
        self.visitor.set(a=1)
        self.expire_in(300)
        self.expire_in(None)
        self.assertAge(django_settings.SESSION_COOKIE_AGE)

    def test_a_log_in_has_the_life_of_its_own_save(self):
        self.signed_up()
        self.visitor.set(a=1)
        self.expire_in(300)
        self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        self.assertAge(300)


@only_on("db", "cached_db")
class QueriesTest(SessionTestCase):
    def test_a_read_is_one_query_and_a_commit_two(self):
        self.visitor.set(a=1)
        with self.assertNumQueries(1):
            self.visitor.get()
        body = self.visitor.body(set={"a": 2})
        # cached_db looks twice whether the cache has what the row has.
        with self.assertNumQueries(4 if BARE == "cached_db" else 2):
            self.visitor.send(body)


@only_on("cached_db")
class CachedDbTest(SessionTestCase):
    def setUp(self):
        super().setUp()
        self.visitor.set(a=1)
        self.name = store(self.visitor.key).cache_key

    def test_a_stale_cache_is_not_believed(self):
        cache.set(self.name, {"a": "stale"})
        self.assertEqual(self.visitor.read()["data"], {"a": 1})
        self.visitor.set(b=1)
        self.assertEqual(self.visitor.read()["data"], {"a": 1, "b": 1})
        self.assertEqual(cache.get(self.name)["b"], 1)

    def test_what_a_late_load_put_into_the_cache_ends_with_the_session(self):
        stale = cache.get(self.name)
        lineage = self.visitor.read()["lineage"]
        self.visitor.end(lineage)
        self.assertIsNone(cache.get(self.name))
        cache.set(self.name, stale)
        self.assertIsNone(self.visitor.read()["lineage"])

    def test_a_cache_that_fails_does_not_undo_a_commit(self):
        body = self.visitor.body(set={"b": 1})
        with mock.patch.object(type(caches["default"]), "set", side_effect=OSError), self.assertLogs("sojourn_django"):
            self.assertEqual(self.visitor.send(body).status_code, 200)
        self.assertEqual(self.visitor.read()["data"], {"a": 1, "b": 1})


@only_on("cache")
class CacheTest(SessionTestCase):
    def test_a_cache_without_an_atomic_add_is_refused(self):
        directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, directory)
        for backend in ("filebased.FileBasedCache", "db.DatabaseCache", "dummy.DummyCache"):
            settings = {"default": {"BACKEND": f"django.core.cache.backends.{backend}", "LOCATION": directory}}
            with override_settings(CACHES=settings), self.assertRaisesMessage(ImproperlyConfigured, "no atomic add()"):
                engine_for(type(store()), get_settings())
        with override_settings(CACHES=settings), with_sojourn(ATOMIC_CACHES=["django.core.cache.backends.dummy.DummyCache"]):
            engine_for(type(store()), get_settings())

    def test_a_cache_that_drops_a_write_is_503(self):
        self.visitor.set(a=1)
        body = self.visitor.body(set={"a": 2})
        with mock.patch.object(type(caches["default"]), "set"), self.assertLogs("sojourn_django"):
            self.assertProblem(self.visitor.send(body), 503, "unavailable")
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_a_cache_that_is_down_is_503_and_not_empty(self):
        self.visitor.set(a=1)
        with mock.patch.object(type(caches["default"]), "get", side_effect=OSError), self.assertLogs("sojourn_django"):
            self.assertProblem(self.visitor.get(), 503, "unavailable")

    def test_a_lock_of_somebody_else_is_waited_for_and_not_broken(self):
        self.visitor.set(a=1)
        body, lock = self.visitor.body(set={"a": 2}), f"{store(self.visitor.key).cache_key}.lock"
        cache.add(lock, "theirs")
        with mock.patch("sojourn_django.engines.cache._LOCK_WAIT", 0), self.assertLogs("sojourn_django"):
            self.assertProblem(self.visitor.send(body), 503, "unavailable")
        self.assertEqual(cache.get(lock), "theirs")
        cache.delete(lock)
        self.assertEqual(self.visitor.send(body).status_code, 200)
        self.assertIsNone(cache.get(lock))

    def test_a_lock_that_somebody_else_holds_by_now_is_left(self):
        self.visitor.set(a=1)
        body, lock = self.visitor.body(set={"a": 2}), f"{store(self.visitor.key).cache_key}.lock"
        engine = engine_for(type(store()), get_settings())
        look = type(engine)._look
        with mock.patch.object(type(engine), "_look", lambda *given: (look(*given), cache.set(lock, "theirs"))):
            self.assertEqual(self.visitor.send(body).status_code, 200)
        self.assertEqual(cache.get(lock), "theirs")

    def test_a_write_that_python_calls_equal_is_a_write(self):
        engine = engine_for(type(store()), get_settings())
        for before, after in ((1, True), (1, 1.0), (Name("a"), Name("b"))):
            with self.subTest(before=before, after=after):
                key = engine.create({META: {"mark": "1"}, "a": before})
                stored = engine.read(key)
                session = store(key)
                session["a"] = after
                session.save()
                self.assertIsNone(engine.replace(stored, {META: {"mark": "2"}, "b": 1}))

    def test_a_hook_that_changes_a_value_in_place_fails_no_commit(self):
        self.visitor.set(a=[1])
        body = self.visitor.body(set={"b": 1})
        with override_settings(SOJOURN={**django_settings.SOJOURN, "IDENTITY": lambda request: request.session["a"].append(2)}):
            self.assertEqual(self.visitor.send(body).status_code, 200)

    def test_values_that_only_pickle_takes_are_merged_around(self):
        session = store()
        session.update({"set": {1, 2}, "nan": float("nan")})
        session.create()
        self.visitor.key = session.session_key
        self.assertEqual(self.visitor.set(a=1)["data"], {"nan": None, "a": 1})
        self.assertEqual(store(self.visitor.key)["set"], {1, 2})


@only_on("file")
class FileTest(SessionTestCase):
    def test_a_disk_that_is_full_is_503(self):
        self.visitor.set(a=1)
        body = self.visitor.body(set={"a": 2})
        with mock.patch("os.write", side_effect=OSError("no space left")), self.assertLogs("sojourn_django"):
            self.assertProblem(self.visitor.send(body), 503, "unavailable")
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_seconds_end_a_session_here(self):
        self.visitor.commit(set={"a": 1}, expiry=60)
        path = store(self.visitor.key)._key_to_file()
        os.utime(path, (0, os.stat(path).st_mtime - 61))
        self.assertTrue(self.visitor.read()["unknownKey"])

    def test_locks_are_not_taken_for_sessions(self):
        self.visitor.set(a=1)
        self.visitor.set(a=2)
        store().clear_expired()
        self.assertEqual(self.visitor.read()["data"], {"a": 2})

    def test_a_system_without_flock_is_refused(self):
        with mock.patch("sojourn_django.engines.file.fcntl", None), self.assertRaisesMessage(ImproperlyConfigured, "flock"):
            engine_for(type(store()), get_settings())


@only_on("signed_cookies")
class CookiesTest(SessionTestCase):
    def test_says_that_it_is_not_atomic(self):
        self.assertIs(self.visitor.read()["atomic"], False)

    def test_what_does_not_fit_into_the_cookie_is_413(self):
        self.visitor.set(a=1)
        body = self.assertProblem(self.visitor.commit(set={"b": os.urandom(3000).hex()}), 413, "too-large")
        self.assertLessEqual(body["limit"], 4096)
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_makes_room_by_forgetting_clients(self):
        self.visitor.set(a=1)
        for _ in range(20):
            Visitor(self.visitor).commit()
        state = self.visitor.set(b=secrets.token_urlsafe(2300))
        self.assertEqual(self.visitor.read()["version"], state["version"])
        self.assertLessEqual(len(self.visitor.key), 4096)
        self.assertTrue(Visitor(self.visitor).read()["forgotten"])

    def test_an_answer_promises_no_more_than_the_signature_keeps(self):
        age = django_settings.SESSION_COOKIE_AGE
        in_a_year = (datetime.now(timezone.utc) + timedelta(days=365)).isoformat()
        self.visitor.run(lambda request: request.session.set_expiry(2 * age))
        for expiry, kept in ((2 * age, age), (in_a_year, age), (None, age), (60, 60)):
            told = body_of(self.visitor.commit(set={"a": 1}, expiry=expiry))["expiry"]["age"]
            self.assertAlmostEqual(told, kept, delta=5)
            self.assertAlmostEqual(self.visitor.read()["expiry"]["age"], told, delta=5)

    def test_nothing_is_revoked(self):
        self.visitor.set(a=1)
        key = self.visitor.key
        self.visitor.end()
        self.visitor.key = key
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_a_value_that_was_tampered_with_is_an_unknown_key(self):
        self.visitor.set(a=1)
        self.visitor.key = self.visitor.key[:-1] + "~"
        self.assertTrue(self.visitor.read()["unknownKey"])

    def test_the_lineage_stays_while_ordinary_views_write(self):
        self.visitor.write(a=1)
        lineage = self.visitor.read()["lineage"]
        self.visitor.write(b=1)
        self.visitor.post("/cycle")
        self.assertEqual(self.visitor.read()["lineage"], lineage)


class ChoiceTest(SimpleTestCase):
    def test_an_engine_of_another_kind_is_refused(self):
        with self.assertRaisesMessage(ImproperlyConfigured, "none of Django's session engines"):
            engine_for(dict, get_settings())

    def test_a_project_may_derive_its_own(self):
        own = type("SessionStore", (type(store()),), {})
        self.assertEqual(type(engine_for(own, get_settings())), type(engine_for(type(store()), get_settings())))
