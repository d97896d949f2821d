"""Do the short ways of the court come to what the long ways come to? Each of them has an authority that is slower and plainer."""

from datetime import date, time, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.core.answers import answer_of
from engine.core.calendars import is_business_day, shift_open_dates
from engine.core.clocks import Clock, read_clocks
from engine.core.evaluate import Seen, evaluate
from engine.core.machine import fired, pick
from engine.core.reading import _read_all, clocks_of, read_on
from engine.core.rows import instants
from engine.core.terms import Court
from engine.model.calendar import Calendar
from engine.model.condition import Answer, Clause, Condition, NoneOf, Word
from engine.model.event import Event, EventKind, Heard
from engine.model.span import NOWHERE
from engine.model.workflow import Transition, Workflow
from tests.properties.test_boundaries import CONDITIONS, PARCEL
from tests.properties.test_calendars import calendars
from tests.time.world import CALENDARS, compiled, policy, sla, when
from tests.unit.core.courtroom import PARCEL_RULES

SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

STORM = """
disruptions:
  - {label: 台风, from: 2026-11-23 11:00, until: 2026-11-23 15:00, if: {tier: VIP}, pauses: [first, by_field]}
"""
RULES = compiled(
    calendars=f"{CALENDARS}{STORM}",
    sla=sla(
        policy("first", "while: [new, waiting, line2]\npauses: waiting\nlimit: 2 h\nexcept:\n  - {if: {tier: VIP}, limit: 3 h}"),
        policy("vips", "if: {tier: VIP}\nwhile: [new, line2]\npauses: waiting\nlimit: 1 h"),
        policy("here", "if: {state: line2}\nwhile: [new, line2, waiting]\nlimit: 1 h"),
        policy("by_field", "while: [new, line2, waiting]\npauses: waiting\ndue: {field: promised}"),
        policy("again", "while: [new, line2, waiting]\nstarts: [{event: note}, {enters: line2}]\npauses: waiting\nlimit: 3 h"),
        policy("goes_on", "while: [new, line2]\npauses: line2\non_return: continue\nlimit: 6 h\ncalendar: desk"),
        policy("stopped", "while: [new, line2, waiting]\nstops: [{event: called}, {enters: answered}]\nlimit: 4 h"),
        policy("once", "while: [new]\nlimit: 2 h\nvalid_from: 2026-11-24"),
    ),
)
NAMES = ("asked", "answered", "taken", "replied", "customer_wrote", "solved", "back_again", "note", "called", "nag", "edited", "retracted")
CHANGES = (
    {},
    {"tier": "VIP"},
    {"tier": "普通"},
    {"promised": "2026-11-23 16:00"},
    {"promised": "2026-11-24 10:00"},
    {"tier": "VIP", "city": "深圳"},
)


@st.composite
def heard(draw: st.DrawFn) -> list[Heard]:
    """A case from its opening on, heard in some order; fields change, marks repeat."""
    found = [_heard(0, "created", 0, {"no": "T1"})]
    for number in range(1, draw(st.integers(1, 12)) + 1):
        name = draw(st.sampled_from(NAMES))
        data = draw(st.sampled_from(CHANGES)) if name in ("edited", "note", "replied") else {}
        found.append(_heard(number, name, draw(st.integers(1, 1500)) if draw(st.booleans()) else number * 45, data))
    return found


def _heard(number: int, name: str, minute: int, data: dict[str, str]) -> Heard:
    at = when("11-23 09:00") + timedelta(minutes=minute)
    event = Event(id=str(number), source="test", kind=EventKind.HAPPENED, name=name, occurred_at=at, received_at=at, data=data)
    return Heard(event, number + 1, "")


@SOME
@given(heard(), st.lists(st.integers(0, 3000), min_size=13, max_size=13))
def test_clocks_followed_event_by_event_are_those_counted_from_the_first_mark(history: list[Heard], minutes: list[int]) -> None:
    court = Court(RULES, RULES.workflows["ticket"])
    policies = list(RULES.policies.values())
    reading = _read_all(court, history[:1], when("11-23 09:00"))

    for one, minute in zip(history[1:], sorted(minutes[: len(history)]), strict=False):
        reading = read_on(court, reading, one)
        now = when("11-23 09:00") + timedelta(minutes=minute)
        clocks = clocks_of(court, reading, now, {})

        counted = read_clocks(court, policies, reading.traces, now)
        assert [_all_of(court, clock) for clock in clocks] == [_all_of(court, clock) for clock in counted]
        assert [_all_of(court, clock) for clock in clocks_of(court, reading, now, {})] == [_all_of(court, clock) for clock in counted]


def _all_of(court: Court, clock: Clock) -> tuple[object, ...]:
    """Everything anybody looks at."""
    return (
        clock.id, clock.number, clock.start, clock.last.texts, clock.last.after, clock.pauses, clock.paused_since, clock.changes,
        clock.stopped, clock.ended, clock.due, clock.superseded, clock.storms, clock.fixed_due, list(instants(court, clock, None)),
    )  # fmt: skip


ODD = st.one_of(
    CONDITIONS,
    st.builds(lambda word: Clause("weight", word, (Decimal(50),), NOWHERE), st.sampled_from(list(Word)[:9])),
    st.builds(lambda word: Clause("city", word, (Decimal(50),), NOWHERE), st.sampled_from(list(Word)[3:9])),
)


@settings(max_examples=300, deadline=None)
@given(
    ODD,
    st.dictionaries(st.sampled_from(["weight", "tier", "city"]), st.sampled_from(["", "50", "9.9", "x", "VIP", "普通", "深圳"])),
    st.sampled_from(["new", "moving", "done"]),
    st.one_of(st.none(), st.builds(time, st.integers(0, 23))),
)
@example(NoneOf((Clause("weight", Word.IS, (Decimal(50),), NOWHERE),)), {"weight": "x"}, "new", None)
def test_the_answer_alone_is_the_answer_with_its_checks(
    condition: Condition, texts: dict[str, str], state: str, started: time | None
) -> None:
    answer, _ = evaluate(condition, Seen(PARCEL, texts, "Asia/Shanghai", state, started))

    assert answer_of(condition, Seen(PARCEL, texts, "Asia/Shanghai", state, started)) is answer


@given(st.data(), st.sampled_from([*PARCEL_RULES.workflows.values(), *RULES.workflows.values()]))
def test_the_way_read_off_the_machine_is_the_one_the_library_fires(data: st.DataObject, workflow: Workflow) -> None:
    answers: dict[str, Answer] = {}

    def ask(row: Transition) -> Answer:
        if row.key not in answers:
            answers[row.key] = data.draw(st.sampled_from(Answer))
        return answers[row.key]

    for state in workflow.states:
        for event in (*workflow.events, "edited", "never_declared"):
            assert pick(workflow, state, event, ask) == fired(workflow, state, event, ask)


@SOME
@given(calendars(), st.integers(-40, 40))
def test_open_dates_by_bisection_are_those_found_by_walking(drawn: tuple[Calendar, date], days: int) -> None:
    cal, day = drawn

    assert shift_open_dates(cal, day, days) == _walked(cal, day, days)


def _walked(cal: Calendar, day: date, days: int) -> date | None:
    left, step = abs(days), timedelta(days=1 if days > 0 else -1)
    for _ in range(3660):
        if left == 0:
            return day
        day += step
        left -= is_business_day(cal, day)
    return None
