"""What do all the differences come to? Cases compared one by one, folded into counts, sums and a few examples of each kind."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.model.course import Course, CoursePair, DeedKind
from engine.reports.plan_differences import Change, Difference, Line, broken, differences, saved

EXAMPLES = 3
SENT = (DeedKind.MESSAGE, DeedKind.CALL)


@dataclass(frozen=True, slots=True)
class Example:
    """One case in which it differs."""

    case: str
    old: datetime | None
    new: datetime | None


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the report with its count."""

    line: Line
    count: int
    examples: tuple[Example, ...]
    """In order of the case's name."""


@dataclass(frozen=True, slots=True)
class Swing:
    """How often something was more, and how often less."""

    more: int = 0
    less: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole comparison. Mappings are in a fixed order: the same input gives the same report."""

    cases: int
    changed: int
    """Cases with any difference but one of words."""
    saved: int
    broken: int
    deeds: Mapping[tuple[str, str], Swing]
    """(kind, channel) -> more and less; channel is empty for what is not sent."""
    moved: int
    """Messages, calls, tasks, escalations at another time."""
    texts: int
    """Messages that only say it in other words."""
    cost_old: Decimal
    cost_new: Decimal
    groups: tuple[Group, ...]
    """Rules with most differences first, within a rule the biggest first."""
    verdicts: Mapping[str, Mapping[str, tuple[int, int]]]
    """Policy -> verdict -> (old, new)."""
    days: Mapping[str, tuple[int, int]]
    """Local date -> messages and calls (old, new)."""
    blank: Mapping[str, tuple[int, int]]
    """`workflow.field` -> (cases in which it was never filled in, cases of that workflow)."""

    @property
    def empty(self) -> bool:
        """Nothing differs, not even a word."""
        return not self.groups and self.cost_old == self.cost_new


@dataclass(slots=True)
class Fold:
    """Takes pairs one by one and keeps counts; its size does not grow with the cases, unless `all_examples`."""

    timezone: str
    fields: frozenset[str] = frozenset()
    """Fields the new rules decide by (`workflow.field`)."""
    all_examples: bool = False
    cases: int = 0
    changed: int = 0
    saved: int = 0
    broken: int = 0
    counts: Counter[Line] = field(default_factory=Counter)
    examples: dict[Line, list[Example]] = field(default_factory=dict)
    costs: list[Decimal] = field(default_factory=lambda: [Decimal(0), Decimal(0)])
    verdicts: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    days: Counter[tuple[str, int]] = field(default_factory=Counter)
    blank: Counter[str] = field(default_factory=Counter)
    workflows: Counter[str] = field(default_factory=Counter)

    def take(self, pair: CoursePair) -> list[Difference]:
        """Compare one case and count it; answers its differences."""
        found = differences(pair.workflow, pair.old, pair.new)
        self.cases += 1
        self.changed += any(one.line.change is not Change.TEXT for one in found)
        self.saved += saved(pair.old, pair.new)
        self.broken += broken(pair.old, pair.new)
        for one in found:
            self._count(pair.case, one)
        for side, course in enumerate((pair.old, pair.new)):
            self._sum(side, course)
        self.workflows[pair.workflow] += 1
        self.blank.update(pair.new.blank)
        return found

    def _count(self, case: str, one: Difference) -> None:
        self.counts[one.line] += 1
        kept = self.examples.setdefault(one.line, [])
        kept.append(Example(case, one.old, one.new))
        if not self.all_examples and len(kept) > EXAMPLES:
            kept.sort(key=_in_order)
            del kept[EXAMPLES:]

    def _sum(self, side: int, course: Course) -> None:
        zone = ZoneInfo(self.timezone)
        for promise in course.promises:
            self.verdicts[promise.policy, promise.verdict.value, side] += 1
        for deed in course.deeds:
            self.costs[side] += deed.cost
            if deed.kind in SENT:
                self.days[deed.at.astimezone(zone).date().isoformat(), side] += 1

    def plan(self) -> Plan:
        """What it came to."""
        return Plan(
            cases=self.cases,
            changed=self.changed,
            saved=self.saved,
            broken=self.broken,
            deeds=_swings(self.counts),
            moved=sum(count for line, count in self.counts.items() if line.change is Change.MOVED),
            texts=sum(count for line, count in self.counts.items() if line.change is Change.TEXT),
            cost_old=self.costs[0],
            cost_new=self.costs[1],
            groups=self._groups(),
            verdicts=self._verdicts(),
            days={day: (self.days[day, 0], self.days[day, 1]) for day in sorted({day for day, _ in self.days})},
            blank=self._blank(),
        )

    def _groups(self) -> tuple[Group, ...]:
        weight: Counter[object] = Counter()
        for line, count in self.counts.items():
            weight[line.rule] += count
        ordered = sorted(self.counts, key=lambda line: (-weight[line.rule], line.rule, -self.counts[line], line))
        return tuple(Group(line, self.counts[line], tuple(sorted(self.examples[line], key=_in_order))) for line in ordered)

    def _verdicts(self) -> dict[str, dict[str, tuple[int, int]]]:
        found: dict[str, dict[str, tuple[int, int]]] = {}
        for policy, verdict, _ in sorted(self.verdicts):
            found.setdefault(policy, {})[verdict] = (self.verdicts[policy, verdict, 0], self.verdicts[policy, verdict, 1])
        return found

    def _blank(self) -> dict[str, tuple[int, int]]:
        shares = {name: (self.blank[name], self.workflows[name.partition(".")[0]]) for name in sorted(self.fields)}
        return {name: share for name, share in shares.items() if share[0]}


def _in_order(one: Example) -> tuple[str, str, str]:
    return (one.case, one.old.isoformat() if one.old else "", one.new.isoformat() if one.new else "")


def _swings(counts: Mapping[Line, int]) -> dict[tuple[str, str], Swing]:
    found: dict[tuple[str, str], Swing] = {}
    for line in counts:
        if line.kind and line.change in (Change.NEW, Change.GONE):
            key = (line.kind, line.channel)
            swing, count = found.get(key, Swing()), counts[line]
            new = line.change is Change.NEW
            found[key] = Swing(swing.more + count, swing.less) if new else Swing(swing.more, swing.less + count)
    return dict(sorted(found.items()))
