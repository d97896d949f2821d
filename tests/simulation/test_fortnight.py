"""Is a fortnight of typhoon, closed hub, late feed and silent channel well-mannered, timely and right?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.model.case import ClockVerdict
from tests.simulation import checkers, figures, town
from tests.simulation.fortnight import Fortnight, Handed
from tests.simulation.truth import Promise

SEED = 7
CASES = 200
FEW = 25


@pytest.fixture(scope="module")
def run() -> Fortnight:
    return Fortnight(SEED, CASES).run()


@pytest.fixture(scope="module")
def truly(run: Fortnight) -> dict[str, list[Promise]]:
    return checkers.true_promises(run)


def test_no_customer_gets_more_messages_a_day_than_the_cap(run: Fortnight) -> None:
    cap = run.rulebook.caps.customer
    assert cap is not None

    assert checkers.customers_are_not_pestered(run.handed, run.rulebook.contacts.roles, cap.count) == []


def test_no_member_of_staff_gets_more_messages_an_hour_than_the_cap(run: Fortnight) -> None:
    cap = run.rulebook.caps.staff
    assert cap is not None

    assert checkers.staff_are_not_flooded(run.handed, run.rulebook.contacts.roles, cap.count, checkers.free_of(run)) == []


def test_nothing_urgent_is_held(run: Fortnight) -> None:
    issued = [one for row in run.rows() for one in run.stores.store.load(row.id).ledger.issued]

    assert {"vip_chain", "dispatch_order"} <= {name for one in issued for name in (one.chain, one.message)}
    assert checkers.nothing_urgent_is_held(run) == []


def test_nobody_is_told_after_the_case_moved_on(run: Fortnight) -> None:
    assert checkers.nobody_is_told_after_the_case_moved_on(run) == []


def test_every_recorded_lateness_that_stands_is_true_and_none_is_missed(run: Fortnight, truly: dict[str, list[Promise]]) -> None:
    late = {one.policy for kept in truly.values() for one in kept if one.late}

    assert late == set(checkers.JUDGED)
    assert checkers.every_recorded_lateness_is_true(run, truly) == []


def test_a_promise_given_up_in_time_does_not_stay_late(run: Fortnight, truly: dict[str, list[Promise]]) -> None:
    assert checkers.a_promise_given_up_in_time_is_not_late(run, truly) == []


def test_every_last_verdict_and_due_time_is_the_oracles(run: Fortnight, truly: dict[str, list[Promise]]) -> None:
    verdicts = {view.verdict for row in run.rows() for view in row.clocks}

    assert {ClockVerdict.MET, ClockVerdict.MET_REPORTED_LATE, ClockVerdict.LATE} <= verdicts
    assert checkers.the_verdicts_are_true(run, truly) == []


def test_every_correction_goes_to_somebody_who_had_been_told(run: Fortnight) -> None:
    assert any(one.parcel.message == "pickup_was_fine" for one in run.handed)
    assert checkers.every_correction_follows_a_message(run) == []


def test_whoever_was_told_wrongly_is_told_so(run: Fortnight) -> None:
    assert checkers.whoever_was_told_wrongly_is_told_so(run) == []


def test_nothing_we_wrote_ourselves_is_refused(run: Fortnight) -> None:
    assert checkers.no_paper_of_ours_is_refused(run) == []


def test_the_same_seed_gives_the_same_trace_and_another_seed_another() -> None:
    first, second, other = (Fortnight(seed, FEW).run().trace() for seed in (SEED, SEED, SEED + 1))

    assert first == second
    assert first != other


def test_the_world_was_as_bad_as_promised(run: Fortnight) -> None:
    """Each disaster left its mark, so that no check passed for want of one."""
    notes = {note.kind for row in figures.journal_of(run) for note in row.notes}
    lags = [one.heard_at - one.at for happened in run.truth.values() for one in happened]

    assert {"late", "corrected", "disruption", "fallback", "chain_step"} <= notes
    assert max(lags) == town.LATE_FEED
    assert run.refused == []


# Each check can fail: the same run, with one thing made wrong.


def test_one_message_too_many_to_a_customer_or_to_staff_is_seen(run: Fortnight) -> None:
    roles = run.rulebook.contacts.roles
    to_customer = next(one for one in run.handed if one.parcel.role == "shipper_phone")
    to_staff = next(one for one in run.handed if one.parcel.role == "pickup_clerk" and one.channel == "sms")

    assert checkers.customers_are_not_pestered(_times(to_customer, 3, 60), roles, 3) == []
    assert len(checkers.customers_are_not_pestered(_times(to_customer, 4, 60), roles, 3)) == 1
    assert checkers.staff_are_not_flooded(_times(to_staff, 21, 180), roles, 20, lambda one: "") == []
    assert len(checkers.staff_are_not_flooded(_times(to_staff, 21, 179), roles, 20, lambda one: "")) == 1
    assert checkers.staff_are_not_flooded(_times(to_staff, 21, 179), roles, 20, lambda one: "urgent") == []
    assert len(checkers.staff_are_not_flooded(_times(to_staff, 2, 60), roles, 20, lambda one: "digest")) == 1


def _times(one: Handed, number: int, seconds_apart: int) -> Sequence[Handed]:
    start = one.at.astimezone(town.LOCAL).replace(hour=9)
    return [replace(one, at=start + timedelta(seconds=seconds_apart * place)) for place in range(number)]


def test_a_truth_that_differs_by_a_minute_is_seen(run: Fortnight, truly: dict[str, list[Promise]]) -> None:
    case, kept = next((case, kept) for case, kept in truly.items() if any(one.policy == "delivery_deadline" and one.kept for one in kept))
    moved = [replace(one, due=one.due + timedelta(minutes=1)) if one.policy == "delivery_deadline" else one for one in kept]
    broken = [replace(one, kept=False, late=True) if one.policy == "delivery_deadline" else one for one in kept]

    assert len(checkers.the_verdicts_are_true(run, {case: moved})) == 1
    assert len(checkers.every_recorded_lateness_is_true(run, {case: broken})) == 1


def test_something_heard_before_a_sending_is_seen() -> None:
    run = Fortnight(SEED, 1).run()
    (case,) = run.by_case
    row = next(one for one in run.stores.directory.sent(case) if one.message == "dispatch_order" and one.sent_at)
    assert row.sent_at is not None
    assert checkers.nobody_is_told_after_the_case_moved_on(run) == []

    heard = row.sent_at - timedelta(seconds=30)
    run.truth[case].append(town.Happened("order_cancelled", heard, heard))
    decided_before = replace(row, at=heard - timedelta(seconds=30))

    assert checkers.moved_on_before(run.truth[case], decided_before) == ["order_cancelled"]
