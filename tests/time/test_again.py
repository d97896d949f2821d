"""What becomes of a message that a person has sent again? (decision 0042)"""

from engine.model.effect import EffectKind
from engine.model.erased import ERASED
from engine.model.event import Event, Report
from engine.service.desk import Answer, Said
from engine.service.handover import key_for
from tests.time.on_hold import hand
from tests.time.world import World, first, message, messages, policy, sla, when

CASE = "ticket:T1"
AT_START = "timeline:\n  - after: 0 min\n    do: [{send: hurry}]"
ONCE = first(f"while: new\nlimit: 8 h\n{AT_START}")
TO_CUSTOMER = message("hurry", to="phone", text="{no} 请稍候")


def told(answer: Answer) -> str:
    return answer.problems[0].en if answer.said is Said.REFUSED else answer.said.value


def again(world: World, at: str, which: str = "hurry", why: str = "客户说没收到", undo_seconds: int = 0) -> str:
    """What the desk says to it, and what follows at that instant."""
    world.until(at)
    answer = told(world.running().case_hands.send_again(CASE, which, by="8011", why=why, undo_seconds=undo_seconds))
    world.until(at)
    return answer


def messages_of(world: World) -> list[str]:
    return [one.id for one in world.stores.store.load(CASE).ledger.issued if one.kind == EffectKind.MESSAGE]


def test_it_leaves_as_a_sending_of_its_own_that_names_the_first() -> None:
    world = World(sla=ONCE)
    world.hear("created", "11-23 09:00")

    said = again(world, "11-23 09:30")

    one, two = messages_of(world)
    effects = [row.effect for row in map(world.stores.outbox.find, (one, two)) if row is not None]
    assert said == "accepted"
    assert world.sent() == ["11-23 09:00 sms boss T1 hurry", "11-23 09:30 sms boss T1 hurry"]
    assert effects[1].again_of == one
    assert key_for(effects[0]) != key_for(effects[1])
    assert [row.extra["note"] for row in world.journal() if row.name == "send_again"] == ["客户说没收到"]
    assert world.details("sent_again") == [one]


def test_a_mended_number_gets_the_text_the_wrong_one_got() -> None:
    world = World(sla=ONCE, messages=messages(TO_CUSTOMER))
    world.hear("created", "11-23 09:00", phone="13800000011")
    world.hear("edited", "11-23 09:10", phone="13800000022")
    again(world, "11-23 09:30", why="号码写错了")

    assert [parcel.address for parcel in world.simulation.gateways["sms"].carried] == ["13800000011", "13800000022"]


def test_it_is_no_further_order_and_starts_no_clock_anew() -> None:
    rules = sla(policy("first", f"while: new\nlimit: 8 h\n{AT_START}"), policy("told", "while: new\nstarts: {sent: hurry}\nlimit: 2 h"))
    world = World(sla=rules, messages=messages(message("hurry", text="[[第{nth}次 ]]{no}")))
    world.hear("created", "11-23 09:00")
    again(world, "11-23 10:00")

    assert world.due("told") == "11-23 11:00"
    assert world.sent()[0].partition(" sms")[2] == world.sent()[1].partition(" sms")[2]


def test_a_message_that_was_refused_can_be_sent_again_and_no_call_takes_its_place_a_second_time() -> None:
    fallback = "if_not_delivered: {after: 5 min, channel: phone, to: boss}"
    world = World(sla=ONCE, messages=messages(message("hurry", fallback)))
    world.simulation.switch("sms", "refuses")
    world.hear("created", "11-23 09:00")

    said = again(world, "11-23 09:30")
    world.until("11-23 12:00")

    assert said == "accepted"
    assert len([one for one in world.stores.worklist.tasks(status=(), limit=10) if one.kind == "call"]) == 1


def test_nobody_is_woken_because_a_button_was_pressed() -> None:
    world = World(sla=ONCE, messages=messages(message("hurry", "send_hours: desk")))
    world.hear("created", "11-23 09:00")

    again(world, "11-23 20:00")

    assert len(world.sent()) == 1

    world.until("11-24 08:30")

    assert world.sent()[1] == "11-24 08:30 sms boss T1 hurry"


def test_at_most_and_the_cap_of_staff_do_not_count_it_and_the_cap_of_customers_does() -> None:
    staff = World(sla=ONCE, messages=messages(message("hurry", "at_most: 1 per day"), caps="caps: {staff: 1 per hour}"))
    staff.hear("created", "11-23 09:00")
    again(staff, "11-23 09:30")
    customer = World(sla=ONCE, messages=messages(TO_CUSTOMER, caps="caps: {customer: 1 per day}"))
    customer.hear("created", "11-23 09:00", phone="13800000011")
    again(customer, "11-23 09:30")

    assert len(staff.sent()) == 2
    assert len(customer.sent()) == 1
    assert customer.details("suppressed") == ["cap"]


def test_it_can_be_taken_back_until_it_leaves() -> None:
    world = World(sla=ONCE)
    world.hear("created", "11-23 09:00")
    again(world, "11-23 09:30", undo_seconds=10)
    hands = world.until("11-23 09:30:05").running().case_hands
    back = told(hands.take_again_back(CASE, messages_of(world)[1], by="8011"))
    world.until("11-23 09:40")
    once_more = again(world, "11-23 09:40", undo_seconds=10)
    world.until("11-23 09:40:10")
    too_late = told(world.running().case_hands.take_again_back(CASE, messages_of(world)[2], by="8011"))

    assert [back, once_more] == ["accepted", "accepted"]
    assert too_late.startswith("nothing is left to take back")
    assert world.sent()[1:] == ["11-23 09:40:10 sms boss T1 hurry"]
    assert [row.status.value for row in map(world.stores.outbox.find, messages_of(world)) if row] == ["done", "dropped", "done"]


def test_the_state_may_have_moved_on_since() -> None:
    world = World(sla=ONCE)
    world.hear("created", "11-23 09:00")
    world.hear("replied", "11-23 09:20")

    again(world, "11-23 09:30", undo_seconds=10)
    world.until("11-23 09:31")

    assert len(world.sent()) == 2


def test_what_was_never_sent_is_not_sent_again() -> None:
    held = World("11-23 20:00", sla=ONCE, messages=messages(message("hurry", "send_hours: desk")))
    held.hear("created", "11-23 20:00")
    dropped = World("11-23 20:00", sla=ONCE, messages=messages(message("hurry", "send_hours: desk")))
    dropped.hear("created", "11-23 20:00")
    dropped.hear("replied", "11-23 20:10")
    shadow = World(sla=ONCE, messages=messages(message("hurry", "mode: shadow")))
    shadow.hear("created", "11-23 09:00")

    assert again(held, "11-23 20:30", messages_of(held)[0]) == "it has not left yet"
    assert again(dropped, "11-23 20:30", messages_of(dropped)[0]) == "it was never sent: there is nothing to send again"
    assert again(shadow, "11-23 09:30", messages_of(shadow)[0]) == "it is in shadow: it was never sent"
    assert again(held, "11-23 20:40") == "this case has no such message"
    assert again(held, "11-23 20:40", "9/9") == "this case has no such message"


def test_what_nobody_knows_of_is_settled_first() -> None:
    world = World(sla=ONCE)
    world.simulation.switch("sms", "silent")
    world.hear("created", "11-23 09:00")

    assert again(world, "11-23 09:30") == "nobody knows whether it arrived: settle that first (waybill doubts)"


def test_a_task_a_case_on_hold_a_second_press_and_a_blank_reason_are_refused() -> None:
    world = World(sla=first("while: new\nlimit: 8 h\ntimeline:\n  - after: 0 min\n    do: [{send: hurry}, {task: 看一下, for: desk}]"))
    world.hear("created", "11-23 09:00")
    task = next(one.id for one in world.stores.store.load(CASE).ledger.issued if one.kind == EffectKind.TASK)

    assert again(world, "11-23 09:30", task) == "that is no message"
    assert again(world, "11-23 09:30", why=" ") == "say why"
    assert again(world, "11-23 09:30", undo_seconds=10) == "accepted"
    assert again(world, "11-23 09:30", undo_seconds=10) == "somebody has had it sent again already, and that has not left yet"
    world.running().case_hands.hold(CASE, by="8011", why="x")
    assert again(world, "11-23 09:40") == "the case is on hold: resume it first"


def test_a_text_or_a_number_that_was_erased_is_not_sent_again() -> None:
    world = World(sla=ONCE, messages=messages(message("hurry", text="{no}[[ {phone|mask}]]")))
    world.hear("created", "11-23 09:00", phone="13800000011")
    erased = Event(
        id="erased", source="test", name="edited", occurred_at=when("11-23 09:10"), received_at=when("11-23 09:10"), data={"phone": ERASED}
    )
    world.stores.store.accept([Report(event=erased, workflow="ticket", names={}, case_id=CASE)], when("11-23 09:10"))

    assert again(world, "11-23 09:30") == "personal data it would carry was erased"


def test_a_customer_without_a_number_or_who_opted_out_gets_nothing_again() -> None:
    world = World(sla=ONCE, messages=messages(TO_CUSTOMER))
    world.hear("created", "11-23 09:00", phone="13800000011")
    world.stores.providers.suppress("13800000011", "退订", "reply", when("11-23 09:10"))

    assert again(world, "11-23 09:30") == "that number has opted out: it is on the suppression list"


def test_the_court_refuses_what_the_gate_could_not_see_and_says_why() -> None:
    world = World(sla=ONCE)
    world.hear("created", "11-23 09:00")
    hand(world, "send_again", "11-23 09:10", effect="ticket:T1/9/9")
    hand(world, "again_taken_back", "11-23 09:20", effect="ticket:T1/9/9")

    assert world.details("not_again") == ["unknown", "too_late"]
