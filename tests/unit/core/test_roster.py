"""Do turns, open and closed days and clock changes put the right people on duty, and is every hole found?"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.roster import holes, on_duty
from engine.model.calendar import Calendar, DateRule, Hours
from engine.model.contact import Contacts, Hole, Role, Rota, Rotation, Shift, Swap, Turn
from engine.model.span import NOWHERE

HOUR = 3600
DAY: Hours = ((8 * HOUR + 1800, 17 * HOUR),)
NIGHT: Hours = ((20 * HOUR, 32 * HOUR),)
DESK = Calendar(
    name="desk",
    label="坐席",
    timezone="Asia/Shanghai",
    weekly=(DAY, DAY, DAY, DAY, DAY, (), ()),
    dates={date(2026, 10, 10): DateRule(hours=DAY)},
    closed={date(2026, 10, day): "国庆节" for day in range(1, 8)},
)
CALENDARS = {"desk": DESK}
PARIS = "Europe/Paris"


def a_shift(
    *people: str,
    days: tuple[int, ...] = (),
    hours: Hours = (),
    during: str | None = None,
    opened: str | None = None,
    closed: str | None = None,
    rotation: Rotation | None = None,
) -> Shift:
    return Shift(
        people=people, days=days, hours=hours, during=during, on_open_days=opened, on_closed_days=closed, rotation=rotation, span=NOWHERE
    )


def turns(every: int, turn: Turn, since: date, *groups: str, hand_over: time = time(0)) -> Rotation:
    return Rotation(every=every, turn=turn, since=since, groups=tuple(tuple(group.split()) for group in groups), hand_over=hand_over)


def a_rota(*shifts: Shift, swaps: tuple[Swap, ...] = (), timezone: str = "Asia/Shanghai") -> Rota:
    return Rota(name="rota", label="值班", timezone=timezone, shifts=shifts, swaps=swaps, span=NOWHERE)


def on(written: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def who(rota: Rota, written: str, calendars: Mapping[str, Calendar] = CALENDARS) -> str:
    duty = on_duty(rota, calendars, on(written, rota.timezone))
    return "nobody" if duty is None else " ".join(duty.people)


def holes_of(rota: Rota, start: str, days: int) -> list[tuple[str, str]]:
    contacts = Contacts(roles={"manager": Role(name="manager", label="经理", on_duty="rota", span=NOWHERE)}, rotas={"rota": rota})
    zone = ZoneInfo(rota.timezone)
    found = holes(contacts, CALENDARS, on(start, rota.timezone), days)
    return [(f"{hole.since.astimezone(zone):%m-%d %H:%M}", f"{hole.until.astimezone(zone):%m-%d %H:%M}") for hole in found]


def test_a_weekly_rotation_hands_over_at_its_wall_clock_time() -> None:
    rota = a_rota(a_shift(rotation=turns(1, Turn.WEEK, date(2026, 11, 23), "li", "zhao wang", hand_over=time(9))))

    assert who(rota, "2026-11-23 08:59") == "nobody"
    assert who(rota, "2026-11-23 09:00") == "li"
    assert who(rota, "2026-11-30 08:59") == "li"
    assert who(rota, "2026-11-30 09:00") == "zhao wang"
    assert who(rota, "2026-12-07 09:00") == "li"


def test_a_rotation_of_two_weeks_turns_every_other_week() -> None:
    rota = a_rota(a_shift(rotation=turns(2, Turn.WEEK, date(2026, 11, 23), "li", "zhao")))

    assert [who(rota, f"2026-{day} 12:00") for day in ("11-23", "12-06", "12-07", "12-20", "12-21")] == ["li", "li", "zhao", "zhao", "li"]


def test_a_rotation_by_shift_goes_from_friday_to_monday() -> None:
    """T4: rotation advances per covered shift; weekday roster Fri -> Mon."""
    rota = a_rota(a_shift(days=(0, 1, 2, 3, 4), hours=DAY, rotation=turns(1, Turn.SHIFT, date(2026, 11, 26), "a", "b", "c")))

    served = [who(rota, f"2026-{day} 10:00") for day in ("11-26", "11-27", "11-28", "11-29", "11-30", "12-01")]

    assert served == ["a", "b", "nobody", "nobody", "c", "a"]


def test_a_rotation_by_shift_along_a_calendar_skips_holidays_and_counts_make_up_days() -> None:
    rota = a_rota(a_shift(during="desk", rotation=turns(1, Turn.SHIFT, date(2026, 9, 30), "a", "b", "c", "d")))

    served = [who(rota, f"2026-10-{day} 10:00") for day in ("01", "08", "09", "10", "11", "12")]

    assert who(rota, "2026-09-30 10:00") == "a"
    assert served == ["nobody", "b", "c", "d", "nobody", "a"]


def test_a_night_shift_keeps_its_turn_past_midnight() -> None:
    rota = a_rota(a_shift(hours=NIGHT, rotation=turns(1, Turn.SHIFT, date(2026, 11, 23), "a", "b")))

    assert [who(rota, at) for at in ("2026-11-23 20:00", "2026-11-24 07:59", "2026-11-24 08:00", "2026-11-24 20:00")] == [
        "a",
        "a",
        "nobody",
        "b",
    ]


def test_nights_after_open_and_after_closed_days_are_staffed_apart() -> None:
    rota = a_rota(a_shift("night", hours=NIGHT, opened="desk"), a_shift("holiday", hours=NIGHT, closed="desk"))

    assert who(rota, "2026-09-30 23:00") == "night"
    assert who(rota, "2026-10-01 03:00") == "night"
    assert who(rota, "2026-10-01 23:00") == "holiday"
    assert who(rota, "2026-10-10 23:00") == "night"
    assert who(rota, "2026-10-11 23:00") == "holiday"


def test_an_unknown_calendar_lets_no_shift_start() -> None:
    assert who(a_rota(a_shift("a", opened="gone"), a_shift("b", closed="gone")), "2026-11-23 10:00") == "nobody"


@pytest.mark.parametrize(("change", "hand_over"), [(date(2026, 3, 29), "03:30"), (date(2026, 10, 25), "02:30")], ids=["missing", "twice"])
def test_a_weekly_hand_over_has_no_gap_and_no_overlap_over_a_clock_change(change: date, hand_over: str) -> None:
    """T1, T4: hand over at 02:30 on the very night, missing in spring and twice there in autumn."""
    rotation = turns(1, Turn.WEEK, change - timedelta(days=7), "old", "new", hand_over=time(2, 30))
    rota = a_rota(a_shift(rotation=rotation), timezone=PARIS)
    start = datetime(change.year, change.month, change.day, tzinfo=UTC) - timedelta(hours=3)
    quarters = [start + timedelta(minutes=15 * n) for n in range(48)]

    served = [duty.people[0] for at in quarters if (duty := on_duty(rota, {}, at)) is not None]

    assert len(served) == 48
    assert served == sorted(served, reverse=True)
    assert quarters[served.index("new")] == on(f"{change} {hand_over}", PARIS)


def test_a_wall_clock_shift_keeps_its_local_start_all_year() -> None:
    """T1."""
    rota = a_rota(a_shift("a", hours=((9 * HOUR, 17 * HOUR),)), timezone="America/New_York")

    for day in ("2026-03-07", "2026-03-08", "2026-03-09", "2026-10-31", "2026-11-01", "2026-11-02"):
        assert [who(rota, f"{day} {clock}") for clock in ("08:59", "09:00", "16:59", "17:00")] == ["nobody", "a", "a", "nobody"]


def test_holes_of_the_coming_days_are_found_with_swaps_filled_in() -> None:
    swap = Swap(on=date(2026, 11, 29), until=date(2026, 11, 29), hours=((22 * HOUR, 26 * HOUR),), people=("wang",), span=NOWHERE)
    rota = a_rota(a_shift("a", hours=((8 * HOUR, 20 * HOUR),)), a_shift("b", days=(0, 1, 2, 3, 4, 5), hours=NIGHT), swaps=(swap,))

    assert holes_of(rota, "2026-11-23 00:00", 14) == [
        ("11-22 20:00", "11-23 08:00"),
        ("11-29 20:00", "11-29 22:00"),
        ("11-30 02:00", "11-30 08:00"),
        ("12-06 20:00", "12-07 08:00"),
    ]


def test_two_shifts_around_the_clock_leave_no_hole_on_days_of_23_and_25_hours() -> None:
    """T1."""
    rota = a_rota(a_shift("a", hours=((8 * HOUR, 20 * HOUR),)), a_shift("b", hours=NIGHT), timezone=PARIS)

    assert holes_of(rota, "2026-03-20 00:00", 20) == []
    assert holes_of(rota, "2026-10-20 00:00", 20) == []


def test_a_row_and_a_turn_of_nobody_are_holes() -> None:
    row = a_rota(a_shift(days=(6,)), a_shift("a"))
    turn = a_rota(a_shift(rotation=turns(1, Turn.WEEK, date(2026, 11, 9), "a", "")))

    assert holes_of(row, "2026-11-23 00:00", 7) == [("11-29 00:00", "11-30 00:00")]
    assert holes_of(turn, "2026-11-23 00:00", 7) == []
    assert holes_of(turn, "2026-11-23 00:00", 14) == [("11-30 00:00", "12-07 00:00")]


clocks = st.integers(0, 23).map(lambda hour: hour * HOUR)
people = st.sampled_from([("a",), ("b",), ()])
shifts = st.builds(
    lambda who, days, start, length, rule, every: Shift(
        people=who,
        days=tuple(sorted(days)),
        hours=((start, start + length * HOUR),) if length and rule != "during" else (),
        during="desk" if rule == "during" else None,
        on_open_days="desk" if rule == "open" else None,
        on_closed_days="desk" if rule == "closed" else None,
        rotation=turns(1, every, date(2026, 10, 5), "a", "b c", "", hand_over=time(6) if rule == "during" or not length else time(0))
        if every
        else None,
        span=NOWHERE,
    ),
    people,
    st.sets(st.integers(0, 6), max_size=7),
    clocks,
    st.integers(0, 24),
    st.sampled_from(["", "", "during", "open", "closed"]),
    st.sampled_from([None, None, Turn.WEEK, Turn.SHIFT]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(shifts, min_size=1, max_size=4), st.sampled_from(["Asia/Shanghai", PARIS, "America/New_York"]))
def test_a_hole_is_exactly_where_nobody_answers(rows: list[Shift], zone: str) -> None:
    rota = a_rota(*rows, timezone=zone)
    contacts = Contacts(roles={"manager": Role(name="manager", label="经理", on_duty="rota", span=NOWHERE)}, rotas={"rota": rota})
    start = on("2026-10-23 00:00", zone)

    found = holes(contacts, CALENDARS, start, 12)

    for minutes in range(0, 12 * 24 * 60, 30):
        at = start + timedelta(minutes=minutes)
        duty = on_duty(rota, CALENDARS, at)
        assert (duty is None or not duty.people) == any(hole.since <= at < hole.until for hole in found), at


def test_holes_name_their_role_and_are_in_order() -> None:
    rota = a_rota(a_shift("a", days=(0,)))
    roles = {name: Role(name=name, label=name, on_duty="rota", span=NOWHERE) for name in ("x", "y")}

    found = holes(Contacts(roles=roles, rotas={"rota": rota}), CALENDARS, on("2026-11-23 00:00"), 10)

    assert found == [
        Hole(role=role, since=on(since), until=on(until))
        for role in ("x", "y")
        for since, until in (("2026-11-24", "2026-11-30"), ("2026-12-01", "2026-12-07"))
    ]
