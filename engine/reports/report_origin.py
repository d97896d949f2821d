"""Where do orders come from, and how many are void? 发货地分析, with every enquiry that shipped nothing (R95, R13)."""

from collections.abc import Iterator

from engine.reports.report_case import DELIVERED, PICKED_UP, SHIPMENT, VOID_STATES, happened, number, opened, reached
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Amount, Chart, Column, Dossier, Fact, Kind, Line, Paper, Scope, Sheet, count, divided, share


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    case, workflow = dossier.case, scope.rulebook.workflows.get(dossier.case.workflow)
    if workflow is None or workflow.name != SHIPMENT:
        return
    line = [milestone.state for milestone in workflow.milestones]
    beyond = line[line.index(PICKED_UP) :] if PICKED_UP in line else []
    shipped = reached(workflow, happened(dossier), beyond) is not None
    void = case.state in VOID_STATES
    counts: dict[str, Amount] = {
        "orders": 1, "void": int(void), "shipped": int(shipped and not void), "open": int(not void and not shipped),
        "delivered": int(case.state == DELIVERED), "pieces": number(case.fields.get("pieces", "")), "kg": number(case.fields.get("weight_kg", "")),
    }  # fmt: skip
    yield Fact(opened(dossier), counts)


def _of_all(line: Line) -> Amount | None:
    return divided(line.get("orders"), line.whole.get("orders", 0))


ORIGIN = Sheet(
    name="origin", zh="发货地分析", en="origin analysis", source="R95, R13",
    about_zh="算在下单那一天;作废的单也在里面;占比是占同期全部的单;提走后才作废的算作废",
    about_en="counted on the day of the order; void orders are included; share: of all orders of the period; void after pick-up counts as void",
    needs=frozenset({Paper.JOURNAL}), by=("area",), may=(*PLACES, "packaging"), chart=Chart.BARS, facts=_facts,
    columns=(
        count("orders", "下单", "orders"),
        Column("of_all", "占比", "share", Kind.SHARE, _of_all),
        count("shipped", "已发货", "shipped"),
        count("delivered", "已送达", "delivered"),
        count("void", "作废", "void"),
        share("void_share", "作废率", "void share", "void", "orders"),
        count("open", "未提货", "not yet shipped"),
        Column("pieces", "件数", "pieces", Kind.NUMBER, lambda line: line.get("pieces")),
        Column("kg", "公斤", "kg", Kind.NUMBER, lambda line: line.get("kg")),
    ),
)  # fmt: skip
