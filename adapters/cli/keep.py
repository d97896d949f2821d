"""What do the rules keep no longer? `keep --dry-run` counts it, `keep --apply` lets it go."""

import argparse

from adapters.cli.desk import opened, who
from adapters.cli.options import add_by_option, add_desk_options
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.clock import SystemClock
from adapters.sql.keep import due, let_go
from adapters.sql.stores import SqlStores

CLASSES = {
    "raw": ("原文和没认出的来报", "raw papers"),
    "texts": ("发出的文字", "texts that were sent"),
    "personal": ("单的个人信息", "cases' personal values"),
    "history": ("整张单", "whole cases"),
}


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`keep --dry-run | --apply`."""
    deed = parser.add_mutually_exclusive_group(required=True)
    deed.add_argument("--dry-run", action="store_true", help=speech.of("只数一数", "count only"))
    deed.add_argument("--apply", action="store_true", help=speech.of("动手", "let it go"))
    add_by_option(parser, speech)
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """1 if the rules do not say how long anything is kept."""
    with opened(options, speech) as desk:
        stores, keeping = desk.stores, desk.rulebook.keeping
        if not isinstance(stores, SqlStores):
            raise WrongUse("内存里的库不用清", "a store in memory keeps nothing")
        if not keeping:
            raise NotFine(
                "规则里没写保留期限,什么都一直留着;写一个 kind: keeping 的文件",
                "the rules do not say how long anything is kept, so everything stays; write a file of kind: keeping",
            )
        now = SystemClock().now()
        counted = let_go(stores.database, keeping, now, by=who(options)) if options.apply else due(stores.database, keeping, now)
    head = speech.of(
        "类别 留多久 已清 " if options.apply else "类别 留多久 会清", "class kept gone" if options.apply else "class kept would-go"
    ).split()
    rows = [
        (speech.of(*CLASSES[name]), speech.of(f"{getattr(keeping, name)} 天", f"{getattr(keeping, name)} days"), str(many))
        for name, many in counted.items()
    ]
    speech.table(head, rows)
    speech.data({"applied": bool(options.apply), "classes": counted})
    return 0
