"""BEHAVIOURS.md lists every behaviour, and every line of it is a test."""
import re
from pathlib import Path

from django.test import SimpleTestCase

HERE = Path(__file__).parent


class TableTest(SimpleTestCase):
    def test_the_table_and_the_tests_name_the_same(self):
        listed = re.findall(r"^\| (\d+) \| `(test_\w+)`", (HERE.parent / "BEHAVIOURS.md").read_text(), re.M)
        sources = "".join((HERE / f"test_behaviours_{part}.py").read_text() for part in ("data", "life"))
        self.assertEqual([name for _, name in listed], re.findall(r"def (test_\d\d_\w+)", sources))
        self.assertEqual([int(number) for number, _ in listed], list(range(1, 66)))
