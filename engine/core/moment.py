"""What was known of a case at one instant? Its reading, its clocks, its armed timers, and the words to tell of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.core.clocks import Clock
from engine.core.evaluate import Seen, evaluate
from engine.core.reading import clocks_of, read_case
from engine.core.stays import Reading
from engine.core.terms import Court
from engine.model.case import Case
from engine.model.condition import Answer, Check, Condition
from engine.model.decision import JournalRow
from engine.model.span import NOWHERE, Span
from engine.model.timer import Timer
from engine.model.values import FieldType

SIGNS = {
    "is": "=", "one_of": "∈", "is_not": "≠", "more_than": ">", "at_least": "≥", "less_than": "<", "at_most": "≤",
}  # fmt: skip
WORDS = {
    "before": ("早于", "before"), "from": ("不早于", "from"), "contains": ("含", "contains"), "starts_with": ("开头是", "starts with"),
    "blank": ("空着", "blank"), "none_of": ("∉", "∉"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A case as it stood at `now`, from what had been received by then, under the rules given."""

    court: Court
    case: Case
    journal: Sequence[JournalRow]
    timers: Sequence[Timer]
    now: datetime
    english: bool
    reading: Reading
    clocks: Sequence[Clock]

    def of(self, zh: str, en: str) -> str:
        """The one of the two that is wanted."""
        return en if self.english else zh

    def name(self, label: str, name: str) -> str:
        return name if self.english else label or name

    def state(self, name: str) -> str:
        found = self.court.workflow.states.get(name)
        return self.name(found.label if found else name, name)

    def states(self, names: Sequence[str]) -> str:
        return self.of("、", ", ").join(self.state(name) for name in names)

    def event(self, name: str) -> str:
        found = self.court.workflow.events.get(name)
        return self.name(found.label if found else name, name)

    def role(self, name: str | None) -> str:
        found = self.court.rulebook.contacts.roles.get(name or "")
        field = self.court.workflow.fields.get(name or "")
        return self.name(found.label if found else field.label if field else name or "", name or "")

    def message(self, name: str | None) -> str:
        found = self.court.rulebook.messages.get(name or "")
        return self.name(found.label if found else name or "", name or "")

    def chain(self, name: str) -> str:
        found = self.court.rulebook.chains.get(name)
        return self.name(found.label if found else name, name)

    def policy(self, name: str) -> str:
        found = self.court.rulebook.policies.get(name)
        return self.name(found.label if found else name, name)

    def rule_of(self, row: str) -> str:
        """Whose row it is, by the label of its policy, chain or message; the row itself if none of them has it."""
        name = row.partition("/")[0].partition(":")[0]
        rulebook = self.court.rulebook
        found = rulebook.policies.get(name) or rulebook.chains.get(name) or rulebook.messages.get(name)
        return self.name(found.label, name) if found else row

    def time(self, at: datetime | None) -> str:
        """On the rulebook's wall clock; the day where it is not the day of `now`."""
        if at is None:
            return "—"
        zone = ZoneInfo(self.court.zone)
        local, today = at.astimezone(zone), self.now.astimezone(zone)
        day = "" if local.date() == today.date() else f"{local:%m-%d} " if local.year == today.year else f"{local:%Y-%m-%d} "
        return f"{day}{local:%H:%M:%S}" if local.second or local.microsecond else f"{day}{local:%H:%M}"

    def check(self, subject: str, word: str, expected: str, seen: str, holds: Answer | bool, span: Span = NOWHERE) -> Check:
        """A clause that stands in no `if:`."""
        answer = holds if isinstance(holds, Answer) else Answer.YES if holds else Answer.NO
        return Check(subject, word, expected, seen, answer, span)

    def condition(self, condition: Condition | None, texts: dict[str, str] | None = None, state: str | None = None) -> tuple[Check, ...]:
        """Every clause of an `if:`, as now or as of other fields, in words of the language asked for."""
        workflow = self.court.workflow
        seen = Seen(
            workflow, self.reading.texts if texts is None else texts, self.court.zone, self.reading.state if state is None else state
        )
        return tuple(self.told(check) for check in evaluate(condition, seen)[1])

    def answer(self, condition: Condition | None, texts: dict[str, str] | None = None, state: str | None = None) -> Answer:
        seen = Seen(
            self.court.workflow,
            self.reading.texts if texts is None else texts,
            self.court.zone,
            self.reading.state if state is None else state,
        )
        return evaluate(condition, seen)[0]

    def told(self, check: Check) -> Check:
        """A check of an `if:` with labels instead of names, signs instead of words."""
        field = self.court.workflow.fields.get(check.subject)
        label = {"state": "状态", "started_at_time": "起算时刻"}.get(check.subject, field.label if field else check.subject)
        expected, seen = check.expected, check.seen
        if check.subject == "state":
            expected, seen = " | ".join(self.state(one) for one in expected.split(" | ")), self.state(seen)
        word = SIGNS.get(check.word) or self.of(*WORDS.get(check.word, (check.word, check.word)))
        if field is not None and field.type is FieldType.TIME:
            expected, seen = self._instant(expected), self._instant(seen)
        if check.word == "blank":
            expected = self.of({"yes": "是", "no": "否"}.get(expected, expected), expected)
        return Check(self.name(label, check.subject), word, expected, seen or self.of("(空)", "(blank)"), check.answer, check.span)

    def _instant(self, text: str) -> str:
        """An instant as a field keeps it, on the wall clock; anything else as it is."""
        try:
            return self.time(datetime.fromisoformat(text))
        except ValueError:
            return text


def look(court: Court, case: Case, journal: Sequence[JournalRow], timers: Sequence[Timer], now: datetime, lang: str) -> Moment:
    """Read the case and count its clocks at an instant."""
    reading = read_case(court, case)
    return Moment(
        court=court,
        case=case,
        journal=journal,
        timers=timers,
        now=now,
        english=lang == "en",
        reading=reading,
        clocks=clocks_of(court, reading, now, case.ledger.floors),
    )


def say_length(seconds: float) -> str:
    """`3h12m`, `45m`, `2d4h`, `20s`: short, for tables; the smallest unit only where it is all there is, or the rest of a minute."""
    whole = round(abs(seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    parts = [f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if number]
    return "".join(parts) or "0m"
