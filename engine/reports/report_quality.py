"""How well are tickets solved? Solved at once, reopened, passed on, complaints per order, satisfaction (R97 quality, R91, R93)."""

from collections.abc import Iterator

from engine.reports.report_case import SHIPMENT, TICKET, came_back, happened, names, opened, solved
from engine.reports.report_complaints import is_complaint
from engine.reports.report_groups import PLACES
from engine.reports.report_satisfaction import last_answer
from engine.reports.report_shape import Amount, Chart, Dossier, Fact, Kind, Paper, Period, Scope, Sheet, count, mean, share


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    workflow = scope.rulebook.workflows.get(dossier.case.workflow)
    if workflow is None or workflow.name not in (SHIPMENT, TICKET):
        return
    rows = happened(dossier)
    counts: dict[str, Amount] = {"orders": 1}
    if workflow.name == TICKET:
        passed_on, back = "escalated" in names(rows), came_back(workflow, rows)
        done = solved(workflow, rows) is not None
        counts = {
            "tickets": 1, "solved": int(done), "at_once": int(done and not passed_on and not back), "reopened": int(back),
            "passed_on": int(passed_on), "complaints": int(is_complaint(scope, dossier)),
        }  # fmt: skip
    answer = last_answer(rows)
    if answer is not None:
        counts |= {"scores": 1, "score": answer[1]}
    yield Fact(opened(dossier), counts)


QUALITY = Sheet(
    name="quality", zh="服务质量", en="quality", source="R97, R91, R93",
    about_zh="算在来件、下单那一天。一次解决 = 解决了,没升级,没重开(目标 85%);投诉 = 客户自己来说的、咨询以外的工单,投诉率按每单下单算;接通率和等待秒数(R91)要电话平台的数据,这里没有",
    about_en="counted on the day of arrival. At once: solved, never passed on, never reopened (target 85 %); complaints: tickets other than "
    "enquiries, per order; answer rate and waiting seconds (R91) need the phone platform's data, which is not here",
    needs=frozenset({Paper.JOURNAL}), period=Period.MONTH, may=(*PLACES, "topic", "severity"), chart=Chart.LINES, facts=_facts,
    columns=(
        count("tickets", "工单", "tickets"),
        count("solved", "已解决", "solved"),
        share("solved_share", "解决率", "solved share", "solved", "tickets"),
        count("at_once", "一次解决", "at once"),
        share("at_once_share", "一次解决率", "at once share", "at_once", "solved"),
        count("reopened", "重开", "reopened"),
        count("passed_on", "升级处理", "passed on"),
        count("complaints", "投诉", "complaints"),
        count("orders", "下单", "orders"),
        share("complaint_rate", "投诉率", "complaint rate", "complaints", "orders"),
        count("scores", "评分数", "scores"),
        mean("satisfaction", "满意度(1-5)", "satisfaction (1-5)", "score", "scores", Kind.NUMBER),
    ),
)  # fmt: skip
