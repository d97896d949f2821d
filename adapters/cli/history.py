"""How are years of history kept? `history write SOURCE ... --to DIR`: recorded events as Parquet, by day or month, each run only what is new."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.cli.parser import add_globals
from adapters.cli.plan_stored import is_database, masked_history
from adapters.cli.replay import tell_problems
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.files.history import Problem, stream_history
from adapters.files.parquet import NotOurs
from adapters.files.parquet_writing import WHOLE, write_parquet
from engine.service.replay import OldEvent

TIMEZONE = "Asia/Shanghai"


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`history write SOURCE ... --to DIR`."""
    of = speech.of
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="write")
    one = deeds.add_parser("write", help=of("把记下的事件写成 Parquet,只添新的", "write recorded events as Parquet; adds what is new"))
    one.add_argument(
        "sources", metavar="SOURCE", nargs="+",
        help=of("自己的数据库(文件或地址),或历史:JSON 行(可用 gzip)", "a database of ours (file or address), or histories as JSON lines (plain or gzip)"),
    )  # fmt: skip
    one.add_argument("--to", metavar="DIR", required=True, help=of("写到哪个文件夹", "the folder to write to"))
    one.add_argument(
        "--by",
        choices=sorted(WHOLE),
        default="month",
        help=of("按日还是按月分区(默认 month)", "a partition for each day or month (default: month)"),
    )
    one.add_argument(
        "--timezone", metavar="ZONE", default=TIMEZONE, help=of(f"没写时区的时间是哪里的(默认 {TIMEZONE})", f"of times without one (default: {TIMEZONE})")
    )  # fmt: skip
    add_globals(one, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Write, and say how much; 0 also if there was nothing new. Lines that cannot be read are listed and left out."""
    missing = next((one for one in options.sources if "://" not in one and not Path(one).is_file()), None)
    if missing:
        raise WrongUse(f"没有这个文件:{missing}", f"no such file: {missing}")
    problems: list[Problem] = []
    try:
        done = write_parquet(_told(options.sources, options.timezone, problems), Path(options.to), options.by)
    except NotOurs as problem:
        raise NotFine(problem.zh, problem.en) from problem
    except OSError as problem:
        raise WrongUse(f"写不了 {options.to}({problem.strerror})", f"cannot write {options.to} ({problem.strerror})") from None
    tell_problems(problems, speech)
    speech.data({"events": done.told, "added": done.added, "files": list(done.files)})
    speech.say(
        f"{done.told:,} 件事,新写 {done.added:,} 件,{len(done.files)} 个文件,在 {options.to}",
        f"{done.told:,} events, {done.added:,} of them new, in {len(done.files)} files under {options.to}",
    )
    return 0


def _told(sources: Sequence[str], timezone: str, problems: list[Problem]) -> Iterator[OldEvent]:
    for source in sources:
        if "://" in source or is_database(source):
            # Personal values never leave with a file; invented ones stand in, so that the rules that ask for them find some.
            yield from masked_history(source)
        else:
            yield from stream_history([source], timezone, problems)
