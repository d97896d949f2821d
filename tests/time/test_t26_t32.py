"""Do the complaints about downtime, pauses and returns, 26 to 32 of time.md section 8, not occur here?"""

from itertools import pairwise
from pathlib import Path

import pytest

from tests.time.vectors import graded
from tests.time.world import LUNCH, ON_LATE, World, first, message, messages, when

LADDER = first(
    "while: new\nlimit: 1 h\ntimeline:\n  - left: 30 min\n    do: [{send: hurry}]\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]"
)
CLIMBED = [
    "11-23 09:30 sms boss T1 hurry",
    "11-23 10:00 wechat_work desk T1 hurry",
    "11-23 10:30 sms boss T1 hurry",
    "11-23 11:30 sms boss T1 hurry",
    "11-23 12:30 sms boss T1 hurry",
    "11-23 13:30 wechat_work last_resort T1 hurry",
]


def test_each_step_fires_once_over_a_thousand_passes() -> None:
    """t26"""
    world = World(sla=LADDER)
    world.hear("created", "11-23 09:00")

    for number in range(1000):
        world.simulation.run_until(when("11-23 09:00") + number * (when("11-24 09:00") - when("11-23 09:00")) / 1000)
    world.until("11-25 09:00")

    assert world.sent() == CLIMBED


def test_each_step_fires_once_over_restarts(tmp_path: Path) -> None:
    """t26"""
    world = World(sla=LADDER, url=f"sqlite:///{tmp_path}/t26.db")
    world.hear("created", "11-23 09:00")

    for hour in range(10, 15):
        for minute in ("00", "30", "31"):
            world.until(f"11-23 {hour}:{minute}").restart()
    world.until("11-25 09:00")

    assert world.sent() == CLIMBED
    world.close()


def test_after_downtime_all_rows_run_oldest_first_and_the_chain_climbs_in_order(tmp_path: Path) -> None:
    """t27: none is lost, and a chain never fires all its steps at once."""
    rules = first(
        "while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]\n"
        "  - late: 30 min\n    do: [{send: later}]\n  - left: 30 min\n    do: [{send: early}]"
    )
    texts = messages(message("hurry"), message("early"), message("later"))
    world = World(sla=rules, messages=texts, url=f"sqlite:///{tmp_path}/t27.db")
    world.hear("created", "11-23 09:00")

    world.restart("11-23 15:00").until("11-24 09:00")

    fired = [note.subject for row in world.journal() for note in row.notes if note.kind in ("row_fired", "late")]
    assert fired == ["first left 30 min", "first", "first late 0 min", "first late 30 min"]
    assert [one for one in world.sent() if "hurry" in one] == [
        "11-23 15:00 wechat_work desk T1 hurry", "11-23 15:30 sms boss T1 hurry", "11-23 16:30 sms boss T1 hurry",
        "11-23 17:30 sms boss T1 hurry", "11-23 18:30 wechat_work last_resort T1 hurry",
    ]  # fmt: skip
    world.close()


def test_after_downtime_the_journal_says_how_late_a_row_was(tmp_path: Path) -> None:
    """t27: default fire, saying how late it is."""
    world = World(sla=first("while: new\nlimit: 1 h\n" + ON_LATE), url=f"sqlite:///{tmp_path}/t27.db")
    world.hear("created", "11-23 09:00")

    world.restart("11-23 15:00")

    assert [one.partition("late_s ")[2] for one in world.details("row_fired")] == ["18000"]
    world.close()


def test_a_row_later_than_it_may_be_is_skipped_and_listed(tmp_path: Path) -> None:
    """t27: after_downtime: skip_after 2 h."""
    rules = first(
        "while: new\nlimit: 1 h\nafter_downtime: skip_after 2 h\ntimeline:\n  - left: 30 min\n    do: [{send: hurry}]\n  - late: 4 h\n    do: [{send: hurry}]"
    )
    world = World(sla=rules, url=f"sqlite:///{tmp_path}/t27.db")
    world.hear("created", "11-23 09:00")

    world.restart("11-23 15:00")

    assert world.notes("row_skipped") == ["11-23 15:00 first left 30 min"]
    assert world.sent() == ["11-23 15:00 sms boss T1 hurry"]
    world.close()


def test_a_row_flagged_after_downtime_is_listed_and_not_sent(tmp_path: Path) -> None:
    """t27: after_downtime: flag."""
    rules = first("while: new\nlimit: 1 h\nafter_downtime: flag\n" + ON_LATE)
    world = World(sla=rules, url=f"sqlite:///{tmp_path}/t27.db")
    world.hear("created", "11-23 09:00")

    world.restart("11-23 15:00")

    assert world.sent() == []
    assert "晚了,待人决定 · first 到期时 | 晚了 300 分钟" in world.explained()
    assert [one.detail for one in world.stores.directory.unread()] == ["flagged:first late 0 min"]
    assert world.verdict() == "late"
    world.close()


@pytest.mark.parametrize(("back_at", "sent"), [("11-23 10:01", 1), ("11-23 10:01:01", 0)])
def test_a_row_is_flagged_only_when_it_rings_more_than_a_minute_late(tmp_path: Path, back_at: str, sent: int) -> None:
    """t27: after_downtime: flag; an ordinary delay of the heartbeat is none."""
    rules = first("while: new\nlimit: 1 h\nafter_downtime: flag\n" + ON_LATE)
    world = World(sla=rules, url=f"sqlite:///{tmp_path}/t27.db")
    world.hear("created", "11-23 09:00")

    world.restart(back_at)
    world.until("11-24 09:00")

    assert len(world.sent()) == sent
    assert len(world.notes("row_flagged")) == 1 - sent
    world.close()


def test_vectors_of_warnings_before_are_answered_canonically() -> None:
    """t28: kind `sla_warn_before`."""
    assert graded(kind="sla_warn_before") == []


@pytest.mark.parametrize(
    ("created", "warned"), [("11-23 11:00", "11-23 12:00"), ("11-23 11:30", "11-23 14:00"), ("11-23 16:00", "11-23 17:00"),
                            ("11-27 16:30", "11-30 09:00")],
)  # fmt: skip
def test_an_hour_before_is_an_hour_of_open_time_on_a_split_calendar(created: str, warned: str) -> None:
    """t28: never at 00:00; at a seam it is the near end."""
    world = World(calendars=LUNCH, sla=first("while: new\nlimit: 2 h\ncalendar: desk\ntimeline:\n  - left: 1 h\n    do: [{send: hurry}]"))

    world.hear("created", created)
    world.until("12-01 09:00")

    assert world.sent() == [f"{warned} sms boss T1 hurry"]


@pytest.mark.parametrize("paused_first", [True, False])
def test_a_pause_survives_a_swap_of_the_policy(*, paused_first: bool) -> None:
    """t29: priority swaps the terms while paused, and after."""
    rules = first("while: [new, waiting]\npauses: waiting\nlimit: 4 h\nexcept:\n  - {if: {tier: VIP}, limit: 3 h}\n" + ON_LATE)
    world = World(sla=rules)
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 09:30")
    if paused_first:
        world.hear("edited", "11-23 09:45", tier="VIP")
        world.hear("answered", "11-23 10:30")
    else:
        world.hear("answered", "11-23 10:30")
        world.hear("edited", "11-23 10:45", tier="VIP")

    assert world.due() == "11-23 13:00"
    world.until("11-23 18:00")
    assert world.sent() == ["11-23 13:00 sms boss T1 hurry"]


def test_a_pause_survives_a_change_of_the_rules() -> None:
    """t29: the same by editing the file."""
    world = World(sla=first("while: [new, waiting]\npauses: waiting\nlimit: 4 h"))
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 09:30")
    world.hear("answered", "11-23 10:30")

    world.swap("11-23 11:00", sla=first("while: [new, waiting]\npauses: waiting\nlimit: 3 h"))

    assert world.due() == "11-23 13:00"


def test_the_breach_check_ignores_a_paused_clock() -> None:
    """t30"""
    world = World(sla=first("while: [line2, waiting]\npauses: waiting\nlimit: 1 h\n" + ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("taken", "11-23 09:10")
    world.hear("asked", "11-23 09:30")
    world.until("11-25 09:00")

    assert world.verdict() == "paused"
    assert (world.notes("late"), world.sent()) == ([], [])


@pytest.mark.parametrize(
    ("paused", "resumed", "due"),
    [
        ("11-24 10:00", "11-25 10:00", "11-27 15:00"),   # one business day, 8 h 30 min of it
        ("11-24 17:00", "11-25 08:30", "11-26 15:00"),   # a night
        ("11-24 10:00", "11-24 11:00", "11-26 16:00"),
        ("11-24 10:00", "11-24 13:00", "11-27 09:30"),   # an afternoon has two hours left
    ],
)  # fmt: skip
def test_business_days_are_lengthened_by_the_open_time_of_a_pause(paused: str, resumed: str, due: str) -> None:
    """t31: never weekends, never due outside hours."""
    world = World(sla=first("while: [new, waiting]\npauses: waiting\nlimit: 3 business days\ncalendar: desk"))
    world.hear("created", "11-23 15:00")
    world.hear("asked", paused)
    world.hear("answered", resumed)

    assert world.due() == due


@pytest.mark.parametrize(
    ("created", "due"), [("11-27 15:00", "12-01 15:00"), ("11-27 20:00", "12-02 08:30"), ("11-28 11:00", "12-01 11:00")]
)
def test_business_days_keep_the_local_time_and_roll_to_open_time(created: str, due: str) -> None:
    """t31: counted from the date itself, also from a closed one."""
    world = World(sla=first("while: new\nlimit: 2 business days\ncalendar: desk"))

    world.hear("created", created)

    assert world.due() == due


def reopened(on_return: str) -> World:
    world = World(sla=first(f"while: new\nlimit: 4 h\non_return: {on_return}\n" + ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("solved", "11-23 11:00")
    assert world.verdict() == "met"
    world.hear("back_again", "11-24 09:00")
    return world


def test_a_reopened_case_starts_a_new_clock_by_default() -> None:
    """t32: on_return: again."""
    world = reopened("again")

    view = world.clock()
    assert view is not None
    assert (view.number, world.due()) == (2, "11-24 13:00")


def test_a_reopened_case_may_go_on_and_the_time_it_lay_closed_never_counts() -> None:
    """t32: on_return: continue."""
    world = reopened("continue")

    view = world.clock()
    assert view is not None
    assert (view.number, world.due(), world.verdict()) == (1, "11-24 11:00", "running")
    world.until("11-25 09:00")
    assert world.sent() == ["11-24 11:00 sms boss T1 hurry"]


def test_if_the_states_are_not_entered_again_the_verdict_stands() -> None:
    """t32"""
    world = World(sla=first("while: line2\nlimit: 4 h\n" + ON_LATE))
    world.hear("created", "11-23 09:00")
    world.hear("taken", "11-23 09:10")
    world.hear("solved", "11-23 11:00")
    world.hear("back_again", "11-24 09:00")
    world.until("11-25 09:00")

    assert world.verdict() == "met"
    assert world.sent() == []


def test_closed_time_never_counts_whatever_the_number_of_returns() -> None:
    """t32: three visits, twenty-four closed nights."""
    world = World("11-01 09:00", sla=first("while: new\nlimit: 4 h\non_return: continue"))
    world.hear("created", "11-02 09:00")
    for day, back in pairwise(("02", "09", "16", "26")):
        world.hear("solved", f"11-{day} 10:00")
        world.hear("back_again", f"11-{back} 09:00")

    assert world.due() == "11-26 10:00"
