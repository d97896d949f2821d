"""Which promises are kept? Every policy with its verdicts, printed beside the rate (R26-R60)."""

from collections.abc import Iterator

from engine.reports.report_case import VERDICT_COLUMNS, clock_at, verdict_counts
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Chart, Dossier, Fact, Paper, Scope, Sheet, count, mean, share


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    for clock in dossier.case.clocks:
        yield Fact(clock_at(clock), verdict_counts(dossier, clock), {"policy": clock.policy})


SLA = Sheet(
    name="sla", zh="时效达成", en="promises kept", source="R26-R60",
    about_zh="达成率 = 按时 ÷(按时 + 超时);不计、未见、计时中、暂停不进分母。每单每条时效看最后一轮,算在到期那一天;曾超时 = 更早各轮记下且没有更正的超时",
    about_en="kept = met / (met + late); none, not seen, running and paused are in neither. The last clock of each policy of a case, "
    "counted when due; earlier late: recorded lateness of earlier clocks that stands",
    needs=frozenset({Paper.JOURNAL}), by=("policy",), may=("policy", *PLACES, "topic", "severity"), chart=Chart.BARS, facts=_facts,
    columns=(
        count("clocks", "计时", "clocks"),
        share("kept", "达成率", "kept", "kept", "judged"),
        *VERDICT_COLUMNS,
        mean("mean_late", "平均晚", "mean late", "late_s", "late_n"),
    ),
)  # fmt: skip
