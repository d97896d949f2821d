"""What must every outbox, work list and directory do? Suites beside those of store_contract."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from engine.model.case import ClockVerdict, ClockView
from engine.model.decision import Outcome
from engine.model.effect import EffectKind
from engine.ports.outbox import OutboxStatus, Settlement
from engine.ports.store import Conflict, NotFound
from engine.ports.worklist import Task, TaskStatus
from tests.contract.builders import MINUTE, NOW, PHONE, a_report, a_scan, a_timer, an_effect
from tests.contract.store_contract import CASE, Stores, accept, decide_next, first_pending, opened


class OutboxContract:
    """Claimed with a lease, handed over, settled."""

    def issue(self, stores: Stores, *changes: dict[str, Any]) -> list[str]:
        opened(stores)
        decision = decide_next(stores, effects=lambda case: [an_effect(case, n, **change) for n, change in enumerate(changes, 1)])
        return [effect.id for effect in decision.effects]

    def claim(self, stores: Stores, now: datetime = NOW, limit: int = 10, **changes: Any) -> list[str]:
        rows = stores.outbox.claim(now, limit, owner="a", lease_until=now + MINUTE, **changes)
        return [row.effect.id for row in rows]

    def test_a_row_is_claimed_once_and_counts_the_attempt(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {"fill": {"x": "{y}"}, "asks": ("a", "b"), "valid_until": NOW})

        (row,) = stores.outbox.claim(NOW, 10, owner="a", lease_until=NOW + MINUTE)

        assert (row.status, row.attempts) == (OutboxStatus.SENDING, 1)
        assert row.effect == an_effect(replace(stores.store.load(CASE), revision=0), fill={"x": "{y}"}, asks=("a", "b"), valid_until=NOW)
        assert self.claim(stores) == []
        assert stores.outbox.find(effect_id) == row
        assert stores.outbox.find("none") is None

    def test_rows_are_claimed_oldest_first_when_their_time_has_come(self, stores: Stores) -> None:
        ids = self.issue(stores, {"not_before": NOW + 2 * MINUTE}, {"not_before": NOW + MINUTE}, {"group_wait_seconds": 180}, {})

        assert self.claim(stores) == [ids[3]]
        assert self.claim(stores, NOW + 2 * MINUTE, limit=1) == [ids[1]]
        assert self.claim(stores, NOW + 3 * MINUTE) == [ids[0], ids[2]]

    def test_commands_are_claimed_by_their_connection_and_channels_may_be_left_out(self, stores: Stores) -> None:
        ids = self.issue(stores, {"kind": EffectKind.COMMAND, "channel": None, "target": "wms", "message": None}, {"channel": "chat"}, {})

        assert self.claim(stores, not_channels=["wms", "sms"]) == [ids[1]]
        assert self.claim(stores) == [ids[0], ids[2]]

    def test_shadow_and_mail_and_alarms_are_never_claimed(self, stores: Stores) -> None:
        ids = self.issue(stores, {"shadow": True}, {"kind": EffectKind.MAIL}, {"kind": EffectKind.ALARM, "text": "规则"})

        assert self.claim(stores) == []
        assert [(row.effect_id, row.status) for row in stores.directory.sent(CASE)] == [(ids[0], "shadow")]
        assert [(unread.kind, unread.detail) for unread in stores.directory.unread()] == [("alarm", "规则")]

    def test_a_retry_is_claimed_again_at_its_time(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        self.claim(stores)

        self.settle(stores, effect_id, OutboxStatus.RETRY, next_at=NOW + MINUTE, error="busy")

        assert stores.bells.next_due() == NOW + MINUTE
        assert self.claim(stores) == []
        (row,) = stores.outbox.claim(NOW + MINUTE, 10, owner="a", lease_until=NOW + 2 * MINUTE)
        assert (row.attempts, row.error) == (2, "busy")

    def test_settling_keeps_what_the_provider_said_and_accepts_the_receipt(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        self.claim(stores)
        receipt = a_report("r", "receipt", names={}, case_id=CASE, may_open=False)

        self.settle(stores, effect_id, OutboxStatus.ACCEPTED, provider_id="p1", reports=[receipt])
        self.settle(stores, effect_id, OutboxStatus.DONE)

        row = stores.outbox.find(effect_id)
        assert (row.status, row.provider_id) == (OutboxStatus.DONE, "p1")
        assert first_pending(stores).event.name == "receipt"

    def test_a_row_found_sending_past_its_lease_is_unknown(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        self.claim(stores)
        stores.outbox.hand_over(effect_id, NOW, recipient=PHONE, masked="…")

        assert stores.outbox.crashed(NOW) == []
        (row,) = stores.outbox.crashed(NOW + MINUTE)

        assert (row.effect.id, row.status, row.attempts) == (effect_id, OutboxStatus.UNKNOWN, 1)
        assert stores.outbox.crashed(NOW + MINUTE) == []
        assert self.claim(stores, NOW + MINUTE) == []
        assert stores.directory.backlog()["unknown"] == 1

    def test_a_row_claimed_and_never_handed_over_is_ready_again(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        self.claim(stores)

        assert stores.outbox.crashed(NOW + MINUTE) == []

        assert self.claim(stores, NOW + MINUTE) == [effect_id]

    def test_who_was_away_longer_than_its_lease_has_nothing_more_to_say(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        self.claim(stores)
        stores.outbox.crashed(NOW + MINUTE)
        self.claim(stores, NOW + MINUTE)
        stores.outbox.settle(Settlement(effect_id=effect_id, attempt=2, status=OutboxStatus.ACCEPTED), NOW + MINUTE)

        with pytest.raises(Conflict):
            stores.outbox.settle(Settlement(effect_id=effect_id, attempt=1, status=OutboxStatus.RETRY, next_at=NOW), NOW + MINUTE)

        row = stores.outbox.find(effect_id)
        assert row is not None
        assert row.status is OutboxStatus.ACCEPTED

    def test_companions_are_claimed_along_before_their_time_and_settled_by_themselves(self, stores: Stores) -> None:
        held = {"group": "g", "not_before": NOW + 5 * MINUTE}
        ids = self.issue(stores, {"group": "g"}, held, {"group": "h", "not_before": NOW + 5 * MINUTE})
        (row,) = stores.outbox.claim(NOW, 10, owner="a", lease_until=NOW + MINUTE)

        along = stores.outbox.companions(row, owner="a", lease_until=NOW + MINUTE)
        stores.outbox.hand_over(ids[0], NOW, recipient=PHONE, masked="…", carries=[ids[1]])
        self.settle(stores, ids[0], OutboxStatus.ACCEPTED)

        assert [other.effect.id for other in along] == [ids[1]]
        carried = stores.outbox.find(ids[1])
        assert (carried.status, carried.carried_by, carried.sent_at) == (OutboxStatus.SENDING, ids[0], NOW)
        assert [lost.effect.id for lost in stores.outbox.crashed(NOW + MINUTE)] == [ids[1]]
        assert stores.outbox.find(ids[2]).status is OutboxStatus.READY

    def test_a_carried_row_that_is_tried_again_is_carried_by_nobody(self, stores: Stores) -> None:
        ids = self.issue(stores, {"group": "g"}, {"group": "g", "not_before": NOW + 5 * MINUTE})
        (row,) = stores.outbox.claim(NOW, 10, owner="a", lease_until=NOW + MINUTE)
        stores.outbox.companions(row, owner="a", lease_until=NOW + MINUTE)
        stores.outbox.hand_over(ids[0], NOW, recipient=PHONE, masked="…", carries=[ids[1]])

        self.settle(stores, ids[1], OutboxStatus.RETRY, next_at=NOW + MINUTE)

        carried = stores.outbox.find(ids[1])
        assert (carried.status, carried.carried_by) == (OutboxStatus.RETRY, None)

    def test_a_resend_waits_for_its_channel(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {"waits_for_channel": "sms"})
        assert self.claim(stores, NOW + 60 * MINUTE) == []

        released = [stores.outbox.release(channel, NOW + 60 * MINUTE) for channel in ("chat", "sms", "sms")]

        assert released == [0, 1, 0]
        assert self.claim(stores, NOW + 60 * MINUTE) == [effect_id]

    def test_what_is_held_for_an_hour_is_claimed_by_its_key(self, stores: Stores) -> None:
        ids = self.issue(stores, {}, {}, {})
        self.claim(stores)
        for effect_id, key in zip(ids, ("digest:a", "digest:a", "digest:b"), strict=True):
            self.settle(stores, effect_id, OutboxStatus.RETRY, next_at=NOW + MINUTE, held_for=key)

        too_early = stores.outbox.held("digest:a", NOW, owner="a", lease_until=NOW + MINUTE)
        rows = stores.outbox.held("digest:a", NOW + MINUTE, owner="a", lease_until=NOW + 2 * MINUTE)

        assert too_early == []
        assert [(row.effect.id, row.held_for, row.status) for row in rows] == [(one, "digest:a", OutboxStatus.SENDING) for one in ids[:2]]
        assert self.claim(stores, NOW + MINUTE) == [ids[2]]

    def test_what_waits_for_a_person_is_piled_by_key_and_let_go_one_after_another(self, stores: Stores) -> None:
        ids = self.issue(stores, {}, {}, {}, {"waits_for_channel": "sms"})
        self.claim(stores)
        for effect_id, key in zip(ids, ("brake:x", "brake:y", "brake:x"), strict=False):
            self.settle(stores, effect_id, OutboxStatus.WAITING, held_for=key)
        assert self.claim(stores, NOW + 60 * MINUTE) == []
        assert [(pile.key, pile.count, pile.cases) for pile in stores.outbox.piles("brake:")] == [
            ("brake:x", 2, (CASE,)), ("brake:y", 1, (CASE,)),
        ]  # fmt: skip
        assert [row.effect.id for row in stores.outbox.waiting("brake:x", 1)] == [ids[0]]

        let_go = [stores.outbox.let_go("brake:x", NOW + MINUTE, seconds_apart=60) for _ in range(2)]

        assert let_go == [2, 0]
        assert self.claim(stores, NOW + MINUTE) == [ids[0]]
        assert self.claim(stores, NOW + 2 * MINUTE) == [ids[2]]
        row = stores.outbox.find(ids[2])
        assert row.held_for == "brake:x"

    def test_a_sending_counts_under_further_names_and_knows_whom_it_spoke_for(self, stores: Stores) -> None:
        ids = self.issue(stores, {}, {})
        for minutes in (0, 1):
            stores.outbox.hand_over(
                ids[0], NOW + minutes * MINUTE, recipient=PHONE, masked="…", carries=[ids[1]], counts=["rule:x", "told:y"]
            )

        assert [stores.outbox.sent_since(name, NOW + MINUTE) for name in (PHONE, "rule:x", "told:y", "rule:z")] == [1, 1, 1, 0]
        assert [row.effect.id for row in stores.outbox.carried(ids[0])] == [ids[1]]

    def test_what_was_sent_to_somebody_is_counted_by_message_and_time(self, stores: Stores) -> None:
        ids = self.issue(stores, {}, {"message": "other"}, {})
        for effect_id, minutes in zip(ids, (0, 1, 2), strict=True):
            stores.outbox.hand_over(effect_id, NOW + minutes * MINUTE, recipient=PHONE, masked="138****8000")

        assert stores.outbox.sent_since(PHONE, NOW) == 3
        assert stores.outbox.sent_since(PHONE, NOW + MINUTE) == 2
        assert stores.outbox.sent_since(PHONE, NOW, "chase_pickup") == 2
        assert stores.outbox.sent_since("13900139000", NOW) == 0
        assert stores.directory.sent(CASE)[0].masked == "138****8000"

    def test_a_row_for_several_people_counts_once_for_each(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        for recipient in ("1", "2", "1"):
            stores.outbox.hand_over(effect_id, NOW, recipient=recipient, masked="…")

        assert [stores.outbox.sent_since(recipient, NOW) for recipient in ("1", "2", "3")] == [1, 1, 0]

    def test_an_unknown_row_cannot_be_settled(self, stores: Stores) -> None:
        with pytest.raises(NotFound):
            self.settle(stores, "none", OutboxStatus.DONE)

    def settle(self, stores: Stores, effect_id: str, status: OutboxStatus, **changes: Any) -> None:
        stores.outbox.settle(Settlement(effect_id=effect_id, status=status, **changes), NOW)


class WorklistContract:
    """Tasks and calls, finished once."""

    def issue(self, stores: Stores, **changes: Any) -> str:
        opened(stores)
        task = {"to": "desk_agent", "text": "催提货", "asks": ("picked_up", "lost"), "message": None} | changes
        decision = decide_next(stores, effects=lambda case: [an_effect(case, 1, EffectKind.TASK, **task)])
        return decision.effects[0].id

    def call(self, **changes: Any) -> Task:
        call = Task(
            id="c/1/1", case=CASE, workflow="shipment", kind="call", role="desk_agent", text="您好", address=PHONE, key="k",
            asks=("told", "refused"), created_at=NOW,
        )  # fmt: skip
        return replace(call, **changes)

    def test_an_alarm_is_reworded_while_it_is_open_and_finished_without_a_paper(self, stores: Stores) -> None:
        alarm = Task(id="feed/tms/1", case="", workflow="", kind="alarm", role="last_resort", text="没有消息", created_at=NOW)
        stores.worklist.add(alarm)

        stores.worklist.reword(alarm.id, "还没有消息")
        done = stores.worklist.finish(alarm.id, "8011", NOW, result="", note="在修", report=None)
        stores.worklist.reword(alarm.id, "晚了")

        assert (done.first, done.task.text, stores.worklist.get(alarm.id).text) == (True, "还没有消息", "还没有消息")
        assert stores.worklist.tasks(case="")[0].note == "在修"

    def note(self) -> Any:
        return a_report("n", "picked_up", names={}, case_id=CASE, may_open=False)

    def test_a_task_effect_becomes_an_open_task(self, stores: Stores) -> None:
        task_id = self.issue(stores)

        task = stores.worklist.get(task_id)

        assert (task.kind, task.role, task.text, task.asks, task.status) == (
            "task",
            "desk_agent",
            "催提货",
            ("picked_up", "lost"),
            TaskStatus.OPEN,
        )
        assert (task.case, task.workflow, task.created_at) == (CASE, "shipment", NOW)
        assert stores.worklist.get("none") is None

    def test_a_shadow_task_is_recorded_and_put_before_nobody(self, stores: Stores) -> None:
        task_id = self.issue(stores, shadow=True)

        assert stores.worklist.tasks() == []
        assert [(row.effect_id, row.status) for row in stores.directory.sent(CASE)] == [(task_id, "shadow")]

    def test_a_call_is_added_once(self, stores: Stores) -> None:
        assert stores.worklist.add(self.call())
        assert not stores.worklist.add(self.call(text="again"))
        assert stores.worklist.tasks() == [self.call()]

    def test_tasks_are_listed_by_status_role_and_case_oldest_first(self, stores: Stores) -> None:
        new, old = self.call(id="a", created_at=NOW + MINUTE), self.call(id="b", role="hub", case="shipment:2")
        stores.worklist.add(new)
        stores.worklist.add(old)
        stores.worklist.claim("a", "8011", NOW, NOW + MINUTE)

        listed = stores.worklist

        assert [task.id for task in listed.tasks()] == ["b", "a"]
        assert [task.id for task in listed.tasks(status=[TaskStatus.OPEN])] == ["b"]
        assert [task.id for task in listed.tasks(status=[TaskStatus.OPEN, TaskStatus.CLAIMED], limit=1)] == ["b"]
        assert [task.id for task in listed.tasks(role="desk_agent")] == ["a"]
        assert [task.id for task in listed.tasks(case="shipment:2")] == ["b"]

    def test_a_claimed_task_is_held_until_its_claim_expires(self, stores: Stores) -> None:
        task_id = self.issue(stores)
        claim = stores.worklist.claim

        assert claim(task_id, "8011", NOW, NOW + MINUTE).claimed_by == "8011"
        assert claim(task_id, "8012", NOW, NOW + MINUTE) is None
        assert claim(task_id, "8011", NOW, NOW + 2 * MINUTE).claim_until == NOW + 2 * MINUTE
        assert claim(task_id, "8012", NOW + 2 * MINUTE, NOW + 3 * MINUTE).claimed_by == "8012"
        assert claim("none", "8011", NOW, NOW) is None

    def test_expired_claims_are_released(self, stores: Stores) -> None:
        task_id = self.issue(stores)
        stores.worklist.claim(task_id, "8011", NOW, NOW + MINUTE)

        released = [stores.worklist.release_expired(NOW), stores.worklist.release_expired(NOW + MINUTE)]

        assert released == [0, 1]
        task = stores.worklist.get(task_id)
        assert (task.status, task.claimed_by, task.claim_until) == (TaskStatus.OPEN, "", None)

    def test_a_task_is_finished_once_and_its_report_accepted(self, stores: Stores) -> None:
        task_id = self.issue(stores)

        first = stores.worklist.finish(task_id, "8011", NOW, result="picked_up", note="已提", report=self.note())
        again = stores.worklist.finish(task_id, "8012", NOW + MINUTE, result="lost", note="", report=replace(self.note(), names={"x": "y"}))

        assert first.first
        assert not again.first
        assert again.task == first.task == stores.worklist.get(task_id)
        assert (first.task.status, first.task.result, first.task.claimed_by) == (TaskStatus.DONE, "picked_up", "8011")
        assert [pending.event.name for pending in stores.store.pending(NOW, 10)] == ["picked_up"]

    def test_finishing_what_is_not_there_is_not_found(self, stores: Stores) -> None:
        with pytest.raises(NotFound):
            stores.worklist.finish("none", "8011", NOW, result="", note="", report=self.note())

    def test_only_an_unclaimed_task_is_withdrawn(self, stores: Stores) -> None:
        task_id = self.issue(stores)
        stores.worklist.add(self.call())
        stores.worklist.claim(task_id, "8011", NOW, NOW + MINUTE)

        withdrawn = [stores.worklist.withdraw(one, "reason_gone", NOW) for one in (task_id, "c/1/1", "c/1/1", "none")]

        assert withdrawn == [False, True, False, False]
        assert stores.worklist.get("c/1/1").withdrawn_why == "reason_gone"
        assert not stores.worklist.finish("c/1/1", "8011", NOW, result="told", note="", report=self.note()).first


class DirectoryContract:
    """What may be asked."""

    def test_a_case_row_shows_where_the_case_stands(self, stores: Stores) -> None:
        opened(stores)

        decision = decide_next(stores, standing={"contradictions": 2})

        (row,) = stores.directory.cases()
        standing = decision.standing
        assert (row.id, row.workflow, row.state, row.revision, row.final) == (CASE, "shipment", "intake", 1, False)
        assert (row.fields, row.clocks, row.names) == (standing.fields, standing.clocks, standing.names)
        assert (row.entered_at, row.opened_at, row.contradictions, row.next_due) == (NOW, NOW, 2, NOW + 60 * MINUTE)

    def test_cases_are_listed_page_by_page_and_filtered(self, stores: Stores) -> None:
        late = ClockView(policy="pickup", number=1, started_at=NOW, due=NOW, verdict=ClockVerdict.LATE, late_seconds=1.5)
        standings: list[dict[str, Any]] = [{"state": "transit", "clocks": (late,)}, {"final": True}, {}]
        for number, standing in enumerate(standings, 1):
            decide_next(stores, opened(stores, number, names={"waybill_no": str(number)}), standing=standing)
        ask = stores.directory.cases

        def ids(**wanted: Any) -> list[str]:
            return [row.id[-1] for row in ask(**wanted)]

        assert ids() == ["1", "2", "3"]
        assert ids(limit=2) == ["1", "2"]
        assert ids(after="shipment:2") == ["3"]
        assert ids(late=True) == ["1"]
        assert ids(late=False) == ["2", "3"]
        assert ids(final=True) == ["2"]
        assert ids(state="transit") == ["1"]
        assert ids(workflow="ticket") == []
        assert ask(late=True)[0].next_due is None
        assert stores.directory.counts() == {"shipment": {"transit": 1, "intake": 2}}

    def test_a_case_is_found_by_id_and_by_any_name(self, stores: Stores) -> None:
        opened(stores, names={"waybill_no": "1001", "order_no": "A9"})

        found = [[row.id for row in stores.directory.find(text)] for text in (CASE, "1001", "A9", "A")]

        assert found == [[CASE], [CASE], [CASE], []]

    def test_a_name_belongs_to_the_first_case(self, stores: Stores) -> None:
        opened(stores)
        opened(stores, 2, names={"waybill_no": "2002"})

        decide_next(stores, "shipment:2002", standing={"names": {"waybill_no": "1001"}})

        assert accept(stores, a_scan(3))[0].case_id == CASE

    def test_the_backlog_counts_what_waits(self, stores: Stores) -> None:
        opened(stores)
        decide_next(stores, timers=[a_timer(CASE)], effects=lambda case: [an_effect(case)])
        accept(stores, a_scan(2), a_scan(3, "unknown"))

        backlog = stores.directory.backlog()

        assert backlog == {
            "inbox_pending": 1, "inbox_oldest_at": NOW.timestamp(), "timers_armed": 1,
            "timer_oldest_due": (NOW + 10 * MINUTE).timestamp(), "outbox_ready": 1, "outbox_oldest_at": NOW.timestamp(),
            "dead": 0, "parked": 1, "unknown": 0,
        }  # fmt: skip

    def test_nothing_waits_in_an_empty_store(self, stores: Stores) -> None:
        assert set(stores.directory.backlog().values()) == {0}
        assert stores.directory.unread() == []
        assert stores.directory.journal("none") == []
        assert stores.directory.sent("none") == []
        assert stores.directory.private("none") == {}

    def test_an_event_no_workflow_declares_is_listed_newest_first(self, stores: Stores) -> None:
        opened(stores)
        accept(stores, a_scan(2, received_at=NOW + MINUTE), a_scan("late", "unknown", received_at=NOW + 2 * MINUTE))
        decide_next(stores)

        decide_next(stores, outcome=Outcome.UNKNOWN_EVENT, keeps=False)

        assert [(one.kind, one.event_id) for one in stores.directory.unread()] == [("parked", "e-late"), ("unrecognised", "e-2")]
        assert len(stores.directory.unread(1)) == 1

    def test_of_a_personal_field_the_last_value_is_known(self, stores: Stores) -> None:
        private = frozenset({"phone"})
        opened(stores, data={"phone": "1"}, private=private)
        accept(stores, a_scan(2, data={"phone": "2"}, private=private))

        assert stores.directory.private(CASE) == {"phone": "2"}
