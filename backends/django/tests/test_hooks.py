"""The functions that the settings name: what they may return, and what a client learns if they fail."""
import asyncio
import re
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError
from django.http import HttpResponseRedirect
from django.test import override_settings
from django.utils import translation
from django.utils.translation import gettext_lazy

import sojourn_django
from support import SessionTestCase, body_of

REFUSED = [{"key": "a", "message": "no"}]


def sojourn(**changes):
    return override_settings(SOJOURN={**settings.SOJOURN, **changes})


def raising(error):
    """A function of the settings that fails."""

    def function(*args):
        raise error

    return function


async def asynchronous(*args):
    await asyncio.sleep(0)


WRONG = [
    raising(ValueError("the secret of ada")),
    raising(KeyError("name")),
    raising(PermissionDenied()),
    raising(FileNotFoundError("schema.json")),
    lambda: None,
    asynchronous,
    lambda *args: object(),
    lambda *args: True,
    lambda *args: False,
    lambda *args: 5,
    lambda *args: HttpResponseRedirect("/log-in"),
    "project.nowhere.function",
    "project.settings.ENGINE",
    "nothing",
    5,
]


class FaultTest(SessionTestCase):
    """A fault of the project's own code is a 500 without Retry-After: a 503 would have clients try for ever."""

    def assertFault(self, response, setting):
        body = self.assertProblem(response, 500, "server-error")
        self.assertNotIn("Retry-After", response)
        self.assertEqual(response["Cache-Control"], "private, no-store")
        for secret in ("ada", "Error", "secret", "schema.json"):
            self.assertNotIn(secret, str(body))

    def test_each_function_that_fails_or_returns_another_type(self):
        self.visitor.set(a=1)
        wrong = {
            "VALIDATE": [*WRONG, lambda *args: None, lambda *args: "no", lambda *args: [None], lambda *args: ["a"], lambda *args: {"a": "no"}],
            "IDENTITY": [*WRONG, lambda *args: b"ada", lambda *args: ["ada"], None],
            "ADMIT": [*WRONG, lambda *args: "nope", lambda *args: ("rate-limited",), lambda *args: ("rate-limited", "5"), lambda *args: ("nope", 5)],
        }
        wrong["VALIDATE"] += [lambda *args: [{"message": "no"}], lambda *args: [{"key": "a", "message": 5}], lambda *args: [{"key": 1}]]
        wrong["ADMIT"] += [lambda *args: ("rate-limited", -1), lambda *args: ("rate-limited", float("inf")), lambda *args: "rate-limited"]
        for setting, functions in wrong.items():
            for function in functions:
                body = self.visitor.body(set={"a": 2})
                with self.subTest(setting, function=function), sojourn(**{setting: function}):
                    with self.assertLogs("sojourn_django", "ERROR") as logs:
                        self.assertFault(self.visitor.send(body), setting)
                        if setting != "VALIDATE":
                            self.assertFault(self.visitor.get(), setting)
                    self.assertIn(f"SOJOURN['{setting}']", logs.output[0])
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_a_database_or_cache_that_is_down_inside_a_function_is_503(self):
        class ConnectionError(Exception):  # As redis-py names its own.
            pass

        self.visitor.set(a=1)
        for error in (OperationalError("gone away"), ConnectionError(), TimeoutError(), ConnectionRefusedError()):
            for setting in ("VALIDATE", "IDENTITY", "ADMIT"):
                body = self.visitor.body(set={"a": 2})
                with self.subTest(setting, error=error), sojourn(**{setting: raising(error)}), self.assertLogs("sojourn_django"):
                    response = self.visitor.send(body)
                    self.assertProblem(response, 503, "unavailable")
                    self.assertIn("Retry-After", response)

    def test_the_developer_reads_the_reason_in_the_response_while_debugging(self):
        with sojourn(ADMIT=lambda request: "nope"), override_settings(DEBUG=True), self.assertLogs("sojourn_django"):
            self.assertIn("SOJOURN['ADMIT'] returned str", body_of(self.visitor.get())["detail"])

    def test_a_fault_of_this_package_is_a_500_too(self):
        self.visitor.set(a=1)
        with mock.patch("sojourn_django.exchange.to_policy", side_effect=ZeroDivisionError), self.assertLogs("sojourn_django"):
            self.assertFault(self.visitor.get(), None)


class ValidateTest(SessionTestCase):
    def refusal(self, validate, **values):
        with sojourn(VALIDATE=validate):
            body = self.assertProblem(self.visitor.commit(set=values or {"a": 1}), 422, "refused")
        self.assertEqual(self.visitor.read()["data"], {})
        return body

    def test_a_list_of_errors_is_a_422(self):
        self.assertEqual(self.refusal(lambda *args: REFUSED)["errors"], REFUSED)
        self.assertEqual(self.refusal(lambda *args: ({**REFUSED[0], "path": ("x", 0)},))["errors"], [{**REFUSED[0], "path": ["x", 0]}])

    def test_an_empty_list_stores(self):
        with sojourn(VALIDATE=lambda data, request, changed: []):
            self.assertEqual(self.visitor.set(a=1)["data"], {"a": 1})

    def test_a_validation_error_of_django_is_a_422(self):
        for error in (ValidationError("no"), ValidationError(["no"]), ValidationError({"a": "no"}), ValidationError({"a": ["no"]})):
            self.assertEqual(self.refusal(raising(error))["errors"], REFUSED)
        error = ValidationError("at most %(limit)s", params={"limit": 9})
        self.assertEqual(self.refusal(raising(error))["errors"], [{"key": "a", "message": "at most 9"}])

    def test_one_without_a_key_blames_no_key_of_several(self):
        body = self.refusal(raising(ValidationError("together too much")), a=1, b=2)
        self.assertEqual((body["errors"], body["detail"]), ([], "together too much"))

    def test_one_of_several_keys_names_each(self):
        error = ValidationError({"a": ["no", "never"], "b": "nor this", "__all__": "together too much"})
        body = self.refusal(raising(error), a=1, b=2)
        self.assertEqual([(error["key"], error["message"]) for error in body["errors"]], [("a", "no"), ("a", "never"), ("b", "nor this")])
        self.assertEqual(body["detail"], "together too much")

    def test_an_error_about_a_private_key_tells_no_name(self):
        error = {"key": "otp_device_id", "path": ["secret_part"], "message": "no"}
        for function in (lambda *args: [error], raising(ValidationError({"otp_device_id": "no"}))):
            self.assertEqual(self.refusal(function)["errors"], [{"message": "no"}])
        body = self.refusal(raising(ValidationError({"otp_device_id": "no", "a": "never"})), a=1, b=2)
        self.assertEqual(body["errors"], [{"message": "no"}, {"key": "a", "message": "never"}])

    def test_a_lazy_translation_is_told_in_the_language_of_the_request(self):
        lazy = gettext_lazy("Yes")
        with translation.override("de"):
            for function in (lambda *args: [{"key": "a", "message": lazy}], raising(ValidationError({"a": lazy}))):
                self.assertEqual(self.refusal(function)["errors"], [{"key": "a", "message": "Ja"}])

    def test_it_sees_all_that_would_be_stored_and_what_changes(self):
        self.visitor.set(a=1, b=1)
        seen = []
        with sojourn(VALIDATE=lambda data, request, changed: seen.append((data["a"], data["b"], changed, request.method)) or []):
            self.visitor.commit(set={"a": 2}, delete=["c"])
        self.assertEqual(seen, [(2, 1, ("c", "a"), "PATCH")])


class AdmitTest(SessionTestCase):
    def test_asks_for_a_log_in(self):
        with sojourn(ADMIT=lambda request: "unauthenticated"):
            response = self.visitor.get()
            self.assertProblem(response, 401, "unauthenticated")
            self.assertIn("WWW-Authenticate", response)

    def test_asks_to_wait_for_whole_seconds(self):
        for seconds, header in ((5, "5"), (0.2, "1"), (0, "0")):
            for kind in (tuple, list):
                with sojourn(ADMIT=lambda request, given=kind(("rate-limited", seconds)): given):
                    response = self.visitor.get()
                    self.assertProblem(response, 429, "rate-limited")
                    self.assertEqual(response["Retry-After"], header)


    def test_the_limit_of_the_readme_limits(self):
        text = (Path(sojourn_django.__file__).parent.parent / "README.md").read_text(encoding="utf-8")
        names = {}
        exec(next(code for code in re.findall(r"```python\n(.*?)```", text, re.S) if "def admit" in code), names)
        with sojourn(ADMIT=names["admit"]):
            statuses = [self.visitor.commit(set={"a": n}).status_code for n in range(62)]
            self.assertEqual(self.visitor.get().status_code, 200)
        # Unless the minute ends meanwhile.
        self.assertEqual(statuses[:60], [200] * 60)
        self.assertIn(statuses[60:], ([429, 429], [200, 200], [429, 200]))


class IdentifyTest(SessionTestCase):
    def test_a_lazy_text_and_nobody(self):
        self.visitor.set(a=1)
        for given, told in ((gettext_lazy("Yes"), "Yes"), ("ada", "ada"), ("", ""), (None, None)):
            with sojourn(IDENTITY=lambda request, given=given: given):
                self.assertEqual(self.visitor.read()["identity"], told)
