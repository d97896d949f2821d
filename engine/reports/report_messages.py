"""What left, what became of it, and what did it cost? Per channel and message (costs: of the messages file; what providers told)."""

from collections.abc import Iterator
from decimal import Decimal

from engine.model.receipt import Verdict
from engine.model.segments import segments_of, sign_units, units_of
from engine.ports.attempts import Attempt
from engine.ports.directory import SentRow
from engine.reports.report_case import number
from engine.reports.report_groups import PLACES
from engine.reports.report_shape import Amount, Chart, Column, Dossier, Fact, Kind, Paper, Scope, Sheet, count, share

ENDS = {
    "done": "delivered", "accepted": "taken", "rejected": "refused", "dead": "refused", "unknown": "doubtful", "dropped": "dropped",
    "shadow": "shadow",
}  # fmt: skip
"""Status of a row -> what became of it; any other waits. Each row is counted in one of them."""
ENDS_BY_RECEIPT = {"delivered": "delivered", "rejected": "refused"}
TAKEN = (Verdict.ACCEPTED, Verdict.DELIVERED)


def _facts(scope: Scope, dossier: Dossier) -> Iterator[Fact]:
    heard = _last_receipts(dossier)
    for row in dossier.sent:
        if row.kind != "message":
            continue
        end = ENDS.get(row.status, "waiting")
        end = ENDS_BY_RECEIPT.get(heard.get(row.effect_id, ""), end) if end == "taken" else end
        counts: dict[str, Amount] = {"issued": 1, end: 1}
        for attempt in dossier.attempts.get(row.effect_id, ()):
            _charge(scope, row, attempt, end, counts)
        own = {"channel": row.channel or "", "message": row.message or "chain_step"}
        yield Fact(row.sent_at or row.at, counts, own)


def _last_receipts(dossier: Dossier) -> dict[str, str]:
    """Effect -> the verdict heard last: what came of a call that a person made stands in the journal alone."""
    notes = (note for row in dossier.journal for note in row.notes if note.kind == "receipt")
    return {note.subject: note.detail.partition(" ")[0] for note in notes}


def _charge(scope: Scope, row: SentRow, attempt: Attempt, end: str, counts: dict[str, Amount]) -> None:
    """What one request costs, if it was taken: by our own prices, and by what the provider told."""
    counts["requests"] = counts.get("requests", 0) + 1
    told = dict(attempt.measures)
    if "cost" in told:
        counts["told_cost"] = counts.get("told_cost", 0) + abs(number(told["cost"]))
    if attempt.verdict not in TAKEN or (attempt.channel == "phone" and end != "delivered"):
        return
    pieces = 1
    if attempt.channel == "sms":
        computed = segments_of(units_of(row.masked) + sign_units(scope.rulebook.connections.values(), "sms"))
        pieces = int(number(told.get("segments", ""))) or computed
        counts["segments"] = counts.get("segments", 0) + pieces
    price = scope.rulebook.costs.get(attempt.channel)
    if price is not None:
        counts["cost"] = counts.get("cost", Decimal(0)) + price * pieces


def _yuan(key: str, zh: str, en: str) -> Column:
    """None: nothing of it has a price."""
    return Column(key, zh, en, Kind.YUAN, lambda line: line.sums.get(key))


MESSAGES = Sheet(
    name="messages", zh="消息和费用", en="messages and cost", source="R18, R96",
    about_zh="发起的每一条只在一栏;算在发出那一天,没发出的算在发起那一天。费用 = 通道收下的每次发送 × messages 文件 costs 的价(短信按条数,电话按打通的);合并发出的只付一次",
    about_en="each message that was issued stands in one column; counted when it left, else when issued. Cost: every request that was taken, "
    "at the prices under costs (SMS per segment, calls when somebody was reached); a group is paid once",
    needs=frozenset({Paper.JOURNAL, Paper.SENT, Paper.ATTEMPTS}), by=("channel", "message"), may=("channel", "message", *PLACES), chart=Chart.BARS,
    facts=_facts,
    columns=(
        count("issued", "发起", "issued"),
        count("delivered", "送达", "delivered"),
        count("taken", "已交通道", "taken"),
        count("refused", "被拒", "refused"),
        count("doubtful", "结果不明", "in doubt"),
        count("dropped", "未发", "dropped"),
        count("waiting", "待发", "waiting"),
        count("shadow", "试行", "shadow"),
        share("delivered_share", "送达率", "delivered share", "delivered", "issued"),
        count("requests", "请求次数", "requests"),
        count("segments", "短信条数", "segments"),
        _yuan("cost", "费用(元)", "cost (yuan)"),
        _yuan("told_cost", "服务商所报", "told by provider"),
    ),
)  # fmt: skip
