"""How often was somebody blamed for being late who was not? Recorded and corrected lateness, policy by policy."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.model.decision import JournalRow, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class RegretLine:
    """One policy over all its cases."""

    policy: str
    late: int
    """Times a lateness was recorded."""
    corrected: int
    """Of these, taken back because evidence came: it was kept in time, and heard of late."""
    withdrawn: int
    """Of these, taken back because the clock or its due time moved."""
    messages: int
    """Messages and finished calls that told somebody of a lateness that was corrected; each case of a group counts."""

    @property
    def rate(self) -> float | None:
        """Corrected of recorded, 0 to 1; None when nothing was recorded."""
        return self.corrected / self.late if self.late else None


@dataclass(slots=True)
class _Lateness:
    """One recorded lateness of one case, and what was issued because of it."""

    policy: str
    effects: set[str] = field(default_factory=set)
    taken_back: str = ""
    """`corrected` or `late_withdrawn`."""


@dataclass(slots=True)
class _Case:
    """What the fold knows of one case."""

    all: list[_Lateness] = field(default_factory=list)
    standing: dict[str, _Lateness] = field(default_factory=dict)
    """Policy -> the lateness that stands."""
    chains: dict[str, set[str]] = field(default_factory=dict)
    """Chain -> policies that keep it running."""
    told: set[str] = field(default_factory=set)
    """Effects that reached somebody."""


def regret(rows: Iterable[JournalRow]) -> list[RegretLine]:
    """A fold over journal rows, each case's in order of revision; cases may be mixed. In order of policy."""
    cases: dict[str, _Case] = defaultdict(_Case)
    for row in rows:
        case = cases[row.case]
        for note in row.notes:
            _read(case, note, row.effects)
    found: dict[str, list[tuple[_Lateness, set[str]]]] = defaultdict(list)
    for case in cases.values():
        for one in case.all:
            found[one.policy].append((one, one.effects & case.told))
    return [_line(policy, found[policy]) for policy in sorted(found)]


def _line(policy: str, found: list[tuple[_Lateness, set[str]]]) -> RegretLine:
    return RegretLine(
        policy=policy, late=len(found),
        corrected=sum(one.taken_back == "corrected" for one, _ in found),
        withdrawn=sum(one.taken_back == "late_withdrawn" for one, _ in found),
        messages=sum(len(told) for one, told in found if one.taken_back == "corrected"),
    )  # fmt: skip


def _read(case: _Case, note: Note, effects: Iterable[str]) -> None:
    match note.kind:
        case "late":
            lateness = case.standing[note.subject] = _Lateness(note.subject)
            case.all.append(lateness)
        case "corrected" | "late_withdrawn":
            over = case.standing.pop(note.subject, None)
            if over is not None:
                over.taken_back = note.kind
        case "row_fired":
            _because(case, {note.subject.partition(" ")[0]}, effects)
        case "chain_started":
            case.chains[note.subject] = {note.detail.removeprefix("policy:")}
        case "chain_reason":
            case.chains.setdefault(note.subject, set()).add(note.detail.removeprefix("clock:").partition("|")[0])
        case "chain_step":
            _because(case, case.chains.get(note.subject, set()), effects)
        case "receipt" if _reached(note.detail):
            case.told.add(note.subject)


def _because(case: _Case, policies: set[str], effects: Iterable[str]) -> None:
    """What this decision issued, it issued because of these policies' lateness, if they are late."""
    for policy in policies & case.standing.keys():
        case.standing[policy].effects.update(effects)


def _reached(verdict: str) -> bool:
    """Delivered, or taken by its channel; a call that is only offered has told nobody."""
    return verdict.startswith("delivered") or (verdict.startswith("accepted") and verdict != "accepted offered")
