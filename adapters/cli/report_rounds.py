"""Which reports go out by themselves, and did the last one arrive? `report --scheduled`."""

from zoneinfo import ZoneInfo

from adapters.cli.speech import Speech
from adapters.sql.report_slots import BEFORE, DOUBT, FAILED, OPEN, SENT, SlotRow
from adapters.sql.stores import SqlStores
from adapters.wiring.opening import Opened

STATES = {
    OPEN: ("在发", "under way"), SENT: ("已发出", "sent"), FAILED: ("没有全部发出", "not all sent"), DOUBT: ("结果不明", "in doubt"),
    BEFORE: ("登记以前,不发", "before it was declared"),
}  # fmt: skip


def tell(desk: Opened, speech: Speech) -> None:
    """One line per report of the rules in force; also when there is none."""
    rounds, zone = desk.rulebook.reports or {}, ZoneInfo(desk.rulebook.timezone)
    last = {one.name: one for one in desk.stores.report_slots.last()} if isinstance(desk.stores, SqlStores) else {}
    rows = []
    for one in rounds.values():
        slot = last.get(one.name)
        when = f"{slot.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if slot else "—"
        state = speech.of(*STATES[slot.state]) if slot else "—"
        rows.append((one.name, one.report, one.over, f"{one.at:%H:%M}", " ".join(one.to), when, state, _who(slot)))
    if rows:
        speech.table(
            speech.of("名字 报表 数哪段 几点 发给 最近一次 结果 没送到", "name report over at to last state missing").split(), rows
        )
    else:
        speech.say("规则里没有定时报表(kind: reports)", "the rules have no scheduled reports (kind: reports)")
    heads = ("name", "report", "over", "at", "to", "last", "state", "missing")
    speech.data([dict(zip(heads, row, strict=True)) for row in rows])


def _who(slot: SlotRow | None) -> str:
    """Addresses whose mail is not known to have left."""
    return " ".join(f"{to}({one.why or one.state})" for to, one in (slot.letters if slot else {}).items() if one.state != "accepted")
