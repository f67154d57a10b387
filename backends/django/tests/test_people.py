"""The sessions of one person."""
from unittest import mock

from django.core.exceptions import ImproperlyConfigured

import sojourn_django
from sojourn_django.engines.db import DbEngine

from support import SessionTestCase, Visitor, skip_on, store


@skip_on("cache", "file", "signed_cookies", because="it cannot list its sessions")
class EndAllTest(SessionTestCase):
    def visitors(self, name, count):
        visitors = [Visitor() for _ in range(count)]
        for visitor in visitors:
            visitor.post("/sign-in", {"username": name, "password": name})
            visitor.set(a=1)
        return visitors

    def who(self, visitor):
        return visitor.http.get("/who").content.decode()

    def test_ends_each_session_of_the_user_but_the_kept_one_and_no_other(self):
        ada = self.signed_up()
        self.signed_up("bob")
        hers, (his,) = self.visitors("ada", 3), self.visitors("bob", 1)
        self.visitor.set(a=1)
        self.assertEqual(sojourn_django.end_all(ada, keep=store(hers[0].key)), 2)
        self.assertEqual([self.who(visitor) for visitor in (*hers, his)], ["ada", "AnonymousUser", "AnonymousUser", "bob"])
        self.assertTrue(hers[1].read()["unknownKey"])
        self.assertEqual(self.visitor.read()["data"], {"a": 1})
        self.assertEqual(sojourn_django.end_all(ada), 1)
        self.assertEqual(sojourn_django.end_all(ada), 0)

    def test_reads_the_table_in_pages(self):
        ada = self.signed_up()
        self.visitors("ada", 5)
        with mock.patch("sojourn_django.people._CHUNK", 2):
            self.assertEqual(sojourn_django.end_all(ada), 5)

    def test_a_session_that_is_written_meanwhile_ends_too(self):
        ada = self.signed_up()
        (visitor,) = self.visitors("ada", 1)
        remove, tries = DbEngine.remove, []

        def remove_late(engine, stored):
            if not tries:
                tries.append(visitor.set(a=2))
            return remove(engine, stored)

        with mock.patch.object(DbEngine, "remove", remove_late):
            self.assertEqual(sojourn_django.end_all(ada), 1)
        self.assertEqual(self.who(visitor), "AnonymousUser")


class CannotListTest(SessionTestCase):
    def test_an_engine_that_cannot_list_says_what_to_do(self):
        with self.settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies"), self.assertRaisesMessage(ImproperlyConfigured, "password"):
            sojourn_django.end_all(self.signed_up())
