"""Only exposed keys travel, in any direction: what is not on the list cannot be read, written, guessed or measured."""
import json

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase, override_settings

from sojourn_django.conf import Settings
from sojourn_django.keys_fault import KeysFault
from sojourn_django.keys import exposed_keys

from support import NOT_SIGNED, SessionTestCase, Visitor, body_of, skip_on, store, with_sojourn

SECRET = "PLWV-PVSS"
PRIVATE = {"account_login_code": SECRET, "otp_device_id": "otp_totp.totpdevice/1", "isAdmin": False, "_own": 1}


class PrivateKeyTest(SessionTestCase):
    def setUp(self):
        super().setUp()
        self.visitor.write(a=1, **PRIVATE)

    def stored(self):
        return {key: value for key, value in store(self.visitor.key).items() if key in PRIVATE or key == "plan"}

    def test_no_response_tells_of_a_private_key(self):
        self.visitor.set(b=2)
        conflict = self.visitor.commit(set={"a": 2}, expect={"a": "other"})
        gone = self.visitor.commit(lineage="other", set={"a": 2})
        for response in (self.visitor.get(), self.visitor.commit(set={"a": 2}), conflict, gone, self.visitor.commit(expect="base", base="old")):
            state = body_of(response)
            self.assertEqual((set(state["data"]), set(state["tags"])), ({"a", "b"}, {"a", "b"}), response.status_code)
            for name in (*PRIVATE, SECRET):
                self.assertNotIn(name, response.content.decode())

    def test_a_commit_that_names_a_private_key_is_422_whether_the_key_exists_or_not(self):
        before = self.visitor.read()
        for name in ("account_login_code", "otp_device_id", "isAdmin", "nowhere"):
            for members in ({"set": {name: 1}}, {"delete": [name]}, {"expect": {name: None}}, {"set": {"a": 2}, "expect": {name: "tag"}}):
                with self.subTest(members):
                    body = self.assertProblem(self.visitor.commit(**members), 422, "private-key")
                    self.assertEqual([error["key"] for error in body["errors"]], [name])
                    self.assertNotIn("data", body)
        self.assertEqual(self.stored(), PRIVATE)
        self.assertEqual(self.visitor.read()["version"], before["version"])

    def test_that_is_decided_before_the_store_is_read(self):
        body = {"lineage": "ended", "base": "v0", "after": 0, "set": {"isAdmin": True}}
        self.assertProblem(Visitor().send(body, n=1), 422, "private-key")

    def test_clear_spares_private_keys_and_is_never_answered_minimally(self):
        self.visitor.write(plan="pro")
        response = self.visitor.send(self.visitor.body(clear=True), HTTP_PREFER="return=minimal")
        self.assertEqual(body_of(response)["data"], {"plan": "pro"})
        self.assertEqual(self.stored(), {**PRIVATE, "plan": "pro"})

    def test_a_private_key_that_changes_does_not_change_the_version(self):
        before = self.visitor.read()["version"]
        self.visitor.write(isAdmin=True)
        self.assertEqual(self.visitor.read()["version"], before)
        self.visitor.write(a=2)
        self.assertNotEqual(self.visitor.read()["version"], before)

    @skip_on("signed_cookies", because="what a visitor holds is limited as a whole")
    def test_the_limit_of_a_session_does_not_measure_private_keys(self):
        self.visitor.write(isAdmin="x" * 900)
        with with_sojourn(MAX_SESSION_BYTES=1000):
            self.assertEqual(self.visitor.commit(set={"a": "x" * 980}).status_code, 200)
            body = self.assertProblem(self.visitor.commit(set={"b": "x" * 100}), 413, "too-large")
            self.assertIn("1095 bytes", body["detail"])


class ReadOnlyKeyTest(SessionTestCase):
    def test_is_read_and_expected_and_not_written(self):
        self.visitor.write(a=1, plan="pro")
        tag = self.visitor.read()["tags"]["plan"]
        self.assertEqual(self.visitor.read()["data"], {"a": 1, "plan": "pro"})
        for members in ({"set": {"plan": "max", "a": 2}}, {"delete": ["plan"]}):
            body = self.assertProblem(self.visitor.commit(**members), 422, "read-only-key")
            self.assertEqual([error["key"] for error in body["errors"]], ["plan"])
        self.assertProblem(self.visitor.commit(set={"a": 2}, expect={"plan": None}), 409, "conflict")
        self.assertEqual(body_of(self.visitor.commit(set={"a": 2}, expect={"plan": tag}))["data"], {"a": 2, "plan": "pro"})


class TwoListsTest(SessionTestCase):
    """Two servers with different lists on one store, as during a deploy or for a shop and its admin."""

    @NOT_SIGNED
    def test_never_share_a_version(self):
        self.visitor.set(a=1, b=2)
        versions = set()
        for lists in ({"KEYS": ["a", "b"]}, {"KEYS": ["a"]}, {"KEYS": ["a", "b"], "READ_ONLY_KEYS": ["b"]}, {"KEYS": ["b", "a"]}):
            with override_settings(SOJOURN=lists):
                versions.add(self.visitor.read()["version"])
        self.assertEqual(len(versions), 3)

    @NOT_SIGNED
    def test_hide_and_overwrite_nothing(self):
        with override_settings(SOJOURN={"KEYS": ["a"]}):
            state = self.visitor.set(a=1)
            base = self.visitor.body(set={"a": 2})
            self.visitor.write(b=["theirs"])
        # The base is the other server's: a 304 or a minimal response would hide `b`.
        self.assertEqual(self.visitor.get(HTTP_IF_NONE_MATCH=f'"{state["version"]}"').status_code, 200)
        response = self.visitor.send(base, HTTP_PREFER="return=minimal")
        self.assertEqual(body_of(response)["data"], {"a": 2, "b": ["theirs"]})
        # A key that was exposed a moment ago has the tag of what is stored.
        self.assertProblem(self.visitor.commit(set={"b": ["mine"]}, expect={"b": None}), 409, "conflict")


class NoTextKeyTest(SessionTestCase):
    """Django allows keys that are numbers or None; the cache engine keeps them so."""

    def test_is_read_set_and_deleted_by_its_text(self):
        def view(request):
            for key in (1, None, 1.5, (1, 2)):
                if isinstance(key, tuple) and "cache" not in settings.SESSION_ENGINE.rsplit(".", 1)[-1].split("_"):
                    continue
                request.session[key] = "old"

        self.assertEqual(self.visitor.run(view).status_code, 200)
        self.assertEqual(self.visitor.read()["data"], {"1": "old", "null": "old", "1.5": "old"})
        state = body_of(self.visitor.commit(set={"1": "new"}, delete=["null"]))
        self.assertEqual(state["data"], {"1.5": "old", "1": "new"})
        self.assertEqual(self.visitor.read()["data"], {"1.5": "old", "1": "new"})
        self.assertEqual(body_of(self.visitor.commit(clear=True))["data"], {})
        self.assertEqual(self.visitor.read()["data"], {})


class NoListTest(SessionTestCase):
    def test_the_endpoint_refuses_to_serve_and_says_so_in_the_log(self):
        self.visitor.set(a=1)
        for wrong in ({}, {"KEYS": "theme"}, {"KEYS": ["_auth_user_id"]}, {"KEYS": ["a"], "READ_ONLY_KEYS": ["b"]}, {"KEYS": ["a"], "NONE": 1}):
            with self.subTest(wrong), override_settings(SOJOURN=wrong), self.assertLogs("sojourn_django", "ERROR") as logs:
                for response in (self.visitor.get(), self.visitor.send({"lineage": None}, n=9), self.visitor.end("x")):
                    self.assertProblem(response, 500, "server-error")
                    self.assertNotIn("Retry-After", response)
                    self.assertEqual(json.loads(response.content)["detail"], "Run manage.py check on the server, or read its log.")
                self.assertIn("not served", logs.output[0])

    def test_ordinary_views_go_on(self):
        with override_settings(SOJOURN={}):
            self.assertEqual(self.visitor.write(a=1).status_code, 200)
            self.assertNotIn("Session-Version", self.visitor.http.get("/read"))
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_the_reason_is_told_in_debug(self):
        with override_settings(SOJOURN={}, DEBUG=True), self.assertLogs("sojourn_django", "ERROR"):
            self.assertIn("KEYS", body_of(self.visitor.get())["detail"])


class ListTest(SimpleTestCase):
    def test_a_list_that_is_wrong_is_refused_with_what_to_do(self):
        for wanted, lists in {
            "SOJOURN = {'KEYS': ['theme', 'cart']}": {},
            "Write a list": {"KEYS": "cart"},
            "a list, such": {"KEYS": ["a"], "READ_ONLY_KEYS": None},
            "Write '1'": {"KEYS": [1]},
            "Keys are text": {"KEYS": [("a",)]},
            "use another name": {"KEYS": ["_a"]},
            "surrogate": {"KEYS": ["\ud800"]},
            "Add it to them": {"KEYS": ["a"], "READ_ONLY_KEYS": ["b"]},
        }.items():
            with self.subTest(wanted), self.assertRaisesMessage(KeysFault, wanted):
                exposed_keys(Settings(**lists))

    def test_keys_of_installed_apps_that_trust_them_are_refused(self):
        for app, key in (
            ("allauth.account", "account_login"), ("allauth", "account_verified_email"), ("allauth.socialaccount", "socialaccount_states"),
            ("allauth.mfa", "mfa.totp.secret"), ("django_otp", "otp_device_id"), ("two_factor", "wizard_login_view"),
            ("mozilla_django_oidc", "oidc_access_token"), ("social_django", "google-oauth2_state"), ("social_django", "partial_pipeline_token"),
            ("hijack", "hijack_history"), ("loginas", "loginas_from_user"), ("wagtail", "passed_page_view_restrictions"),
        ):  # fmt: skip
            with self.subTest(key), override_settings(INSTALLED_APPS=settings.INSTALLED_APPS):
                exposed_keys(Settings(KEYS=["theme", key]))
                settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, app]
                with self.assertRaisesMessage(ImproperlyConfigured, key):
                    exposed_keys(Settings(KEYS=["theme", key]))
                settings.SILENCED_SYSTEM_CHECKS = ["sojourn.E011"]
                exposed_keys(Settings(KEYS=["theme", key]))
                settings.SILENCED_SYSTEM_CHECKS = []
                exposed_keys(Settings(KEYS=["theme"]))
