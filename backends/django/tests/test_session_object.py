"""``request.session`` before, inside and after the endpoint, as the project's middlewares and views meet it."""
import json
from unittest import mock, skipUnless

import django
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpResponse
from django.test import AsyncClient, RequestFactory, SimpleTestCase, override_settings

from sojourn_django.views import session_view

from support import NOT_SIGNED, ORIGIN, URL, SessionTestCase, Visitor, session_cookie, store

HOOKED = override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, "project.middleware.HookMiddleware"])


def hook(**functions):
    """Has HookMiddleware call a function with each request, ``before`` or ``after`` the view."""
    return mock.patch.multiple("project.middleware", **functions)


@HOOKED
class AfterTest(SessionTestCase):
    """A middleware that uses the session once the endpoint has responded."""

    def responses(self):
        """One response of each kind, by a name for it and the key that the browser has then."""
        yield "none", self.visitor.get()
        yield "created", self.visitor.commit(set={"a": 1})
        yield "read", self.visitor.get()
        yield "replaced", self.visitor.commit(set={"a": 2})
        yield "rotated", self.visitor.commit(cycleKey=True)
        yield "refused", self.visitor.send(b"no JSON")
        yield "gone", self.visitor.end("another")
        yield "ended", self.visitor.end()

    def test_it_reads_whatever_django_gives_and_changes_no_response(self):
        plain = [(kind, response.status_code, bool(session_cookie(response))) for kind, response in self.responses()]
        seen = []

        def read(request):
            session = request.session
            self.assertIsInstance(session, SessionBase)
            seen.append((session.session_key, session.is_empty(), session.modified, session.get("a"), dict(session.items()).get("a")))
            self.assertGreater(session.get_expiry_age(), 0)
            self.assertFalse(session.get_expire_at_browser_close())

        self.visitor = Visitor()
        keys, told = [], []
        with hook(after=read):
            for kind, response in self.responses():
                told.append((kind, response.status_code, bool(session_cookie(response))))
                keys.append(self.visitor.key)
        self.assertEqual(told, plain)
        # `commit` reads first, so several requests come before some of these.
        self.assertEqual([key for key, *_ in seen if key in keys], [key for key, *_ in seen])
        self.assertEqual(seen[-1], (None, True, False, None, None))
        self.assertIn((keys[3], False, False, 2, 2), seen)
        self.assertNotIn(True, [modified for _, _, modified, _, _ in seen])

    @override_settings(SESSION_SAVE_EVERY_REQUEST=True)
    def test_without_a_write_nothing_is_saved_and_no_cookie_is_set(self):
        self.visitor.set(a=1)
        before = self.visitor.read()
        with hook(after=lambda request: request.session.session_key), mock.patch.object(type(store()), "save") as save:
            self.assertIsNone(session_cookie(self.visitor.get()))
        save.assert_not_called()
        self.assertEqual(self.visitor.read()["version"], before["version"])

    def test_what_it_writes_is_stored_beside_what_a_commit_stored(self):
        def count(request):
            request.session["hits"] = request.session.get("hits", 0) + 1

        self.visitor.set(a=1)
        with hook(after=count):
            self.visitor.get()
            self.assertEqual(self.visitor.commit(set={"a": 2}).status_code, 200)
        session = store(self.visitor.key)
        self.assertEqual((session["a"], session["hits"]), (2, 3))

    def test_what_it_writes_after_the_first_commit_is_stored_in_the_session_that_was_created(self):
        body = self.visitor.body(set={"a": 1})
        with hook(after=lambda request: request.session.update({"b": 2})):
            response = self.visitor.send(body)
        self.assertEqual(session_cookie(response).value, self.visitor.key)
        session = store(self.visitor.key)
        self.assertEqual((session["a"], session["b"]), (1, 2))

    @NOT_SIGNED
    def test_the_cookie_lasts_as_the_endpoint_says(self):
        body = self.visitor.body(set={"a": 1})
        with hook(after=lambda request: request.session.update({"b": 2})):
            cookie = session_cookie(self.visitor.send(body))
        self.assertAlmostEqual(cookie["max-age"], 2 * settings.SESSION_COOKIE_AGE, delta=5)

    def test_what_it_writes_after_the_end_begins_another_session(self):
        lineage = self.visitor.set(a=1)["lineage"]
        with hook(after=lambda request: request.method == "DELETE" and request.session.update({"b": 2})):
            self.assertEqual(self.visitor.end(lineage).status_code, 204)
        state = self.visitor.read()
        self.assertNotIn(state["lineage"], (None, lineage))
        self.assertEqual(dict(store(self.visitor.key).items()).get("b"), 2)
        self.assertNotIn("a", store(self.visitor.key))

    @NOT_SIGNED
    def test_what_it_writes_under_a_key_that_a_log_in_took_away_is_dropped(self):
        self.signed_up()
        self.visitor.set(a=1)
        late = Visitor()
        late.key = self.visitor.key
        self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        with hook(after=lambda request: request.session.update({"b": 2})):
            self.assertIsNone(session_cookie(late.get()))

    def test_it_may_end_the_session(self):
        self.visitor.set(a=1)
        with hook(after=lambda request: request.session.flush()):
            self.assertEqual(session_cookie(self.visitor.get())["max-age"], 0)
        self.assertIsNone(self.visitor.read()["lineage"])


@HOOKED
class BeforeTest(SessionTestCase):
    """A middleware, or a hook, that writes the session before the endpoint looks at it."""

    def test_what_it_writes_is_stored(self):
        self.visitor.set(a=1)
        with hook(before=lambda request: request.session.update({"b": 2})):
            self.assertEqual(self.visitor.get().status_code, 200)
            self.assertEqual(self.visitor.commit(set={"a": 2}).status_code, 200)
        session = store(self.visitor.key)
        self.assertEqual((session["a"], session["b"]), (2, 2))

    def test_a_session_that_it_creates_reaches_the_browser(self):
        with hook(before=lambda request: request.session.update({"b": 2})):
            self.visitor.get()
        self.assertEqual(store(self.visitor.key)["b"], 2)

    def test_a_function_of_the_settings_may_write_it(self):
        def admit(request):
            request.session["reads"] = request.session.get("reads", 0) + 1

        self.visitor.set(a=1)
        with override_settings(SOJOURN={**settings.SOJOURN, "ADMIT": admit}):
            self.visitor.get()
            self.visitor.get()
        self.assertEqual(store(self.visitor.key)["reads"], 2)


class InsideTest(SessionTestCase):
    """A page that calls the endpoint to render the state, and goes on."""

    def test_messages_and_writes_are_not_lost(self):
        self.visitor.set(a=1)

        def page(request):
            request.session["before"] = 1
            session_view(request)
            request.session["after"] = 2
            messages = SessionStorage(request)
            messages.add(20, "Saved")
            response = HttpResponse("page")
            messages.update(response)
            return response

        for method in ("GET", "POST"):
            with self.subTest(method):

                def view(request, method=method):
                    request.method = method  # The endpoint refuses a POST.
                    return page(request)

                self.visitor.run(view)
                session = store(self.visitor.key)
                self.assertEqual((session["a"], session.pop("before"), session.pop("after")), (1, 1, 2))
                self.assertIn("Saved", str(session.pop("_messages")))
                session.save()

    @skipUnless(django.VERSION >= (5, 1), "Django has async sessions from 5.1 on")
    def test_async_methods_work(self):
        self.signed_up()
        self.visitor.set(a=1)
        self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        seen = []

        def page(request):
            session_view(request)

            async def read():
                await request.session.aset("b", 2)
                seen.extend([(await request.auser()).get_username(), await request.session.aget("a")])
                await request.session.asave()

            async_to_sync(read)()

        self.assertEqual(self.visitor.run(page).status_code, 200)
        self.assertEqual((seen, store(self.visitor.key)["b"]), (["ada", 1], 2))


class AsgiTest(SessionTestCase):
    async def test_the_endpoint_and_its_session_work_under_asgi(self):
        http = AsyncClient()
        state = (await http.get(URL)).json()
        body = {"lineage": None, "base": state["version"], "after": 0, "set": {"a": 1}}
        fields = {"origin": ORIGIN, "idempotency-key": f'"{"c" * 22}/1"', "x-csrftoken": state["csrf"]}
        response = await http.generic("PATCH", URL, json.dumps(body), content_type="application/json", **fields)
        self.assertEqual((response.status_code, response.json()["data"]), (200, {"a": 1}))
        self.assertEqual((await http.get(URL)).json()["data"], {"a": 1})


class WithoutTest(SimpleTestCase):
    def test_a_request_without_a_session_of_django_is_a_500_that_says_so(self):
        for session in (None, {}):
            request = RequestFactory().get(URL)
            if session is not None:
                request.session = session
            with self.assertLogs("sojourn_django", "ERROR") as logs:
                self.assertEqual(session_view(request).status_code, 500)
            self.assertIn("SessionMiddleware", logs.output[0])


@NOT_SIGNED
class OwnCookieTest(SessionTestCase):
    """Views that touch the session's cookie themselves."""

    def setUp(self):
        super().setUp()
        self.signed_up()
        self.visitor.set(a=1)
        self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})

    def who(self):
        return self.visitor.http.get("/who").content.decode()

    def test_a_view_logs_out_by_deleting_the_cookie_alone(self):
        for touch in (lambda request: None, lambda request: str(request.user), lambda request: request.session.get("a")):
            self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
            self.assertEqual(self.who(), "ada")

            def view(request, touch=touch):
                touch(request)
                response = HttpResponse("out")
                response.delete_cookie(settings.SESSION_COOKIE_NAME)
                return response

            response = self.visitor.run(view)
            self.assertEqual(session_cookie(response)["max-age"], 0)
            self.assertEqual(response["Session-Version"], "v0")
            self.assertEqual(self.who(), "AnonymousUser")

    def test_a_view_logs_out_by_a_cookie_that_is_over(self):
        def view(request):
            response = HttpResponse("out")
            response.set_cookie(settings.SESSION_COOKIE_NAME, request.session.session_key, max_age=0)
            return response

        self.assertEqual(self.visitor.run(view)["Session-Version"], "v0")
        self.assertEqual(self.who(), "AnonymousUser")

    def test_a_view_sets_the_same_cookie_for_longer(self):
        def view(request):
            response = HttpResponse("remembered")
            response.set_cookie(settings.SESSION_COOKIE_NAME, request.session.session_key, max_age=99)
            return response

        self.assertEqual(session_cookie(self.visitor.run(view))["max-age"], 99)

    def test_a_view_gives_the_browser_another_session(self):
        other = Visitor()
        other.set(a=2)

        def view(request):
            response = HttpResponse("switched")
            response.set_cookie(settings.SESSION_COOKIE_NAME, other.key)
            return response

        self.visitor.run(view)
        self.assertEqual(self.visitor.read()["data"], {"a": 2})

    def test_the_deletion_of_a_cookie_that_names_nothing_is_kept_back(self):
        self.visitor.key = "u" * 32
        self.assertIsNone(session_cookie(self.visitor.http.get("/read")))
