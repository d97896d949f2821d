"""How do the journals get into a process-mining tool? `export --xes FILE`, `export --ocel FILE`: the events that happened, masked."""

import argparse
import gzip
from collections.abc import Iterable
from pathlib import Path

from adapters.cli.desk import opened
from adapters.cli.options import add_desk_options
from adapters.cli.speech import Speech, WrongUse
from engine.reports.export_ocel import ocel
from engine.reports.export_rows import NEEDS
from engine.reports.export_xes import xes
from engine.reports.report_dossiers import dossiers


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`export`."""
    parser.add_argument(
        "--xes", metavar="FILE", help=speech.of("写成 XES(一单一条轨迹);.gz 结尾就压缩", "write XES, a trace per case; .gz compresses")
    )
    parser.add_argument(
        "--ocel", metavar="FILE", help=speech.of("写成 OCEL 2.0 JSON(单和包裹互相关联)", "write OCEL 2.0 JSON, cases and parcels related")
    )
    parser.add_argument("--workflow", metavar="NAME", help=speech.of("XES 只要这个流程的单", "XES: only cases of this workflow"))
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """What was asked for is written, beside a running daemon too."""
    if options.xes is None and options.ocel is None:
        raise WrongUse("要写 --xes FILE 或 --ocel FILE", "say --xes FILE or --ocel FILE")
    with opened(options, speech) as desk:
        book = desk.rulebook
        if options.workflow is not None and (options.xes is None or options.workflow not in book.workflows):
            known = " ".join(book.workflows)
            raise WrongUse(f"--workflow 只用于 --xes,可用:{known}", f"--workflow goes with --xes and is one of: {known}")
        written = {}
        if options.xes is not None:
            written["xes"] = _write(options.xes, xes(book, dossiers(desk.stores, NEEDS), options.workflow), speech)
        if options.ocel is not None:
            written["ocel"] = _write(options.ocel, ocel(book, lambda: dossiers(desk.stores, NEEDS)), speech)
    speech.data({"files": written})
    return 0


def _write(path: str, pieces: Iterable[str], speech: Speech) -> str:
    """Piece by piece: years of journal need not fit into memory. Raises WrongUse."""
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with gzip.open(path, "wt", encoding="utf-8") if path.endswith(".gz") else open(path, "w", encoding="utf-8") as out:
            out.writelines(pieces)
    except OSError as problem:
        raise WrongUse(f"写不了 {path}({problem.strerror})", f"cannot write {path} ({problem.strerror})") from None
    speech.say(f"已写到 {path}", f"written to {path}")
    return path
