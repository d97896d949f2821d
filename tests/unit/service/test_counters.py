"""The post room and its providers: failover, breakers, limits, lost answers, receipts of every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from engine.model.receipt import Capabilities, Parcel, Push, Pushed, Receipt, Sent, ShortReply, Verdict
from engine.ports.attempts import CircuitState
from engine.ports.outbox import OutboxRow, OutboxStatus
from engine.service.pushes import Mailroom
from tests.time.world import CONTACTS, World, first, message, messages, when

ONE_HOUR = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]")
FALLBACK = "if_not_delivered: {after: 5 min, channel: phone, to: desk, note_why: yes, resend_when_back: yes}"
LATE = "11-23 10:00"

MAIN = """
kind: connection
connection: main
label: 主用
type: kannel
carries: sms
url: http://127.0.0.1:1
username: u
password: env:P
"""
SPARE = MAIN.replace("connection: main", "connection: spare").replace("主用", "备用") + "backup_for: main\n"
LIMITED = MAIN + "limits: {per_number: 1 per 30 min}\n"
A_ROBOT = MAIN + "limits: {at_most: 20 per 1 min}\n"
PAIR = (
    CONTACTS.replace("roles:\n", "roles:\n  pair: {label: 两人, on_duty: two}\n")
    + """
rotas:
  two:
    label: 双岗
    timezone: Asia/Shanghai
    shifts: [{people: [ann, bob]}]
"""
)


CAPABILITIES = Capabilities(receipts=True, look_up=True, replies=True)


class Crash(BaseException):
    """The daemon dies while the request is on its way."""


@dataclass(slots=True)
class Provider:
    """A provider of the test: answers as scripted, then delivers; remembers every request."""

    name: str
    now: Callable[[], datetime]
    script: list[tuple[Verdict, str]] = field(default_factory=list)
    always: tuple[Verdict, str] = (Verdict.ACCEPTED, "")
    capabilities: Capabilities = CAPABILITIES
    asked: list[Parcel] = field(default_factory=list)
    looked_up: list[Sent] = field(default_factory=list)
    truth: tuple[Verdict, str] | None = None
    is_open: bool = True
    pushed: Pushed | None = None
    crash: bool = False

    def send(self, parcel: Parcel) -> Receipt:
        self.asked.append(parcel)
        if self.crash:
            raise Crash
        verdict, reason = self.script.pop(0) if self.script else self.always
        provider_id = f"{self.name}-{len(self.asked)}" if verdict is Verdict.ACCEPTED else ""
        return Receipt(verdict=verdict, reason=reason, key=parcel.key, at=self.now(), provider_id=provider_id)

    def look_up(self, sent: Sent) -> Receipt | None:
        self.looked_up.append(sent)
        return Receipt(verdict=self.truth[0], reason=self.truth[1], key=sent.key, at=self.now()) if self.truth else None

    def cancel(self, key: str) -> None: ...

    def probe(self) -> bool:
        return self.is_open

    def read(self, push: Push) -> Pushed | None:
        return self.pushed


@dataclass(slots=True)
class Desk:
    """A world whose SMS go to `main`, and to `spare` where there is one."""

    world: World
    main: Provider
    spare: Provider

    @property
    def mailroom(self) -> Mailroom:
        post = self.world.simulation.post
        return Mailroom(self.world.stores.outbox, self.world.stores.store, post.counters)

    def push(self, *receipts: Receipt, replies: tuple[ShortReply, ...] = (), body: bytes = b"1") -> None:
        """The provider pushes; it is read at once."""
        self.main.pushed = Pushed(receipts=receipts, replies=replies, answer="ok")
        self.mailroom.keep("main", Push(body=body, headers={}, at=self.world.simulation.now))
        self.read()

    def read(self) -> None:
        self.mailroom.read_all(self.world.simulation.now)
        self.world.simulation.settle()

    def row(self, case: str = "T1") -> OutboxRow:
        sent = [one for one in self.world.stores.directory.sent(f"ticket:{case}") if one.channel == "sms"]
        found = self.world.stores.outbox.find(sent[0].effect_id)
        assert found is not None
        return found

    def calls(self) -> list[Parcel]:
        return list(self.world.simulation.gateways["phone"].carried)


def a_desk(*, spare: bool = False, text: str = FALLBACK, main: str = MAIN, to: str = "boss", **changed: str) -> Desk:
    more: Mapping[str, str] = {"spare": SPARE} if spare else {}
    world = World(sla=ONE_HOUR, messages=messages(message("hurry", text, to=to)), main=main, **more, **changed)
    clock = world.simulation.clock
    desk = Desk(world, Provider("main", clock.now), Provider("spare", clock.now))
    gateways = {**world.simulation.gateways, "main": desk.main, "spare": desk.spare}
    world.simulation.post.serve(gateways, {"sms": ["main", "spare"] if spare else ["main"]})
    return desk


def late(desk: Desk, at: str = LATE, case: str = "T1", **data: str) -> Desk:
    """The case is late at ten, and the message leaves."""
    desk.world.hear("created", "11-23 09:00", case=case, **data)
    desk.world.until(at)
    return desk


def a_receipt(parcel: Parcel, verdict: Verdict = Verdict.DELIVERED, reason: str = "receipt", **changes: object) -> Receipt:
    return replace(Receipt(verdict=verdict, reason=reason, key=parcel.key, at=when(LATE)), **changes)  # type: ignore[arg-type]  # A builder takes any field by name.


# ---- failover and breakers ----------------------------------------------------------------------------------------------------


def test_what_surely_did_not_leave_by_one_provider_leaves_by_the_next_under_the_same_key() -> None:
    desk = a_desk(spare=True)
    desk.main.script = [(Verdict.RETRY, "no_connection")]

    late(desk)

    assert [one.key for one in desk.main.asked] == [one.key for one in desk.spare.asked]
    assert desk.calls() == []


def test_an_unknown_outcome_is_never_offered_to_another_provider() -> None:
    desk = a_desk(spare=True)
    desk.main.script = [(Verdict.UNKNOWN, "cut")]

    late(desk, "11-23 10:04")

    assert (len(desk.main.asked), len(desk.spare.asked)) == (1, 0)
    desk.world.until("11-23 10:05")
    assert [one.remark for one in desk.calls()] != []


def test_a_refused_account_opens_the_breaker_and_the_next_message_goes_to_the_spare_at_once() -> None:
    desk = a_desk(spare=True)
    desk.main.always = (Verdict.REJECTED, "account")
    late(desk)

    late(desk, "11-23 10:30", "T2")

    assert (len(desk.main.asked), len(desk.spare.asked)) == (1, 2)
    assert [(one.connection, one.state) for one in desk.world.stores.providers.circuits()] == [("main", CircuitState.OPEN)]


def test_with_every_breaker_open_the_call_comes_at_once_and_nothing_is_asked() -> None:
    desk = a_desk()
    desk.main.always = (Verdict.REJECTED, "account")
    late(desk)
    desk.world.hear("created", "11-23 10:01", case="T2")

    desk.world.until("11-23 11:01")

    assert len(desk.main.asked) == 1
    assert [one.case for one in desk.calls()] == ["ticket:T1", "ticket:T2"]


def test_a_message_without_a_fallback_waits_for_the_channel_and_leaves_when_it_is_back() -> None:
    desk = a_desk(text="")
    desk.main.always = (Verdict.REJECTED, "account")
    late(desk)
    desk.world.hear("created", "11-23 09:30", case="T2")
    desk.world.until("11-23 10:40")

    desk.main.always = (Verdict.ACCEPTED, "")
    desk.world.simulation.post.probe(desk.world.simulation.now)
    desk.world.until("11-23 10:41")

    assert [one.case for one in desk.main.asked] == ["ticket:T1", "ticket:T2"]
    assert desk.world.notes("held", "T2") == ["11-23 10:30 hurry"]


def test_a_provider_that_answers_nothing_twenty_times_in_a_minute_is_shut() -> None:
    desk = a_desk()
    desk.main.always = (Verdict.UNKNOWN, "no_answer")
    for number in range(25):
        desk.world.hear("created", "11-23 09:00", case=f"T{number}")

    desk.world.until(LATE)

    assert len(desk.main.asked) == 20
    assert len(desk.calls()) == 5


def test_a_person_pauses_a_provider_and_nothing_leaves_by_it_until_it_goes_on() -> None:
    desk = a_desk(text="")
    counters = desk.world.simulation.post.counters
    counters.pause("main", "改签名", "ann", when("11-23 09:00"))
    late(desk)
    desk.world.simulation.post.probe(desk.world.simulation.now)
    desk.world.until("11-23 10:01")
    assert desk.main.asked == []

    desk.world.simulation.post.channel_back("sms", desk.world.simulation.now)
    desk.world.until("11-23 10:02")

    assert len(desk.main.asked) == 1


# ---- limits -------------------------------------------------------------------------------------------------------------------


def test_a_number_that_was_reached_too_often_is_reached_when_its_window_has_room() -> None:
    desk = a_desk(text="", main=LIMITED)
    desk.world.hear("created", "11-23 09:00", case="T1")
    desk.world.hear("created", "11-23 09:10", case="T2")

    desk.world.until("11-23 10:29")
    before = len(desk.main.asked)
    desk.world.until("11-23 10:31")

    assert (before, [one.case for one in desk.main.asked]) == (1, ["ticket:T1", "ticket:T2"])


def test_what_would_come_too_late_for_its_limit_falls_back_at_once() -> None:
    desk = a_desk(main=LIMITED)
    desk.world.hear("created", "11-23 09:00", case="T1")
    desk.world.hear("created", "11-23 09:10", case="T2")

    desk.world.until("11-23 10:10")

    assert [one.case for one in desk.calls()][-1:] == ["ticket:T2"]


def test_a_provider_with_twenty_a_minute_gets_twenty_then_the_next_twenty_in_order_and_none_is_lost() -> None:
    desk = a_desk(text="", main=A_ROBOT)
    cases = [f"T{number}" for number in range(1, 46)]
    for second, case in enumerate(cases):
        desk.world.hear("created", f"11-23 09:00:{second:02}", case=case)
    asked = []

    for at in ("10:00:59", "10:01:19", "10:01:30", "10:03"):
        desk.world.until(f"11-23 {at}")
        asked.append(len(desk.main.asked))

    assert asked[0] == 20
    assert asked[1] == 40
    assert [one.case for one in desk.main.asked] == [f"ticket:{case}" for case in cases]


def test_what_comes_in_while_others_wait_for_room_does_not_overtake_them() -> None:
    desk = a_desk(text="", main=MAIN + "limits: {at_most: 1 per 10 min}\n")
    for at, case in (("09:00", "T1"), ("09:01", "T2"), ("09:10", "T3"), ("09:11", "T4")):
        desk.world.hear("created", f"11-23 {at}", case=case)

    desk.world.until("11-23 10:45")

    assert [one.case for one in desk.main.asked] == ["ticket:T1", "ticket:T2", "ticket:T3", "ticket:T4"]


def test_a_sending_to_several_people_waits_until_there_is_room_for_all_of_them() -> None:
    desk = a_desk(text="", main=MAIN + "limits: {at_most: 3 per 1 min}\n", to="pair", contacts=PAIR)
    desk.world.hear("created", "11-23 09:00", case="T1")
    desk.world.hear("created", "11-23 09:00:10", case="T2")

    desk.world.until("11-23 10:00:30")
    before = len(desk.main.asked)
    desk.world.until("11-23 10:01:30")

    assert (before, len(desk.main.asked)) == (2, 4)


# ---- lost answers -------------------------------------------------------------------------------------------------------------


def test_a_lost_answer_is_asked_for_and_never_sent_again() -> None:
    desk = a_desk()
    desk.main.script = [(Verdict.UNKNOWN, "no_answer")]
    late(desk)
    post, now = desk.world.simulation.post, desk.world.simulation.now
    early = post.ask_again(now + timedelta(seconds=29))
    desk.main.truth = (Verdict.DELIVERED, "receipt")

    cleared = post.ask_again(now + timedelta(seconds=30))
    desk.world.until("11-23 10:30")

    assert (early, cleared, len(desk.main.asked), desk.calls()) == (0, 1, 1, [])
    assert desk.main.looked_up[0].address == "13800000002"


def test_a_lost_answer_that_cannot_be_found_is_asked_for_more_and_more_seldom_then_left_to_a_person() -> None:
    desk = a_desk(text="")
    desk.main.script = [(Verdict.UNKNOWN, "no_answer")]
    late(desk)
    post, start = desk.world.simulation.post, desk.world.simulation.now

    for second in range(0, 3600, 10):
        post.ask_again(start + timedelta(seconds=second))

    assert 25 <= len(desk.main.looked_up) <= 35
    assert desk.world.stores.directory.backlog()["unknown"] == 1


def test_before_a_resend_the_original_is_looked_up_and_what_arrived_is_not_sent_twice() -> None:
    desk = a_desk()
    desk.main.script = [(Verdict.ACCEPTED, "")]
    late(desk, "11-23 10:06")
    desk.main.truth = (Verdict.DELIVERED, "receipt")

    desk.world.simulation.post.channel_back("sms", desk.world.simulation.now)
    desk.world.until("11-23 10:30")

    assert (len(desk.main.asked), len(desk.calls())) == (1, 1)


def test_a_resend_leaves_once_when_the_original_never_arrived() -> None:
    desk = a_desk()
    late(desk, "11-23 10:06")
    desk.main.truth = (Verdict.REJECTED, "expired")

    for at in ("11-23 10:30", "11-23 10:40"):
        desk.world.simulation.post.channel_back("sms", desk.world.simulation.now)
        desk.world.until(at)

    assert len(desk.main.asked) == 2
    assert desk.main.asked[1].text.endswith("补发)")


# ---- receipts -----------------------------------------------------------------------------------------------------------------


def test_a_receipt_finds_its_sending_by_the_key() -> None:
    desk = late(a_desk())

    desk.push(a_receipt(desk.main.asked[0]))
    desk.world.until("11-23 10:30")

    assert desk.row().status is OutboxStatus.DONE
    assert desk.calls() == []


def test_a_receipt_finds_its_sending_by_the_providers_own_id() -> None:
    desk = late(a_desk())

    desk.push(Receipt(verdict=Verdict.REJECTED, reason="away", key="", provider_id="main-1", at=when(LATE), code="UNDELIV"))

    assert desk.row().status is OutboxStatus.REJECTED
    assert [one.case for one in desk.calls()] == ["ticket:T1"]


def test_receipts_come_doubled_and_in_any_order_and_delivered_wins() -> None:
    desk = late(a_desk())
    parcel = desk.main.asked[0]

    for number, one in enumerate([Verdict.DELIVERED, Verdict.ACCEPTED, Verdict.REJECTED, Verdict.DELIVERED]):
        desk.push(a_receipt(parcel, one), body=str(number).encode())

    assert desk.row().status is OutboxStatus.DONE
    assert desk.calls() == []


def test_a_late_delivered_after_the_call_takes_back_the_open_call_and_the_resend() -> None:
    desk = late(a_desk(), "11-23 10:06")
    assert len(desk.calls()) == 1

    desk.push(a_receipt(desk.main.asked[0]))
    desk.world.simulation.post.channel_back("sms", desk.world.simulation.now)
    desk.world.until("11-23 11:00")

    assert len(desk.main.asked) == 1
    assert [task for task in desk.world.stores.worklist.tasks() if task.kind == "call" and task.status.value == "open"] == []


def test_a_receipt_that_comes_before_its_sending_is_known_is_tried_again_for_ten_minutes() -> None:
    desk = a_desk()
    desk.world.until("11-23 09:59")
    key = "z" * 26
    desk.push(Receipt(verdict=Verdict.DELIVERED, key=key, provider_id="main-1", at=when("11-23 09:59")))
    (kept,) = desk.world.stores.providers.unread(when("11-23 10:09"), 10)
    late(desk)

    desk.world.until("11-23 10:01")
    desk.read()

    assert kept.tried == 1
    assert desk.row().status is OutboxStatus.DONE
    assert desk.world.stores.providers.unread(when("11-23 12:00"), 10) == []


def test_a_receipt_nobody_knows_is_given_up_after_ten_minutes() -> None:
    desk = late(a_desk())
    desk.push(Receipt(verdict=Verdict.DELIVERED, key="z" * 26, at=when(LATE)))

    for minute in range(1, 12):
        desk.world.until(f"11-23 10:{minute:02}")
        desk.read()

    assert desk.world.stores.providers.unread(when("11-23 12:00"), 10) == []


# ---- people answer ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["退订", "TD", "T", " td "])
def test_a_driver_who_answers_stop_is_not_suppressed(word: str) -> None:
    desk = late(a_desk())

    desk.push(replies=(ShortReply(id="r1", number="13800000002", text=word, at=when(LATE)),))

    assert not desk.world.stores.providers.is_suppressed("13800000002")
    assert [row.name for row in desk.world.journal() if row.name == "sms_reply"] == ["sms_reply"]


def test_a_stranger_who_answers_stop_is_suppressed() -> None:
    desk = late(a_desk())

    desk.push(replies=(ShortReply(id="r1", number="13911112222", text="退订", at=when(LATE)),))

    assert desk.world.stores.providers.is_suppressed("13911112222")


def test_a_reply_finds_its_case_however_the_number_is_written() -> None:
    desk = late(a_desk())

    desk.push(replies=(ShortReply(id="r1", number="+86 138-0000-0002", text="收到", at=when(LATE)),))

    assert [row.name for row in desk.world.journal() if row.name == "sms_reply"] == ["sms_reply"]


def test_a_number_that_wants_no_more_texts_gets_none_however_the_order_writes_it() -> None:
    customers = World(sla=ONE_HOUR, messages=messages(message("hurry", to="phone")))
    customers.stores.providers.suppress("13800009999", "opted_out", "sms", when("11-23 09:00"))
    customers.hear("created", "11-23 09:00", phone="+86 138 0000 9999")

    customers.until("11-23 11:00")

    assert customers.carried() == []
    assert customers.details("suppressed") == ["opted_out"]
