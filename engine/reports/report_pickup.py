"""Is it picked up when it was promised? 及时提货率 per driver and area (R94)."""

from collections.abc import Iterator

from engine.model.case import ClockVerdict
from engine.reports.report_case import MET, PICKED_UP, SHIPMENT, VERDICT_COLUMNS, clock_at, courier, seconds, stopping_at, verdict_counts
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Chart, Dossier, Fact, Paper, Scope, Sheet, count, mean, share


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    if dossier.case.workflow != SHIPMENT:
        return
    promises = stopping_at(scope, PICKED_UP)
    for clock in dossier.case.clocks:
        if clock.policy not in promises:
            continue
        counts = verdict_counts(dossier, clock)
        if clock.stopped_at is not None and clock.verdict in (*MET, ClockVerdict.LATE):
            counts |= {"taken_s": seconds(clock.started_at, clock.stopped_at), "taken": 1}
        who = courier(scope, dossier, clock.started_at)
        yield Fact(clock_at(clock), counts, {"courier": who, "policy": clock.policy})


PICKUP = Sheet(
    name="pickup", zh="及时提货率", en="on-time pick-up", source="R94",
    about_zh="及时率 = 按时 ÷(按时 + 超时);按时里含报得晚的;从下单短信发出(D2)算起,算在到期那一天;曾超时 = 同一单更早一轮的提货超时",
    about_en="on time = kept / (kept + late), kept includes reported late; from the order message (D2), counted when due; "
    "earlier late: an earlier round of the same order was late",
    needs=frozenset({Paper.JOURNAL}), by=("area", "courier"), may=(*PLACES, "courier", "policy", "packaging"), chart=Chart.BARS,
    facts=_facts,
    columns=(
        count("clocks", "提货承诺", "promises"),
        share("on_time", "及时率", "on time", "kept", "judged"),
        *VERDICT_COLUMNS,
        mean("mean_pickup", "下单到提货", "order to pick-up", "taken_s", "taken"),
        mean("mean_late", "平均晚", "mean late", "late_s", "late_n"),
    ),
)  # fmt: skip
