"""``sojourn_django.state(request)`` and ``{% sojourn_state %}``."""
import json
import re
from unittest import mock

from django.conf import settings
from django.contrib.messages.storage.session import SessionStorage
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.template import engines
from django.test import override_settings
from django.urls import include, path
from django.views.decorators.cache import cache_page

import sojourn_django
from sojourn_django.conf import get_settings
from sojourn_django.engines.choice import engine_for

from project.urls import urlpatterns as project_urls
from support import NOT_SIGNED, SessionTestCase, Visitor, session_cookie, store


@cache_page(600)
def cached(request):
    return HttpResponse(json.dumps(sojourn_django.state(request)))


urlpatterns = [path("cached", cached), path("", include(project_urls))]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
SITE_CACHE = ["django.middleware.cache.UpdateCacheMiddleware", *settings.MIDDLEWARE, "django.middleware.cache.FetchFromCacheMiddleware"]
#: What a read may tell otherwise than a page: whose commit was the last, the age within the second, the token.
PARTICULAR = ("last", "csrf", "expiry")


class StateTest(SessionTestCase):
    def page(self, before=lambda request: None, after=lambda request: None):
        """A page that renders the state; returns the state and the response."""
        rendered = []

        def view(request):
            before(request)
            rendered.append(sojourn_django.state(request))
            after(request)

        response = self.visitor.run(view)
        self.assertEqual(response.status_code, 200, response.content)
        return rendered[0], response

    def assertSame(self, rendered):
        """It is what the endpoint tells afterwards."""
        read = self.visitor.read()
        self.assertEqual(*({name: value for name, value in state.items() if name not in PARTICULAR} for state in (rendered, read)))
        self.assertAlmostEqual(rendered["expiry"]["age"], read["expiry"]["age"], delta=5)
        self.assertNotIn("csrf", rendered)

    def test_it_is_what_the_endpoint_tells(self):
        self.signed_up()
        self.assertSame(self.page()[0])
        self.visitor.set(a=1, b={"x": [1.0, None]})
        self.assertSame(self.page()[0])
        self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        rendered = self.page()[0]
        self.assertSame(rendered)
        self.assertIsNotNone(rendered["identity"])
        self.visitor.write(_secret=1, hidden=2)
        self.assertSame(self.page()[0])

    @NOT_SIGNED
    def test_a_cookie_that_names_nothing(self):
        self.visitor.key = "u" * 32
        rendered, response = self.page()
        self.assertTrue(rendered["unknownKey"])
        self.assertIsNone(session_cookie(response))

    def test_reading_creates_nothing_and_sets_no_cookie_but_that_of_the_csrf_token(self):
        rendered, response = self.page()
        self.assertEqual((rendered["lineage"], rendered["data"]), (None, {}))
        self.assertIsNone(session_cookie(response))
        self.assertIn(settings.CSRF_COOKIE_NAME, response.cookies)
        self.assertNotIn(settings.CSRF_COOKIE_NAME, self.page()[1].cookies)

    def test_it_disarms_nothing(self):
        self.visitor.set(a=1)

        def after(request):
            request.session["b"] = 2
            messages = SessionStorage(request)
            messages.add(20, "Saved")
            messages.update(HttpResponse())

        self.page(lambda request: request.session.update({"c": 3}), after)
        session = store(self.visitor.key)
        self.assertEqual((session["a"], session["b"], session["c"]), (1, 2, 3))
        self.assertIn("Saved", str(session["_messages"]))

    def test_it_tells_what_the_view_wrote_before(self):
        self.visitor.set(a=1)
        rendered, response = self.page(lambda request: request.session.update({"a": 2, "t": (1, 2)}))
        self.assertEqual(rendered["data"], {"a": 2, "t": [1, 2]})
        self.assertEqual(rendered["version"], response["Session-Version"])
        self.assertSame(rendered)

    def test_a_log_in_and_a_log_out_before_it(self):
        from django.contrib.auth import login, logout

        user = self.signed_up()
        self.visitor.set(a=1)
        rendered, _ = self.page(lambda request: login(request, user))
        self.assertSame(rendered)
        self.assertIsNotNone(rendered["identity"])
        rendered, _ = self.page(logout)
        self.assertSame(rendered)
        self.assertIsNone(rendered["lineage"])

    def test_a_log_in_keeps_its_new_csrf_token(self):
        from django.contrib.auth import login

        user = self.signed_up()
        self.visitor.read()
        before = self.visitor.http.cookies[settings.CSRF_COOKIE_NAME].value
        self.page(lambda request: login(request, user))
        self.assertNotEqual(self.visitor.http.cookies[settings.CSRF_COOKIE_NAME].value, before)

    def test_a_session_that_the_view_creates_has_no_state_yet(self):
        rendered, response = self.page(lambda request: request.session.update({"a": 1}))
        self.assertEqual((rendered["lineage"], rendered["version"], rendered["data"]), (None, "v0", {}))
        self.assertNotEqual(response["Session-Version"], "v0")
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_what_admit_refuses_and_what_cannot_be_read_is_none(self):
        self.visitor.set(a=1)
        with override_settings(SOJOURN={**settings.SOJOURN, "ADMIT": lambda request: "unauthenticated"}):
            self.assertIsNone(self.page()[0])
        for changes in ({"ADMIT": lambda request: 1 / 0}, {"IDENTITY": lambda request: 5}):
            with override_settings(SOJOURN={**settings.SOJOURN, **changes}), self.assertLogs("sojourn_django", "ERROR"):
                self.assertIsNone(self.page()[0])

    @NOT_SIGNED
    def test_a_store_that_is_down_does_not_break_the_page(self):
        self.visitor.set(a=1)
        engine = type(engine_for(type(store()), get_settings()))
        with mock.patch.object(engine, "read", side_effect=OSError), self.assertLogs("sojourn_django", "ERROR"):
            self.assertIsNone(self.page()[0])

    def test_no_cache_keeps_the_page(self):
        self.visitor.set(a=1)
        self.assertEqual(self.page()[1]["Cache-Control"], "private, no-cache")
        self.assertIn("Cookie", self.page()[1]["Vary"])

        def public(request):
            sojourn_django.state(request)
            return HttpResponse("page", headers={"Cache-Control": "public, max-age=60"})

        self.assertEqual(self.visitor.run(public)["Cache-Control"].replace("max-age=60, private", "private, max-age=60"), "private, max-age=60")


@override_settings(ROOT_URLCONF=__name__)
class CachedTest(SessionTestCase):
    def assertFresh(self, middleware):
        caches[settings.CACHE_MIDDLEWARE_ALIAS].clear()
        self.visitor = Visitor()
        with override_settings(MIDDLEWARE=middleware):
            for url, values in (("/cached", {"a": 1}), ("/cached", {"a": 2})):
                self.visitor.set(**values)
                self.assertEqual(json.loads(self.visitor.http.get(url).content)["data"], values)
            self.assertEqual(json.loads(Visitor().http.get("/cached").content)["data"], {})

    def test_no_cache_of_django_serves_a_page_with_a_state(self):
        self.assertFresh(settings.MIDDLEWARE)
        self.assertFresh(SITE_CACHE)


@override_settings(TEMPLATES=TEMPLATES)
class TagTest(SessionTestCase):
    def render(self, source="{% load sojourn %}{% sojourn_state %}"):
        def view(request):
            return HttpResponse(engines["django"].from_string(source).render({}, request))

        response = self.visitor.run(view)
        return response.content.decode()

    def test_renders_what_the_client_takes_as_its_initial_state(self):
        self.visitor.set(a=1)
        found = re.fullmatch('<script id="session-state" type="application/json">(.*)</script>', self.render())
        rendered = json.loads(found[1])
        self.assertEqual((list(rendered), rendered["state"]["data"]), (["state"], {"a": 1}))
        self.assertEqual(rendered["state"]["version"], self.visitor.read()["version"])

    def test_no_value_ends_the_element(self):
        value = "</script><script>alert(1)</script><!-- & \u2028"
        self.visitor.set(a=value)
        html = self.render()
        self.assertEqual((html.count("<"), html.count("&")), (2, 0))
        self.assertEqual(json.loads(html.split(">", 1)[1].rsplit("<", 1)[0])["state"]["data"], {"a": value})

    def test_takes_another_id(self):
        self.assertIn('id="session"', self.render('{% load sojourn %}{% sojourn_state "session" %}'))

    def test_is_null_if_there_is_no_state(self):
        with override_settings(SOJOURN={**settings.SOJOURN, "ADMIT": lambda request: "unauthenticated"}):
            self.assertIn(">null<", self.render())

    def test_says_so_without_a_request(self):
        with self.assertRaisesMessage(ImproperlyConfigured, "context_processors.request"):
            engines["django"].from_string("{% load sojourn %}{% sojourn_state %}").render({})
