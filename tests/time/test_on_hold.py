"""What stops while a case is on hold, and what comes of it afterwards? (decision 0041)"""

from tests.time.on_hold import hand, hold, resume
from tests.time.world import WORKFLOW, World, first, message, messages, wall, when

CALL = "if_not_delivered: {after: 5 min, channel: phone, to: boss, note_why: yes}"
ROWS = first(
    "while: new\nlimit: 1 h\ntimeline:\n"
    "  - left: 10 min\n    do: [{send: hurry}]\n"
    "  - late: 0 min\n    do: [{escalate: ladder, message: hurry}, {event: nag}]\n"
    "  - late: 20 min\n    do: [{task: 看一下, for: desk}]"
)
ONE_ROW = first("while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]")
ON_TAKEN = WORKFLOW.replace(
    "{event: taken, to: line2}", "{event: taken, to: line2, do: [{send: hurry}, {task: 接手, for: desk}, {escalate: ladder}]}", 1
)


def tasks(world: World) -> list[str]:
    return [one.text for one in world.stores.worklist.tasks(status=(), limit=100)]


def test_nothing_leaves_while_the_promise_is_broken_on_time() -> None:
    world = World(sla=ROWS)
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 09:30")
    world.until("11-23 11:00")

    assert world.sent() == []
    assert tasks(world) == []
    assert world.verdict() == "late"
    assert world.notes("late") == ["11-23 10:00 first"]


def test_what_a_row_raises_is_raised_on_time_and_its_other_lines_follow_when_the_case_is_resumed() -> None:
    world = World(sla=ROWS)
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 09:30")
    resume(world, "11-23 11:00")
    world.until("11-23 11:40")

    assert [wall(row.received_at) for row in world.journal() if row.name == "nag"] == ["11-23 10:00"]
    assert world.sent() == ["11-23 11:00 sms boss T1 hurry", "11-23 11:00 wechat_work desk T1 hurry", "11-23 11:30 sms boss T1 hurry"]
    assert tasks(world) == ["看一下"]


def test_rows_that_ring_after_a_hold_go_by_after_downtime() -> None:
    world = World(sla=ONE_ROW + "\n    after_downtime: skip_after 30 min\n")
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 09:30")
    resume(world, "11-23 11:00")
    world.until("11-23 12:00")

    assert world.sent() == []
    assert world.notes("row_skipped") == ["11-23 11:00 first late 0 min"]


def test_what_is_no_longer_so_when_the_case_is_resumed_is_never_sent() -> None:
    world = World(sla=ONE_ROW)
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 09:30")
    world.hear("replied", "11-23 10:30")
    resume(world, "11-23 11:00")
    world.until("11-23 12:00")

    assert world.sent() == []
    assert world.state() == "answered"


def test_a_transition_moves_the_case_and_what_it_would_send_waits() -> None:
    world = World(workflow=ON_TAKEN, sla=ONE_ROW)
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 09:10")
    world.hear("taken", "11-23 09:20")

    assert (world.state(), world.sent(), tasks(world)) == ("line2", [], [])
    assert world.details("held") == ["hold", "hold", "hold"]

    resume(world, "11-23 09:40")

    assert world.sent("boss") == ["11-23 09:40 sms boss T1 hurry"]
    assert [one.partition(" wechat_work")[0] for one in world.sent("desk")] == ["11-23 09:40"]
    assert tasks(world) == ["接手"]


def test_a_chain_stands_in_its_wait_and_goes_on_with_what_was_left_of_it() -> None:
    world = World(sla=ROWS)
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 10:10")
    resume(world, "11-23 12:00")
    world.until("11-23 12:25")

    assert world.sent("desk") == ["11-23 10:00 wechat_work desk T1 hurry"]
    assert "11-23 12:20 sms boss T1 hurry" in world.sent("boss")


def test_a_message_that_waits_for_its_hours_waits_for_the_hold_too_and_no_call_takes_its_place() -> None:
    rules = messages(message("hurry", f"send_hours: desk\n{CALL}"))
    world = World("11-23 18:00", sla=first("while: new\nlimit: 1 h\ntimeline:\n  - after: 0 min\n    do: [{send: hurry}]"), messages=rules)
    world.hear("created", "11-23 18:00")
    hold(world, "11-23 18:10")
    world.until("11-24 09:30")

    assert world.sent() == []
    assert tasks(world) == []
    assert "hold" in world.details("held")

    resume(world, "11-24 09:40")

    assert world.sent() == ["11-24 09:40 sms boss T1 hurry"]
    assert [row.extra.get("released") for row in world.journal() if row.kind == "receipt"] == ["hold"]


def test_a_refusal_heard_on_hold_is_followed_by_its_call_when_the_case_is_resumed() -> None:
    world = World(
        sla=first("while: new\nlimit: 1 h\ntimeline:\n  - after: 0 min\n    do: [{send: hurry}]"), messages=messages(message("hurry", CALL))
    )
    world.simulation.switch("sms", "silent")
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 09:02")
    world.until("11-23 09:30")

    assert tasks(world) == []

    resume(world, "11-23 09:40")

    assert len(tasks(world)) == 1


def test_a_hold_with_an_end_ends_by_itself() -> None:
    world = World(sla=ONE_ROW)
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 09:30", until="11-23 10:30")
    world.until("11-23 10:29")

    assert world.sent() == []

    world.until("11-23 10:31")

    assert world.sent() == ["11-23 10:30 sms boss T1 hurry"]
    assert world.notes("resumed") == ["11-23 10:30 "]


def test_a_hold_without_an_end_lasts_until_somebody_resumes_it() -> None:
    world = World(sla=ONE_ROW)
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 09:30")
    world.until("2027-11-23 09:00")

    assert world.sent() == []

    resume(world, "2027-11-23 09:30")

    assert world.sent() == ["2027-11-23 09:30 sms boss T1 hurry"]


def test_a_second_hold_takes_the_place_of_the_first_and_keeps_its_beginning() -> None:
    world = World(sla=ONE_ROW)
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 09:30", until="11-23 10:30")
    hold(world, "11-23 09:40", until="11-23 11:30")
    world.until("11-23 11:00")

    assert world.sent() == []
    found = world.stores.store.load("ticket:T1").ledger.hold
    assert found is not None
    assert (found.since, found.until) == (when("11-23 09:30"), when("11-23 11:30"))


def test_resuming_can_be_taken_back_until_it_takes_effect() -> None:
    world = World(sla=ONE_ROW)
    world.hear("created", "11-23 09:00")
    hold(world, "11-23 09:30")
    resume(world, "11-23 10:30", undo_seconds=10)
    hand(world, "resume_taken_back", "11-23 10:30:05")
    world.until("11-23 11:00")

    assert world.sent() == []

    resume(world, "11-23 11:00", undo_seconds=10)
    world.until("11-23 11:00:09")

    assert world.sent() == []

    world.until("11-23 11:00:10")

    assert world.sent() == ["11-23 11:00:10 sms boss T1 hurry"]


def test_deeds_that_cannot_be_leave_a_note_and_nothing_else() -> None:
    world = World(sla=ONE_ROW)
    world.hear("created", "11-23 09:00")
    resume(world, "11-23 09:10")
    hold(world, "11-23 09:20", until="11-23 09:15")
    hand(world, "resume_taken_back", "11-23 09:30")
    hand(world, "dance", "11-23 09:40")
    world.until("11-23 10:30")

    assert [note.kind for row in world.journal() if row.kind == "hand" for note in row.notes] == [
        "not_on_hold", "hold_over", "not_on_hold", "hand_unknown",
    ]  # fmt: skip
    assert world.sent() == ["11-23 10:00 sms boss T1 hurry"]


def test_messages_of_other_cases_in_one_group_leave_without_the_one_on_hold() -> None:
    rules = messages(message("hurry", "group_wait: 10 min", text="[[{group.count}件:{group.list}]]{no}"))
    world = World(sla=first("while: new\nlimit: 1 h\ntimeline:\n  - after: 0 min\n    do: [{send: hurry}]"), messages=rules)
    for number in ("T1", "T2", "T3"):
        world.hear("created", "11-23 09:00", case=number)
    hold(world, "11-23 09:05")
    world.until("11-23 09:30")

    assert len(world.carried()) == 1
    assert "T2" in world.carried()[0]
    assert "T1" not in world.carried()[0]

    resume(world, "11-23 09:40")

    assert len(world.carried()) == 2
    assert "T1" in world.carried()[1]
