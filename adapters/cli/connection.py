"""How do we speak with neighbours? Connections listed, tried with a sample or a test message, and begun from one."""

import argparse
from importlib import import_module

from adapters.cli.options import add_rules_option
from adapters.cli.parser import add_globals
from adapters.cli.rules import load
from adapters.cli.speech import Speech
from engine.model.connection import Connection

DEEDS = {"list": "", "test": "connection_test", "new": "connection_new"}


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`connection list`, `connection test NAME`, `connection new NAME`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="list|test|new")
    listed = deeds.add_parser("list", help=speech.of("列出全部对接", "every connection"))
    test = deeds.add_parser(
        "test",
        help=speech.of("试读一份报文,或敲敲门", "read a sample report, or knock"),
        description=speech.of(
            "试读一份报文:会变成哪些事件,哪些没读;不给报文就读自带的样例,再看对方通不通",
            "read a sample report: which events it makes, and what is left; without one its own samples, and whether the neighbour answers",
        ),
    )
    test.add_argument("name", metavar="NAME", help=speech.of("对接名", "the connection's name"))
    test.add_argument("--sample", metavar="FILE", help=speech.of("报文文件", "a report"))
    test.add_argument(
        "--to", metavar="NUMBER", help=speech.of("通道:真发一条测试消息到这里", "of a provider: really send one test message there")
    )
    test.add_argument("--yes", action="store_true", help=speech.of("不再问", "do not ask"))
    new = deeds.add_parser(
        "new",
        help=speech.of("写一个新的对接", "write a new connection"),
        description=speech.of(
            "写一个新的对接:照一份报文猜(--sample),照现成的抄(--from),或一步一步问",
            "write a new connection: learned from a report (--sample), copied from a ready one (--from), or asked step by step",
        ),
    )
    new.add_argument("name", metavar="NAME", nargs="?", help=speech.of("对接名,如 tms", "its name, such as tms"))
    new.add_argument("--sample", metavar="FILE", help=speech.of("一份真实的报文", "a real report"))
    new.add_argument("--from", dest="ready", metavar="READY", help=speech.of("现成的对接;list 列出", "a ready-made one; `list` names them"))
    new.add_argument("--workflow", metavar="NAME", help=speech.of("报的是哪个流程的单", "whose cases"))
    new.add_argument("--label", metavar="TEXT", help=speech.of("显示的名称", "its label"))
    for each in (listed, test, new):
        add_rules_option(each, speech)
        add_globals(each, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Each deed has a module of its own; the list is here."""
    module = DEEDS[options.deed]
    if module:
        return int(import_module(f"adapters.cli.{module}").run(options, speech))
    connections = list(load(options.rules, speech).rulebook.connections.values())
    speech.table(
        (speech.of("对接", "connection"), speech.of("名称", "label"), speech.of("类型", "type"), speech.of("做什么", "does")),
        [(one.name, one.label, one.type.value, _does(one, speech)) for one in connections],
    )
    speech.data([{"name": one.name, "label": one.label, "type": one.type.value, "commands": list(one.commands)} for one in connections])
    return 0


def _does(connection: Connection, speech: Speech) -> str:
    inbound = connection.inbound
    if connection.carries is not None:
        return speech.of(f"送 {connection.carries}", f"carries {connection.carries}")
    parts = []
    if inbound is not None:
        way = inbound.path or connection.type.value
        parts.append(speech.of(f"来报 {way} → {inbound.workflow}", f"reports {way} → {inbound.workflow}"))
    if connection.commands:
        parts.append(speech.of(f"{len(connection.commands)} 个指令", f"{len(connection.commands)} commands"))
    return ", ".join(parts)
