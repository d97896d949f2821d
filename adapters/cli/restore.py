"""How does a backup become the store again? `restore SOURCE`, with a fence: nothing that was sent before is sent again."""

import argparse
from datetime import datetime
from pathlib import Path

from adapters.cli.desk import who
from adapters.cli.keeping import not_done, the_database, the_file
from adapters.cli.options import add_by_option, add_db_option
from adapters.cli.speech import Speech, WrongUse
from adapters.cli.times import read_time
from adapters.clock import SystemClock
from adapters.sql.backup import points
from adapters.sql.database import Database
from adapters.sql.fence import Fenced, put_up
from adapters.sql.migrate import migrate
from adapters.sql.restore import restore
from adapters.sql.stores import secret_of
from engine.language.compile import TIMEZONE
from engine.ports.store import StoreError

POSTGRES = (
    "PostgreSQL 用 pgBackRest 或 pg_restore 恢复;恢复之后、启动之前,运行 waybill restore --fence --db 地址",
    "PostgreSQL is restored by pgBackRest or pg_restore; then, before the start, run waybill restore --fence --db ADDRESS",
)


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`restore SOURCE [--at TIME] [--replace]`, `restore FOLDER --list`, `restore --fence`."""
    parser.add_argument(
        "source", nargs="?", metavar="SOURCE", help=speech.of("备份文件,或备份文件夹", "a backup file, or a folder of backups")
    )
    add_db_option(parser, speech)
    parser.add_argument(
        "--at", metavar="TIME", help=speech.of("回到这一刻(文件夹里不晚于它的最后一个时点)", "as it was then: the last point not after it")
    )
    parser.add_argument(
        "--list", action="store_true", help=speech.of("列出文件夹里能回到的时点", "list the points a folder can bring back")
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help=speech.of("换掉现有的库(旧库改名留着)", "in place of the store that is there, which is kept beside it"),
    )
    parser.add_argument(
        "--fence",
        action="store_true",
        help=speech.of("只立围栏:库已用别的工具恢复好了", "only put up the fence: another tool has restored the store"),
    )
    add_by_option(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """1 if nothing was restored."""
    if options.list:
        return _list(options, speech)
    if options.fence:
        return _only_fence(options, speech)
    target, source = the_file(options, *POSTGRES), Path(options.source or "")
    if not options.source or not source.exists():
        raise WrongUse(f"没有这个备份:{options.source or '(没写)'}", f"no such backup: {options.source or '(none given)'}")
    at = read_time(options.at, TIMEZONE) if options.at else None
    try:
        done = restore(source, target, at=at, now=SystemClock().now, by=who(options), replace=options.replace)
    except StoreError as problem:
        raise not_done("没有恢复,什么也没改", "nothing was restored or changed", problem) from None
    speech.say(f"已恢复 {target}:{done.rows} 行,核对过", f"restored {target}: {done.rows} rows, checked")
    if done.kept is not None:
        speech.say(f"原来的库留在 {done.kept}", f"what was there before is kept as {done.kept}")
    _tell(done.fenced, speech)
    speech.data({"rows": done.rows, "kept": str(done.kept) if done.kept else None, "point": _iso(done.point)} | _plain(done.fenced))
    return 0


def _only_fence(options: argparse.Namespace, speech: Speech) -> int:
    address = the_database(options)
    try:
        database = Database(address)
        try:
            migrate(database)
            fenced = put_up(database, secret_of(database), SystemClock().now(), who(options))
        finally:
            database.close()
    except StoreError as problem:
        raise not_done("围栏没有立起来", "no fence was put up", problem) from None
    _tell(fenced, speech)
    speech.data(_plain(fenced))
    return 0


def _tell(fenced: Fenced, speech: Speech) -> None:
    """What the person at the prompt has to do next."""
    fence = fenced.fence
    known = speech.time(fence.known_until, TIMEZONE)
    speech.say(
        f"围栏第 {fence.epoch} 道:备份只知道到 {known}。{fenced.held} 条待发压住了,这之前发生的事再要发的也会压住,等人决定:waybill fence list",
        f"fence {fence.epoch}: the copy knows of nothing after {known}. {fenced.held} sendings are held, and so is what comes of anything "
        "that happened before now, until a person decides: waybill fence list",
    )
    speech.say(
        f"启动后会自己再问一遍的对接:{'、'.join(fenced.polls) or '无'};其他来报请对方从 {known} 起重发,重复的不算",
        f"asked again by itself after the start: {', '.join(fenced.polls) or 'none'}; let the others send again what they sent since {known}: "
        "what comes twice counts once",
    )


def _list(options: argparse.Namespace, speech: Speech) -> int:
    known = points(Path(options.source or ""))
    if not known:
        raise WrongUse(f"这里没有备份:{options.source or '(没写)'}", f"no backups here: {options.source or '(none given)'}")
    head = speech.of("时点 整份 增量", "point whole-copy steps").split()
    speech.table(head, [(speech.time(one.at, TIMEZONE), one.base.name, str(len(one.steps))) for one in known])
    speech.data([{"at": one.at.isoformat(), "base": one.base.name, "steps": len(one.steps)} for one in known])
    return 0


def _plain(fenced: Fenced) -> dict[str, object]:
    fence = fenced.fence
    return {"epoch": fence.epoch, "at": _iso(fence.at), "known_until": _iso(fence.known_until), "held": fenced.held, "polls": fenced.polls}


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
