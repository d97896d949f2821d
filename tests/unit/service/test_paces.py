"""How fast may a provider be asked, how often one number, and who waits for room?"""

from tests.time.world import CONTACTS
from tests.unit.service.counter_desk import MAIN, a_desk

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
