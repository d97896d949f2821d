"""Which options do several commands share? Each is worded once, in both languages."""

import argparse
import os
from pathlib import Path

from adapters.cli.parser import add_globals
from adapters.cli.speech import Speech, WrongUse


def add_db_option(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`--db`."""
    parser.add_argument(
        "--db",
        metavar="DB",
        help=speech.of(
            "数据库地址或 SQLite 文件(默认 WAYBILL_DB,再是 var/waybill.db)",
            "database address or SQLite file (default: WAYBILL_DB, then var/waybill.db)",
        ),
    )


def add_rules_option(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`--rules DIR` as every command understands it."""
    parser.add_argument(
        "--rules", metavar="DIR",
        help=speech.of("规则文件夹(默认 WAYBILL_RULES,再是当前文件夹,再是自带的)", "rule folder (default: WAYBILL_RULES, this folder, the shipped one)"),
    )  # fmt: skip


def add_desk_options(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`--db` and `--rules`."""
    add_db_option(parser, speech)
    add_rules_option(parser, speech)


def add_by_option(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`--by`, for deeds that somebody answers for."""
    parser.add_argument("--by", metavar="WHO", help=speech.of("谁做的(工号;默认登录名)", "who does it (default: the login name)"))


def add_deed_options(parser: argparse.ArgumentParser, speech: Speech, why_zh: str = "为什么", why_en: str = "why") -> None:
    """What a deed with a subcommand of its own takes: `--why` (see `why_of`), `--by`, the desk, the globals."""
    parser.add_argument("--why", required=True, metavar="TEXT", help=speech.of(why_zh, why_en))
    add_by_option(parser, speech)
    add_list_options(parser, speech)


def add_list_options(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """What looking with a subcommand of its own takes: the desk, the globals."""
    add_desk_options(parser, speech)
    add_globals(parser, speech)


def add_history_options(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """What walking through histories takes: the files, `--rules`, `--jobs` (see `the_histories`)."""
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help=speech.of("历史:JSON 行,可用 gzip", "histories: JSON lines, plain or gzip")
    )
    add_rules_option(parser, speech)
    add_jobs_option(parser, speech)


def add_jobs_option(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`--jobs`, for work that several processes may share."""
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=int,
        default=os.cpu_count() or 1,
        help=speech.of("几个进程(默认按 CPU)", "processes (default: one per CPU)"),
    )


def the_histories(options: argparse.Namespace) -> list[str]:
    """The files of `add_history_options`. Raises WrongUse: one is not there."""
    missing = [name for name in options.files if not Path(name).is_file()]
    if missing:
        raise WrongUse(f"没有这个文件:{missing[0]}", f"no such file: {missing[0]}")
    return list(options.files)
