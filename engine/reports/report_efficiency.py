"""How fast are tickets answered and solved? First response and resolution (R97 efficiency, R49, R50, R92)."""

from collections.abc import Iterator

from engine.reports.report_case import TICKET, answered, came_back, hand_of, happened, opened, seconds, solved
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Amount, Chart, Column, Dossier, Fact, Kind, Line, Paper, Scope, Sheet, count, mean, share


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    workflow = scope.rulebook.workflows.get(dossier.case.workflow)
    if workflow is None or workflow.name != TICKET:
        return
    rows, begun = happened(dossier), opened(dossier)
    first, done = answered(workflow, rows), solved(workflow, rows)
    counts: dict[str, Amount] = {"tickets": 1, "reopened": int(came_back(workflow, rows))}
    for name, row in (("answered", first), ("solved", done)):
        if row is not None:
            counts[name] = 1
            taken = seconds(begun, row.occurred_at)
            if taken >= 0:
                counts |= {f"{name}_s": taken, f"{name}_n": 1, f"max_{name}_s": taken}
    by = done or first
    yield Fact(begun, counts, {"person": hand_of(by) if by is not None else ""})


def _longest(name: str) -> Column:
    def value(line: Line) -> Amount | None:
        return line.sums.get(f"max_{name}_s")

    word_zh, word_en = {"answered": ("最慢响应", "slowest response"), "solved": ("最慢解决", "slowest resolution")}[name]
    return Column(f"slowest_{name}", word_zh, word_en, Kind.SECONDS, value)


EFFICIENCY = Sheet(
    name="efficiency", zh="响应和解决时长", en="first response and resolution", source="R97, R49, R50, R92",
    about_zh="从来件到首次离开起始状态、到首次解决,按自然时间;算在来件那一天;没响应、没解决的不进平均。R92 的比较线:负责人平均响应 3.5 分钟",
    about_en="from arrival to first leaving the first state, and to being first solved, in elapsed time; counted on the day of arrival; "
    "what is unanswered or unsolved is in no mean. Benchmark of R92: leaders answer in 3.5 minutes on average",
    needs=frozenset({Paper.JOURNAL}), by=("topic",), may=("topic", "severity", "person", *PLACES), chart=Chart.BARS, facts=_facts,
    columns=(
        count("tickets", "工单", "tickets"),
        count("answered", "已响应", "answered"),
        mean("mean_response", "平均响应", "mean response", "answered_s", "answered_n"),
        _longest("answered"),
        count("solved", "已解决", "solved"),
        share("solved_share", "解决率", "solved share", "solved", "tickets"),
        mean("mean_resolution", "平均解决", "mean resolution", "solved_s", "solved_n"),
        _longest("solved"),
        count("reopened", "重开", "reopened"),
    ),
)  # fmt: skip
