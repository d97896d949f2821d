"""What do customers complain of? Causes month by month, with severity, against the month before (R98)."""

from collections.abc import Iterator

from engine.reports.report_case import ENQUIRIES, TICKET, came_back, happened, is_late, opened, solved
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Amount, Chart, Column, Dossier, Fact, Kind, Line, Paper, Period, Scope, Sheet, count, divided, share
from engine.reports.report_trends import change

CAUSES = {
    "延误": "物流延误", "丢损": "货物破损", "拒收": "配送问题", "未收到": "配送问题", "错发": "配送问题", "超区": "配送问题",
    "服务态度": "服务态度", "信息不准确": "信息不准确",
}  # fmt: skip
"""Topic -> cause as R98 lists them; any other is 其他. A rulebook with a field `cause` says it itself."""
SEVERE = ("严重", "紧急")


def cause_of(dossier: Dossier) -> str:
    """The cause a ticket states, else the one its topic belongs to."""
    fields = dossier.case.fields
    return fields.get("cause") or CAUSES.get(fields.get("topic", ""), "其他")


def is_problem(dossier: Dossier) -> bool:
    """Every ticket but an enquiry."""
    return dossier.case.workflow == TICKET and dossier.case.fields.get("topic") not in ENQUIRIES


def is_complaint(scope: Scope, dossier: Dossier) -> bool:
    """A problem that a customer came with, at first or later; what another case opened by itself is none."""
    workflow = scope.rulebook.workflows.get(TICKET)
    came = {*workflow.start_events, "opened_again"} if workflow else set()
    return is_problem(dossier) and any(row.name in came and not row.source.startswith("case/") for row in happened(dossier))


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    workflow = scope.rulebook.workflows.get(TICKET)
    if workflow is None or not is_problem(dossier):
        return
    rows, fields = happened(dossier), dossier.case.fields
    severe = any(fields.get(name) in SEVERE for name in ("severity", "urgency"))
    counts: dict[str, Amount] = {
        "problems": 1, "complaints": int(is_complaint(scope, dossier)), "severe": int(severe), "solved": int(solved(workflow, rows) is not None),
        "reopened": int(came_back(workflow, rows)),
        "late": int(is_late(dossier)),
    }  # fmt: skip
    yield Fact(opened(dossier), counts, {"cause": cause_of(dossier)})


def _of_all(line: Line) -> Amount | None:
    return divided(line.get("problems"), line.whole.get("problems", 0))


def _before(line: Line) -> Amount | None:
    return line.before.get("problems", 0) if line.before is not None else None


COMPLAINTS = Sheet(
    name="complaints", zh="投诉原因", en="causes of complaints", source="R98",
    about_zh="问题工单 = 咨询以外的工单,算在来件那一月;投诉 = 其中客户自己来说的,其余是系统先发现的;原因按问题类型归(延误→物流延误,丢损→货物破损,拒收、未收到、错发、超区→配送问题,其余→其他),工单有 cause 字段的照它;超时 = 有一条时效最后一轮超时",
    about_en="problems: tickets other than enquiries, in the month of arrival; complaints: those a customer came with, the others we found first; the cause follows from the topic (R98's six), or is the field `cause`; "
    "late: the last clock of a policy was late",
    needs=frozenset({Paper.JOURNAL}), by=("cause",), may=("cause", "topic", "severity", *PLACES), period=Period.MONTH, chart=Chart.BARS,
    facts=_facts,
    columns=(
        count("problems", "问题工单", "problems"),
        count("complaints", "其中投诉", "complaints"),
        Column("of_all", "占比", "share", Kind.SHARE, _of_all),
        Column("before", "前一期", "before", Kind.COUNT, _before),
        Column("change", "环比", "change", Kind.CHANGE, lambda line: change("problems", line)),
        count("severe", "严重和紧急", "severe"),
        count("late", "超时", "late"),
        count("solved", "已解决", "solved"),
        share("solved_share", "解决率", "solved share", "solved", "problems"),
        count("reopened", "重开", "reopened"),
    ),
)  # fmt: skip
