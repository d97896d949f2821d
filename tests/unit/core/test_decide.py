"""Does the court judge rightly? One behaviour a test, on a small rulebook."""

from dataclasses import replace

from engine.core.decide import MICROSTEPS_MAX, decide
from engine.core.machine import possible
from engine.model.case import Case
from engine.model.decision import Outcome
from engine.model.rulebook import Earlier
from tests.unit.core.courtroom import MONDAY, PARCEL_RULES, Play, an_event, minute, rulebook


def test_the_same_inputs_give_the_same_decision() -> None:
    case = Case(id="parcel:P1", workflow="parcel", revision=0, opened_at=MONDAY)

    first = decide(PARCEL_RULES, case, an_event("ordered", 0, no="P1"), MONDAY)
    again = decide(PARCEL_RULES, case, an_event("ordered", 0, no="P1"), MONDAY)

    assert first == again
    assert first.after.revision == 1


def test_every_event_leaves_a_row_and_the_reasons_it_saw() -> None:
    play = Play()
    play.hear("ordered", 0, weight="5")
    play.hear("failed", 5)

    row = play.journal()[-1]

    assert row.outcome is Outcome.STAYED
    assert row.transition == "new/failed/3"
    assert [(check.subject, check.seen, check.answer.value) for check in row.checks] == [("weight", "5", "no"), ("fails", "1", "no")]
    assert row.span is not None
    assert row.span.file == "workflows/parcel.yaml"


def test_the_first_row_that_fits_wins_and_a_count_counts_this_event_too() -> None:
    play = Play()
    play.hear("ordered", 0, weight="5")
    play.hear("failed", 5)
    play.hear("failed", 6)

    assert play.state() == "trouble"
    assert play.journal()[-1].transition == "new/failed/2"


def test_a_jump_passes_the_states_between_unseen() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("delivered", 30)

    assert play.state() == "done"
    assert play.verdict("pick_in_time") == "met"


def test_a_stop_nobody_saw_after_the_due_time_is_not_called_late() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("delivered", 300)

    assert play.verdict("pick_in_time") == "not_seen"


def test_an_earlier_milestone_is_recorded_and_moves_nothing_back() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("moving", 10)
    play.hear("picked", 20)

    assert play.state() == "in_transit"
    assert play.journal()[-1].outcome is Outcome.RECORDED


def test_a_scan_after_the_end_is_set_aside_as_a_contradiction() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("delivered", 10)
    play.hear("moving", 20)

    assert play.state() == "done"
    assert play.journal()[-1].outcome is Outcome.CONTRADICTION
    assert play.stores.directory.find("P1")[0].contradictions == 1


def test_retracting_the_end_lets_the_scan_after_it_count() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("delivered", 10)
    play.hear("moving", 20)

    retraction = replace(an_event("retracted", 30), extra={"retracts": "delivered"})
    decision = decide(PARCEL_RULES, play.case(), retraction, minute(30))

    assert decision.standing.state == "in_transit"
    assert decision.standing.contradictions == 0


def test_a_late_scan_is_put_in_its_place_and_turns_late_into_met() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.until(130)
    assert play.notes("late") == ["pick_in_time"]

    play.hear("picked", 150, happened=100)

    assert play.state() == "picked_up"
    assert play.verdict("pick_in_time") == "met_reported_late"
    assert play.notes("corrected") == ["pick_in_time"]
    assert ("sms", "boss") in [(channel, to) for _, channel, to, text in play.sent() if "作废" in text]


def test_whoever_was_told_wrongly_is_told_once() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.until(160)
    play.hear("picked", 170, happened=100)
    play.hear("moving", 180)

    corrected = [to for _, _, to, text in play.sent() if text == "P1已按时,前信作废。"]

    assert corrected == ["boss", "desk"]


def test_an_event_raised_by_a_clock_falls_when_a_late_scan_shows_the_clock_was_not_due() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("picked", 10)
    play.until(10 + 24 * 60 + 1)
    assert play.state() == "trouble"

    play.hear("moving", 10 + 25 * 60, happened=600)

    assert play.state() == "in_transit"


def test_what_a_stay_began_ends_with_it() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("picked", 10)
    play.until(10 + 24 * 60)
    task = play.stores.worklist.tasks(case="parcel:P1")[0]
    assert task.status.value == "open"

    play.hear("moving", 10 + 24 * 60 + 5)

    after = play.stores.worklist.get(task.id)
    assert after is not None
    assert after.status.value == "withdrawn"


def test_unknown_events_are_kept_and_change_nothing() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("abduction", 5, weight="77")

    row = play.journal()[-1]

    assert row.outcome is Outcome.UNKNOWN_EVENT
    assert "weight" not in play.stores.directory.find("P1")[0].fields


def test_an_event_from_the_future_counts_as_of_its_receipt() -> None:
    play = Play()
    play.hear("ordered", 0)
    play.hear("picked", 20, happened=500)

    assert play.clocks()["pick_in_time"].stopped_at == minute(20)


def test_a_chain_of_raised_events_meets_its_limit_as_an_outcome() -> None:
    case = Play()
    case.hear("ordered", 0)
    event = replace(an_event("loop", 5), extra={"depth": str(MICROSTEPS_MAX + 1)})

    decision = decide(PARCEL_RULES, case.case(), event, minute(5))

    assert decision.outcome is Outcome.LIMIT_EXCEEDED
    assert not decision.keeps_event


def test_could_not_tell_stops_at_the_row_and_asks_a_person() -> None:
    play = Play()
    play.hear("ordered", 0)
    broken = replace(an_event("failed", 5), data={"weight": "heavy"})

    decision = decide(PARCEL_RULES, play.case(), broken, minute(5))

    assert decision.outcome is Outcome.COULD_NOT_TELL
    assert decision.standing.state == "new"
    assert [(effect.kind.value, effect.to) for effect in decision.effects] == [("alarm", None), ("task", "last_resort")]


def test_possible_names_what_a_person_may_do_now() -> None:
    workflow = PARCEL_RULES.workflows["parcel"]

    assert possible(workflow, "waiting") == ("picked", "moving", "delivered", "silent", "answered", "loop")
    assert possible(workflow, "done") == ()


def test_each_event_is_read_under_the_version_that_first_decided_it() -> None:
    from tests.unit.core.courtroom import PARCEL

    before = PARCEL_RULES
    after = rulebook(parcel=PARCEL.replace("{event: failed, if: {fails: {at_least: 2}}, to: trouble}", "{event: failed, to: trouble}"))
    both = replace(after, earlier={before.fingerprint: Earlier(rulebook=before, renames={})})
    play = Play(before)
    play.hear("ordered", 0)
    play.hear("failed", 5)
    assert play.state() == "new"

    decision = decide(both, play.case(), an_event("edited", 10, tier="VIP"), minute(10))

    assert decision.standing.state == "new"
