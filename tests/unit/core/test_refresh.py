"""Are open cases read again after the rules changed, once each, also across a restart?"""

from engine.model.version import Edition, How
from engine.service.refresh import Refresher
from tests.unit.core.courtroom import MONDAY, Play, minute


def refresher(play: Play) -> Refresher:
    return Refresher(play.stores.store, play.stores.directory, play.stores.shelf)


def publish(play: Play, fingerprint: str) -> None:
    current = play.stores.shelf.current()
    edition = Edition(fingerprint=fingerprint, files={}, by="ann", why="", how=How.FOLDER, at=MONDAY)
    play.stores.shelf.publish(edition, base=current.number if current else None)


def opened(cases: int) -> Play:
    play = Play()
    for number in range(cases):
        play.hear("ordered", number / 1000, case=f"P{number}")
    publish(play, "old")
    refresher(play).catch_up()
    return play


def refreshes(play: Play) -> int:
    play.simulation.settle()
    return sum(row.kind == "refresh" for case in play.stores.directory.cases(limit=1000) for row in play.stores.directory.journal(case.id))


def test_every_open_case_is_read_again_once_in_batches() -> None:
    play = opened(230)
    publish(play, "new")
    one = refresher(play)

    one.catch_up()

    assert [one.step(minute(5)) for _ in range(4)] == [100, 100, 30, 0]
    assert refreshes(play) == 230


def test_a_pass_that_was_interrupted_is_taken_up_after_a_restart_and_doubles_nothing() -> None:
    play = opened(150)
    publish(play, "new")
    first = refresher(play)
    first.catch_up()
    first.step(minute(5))

    again = refresher(play)
    again.catch_up()
    while again.step(minute(6)):
        pass

    assert refreshes(play) == 150


def test_a_swap_in_the_middle_of_a_pass_begins_it_anew() -> None:
    play = opened(150)
    publish(play, "new")
    one = refresher(play)
    one.catch_up()
    one.step(minute(5))
    publish(play, "newer")

    one.catch_up()

    assert [one.step(minute(6)) for _ in range(3)] == [100, 50, 0]


def test_rules_changed_while_nobody_ran_are_noticed_at_the_start() -> None:
    play = opened(3)
    publish(play, "new")

    later = refresher(play)
    later.catch_up()

    assert later.step(minute(5)) == 3
    assert refreshes(play) == 3


def test_going_back_to_earlier_rules_is_a_change_like_any_other() -> None:
    play = opened(2)
    one = refresher(play)
    for at, fingerprint in ((5, "b"), (6, "old")):
        publish(play, fingerprint)
        one.catch_up()
        while one.step(minute(at)):
            pass

    assert refreshes(play) == 4


def test_a_restart_under_the_same_rules_reads_nothing_again() -> None:
    play = opened(2)

    later = refresher(play)
    later.catch_up()

    assert later.step(minute(5)) == 0
