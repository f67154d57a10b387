"""A body costs work in proportion to its size, whatever it holds. Work is counted, not timed."""
import json
import json.decoder
import json.scanner
import re
import sys
from unittest import mock

from django.test import SimpleTestCase

from sojourn_django import strict_json
from sojourn_django.commit import CommitFault, TooManyKeys, parse_commit
from sojourn_django.strict_json import JsonFault, parse_strict_json

from support import SessionTestCase, Visitor

HEAD = '{"lineage":null,"base":"v0","after":0,'
#: Hostile texts of a size.
SHAPES = {
    "a string of escaped quotes that does not end": lambda n: '"' + '\\"' * n,
    "the same with a last backslash": lambda n: '"' + '\\"' * n + "\\",
    "escaped backslashes": lambda n: '["' + "\\\\" * n + '"]',
    "lone surrogates": lambda n: '"' + "\\ud800" * n + '"',
    "pairs of surrogates": lambda n: '"' + "\\ud83d\\ude00" * n + '"',
    "brackets in a string": lambda n: '"' + "[{" * n,
    "open arrays": lambda n: "[" * n,
    "open objects": lambda n: '{"a":' * n,
    "arrays that close": lambda n: "[" * n + "]" * n,
    "shallow arrays in a row": lambda n: "[" + "[[]]," * n + "0]",
    "an integer": lambda n: "9" * n,
    "a fraction": lambda n: "0." + "3" * n,
    "an exponent": lambda n: "1e" + "0" * n + "5",
    "numbers": lambda n: "[" + "1.5," * n + "0]",
    "white space": lambda n: " " * n + "1" + "\n" * n + "x",
    "keys": lambda n: "{" + ",".join(f'"k{i}":0' for i in range(n)) + "}",
    "one key again and again": lambda n: "{" + '"a":0,' * n + '"b":0}',
    "members of a commit that it does not have": lambda n: HEAD + ",".join(f'"k{i}":0' for i in range(n)) + "}",
    "keys to set": lambda n: HEAD + '"set":{' + ",".join(f'"k{i}":0' for i in range(n)) + "}}",
    "keys to delete": lambda n: HEAD + '"delete":[' + ",".join(f'"k{i}"' for i in range(n)) + "]}",
    "keys to set and to delete": lambda n: HEAD + '"set":{' + ",".join(f'"k{i}":0' for i in range(n)) + '},"delete":["a"' + ',"b"' * n + "]}",
    "keys to expect": lambda n: HEAD + '"expect":{' + ",".join(f'"k{i}":"t"' for i in range(n)) + "}}",
    "a long tag": lambda n: HEAD + '"expect":{"a":"' + "t" * n + '"}}',
    "a long date": lambda n: HEAD + '"expiry":"2030-01-01T00:00:00.' + "1" * n + 'Z"}',
}  # fmt: skip


def work_of(text):
    """Counts the lines of Python that run until a text is a commit or refused. Python's own parser takes the place of its twin in C."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += 1
        return trace

    with mock.patch.object(json.scanner, "make_scanner", json.scanner.py_make_scanner), mock.patch.object(
        json.decoder, "scanstring", json.decoder.py_scanstring
    ):
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            parse_commit(parse_strict_json(text))
        except (JsonFault, CommitFault, TooManyKeys):
            pass
        finally:
            sys.settrace(before)
    return count


class LinearTest(SimpleTestCase):
    def test_twice_the_text_is_at_most_twice_the_work(self):
        for name, shape in SHAPES.items():
            with self.subTest(name):
                works = [work_of(shape(size)) for size in (200, 400, 800)]
                # What does not grow with the text: the calls around the parser.
                fixed = 400
                self.assertLess(works[1], 2.2 * works[0] + fixed)
                self.assertLess(works[2], 2.2 * works[1] + fixed)

    def test_the_parser_uses_no_regular_expression(self):
        # The steps of one run in C, which no trace counts; over a hostile text they can be quadratic.
        used = [name for name, value in vars(strict_json).items() if isinstance(value, re.Pattern) or value is re]
        self.assertEqual(used, [])

    def test_nothing_of_the_parser_is_left_out_of_the_count(self):
        small, large = work_of("[" + "1," * 100 + "1]"), work_of("[" + "1," * 1000 + "1]")
        self.assertGreater(large, small + 900 * 3)


class CountTest(SessionTestCase):
    def test_a_commit_names_at_most_1000_keys(self):
        keys = [f"key {number}" for number in range(1001)]
        for members in (
            {"set": dict.fromkeys(keys, 0)},
            {"delete": keys},
            {"expect": dict.fromkeys(keys)},
            {"set": dict.fromkeys(keys[:400], 0), "delete": keys[400:800], "expect": dict.fromkeys(keys[:201])},
        ):
            body = self.assertProblem(Visitor().commit(**members), 413, "too-large")
            self.assertEqual(body["limit"], 1000)
        # One fewer is judged by its names.
        self.assertProblem(Visitor().commit(delete=keys[1:]), 422, "private-key")

    def test_a_body_may_be_four_times_as_long_as_a_session(self):
        body = self.assertProblem(Visitor().commit(set={"a": "x" * 262_144}), 413, "too-large")
        self.assertEqual(body["limit"], 262_144)
