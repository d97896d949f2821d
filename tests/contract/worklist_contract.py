"""What must every store's worklist do? One suite for all who keep tasks and calls."""

from dataclasses import replace
from typing import Any

import pytest

from engine.model.effect import EffectKind
from engine.ports.store import NotFound
from engine.ports.worklist import Task, TaskStatus
from tests.contract.builders import MINUTE, NOW, PHONE, a_report, an_effect
from tests.contract.store_contract import CASE, Stores, decide_next, opened


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
