"""How far do escalations go, and how many were for nothing? Per chain (R34, R52; regret: time.md)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from engine.model.decision import JournalRow, Note
from engine.reports.report_case import seconds
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Amount, Chart, Dossier, Fact, Paper, Scope, Sheet, count, mean, share


@dataclass(slots=True)
class _Run:
    """One run of a chain on one case."""

    chain: str
    at: datetime
    policies: set[str]
    steps: int = 0
    acknowledged_at: datetime | None = None
    exhausted: bool = False
    regretted: bool = False


@dataclass(slots=True)
class _Runs:
    all: list[_Run] = field(default_factory=list)
    last: dict[str, _Run] = field(default_factory=dict)


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    runs = _Runs()
    for row in dossier.journal:
        for note in row.notes:
            _read(runs, row, note)
    for run in runs.all:
        counts: dict[str, Amount] = {
            "begun": 1, "steps": run.steps, "acknowledged": int(run.acknowledged_at is not None), "exhausted": int(run.exhausted),
            "regretted": int(run.regretted), "max_steps": run.steps,
        }  # fmt: skip
        if run.acknowledged_at is not None:
            counts["wait_s"] = seconds(run.at, run.acknowledged_at)
        yield Fact(run.at, counts, {"chain": run.chain, "policy": min(run.policies, default="")})


def _read(runs: _Runs, row: JournalRow, note: Note) -> None:
    if note.kind == "chain_started":
        run = runs.last[note.subject] = _Run(note.subject, row.decided_at, _policy(note.detail, "policy:"))
        runs.all.append(run)
    elif note.kind == "corrected":
        for run in runs.all:
            run.regretted |= note.subject in run.policies
    elif note.subject in runs.last:
        run = runs.last[note.subject]
        match note.kind:
            case "chain_reason":
                run.policies |= _policy(note.detail, "clock:")
            case "chain_step":
                run.steps += 1
            case "acknowledged":
                run.acknowledged_at = run.acknowledged_at or row.decided_at
            case "chain_exhausted":
                run.exhausted = True


def _policy(detail: str, word: str) -> set[str]:
    return {detail.removeprefix(word).partition("|")[0]} if detail.startswith(word) else set()


ESCALATIONS = Sheet(
    name="escalations", zh="升级", en="escalations", source="R34, R35, R52",
    about_zh="算在升级开始那一天;误升级 = 为之升级的超时后来更正了(按时,只是报得晚);到头 = 各档走完仍没解决",
    about_en="counted on the day an escalation began; for nothing: the lateness behind it was corrected later; exhausted: all steps done "
    "and still late",
    needs=frozenset({Paper.JOURNAL}), by=("chain",), may=("chain", "policy", *PLACES, "topic"), chart=Chart.BARS, facts=_facts,
    columns=(
        count("begun", "升级", "begun"),
        count("steps", "通知档数", "steps"),
        count("max_steps", "最多几档", "most steps"),
        count("acknowledged", "有人接手", "acknowledged"),
        mean("mean_wait", "平均多久接手", "mean wait", "wait_s", "acknowledged"),
        count("exhausted", "到头", "exhausted"),
        count("regretted", "误升级", "for nothing"),
        share("regret", "误升级率", "regret", "regretted", "begun"),
    ),
)  # fmt: skip
