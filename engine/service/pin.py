"""What story does a real case tell? Its papers as steps, what it came to as expectations, nobody's real name in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from engine.model.rulebook import Rulebook
from engine.model.values import FieldType
from engine.ports.directory import SentRow
from engine.service.pinned_deeds import Deed
from engine.service.pinned_papers import Papers, Row, sendings_of
from engine.service.stand_ins import StandIns
from engine.service.story_text import Plain, story_text

UNSPOKEN = "note"
"""What a tracking note becomes: its words are somebody's."""
FAILED = {"rejected": "refuses", "unknown": "silent"}


@dataclass(frozen=True, slots=True)
class Pinned:
    """A story of a real case, as a file; `left`: real values still in it, which must be none."""

    name: str
    text: str
    left: Sequence[str]


@dataclass(slots=True)
class Step:
    """One step to write: when, what happens, and the rows of the journals it answers for."""

    at: datetime
    row: Row | None = None
    channels: dict[str, str] = field(default_factory=dict)
    covers: list[Row] = field(default_factory=list)


def pin(rulebook: Rulebook, papers: Papers, name: str, *, shift: timedelta = timedelta(0)) -> Pinned:
    """Write the story. `shift`: whole weeks to move every time by."""
    return _Pin(rulebook, papers, name, shift).write()


class _Pin:
    def __init__(self, rulebook: Rulebook, papers: Papers, name: str, shift: timedelta) -> None:
        self.rulebook = rulebook
        self.papers = papers
        self.name = name
        self.shift = shift
        self.zone = ZoneInfo(rulebook.timezone)
        self.stand_ins = StandIns(papers.case.opened_at + shift)
        self.steps = _steps(papers)
        self.begun = {effect: row for row in papers.rows for effect in row.entry.effects}
        self._last: datetime | None = None
        self._learn()

    def write(self) -> Pinned:
        first = self.steps[0]
        assert first.row is not None
        start = self.rulebook.workflows[self.papers.case.workflow]
        fields = self._data(first.row)
        written = [self._step(step, opens=place == 0, ends=place == len(self.steps) - 1) for place, step in enumerate(self.steps)]
        head = [
            f"一张真实的{start.label},{self.papers.rows[-1].entry.rulebook[:12]} 版规则裁决;姓名、电话、地址、单号都已换成编造的。",
            "Pinned from a real case; every name, phone, address and number in it is invented.",
        ]
        text = story_text(head, self.stand_ins.in_text(self.name), self.papers.case.workflow, fields, written)
        return Pinned(self.stand_ins.in_text(self.name), text, self.stand_ins.left_in(text))

    def _learn(self) -> None:
        """Meet every personal and identifying value before anything is written, so that free texts can be searched for them."""
        for row in self.papers.rows:
            event = self.papers.events.get(row.entry.event_id)
            workflow = self.rulebook.workflows[row.case.workflow]
            for name, value in event.data.items() if event else ():
                declared = workflow.fields.get(name)
                if declared is not None and (declared.private or (name in workflow.identified_by and declared.type is FieldType.TEXT)):
                    self.stand_ins.of(value, declared)

    def _data(self, row: Row) -> dict[str, str]:
        """The event's fields, masked; serial numbers are given anew by the story."""
        event, workflow = self.papers.events.get(row.entry.event_id), self.rulebook.workflows[row.case.workflow]
        found: dict[str, str] = {}
        for name, value in (event.data if event else {}).items():
            declared = workflow.fields.get(name)
            if declared is None or declared.type in (FieldType.SERIAL, FieldType.COUNT) or not value:
                continue
            if value in self.stand_ins.given and (declared.private or name in workflow.identified_by):
                found[name] = self.stand_ins.given[value]
            elif declared.type is FieldType.TIME:
                found[name] = self._moved(value)
            else:
                found[name] = self.stand_ins.in_text(value) if declared.type is FieldType.TEXT else value
        return found

    def _moved(self, value: str) -> str:
        """A time among the fields, on the wall clock, moved along."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return f"{(moment + self.shift).astimezone(self.zone):%Y-%m-%d %H:%M}" if moment.tzinfo else value

    def _step(self, step: Step, *, opens: bool, ends: bool) -> Mapping[str, Plain]:
        written: dict[str, Plain] = {"at": self._clock(step.at)}
        if step.channels:
            written["channels"] = dict(step.channels)
        about = step.row.case if step.row is not None else self.papers.case
        if about.id != self.papers.case.id:
            written["linked"] = about.workflow
        if step.row is not None:
            written.update(self._happening(step.row, step.at, opens=opens))
        written["expect"] = self._expect(step, about.id, ends=ends)
        return written

    def _clock(self, at: datetime) -> str:
        """Date and time, later only the time while the day is the same; seconds only where they are not zero."""
        local = (at + self.shift).astimezone(self.zone)
        same_day = self._last is not None and self._last.date() == local.date()
        self._last = local
        day, second = "" if same_day else f"{local:%Y-%m-%d} ", f":{local:%S}" if local.second else ""
        return f"{day}{local:%H:%M}{second}"

    def _happening(self, row: Row, at: datetime, *, opens: bool) -> Iterator[tuple[str, Plain]]:
        entry = row.entry
        task = self.papers.tasks.get(entry.extra.get("task", "") or entry.extra.get("effect", ""))
        if row.deed is not None:
            yield from self._deed(row.deed)
        elif entry.kind == "acknowledged":
            yield "acknowledged", entry.extra.get("chain", "")
        elif entry.kind == "receipt":
            yield "answered", {task.role if task else "": entry.extra.get("reason", "told")}
        elif task is not None:
            yield "finished", {task.role: UNSPOKEN if entry.kind == "note" else entry.name}
        elif entry.name == "retracted":
            yield "retracted", self._retracted(row)
        else:
            stated = entry.occurred_at.replace(microsecond=0) != at
            yield "event", {entry.name: self._whole_date(entry.occurred_at)} if stated else entry.name
        data = self._data(row)
        if data and not opens and entry.kind == "happened":
            yield "with", data

    def _deed(self, deed: Deed) -> Iterator[tuple[str, Plain]]:
        if deed.key != "sent_again":
            yield deed.key, self._whole_date(deed.until) if deed.until is not None else "yes"
        elif deed.message in self.rulebook.messages:
            yield deed.key, deed.message

    def _whole_date(self, at: datetime) -> str:
        """`2026-11-24 08:30`, with its seconds where they are not zero."""
        local = (at + self.shift).astimezone(self.zone)
        return f"{local:%Y-%m-%d %H:%M}" + (f":{local:%S}" if local.second else "")

    def _retracted(self, row: Row) -> str:
        named = self.papers.events.get(row.entry.extra.get("retracts_id", ""))
        return row.entry.extra.get("retracts", "") or (named.name if named else "")

    def _expect(self, step: Step, case: str, *, ends: bool) -> Mapping[str, Plain]:
        """What came of it: the state, everything sent and asked in its time, who turned late, and in the end every verdict."""
        seen = [row for one in self.steps[: self.steps.index(step) + 1] for row in one.covers if row.case.id == case]
        written: dict[str, Plain] = {"state": seen[-1].entry.state_after} if seen else {}
        sent = [self._sending(one.channel or "", one.to or "", one.message, at) for one, at in self._sent(step) if one.kind == "message"]
        tasks = [task.role for task in self.papers.tasks.values() if task.kind == "task" and self._covers(step, task.id)]
        commands = [one.masked for one, _ in self._sent(step) if one.kind == "command"]
        opened = [
            one.workflow for one in self.papers.linked if any(row.case.id == one.id and row.entry.revision == 1 for row in step.covers)
        ]
        late = sorted(self._late(step))
        corrected = sorted({note.subject for row in step.covers for note in row.entry.notes if note.kind == "corrected"})
        lists = {"tasks": tasks, "late": late, "corrected": corrected, "opened": opened, "commands": commands}
        written.update({key: value for key, value in lists.items() if value})
        written["sent"] = sent or "none"
        if ends and case == self.papers.case.id:
            written["verdicts"] = {one.policy: one.verdict.value for one in self.papers.case.clocks}
        return written

    def _sending(self, channel: str, to: str, message: str | None, at: datetime) -> Mapping[str, Plain]:
        local = (at + self.shift).astimezone(self.zone)
        same_day = self._last is not None and self._last.date() == local.date()
        named: dict[str, Plain] = {channel: to, **({"message": message} if message else {})}
        return {**named, "at": f"{local:%H:%M}" if same_day else f"{local:%Y-%m-%d %H:%M}"}

    def _sent(self, step: Step) -> Iterator[tuple[SentRow, datetime]]:
        place = self.steps.index(step)
        before = self.steps[place - 1].at if place else None
        for one, at in sendings_of(self.papers):
            row = self.begun[one.effect_id]
            own = at == row.at and row in step.covers
            held = at != row.at and at <= step.at and (before is None or before < at)
            if own or held:
                yield one, at

    def _covers(self, step: Step, effect: str) -> bool:
        return self.begun.get(effect) in step.covers

    def _late(self, step: Step) -> set[str]:
        """As the runner counts: recorded late since, and not corrected in the same breath, or closed late since."""
        found: set[str] = set()
        for note in (note for row in step.covers for note in row.entry.notes):
            found |= {note.subject} if note.kind == "late" else set()
            found -= {note.subject} if note.kind == "corrected" else set()
        instants = {at for row in step.covers for at in (row.entry.occurred_at, row.entry.received_at)}
        clocks = [clock for case in (self.papers.case, *self.papers.linked) for clock in case.clocks]
        return found | {one.policy for one in clocks if one.verdict == "late" and one.stopped_at in instants}


def _steps(papers: Papers) -> list[Step]:
    """One step per thing that came from outside, one after each bell that did something; every row belongs to one of them."""
    steps = [Step(_whole(row.at), row) for row in papers.rows if row.external]
    own = {id(step.row): step for step in steps}
    busy = [row for row in papers.rows if not row.external and (row.entry.effects or row.entry.notes)]
    for row in busy:
        if not any(_whole(row.at) <= step.at <= _minute_after(row.at) for step in steps):
            steps.append(Step(_minute_after(row.at)))
    last = max(step.at for step in steps)
    steps += [Step(_minute_after(at)) for _, at in sendings_of(papers) if at > last]
    steps.sort(key=lambda step: step.at)
    _fail_channels(papers, steps)
    for row in papers.rows:
        step = own.get(id(row)) or next((one for one in steps if one.at >= _whole(row.at)), steps[-1])
        step.covers.append(row)
    return steps


def _fail_channels(papers: Papers, steps: list[Step]) -> None:
    """A channel that refused refuses in the story, from the instant of the sending to the next one that passed."""
    for one in papers.sent:
        if one.status not in FAILED or one.sent_at is None or one.channel is None:
            continue
        at = _whole(one.at)
        step = next((step for step in steps if step.at == at), None)
        if step is None:
            step = Step(at)
            steps.append(step)
            steps.sort(key=lambda other: other.at)
        step.channels[one.channel] = FAILED[one.status]
        back = min(
            (two.sent_at for two in papers.sent if two.channel == one.channel and two.sent_at and two.sent_at > one.sent_at), default=None
        )
        later = next((step for step in steps if back is not None and step.at > at and step.at >= _whole(back)), None)
        if later is not None:
            later.channels[one.channel] = "up"


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _minute_after(at: datetime) -> datetime:
    """The same instant if it is a whole minute, else the next whole minute."""
    minute = at.replace(second=0, microsecond=0)
    return minute if minute == _whole(at) else minute + timedelta(minutes=1)
