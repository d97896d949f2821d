"""Until when? The due time of one clock under its policy: limit, day table, field, look-up, exceptions, disruptions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.core import calendars
from engine.core.answers import answer_of
from engine.core.evaluate import Seen
from engine.core.marks import Trace
from engine.core.route import look_up_cell
from engine.model.amounttext import read_amount
from engine.model.calendar import Calendar, Disruption
from engine.model.condition import Answer
from engine.model.fieldtext import BadValue, read_text
from engine.model.policy import Amount, DueAt, DueDay, DueField, LookUp, Policy, Terms
from engine.model.rulebook import Rulebook
from engine.model.workflow import Workflow

Span_ = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Court:
    """What a reading of one case needs beside its events: the rules, and the workflow they speak of."""

    rulebook: Rulebook
    workflow: Workflow

    @property
    def zone(self) -> str:
        return self.rulebook.timezone

    def calendar(self, name: str | None, at: datetime) -> Calendar | None:
        """The calendar by name as of an instant: the overlay with the latest valid_from wins (R101)."""
        if name is None:
            return None
        overlays = self.rulebook.overlays.get(name)
        if not overlays:
            return self.rulebook.calendars[name]
        day = self.local_date(at)
        fitting = [
            overlay
            for overlay in overlays
            if (overlay.valid_from is None or overlay.valid_from <= day) and (overlay.valid_to is None or day <= overlay.valid_to)
        ]
        return max(fitting, key=lambda one: one.valid_from or date.min) if fitting else self.rulebook.calendars[name]

    def local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.rulebook.timezone))

    def local_date(self, at: datetime) -> date:
        return self.local(at).date()


def due_of(court: Court, policy: Policy, start: Trace, as_of: Trace, pauses: Iterable[Span_]) -> datetime | None:
    """When the promise falls due, with the fields as of `as_of`; None: nothing is promised (blank field, no lane row)."""
    terms = terms_of(court, policy, start, as_of)
    calendar = court.calendar(policy.calendar, start.at)
    match terms:
        case None:
            return None
        case DueAt():
            due = _due_at(court, calendar, start.at, terms)
            return _shifted(due, start.at, pauses)
        case DueField():
            return _shifted(_due_field(court, terms, as_of.texts), start.at, _disrupted(court, policy, pauses))
        case LookUp():
            amount = _looked_up(court, terms, as_of.texts)
            return calendars.deadline(calendar, start.at, amount, tuple(pauses)) if amount else None
        case Amount():
            return calendars.deadline(calendar, start.at, terms, tuple(pauses))


def terms_of(court: Court, policy: Policy, start: Trace, as_of: Trace) -> Terms | None:
    """The first `except` row that fits, else the policy's own terms."""
    if not policy.excepts:
        return policy.terms
    seen = Seen(court.workflow, as_of.texts, court.zone, as_of.after, _start_time(court, policy, start))
    calendar = court.calendar(policy.calendar, start.at)
    for row in policy.excepts:
        answer = answer_of(row.condition, seen)
        if answer is Answer.COULD_NOT_TELL:
            return None
        if answer is Answer.YES and not _same_day_on_closed_date(court, calendar, row.terms, start.at):
            return row.terms
    return policy.terms


def _same_day_on_closed_date(court: Court, calendar: Calendar | None, terms: Terms, start: datetime) -> bool:
    """A start on a closed date takes only a `next_open_day` row (time.md 1.2)."""
    if calendar is None or not isinstance(terms, DueAt) or terms.day is not DueDay.SAME_DAY:
        return False
    return not calendars.is_business_day(calendar, calendars.local_date(calendar.timezone, start))


def _start_time(court: Court, policy: Policy, start: Trace) -> time:
    calendar = court.calendar(policy.calendar, start.at)
    zone = calendar.timezone if calendar else court.zone
    return start.at.astimezone(ZoneInfo(zone)).time()


def _due_at(court: Court, calendar: Calendar | None, start: datetime, terms: DueAt) -> datetime | None:
    if calendar is not None:
        return calendars.due_at(calendar, start, terms)
    day = court.local_date(start) + timedelta(days=0 if terms.day is DueDay.SAME_DAY else 1)
    return calendars.instant_of(court.zone, day, terms.at)


def _due_field(court: Court, terms: DueField, texts: Mapping[str, str]) -> datetime | None:
    text = texts.get(terms.field, "")
    declared = court.workflow.fields.get(terms.field)
    if not text or declared is None:
        return None
    try:
        value = read_text(declared, text, court.zone)
    except BadValue:
        return None
    if isinstance(value, datetime):
        day = court.local_date(value)
        return _end_of(court, day) if terms.end_of_day else value
    return _end_of(court, value) if isinstance(value, date) else None


def _end_of(court: Court, day: date) -> datetime:
    """The last instant of a local date: what happens within it is in time."""
    midnight = calendars.instant_of(court.zone, day + timedelta(days=1), time(0))
    return midnight - timedelta(microseconds=1)


def _looked_up(court: Court, terms: LookUp, texts: Mapping[str, str]) -> Amount | None:
    table = court.rulebook.contacts.tables.get(terms.table)
    cell = look_up_cell(table, texts, terms.column) if table else None
    return read_amount(cell) if cell else None


def _shifted(due: datetime | None, start: datetime, pauses: Iterable[Span_]) -> datetime | None:
    """A fixed due time moves by what was paused before it."""
    if due is None:
        return None
    for since, until in sorted(pauses):
        if since < due and until > start:
            due += until - max(since, start)
    return due


def _disrupted(court: Court, policy: Policy, pauses: Iterable[Span_]) -> list[Span_]:
    """A due time by field is immune to pauses by state; a disruption that names the policy does move it (time.md 2.2)."""
    declared = {(one.since, one.until) for one in court.rulebook.disruptions if policy.name in one.pauses}
    return [pause for pause in pauses if pause in declared]


def pauses_by_disruption(court: Court, policy: Policy, last: Trace) -> list[Span_]:
    """Spans in which a declared disruption holds this policy's clocks, for cases it concerns; past or to come, alike."""
    return [(one.since, one.until) for one in court.rulebook.disruptions if policy.name in one.pauses and concerns(court, one, last)]


def concerns(court: Court, disruption: Disruption, last: Trace) -> bool:
    """Whether a disruption is about this case, by its `if:`."""
    return answer_of(disruption.condition, Seen(court.workflow, last.texts, court.zone, last.after)) is Answer.YES
