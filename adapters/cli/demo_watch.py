"""What has just happened at the desk, and how does it stand? Read from the store's views, for the demo's board."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from adapters.cli.speech import Speech
from engine.model.case import ClockVerdict, ClockView
from engine.model.decision import JournalRow, Note
from engine.model.masks import mask_text
from engine.model.rulebook import Rulebook
from engine.ports.directory import CaseRow, SentRow
from engine.service.running import Running

PAGE = 500
HEARD_LATE = timedelta(minutes=5)
_CHANNELS = {"sms": ("短信", "SMS"), "phone": ("电话", "call"), "wechat_work": ("企业微信", "WeCom"), "tms": ("运输系统", "TMS")}
_RESULTS = {
    "told": ("已告知", "told"),
    "away": ("无人接", "no answer"),
    "refused": ("对方拒绝", "refused"),
    "bad_number": ("号码有误", "bad number"),
}
_SETTLED = ("accepted", "done", "rejected", "unknown")
_MET = (ClockVerdict.MET, ClockVerdict.MET_REPORTED_LATE)


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of what just happened."""

    at: datetime
    kind: str
    """moved, message, call, task, late, corrected, chain, ticket, outage."""
    case: str
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """How one policy fared today."""

    met: int = 0
    late: int = 0


@dataclass(slots=True)
class Totals:
    """Counts since the day began."""

    events: int = 0
    decisions: int = 0
    messages: int = 0
    calls: int = 0
    called: int = 0
    tasks_done: int = 0
    tasks_open: int = 0
    late: int = 0
    corrected: int = 0
    escalations: int = 0
    moved: int = 0


class Words:
    """Names as the reader knows them: the rulebook's labels in Chinese, its names in English."""

    def __init__(self, rulebook: Rulebook, speech: Speech) -> None:
        self._rulebook = rulebook
        self.speech = speech

    def _named(self, name: str, label: str | None) -> str:
        return self.speech.of(label or name, name.replace("_", " "))

    def workflow(self, name: str) -> str:
        """托运单."""
        found = self._rulebook.workflows.get(name)
        return self._named(name, found.label.partition("(")[0].partition("（")[0] if found else None)

    def state(self, workflow: str, name: str) -> str:
        """待核单."""
        found = self._rulebook.workflows[workflow].states.get(name) if workflow in self._rulebook.workflows else None
        return self._named(name, found.label if found else None)

    def order(self, workflow: str) -> Sequence[str]:
        """States as they are written."""
        return tuple(self._rulebook.workflows[workflow].states) if workflow in self._rulebook.workflows else ()

    def is_final(self, workflow: str, state: str) -> bool:
        """Does the case end there?"""
        return self._rulebook.workflows[workflow].states[state].final

    def event(self, workflow: str, name: str) -> str:
        """核单通过."""
        found = self._rulebook.workflows[workflow].events.get(name) if workflow in self._rulebook.workflows else None
        label = {"opened": "开单", "reason_gone": "缘由已消", "opened_again": "又来一次"}.get(name)
        return self._named(name, found.label if found else label)

    def policy(self, name: str) -> str:
        """提货时效."""
        found = self._rulebook.policies.get(name)
        return self._named(name, found.label if found else None)

    def chain(self, name: str) -> str:
        """分拨中心催办."""
        found = self._rulebook.chains.get(name)
        return self._named(name, found.label if found else None)

    def message(self, name: str | None) -> str:
        """下单短信."""
        found = self._rulebook.messages.get(name or "")
        return self._named(name or "reminder", found.label if found else "催办")

    def role(self, name: str | None) -> str:
        """Whom: a role; the customer where a field is named."""
        found = self._rulebook.contacts.roles.get(name or "")
        return (
            self.speech.of(found.label.partition("(")[0], (name or "").replace("_", " ")) if found else self.speech.of("客户", "customer")
        )

    def channel(self, name: str | None) -> str:
        """短信."""
        zh, en = _CHANNELS.get(name or "", (name or "", name or ""))
        return self.speech.of(zh, en)


@dataclass(slots=True)
class Watch:
    """Looks again and again; each look answers what is new since the one before."""

    desk: Running
    words: Words
    since: datetime
    rows: Sequence[CaseRow] = ()
    totals: Totals = field(default_factory=Totals)
    _revisions: dict[str, int] = field(default_factory=dict)
    _sent: set[str] = field(default_factory=set)

    def prime(self) -> None:
        """What earlier days left is no news."""
        self.rows = all_cases(self.desk)
        self._revisions = {row.id: row.revision for row in self.rows}

    def look(self) -> list[Happening]:
        """New lines, oldest first."""
        self.rows = all_cases(self.desk)
        news: list[Happening] = []
        for row in self.rows:
            known = self._revisions.get(row.id, 0)
            if row.revision > known:
                journal = [line for line in self.desk.directory.journal(row.id) if line.revision > known]
                self._revisions[row.id] = max((line.revision for line in journal), default=known)
                for line in journal:
                    news += self._read(line, row)
                news += self._read_sent(row)
        self.totals.decisions = self.desk.tally.decided + self.desk.tally.rung
        self.totals.tasks_open = len(self.desk.tasks())
        return sorted(news, key=lambda one: one.at)

    def scores(self) -> dict[str, Score]:
        """Policy -> how it fared since the day began."""
        found: dict[str, Score] = {}
        for clock in self._clocks():
            score = found.get(clock.policy, Score())
            if clock.verdict in _MET:
                found[clock.policy] = replace(score, met=score.met + 1)
            elif clock.verdict is ClockVerdict.LATE:
                found[clock.policy] = replace(score, late=score.late + 1)
        return found

    def _clocks(self) -> Iterable[ClockView]:
        return (clock for row in self.rows for clock in row.clocks if clock.stopped_at is None or clock.stopped_at >= self.since)

    def _read(self, line: JournalRow, row: CaseRow) -> list[Happening]:
        news = [self._noted(note, line, row) for note in line.notes]
        if line.kind == "receipt" and line.source.startswith("hand/"):
            news.insert(0, self._call_finished(line, row))
        elif line.kind == "note":
            self.totals.tasks_done += 1
            said = mask_text(line.extra.get("note", ""))
            news.insert(0, self._line(line, row, "task", f"跟踪记录:{said}", f"tracking note: {said}"))
        elif line.kind == "happened":
            news.insert(0, self._happened(line, row))
        return [one for one in news if one is not None]

    def _happened(self, line: JournalRow, row: CaseRow) -> Happening:
        self.totals.events += 1
        name, moved = self.words.event(row.workflow, line.name), line.state_after != line.state_before
        self.totals.moved += moved
        state = self.words.state(row.workflow, line.state_after)
        to = f" → {state}" if moved and state != name else ""
        who = self._who(line)
        if "task" in line.extra:
            self.totals.tasks_done += 1
        late = line.received_at - line.occurred_at
        zh = f"(晚到 {self.words.speech.span(late.total_seconds())})" if late > HEARD_LATE else ""
        en = f" (heard {self.words.speech.span(late.total_seconds())} late)" if late > HEARD_LATE else ""
        return self._line(line, row, "task" if "task" in line.extra else "moved", f"{name}{to}{zh}{who}", f"{name}{to}{en}{who}")

    def _who(self, line: JournalRow) -> str:
        kind, _, name = line.source.partition("/")
        said = {
            "hand": name,
            "shop.example": self.words.speech.of("网上", "web"),
            "tms.example": "TMS",
            "clock": self.words.speech.of("定时", "clock"),
        }
        return f"  · {said[kind]}" if kind in said else ""

    def _call_finished(self, line: JournalRow, row: CaseRow) -> Happening:
        self.totals.called += 1
        zh, en = _RESULTS.get(line.extra.get("reason", ""), ("已打", "made"))
        note = mask_text(line.extra.get("note", ""))
        message = self.words.message(line.extra.get("message"))
        return self._line(line, row, "call", f"电话已打 {message}:{zh} {note}", f"call made, {message}: {en}")

    def _noted(self, note: Note, line: JournalRow, row: CaseRow) -> Happening | None:
        match note.kind:
            case "late":
                self.totals.late += 1
                name = self.words.policy(note.subject)
                return self._line(line, row, "late", f"{name} 超时", f"{name} is late")
            case "corrected":
                self.totals.corrected += 1
                name = self.words.policy(note.subject)
                return self._line(line, row, "corrected", f"{name} 其实按时,超时已更正", f"{name} was met after all: corrected")
            case "chain_started":
                self.totals.escalations += 1
                name = self.words.chain(note.subject)
                return self._line(line, row, "chain", f"开始升级:{name}", f"escalation begins: {name}")
            case "chain_step":
                return self._step(note, line, row)
            case "acknowledged":
                name = self.words.chain(note.subject)
                by = line.extra.get("by", "")
                return self._line(line, row, "chain", f"{name} 已知晓  · {by}", f"{name} acknowledged  · {by}")
            case "fallback":
                name = self.words.message(note.subject)
                return self._line(line, row, "outage", f"{name} 短信不通,改打电话", f"{name}: no SMS, a call instead")
            case _:
                return None

    def _step(self, note: Note, line: JournalRow, row: CaseRow) -> Happening | None:
        parts = note.detail.split()
        if len(parts) != 3 or parts[0] == "1":
            return None
        to, channel, name = self.words.role(parts[2]), self.words.channel(parts[1]), self.words.chain(note.subject)
        return self._line(line, row, "chain", f"{name} 第 {parts[0]} 级 → {to}({channel})", f"{name} step {parts[0]} → {to} ({channel})")

    def _read_sent(self, row: CaseRow) -> list[Happening]:
        # A row without a text of its own went along with another, to the same person; what is still on its way is told when it is settled.
        settled = (one for one in self.desk.directory.sent(row.id) if one.sent_at and one.sent_at >= self.since and one.masked)
        fresh = [one for one in settled if one.status in _SETTLED and one.effect_id not in self._sent]
        self._sent.update(one.effect_id for one in fresh)
        return [self._left(one, row) for one in fresh]

    def _left(self, sent: SentRow, row: CaseRow) -> Happening:
        assert sent.sent_at is not None
        call, refused = sent.channel == "phone", sent.status == "rejected"
        self.totals.calls += call
        self.totals.messages += not call and not refused
        of = self.words.speech.of
        what = of("待打电话", "call to make") if call else self.words.channel(sent.channel) + (of("被拒", " refused") if refused else "")
        text = f"{what} → {self.words.role(sent.to)}  {mask_text(sent.masked)}"
        return Happening(sent.sent_at, "call" if call else "outage" if refused else "message", _name(row), text)

    def _line(self, line: JournalRow, row: CaseRow, kind: str, zh: str, en: str) -> Happening:
        return Happening(line.decided_at, kind, _name(row), self.words.speech.of(zh, en))


def all_cases(desk: Running) -> list[CaseRow]:
    """Every case, page by page."""
    rows = list(desk.directory.cases(limit=PAGE))
    while len(rows) % PAGE == 0 and rows and (page := desk.directory.cases(after=rows[-1].id, limit=PAGE)):
        rows += page
    return rows


def latest_instant(desk: Running) -> datetime | None:
    """The last instant anything in the database speaks of; None for an empty one."""
    instants = [line.decided_at for row in all_cases(desk) for line in desk.directory.journal(row.id)[-1:]]
    instants += [one.received_at for one in islice(desk.directory.unread(limit=1), 1)]
    return max(instants, default=None)


def _name(row: CaseRow) -> str:
    return row.id.partition(":")[2]
