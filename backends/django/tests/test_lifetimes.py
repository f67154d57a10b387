"""A client can only shorten a session's life; the server's own code, and an absolute end, stand above it."""
from datetime import datetime, timedelta, timezone

from django.conf import settings
from django.test import SimpleTestCase, override_settings

from sojourn_django.expiry import ExpiryFault, ExpiryTooLong, Policy, Rules, Until, cookie_until, expires_at, to_lifetime, to_stored_rule, to_wish
from sojourn_django.stored import META

from support import NOT_SIGNED, SessionTestCase, body_of, later, session_cookie, skip_on, store, with_sojourn

NOW = 1_800_000_000
AGE = settings.SESSION_COOKIE_AGE
DAY = 86_400
MOVES = skip_on("file", "cache", because="it tells no time that a test can move")


def date(seconds):
    return datetime.fromtimestamp(NOW + seconds, timezone.utc)


class RulesTest(SimpleTestCase):
    """The decisions as a table: server's life, client's wish, absolute end; seconds left, with the browser, Django's own value."""

    def test_the_earliest_counts(self):
        for rules, left, with_browser, value in (
            (Rules(), 1000, False, None),
            (Rules(life=300), 300, False, 300),
            (Rules(life=5000), 5000, False, 5000),
            (Rules(life=0), 1000, True, 0),
            (Rules(life=-10), -10, False, -10),
            (Rules(life=Until(NOW + 400)), 400, False, Until(NOW + 400)),
            (Rules(wish=60), 60, False, 60),
            (Rules(wish=0), 1000, True, 0),
            (Rules(life=300, wish=60), 60, False, 60),
            (Rules(life=60, wish=300), 60, False, 60),
            (Rules(life=300, wish=Until(NOW + 100)), 100, False, Until(NOW + 100)),
            (Rules(life=0, wish=60), 60, True, 60),
            (Rules(life=300, wish=0), 300, True, 300),
            (Rules(created=NOW - 9800), 200, False, Until(NOW + 200)),
            (Rules(created=NOW - 9800, signed_in=NOW - 100), 1000, False, None),
            (Rules(life=300, wish=60, created=NOW - 9990), 10, False, Until(NOW + 10)),
        ):
            with self.subTest(rules):
                policy = Policy(1000, max_lifetime=10_000)
                lifetime = to_lifetime(rules, policy)
                self.assertEqual((expires_at(lifetime, NOW) - NOW, lifetime.at_browser_close), (left, with_browser))
                self.assertEqual(to_stored_rule(lifetime, policy, NOW), value)

    def test_a_cookie_lives_no_longer_than_the_absolute_end(self):
        policy = Policy(1000, max_lifetime=1500)
        self.assertEqual(cookie_until(to_lifetime(Rules(created=NOW), policy), NOW), NOW + 1500)
        self.assertEqual(cookie_until(to_lifetime(Rules(), policy), NOW), NOW + 2000)
        self.assertIsNone(cookie_until(to_lifetime(Rules(life=0, wish=60), policy), NOW))

    def test_a_wish_is_at_most_the_servers_life(self):
        policy = Policy(1000)
        for expiry, life, wish in (
            (300, None, 300), (1000, None, 1000), (0, None, 0), (None, 300, None), (300, 300, 300), (5000, 5000, 5000),
            (date(100), None, Until(NOW + 100)), (date(5000), None, Until(NOW + 1000)), (date(5000), Until(NOW + 400), Until(NOW + 400)),
            (0, 300, 0), (100, Until(NOW + 400), 100),
        ):  # fmt: skip
            with self.subTest(expiry=expiry, life=life):
                self.assertEqual(to_wish(expiry, life, policy, NOW), wish)
        for expiry, life, limit in ((1001, None, 1000), (301, 300, 300), (401, Until(NOW + 400), 400), (315_360_000, None, 1000)):
            with self.subTest(expiry=expiry, life=life), self.assertRaises(ExpiryTooLong) as raised:
                to_wish(expiry, life, policy, NOW)
            self.assertEqual(raised.exception.limit, limit)
        with self.assertRaises(ExpiryFault):
            to_wish(date(0), None, policy, NOW)

    def test_a_policy_that_ends_with_the_browser_is_lifted_by_no_wish(self):
        policy = Policy(1000, at_browser_close=True)
        for wish in (None, 0, 60, Until(NOW + 60)):
            self.assertTrue(to_lifetime(Rules(wish=wish), policy).at_browser_close)
        self.assertEqual(to_stored_rule(to_lifetime(Rules(life=1000), policy), policy, NOW), 1000)


class WishTest(SessionTestCase):
    def expiry(self):
        return self.visitor.read()["expiry"]

    def sign_in(self):
        self.signed_up()
        return self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})

    def test_ten_years_are_refused_with_the_limit(self):
        self.visitor.set(a=1)
        before = self.visitor.read()["version"]
        body = self.assertProblem(self.visitor.commit(expiry=315_360_000), 422, "expiry-too-long")
        self.assertIn(body["limit"], (AGE - 1, AGE))
        self.assertEqual(self.visitor.read()["version"], before)

    def test_a_date_too_far_away_is_stored_as_the_limit(self):
        far = datetime.now(timezone.utc) + timedelta(days=3650)
        state = body_of(self.visitor.commit(set={"a": 1}, expiry=far.isoformat()))
        self.assertIn(state["expiry"]["age"], range(AGE - 5, AGE + 1))

    def test_null_drops_the_wish_and_never_the_life_that_a_view_set(self):
        self.visitor.set(a=1)
        self.visitor.run(lambda request: request.session.set_expiry(300))
        self.assertLessEqual(body_of(self.visitor.commit(expiry=60))["expiry"]["age"], 60)
        state = body_of(self.visitor.commit(expiry=None))
        self.assertIn(state["expiry"]["age"], range(290, 301))
        self.assertEqual(self.assertProblem(self.visitor.commit(expiry=301), 422, "expiry-too-long")["limit"], 300)

    def test_a_view_may_give_more_than_the_policy_and_the_wish_still_counts(self):
        self.visitor.commit(set={"a": 1}, expiry=60)
        self.visitor.run(lambda request: request.session.set_expiry(2 * AGE))
        self.assertLessEqual(self.expiry()["age"], 60)
        state = body_of(self.visitor.commit(expiry=None))
        # A signature has one age.
        kept = AGE if state.get("atomic") is False else 2 * AGE
        self.assertIn(state["expiry"]["age"], range(kept - 5, kept + 1))

    @override_settings(SESSION_EXPIRE_AT_BROWSER_CLOSE=True)
    def test_a_cookie_that_ends_with_the_browser_by_the_settings_stays_so(self):
        for expiry in (300, None, (datetime.now(timezone.utc) + timedelta(hours=1)).isoformat()):
            response = self.visitor.commit(set={"a": 1}, expiry=expiry)
            self.assertTrue(body_of(response)["expiry"]["atBrowserClose"], expiry)
            cookie = session_cookie(response)
            self.assertTrue(cookie is None or cookie["max-age"] == "", expiry)

    def test_a_cookie_that_ends_with_the_browser_by_a_view_stays_so(self):
        self.visitor.run(lambda request: request.session.update({"a": 1}) or request.session.set_expiry(0))
        response = self.visitor.commit(expiry=300)
        self.assertEqual((body_of(response)["expiry"]["atBrowserClose"], session_cookie(response)["max-age"]), (True, ""))

    def test_a_log_in_drops_the_wish(self):
        self.visitor.commit(set={"a": 1}, expiry=60)
        self.sign_in()
        self.assertGreater(self.expiry()["age"], AGE - 10)
        self.assertGreater(body_of(self.visitor.commit(set={"a": 2}))["expiry"]["age"], AGE - 10)
        # And a wish of afterwards counts.
        self.assertLessEqual(body_of(self.visitor.commit(expiry=60))["expiry"]["age"], 60)
        self.assertLessEqual(self.expiry()["age"], 60)

    def test_a_log_in_keeps_the_life_that_a_view_set(self):
        self.visitor.run(lambda request: request.session.update({"a": 1}) or request.session.set_expiry(300))
        self.visitor.commit(expiry=60)
        self.sign_in()
        self.assertIn(self.expiry()["age"], range(290, 301))

    def test_a_rule_that_an_older_version_stored_is_a_wish(self):
        self.visitor.commit(set={"a": 1})

        def make_old(request):
            session = request.session
            session[META] = {name: value for name, value in session[META].items() if name not in ("wrote", "life", "wish", "created", "login")}
            session.set_expiry(315_360_000)

        if body_of(self.visitor.commit()).get("atomic") is False or settings.SESSION_ENGINE.startswith("sojourn"):
            self.skipTest("the record cannot be rewritten here")
        self.visitor.run(make_old)
        self.assertLessEqual(body_of(self.visitor.commit(set={"a": 2}))["expiry"]["age"], AGE)
        self.assertEqual(store(self.visitor.key).get_expiry_age(), AGE)

    def test_clear_in_a_view_drops_every_expiry(self):
        self.visitor.commit(set={"a": 1}, expiry=60)
        self.visitor.post("/clear")
        self.assertGreater(self.expiry()["age"], AGE - 10)

    def test_a_views_expiry_is_told_on_every_engine(self):
        self.visitor.set(a=1)
        self.visitor.run(lambda request: request.session.set_expiry(300))
        self.assertLessEqual(self.expiry()["age"], 300)

    def test_a_touch_creates_no_session(self):
        response = self.visitor.commit()
        self.assertEqual((response.status_code, body_of(response)["lineage"], session_cookie(response)), (200, None, None))
        self.assertEqual(self.visitor.set(a=1)["data"], {"a": 1})


class AbsoluteEndTest(SessionTestCase):
    def setUp(self):
        super().setUp()
        limit = with_sojourn(MAX_LIFETIME=20 * DAY)
        limit.enable()
        self.addCleanup(limit.disable)

    @MOVES
    @NOT_SIGNED
    def test_no_write_moves_it(self):
        self.visitor.set(a=1)
        with later(10 * DAY):
            self.assertIn(body_of(self.visitor.commit())["expiry"]["age"], range(10 * DAY - 5, 10 * DAY + 1))
        with later(19 * DAY):
            # A touch near the end extends nothing and sets no cookie.
            response = self.visitor.commit()
            self.assertIn(body_of(response)["expiry"]["age"], range(DAY - 5, DAY + 1))
            self.assertIsNone(session_cookie(response))
            self.visitor.write(b=1)
        with later(20 * DAY + 1):
            self.assertTrue(self.visitor.read()["unknownKey"])

    @MOVES
    @NOT_SIGNED
    def test_a_log_in_begins_it_again(self):
        self.signed_up()
        self.visitor.set(a=1)
        with later(10 * DAY):
            self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        with later(19 * DAY):
            self.assertEqual(self.visitor.commit(set={"a": 2}).status_code, 200)
            self.assertIn(self.visitor.read()["expiry"]["age"], range(11 * DAY - 5, 11 * DAY + 1))
        with later(30 * DAY + 1):
            self.assertTrue(self.visitor.read()["unknownKey"])

    @MOVES
    @NOT_SIGNED
    def test_views_see_no_session_after_it(self):
        self.visitor.set(a=1)
        for days in (10, 19):
            with later(days * DAY):
                self.visitor.write(b=days)
        with later(20 * DAY + 1):
            self.assertEqual(body_of(self.visitor.http.get("/read")), {})
