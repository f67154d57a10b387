"""Origin, CSRF token, and who is signed in."""
from unittest import skipUnless

import django
from django.conf import settings
from django.test import override_settings

from support import NOT_SIGNED, SessionTestCase, Visitor, body_of, session_cookie


class OriginTest(SessionTestCase):
    def test_a_write_needs_the_same_origin(self):
        self.visitor.set(a=1)
        body = self.visitor.body(set={"a": 2})
        for origin in ("https://evil.example", "null", "http://testserver:81", "https://testserver", ""):
            self.assertProblem(self.visitor.send(body, HTTP_ORIGIN=origin), 403, "csrf")
        self.assertProblem(self.visitor.end(HTTP_ORIGIN="https://evil.example"), 403, "csrf")
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_sec_fetch_site_will_do(self):
        body = self.visitor.body(set={"a": 1})
        self.assertProblem(self.visitor.send(body, HTTP_ORIGIN="https://proxy.example", HTTP_SEC_FETCH_SITE="same-site"), 403, "csrf")
        self.assertEqual(self.visitor.send(body, HTTP_ORIGIN="https://proxy.example", HTTP_SEC_FETCH_SITE="same-origin").status_code, 200)

    def test_an_origin_of_the_settings_may_write(self):
        self.assertEqual(self.visitor.send(self.visitor.body(set={"a": 1}), HTTP_ORIGIN="https://app.example").status_code, 200)


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
        for changes in ({"SOJOURN": {"CSRF_TOKEN": False}}, {"CSRF_USE_SESSIONS": True}):
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
        with override_settings(SOJOURN={"IDENTITY": lambda request: f"user {request.user.pk}"}):
            user = self.signed_up()
            self.sign_in()
            self.assertEqual(self.visitor.read()["identity"], f"user {user.pk}")
