"""Is a repeated event known again, and is a wrong one refused with its field?"""

from datetime import timedelta

from engine.service import ingest
from engine.service.desk import Incoming, Said
from tests.unit.core.courtroom import MONDAY, PARCEL_RULES, Play


def incoming(**changed: object) -> Incoming:
    values: dict[str, object] = {
        "source": "tms", "id": "a1", "workflow": "parcel", "event": "ordered", "occurred_at": None, "case": "P1",
    }  # fmt: skip
    return Incoming(**{**values, **changed})  # type: ignore[arg-type]  # a builder: names are the dataclass's own


def test_a_repetition_without_a_time_is_a_duplicate_whenever_it_comes() -> None:
    play = Play()
    accept = (play.stores.store, play.stores.directory, PARCEL_RULES, [incoming()])

    first = ingest.accept(*accept, MONDAY)[0]
    again = ingest.accept(*accept, MONDAY + timedelta(seconds=9))[0]

    assert (first.said, again.said) == (Said.ACCEPTED, Said.DUPLICATE)


def test_the_same_id_with_another_body_is_a_conflict_and_changes_nothing() -> None:
    play = Play()
    ingest.accept(play.stores.store, play.stores.directory, PARCEL_RULES, [incoming()], MONDAY)

    other = ingest.accept(play.stores.store, play.stores.directory, PARCEL_RULES, [incoming(data={"weight": 9})], MONDAY)[0]

    assert other.said is Said.CONFLICT


def test_a_bad_value_is_refused_by_its_field_and_the_good_event_beside_it_is_taken() -> None:
    play = Play()

    bad, good = ingest.accept(
        play.stores.store, play.stores.directory, PARCEL_RULES,
        [incoming(id="b", data={"weight": "heavy"}), incoming(id="c")], MONDAY,
    )  # fmt: skip

    assert bad.said is Said.REFUSED
    assert [problem.field for problem in bad.problems] == ["weight"]
    assert good.said is Said.ACCEPTED


def test_a_carrier_with_a_bad_value_is_heard_all_the_same() -> None:
    play = Play()

    answer = ingest.accept(
        play.stores.store, play.stores.directory, PARCEL_RULES, [incoming(source="connection/tms", data={"weight": "heavy"})], MONDAY
    )[0]

    assert answer.said is Said.ACCEPTED


def test_a_person_is_told_what_is_possible_now() -> None:
    play = Play()
    play.hear("ordered", 0)

    answer = ingest.accept(
        play.stores.store, play.stores.directory, PARCEL_RULES, [incoming(id="x", event="fixed", by_person=True)], MONDAY
    )[0]

    assert answer.said is Said.REFUSED
    assert "picked(提货)" in answer.problems[0].zh


def test_an_unknown_name_is_parked_and_heard_when_the_case_opens() -> None:
    play = Play()
    parked = play.hear("picked", 5)
    assert parked.said is Said.PARKED

    play.hear("ordered", 6, happened=0)

    assert play.state() == "picked_up"
