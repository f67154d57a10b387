"""The merging engines."""
import asyncio
import copy
import json
from unittest import mock, skipUnless

import django
from django.contrib.sessions.backends.base import UpdateError
from django.test import SimpleTestCase

from sojourn_django.sessions.merging import Contended, find_changes

from project.settings import ENGINE
from support import IS_MERGING, SessionTestCase, store


class User:
    """Prints its name alone."""

    def __init__(self, name, email):
        self.name, self.email = name, email

    def __repr__(self):
        return f"<User {self.name}>"


def dump(value):
    return json.dumps(value).encode()


def merge(seen, mine, theirs, is_cleared=False):
    """What one request that loaded ``seen`` and has ``mine`` makes of what is stored by now."""
    return find_changes({key: dump(value) for key, value in seen.items()}, mine, dump, is_cleared).apply(theirs)


class MergeTest(SimpleTestCase):
    def test_takes_what_one_changed_and_keeps_the_rest(self):
        for seen, mine, theirs, expected in (
            ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}),
            ({"a": 1}, {"a": 3}, {"a": 2, "b": 1}, {"a": 3, "b": 1}),
            ({"a": 1}, {}, {"a": 2, "b": 1}, {"b": 1}),
            ({"a": 1}, {"a": 1, "c": 1}, {"b": 1}, {"b": 1, "c": 1}),
            ({"a": [1]}, {"a": [1, 2]}, {"a": [1]}, {"a": [1, 2]}),
            ({"a": 1}, {"a": True}, {"a": 1}, {"a": True}),
            ({"a": 1}, {"a": 1.0}, {"a": 2}, {"a": 1.0}),
            ({"a": (1,)}, {"a": [1]}, {"a": 2}, {"a": 2}),
            ({}, {}, {}, {}),
        ):
            with self.subTest(seen=seen, mine=mine, theirs=theirs):
                result = merge(seen, mine, theirs)
                self.assertEqual((result, list(map(type, result.values()))), (expected, list(map(type, expected.values()))))

    def test_cleared_means_all(self):
        self.assertEqual(merge({"a": 1}, {"c": 1}, {"a": 1, "b": 1, "_sojourn": {"seq": 2}}, True), {"c": 1, "_sojourn": {"seq": 2}})

    def test_the_records_of_clients_are_those_that_are_stored(self):
        self.assertEqual(merge({"_sojourn": 1}, {"_sojourn": 2}, {"_sojourn": 3}), {"_sojourn": 3})
        self.assertEqual(merge({"_sojourn": 1}, {}, {"_sojourn": 3}), {"_sojourn": 3})


@skipUnless(IS_MERGING, "Django's own engines save the whole session")
class StoreTest(SessionTestCase):
    def setUp(self):
        super().setUp()
        session = store()
        session.update({"a": 1, "nested": {"x": 1}})
        session.create()
        self.key = session.session_key

    def two(self):
        return store(self.key), store(self.key)

    def data(self):
        return {key: value for key, value in store(self.key).items() if not key.startswith("_")}

    def test_two_requests_that_write_different_keys(self):
        one, other = self.two()
        one["b"], other["c"] = 1, 2
        one.save()
        other.save()
        self.assertEqual(self.data(), {"a": 1, "nested": {"x": 1}, "b": 1, "c": 2})
        self.assertEqual(other["b"], 1)

    def test_one_that_only_read_undoes_nothing(self):
        one, other = self.two()
        self.assertEqual(other["a"], 1)
        one["a"] = 2
        one.save()
        other.save()
        self.assertEqual(self.data()["a"], 2)

    def test_what_was_deleted_stays_deleted(self):
        one, other = self.two()
        self.assertEqual(other["a"], 1)
        del one["a"]
        one.save()
        other["b"] = 1
        other.save()
        self.assertNotIn("a", self.data())

    def test_a_change_in_place_is_seen(self):
        one, other = self.two()
        one["nested"]["y"] = 2
        one.modified = True
        other["b"] = 1
        other.save()
        one.save()
        self.assertEqual(self.data(), {"a": 1, "nested": {"x": 1, "y": 2}, "b": 1})

    def test_clear_clears_what_came_meanwhile(self):
        one, other = self.two()
        other["b"] = 1
        other.save()
        one.clear()
        one["c"] = 1
        one.save()
        self.assertEqual(self.data(), {"c": 1})

    def test_a_new_key_takes_along_what_came_meanwhile(self):
        one, other = self.two()
        self.assertEqual(one["a"], 1)
        other["b"] = 1
        other.save()
        one["c"] = 1
        one.cycle_key()
        one.save()
        old, self.key = self.key, one.session_key
        self.assertEqual(self.data(), {"a": 1, "nested": {"x": 1}, "b": 1, "c": 1})
        self.assertFalse(store().exists(old))

    def test_what_is_gone_is_not_brought_back(self):
        one, other = self.two()
        other["b"] = 1
        one.flush()
        with self.assertRaises(UpdateError):
            other.save()
        self.assertFalse(store().exists(self.key))

    def test_saves_twice(self):
        one, other = self.two()
        one["b"] = 1
        one.save()
        other["b"] = 2
        other.save()
        one["c"] = 1
        one.save()
        self.assertEqual(self.data(), {"a": 1, "nested": {"x": 1}, "b": 2, "c": 1})

    @skipUnless(ENGINE == "merging-cache", "only a cache stores objects")
    def test_an_object_that_prints_the_same_and_was_changed_is_stored(self):
        one, other = self.two()
        one["user"] = User("ada", "old@example.com")
        one.save()
        other["b"] = 1
        late = store(self.key)
        late["user"].email = "new@example.com"
        other.save()
        late.save()
        session = store(self.key)
        self.assertEqual((session["user"].email, session["b"]), ("new@example.com", 1))
        before = copy.deepcopy(session["user"])
        session["c"] = 1
        other = store(self.key)
        other["user"] = User("eve", "eve@example.com")
        other.save()
        session.save()
        self.assertEqual((before.email, store(self.key)["user"].email), ("new@example.com", "eve@example.com"))

    def test_a_value_that_cannot_be_stored_is_refused_as_ever(self):
        one, _ = self.two()
        one["b"] = (letter for letter in "ab")
        with self.assertRaises(TypeError):
            one.save()
        self.assertEqual(self.data(), {"a": 1, "nested": {"x": 1}})

    def test_says_so_where_others_were_always_first(self):
        one, _ = self.two()
        one["b"] = 1
        with mock.patch("sojourn_django.sessions.merging.retry", return_value=None), self.assertRaises(Contended):
            one.save()

    @skipUnless(django.VERSION >= (5, 1), "Django has async sessions from 5.1 on")
    def test_the_async_methods_merge_too(self):
        for name in ("aload", "asave", "acycle_key", "aflush"):
            method = getattr(type(store()), name)
            self.assertTrue(method.__module__.startswith("sojourn_django."), name)
            self.assertTrue(asyncio.iscoroutinefunction(method))
