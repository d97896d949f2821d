"""How do we serve key accounts? On time, completed, exceptions, complaints, per customer and month (R99, R55)."""

from collections.abc import Iterator

from engine.reports.report_case import DELIVERED, SHIPMENT, TICKET, happened, is_late, opened, stopping_at, verdict_counts
from engine.reports.report_complaints import is_complaint
from engine.reports.report_groups import DIMENSIONS, PLACES
from engine.reports.report_shape import Amount, Chart, Dossier, Fact, Paper, Period, Scope, Sheet, count, share
from engine.reports.report_troubles import trouble_of

KEY_TIERS = ("VIP", "大客户")


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    case = dossier.case
    if not any(case.fields.get(name) in KEY_TIERS for name in DIMENSIONS["tier"].fields):
        return
    if case.workflow == TICKET:
        yield Fact(opened(dossier), {"complaints": int(is_complaint(scope, dossier)), "tickets": 1, "tickets_late": int(is_late(dossier))})
    elif case.workflow == SHIPMENT:
        counts: dict[str, Amount] = {
            "orders": 1,
            "delivered": int(case.state == DELIVERED),
            "exceptions": int(bool(trouble_of(happened(dossier)))),
        }
        promises = stopping_at(scope, DELIVERED)
        for clock in case.clocks:
            if clock.policy in promises:
                for name, amount in verdict_counts(dossier, clock).items():
                    counts[name] = counts.get(name, 0) + amount
        yield Fact(opened(dossier), counts)


ACCOUNTS = Sheet(
    name="accounts", zh="大客户", en="key accounts", source="R99, R55",
    about_zh="级别为 VIP 或大客户的单,算在下单、来件那一月;准时率 = 按时送达 ÷(按时 + 超时);完成率 = 已送达 ÷ 下单;异常 = 出过一次异常的单;客户按电话分,只显示遮盖后的号码",
    about_en="cases of tier VIP or 大客户, in the month they came in; on time = kept / (kept + late) of delivery; completed = delivered / orders; "
    "exceptions: orders with any trouble; customers are told apart by number, which is shown masked",
    needs=frozenset({Paper.JOURNAL}), by=("customer",), may=PLACES, period=Period.MONTH, chart=Chart.TABLE, facts=_facts,
    columns=(
        count("orders", "下单", "orders"),
        share("on_time", "准时率", "on time", "kept", "judged"),
        count("kept", "按时", "kept"),
        count("late", "超时", "late"),
        count("delivered", "已送达", "delivered"),
        share("completed", "完成率", "completed", "delivered", "orders"),
        count("exceptions", "异常单", "exceptions"),
        share("exception_rate", "异常率", "exception rate", "exceptions", "orders"),
        count("tickets", "工单", "tickets"),
        count("complaints", "投诉", "complaints"),
        count("tickets_late", "工单超时", "tickets late"),
    ),
)  # fmt: skip
