"""Who are our customers? What each sends, how much of it is void or late, and how often they ask or complain (R97 customer profile)."""

from collections.abc import Iterator

from engine.reports.report_case import (
    DELIVERED,
    SHIPMENT,
    TICKET,
    VOID_STATES,
    happened,
    is_late,
    number,
    opened,
    stopping_at,
    verdict_counts,
)
from engine.reports.report_complaints import is_complaint
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Amount, Chart, Column, Dossier, Fact, Kind, Paper, Scope, Sheet, count, share
from engine.reports.report_troubles import trouble_of


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    case = dossier.case
    if case.workflow == TICKET:
        yield Fact(opened(dossier), {"tickets": 1, "complaints": int(is_complaint(scope, dossier)), "tickets_late": int(is_late(dossier))})
    elif case.workflow == SHIPMENT:
        counts: dict[str, Amount] = {
            "orders": 1, "void": int(case.state in VOID_STATES), "delivered": int(case.state == DELIVERED),
            "exceptions": int(bool(trouble_of(happened(dossier)))), "pieces": number(case.fields.get("pieces", "")),
            "kg": number(case.fields.get("weight_kg", "")),
        }  # fmt: skip
        promises = stopping_at(scope, DELIVERED)
        for clock in case.clocks:
            if clock.policy in promises:
                judged = verdict_counts(dossier, clock)
                for name in ("kept", "judged"):
                    counts[name] = counts.get(name, 0) + judged[name]
        yield Fact(opened(dossier), counts)


CUSTOMERS = Sheet(
    name="customers", zh="客户画像", en="customer profile", source="R97",
    about_zh="算在下单、来件那一天;准时率 = 按时送达 ÷(按时 + 超时);异常 = 出过一次异常的单;投诉 = 客户自己来说的、咨询以外的工单;客户按电话分,只显示遮盖后的号码",
    about_en="counted on the day of arrival; on time = kept / (kept + late) of delivery; exceptions: orders with any trouble; complaints: "
    "tickets other than enquiries that the customer came with; customers are told apart by number, which is shown masked",
    needs=frozenset({Paper.JOURNAL}), by=("customer",), may=(*PLACES, "topic"), chart=Chart.TABLE, facts=_facts,
    columns=(
        count("orders", "下单", "orders"),
        count("void", "作废", "void"),
        share("void_share", "作废率", "void share", "void", "orders"),
        count("delivered", "已送达", "delivered"),
        share("on_time", "准时率", "on time", "kept", "judged"),
        count("exceptions", "异常单", "exceptions"),
        count("tickets", "工单", "tickets"),
        count("complaints", "投诉", "complaints"),
        share("complaint_rate", "投诉率", "complaint rate", "complaints", "orders"),
        count("tickets_late", "工单超时", "tickets late"),
        Column("pieces", "件数", "pieces", Kind.NUMBER, lambda line: line.get("pieces")),
        Column("kg", "公斤", "kg", Kind.NUMBER, lambda line: line.get("kg")),
    ),
)  # fmt: skip
