"""Account takeovers that worked while every key without a leading underscore was exposed, on the real packages.

Each attack is made twice: with the list of keys that a project would write it fails, and with the attacked key on the list,
which the system checks refuse unless they are silenced, it succeeds. So each is seen to be an attack.
"""
import json
import secrets
from unittest import skipUnless

import allauth
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.core.checks import run_checks
from django.test import Client, RequestFactory, TestCase, override_settings
from django_otp.plugins.otp_totp.models import TOTPDevice

ORIGIN = "http://testserver"
HAS_CODES = skipUnless(allauth.VERSION >= (65,), "log-in by code is of a later django-allauth")


def exposing(*keys):
    """Puts keys on the list against the advice of the system checks."""
    return override_settings(SOJOURN={**settings.SOJOURN, "KEYS": ["theme", *keys]}, SILENCED_SYSTEM_CHECKS=["sojourn.E011"])


class AttackCase(TestCase):
    """An attacker with a browser of their own. They know the victim's address, and no more."""

    def setUp(self):
        self.http = Client()
        self.victim = User.objects.create_user("victim", "victim@example.com", "the victim's password")

    def session(self):
        response = self.http.get("/session")
        return response.status_code, response.content.decode()

    def patch(self, **members):
        state = json.loads(self.http.get("/session").content)
        body = {"lineage": state.get("lineage"), "base": state.get("version", "v0"), "after": 0, **members}
        key = f'"{secrets.token_urlsafe(16)}/1"'
        return self.http.generic("PATCH", "/session", json.dumps(body), content_type="application/json", HTTP_ORIGIN=ORIGIN, HTTP_IDEMPOTENCY_KEY=key)

    def who(self):
        return json.loads(self.http.get("/who").content)

    def assertRefused(self, key):
        """The key can be neither read nor written, and putting it on the list is an error that stops the endpoint."""
        self.assertNotIn(key, self.session()[1])
        for members in ({"set": {key: "mine"}}, {"delete": [key]}, {"expect": {key: None}}):
            response = self.patch(**members)
            self.assertEqual((response.status_code, json.loads(response.content)["type"]), (422, "urn:sojourn:problem:private-key"))
        with override_settings(SOJOURN={**settings.SOJOURN, "KEYS": ["theme", key]}), self.assertLogs("sojourn_django", "ERROR"):
            self.assertIn("sojourn.E011", [message.id for message in run_checks()])
            self.assertEqual(self.session()[0], 500)


class SecondFactorTest(AttackCase):
    """The attacker knows the password and has no device."""

    def setUp(self):
        super().setUp()
        TOTPDevice.objects.create(user=self.victim, name="phone", confirmed=True)
        self.http.force_login(self.victim, backend=settings.AUTHENTICATION_BACKENDS[0])
        self.device = TOTPDevice.objects.get().persistent_id

    def test_the_second_factor_is_not_given_by_writing_it_into_the_session(self):
        self.assertRefused("otp_device_id")
        self.patch(set={"otp_device_id": self.device})
        self.assertEqual(self.who(), {"user": "victim", "verified": False})

    def test_it_would_be_with_the_key_on_the_list(self):
        with exposing("otp_device_id"):
            self.assertEqual(self.patch(set={"otp_device_id": self.device}).status_code, 200)
        self.assertEqual(self.who(), {"user": "victim", "verified": True})


class VerifiedAddressTest(AttackCase):
    """Sign-up takes an address for verified that the session names."""

    def is_verified(self):
        request = RequestFactory().get("/")
        request.session = self.http.session
        return bool(get_adapter(request).is_email_verified(request, "victim@example.com"))

    def test_an_address_is_not_verified_by_writing_it_into_the_session(self):
        self.assertRefused("account_verified_email")
        self.patch(set={"account_verified_email": "victim@example.com"})
        self.assertFalse(self.is_verified())

    def test_it_would_be_with_the_key_on_the_list(self):
        with exposing("account_verified_email"):
            self.assertEqual(self.patch(set={"account_verified_email": "victim@example.com"}).status_code, 200)
        self.assertTrue(self.is_verified())


@HAS_CODES
class CodeTest(AttackCase):
    """A code is mailed to the victim, and lies in the session of whoever asked for it."""

    def code(self):
        """The code, as the victim reads it in the mail."""
        words = mail.outbox[-1].body.split()
        return next(word for word in words if "-" in word and word.replace("-", "").isalnum() and word.isupper())

    def ask_for_log_in(self):
        self.http.post("/accounts/login/code/", {"email": "victim@example.com"})
        return self.code()

    def ask_for_reset(self):
        self.http.post("/accounts/password/reset/", {"email": "victim@example.com"})
        return self.code()

    def test_the_log_in_code_is_not_in_any_response(self):
        code = self.ask_for_log_in()
        self.assertIn(code, json.dumps(dict(self.http.session.items()), default=str))
        self.assertRefused("account_login")
        conflict = self.patch(set={"theme": 1}, expect={"theme": "other"})
        for content in (self.session()[1], conflict.content.decode(), self.patch(set={"theme": 1}).content.decode()):
            self.assertNotIn(code, content)

    def test_it_would_be_with_the_key_on_the_list_and_sign_the_attacker_in(self):
        code = self.ask_for_log_in()
        with exposing("account_login"):
            self.assertIn(code, self.session()[1])
        self.http.post("/accounts/login/code/confirm/", {"code": code})
        self.assertEqual(self.who()["user"], "victim")

    def test_the_reset_code_is_not_in_any_response(self):
        code = self.ask_for_reset()
        self.assertIn(code, json.dumps(dict(self.http.session.items()), default=str))
        self.assertRefused("account_password_reset_verification")
        self.assertNotIn(code, self.session()[1])

    def test_it_would_be_with_its_key_on_the_list(self):
        code = self.ask_for_reset()
        with exposing("account_password_reset_verification"):
            self.assertIn(code, self.session()[1])

    def test_a_page_that_clears_its_session_does_not_end_an_unfinished_log_in(self):
        self.ask_for_log_in()
        self.patch(clear=True)
        self.assertIn("account_login", self.http.session)
