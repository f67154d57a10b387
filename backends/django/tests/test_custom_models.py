"""Session models with columns of their own: Django's "Extending database-backed session engines"."""
from datetime import timedelta
from unittest import mock, skipUnless

from django.test import override_settings
from django.utils import timezone

from devices.models import DeviceSession
from devices.sessions import SessionStore

from project.settings import ENGINE
from support import SessionTestCase, Visitor, later, session_cookie, store


class Cases:
    """Each runs on the engine over the model, and on the merging engine over it."""

    def row(self):
        return DeviceSession.objects.get(session_key=self.visitor.key)

    def test_a_commit_writes_the_columns_that_come_from_the_data(self):
        self.visitor.set(device="phone")
        self.assertEqual(self.row().device, "phone")
        self.visitor.set(device="laptop")
        self.assertEqual((self.row().device, self.row().label), ("laptop", "none"))
        self.visitor.commit(delete=["device"])
        self.assertEqual(self.row().device, "unknown")

    def test_a_commit_moves_auto_now_and_leaves_auto_now_add(self):
        self.visitor.set(a=1)
        before = self.row()
        with later(100):
            self.visitor.set(a=2)
        after = self.row()
        self.assertEqual(after.created, before.created)
        self.assertGreater(after.touched, before.touched + timedelta(seconds=99))

    def test_a_log_in_and_a_log_out_reach_the_columns(self):
        user = self.signed_up()
        self.visitor.set(device="phone")
        self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        self.visitor.set(a=1)
        self.assertEqual((self.row().account_id, self.row().device), (user.pk, "phone"))
        self.visitor.run(lambda request: request.session.pop("_auth_user_id") and None)
        self.assertIsNone(self.row().account_id)

    def test_a_new_key_keeps_the_columns_and_a_late_request_is_recognized(self):
        self.visitor.set(device="phone")
        late = Visitor()
        late.key = self.visitor.key
        self.visitor.commit(cycleKey=True)
        self.assertEqual(self.row().device, "phone")
        self.assertIsNone(session_cookie(late.write(b=1)))
        self.visitor.end()
        self.assertEqual(DeviceSession.objects.filter(session_key=self.visitor.key).count(), 0)

    def test_the_age_of_the_engine_is_the_policy(self):
        with mock.patch.object(SessionStore, "get_session_cookie_age", lambda session: 86_400):
            committed, read = self.visitor.set(a=1), self.visitor.read()
            self.assertAlmostEqual(committed["expiry"]["age"], 86_400, delta=5)
            self.assertAlmostEqual(read["expiry"]["age"], 86_400, delta=5)
            self.assertAlmostEqual((self.row().expire_date - timezone.now()).total_seconds(), 86_400, delta=5)

    def test_the_note_of_an_old_key_counts_for_no_account(self):
        user = self.signed_up()
        self.visitor.set(a=1)
        self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        self.visitor.commit(cycleKey=True)
        self.assertEqual(DeviceSession.objects.filter(account_id=user.pk).count(), 1)

    def test_a_model_that_takes_no_note_loses_no_session(self):
        self.visitor.set(device="phone")
        create = SessionStore.create_model_instance

        def strict(session, data, create=create):
            row = create(session, data)
            row.device = data.get("device")
            return row

        with mock.patch.object(SessionStore, "create_model_instance", strict), self.assertLogs("sojourn_django") as logs:
            self.assertEqual(self.visitor.commit(cycleKey=True).status_code, 200)
        self.assertIn("create_model_instance takes no session without keys", logs.output[0])
        self.assertEqual(self.visitor.read()["data"], {"device": "phone"})


ONCE = skipUnless(ENGINE == "db", "once is enough: the engine of the run plays no part")


@ONCE
@override_settings(SESSION_ENGINE="devices.sessions")
class CustomModelTest(Cases, SessionTestCase):
    pass


@ONCE
@override_settings(SESSION_ENGINE="devices.merging")
class MergingCustomModelTest(Cases, SessionTestCase):
    def test_djangos_own_test_of_an_extra_column_passes(self):
        session = store()
        session["_auth_user_id"] = 42
        session.save()
        self.assertEqual(DeviceSession.objects.get(session_key=session.session_key).account_id, 42)
        del session["_auth_user_id"]
        session.save()
        self.assertIsNone(DeviceSession.objects.get(session_key=session.session_key).account_id)
