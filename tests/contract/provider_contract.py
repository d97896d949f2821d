"""What must every store remember of providers? A suite beside those of post_contract."""

from dataclasses import replace
from datetime import timedelta

from engine.model.receipt import Push, Receipt, Verdict
from engine.ports.attempts import Answered, Attempt, Circuit, CircuitState
from engine.ports.outbox import OutboxStatus, Settlement
from tests.contract.builders import MINUTE, NOW, PHONE, a_report, a_scan
from tests.contract.outbox_contract import OutboxContract
from tests.contract.store_contract import Stores, accept, first_pending

TO = f"sms:{PHONE}"


def an_attempt(effect_id: str, **changes: object) -> Attempt:
    attempt = Attempt(effect_id=effect_id, key="k1", nth=1, connection="aliyun", channel="sms", recipient=TO, at=NOW)
    return replace(attempt, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.


def a_receipt(verdict: Verdict, **changes: object) -> Receipt:
    return replace(Receipt(verdict=verdict, key="k1", at=NOW), **changes)  # type: ignore[arg-type]  # Likewise.


def a_push(body: bytes = b"[]", **changes: object) -> Push:
    return replace(Push(body=body, headers={"a": "b"}, query=(("ref", "k1"),), url="https://x/in", at=NOW), **changes)  # type: ignore[arg-type]  # Likewise.


class AttemptsContract:
    """Requests, written before they leave and answered once."""

    def begun(self, stores: Stores, **changes: object) -> Attempt:
        (effect_id,) = OutboxContract().issue(stores, {})
        stores.outbox.claim(NOW, 10, owner="a", lease_until=NOW + MINUTE)
        attempt = an_attempt(effect_id, **changes)
        stores.outbox.hand_over(effect_id, NOW, recipient=TO, masked="…", attempt=attempt)
        return attempt

    def settle(self, stores: Stores, attempt: Attempt, receipt: Receipt) -> None:
        settlement = Settlement(effect_id=attempt.effect_id, status=OutboxStatus.ACCEPTED, answered=(Answered(attempt, receipt),))
        stores.outbox.settle(settlement, NOW)

    def test_an_attempt_is_known_before_it_is_answered_and_keeps_no_number(self, stores: Stores) -> None:
        attempt = self.begun(stores)

        (found,) = stores.providers.of_effect(attempt.effect_id)

        assert found == replace(attempt, recipient="")
        assert found == stores.providers.of_key("k1") == stores.providers.last_to(TO)
        assert stores.providers.of_key("none") is None
        assert stores.providers.last_to("sms:1") is None

    def test_the_same_attempt_begun_again_stays_one(self, stores: Stores) -> None:
        attempt = self.begun(stores)

        stores.outbox.hand_over(attempt.effect_id, NOW, recipient=TO, masked="…", attempt=attempt)
        stores.outbox.hand_over(attempt.effect_id, NOW, recipient=TO, masked="…", attempt=replace(attempt, connection="spare"))

        assert [one.connection for one in stores.providers.of_effect(attempt.effect_id)] == ["aliyun", "spare"]

    def test_the_answer_and_the_receipt_are_two_things(self, stores: Stores) -> None:
        attempt = self.begun(stores)
        answered = a_receipt(Verdict.ACCEPTED, provider_id="biz1", code="OK", measures=(("segments", "2"),))
        self.settle(stores, attempt, answered)
        (accepted,) = stores.providers.of_effect(attempt.effect_id)

        told = a_receipt(Verdict.DELIVERED, reason="receipt", at=NOW + MINUTE, measures=(("cost", "0.05"),))
        self.settle(stores, accepted, told)

        found = stores.providers.of_provider_id("aliyun", "biz1")
        assert found is not None
        assert (found.verdict, found.receipt, found.receipt_at) == (Verdict.ACCEPTED, Verdict.DELIVERED, NOW + MINUTE)
        assert (found.code, dict(found.measures)) == ("OK", {"segments": "2", "cost": "0.05"})
        assert stores.providers.of_provider_id("other", "biz1") is None
        assert stores.providers.of_provider_id("aliyun", "") is None

    def test_attempts_are_counted_by_number_and_connection(self, stores: Stores) -> None:
        attempt = self.begun(stores)
        later = NOW + MINUTE
        stores.outbox.hand_over(attempt.effect_id, later, recipient=TO, masked="…", attempt=replace(attempt, nth=2, at=later))

        assert list(stores.providers.reached("aliyun", TO, NOW)) == [NOW, later]
        assert list(stores.providers.reached("aliyun", TO, NOW + timedelta(seconds=1))) == [later]
        assert list(stores.providers.reached("spare", TO, NOW)) == []
        assert [one.nth for one in stores.providers.lately("aliyun", NOW, 10)] == [2, 1]
        assert [one.nth for one in stores.providers.lately("aliyun", NOW, 1)] == [2]

    def test_attempts_are_counted_by_what_became_of_them(self, stores: Stores) -> None:
        first = self.begun(stores)
        self.settle(stores, first, a_receipt(Verdict.ACCEPTED, measures=(("cost", "0.05"),)))
        (accepted,) = stores.providers.of_effect(first.effect_id)
        self.settle(stores, accepted, a_receipt(Verdict.DELIVERED, reason="receipt", at=NOW + MINUTE))
        for nth in (2, 3):
            stores.outbox.hand_over(first.effect_id, NOW, recipient=TO, masked="…", attempt=replace(first, nth=nth))

        delivered, begun = sorted(stores.providers.counted(NOW), key=lambda one: one.number)

        assert (delivered.connection, delivered.verdict, delivered.receipt, delivered.number) == (
            "aliyun",
            Verdict.ACCEPTED,
            Verdict.DELIVERED,
            1,
        )
        assert (dict(delivered.measures), delivered.last_receipt_at) == ({"cost": "0.05"}, NOW + MINUTE)
        assert (begun.verdict, begun.receipt, begun.number, begun.last_receipt_at) == (None, None, 2, None)
        assert stores.providers.counted(NOW + MINUTE) == []

    def test_an_unknown_outcome_is_found_when_its_time_to_be_asked_has_come(self, stores: Stores) -> None:
        attempt = self.begun(stores)
        stores.outbox.settle(Settlement(effect_id=attempt.effect_id, status=OutboxStatus.UNKNOWN, next_at=NOW + MINUTE), NOW)

        assert stores.outbox.doubtful(NOW, 10) == []
        assert [row.effect.id for row in stores.outbox.doubtful(NOW + MINUTE, 10)] == [attempt.effect_id]

        stores.outbox.settle(Settlement(effect_id=attempt.effect_id, status=OutboxStatus.DONE), NOW)
        assert stores.outbox.doubtful(NOW + MINUTE, 10) == []


class CircuitsContract:
    """Breakers, suppressed numbers, pushes."""

    def test_a_breaker_tells_when_it_changes(self, stores: Stores) -> None:
        opened = Circuit(connection="aliyun", state=CircuitState.OPEN, since=NOW, reason="account")

        assert not stores.providers.switch(replace(opened, state=CircuitState.CLOSED))
        assert [stores.providers.switch(opened) for _ in range(2)] == [True, False]
        assert list(stores.providers.circuits()) == [opened]
        assert stores.providers.switch(replace(opened, state=CircuitState.CLOSED, since=NOW + MINUTE, reason=""))
        assert [one.state for one in stores.providers.circuits()] == [CircuitState.CLOSED]

    def test_a_suppressed_number_is_remembered_and_shown_masked(self, stores: Stores) -> None:
        assert [stores.providers.suppress(PHONE, "opted_out", "sms", NOW) for _ in range(2)] == [True, False]

        (shown,) = stores.providers.suppressions(10)
        assert stores.providers.is_suppressed(PHONE)
        assert (PHONE in shown.number, shown.why, shown.by, shown.at) == (False, "opted_out", "sms", NOW)
        assert [stores.providers.lift(PHONE) for _ in range(2)] == [True, False]
        assert not stores.providers.is_suppressed(PHONE)

    def test_a_push_is_kept_once_and_read_once(self, stores: Stores) -> None:
        assert [stores.providers.keep("aliyun", a_push()) for _ in range(2)] == [True, False]
        assert stores.providers.keep("other", a_push())
        assert stores.providers.keep("aliyun", a_push(b"\xff\x00"))

        first, _, third = stores.providers.unread(NOW, 10)
        assert (first.connection, first.push, first.tried, third.push.body) == ("aliyun", a_push(), 0, b"\xff\x00")
        stores.providers.read(first.id, NOW)
        stores.providers.read(third.id, NOW, again_at=NOW + MINUTE)

        assert [one.connection for one in stores.providers.unread(NOW, 10)] == ["other"]
        assert [one.tried for one in stores.providers.unread(NOW + MINUTE, 10)] == [0, 1]


class DoubtsContract:
    """Sendings of unknown outcome, and events that could not be decided."""

    def test_unknown_sendings_are_listed_until_they_are_settled(self, stores: Stores) -> None:
        (effect_id,) = OutboxContract().issue(stores, {})
        stores.outbox.claim(NOW, 10, owner="a", lease_until=NOW + MINUTE)
        assert stores.doubts.unknown(10) == []

        stores.outbox.settle(Settlement(effect_id=effect_id, status=OutboxStatus.UNKNOWN, error="no_answer"), NOW)
        assert [(row.effect.id, row.error) for row in stores.doubts.unknown(10)] == [(effect_id, "no_answer")]
        assert stores.doubts.unknown(0) == []

        stores.outbox.settle(Settlement(effect_id=effect_id, status=OutboxStatus.DONE), NOW)
        assert stores.doubts.unknown(10) == []

    def test_a_dead_event_is_listed_and_comes_back_once_as_if_it_had_just_come(self, stores: Stores) -> None:
        accept(stores, a_report(1), a_scan(2))
        first = first_pending(stores)
        for retry_at in (NOW, None):
            stores.store.failed(first.inbox_id, "ValueError: no", retry_at)

        (dead,) = stores.doubts.dead(10)
        assert (dead.inbox_id, dead.case, dead.event_id, dead.attempts, dead.error) == (
            first.inbox_id,
            first.case_id,
            "e-1",
            2,
            "ValueError: no",
        )
        assert stores.store.pending(NOW, 10) == []
        assert not stores.doubts.revive(dead.inbox_id + 100)

        assert [stores.doubts.revive(dead.inbox_id) for _ in range(2)] == [True, False]
        assert stores.doubts.dead(10) == []
        assert [(one.inbox_id, one.attempts) for one in stores.store.pending(NOW, 10)] == [(first.inbox_id, 0)]

    def test_a_dead_event_that_is_discarded_is_never_decided_and_what_waits_behind_it_follows(self, stores: Stores) -> None:
        accept(stores, a_report(1), a_scan(2))
        first = first_pending(stores)
        stores.store.failed(first.inbox_id, "ValueError: no", None)

        answers = [stores.doubts.discard(first.inbox_id) for _ in range(2)]

        assert answers == [True, False]
        assert stores.doubts.dead(10) == []
        assert [one.event.id for one in stores.store.pending(NOW, 10)] == ["e-2"]
