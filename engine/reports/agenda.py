"""What will fall due in the next hours, per hour and role, if nothing else happens?"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.core.holding import OWNER as HOLD
from engine.model.doing import Assign, Do, Escalate, Send
from engine.model.rulebook import Rulebook
from engine.model.timer import Timer


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """So many of one thing within one hour for one role."""

    hour: datetime
    """Start of the hour, in the rulebook's zone."""
    role: str
    """Empty: no person is concerned."""
    rule: str
    row: str
    count: int


def agenda(rulebook: Rulebook, timers: Sequence[Timer]) -> list[AgendaLine]:
    """A fold over armed timers, by hour, role and rule; what is overdue stands in its own hour."""
    return agenda_of(rulebook, ((timer.due_at, timer.owner, timer.row, 1) for timer in timers))


def agenda_of(rulebook: Rulebook, timers: Iterable[tuple[datetime, str, str, int]]) -> list[AgendaLine]:
    """The same over (due, owner, row, how many), as a store counts them; whatever lies within one hour may be counted together."""
    zone = ZoneInfo(rulebook.timezone)
    counted: Counter[tuple[datetime, str, str, str]] = Counter()
    for due, owner, row, count in timers:
        if owner == HOLD:
            continue  # Nobody's work.
        hour = due.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        for role in _roles(rulebook, owner, row):
            counted[hour, role, owner.partition(":")[2].partition("/")[0], row] += count
    return [AgendaLine(*key, count) for key, count in sorted(counted.items())]


def policies_of(rulebook: Rulebook, role: str) -> tuple[str, ...]:
    """Policies whose timeline, or a chain it begins, concerns this role."""
    found = []
    for policy in rulebook.policies.values():
        dos = [do for row in policy.timeline for do in row.do]
        steps = [step.to for do in dos if isinstance(do, Escalate) for step in rulebook.chains[do.chain].steps]
        if role in steps or role in {role_of(rulebook, do) for do in dos}:
            found.append(policy.name)
    return tuple(found)


def _roles(rulebook: Rulebook, owner: str, key: str) -> list[str]:
    kind, _, name = owner.partition(":")
    if kind == "chain" and name in rulebook.chains:
        steps = rulebook.chains[name].steps
        return [steps[min(int(key), len(steps) - 1)].to]
    policy = rulebook.policies.get(name) if kind == "policy" else None
    row = next((one for one in policy.timeline if one.key == key), None) if policy else None
    return [role_of(rulebook, do) for do in row.do] if row else [""]


def role_of(rulebook: Rulebook, do: Do) -> str:
    """The role a `do:` line concerns first; empty for none."""
    match do:
        case Send():
            return do.to or rulebook.messages[do.message].to
        case Assign():
            return do.role
        case Escalate():
            return rulebook.chains[do.chain].steps[0].to
        case _:
            return ""
