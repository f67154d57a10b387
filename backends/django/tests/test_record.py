"""The decision on a commit, as plain data."""
from dataclasses import replace
from datetime import datetime, timezone

from django.test import SimpleTestCase

from sojourn_django.commit import Commit
from sojourn_django.expiry import Policy, Rules, Until
from sojourn_django.record import (
    NO_KEY, UNKNOWN_KEY, Attempt, Circumstances, Idle, Refused, Replayed, SessionRecord, Store, Subject, decide_commit,
)  # fmt: skip

NOW = 1_800_000_000
CLIENT = "c" * 22


def circumstances(**changes):
    return replace(Circumstances(NOW, Policy(100), mark="mark", lineage="new", writable=frozenset({"a", "b", "1"})), **changes)


def attempt(n=1, client=CLIENT, body=None, **commit):
    members = {"lineage": "old", "base": "v0-", "after": n - 1, **commit}
    return Attempt(client, n, body or f"hash {n}", Commit(**members))


def stored(record=None, **changes):
    record = replace(record or SessionRecord("old", data={"a": 1, "_own": 2}, cookie_until=NOW + 1000), **changes)
    return Subject("known", f"v{record.seq}-", record, {"a": 1}, {"a": "tag 1"})


class DecideTest(SimpleTestCase):
    def decide(self, subject, attempt, **changes):
        return decide_commit(subject, attempt, circumstances(**changes))

    def assertRefused(self, kind, subject, attempt, conflicts=None):
        self.assertEqual(self.decide(subject, attempt), Refused(kind, conflicts))

    def test_creates_where_no_cookie_came_or_fresh_is_asked(self):
        for subject, fresh in ((NO_KEY, False), (UNKNOWN_KEY, True)):
            outcome = self.decide(subject, attempt(lineage=None, base="v0", set={"a": 1}, fresh=fresh))
            self.assertIsInstance(outcome, Store)
            self.assertEqual((outcome.next.lineage, outcome.next.data, outcome.cookie, outcome.rotate), ("new", {"a": 1}, True, False))

    def test_an_unknown_key_creates_nothing(self):
        self.assertRefused("unknown-key", UNKNOWN_KEY, attempt(lineage=None))
        self.assertRefused("gone", UNKNOWN_KEY, attempt())
        self.assertRefused("gone", NO_KEY, attempt())

    def test_the_same_commit_is_stored_once(self):
        once = self.decide(stored(), attempt(set={"a": 2})).next
        self.assertEqual(self.decide(stored(once), attempt(set={"a": 2})), Replayed(False))
        # Before the lineage: the first commit of a visitor comes again with null.
        self.assertEqual(self.decide(stored(once), attempt(lineage=None)), Replayed(False))

    def test_a_number_is_bound_to_one_body(self):
        twice = self.decide(stored(self.decide(stored(), attempt()).next), attempt(2)).next
        self.assertRefused("key-reused", stored(twice), attempt(2, body="other"))
        self.assertRefused("key-reused", stored(twice), attempt(1))

    def test_another_lineage_is_gone(self):
        self.assertRefused("gone", stored(), attempt(lineage="other"))
        self.assertRefused("gone", stored(), attempt(lineage=None))

    def test_after_must_be_the_last(self):
        once = self.decide(stored(), attempt()).next
        self.assertRefused("out-of-step", stored(once), attempt(3, after=2))
        self.assertRefused("out-of-step", stored(once), attempt(3, after=0))
        self.assertRefused("out-of-step", stored(), attempt(3, after=2))
        self.assertIsInstance(self.decide(stored(once), attempt(3, after=1)), Store)

    def test_expect_names_the_keys_in_conflict(self):
        self.assertRefused("conflict", stored(), attempt(expect={"a": None, "b": None}), ("a",))
        self.assertRefused("conflict", stored(), attempt(expect={"a": "tag 2", "b": "tag"}), ("a", "b"))
        self.assertIsInstance(self.decide(stored(), attempt(expect={"a": "tag 1", "b": None})), Store)

    def test_clear_and_base_expect_the_whole_version(self):
        for members in ({"clear": True}, {"expects_base": True}):
            self.assertRefused("conflict", stored(seq=1), attempt(**members), ())
            self.assertIsInstance(self.decide(stored(), attempt(**members)), Store)

    def test_clear_deletes_the_writable_keys_alone_and_is_never_exact(self):
        before = {"a": 1, "_own": 2, "plan": "pro", "otp_device_id": 3, 1: "one", (1, 2): "pair"}
        outcome = self.decide(stored(data=before), attempt(clear=True, set={"b": 1}))
        self.assertEqual(outcome.next.data, {"_own": 2, "plan": "pro", "otp_device_id": 3, (1, 2): "pair", "b": 1})
        self.assertEqual((outcome.changed, outcome.exact), (("a", "1", "b"), False))

    def test_a_key_that_is_no_text_is_the_key_of_its_text(self):
        before = {1: "one", None: "none", 1.5: "half", (1, 2): "pair", "a": 1}
        for commit, after in (
            ({"set": {"1": "two"}}, {None: "none", 1.5: "half", (1, 2): "pair", "a": 1, "1": "two"}),
            ({"delete": ("null", "1.5")}, {1: "one", (1, 2): "pair", "a": 1}),
            ({"set": {"a": 2}, "delete": ("(1, 2)",)}, {**before, "a": 2}),
        ):
            with self.subTest(commit):
                outcome = self.decide(stored(data=before), attempt(**commit))
                self.assertEqual(outcome.next.data, after)

    def test_keeps_64_clients_and_a_floor(self):
        record = stored().record
        for number in range(65):
            record = self.decide(stored(record), attempt(client=f"client {number}", after=0)).next
        self.assertEqual((len(record.clients), record.floor), (64, 1))
        self.assertRefused("forgotten", stored(record), attempt(2, client="client 0", after=1, base="v0-"))
        self.assertIsInstance(self.decide(stored(record), attempt(2, client="client 0", after=1, base="v1-x")), Store)
        self.assertRefused("out-of-step", stored(record), attempt(2, client="client 0", after=1, base="v66-x"))

    def test_the_cookie_is_set_where_the_browser_needs_it(self):
        for needs, *each in ((True, {"expiry": 50}, {"cycle_key": True}), (False, {}, {"expiry": None}, {"set": {"a": 2}})):
            for members in each:
                with self.subTest(members):
                    self.assertEqual(self.decide(stored(), attempt(**members)).cookie, needs)
        outlived = self.decide(stored(cookie_until=NOW + 99), attempt())
        self.assertEqual((outlived.cookie, outlived.next.cookie_until), (True, NOW + 200))
        self.assertFalse(self.decide(stored(cookie_until=None, rules=Rules(wish=0)), attempt()).cookie)

    def test_a_date_beyond_what_browsers_keep_a_cookie_for_sets_the_cookie_again_in_time(self):
        day = 86_400
        far = stored(rules=Rules(life=Until(NOW + 1000 * day)), cookie_until=0)
        first = self.decide(far, attempt())
        self.assertEqual((first.cookie, first.next.cookie_until), (True, NOW + 400 * day))
        again = self.decide(stored(first.next), attempt(n=2), now=NOW + 250 * day)
        self.assertEqual((again.cookie, again.next.cookie_until), (True, NOW + 650 * day))

    def test_a_touch_of_no_session_creates_nothing(self):
        for subject, members in ((NO_KEY, {}), (UNKNOWN_KEY, {"fresh": True})):
            self.assertEqual(self.decide(subject, attempt(lineage=None, base="v0", **members)), Idle())
        for members in ({"set": {"a": 1}}, {"delete": ("a",)}, {"expiry": 50}, {"expiry": None}, {"cycle_key": True}):
            self.assertIsInstance(self.decide(NO_KEY, attempt(lineage=None, base="v0", **members)), Store, members)
