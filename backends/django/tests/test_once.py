"""Exactly once, new keys, and the end of a session."""
from support import NOT_SIGNED, SessionTestCase, Visitor, body_of, later, session_cookie


class OnceTest(SessionTestCase):
    def test_the_same_bytes_are_stored_once(self):
        self.visitor.set(a=1)
        body = self.visitor.body(set={"a": 2})
        first = body_of(self.visitor.send(body))
        self.visitor.write(a=3)
        response = self.visitor.send(body)
        self.assertEqual((response.status_code, body_of(response)["data"], body_of(response)["last"]), (200, {"a": 3}, 2))
        self.assertNotEqual(body_of(response)["version"], first["version"])

    def test_a_first_commit_whose_answer_was_lost_comes_again(self):
        body = self.visitor.body(set={"a": 1})
        first = self.visitor.send(body)
        again = self.visitor.send(body)
        self.assertEqual((again.status_code, body_of(again)["lineage"]), (200, body_of(first)["lineage"]))
        self.assertIsNotNone(session_cookie(again))

    def test_a_number_with_another_body_is_422(self):
        self.visitor.set(a=1)
        self.assertProblem(self.visitor.commit(n=1, set={"a": 2}, after=0), 422, "key-reused")
        self.visitor.commit(set={"a": 3})
        self.assertProblem(self.visitor.commit(n=1, set={"a": 1}, after=0), 422, "key-reused")
        self.assertEqual(self.visitor.read()["data"], {"a": 3})

    def test_after_must_be_the_last(self):
        self.visitor.set(a=1)
        body = self.assertProblem(self.visitor.commit(after=0, set={"a": 2}), 409, "out-of-step")
        self.assertEqual((body["last"], body["data"]), (1, {"a": 1}))

    def test_another_lineage_is_410(self):
        self.visitor.set(a=1)
        body = self.assertProblem(self.visitor.commit(lineage="other"), 410, "gone")
        self.assertEqual(body["data"], {"a": 1})

    def test_64_clients_are_remembered(self):
        self.visitor.set(a=1)
        tabs = [Visitor(self.visitor) for _ in range(63)]
        for tab in tabs:
            tab.commit()
        self.assertEqual(self.visitor.read()["last"], 1)
        Visitor(self.visitor).commit()
        forgotten = self.visitor.read()
        self.assertEqual((forgotten["last"], forgotten["forgotten"]), (0, True))
        self.assertProblem(self.visitor.commit(base="v0-x", after=1, n=2), 409, "forgotten")

    def test_records_are_private(self):
        self.visitor.set(a=1)
        self.assertEqual(self.visitor.read()["data"], {"a": 1})
        self.assertProblem(self.visitor.commit(delete=["_sojourn"]), 422, "private-key")


@NOT_SIGNED
class RotationTest(SessionTestCase):
    def test_a_new_key_keeps_data_lineage_and_records(self):
        state, old = self.visitor.set(a=1), self.visitor.key
        response = self.visitor.commit(cycleKey=True, set={"b": 2})
        after = self.visitor.read()
        self.assertNotEqual(self.visitor.key, old)
        self.assertEqual(session_cookie(response).value, self.visitor.key)
        self.assertEqual((after["lineage"], after["data"], after["last"]), (state["lineage"], {"a": 1, "b": 2}, 2))

    def test_the_old_key_names_nothing(self):
        self.visitor.set(a=1)
        old = self.visitor.key
        self.visitor.commit(cycleKey=True)
        self.visitor.key = old
        self.assertTrue(self.visitor.read()["unknownKey"])
        self.assertEqual(body_of(self.visitor.http.get("/read")), {})

    def test_the_old_key_answers_the_commit_that_changed_it_for_60_seconds(self):
        self.visitor.set(a=1)
        old, body = self.visitor.key, self.visitor.body(cycleKey=True, set={"b": 1})
        self.visitor.send(body)
        new, self.visitor.key = self.visitor.key, old
        again = self.visitor.send(body)
        self.assertEqual((again.status_code, session_cookie(again).value), (200, new))
        self.visitor.key = old
        self.assertProblem(self.visitor.send({**body, "set": {"b": 2}}), 422, "key-reused")
        self.assertProblem(self.visitor.send({**body, "after": 2}, n=3), 410, "gone")
        with later(61):
            self.assertProblem(self.visitor.send(body), 410, "gone")

    def test_the_old_key_answers_no_other_client_whose_commit_is_stored(self):
        self.visitor.set(a=1)
        other = Visitor(self.visitor)
        body = other.body(set={"b": 1})
        other.send(body)
        old = self.visitor.key
        self.visitor.commit(cycleKey=True)
        self.visitor.key = old
        self.assertProblem(other.send(body), 410, "gone")

    def test_the_old_key_stores_nothing_once_the_commit_is_forgotten(self):
        self.visitor.set(a=1)
        old, body = self.visitor.key, self.visitor.body(cycleKey=True)
        self.visitor.send(body)
        for _ in range(64):
            Visitor(self.visitor).commit()
        self.visitor.key = old
        self.assertProblem(self.visitor.send(body), 410, "gone")

    def test_the_old_key_of_a_log_in_answers_nothing(self):
        self.signed_up()
        self.visitor.set(a=1)
        old, body = self.visitor.key, self.visitor.body(set={"b": 1})
        self.visitor.post("/sign-in", {"username": "ada", "password": "ada"})
        self.visitor.key = old
        self.assertProblem(self.visitor.send(body), 410, "gone")


class EndTest(SessionTestCase):
    def test_takes_data_key_and_cookie_away(self):
        self.visitor.set(a=1)
        key = self.visitor.key
        response = self.visitor.end()
        self.assertEqual((response.status_code, session_cookie(response)["max-age"]), (204, 0))
        self.assertIsNone(Visitor().read()["lineage"])
        if self.visitor.read().get("atomic") is not False:
            self.visitor.key = key
            self.assertTrue(self.visitor.read()["unknownKey"])

    def test_names_its_lineage(self):
        self.visitor.set(a=1)
        self.assertProblem(self.visitor.end("other"), 410, "gone")
        self.assertProblem(self.visitor.end(HTTP_SESSION_LINEAGE=""), 400, "bad-request")
        self.assertEqual(self.visitor.read()["data"], {"a": 1})

    def test_of_nothing_is_204_and_the_cookie_stays(self):
        self.assertEqual(self.visitor.end("other").status_code, 204)
        self.visitor.key = "u" * 32
        response = self.visitor.end("other")
        self.assertEqual((response.status_code, session_cookie(response)), (204, None))

    @NOT_SIGNED
    def test_a_late_commit_cannot_bring_it_back(self):
        self.visitor.set(a=1)
        key, body = self.visitor.key, self.visitor.body(set={"a": 2})
        self.visitor.end()
        self.visitor.key = key
        self.assertProblem(self.visitor.send(body), 410, "gone")
        self.assertTrue(self.visitor.read()["unknownKey"])
