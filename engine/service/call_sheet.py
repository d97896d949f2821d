"""What came back on paper? Each row's result finishes its task; what cannot be taken is told by its line and stops no other."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.core.words import result_words
from engine.language.texts import fits, read_time_of_day
from engine.model.call_sheet import NEEDED, SheetRow, Taken
from engine.ports.worklist import Task, TaskStatus
from engine.service.desk import Desk, FinishAnswer, Problem

SPREAD = re.compile(r"^(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?:\s+(\d{1,2}):(\d{2}))?")
"""How spreadsheets write a time: 2026/11/3 9:05."""


def take(desk: Desk, find: Callable[[str], Task | None], row: SheetRow, by: str, *, for_others: bool = True) -> Taken:
    """Finish the task of one row, by the very door every other finisher goes through.

    `find`: a task by its id, None for one this person may not see. `for_others`: the column of who made the call is believed.
    """
    if row.broken:
        return _refused(
            row, "", f"这一行读不了({row.broken});看看引号是否成对", f"cannot be read ({row.broken}); look for a quote without its pair"
        )
    name, result, note = (row.cells.get(one, "") for one in NEEDED)
    if not result and not note:
        return Taken(row.line, name, "blank")
    task = find(name)
    if task is None:
        return _refused(row, name, f"没有编号“{name}”;照表里写出的编号填", f"no task {name!r}; copy its id as it was written")
    rulebook = desk.rulebook()
    told = {said.casefold(): one for one, both in result_words(rulebook, task.workflow, task.kind, task.asks).items() for said in both}
    result = told.get(result.casefold(), result)
    at = _called_at(row.cells.get("called_at", ""), task, desk.now(), rulebook.timezone)
    if isinstance(at, Problem):
        return _refused(row, name, at.zh, at.en)
    caller = row.cells.get("caller", "")
    if caller and caller != by and not for_others:
        return _refused(
            row,
            name,
            f"“谁办的”写着 {caller};请他自己登录读回,或由主管读",
            f"was made by {caller}, who reads it back, or a supervisor does",
        )
    return _told(row.line, name, desk.finish(name, caller or by, result=result, note=note, at=at), result, note)


def read_time(text: str, zone: str) -> datetime | Problem:
    """Aware, UTC; a date alone is its midnight."""
    try:
        read = datetime.fromisoformat(SPREAD.sub(_padded, text).strip().replace("/", "-"))
        return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        return Problem("called_at", f"“{text}”不是时间,写成 2026-11-23 15:00", f"{text!r} is no time; write 2026-11-23 15:00")


def _called_at(text: str, task: Task, now: datetime, zone: str) -> datetime | Problem | None:
    """When it was done; a time alone is the last such time."""
    if not text:
        return None
    at = _time_alone(text, now, zone) or read_time(text, zone)
    if isinstance(at, Problem):
        return at
    if at > now:
        return Problem(
            "called_at",
            f"几时办的“{text}”还没到;改成办理的时间", f"called at {text!r} is still to come; write when it was done",
        )  # fmt: skip
    if at < task.created_at.replace(second=0, microsecond=0):
        return Problem(
            "called_at",
            f"几时办的“{text}”比这项待办还早;改对日期和时间", f"called at {text!r} is before the task was there; correct date and time",
        )  # fmt: skip
    return max(at, task.created_at)


def _time_alone(text: str, now: datetime, zone: str) -> datetime | None:
    clock = fits(read_time_of_day, text)
    if clock is None:
        return None
    local = now.astimezone(ZoneInfo(zone))
    at = local.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return (at if at <= local else at - timedelta(days=1)).astimezone(UTC)


def _padded(found: re.Match[str]) -> str:
    year, month, day, hour, minute = found.groups(default="0")
    return f"{year}-{int(month):02}-{int(day):02} {int(hour):02}:{int(minute):02}"


def _told(line: int, name: str, answer: FinishAnswer, result: str, note: str) -> Taken:
    task = answer.task
    if answer.said == "finished":
        return Taken(line, name, "finished")
    if answer.said == "already" and task is not None:
        if task.status is TaskStatus.WITHDRAWN:
            return Taken(line, name, "refused", "已撤回,不用办了;要记就写在单上", "was withdrawn; if it matters, leave a note on the case")
        if (task.result, task.note) == (result, note):
            return Taken(line, name, "already")
        was = f"{task.claimed_by} {task.result} {task.note}".strip()
        return Taken(
            line, name, "refused", f"早已办结({was}),没有改;划掉这一行", f"was finished before ({was}), not changed; strike this row"
        )
    if answer.said == "not_yours" and task is not None:
        zh = f"{task.claimed_by} 正在办理;问他,或过十分钟再读一次"
        return Taken(line, name, "refused", zh, f"held by {task.claimed_by}; ask, or read the file again in ten minutes")
    zh, en = ";".join(one.zh for one in answer.problems), "; ".join(one.en for one in answer.problems)
    return Taken(line, name, "refused", f"{zh}(改好再读一次)", f"{en} (mend it and read the file again)")


def _refused(row: SheetRow, task: str, zh: str, en: str) -> Taken:
    return Taken(row.line, task, "refused", zh, en)
