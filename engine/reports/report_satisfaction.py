"""How satisfied are customers? Scores 1 to 5, beside whether it was delivered as promised (R90, D12)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from engine.model.case import ClockVerdict
from engine.model.decision import JournalRow
from engine.reports.report_case import DELIVERED, SHIPMENT, happened, names, number, opened, stopping_at
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Amount, Chart, Dossier, Fact, Kind, Paper, Scope, Sheet, count, mean, share

SCORES = ("score", "satisfaction")
SATISFIED = 4


def last_answer(rows: Sequence[JournalRow]) -> tuple[datetime, Decimal] | None:
    """When the case was last scored, and how; None: nobody said. What is no number from 1 to 5 is no score."""
    for row in reversed(rows):
        for name in SCORES:
            score = number(row.data.get(name, ""))
            if 1 <= score <= 5:
                return row.occurred_at, score
    return None


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    rows = happened(dossier)
    answer = last_answer(rows)
    asked = answer is not None or any("survey" in name for name in names(rows))
    if not asked:
        return
    counts: dict[str, Amount] = {"asked": 1}
    if answer is not None:
        score = answer[1]
        counts |= {"answered": 1, "score": score, f"score_{int(score)}": 1, "satisfied": int(score >= SATISFIED)}
    yield Fact(answer[0] if answer else opened(dossier), counts, {"outcome": delivery(scope, dossier)})


def delivery(scope: Scope, dossier: Dossier) -> str:
    """Of a shipment: on_time, late, not_delivered, no_promise; empty for any other case."""
    if dossier.case.workflow != SHIPMENT:
        return ""
    if dossier.case.state != DELIVERED:
        return "not_delivered"
    promises = stopping_at(scope, DELIVERED)
    verdicts = {clock.verdict for clock in dossier.case.clocks if clock.policy in promises}
    if ClockVerdict.LATE in verdicts:
        return "late"
    return "on_time" if verdicts & {ClockVerdict.MET, ClockVerdict.MET_REPORTED_LATE} else "no_promise"


SATISFACTION = Sheet(
    name="satisfaction", zh="满意度", en="satisfaction", source="R90, D12",
    about_zh="每单看最后一次评分(1 到 5),算在评分那一天;满意 = 4 分及以上;没有评分的单不进平均",
    about_en="the last score (1 to 5) of each case, counted on the day it was given; satisfied: 4 and more; no score is in no mean",
    needs=frozenset({Paper.JOURNAL}), by=("outcome",), may=("outcome", *PLACES, "topic"), chart=Chart.BARS, facts=_facts,
    columns=(
        count("asked", "已请评分", "asked"),
        count("answered", "评分数", "scores"),
        share("answer_rate", "评分率", "answer rate", "answered", "asked"),
        mean("mean_score", "平均分", "mean score", "score", "answered", Kind.NUMBER),
        share("satisfied", "满意", "satisfied", "satisfied", "answered"),
        *(count(f"score_{one}", f"{one} 分", f"{one}") for one in (5, 4, 3, 2, 1)),
    ),
)  # fmt: skip
