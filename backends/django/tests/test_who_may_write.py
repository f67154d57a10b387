"""Origin, CSRF token, and who is signed in."""
import json
from unittest import skipUnless

import django
from django.conf import settings
from django.test import override_settings

from support import NOT_SIGNED, URL, SessionTestCase, Visitor, body_of, session_cookie, with_sojourn


OWN = "http://testserver"
APP = "https://app.example"
#: ``Sec-Fetch-Site``, ``Origin``, whether a write is accepted.
TABLE = [
    # A page, a beacon, a development proxy that rewrites the Host header.
    ("same-origin", OWN, True),
    ("same-origin", "http://localhost:5173", True),
    ("same-origin", "null", True),
    ("same-origin", None, True),
    # Another port or host, by CORS.
    ("same-site", APP, True),
    ("cross-site", APP, True),
    ("cross-site", "capacitor://localhost", True),
    *((site, origin, False) for site in ("same-site", "cross-site") for origin in (OWN, "https://evil.example", "null", "", None)),
    # The address bar, extensions.
    ("none", None, True),
    ("none", OWN, True),
    ("none", APP, True),
    ("none", "https://evil.example", False),
    ("none", "null", False),
    ("none", "", False),
    # A word that no browser sends.
    *((site, origin, False) for site in ("same-Origin", "", "any") for origin in (OWN, APP, None)),
    # Every browser on plain http with another name than localhost, old Safari, scripts that set Origin.
    (None, OWN, True),
    (None, APP, True),
    (None, "capacitor://localhost", True),
    *((None, origin, False) for origin in (None, "", "null", "https://evil.example", "http://testserver:81", "https://testserver")),
    *((None, origin, False) for origin in ("http://testserver/", "http://testserver.evil.example", "HTTP://TESTSERVER", f"{OWN}, {APP}")),
]


class MethodOverrideTest(SessionTestCase):
    """A proxy may let nothing but GET and POST through."""

    def test_a_post_that_names_patch_or_delete_is_that_method(self):
        visitor = Visitor(enforce_csrf=True)
        token = visitor.read()["csrf"]
        headers = {"HTTP_X_CSRFTOKEN": token, "HTTP_ORIGIN": OWN}
        body = json.dumps(visitor.body(set={"a": 1}))
        key = {"HTTP_IDEMPOTENCY_KEY": f'"{visitor.client}/{visitor.n}"'}
        post = visitor.http.post
        self.assertEqual(post(URL, body, content_type="application/json", **headers, **key).status_code, 405)
        key["HTTP_X_HTTP_METHOD_OVERRIDE"] = "PATCH"
        self.assertProblem(post(URL, body, content_type="application/json", **{**headers, "HTTP_ORIGIN": "https://evil.example"}, **key), 403, "csrf")
        self.assertProblem(post(URL, body, content_type="application/json", HTTP_ORIGIN=OWN, **key), 403, "csrf")
        self.assertEqual(post(URL, body, content_type="application/json", **headers, **key).status_code, 200)
        self.assertEqual(visitor.read()["data"], {"a": 1})
        end = {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE", "HTTP_SESSION_LINEAGE": visitor.read()["lineage"]}
        self.assertEqual(post(URL, **headers, **end).status_code, 204)


class OriginTest(SessionTestCase):
    def test_the_table_of_origins_decides_who_may_write(self):
        listed = {**settings.SOJOURN, "ORIGINS": [APP, "capacitor://localhost", "null"]}
        with override_settings(SOJOURN=listed):
            visitor = Visitor(enforce_csrf=True)
            token = visitor.read()["csrf"]
            for site, origin, is_accepted in TABLE:
                fields = {"HTTP_SEC_FETCH_SITE": site, "HTTP_ORIGIN": origin}
                headers = {name: value for name, value in fields.items() if value is not None}
                with self.subTest(site=site, origin=origin):
                    body = visitor.body(set={"a": 1})
                    commit = visitor.http.generic(
                        "PATCH",
                        URL,
                        json.dumps(body),
                        content_type="application/json",
                        HTTP_IDEMPOTENCY_KEY=f'"{visitor.client}/{visitor.n}"',
                        HTTP_X_CSRFTOKEN=token,
                        **headers,
                    )
                    end = visitor.http.delete(URL, HTTP_SESSION_LINEAGE="another", HTTP_X_CSRFTOKEN=token, **headers)
                    if is_accepted:
                        self.assertEqual((commit.status_code, end.status_code), (200, 410), commit.content)
                    else:
                        self.assertProblem(commit, 403, "csrf")
                        self.assertProblem(end, 403, "csrf")

    def test_a_refused_write_stores_nothing(self):
        self.visitor.set(a=1)
        self.assertProblem(self.visitor.send(self.visitor.body(set={"a": 2}), HTTP_ORIGIN="https://evil.example"), 403, "csrf")
        self.assertProblem(self.visitor.end(HTTP_ORIGIN="https://evil.example"), 403, "csrf")
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_a_refusal_names_the_origin_that_came_and_those_that_are_accepted(self):
        response = self.visitor.send(self.visitor.body(), HTTP_ORIGIN="https://evil.example", HTTP_SEC_FETCH_SITE="cross-site")
        detail = body_of(response)["detail"]
        for part in ("https://evil.example", "cross-site", OWN, APP, "SOJOURN['ORIGINS']", "SECURE_PROXY_SSL_HEADER"):
            self.assertIn(part, detail)
        self.assertLess(len(body_of(self.visitor.send(self.visitor.body(), HTTP_ORIGIN="x" * 5000))["detail"]), 1000)

    def test_a_list_that_names_null_opens_nothing_to_sandboxed_pages(self):
        with override_settings(SOJOURN={**settings.SOJOURN, "ORIGINS": ["null"]}):
            self.assertNotIn("Access-Control-Allow-Origin", self.visitor.get(HTTP_ORIGIN="null"))


class TokenTest(SessionTestCase):
    def setUp(self):
        super().setUp()
        self.visitor = Visitor(enforce_csrf=True)

    def test_a_write_without_the_token_is_a_problem_document(self):
        self.assertProblem(self.visitor.commit(set={"a": 1}), 403, "csrf")
        self.assertProblem(self.visitor.end("x"), 403, "csrf")

    def test_the_token_of_the_state_opens(self):
        token = self.visitor.read()["csrf"]
        response = self.visitor.send(self.visitor.body(set={"a": 1}), HTTP_X_CSRFTOKEN=token)
        self.assertEqual(response.status_code, 200)

    def test_the_token_of_the_cookie_opens(self):
        self.visitor.read()
        token = self.visitor.http.cookies["csrftoken"].value
        self.assertEqual(self.visitor.send(self.visitor.body(set={"a": 1}), HTTP_X_CSRFTOKEN=token).status_code, 200)

    def test_a_page_that_sends_no_referrer_may_write_over_tls(self):
        token = self.visitor.read()["csrf"]
        fields = {"HTTP_ORIGIN": "https://testserver", "HTTP_X_CSRFTOKEN": token, "secure": True}
        self.assertEqual(self.visitor.send(self.visitor.body(set={"a": 1}), **fields).status_code, 200)

    def test_its_cookie_is_set_once(self):
        self.assertIn("csrftoken", self.visitor.get().cookies)
        self.assertNotIn("csrftoken", self.visitor.get().cookies)

    def test_a_log_in_gives_another_token(self):
        self.signed_up()
        old = self.visitor.read()["csrf"]
        self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        self.assertProblem(self.visitor.send(self.visitor.body(set={"a": 1}), HTTP_X_CSRFTOKEN=old), 403, "csrf")
        new = self.visitor.read()["csrf"]
        self.assertEqual(self.visitor.send(self.visitor.body(set={"a": 1}), HTTP_X_CSRFTOKEN=new).status_code, 200)

    def test_the_origin_stands_alone_where_the_settings_say_so(self):
        for changes in ({"SOJOURN": {"KEYS": ["a"], "CSRF_TOKEN": False}}, {"CSRF_USE_SESSIONS": True}):
            with override_settings(**changes):
                visitor = Visitor(enforce_csrf=True)
                self.assertNotIn("csrf", visitor.read())
                self.assertEqual(visitor.commit(set={"a": 1}).status_code, 200)
                self.assertProblem(visitor.send(visitor.body(), HTTP_ORIGIN="https://evil.example"), 403, "csrf")


class IdentityTest(SessionTestCase):
    def sign_in(self, name="ada"):
        return self.visitor.post("/sign-in", {"username": name, "password": name})

    def test_tells_who_is_signed_in_and_nothing_of_them(self):
        self.signed_up()
        self.signed_up("bob")
        self.visitor.set(a=1)
        self.assertIsNone(self.visitor.read()["identity"])
        self.sign_in()
        ada = self.visitor.read()["identity"]
        self.assertEqual(self.visitor.read()["identity"], ada)
        self.visitor.post("/sign-out")
        self.sign_in("bob")
        self.assertNotIn(self.visitor.read()["identity"], (None, ada))
        self.assertNotIn("ada", ada)

    def test_a_log_in_keeps_an_anonymous_visitors_lineage_and_data(self):
        self.signed_up()
        before = self.visitor.set(a=1)
        self.sign_in()
        after = self.visitor.read()
        self.assertEqual((after["lineage"], after["data"], after["last"]), (before["lineage"], {"a": 1}, 1))
        self.assertNotEqual(after["version"], before["version"])

    def test_another_person_gets_another_lineage(self):
        self.signed_up()
        self.signed_up("bob")
        self.sign_in()
        ada = self.visitor.set(a=1)
        self.sign_in("bob")
        state = self.visitor.read()
        self.assertEqual(state["data"], {})
        self.assertNotIn(state["lineage"], (None, ada["lineage"]))

    @NOT_SIGNED
    def test_a_password_changed_elsewhere_ends_the_session(self):
        user = self.signed_up()
        self.sign_in()
        lineage = self.visitor.set(a=1)["lineage"]
        user.set_password("other")
        user.save()
        response = self.visitor.get()
        state = body_of(response)
        self.assertEqual((state["lineage"], state["identity"], state["data"]), (None, None, {}))
        self.assertIsNone(session_cookie(response))
        self.assertProblem(self.visitor.commit(lineage=lineage, set={"a": 2}), 410, "gone")

    def test_a_commit_after_a_password_was_changed_is_not_stored(self):
        user = self.signed_up()
        self.sign_in()
        body = self.visitor.body(set={"a": 1})
        user.set_password("other")
        user.save()
        self.assertProblem(self.visitor.send(body), 410, "gone")

    def test_a_user_who_may_not_sign_in_any_more_is_nobody(self):
        user = self.signed_up()
        self.sign_in()
        user.is_active = False
        user.save()
        self.assertIsNone(self.visitor.read()["identity"])

    @skipUnless(django.VERSION >= (5, 1), "LoginRequiredMiddleware is new in 5.1")
    def test_an_anonymous_session_needs_no_log_in(self):
        with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]):
            self.assertEqual(Visitor().set(a=1)["data"], {"a": 1})

    def test_the_project_may_say_who(self):
        with with_sojourn(IDENTITY=lambda request: f"user {request.user.pk}"):
            user = self.signed_up()
            self.sign_in()
            self.assertEqual(self.visitor.read()["identity"], f"user {user.pk}")
