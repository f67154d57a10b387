"""What manage.py check says, and the control URL."""
import json

from django.conf import settings
from django.test import SimpleTestCase, override_settings

from sojourn_django.checks import check_settings

from support import SessionTestCase, Visitor, body_of, skip_on

GOOD = {"SESSION_ENGINE": "django.contrib.sessions.backends.db", "SOJOURN": {"KEYS": ["a"]}, "SESSION_COOKIE_SECURE": True}
LOCAL = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SILENT = {"default": {**LOCAL["default"], "OPTIONS": {"IGNORE_EXCEPTIONS": True}}}
FIRST, *REST = settings.MIDDLEWARE


class CheckTest(SimpleTestCase):
    def ids(self, **changes):
        with override_settings(**{**GOOD, **changes}):
            return [message.id for message in check_settings()]

    def test_good_settings_are_not_complained_of(self):
        self.assertEqual(self.ids(), [])

    def test_each_that_is_unsafe_is_told(self):
        backends = "django.contrib.sessions.backends"
        for wanted, changes in {
            "sojourn.E001": {"SOJOURN": {"NONE": 1}},
            "sojourn.E002": {"MIDDLEWARE": [FIRST, *REST[1:]]},
            "sojourn.E003": {"MIDDLEWARE": [REST[0], FIRST, *REST[1:]]},
            "sojourn.E004": {"MIDDLEWARE": [name for name in settings.MIDDLEWARE if "csrf" not in name]},
            "sojourn.E005": {"SOJOURN": {"KEYS": ["a"], "ORIGINS": ["https://app.example/"]}},
            "sojourn.E010": {"SOJOURN": {}},
            "sojourn.E011": {"SOJOURN": {"KEYS": ["otp_device_id"]}, "INSTALLED_APPS": [*settings.INSTALLED_APPS, "django_otp"]},
            "sojourn.W001": {"SESSION_ENGINE": f"{backends}.signed_cookies"},
            "sojourn.W002": {"SESSION_ENGINE": f"{backends}.cached_db", "CACHES": LOCAL},
            "sojourn.W010": {"SESSION_ENGINE": f"{backends}.cached_db", "CACHES": SILENT},
            "sojourn.W003": {"SESSION_SAVE_EVERY_REQUEST": True},
            "sojourn.W006": {"SESSION_COOKIE_SECURE": False},
            "sojourn.W007": {"SOJOURN": {"KEYS": ["a"], "TEST_CONTROL": True}},
            "sojourn.W008": {"CSRF_USE_SESSIONS": True},
            "sojourn.W009": {"MIDDLEWARE": [name for name in settings.MIDDLEWARE if "auth" not in name]},
        }.items():
            with self.subTest(wanted):
                self.assertEqual(self.ids(**changes), [wanted])

    def test_a_middleware_that_is_missing_is_told(self):
        self.assertEqual(self.ids(MIDDLEWARE=REST), ["sojourn.E003"])

    def test_a_cache_that_is_unsafe_is_told(self):
        caches = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
        self.assertEqual(self.ids(SESSION_ENGINE="django.contrib.sessions.backends.cache", CACHES=caches), ["sojourn.E001"])

    def test_atomic_requests_on_sqlite_are_told(self):
        settings.DATABASES["default"]["ATOMIC_REQUESTS"], before = True, settings.DATABASES["default"].get("ATOMIC_REQUESTS", False)
        try:
            self.assertEqual(self.ids(), ["sojourn.W004"])
        finally:
            settings.DATABASES["default"]["ATOMIC_REQUESTS"] = before

    def test_a_merging_engine_may_save_on_every_request(self):
        self.assertEqual(self.ids(SESSION_ENGINE="sojourn_django.sessions.db", SESSION_SAVE_EVERY_REQUEST=True), [])


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
