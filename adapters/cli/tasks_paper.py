"""Which tasks and calls go on paper? A CSV with blank columns for what came of each, for desks that dial from a sheet."""

from collections.abc import Sequence
from pathlib import Path

from adapters.cli.speech import Speech, WrongUse
from adapters.wiring.opening import Opened
from engine.model.call_sheet import ROWS_MAX
from engine.ports.trail import Deed
from engine.ports.worklist import Task, TaskStatus
from engine.reports.call_sheet import write_sheet


def write_paper(desk: Opened, role: str | None, case: str | None, path: str, speech: Speech, *, full: tuple[str, str] | None) -> int:
    """Write what is open; answers how many rows. `full`: who wants numbers and scripts unmasked, and why; each is in the audit first.

    Raises WrongUse: the file cannot be written.
    """
    standing = desk.stores.worklist.tasks(status=(TaskStatus.OPEN, TaskStatus.CLAIMED), role=role, case=case, limit=ROWS_MAX)
    wanted = [one for one in standing if one.case]
    if full is not None:
        _reveal(desk, wanted, *full)
    sheet = write_sheet(desk.rulebook, wanted, desk.stores.directory.sent, speech.lang, masked=full is None)
    try:
        Path(path).write_bytes(sheet)
    except OSError as problem:
        raise WrongUse(f"写不了 {path}({problem.strerror})", f"cannot write {path} ({problem.strerror})") from None
    return len(wanted)


def _reveal(desk: Opened, tasks: Sequence[Task], by: str, why: str) -> None:
    """Before the file is there: one entry per call, so that whoever asks for a case finds who took its number out of the house."""
    for task in tasks:
        if task.kind == "call":
            deed = Deed(
                at=desk.desk.now(),
                who=by,
                what="reveal.phone",
                about=task.case,
                why=why,
                detail=f"call list on paper: {task.id}",
                address="cli",
            )
            desk.stores.trail.write(deed)
