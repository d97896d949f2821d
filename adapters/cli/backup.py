"""How is a running store copied? `backup FILE` once; `backup FOLDER`, now and then, for any of its points afterwards."""

import argparse
import threading
from datetime import timedelta
from pathlib import Path

from adapters.cli.keeping import fresh, not_done, the_file
from adapters.cli.options import add_db_option
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.clock import SystemClock
from adapters.sql.backup import Copied, copy_file, copy_into, let_go
from engine.language.texts import BadText, read_days, read_seconds
from engine.ports.store import StoreError

POSTGRES = (
    "PostgreSQL 用它自己的工具:逐时点恢复用 pgBackRest 或 pg_basebackup 加 WAL 归档,一份逻辑备份用 pg_dump -Fc;恢复之后、启动之前,运行 waybill restore --fence --db 地址",
    "PostgreSQL has its own tools: pgBackRest, or pg_basebackup with a WAL archive, for any point in time; pg_dump -Fc for one logical copy; "
    "after a restore and before the start, run waybill restore --fence --db ADDRESS",
)


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`backup TARGET [--every SPAN] [--keep SPAN] [--base]`."""
    parser.add_argument(
        "target",
        metavar="TARGET",
        help=speech.of("新文件,或备份文件夹(以 / 结尾或已存在)", "a new file, or a folder of backups (there already, or ending in /)"),
    )
    add_db_option(parser, speech)
    parser.add_argument(
        "--every", metavar="SPAN", help=speech.of('不停地备份,隔这么久一次,如 "1 min"', 'go on, one copy every so often, as "1 min"')
    )
    parser.add_argument(
        "--keep", metavar="SPAN", help=speech.of('只留这么久以内的时点,如 "7 days"', 'let go of points older than this, as "7 days"')
    )
    parser.add_argument("--base", action="store_true", help=speech.of("这一次做整份,不做增量", "a whole copy this time, no step"))


def run(options: argparse.Namespace, speech: Speech) -> int:
    """1 if no copy was made, or it did not hold what was read."""
    source = the_file(options, *POSTGRES)
    if not source.is_file():
        raise WrongUse(f"没有这个数据库:{source}", f"no such database: {source}")
    target = Path(options.target)
    every, keep = _every(options.every), _keep(options.keep)
    if not (target.is_dir() or options.target.endswith("/")):
        if every or keep or options.base:
            raise WrongUse("--every、--keep、--base 要配备份文件夹", "--every, --keep and --base need a folder")
        return _once(source, fresh(options.target), speech)
    if every is None:
        return _into(source, target, keep, options.base, speech)
    pause = threading.Event()
    while True:
        try:
            _into(source, target, keep, options.base, speech)
        except NotFine as problem:  # The next round tries again; whoever watches sees the line.
            speech.warn(f"waybill: {problem.zh}", f"waybill: {problem.en}")
        pause.wait(every.total_seconds())


def _once(source: Path, target: Path, speech: Speech) -> int:
    try:
        made = copy_file(source, target)
    except StoreError as problem:
        raise not_done("没有备份成", "no copy was made", problem) from None
    return _tell(made, 0, speech)


def _into(source: Path, folder: Path, keep: timedelta | None, base: bool, speech: Speech) -> int:
    now = SystemClock().now()
    try:
        made = copy_into(source, folder, now, base=base)
        gone = let_go(folder, now - keep) if keep is not None else 0
    except StoreError as problem:
        raise not_done("没有备份成", "no copy was made", problem) from None
    return _tell(made, gone, speech)


def _tell(made: Copied, gone: int, speech: Speech) -> int:
    size = f"{made.bytes / 1_000_000:.2f} MB"
    if not made.new:
        speech.say("没有变化,上一个时点就是现在", "nothing changed: the last point is as things stand")
    elif made.step:
        speech.say(f"增量 {made.file},{size},{made.rows} 行,核对过", f"a step: {made.file}, {size}, {made.rows} rows, checked")
    else:
        speech.say(f"整份 {made.file},{size},{made.rows} 行,核对过", f"a whole copy: {made.file}, {size}, {made.rows} rows, checked")
    if gone:
        speech.say(f"清掉旧的备份文件 {gone} 个", f"let go of {gone} old files")
    speech.data({"file": str(made.file) if made.new else None, "bytes": made.bytes, "rows": made.rows, "step": made.step, "let_go": gone})
    return 0


def _every(text: str | None) -> timedelta | None:
    try:
        return None if text is None else timedelta(seconds=max(1, read_seconds(text)))
    except BadText:
        raise WrongUse('--every 写成 "1 min"、"6 h" 这样', '--every takes a span, such as "1 min" or "6 h"') from None


def _keep(text: str | None) -> timedelta | None:
    try:
        return None if text is None else timedelta(days=read_days(text))
    except BadText as problem:
        raise WrongUse(f"--keep:{problem.zh},{problem.fix_zh}", f"--keep: {problem.en}, {problem.fix_en}") from None
