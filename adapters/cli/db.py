"""How does a store come into another database? `db move FROM TO`: every row, in one look, into an empty one."""

import argparse

from adapters.cli.desk import address_of
from adapters.cli.parser import add_globals
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.sql.move import move
from adapters.sql.sqlite import file_of
from engine.ports.store import StoreError


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`db move FROM TO`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="move")
    one = deeds.add_parser("move", help=speech.of("把整个库搬进另一个空库", "carry a whole store into another, empty database"))
    one.add_argument("source", metavar="FROM", help=speech.of("现在的库:文件或地址", "the store as it is: a file or an address"))
    one.add_argument("target", metavar="TO", help=speech.of("搬到哪里:空的库", "where it goes: an empty database"))
    add_globals(one, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Table by table how many rows went; 1 if nothing was moved."""
    source, target = address_of(options.source), address_of(options.target)
    file = file_of(source)
    if file is not None and not file.is_file():
        raise WrongUse(f"没有这个数据库:{file}", f"no such database: {file}")
    if source == target:
        raise WrongUse("来源和目标是同一个库", "source and target are the same database")
    try:
        rows = move(source, target)
    except StoreError as problem:
        raise NotFine(f"没有搬,什么也没写:{problem}", f"nothing was moved, nothing was written: {problem}") from None
    speech.data(rows)
    speech.grid([(name, str(count)) for name, count in rows.items() if count])
    speech.say(
        f"搬完了:{sum(rows.values())} 行,逐表数过。旧库还在,守护进程改用新地址启动",
        f"moved: {sum(rows.values())} rows, counted table by table. The old store is still there; start the daemon with the new address",
    )
    return 0
