"""What manage.py check says, and the control URL."""
import json
import re
from pathlib import Path
from unittest import mock

import django
from django.conf import settings
from django.contrib.sessions.backends import db
from django.core.checks import Tags, run_checks
from django.test import SimpleTestCase, override_settings
from django.urls import include, path, re_path, set_urlconf
from django.views.decorators.cache import cache_page

import sojourn_django
from sojourn_django.views import session_view

from support import URL, SessionTestCase, Visitor, body_of, skip_on

BACKENDS = "django.contrib.sessions.backends"
GOOD = {"SESSION_ENGINE": f"{BACKENDS}.db", "SOJOURN": {"KEYS": ["a"]}, "SESSION_COOKIE_SECURE": True, "CSRF_TRUSTED_ORIGINS": []}
LOCAL = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SILENT = {"default": {**LOCAL["default"], "OPTIONS": {"IGNORE_EXCEPTIONS": True}}}
DUMMY = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
FIRST, *REST = settings.MIDDLEWARE
PACKAGE = Path(sojourn_django.__file__).parent
README = PACKAGE.parent / "README.md"
#: What a URLconf of these tests holds: none, one behind a decorator, one that depends on the request, one below a folder.
NO_URL, CACHED, REGEX, BELOW = (
    type(name, (), {"urlpatterns": patterns})
    for name, patterns in {
        "no_url": [path("page", lambda request: None)],
        "cached": [path("session", cache_page(60)(session_view))],
        "regex": [re_path("^session$", session_view)],
        "below": [path("app/", include([path("session", include("sojourn_django.urls"))]))],
    }.items()
)


def sojourn(**changes):
    return {"SOJOURN": {"KEYS": ["a"], **changes}}


def without(part):
    return {"MIDDLEWARE": [name for name in settings.MIDDLEWARE if part not in name]}


def takes_one(one):
    """A function of the wrong form for VALIDATE."""


async def asynchronous(request):
    """A function of the wrong form for each."""


#: The id that is reported, and the settings that are wrong.
PLAIN = [
    *(("sojourn.E001", {"SOJOURN": value}) for value in (None, "KEYS", ["KEYS"], 5)),
    ("sojourn.E001", sojourn(NONE=1)),
    ("sojourn.E001", sojourn(key=["a"])),
    ("sojourn.E002", without("SessionMiddleware")),
    ("sojourn.E003", {"MIDDLEWARE": REST}),
    ("sojourn.E003", {"MIDDLEWARE": [REST[0], FIRST, *REST[1:]]}),
    ("sojourn.E004", without("csrf")),
    *(
        ("sojourn.E005", sojourn(ORIGINS=[origin]))
        for origin in ("https://app.example/", "https://App.example", "https://app.example:443", "app.example", "null", "*", "", "https://*.a.example")
    ),
    *(("sojourn.E006", sojourn(MAX_SESSION_BYTES=value)) for value in ("64k", 0, -1, True, 1.5, None, 1 << 40)),
    *(("sojourn.E006", sojourn(MAX_BODY_BYTES=value)) for value in ("1mb", 0, -1, True, [])),
    *(("sojourn.E006", sojourn(ORIGINS=value)) for value in ("https://app.example", None, [1], {"https://app.example": 1})),
    *(("sojourn.E006", sojourn(GRACE_SECONDS=value)) for value in (-1, "60", None, 10**9, True)),
    *(("sojourn.E006", sojourn(**{name: value})) for name in ("CSRF_TOKEN", "TEST_CONTROL") for value in (None, "False", 0)),
    *(("sojourn.E006", sojourn(ATOMIC_CACHES=value)) for value in ("a.b", None)),
    *(("sojourn.E006", sojourn(**{name: value})) for name in ("IDENTITY", "VALIDATE", "ADMIT") for value in (5, "", "validate", [print])),
    ("sojourn.E006", sojourn(IDENTITY=None)),
    *(("sojourn.E007", sojourn(**{name: "project.nowhere.f"})) for name in ("IDENTITY", "VALIDATE", "ADMIT")),
    *(("sojourn.E007", sojourn(**{name: value})) for name in ("IDENTITY", "ADMIT") for value in ("project.settings.ENGINE", asynchronous, lambda: None)),
    *(("sojourn.E007", sojourn(VALIDATE=value)) for value in (takes_one, lambda data, request, changed, more: None)),
    *(("sojourn.E008", {"SESSION_ENGINE": name}) for name in ("nowhere", "project.views", "", "json", None)),
    ("sojourn.E008", {"SESSION_ENGINE": f"{BACKENDS}.cache", "CACHES": DUMMY}),
    ("sojourn.E008", {"SESSION_ENGINE": f"{BACKENDS}.cached_db", "SESSION_CACHE_ALIAS": "missing"}),
    ("sojourn.E010", {"SOJOURN": {}}),
    ("sojourn.E011", {**sojourn(KEYS=["otp_device_id"]), "INSTALLED_APPS": [*settings.INSTALLED_APPS, "django_otp"]}),
    ("sojourn.E020", {"SESSION_COOKIE_PATH": "/app"}),
    ("sojourn.E020", {"SESSION_COOKIE_PATH": "/sess"}),
    ("sojourn.E020", {"SESSION_COOKIE_PATH": "/app/session/", "ROOT_URLCONF": BELOW}),
    ("sojourn.W001", {"SESSION_ENGINE": f"{BACKENDS}.signed_cookies"}),
    ("sojourn.W003", {"SESSION_SAVE_EVERY_REQUEST": True}),
    ("sojourn.W007", sojourn(TEST_CONTROL=True)),
    ("sojourn.W009", without("auth")),
    ("sojourn.W020", {"ROOT_URLCONF": NO_URL}),
    ("sojourn.W021", sojourn(ORIGINS=["https://app.example"])),
    ("sojourn.W021", {**sojourn(ORIGINS=["https://b.app.example:8443"]), "CSRF_TRUSTED_ORIGINS": ["https://*.app.example"]}),
]
DEPLOY = [
    ("sojourn.W002", {"SESSION_ENGINE": f"{BACKENDS}.cached_db", "CACHES": LOCAL}),
    ("sojourn.W010", {"SESSION_ENGINE": f"{BACKENDS}.cached_db", "CACHES": SILENT}),
    ("sojourn.W006", {"SESSION_COOKIE_SECURE": False}),
    ("sojourn.W008", {"CSRF_USE_SESSIONS": True}),
    ("sojourn.E009", sojourn(TEST_CONTROL=True)),
]
TRUSTED = "https://*.app.example" if django.VERSION >= (4, 0) else ".app.example"
FINE = [
    {},
    sojourn(VALIDATE=lambda data, request, changed: [], ADMIT=lambda request: None, IDENTITY="project.views.who"),
    sojourn(VALIDATE=lambda *args: []),
    sojourn(MAX_BODY_BYTES=None, GRACE_SECONDS=0, ORIGINS=()),
    {**sojourn(ORIGINS=["https://b.app.example"]), "CSRF_TRUSTED_ORIGINS": [TRUSTED]},
    {"SESSION_COOKIE_PATH": "/session"},
    {"SESSION_COOKIE_PATH": "/app", "ROOT_URLCONF": BELOW},
    {"SESSION_COOKIE_PATH": "/app", "ROOT_URLCONF": REGEX},
    {"ROOT_URLCONF": CACHED},
    {"SESSION_ENGINE": "sojourn_django.sessions.db", "SESSION_SAVE_EVERY_REQUEST": True},
]


class CheckTest(SimpleTestCase):
    def messages(self, changes, deploy=False):
        with override_settings(**{**GOOD, **changes}):
            set_urlconf(None)
            return run_checks(tags=["sojourn"], include_deployment_checks=deploy)

    def test_good_settings_are_not_complained_of(self):
        for changes in FINE:
            with self.subTest(changes):
                self.assertEqual(self.messages(changes), [])
        self.assertEqual(self.messages({}, deploy=True), [])

    def test_each_that_is_wrong_is_reported_by_one_message(self):
        for wanted, changes in PLAIN:
            with self.subTest(wanted, changes=changes):
                found = self.messages(changes)
                self.assertEqual([message.id for message in found], [wanted], found)
                self.assertTrue(found[0].hint)

    def test_what_is_unsafe_in_production_is_reported_by_deploy_alone(self):
        for wanted, changes in DEPLOY:
            with self.subTest(wanted):
                self.assertNotIn(wanted, [message.id for message in self.messages(changes)])
                found = [message for message in self.messages(changes, deploy=True) if message.id == wanted]
                self.assertEqual(len(found), 1)
                self.assertTrue(found[0].hint)
                with override_settings(**{**GOOD, **changes}):
                    self.assertIn(wanted, [message.id for message in run_checks(tags=[Tags.security], include_deployment_checks=True)])

    def test_the_control_url_is_an_error_outside_tests_and_debug(self):
        with mock.patch("sojourn_django.checks._is_test_run", return_value=False):
            for deploy in (False, True):
                found = [message for message in self.messages(sojourn(TEST_CONTROL=True), deploy) if message.id[8] == "E"]
                self.assertEqual([message.id for message in found], ["sojourn.E009"])
            self.assertEqual([message.id for message in self.messages({**sojourn(TEST_CONTROL=True), "DEBUG": True})], ["sojourn.W007"])

    def test_several_wrong_settings_are_reported_at_once(self):
        found = self.messages(sojourn(ORIGINS="https://app.example", MAX_BODY_BYTES="1mb", NONE=1))
        self.assertEqual([message.id for message in found], ["sojourn.E006", "sojourn.E006", "sojourn.E001"])
        self.assertIn("'https://app.example' (str)", found[0].msg)

    def test_an_app_of_sessions_that_is_missing_is_reported(self):
        with mock.patch.object(db.SessionStore, "get_model_class", side_effect=RuntimeError("doesn't declare an explicit app_label")):
            found = self.messages({})
        self.assertEqual([message.id for message in found], ["sojourn.E008"])
        self.assertIn("django.contrib.sessions", found[0].hint)

    def test_atomic_requests_on_sqlite_are_reported(self):
        settings.DATABASES["default"]["ATOMIC_REQUESTS"], before = True, settings.DATABASES["default"].get("ATOMIC_REQUESTS", False)
        try:
            self.assertEqual([message.id for message in self.messages({})], ["sojourn.W004"])
        finally:
            settings.DATABASES["default"]["ATOMIC_REQUESTS"] = before

    def test_the_readme_lists_each_id(self):
        text = "".join(file.read_text(encoding="utf-8") for file in PACKAGE.glob("*.py"))
        ids = {f"W{int(number):03}" for number in re.findall(r"_warn\((\d+)", text)} | set(re.findall(r'"sojourn\.([EW]\d{3})"', text))
        self.assertEqual(sorted(ids), sorted(set(re.findall(r"`sojourn\.([EW]\d{3})`", README.read_text(encoding="utf-8")))))

    def test_the_endpoint_refuses_settings_that_are_wrong(self):
        for changes in (sojourn(ORIGINS="https://app.example"), {"SOJOURN": None}, sojourn(MAX_BODY_BYTES="1mb")):
            with self.subTest(changes), override_settings(**changes), self.assertLogs("sojourn_django", "ERROR"):
                response = Visitor().http.get(URL, HTTP_ORIGIN="https://app")
                self.assertEqual((response.status_code, response.has_header("Access-Control-Allow-Origin")), (500, False))


class ControlTest(SessionTestCase):
    def cause(self, event, visitor=None, **members):
        return (visitor or self.visitor).post("/control", {"json": {"event": event, **members}})

    def test_is_not_there_unless_asked_for(self):
        with override_settings(SOJOURN={}):
            self.assertEqual(self.cause("flush").status_code, 404)

    def test_an_event_that_is_none_is_501(self):
        self.assertEqual(self.cause("explode").status_code, 501)

    def test_writes_and_reads(self):
        self.assertEqual(body_of(self.cause("read")), {"data": None})
        self.cause("write", set={"a": 1, "_b": 2, "c": 3})
        self.cause("write", delete=["c", "d"])
        data = body_of(self.cause("read"))["data"]
        data.pop("_sojourn", None)
        self.assertEqual(data, {"a": 1, "_b": 2})

    def test_signs_in_and_out(self):
        self.cause("log-in", identity="ada")
        self.assertEqual(self.visitor.http.get("/who").content, b"ada")
        self.cause("log-out")
        self.assertEqual(self.visitor.http.get("/who").content, b"AnonymousUser")

    @skip_on("signed_cookies", because="the cookie is the session")
    def test_expires(self):
        self.visitor.set(a=1)
        self.assertNotIn(settings.SESSION_COOKIE_NAME, self.cause("expire").cookies)
        self.assertTrue(self.visitor.read()["unknownKey"])

    def test_breaks_once(self):
        self.visitor.set(a=1)
        self.cause("break")
        self.assertEqual(Visitor().get().status_code, 200)
        with self.assertLogs("sojourn_django"):
            self.assertProblem(self.visitor.get(), 503, "unavailable")
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_rotates_and_flushes(self):
        self.visitor.set(a=1)
        key = self.visitor.key
        self.cause("rotate")
        self.assertNotEqual(self.visitor.key, key)
        self.assertEqual(self.visitor.read()["data"], {"a": 1})
        self.cause("flush")
        self.assertIsNone(self.visitor.read()["lineage"])
        self.assertEqual(json.loads(self.visitor.get().content)["version"], "v0")
