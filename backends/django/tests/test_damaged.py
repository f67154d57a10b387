"""Stored sessions that cannot be read: what Django makes of each, and that their visitor can end them."""
import os
from importlib import import_module
from unittest import skipUnless

from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import override_settings

from sojourn_django.stored import META

from project.settings import ENGINE
from support import NOT_SIGNED, SessionTestCase, session_cookie, store

BARE = ENGINE.replace("merging-", "")


class Renamed:
    """A class that a deploy has renamed since a session holds an object of it."""

    def __reduce__(self):
        return _restore, ()


def _restore():
    raise ModuleNotFoundError("No module named 'renamed'")


@NOT_SIGNED
class DamagedTest(SessionTestCase):
    def setUp(self):
        super().setUp()
        self.lineage = self.visitor.set(a=1)["lineage"]
        self.key = self.visitor.key

    def write(self, raw):
        """Puts a text where the session lies."""
        if BARE == "file":
            with open(store(self.key)._key_to_file(), "wb") as file:
                file.write(raw.encode())
        else:
            Session.objects.filter(session_key=self.key).update(session_data=raw)
            cache.delete(getattr(store(self.key), "cache_key", "none"))

    def assertEnds(self, lineage):
        """Its visitor ends it, and begins another one."""
        response = self.visitor.end(lineage)
        self.assertEqual((response.status_code, session_cookie(response)["max-age"]), (204, 0))
        self.assertFalse(store().exists(self.key))
        self.assertIsNone(self.visitor.read()["lineage"])
        self.assertEqual(self.visitor.set(b=1)["data"], {"b": 1})

    def assertUnreadable(self):
        body = self.visitor.body
        with self.assertLogs("sojourn_django", "ERROR"):
            for response in (self.visitor.get(), self.visitor.send({"lineage": self.lineage, "base": "v", "after": 0}, n=9)):
                self.assertProblem(response, 500, "server-error")
                self.assertNotIn("Retry-After", response)
        return body

    @skipUnless(BARE in ("db", "cached_db", "file"), "of engines that keep a text")
    def test_a_text_that_is_no_session_is_an_empty_one_as_in_django(self):
        for raw in ("garbage", "x:y:z", "", "e30:1abc:damaged"):
            with self.subTest(raw):
                self.write(raw)
                state = self.visitor.read()
                self.assertEqual((state["data"], "unknownKey" in state), ({}, False))
                self.assertEqual(dict(store(self.key).items()), {})

    @skipUnless(BARE in ("db", "cached_db", "file"), "of engines that keep a text")
    def test_it_ends_by_the_lineage_of_before(self):
        self.write("garbage")
        self.assertEnds(self.lineage)

    @skipUnless(BARE in ("db", "cached_db", "file"), "of engines that keep a text")
    def test_it_ends_by_the_lineage_that_a_read_tells(self):
        self.write("garbage")
        self.assertEnds(self.visitor.read()["lineage"])

    @skipUnless(BARE in ("db", "cached_db", "file"), "of engines that keep a text")
    def test_an_empty_session_is_not_damaged(self):
        self.visitor.commit(delete=["a"])
        self.visitor.run(lambda request: request.session.pop(META) and None)
        self.assertProblem(self.visitor.end("another"), 410, "gone")

    @skipUnless(BARE in ("db", "cached_db"), "of engines whose text is signed with SECRET_KEY alone")
    def test_another_secret_key_is_an_empty_session_as_in_django(self):
        with override_settings(SECRET_KEY="another"):
            self.assertEqual(self.visitor.read()["data"], {})

    @skipUnless(BARE == "file", "of files")
    def test_bytes_that_are_no_text(self):
        with open(store(self.key)._key_to_file(), "wb") as file:
            file.write(os.urandom(200) + b"\xff")
        self.assertUnreadable()
        self.assertEnds(self.lineage)

    @skipUnless(BARE == "cache", "of caches")
    def test_an_entry_that_is_no_session(self):
        for value in ("text", 5, ["a"]):
            with self.subTest(value):
                cache.set(store(self.key).cache_key, value)
                self.assertUnreadable()
        self.assertEnds(self.lineage)

    @skipUnless(BARE == "cache", "of caches")
    def test_an_object_whose_class_is_gone(self):
        cache.set(store(self.key).cache_key, {"a": Renamed()})
        self.assertUnreadable()
        self.assertEnds("another")

    def test_records_of_clients_that_other_code_wrote_over(self):
        for meta in ({"clients": 5}, {"clients": [[1]]}, {"lineage": 5, "seq": "x"}, {"cookie": "x", "until": 7}):
            with self.subTest(meta), self.assertLogs("sojourn_django", "ERROR"):
                session = import_module(f"django.contrib.sessions.backends.{BARE}").SessionStore(self.key)
                session[META] = meta
                session.save()
                response = self.visitor.http.get("/read")
                self.assertEqual((response.status_code, response.has_header("Session-Version")), (200, False))
                self.assertProblem(self.visitor.get(), 500, "server-error")
        self.assertEnds("another")
