"""docs/django.md shows each line of Django's session API beside the client's; here the lines of Django run."""
import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest import skipUnless

import django
from django.contrib.auth import login, logout

from support import ENGINE, SessionTestCase

GUIDE = Path(__file__).parents[3] / "docs" / "django.md"
# Until 4.1 Django keeps the date itself, which only the cache engine can store: it pickles.
TAKES_DATES = django.VERSION >= (4, 1) or ENGINE in ("cache", "merging-cache")


def lines_of(guide: str) -> list[str]:
    """The code in the first column of each table of calls."""
    tables = re.split(r"^\| a view \|.*\n", guide, flags=re.M)[1:]
    rows = [row for table in tables for row in re.match(r"(?:\|.*\n)+", table)[0].splitlines()]
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row.split("|")[1])]


@skipUnless(GUIDE.exists(), "the guide is in the repository, not in the package")
class GuideTest(SessionTestCase):
    def test_each_line_of_django_runs_in_a_view(self):
        lines = lines_of(GUIDE.read_text(encoding="utf-8"))
        self.assertGreater(len(lines), 30)
        user = self.signed_up()
        for line in lines:
            with self.subTest(line):
                self.visitor.key = None
                self.visitor.set(theme="light", cart=[], coupon="xmas", visits=1)
                names = {"login": login, "logout": logout, "user": user, "timedelta": timedelta}
                names["date"] = datetime.now(timezone.utc) + timedelta(hours=1)

                def view(request):
                    if "delete_test" in line:
                        request.session.set_test_cookie()
                    exec(line, {**names, "request": request, "s": request.session})

                takes = TAKES_DATES or not re.search(r"set_expiry\((date|timedelta)", line)
                self.assertEqual(self.visitor.run(view).status_code, 200 if takes else 500)
