"""What came back on paper, at the prompt? The sheet is read and each row told by its line."""

from collections.abc import Sequence
from pathlib import Path

from adapters.cli.speech import Speech, WrongUse
from adapters.wiring.opening import Opened
from engine.model.call_sheet import SheetRow, Taken
from engine.reports.call_sheet import BadSheet, read_sheet
from engine.service import call_sheet


def read_paper(path: str) -> list[SheetRow]:
    """The rows. Raises WrongUse: it is no such sheet."""
    try:
        return read_sheet(Path(path).read_bytes())
    except OSError as problem:
        raise WrongUse(f"读不了 {path}({problem.strerror})", f"cannot read {path} ({problem.strerror})") from None
    except BadSheet as bad:
        raise WrongUse(f"{path} {bad.zh}", f"{path} {bad.en}") from None


def take(desk: Opened, row: SheetRow, by: str) -> Taken:
    """Finish the task of one row."""
    return call_sheet.take(desk.desk, desk.stores.worklist.get, row, by)


def tell(taken: Sequence[Taken], speech: Speech) -> int:
    """Refused rows by their line, then the sum; 1 if any was refused."""
    refused = [one for one in taken if one.said == "refused"]
    for one in refused:
        speech.say(f"第 {one.line} 行 {one.task}:{one.zh}", f"line {one.line} {one.task}: {one.en}")
    done, before, blank = (sum(one.said == said for one in taken) for said in ("finished", "already", "blank"))
    speech.say(
        f"办结 {done},早已办结 {before},没填 {blank},没收下 {len(refused)}",
        f"finished {done}, finished before {before}, not filled in {blank}, refused {len(refused)}",
    )
    speech.data([{"line": one.line, "task": one.task, "said": one.said, "why": speech.of(one.zh, one.en)} for one in taken])
    return 1 if refused else 0
