"""Which tasks and calls go on paper? A CSV with blank columns for what came of each, for desks that dial from a sheet."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from adapters.cli.speech import Speech, WrongUse
from adapters.wiring import Opened
from engine.model.masks import mask_phone, mask_text
from engine.ports.directory import SentRow
from engine.ports.trail import Deed
from engine.ports.worklist import Task, TaskStatus
from engine.reports.report_csv import safe
from engine.service.hands import CALL_RESULTS

COLUMNS = {
    "task": ("编号", "task"),
    "case": ("单", "case"),
    "role": ("岗位", "role"),
    "to": ("打给谁", "who to call"),
    "number": ("号码", "number"),
    "script": ("说什么、做什么", "script"),
    "choices": ("可选结果", "choices"),
    "result": ("结果", "result"),
    "note": ("备注", "note"),
    "caller": ("谁办的", "caller"),
    "called_at": ("几时办的", "called at"),
}
"""Column -> its head; the last four are for the desk to fill in."""
ROWS_MAX = 10_000
SPOKEN = {"told": "已告知", "confirmed": "已确认", "refused": "对方拒绝", "away": "无人接", "bad_number": "号码有误"}
"""Result of a call -> how a Chinese sheet says it."""


def write_paper(desk: Opened, role: str | None, case: str | None, path: str, speech: Speech, *, full: tuple[str, str] | None) -> int:
    """Write what is open; answers how many rows. `full`: who wants numbers and scripts unmasked, and why; each is in the audit first.

    Raises WrongUse: the file cannot be written.
    """
    standing = desk.stores.worklist.tasks(status=(TaskStatus.OPEN, TaskStatus.CLAIMED), role=role, case=case, limit=ROWS_MAX)
    wanted = [one for one in standing if one.case]
    if full is not None:
        _reveal(desk, wanted, *full)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([speech.of(*head) for head in COLUMNS.values()])
    sent: dict[str, dict[str, SentRow]] = {}
    for task in wanted:
        if task.case not in sent:
            sent[task.case] = {one.effect_id: one for one in desk.stores.directory.sent(task.case)}
        writer.writerow([safe(cell) for cell in _row(desk, task, sent[task.case].get(task.id), speech, masked=full is None)])
    try:
        Path(path).write_bytes(text.getvalue().encode("utf-8-sig", "replace"))
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


def _row(desk: Opened, task: Task, sent: SentRow | None, speech: Speech, *, masked: bool) -> list[str]:
    call = task.kind == "call"
    number = mask_phone(task.address) if masked else task.address
    script = (sent.masked if sent else "") if call and masked else task.text
    said = " ".join(f"{task.remark} {mask_text(script) if masked else script}".split())
    to = (sent.to or "") if call and sent else ""
    role = desk.rulebook.contacts.roles.get(to)
    workflow = desk.rulebook.workflows.get(task.workflow)
    field = workflow.fields.get(to) if workflow else None
    shown_to = role.label if role else field.label if field else to
    return [task.id, task.case, task.role, shown_to, number if call else "", said, _choices(desk, task, speech), "", "", "", ""]


def _choices(desk: Opened, task: Task, speech: Speech) -> str:
    names = CALL_RESULTS if task.kind == "call" else task.asks
    return " / ".join(speech.of(words_of(desk, task).get(name, name), name) for name in names)


def words_of(desk: Opened, task: Task) -> dict[str, str]:
    """Result -> how it is said on a Chinese sheet."""
    if task.kind == "call":
        return SPOKEN
    workflow = desk.rulebook.workflows.get(task.workflow)
    return {name: workflow.events[name].label for name in task.asks if name in workflow.events} if workflow else {}
