"""What would the rules on trial have done? Per shadow rule: how often it fired, whom it would have told, when, and how often it was wrong."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.model.decision import JournalRow
from engine.model.escalation import Chain
from engine.model.message import Message
from engine.model.policy import Mode, Policy
from engine.model.rulebook import Rulebook
from engine.model.span import Span
from engine.ports.directory import SentRow
from engine.reports.regret import RegretLine, regret

EXAMPLES_MAX = 3
STATUS = "shadow"
"""Of an outbox row that is never sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One case's part: its journal in order of revision, and what it issued."""

    case: str
    journal: Sequence[JournalRow]
    sent: Sequence[SentRow]


@dataclass(frozen=True, slots=True)
class Example:
    """One case in which the rule fired."""

    case: str
    at: datetime
    what: str
    """The row, step or message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowLine:
    """One rule that is in shadow now."""

    kind: str
    """policy, chain or message."""
    name: str
    label: str
    span: Span
    fired: int
    """Rows of a policy that were reached, steps of a chain, times a message was to be sent."""
    would: Mapping[tuple[str, str], int]
    """(channel, or `task`, `command`; to whom) -> what would have left, most frequent first."""
    begun: Mapping[str, int]
    """Chains it would have begun, events it would have raised."""
    hours: Mapping[tuple[str, int], int]
    """(to whom, hour of the local day) -> what would have left."""
    days: Mapping[date, int]
    """Local date -> how often it fired; days without are left out."""
    cost: Decimal | None
    """Yuan, at one segment each; None: no channel concerned has a price."""
    judged: RegretLine | None
    """Of a policy: recorded and taken back lateness. None: none was recorded."""
    examples: tuple[Example, ...]


@dataclass(slots=True)
class _Tally:
    fired: list[Example] = field(default_factory=list)
    letters: list[SentRow] = field(default_factory=list)
    begun: Counter[str] = field(default_factory=Counter)


Rule = tuple[str, str]
"""Kind and name."""
OnTrial = Policy | Chain | Message


def shadow(rulebook: Rulebook, cases: Iterable[Trial], since: datetime | None = None) -> list[ShadowLine]:
    """A fold over journals and outboxes, case by case. In the rulebook's order; a rule on trial that never fired has a line of zeros."""
    rules = _on_trial(rulebook)
    tallies: dict[Rule, _Tally] = {rule: _Tally() for rule in rules}
    judged: dict[str, RegretLine] = {}
    for case in cases:
        rows = [row for row in case.journal if since is None or row.decided_at >= since]
        _count(tallies, case.case, rows, {one.effect_id: one for one in case.sent if one.status == STATUS})
        for line in regret(rows):
            judged[line.policy] = _added(judged.get(line.policy), line)
    return [_line(rulebook, rule[0], rules[rule], tally, judged) for rule, tally in tallies.items()]


def _on_trial(rulebook: Rulebook) -> dict[Rule, OnTrial]:
    rules: list[tuple[str, OnTrial]] = [
        *(("policy", one) for one in rulebook.policies.values()),
        *(("chain", one) for one in rulebook.chains.values()),
        *(("message", one) for one in rulebook.messages.values()),
    ]
    return {(kind, one.name): one for kind, one in rules if one.mode is Mode.SHADOW}


def _count(tallies: dict[Rule, _Tally], case: str, rows: Iterable[JournalRow], letters: Mapping[str, SentRow]) -> None:
    """What one decision issued in shadow, it issued because of the rows and steps its notes name."""
    for row in rows:
        own = [letters[effect] for effect in row.effects if effect in letters]
        for note in row.notes:
            name, _, what = note.subject.partition(" ")
            if note.kind == "row_fired" and ("policy", name) in tallies:
                tallies["policy", name].fired.append(Example(case, row.decided_at, what))
                tallies["policy", name].letters += own
                tallies["policy", name].begun.update(
                    one.subject if one.subject != name else one.detail for one in row.notes if one.kind == "shadow"
                )
            elif note.kind == "chain_step" and ("chain", name) in tallies:
                tallies["chain", name].fired.append(Example(case, row.decided_at, note.detail))
                tallies["chain", name].letters += own
        for letter in own:
            if ("message", letter.message or "") in tallies:
                tallies["message", letter.message or ""].fired.append(Example(case, row.decided_at, f"{letter.channel} {letter.to}"))
                tallies["message", letter.message or ""].letters.append(letter)


def _added(one: RegretLine | None, other: RegretLine) -> RegretLine:
    if one is None:
        return other
    return RegretLine(
        policy=one.policy, late=one.late + other.late, corrected=one.corrected + other.corrected, withdrawn=one.withdrawn + other.withdrawn,
        messages=one.messages + other.messages,
    )  # fmt: skip


def _line(rulebook: Rulebook, kind: str, rule: OnTrial, tally: _Tally, judged: Mapping[str, RegretLine]) -> ShadowLine:
    zone = ZoneInfo(rulebook.timezone)
    would = Counter((_how(one), one.to or "") for one in tally.letters)
    hours = Counter((one.to or "", one.at.astimezone(zone).hour) for one in tally.letters)
    days = Counter(one.at.astimezone(zone).date() for one in tally.fired)
    prices = [
        rulebook.costs[one.channel]
        for one in tally.letters
        if one.kind == "message" and one.channel is not None and one.channel in rulebook.costs
    ]
    return ShadowLine(
        kind=kind, name=rule.name, label=rule.label, span=rule.span, fired=len(tally.fired), would=dict(would.most_common()), begun=dict(tally.begun.most_common()),
        hours=dict(sorted(hours.items())), days=dict(sorted(days.items())), cost=sum(prices, Decimal(0)) if prices else None,
        judged=judged.get(rule.name) if kind == "policy" else None, examples=_examples(tally.fired),
    )  # fmt: skip


def _how(letter: SentRow) -> str:
    return letter.channel or "?" if letter.kind == "message" else letter.kind


def _examples(fired: Sequence[Example]) -> tuple[Example, ...]:
    """The latest, each of another case."""
    latest: dict[str, Example] = {}
    for one in sorted(fired, key=lambda one: one.at, reverse=True):
        latest.setdefault(one.case, one)
    return tuple(latest.values())[:EXAMPLES_MAX]
