"""What goes wrong under way, and where? Feedback to operations by area, courier, lane, packaging (R100)."""

from collections.abc import Iterator, Sequence

from engine.model.decision import JournalRow
from engine.reports.report_case import SHIPMENT, TICKET, courier, happened, names, opened
from engine.reports.report_complaints import is_complaint
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Amount, Chart, Dossier, Fact, Paper, Scope, Sheet, count, share

TROUBLES = {
    "pickup_failed": ("提货失败", "pick-up failed"), "delivery_failed": ("派送失败", "delivery failed"), "damaged": ("破损", "damaged"),
    "lost": ("丢失", "lost"), "missent": ("错分", "missent"), "rejected": ("拒收", "refused by consignee"),
    "not_received": ("未收到", "not received"), "no_news": ("久无消息", "no news"), "weather_delay": ("天气延误", "weather"),
    "delayed": ("承运商报延误", "delayed"),
}  # fmt: skip
"""Events of a shipment that are troubles."""


def trouble_of(rows: Sequence[JournalRow]) -> set[str]:
    """The kinds of trouble a shipment had; each counts once."""
    return names(rows) & TROUBLES.keys()


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    own = {"courier": courier(scope, dossier, opened(dossier))} if "courier" in (*scope.by, *(by for by, _ in scope.only)) else {}
    if dossier.case.workflow == TICKET:
        if is_complaint(scope, dossier):
            yield Fact(opened(dossier), {"complaints": 1}, own)
    elif dossier.case.workflow == SHIPMENT:
        found = trouble_of(happened(dossier))
        counts: dict[str, Amount] = {"orders": 1, "troubled": int(bool(found)), **dict.fromkeys(found, 1)}
        yield Fact(opened(dossier), counts, own)


FEEDBACK = Sheet(
    name="feedback", zh="运作反馈", en="feedback to operations", source="R100",
    about_zh="算在下单那一天,投诉算在来件那一天;一单里同样的事只算一次;投诉按运单号归到它的托运单;提货人按现行规则和下单时间推算",
    about_en="counted on the day of the order, complaints on the day of arrival; the same trouble counts once per order; a complaint goes to its "
    "shipment's area by waybill number; the courier is whom the rules in force name as of the order",
    needs=frozenset({Paper.JOURNAL, Paper.SHIPMENT}), by=("area",), may=(*PLACES, "courier", "packaging"), chart=Chart.BARS, facts=_facts,
    columns=(
        count("orders", "下单", "orders"),
        count("troubled", "出过事", "with trouble"),
        share("trouble_rate", "出事率", "trouble rate", "troubled", "orders"),
        *(count(name, zh, en) for name, (zh, en) in TROUBLES.items()),
        count("complaints", "投诉", "complaints"),
        share("complaint_rate", "投诉率", "complaint rate", "complaints", "orders"),
    ),
)  # fmt: skip
