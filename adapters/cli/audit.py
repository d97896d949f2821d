"""Is the journal whole? `audit verify` walks every chain; `audit anchor` says where each one stands, to be kept elsewhere."""

import argparse
import gzip
from datetime import datetime
from pathlib import Path

from adapters.cli.keeping import fresh, kept
from adapters.cli.options import add_db_option
from adapters.cli.parser import add_globals
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.clock import SystemClock
from adapters.settings import read_settings
from adapters.sql.anchors import compare_all
from adapters.sql.database import Database
from adapters.sql.proof import Anchored, BadAnchor, Fault, Head, compare, read_anchor, take_anchor, verify

SAYS = {
    "changed": ("这一行和写下时不一样了", "this line is not what it was"),
    "missing": ("这一行不见了", "this line is gone"),
    "cut": ("从这一行起被截掉了", "from this line on it was cut off"),
    "head": ("单上记的结尾对不上这一行", "the case says another end than this line"),
    "stray": ("台账还在,单不见了", "its journal is there, the case is gone"),
    "anchor": ("锚记下的不是这个", "the anchor saw another line"),
    "gone": ("锚里有它,现在没有了", "the anchor saw it, and it is gone"),
}


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`audit verify [--anchor FILE]`, `audit anchor [-o FILE]`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="verify | anchor")
    check = deeds.add_parser("verify", help=speech.of("把每张单的台账从头核一遍", "walk the journal of every case from its first line"))
    check.add_argument(
        "--anchor",
        metavar="FILE",
        help=speech.of(
            "再同以前存下的锚对一遍:一个文件,或每天一个锚的文件夹(默认 WAYBILL_ANCHORS)",
            "compare with an anchor taken earlier, too: a file, or the folder of daily ones (default: WAYBILL_ANCHORS)",
        ),
    )
    take = deeds.add_parser("anchor", help=speech.of("记下每张单的台账现在到哪里", "note where the journal of every case stands now"))
    take.add_argument("-o", "--out", metavar="FILE", help=speech.of("写到哪个文件(.gz 就压缩)", "the file to write (.gz: packed)"))
    for one in (check, take):
        add_db_option(one, speech)
        add_globals(one, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """1 if anything is broken."""
    return _anchor(options, speech) if options.deed == "anchor" else _verify(options, speech)


def _anchor(options: argparse.Namespace, speech: Speech) -> int:
    target = fresh(options.out) if options.out else None
    with kept(options) as store:
        whole, lines = take_anchor(store.database, SystemClock().now())
    if target is not None:
        with gzip.open(target, "xt", encoding="utf-8") if target.suffix == ".gz" else target.open("x", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    speech.line(whole)
    if target is not None:
        speech.say(f"已写到 {target}:连同上面这一行,存到别处", f"written to {target}: keep it elsewhere, with the line above")
    speech.data({"hash": whole, "file": str(target) if target else None})
    return 0


def _verify(options: argparse.Namespace, speech: Speech) -> int:
    anchored, whole, days = None, "", 0
    name = options.anchor or read_settings().anchors
    with kept(options) as store:
        found = verify(store.database)
        if name:
            anchored, whole, days = _compared(store.database, Path(name))
    faults = [*found.faults, *(anchored.faults if anchored else ())]
    for one in faults:
        zh, en = SAYS[one.what]
        speech.say(f"坏了:{one.case} 第 {one.revision} 行:{zh}", f"broken: {one.case} line {one.revision}: {en}")
    if not found.faults:
        speech.say(
            f"台账完好:{found.cases} 张单,{found.lines} 行,逐行核过",
            f"the journal is whole: {found.cases} cases, {found.lines} lines, each one checked",
        )
    if anchored is not None:
        _tell_anchor(anchored, whole, days, speech)
    speech.data(
        {
            "cases": found.cases, "lines": found.lines, "faults": [_plain(one) for one in faults],
            "anchor": {"hash": whole, "heads": anchored.heads, "days": days, "erased": [_plain(one) for one in anchored.erased]} if anchored else None,
        }
    )  # fmt: skip
    return 1 if faults else 0


def _compared(database: Database, path: Path) -> tuple[Anchored, str, int]:
    """(how the journal compares, the one hash of the anchor, of the last one in a folder, how many anchors). Raises NotFine, WrongUse."""
    if not path.is_dir():
        whole, at, heads = _read(path)
        return compare(database, heads, at), whole, 1
    try:
        days, anchored = compare_all(database, path)
    except (BadAnchor, OSError) as problem:
        raise NotFine(
            f"文件夹 {path} 里的锚被改过,或者缺了:{problem}", f"the anchors in {path} were changed, or are not all there: {problem}"
        ) from None
    if not days:
        raise WrongUse(f"这个文件夹里还没有锚:{path}", f"no anchors in this folder yet: {path}")
    return anchored, days[-1].hash, len(days)


def _tell_anchor(anchored: Anchored, whole: str, days: int, speech: Speech) -> None:
    if anchored.erased:
        speech.say(
            f"锚之后依规删除过 {len(anchored.erased)} 张单的内容(waybill erase list 看谁、何时、为什么)",
            f"{len(anchored.erased)} cases were erased on purpose since the anchor (waybill erase list: who, when, why)",
        )
    if anchored.faults:
        return
    same = anchored.heads - len(anchored.erased)
    if days == 1:
        speech.say(f"与锚一致:{same} 张单,锚 {whole}", f"it agrees with the anchor: {same} cases, anchor {whole}")
    else:
        speech.say(
            f"与 {days} 天的锚一致:{same} 处,最后一个 {whole}", f"it agrees with the anchors of {days} days: {same} heads, the last {whole}"
        )


def _plain(fault: Fault) -> dict[str, object]:
    return {"case": fault.case, "revision": fault.revision, "what": fault.what}


def _read(path: Path) -> tuple[str, datetime, list[Head]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            return read_anchor(iter(file))
    except FileNotFoundError:
        raise WrongUse(f"没有这个文件:{path}", f"no such file: {path}") from None
    except (BadAnchor, OSError, UnicodeDecodeError, EOFError):
        raise NotFine(f"这不是锚,或者锚自己被改过:{path}", f"this is no anchor, or it was changed itself: {path}") from None
