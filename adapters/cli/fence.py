"""What does the fence of a restore hold, and what may leave after all? `fence list | send | drop`."""

import argparse

from adapters.cli.desk import opened, who, why_of
from adapters.cli.options import add_deed_options, add_list_options
from adapters.cli.speech import Speech, WrongUse
from adapters.clock import SystemClock
from adapters.sql.fence import fence_of, held_back, let_out
from adapters.sql.stores import SqlStores
from adapters.wiring.opening import Opened
from engine.model.event import Event, EventKind, Report
from engine.ports.outbox import OutboxRow
from engine.service.provider_hands import ARRIVED

LISTED_MAX = 1_000
SAYS = {
    "done": ("放行了", "let go"),
    "sent": ("记下:早就发过", "noted: it was sent before"),
    "not_held": ("围栏没有压着它", "the fence does not hold it"),
}


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`fence list`, `fence send SENDING... | --all`, `fence drop SENDING... | --all`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="list | send | drop")
    listing = deeds.add_parser("list", help=speech.of("恢复之后压着的发送", "what is held since a restore"))
    send = deeds.add_parser("send", help=speech.of("放行:确实没发过", "let it go: it was not sent"))
    drop = deeds.add_parser("drop", help=speech.of("不再发:恢复之前已经发过", "do not send it: it was sent before the restore"))
    for one in (send, drop):
        one.add_argument("files", nargs="*", metavar="SENDING", help=speech.of("编号(fence list 里有)", "its id, as fence list shows it"))
        one.add_argument("--all", action="store_true", help=speech.of("压着的全部", "all that is held"))
        add_deed_options(one, speech)
    add_list_options(listing, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """1 if one of them was not held."""
    with opened(options, speech) as desk:
        stores = desk.stores
        if not isinstance(stores, SqlStores):
            raise WrongUse("内存里的库没有围栏", "a store in memory has no fence")
        rows = held_back(stores.database, LISTED_MAX)
        if options.deed == "list":
            return _list(desk, stores, rows, speech)
        wanted = [one.effect.id for one in rows] if options.all else list(options.files)
        if bool(options.files) == options.all:
            raise WrongUse("写编号,或写 --all", "say which, or --all")
        by, why = who(options), why_of(options)
        said = [_decide(desk, stores, one, options.deed, by, why) for one in wanted]
    for item, word in zip(wanted, said, strict=True):
        zh, en = SAYS[word]
        speech.say(f"{item}:{zh}", f"{item}: {en}")
    speech.data([{"sending": item, "said": word} for item, word in zip(wanted, said, strict=True)])
    return 0 if "not_held" not in said else 1


def _decide(desk: Opened, stores: SqlStores, effect_id: str, deed: str, by: str, why: str) -> str:
    held = {one.effect.id: one for one in held_back(stores.database, LISTED_MAX)}
    row = held.get(effect_id)
    if row is None:
        return "not_held"
    if deed == "drop":
        return "sent" if desk.desk.providers.settle(effect_id, ARRIVED, by=by, why=why).fine else "not_held"
    now = SystemClock().now()
    if not let_out(stores.database, effect_id, now):
        return "not_held"
    event = Event(
        id=f"fence/{effect_id}/{now.isoformat()}", source=f"hand/{by}", kind=EventKind.NOTE, name="note", occurred_at=now, received_at=now,
        extra={"by": by, "note": why, "released": effect_id},
    )  # fmt: skip
    stores.store.accept([Report(event=event, workflow=row.effect.workflow, names={}, case_id=row.effect.case)], now)
    return "done"


def _list(desk: Opened, stores: SqlStores, rows: list[OutboxRow], speech: Speech) -> int:
    zone = desk.rulebook.timezone
    with stores.database.read() as connection:
        fence = fence_of(connection)
    if fence is None:
        speech.say("这个库没有恢复过", "this store was never restored")
    else:
        speech.say(
            f"围栏第 {fence.epoch} 道,{speech.time(fence.at, zone)} 由 {fence.by} 恢复,备份只知道到 {speech.time(fence.known_until, zone)};压着 {len(rows)} 条",
            f"fence {fence.epoch}, restored at {speech.time(fence.at, zone)} by {fence.by}; the copy knows of nothing after "
            f"{speech.time(fence.known_until, zone)}; {len(rows)} held",
        )
    if rows:
        head = speech.of("编号 消息 渠道 给谁 何时定的", "id message channel to decided").split()
        speech.table(
            head,
            [(one.effect.id, _what(one), _channel(one), one.effect.to or "—", speech.time(one.effect.at, zone)) for one in rows],
        )
    speech.data(
        [
            {
                "sending": one.effect.id,
                "case": one.effect.case,
                "message": _what(one),
                "channel": _channel(one),
                "to": one.effect.to,
                "at": one.effect.at.isoformat(),
            }
            for one in rows
        ]
    )
    return 0


def _channel(row: OutboxRow) -> str:
    return row.effect.channel or row.effect.target or "—"


def _what(row: OutboxRow) -> str:
    return row.effect.message or row.effect.command or row.effect.chain or "—"
