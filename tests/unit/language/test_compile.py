"""Do the forms mean what language.md says? Calendars, texts, the waiting-state law, tables, connections, stories."""

import json
from datetime import UTC, date, datetime

from engine.language.compile import compile_rulebook
from engine.language.lint import lint
from engine.model.condition import AllOf, Clause, Word
from engine.model.connection import Secret
from engine.model.message import Literal, Optional_, Placeholder
from engine.model.policy import When
from tests.unit.language.rulebooks import SHIPPED, compiled, edited, small

HOUR = 3600


def codes(files: dict[str, str]) -> list[tuple[str, str, int]]:
    return [(found.code, found.span.file, found.span.line) for found in compile_rulebook(files).diagnostics]


def test_a_make_up_saturday_takes_the_weekday_hours() -> None:
    desk = compiled(SHIPPED).calendars["service_desk"]

    assert desk.dates[date(2026, 10, 10)].hours == desk.weekly[0]
    assert desk.weekly[5] == ((9 * HOUR, 12 * HOUR),)
    assert desk.closed[date(2026, 10, 1)] == "国庆节"
    assert desk.confirmed_through == date(2026, 12, 31)


def test_a_calendar_without_a_holiday_file_is_not_touched_by_it() -> None:
    fleet = compiled(SHIPPED).calendars["pickup_fleet"]

    assert set(fleet.closed) == {date(2026, 2, 16), date(2026, 2, 17), date(2026, 2, 18)}
    assert fleet.dates == {}


def test_a_date_the_company_declares_open_leaves_the_holiday_list() -> None:
    files = edited(
        SHIPPED,
        "rules/calendars.yaml",
        "    holidays: cn\n",
        "    holidays: cn\n    dates: [{date: 2026-10-01, open: 10:00-12:00}, {date: 2026-10-10, open: none}]\n",
    )

    desk = compiled(files).calendars["service_desk"]

    assert date(2026, 10, 1) not in desk.closed
    assert desk.dates[date(2026, 10, 1)].hours == ((10 * HOUR, 12 * HOUR),)
    assert date(2026, 10, 10) in desk.closed
    assert date(2026, 10, 10) not in desk.dates


def test_overnight_hours_are_split_at_midnight() -> None:
    text = "kind: calendars\ncalendars:\n  desk:\n    label: 夜班\n    hours: [{days: mon-fri, open: 17:00-08:30}]\n    dates: [{date: 2026-11-28, open: 22:00-02:00}]\n"

    desk = compiled(small(rules_calendars=text)).calendars["desk"]

    assert desk.weekly[0] == ((17 * HOUR, 24 * HOUR),)
    assert desk.weekly[5] == ((0, 8 * HOUR + 1800),)
    assert desk.dates[date(2026, 11, 28)].hours == ((0, 8 * HOUR + 1800), (22 * HOUR, 24 * HOUR))
    assert desk.dates[date(2026, 11, 29)].hours == ((0, 2 * HOUR),)


def test_weekdays_that_differ_leave_a_make_up_day_open_to_doubt() -> None:
    text = (
        "kind: calendars\ncalendars:\n  desk:\n    label: 坐席\n    hours: [{days: mon-thu, open: 08:00-17:00}, {days: fri, open: 08:00-12:00}]\n    holidays: cn\n"
        "holidays:\n  cn:\n    open:\n      - {date: 2026-10-10}\n"
    )

    assert codes(small(rules_calendars=text)) == [("F102", "rules/calendars.yaml", 10)]
    assert compiled(small(rules_calendars=text.replace("10-10}", "10-10, like: fri}"))).calendars["desk"].dates[
        date(2026, 10, 10)
    ].hours == ((8 * HOUR, 12 * HOUR),)


def test_a_literal_bracket_beside_a_double_one_loses_the_space_between() -> None:
    text = compiled(SHIPPED).messages["dispatch_order"].text

    assert text[0] == Literal("[")
    assert isinstance(text[1], Placeholder)
    last = text[-1]
    assert isinstance(last, Optional_)
    assert [part.text if isinstance(part, Literal) else part.name for part in last.parts] == ["[", "agent_no", "]"]


def test_a_row_key_is_canonical() -> None:
    rows = compiled(SHIPPED).policies["delivery_deadline"].timeline

    assert [row.key for row in rows] == ["late 0 min", "late 2 h", "every_day_while_late"]
    assert rows[-1].when is When.EVERY_DAY_WHILE_LATE


def test_transitions_are_keyed_by_state_event_and_place_among_their_like() -> None:
    shipment = compiled(SHIPPED).workflows["shipment"]

    assert [row.key for row in shipment.states["dispatched"].transitions][:3] == [
        "dispatched/pickup_failed/1",
        "dispatched/pickup_failed/2",
        "dispatched/pickup_failed/3",
    ]
    assert shipment.from_any_state[0].key == "*/damaged/1"


def test_a_mapping_is_all_of_its_clauses_and_private_fields_are_marked() -> None:
    files = edited(
        small(),
        "rules/sla.yaml",
        "    while: new\n",
        "    while: new\n    if: {weight: {at_least: 1, at_most: 5}, phone: {starts_with: 138}}\n",
    )
    files = edited(files, "workflows/parcel.yaml", "    label: 待发\n", "    label: 待发\n    no_deadline: 试\n")

    condition = compiled(files).policies["first_scan"].condition

    assert isinstance(condition, AllOf)
    clauses = [part for part in condition.parts if isinstance(part, Clause)]
    assert [clause.word for clause in clauses] == [Word.AT_LEAST, Word.AT_MOST, Word.STARTS_WITH]
    assert [clause.private for clause in clauses] == [False, False, True]


def test_a_state_watched_only_by_a_policy_with_a_condition_is_refused() -> None:
    files = edited(small(), "rules/sla.yaml", "    while: new\n", "    while: new\n    if: {tier: VIP}\n")

    assert codes(files) == [("W506", "workflows/parcel.yaml", 25)]
    assert codes(edited(files, "workflows/parcel.yaml", "    label: 待发\n", "    label: 待发\n    no_deadline: 有人盯着\n")) == []


def test_a_state_whose_due_time_may_be_blank_is_refused() -> None:
    files = edited(small(), "workflows/parcel.yaml", "label: 承诺时间}", "label: 承诺时间, optional: yes}")

    assert [code for code, _, _ in codes(files)] == ["W506"]


def test_a_clock_that_may_stop_inside_the_state_does_not_watch_it() -> None:
    files = edited(small(), "rules/sla.yaml", "    while: new\n", "    while: new\n    stops: {sent: hurry}\n")

    assert [code for code, _, _ in codes(files)] == ["W506"]


def test_a_table_may_stand_in_a_csv_beside_the_file() -> None:
    contacts = (
        "kind: contacts\npeople:\n  wang: {name: 王芳, phone: 13800000001}\ntables:\n  areas: {label: 分区, rows_from: tables/areas.csv}\n"
        "roles:\n  agent: {label: 客服, look_up: areas, take: clerk}\n  last_resort: {label: 兜底, person: wang}\n"
    )
    files = small(rules_contacts=contacts)

    good = compiled({**files, "rules/tables/areas.csv": "\ufeffcity,clerk\n深圳,wang\n,wang\n"})
    bad = codes({**files, "rules/tables/areas.csv": "city,clerk\n深圳,wagn\n"})

    assert good.contacts.tables["areas"].rows == ({"city": "深圳", "clerk": "wang"}, {"city": "", "clerk": "wang"})
    assert good.contacts.tables["areas"].compared == ("city",)
    assert bad == [("R301", "rules/tables/areas.csv", 2)]
    assert codes(files) == [("R306", "rules/contacts.yaml", 5)]


CONNECTION = """kind: connection
connection: tms
label: 运输系统
type: http
usual_lag: 2 h
inbound:
  path: /in/tms
  body: json
  signature: {kind: hmac, secret: [env:TMS_NEW, file:/etc/tms], header: X-Sign}
  workflow: parcel
  case: [{no: data.no}]
  happened_at: data.at
  events:
    - {label: 签收, match: {data.code: ['1', '2']}, event: signed, fill: {weight: data.kg}}
  reply: {json: {ok: true, code: 200, text: '200'}}
  samples: [samples/a.json]
outbound:
  base_url: env:TMS_URL
  commands:
    hold: {method: POST, path: '/{no}/hold', form: {who: '{name}'}}
    drop: human
"""


def test_a_connection_is_compiled_with_references_to_secrets_only() -> None:
    sample = json.dumps({"data": {"no": "1", "at": "x", "code": "1", "kg": "2"}})
    files = {**small(rules_tms=CONNECTION), "rules/samples/a.json": sample}

    tms = compiled(files).connections["tms"]

    assert tms.inbound is not None
    assert tms.inbound.signature is not None
    assert tms.inbound.signature.secrets == (Secret("env:TMS_NEW"), Secret("file:/etc/tms"))
    assert json.loads(tms.inbound.reply or "") == {"ok": True, "code": 200, "text": "200"}
    assert tms.base_url == Secret("env:TMS_URL")
    assert tms.commands["drop"].human
    assert tms.usual_lag_seconds == 7200


def test_every_path_of_a_connection_must_exist_in_a_sample() -> None:
    sample = json.dumps({"data": {"no": "1", "at": "x", "code": "1", "weight": "2"}})

    assert codes({**small(rules_tms=CONNECTION), "rules/samples/a.json": sample}) == [("R307", "rules/tms.yaml", 14)]


def test_a_story_runs_on_wall_clock_time() -> None:
    story = compiled(SHIPPED).stories
    late = next(each for each in story if each.name.startswith("晚收到的提货扫描"))

    step = next(each for each in late.steps if each.event == "picked_up")

    assert step.at == datetime(2026, 11, 23, 7, 10, tzinfo=UTC)
    assert step.happened_at == datetime(2026, 11, 23, 6, 50, tzinfo=UTC)
    assert step.expect is not None
    assert step.expect.late == ()
    assert step.expect.tasks == ()


def test_the_same_name_in_two_files_is_told_with_both_places() -> None:
    files = small(rules_more=small()["rules/calendars.yaml"])

    (found,) = compile_rulebook(files).diagnostics

    assert (found.code, found.span.file, found.related[0].file) == ("R305", "rules/more.yaml", "rules/calendars.yaml")


def test_next_year_is_asked_for_from_november_on() -> None:
    rulebook = compiled(SHIPPED)

    assert lint(rulebook, date(2026, 10, 31)) == ()
    assert [found.code for found in lint(rulebook, date(2026, 11, 1))] == ["W514"]


def test_somebody_without_an_address_is_found() -> None:
    files = edited(small(), "rules/escalations.yaml", "channel: phone, to: last_resort", "channel: wechat_work, to: last_resort")

    assert codes(files) == [("W517", "rules/escalations.yaml", 7)]


def test_nothing_at_all_is_an_empty_rulebook() -> None:
    assert compiled({}).workflows == {}
