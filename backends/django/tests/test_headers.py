"""Header fields of the endpoint, and caches of Django in front of it."""
from django.conf import settings
from django.core.cache import caches
from django.test import override_settings
from django.urls import include, path
from django.views.decorators.cache import cache_page

from sojourn_django.views import session_view

from project.urls import urlpatterns as project_urls
from support import URL, SessionTestCase, Visitor

urlpatterns = [path("cached", cache_page(600)(session_view)), path("", include(project_urls))]

EVERY = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}
SITE_CACHE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    *settings.MIDDLEWARE,
    "django.middleware.cache.FetchFromCacheMiddleware",
]


class HeadersTest(SessionTestCase):
    def responses(self, **headers):
        """One response of each kind, by a name for it."""
        self.visitor.set(a=1)
        version = self.visitor.read()["version"]
        request, body = self.visitor.http.generic, self.visitor.body(set={"a": 2})
        yield "200", self.visitor.get(**headers)
        yield "304", self.visitor.get(HTTP_IF_NONE_MATCH=f'"{version}"', **headers)
        yield "HEAD", self.visitor.http.head(URL, **headers)
        yield "OPTIONS", self.visitor.http.options(URL, **headers)
        yield "405", request("PUT", URL, **headers)
        yield "400", self.visitor.get(**{**headers, "HTTP_SESSION_CLIENT": "short"})
        yield "403", self.visitor.send(body, **{**headers, "HTTP_ORIGIN": "https://evil.example"})
        yield "415", self.visitor.send(body, CONTENT_TYPE="text/plain", **headers)
        yield "409", self.visitor.send({**body, "expect": {"a": "other"}}, **headers)
        yield "PATCH", self.visitor.send(body, **headers)
        yield "410", self.visitor.end("other", **headers)
        yield "204", self.visitor.end(**headers)
        with override_settings(SOJOURN={**settings.SOJOURN, "ADMIT": lambda request: "unauthenticated"}):
            yield "401", self.visitor.get(**headers)

    def test_every_response_keeps_a_state_out_of_caches_and_frames(self):
        for kind, response in self.responses():
            with self.subTest(kind):
                self.assertEqual({name: response[name] for name in EVERY}, EVERY)
                self.assertEqual(response["Vary"], "Cookie, Origin, Session-Request")
                self.assertNotIn("Session-Request", response)

    def test_every_response_echoes_the_name_of_its_request(self):
        for kind, response in self.responses(HTTP_SESSION_REQUEST="Zk3v0cJp2mY"):
            with self.subTest(kind):
                self.assertEqual(response["Session-Request"], "Zk3v0cJp2mY")

    def test_a_name_that_is_no_visible_text_is_not_echoed(self):
        for name in ("a b", "ü", "x" * 257, "a\tb", ""):
            with self.subTest(name):
                response = self.visitor.get(HTTP_SESSION_REQUEST=name)
                self.assertEqual((response.status_code, response.has_header("Session-Request")), (200, False))

    def test_vary_names_the_origin_only_if_the_project_lists_origins(self):
        with override_settings(SOJOURN={**settings.SOJOURN, "ORIGINS": []}):
            self.assertEqual(self.visitor.get()["Vary"], "Cookie, Session-Request")


class CacheTest(SessionTestCase):
    """Django's own caches: the per-site cache of 3.2 stores a response that is only ``no-store``."""

    def setUp(self):
        super().setUp()
        caches[settings.CACHE_MIDDLEWARE_ALIAS].clear()

    def assertFresh(self, url):
        self.visitor.set(theme="dark")
        other = Visitor()
        other.read()
        for _ in range(3):
            self.assertEqual(self.visitor.http.get(url).json()["data"], {"theme": "dark"})
        self.visitor.set(theme="light")
        self.assertEqual(self.visitor.http.get(url).json()["data"], {"theme": "light"})
        self.assertEqual(other.http.get(url).json()["data"], {})

    @override_settings(MIDDLEWARE=SITE_CACHE)
    def test_the_per_site_cache_never_serves_a_state(self):
        self.assertFresh(URL)

    @override_settings(MIDDLEWARE=SITE_CACHE)
    def test_the_per_site_cache_never_serves_what_says_that_nothing_changed(self):
        version = self.visitor.set(a=1)["version"]
        for _ in range(2):
            self.assertEqual(self.visitor.get(HTTP_IF_NONE_MATCH=f'"{version}"').status_code, 304)
        self.visitor.set(a=2)
        self.assertEqual(self.visitor.get(HTTP_IF_NONE_MATCH=f'"{version}"').status_code, 200)

    @override_settings(ROOT_URLCONF=__name__)
    def test_a_view_under_cache_page_never_serves_a_state(self):
        self.assertFresh("/cached")
