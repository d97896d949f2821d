"""Does a role become the right people at the right instant?"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from engine.core.route import Resolved, address_of, look_up_cell, resolve
from engine.model.calendar import Calendar, DateRule, Hours
from engine.model.contact import Contacts, Person, Role, Rota, Shift, Swap, Table
from engine.model.span import NOWHERE

DAY: Hours = ((30_600, 61_200),)
SERVICE_DESK = Calendar(
    name="service_desk",
    label="客服坐席",
    timezone="Asia/Shanghai",
    weekly=(DAY, DAY, DAY, DAY, DAY, (), ()),
    dates={date(2026, 10, 10): DateRule(hours=DAY, label="国庆节调休上班")},
)
IDS = ("li", "zhao", "chen", "wang", "liu", "hotline")
PEOPLE = {one: Person(id=one, name=one, addresses={"phone": f"138-{one}", "wechat_work": f"wx-{one}"}, span=NOWHERE) for one in IDS}
AREAS = Table(
    name="pickup_areas",
    label="提货分区表",
    columns=("city", "district", "clerk", "dispatcher", "hub_manager"),
    rows=(
        {"city": "深圳", "district": "南山", "clerk": "li", "dispatcher": "zhao", "hub_manager": "chen"},
        {"city": "深圳", "clerk": "zhao", "dispatcher": ""},
        {"clerk": "wang", "dispatcher": "nobody_known"},
    ),
    span=NOWHERE,
)


def a_shift(*people: str, days: tuple[int, ...] = (), hours: Hours = (), during: str | None = None) -> Shift:
    return Shift(people=people, days=days, hours=hours, during=during, span=NOWHERE)


def a_swap(on: date, *people: str, until: date | None = None, hours: Hours = ()) -> Swap:
    return Swap(on=on, until=until or on, hours=hours, people=people, span=NOWHERE)


def contacts_with(*shifts: Shift, swaps: tuple[Swap, ...] = (), timezone: str = "Asia/Shanghai") -> Contacts:
    roles = (
        Role(name="manager", label="经理", person="chen", span=NOWHERE),
        Role(name="clerk", label="营业员", look_up="pickup_areas", take="clerk", span=NOWHERE),
        Role(name="dispatcher", label="调度", look_up="pickup_areas", take="dispatcher", span=NOWHERE),
        Role(name="agent", label="当班客服", on_duty="desk", span=NOWHERE),
        Role(name="lost", label="不存在", person="gone", span=NOWHERE),
    )
    rota = Rota(name="desk", label="客服值班", timezone=timezone, shifts=shifts, swaps=swaps, span=NOWHERE)
    return Contacts(people=PEOPLE, tables={"pickup_areas": AREAS}, roles={role.name: role for role in roles}, rotas={"desk": rota})


def on(written: str, zone: str = "Asia/Shanghai") -> datetime:
    day, clock = written.split(" ")
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)


def ids(found: Resolved) -> list[str]:
    return [person.id for person in found.people]


def agent(contacts: Contacts, at: str, zone: str = "Asia/Shanghai") -> list[str]:
    return ids(resolve(contacts, {"service_desk": SERVICE_DESK}, "agent", {}, on(at, zone)))


def test_a_role_may_be_one_person() -> None:
    assert ids(resolve(contacts_with(), {}, "manager", {}, on("2026-11-23 10:00"))) == ["chen"]


@pytest.mark.parametrize("role", ["lost", "no_such_role", "agent"])
def test_nobody_is_an_answer_with_a_reason(role: str) -> None:
    found = resolve(contacts_with(), {}, role, {}, on("2026-11-23 10:00"))

    assert found.people == ()
    assert found.why


@pytest.mark.parametrize(
    ("fields", "clerk"),
    [
        ({"city": "深圳", "district": "南山"}, ["li"]),
        ({"city": "深圳", "district": "福田"}, ["zhao"]),
        ({"city": "深圳"}, ["zhao"]),
        ({"city": " 深圳 ", "district": "南山"}, ["li"]),
        ({"city": "东莞", "district": "南山"}, ["wang"]),
        ({}, ["wang"]),
    ],
)
def test_the_first_row_that_fits_answers_and_a_blank_cell_means_any(fields: Mapping[str, str], clerk: list[str]) -> None:
    assert ids(resolve(contacts_with(), {}, "clerk", fields, on("2026-11-23 10:00"))) == clerk


@pytest.mark.parametrize("fields", [{"city": "深圳", "district": "福田"}, {"city": "东莞"}])
def test_a_blank_or_unknown_person_in_the_row_is_nobody_and_the_reason_names_the_row(fields: Mapping[str, str]) -> None:
    found = resolve(contacts_with(), {}, "dispatcher", fields, on("2026-11-23 10:00"))

    assert found.people == ()
    assert "提货分区表" in found.why


def test_a_limit_may_be_looked_up_and_no_row_is_none() -> None:
    lanes = Table(
        name="lanes",
        label="线路时效表",
        columns=("city", "destination", "hours", "vip_hours"),
        rows=({"city": "深圳", "destination": "杭州", "hours": "72 h", "vip_hours": "48 h"},),
        compared=("city", "destination"),
        span=NOWHERE,
    )

    assert look_up_cell(lanes, {"city": "深圳", "destination": "杭州"}, "hours") == "72 h"
    assert look_up_cell(lanes, {"city": "深圳", "destination": "杭州"}, "vip_hours") == "48 h"
    assert look_up_cell(lanes, {"city": "深圳"}, "hours") is None


def test_a_rota_may_follow_a_calendar_so_make_up_days_are_staffed() -> None:
    rota = contacts_with(a_shift("liu", during="service_desk"), a_shift("hotline"))

    assert agent(rota, "2026-11-23 10:00") == ["liu"]
    assert agent(rota, "2026-11-23 17:00") == ["hotline"]
    assert agent(rota, "2026-10-10 10:00") == ["liu"]
    assert agent(rota, "2026-11-28 10:00") == ["hotline"]


def test_swaps_win_only_on_their_dates_and_hours() -> None:
    swaps = (a_swap(date(2026, 12, 12), "wang", hours=((32_400, 43_200),)), a_swap(date(2026, 12, 20), "li", until=date(2026, 12, 21)))
    rota = contacts_with(a_shift("hotline"), swaps=swaps)

    assert agent(rota, "2026-12-12 09:00") == ["wang"]
    assert agent(rota, "2026-12-12 12:00") == ["hotline"]
    assert agent(rota, "2026-12-13 10:00") == ["hotline"]
    assert agent(rota, "2026-12-20 00:00") == agent(rota, "2026-12-21 23:59") == ["li"]
    assert agent(rota, "2026-12-22 00:00") == ["hotline"]


def test_a_night_shift_belongs_to_the_date_on_which_it_starts() -> None:
    night = ((72_000, 86_400 + 28_800),)
    rota = contacts_with(a_shift("li", days=(4,), hours=night), a_shift("hotline"))

    assert agent(rota, "2026-11-27 19:59") == ["hotline"]
    assert agent(rota, "2026-11-27 20:00") == ["li"]
    assert agent(rota, "2026-11-28 07:59") == ["li"]
    assert agent(rota, "2026-11-28 08:00") == ["hotline"]
    assert agent(rota, "2026-11-27 03:00") == ["hotline"]


def test_several_are_on_duty_in_written_order_and_unknown_ones_are_counted() -> None:
    rota = contacts_with(a_shift("zhao", "gone", "li", "zhao"))
    found = resolve(rota, {}, "agent", {}, on("2026-11-23 10:00"))

    assert ids(found) == ["zhao", "li"]
    assert "1 人不在名册" in found.why


def test_a_shift_during_an_unknown_calendar_never_holds() -> None:
    assert agent(contacts_with(a_shift("li", during="gone"), a_shift("hotline")), "2026-11-23 10:00") == ["hotline"]


@pytest.mark.parametrize(
    ("at", "who"),
    [
        ("2026-03-28 21:59", "li"),
        ("2026-03-28 22:00", "zhao"),
        ("2026-03-29 05:59", "zhao"),
        ("2026-03-29 06:00", "li"),
        ("2026-10-25 05:59", "zhao"),
    ],
)
def test_a_shift_keeps_its_local_start_over_a_clock_change(at: str, who: str) -> None:
    """T1."""
    rota = contacts_with(a_shift("li", hours=((21_600, 79_200),)), a_shift("zhao", hours=((79_200, 108_000),)), timezone="Europe/Paris")

    assert agent(rota, at, "Europe/Paris") == [who]


@pytest.mark.parametrize("day", [28, 29])
@pytest.mark.parametrize("month", [3, 10])
def test_a_handoff_at_a_missing_or_ambiguous_time_leaves_no_gap_and_no_overlap(month: int, day: int) -> None:
    """T4: hand over at 02:30 each night; without the last row a gap would be nobody."""
    first, second = a_shift("li", hours=((9_000, 52_200),)), a_shift("zhao", hours=((52_200, 95_400),))
    forward, turned = (contacts_with(*order, timezone="Europe/Paris") for order in ((first, second), (second, first)))
    start = datetime(2026, month, day - 4 if month == 10 else day, tzinfo=UTC)
    quarters = [start.replace(hour=hour, minute=minute) for hour in range(24) for minute in (0, 15, 30, 45)]

    served = [ids(resolve(forward, {}, "agent", {}, at)) for at in quarters]

    assert all(served)
    assert served == [ids(resolve(turned, {}, "agent", {}, at)) for at in quarters]


def test_the_phone_serves_sms_and_a_missing_channel_is_none() -> None:
    assert address_of(PEOPLE["li"], "sms") == "138-li"
    assert address_of(PEOPLE["li"], "wechat_work") == "wx-li"
    assert address_of(PEOPLE["li"], "dingtalk") is None
