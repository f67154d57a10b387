"""What a body may be."""
from django.test import SimpleTestCase

from sojourn_django.commit import CommitFault, parse_commit
from sojourn_django.strict_json import JsonFault, parse_strict_json

COMMIT = {"lineage": None, "base": "v0", "after": 0}


class StrictJsonTest(SimpleTestCase):
    def test_takes_json(self):
        text = '{"a": [1, -2.5, 1e3, "\\ud83d\\ude00", null, true], "": {}, "10": 1, "9": 2}'
        value = parse_strict_json(text)
        self.assertEqual(value, {"a": [1, -2.5, 1000.0, "\U0001f600", None, True], "": {}, "10": 1, "9": 2})
        self.assertEqual(list(value), ["a", "", "10", "9"])

    def test_takes_the_largest_integer(self):
        self.assertEqual(parse_strict_json("[9007199254740991, -9007199254740991]"), [2**53 - 1, 1 - 2**53])

    def test_takes_64_levels_and_brackets_in_strings(self):
        parse_strict_json("[" * 64 + "]" * 64)
        parse_strict_json('["' + "[{" * 100 + '\\"["]')

    def test_refuses(self):
        for text in (
            "", "{", "nul", "'a'", "[1,]", "{'a': 1}", "01", "[1] 2", '"\n"', "NaN", "[Infinity]", "-Infinity",
            "1e400", "[-1e999]", "9007199254740992", "-9007199254740992", "9" * 5000, "1e20", "-1E+19", "9007199254740993.0",
            '{"a":1,"a":2}', '{"b":[{"a":1,"\\u0061":2}]}', '{"__proto__":1}', '{"a":{"__proto__":{}}}',
            '"\\ud800"', '{"\\udc00":1}', "[" * 65 + "]" * 65, "[" * 100_000, '{"a":' * 65 + "1" + "}" * 65,
        ):  # fmt: skip
            with self.subTest(text[:40]), self.assertRaises(JsonFault):
                parse_strict_json(text)


class CommitTest(SimpleTestCase):
    def test_takes_commits(self):
        commit = parse_commit({**COMMIT, "set": {"a": 1}, "delete": ["b"], "expect": {"a": None}, "expiry": 0, "clear": True})
        self.assertEqual((commit.set, commit.delete, commit.expect, commit.expiry, commit.clear), ({"a": 1}, ("b",), {"a": None}, 0, True))
        self.assertTrue(parse_commit({**COMMIT, "expect": "base"}).expects_base)

    def test_takes_dates_of_every_zone(self):
        for text in ("2030-01-01T00:00:00Z", "2030-01-01t00:00:00.123456789z", "2030-01-01T02:00:00.5+02:00", "2030-12-31T23:59:59-11:30"):
            self.assertIsNotNone(parse_commit({**COMMIT, "expiry": text}).expiry.tzinfo)

    def test_refuses(self):
        for members in (
            {"lineage": 1}, {"lineage": "x" * 257}, {"base": None}, {"base": "x" * 257}, {"after": -1}, {"after": 1.5}, {"after": True},
            {"after": "1"}, {"other": 1}, {"set": []}, {"set": None}, {"delete": {}}, {"delete": [1]}, {"delete": ["a", "a"]},
            {"set": {"a": 1}, "delete": ["a"]}, {"expect": "other"}, {"expect": {"a": 1}}, {"expect": None}, {"expect": {"a": "two words"}},
            {"expect": {"a": 'quoted "'}}, {"expect": {"a": ""}}, {"expect": {"a": "ü"}}, {"base": ""}, {"lineage": "a\r\nb"}, {"clear": 1}, {"cycleKey": None}, {"fresh": "yes"},
            {"lineage": "l", "fresh": True}, {"expiry": -1}, {"expiry": 1.5}, {"expiry": True}, {"expiry": 315_360_001},
            {"expiry": "2030-01-01"}, {"expiry": "2030-01-01T00:00:00"}, {"expiry": "2030-02-30T00:00:00Z"}, {"expiry": "tomorrow"},
            {"expiry": "2030-01-01 00:00:00Z"}, {"expiry": "2030-01-01T00:00:60Z"}, {"expiry": []},
        ):  # fmt: skip
            with self.subTest(members), self.assertRaises(CommitFault):
                parse_commit({**COMMIT, **members})

    def test_refuses_what_is_no_object_or_lacks_a_member(self):
        for value in (None, [], 1, "{}", {}, {"lineage": None, "base": "v0"}, {"base": "v0", "after": 0}):
            with self.subTest(value), self.assertRaises(CommitFault):
                parse_commit(value)
