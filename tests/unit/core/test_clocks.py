"""Do promises run, pause, stop and fall due as history says?"""

from tests.unit.core.courtroom import RULES, Play, minute, rulebook


def test_a_stop_at_the_due_instant_is_met_and_nobody_is_told() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("picked", 120)

    assert play.verdict("pick_in_time") == "met"
    assert play.notes("late") == []


def test_a_pause_by_state_moves_the_due_time_by_exactly_its_length() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("asked", 30)
    assert play.verdict("pick_in_time") == "paused"

    play.hear("answered", 100.5)

    assert play.state() == "new"
    assert play.clocks()["pick_in_time"].due == minute(120 + 70.5)


def test_a_paused_clock_does_not_ring() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("asked", 30)
    play.until(1000)

    assert play.notes("late") == []
    assert play.sent() == []


def test_a_field_that_changes_the_terms_moves_the_due_time_and_never_into_the_past() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("edited", 20, tier="VIP")
    assert play.clocks()["pick_in_time"].due == minute(30)

    late = Play()
    late.hear("ordered", 0)
    late.hear("edited", 60, tier="VIP")

    assert late.clocks()["pick_in_time"].due == minute(60)


def test_a_blank_due_field_promises_nothing() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("picked", 10)

    assert play.verdict("keep_promise") is None


def test_a_promise_moved_ahead_takes_back_the_lateness_and_rings_again() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("picked", 10, promised="2026-11-23 10:00")
    play.until(90)
    assert play.verdict("keep_promise") == "late"

    play.hear("edited", 100, promised="2026-11-23 13:00")
    assert play.verdict("keep_promise") == "running"
    play.until(300)

    assert play.verdict("keep_promise") == "late"
    assert play.notes("late") == ["keep_promise", "keep_promise"]
    assert len([text for _, _, _, text in play.sent() if "晚了" in text]) == 2


def test_every_start_is_a_clock_of_its_own_and_ends_the_one_before_without_a_verdict() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("picked", 10)
    play.hear("moving", 100)
    play.hear("moving", 200)

    assert play.clocks()["no_news"].started_at == minute(200)
    assert play.clocks()["no_news"].number == 3


def test_leaving_without_the_written_stop_gives_no_verdict() -> None:
    rules = rulebook(sla=RULES.replace("while: [new, waiting]", "while: [new]").replace("pauses: [waiting]\n", "pauses: []\n").replace(
        "  in_trouble:", "  waiting_long:\n    label: 等\n    workflow: parcel\n    while: waiting\n    limit: 72 h\n  in_trouble:"
    ))  # fmt: skip
    play = Play(rules)
    play.hear("ordered", 0)
    play.hear("asked", 30)

    assert play.verdict("pick_in_time") == "none"


def test_a_row_fires_once_however_often_time_passes() -> None:
    play = Play()
    play.hear("ordered", 0)
    for step in range(90, 120, 3):
        play.until(step)

    assert [text for _, _, _, text in play.sent()] == ["P1请尽快,11:00前。"]


def test_both_figures_stand_in_the_journal_when_a_promise_is_broken() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.until(121)

    late = [note for row in play.journal() for note in row.notes if note.kind == "late"]

    assert late[0].detail.endswith("open_s 7200 elapsed_s 7200")
