"""The call list: a call is a row a person finishes."""

from datetime import timedelta

import pytest

from adapters.clock import SettableClock
from adapters.memory.state import State
from adapters.memory.worklist import MemoryWorklist
from adapters.phone.call_list import CallList
from engine.model.receipt import Sent, Verdict
from engine.ports.worklist import TaskStatus
from tests.contract.gateway_contract import KEY, NOW, TEXT, GatewayContract, a_parcel

LATER = NOW + timedelta(minutes=10)


class TestCallListKeepsTheContract(GatewayContract):
    @pytest.fixture
    def gateway(self, clock: SettableClock) -> CallList:
        self.worklist = MemoryWorklist(State())
        return CallList(self.worklist, clock, role="desk_agent")

    def deliveries(self) -> int:
        return len(self.worklist.tasks(status=tuple(TaskStatus)))


@pytest.fixture
def worklist() -> MemoryWorklist:
    return MemoryWorklist(State())


@pytest.fixture
def calls(worklist: MemoryWorklist) -> CallList:
    return CallList(worklist, SettableClock(NOW), role="desk_agent")


def test_a_call_carries_script_remark_and_number_to_the_desk(calls: CallList, worklist: MemoryWorklist) -> None:
    calls.send(a_parcel())

    task = worklist.get("shipment:261123001/3/1")

    assert task is not None
    assert (task.kind, task.role, task.workflow, task.case) == ("call", "desk_agent", "shipment", "shipment:261123001")
    assert (task.text, task.remark, task.address, task.key) == (TEXT, "短信通道不通", "13812345678", KEY)


def test_without_a_desk_the_role_of_the_parcel_takes_the_call(worklist: MemoryWorklist) -> None:
    CallList(worklist, SettableClock(NOW)).send(a_parcel())

    assert worklist.tasks()[0].role == "hub_dispatcher"


def test_an_unclaimed_call_can_be_taken_back(calls: CallList, worklist: MemoryWorklist) -> None:
    sent = calls.send(a_parcel())

    calls.cancel(KEY)

    found = calls.look_up(Sent(key=KEY, provider_id=sent.provider_id, address="", handed_at=NOW))
    assert worklist.tasks(status=(TaskStatus.WITHDRAWN,))[0].id == sent.provider_id
    assert found is not None
    assert (found.verdict, found.reason) == (Verdict.REJECTED, "expired")


def test_a_claimed_call_is_not_taken_back(calls: CallList, worklist: MemoryWorklist) -> None:
    sent = calls.send(a_parcel())
    worklist.claim(sent.provider_id, "8011", NOW, LATER)

    calls.cancel(KEY)

    assert worklist.get(sent.provider_id).status is TaskStatus.CLAIMED  # type: ignore[union-attr]  # It was added above.
