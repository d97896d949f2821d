"""What came back on paper? Each row's result finishes its task; what cannot be taken is told by its line and stops no other."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.cli.speech import Speech, WrongUse
from adapters.cli.tasks_paper import COLUMNS, words_of
from adapters.cli.times import read_time
from adapters.wiring import Opened
from engine.language.texts import fits, read_time_of_day
from engine.model.plain import plain
from engine.ports.worklist import Task, TaskStatus
from engine.reports.report_csv import like_a_formula
from engine.service.desk import FinishAnswer

FILE_BYTES_MAX = 10_000_000
NEEDED = ("task", "result", "note")
DELIMITERS = ",;\t"
SPREAD = re.compile(r"^(\d{4})[/-](\d{1,2})[/-](\d{1,2})(?:\s+(\d{1,2}):(\d{2}))?")
"""How spreadsheets write a time: 2026/11/3 9:05."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet: its cells by column, or why it cannot be read."""

    line: int
    cells: dict[str, str]
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one row: `finished`, `already`, `blank`, or `refused` with what is wrong and the next step."""

    line: int
    task: str
    said: str
    zh: str = ""
    en: str = ""


def read_paper(path: str) -> list[Row]:
    """The rows, in UTF-8 or GBK, heads in Chinese or English in any order. Raises WrongUse: it is no such sheet."""
    try:
        raw = Path(path).read_bytes()
    except OSError as problem:
        raise WrongUse(f"读不了 {path}({problem.strerror})", f"cannot read {path} ({problem.strerror})") from None
    if len(raw) > FILE_BYTES_MAX:
        raise WrongUse(f"{path} 太大(最多 {FILE_BYTES_MAX} 字节)", f"{path} is too large (at most {FILE_BYTES_MAX} bytes)")
    text = _decoded(raw, path)
    first = text.partition("\n")[0]
    lines = _records(text, max(DELIMITERS, key=first.count))
    head = next(lines, Row(1, {}))
    heads = {shown.casefold(): name for name, both in COLUMNS.items() for shown in (name, *both)}
    names = [heads.get(cell.strip().casefold(), "") for cell in head.cells.values()]
    missing = [COLUMNS[one] for one in NEEDED if one not in names]
    if missing:
        zh, en = "、".join(one[0] for one in missing), ", ".join(one[1] for one in missing)
        raise WrongUse(
            f"{path} 第一行缺:{zh};用 tasks list --csv 写出的表头",
            f"{path} lacks in its first line: {en}; keep the heads tasks list --csv wrote",
        )
    return [
        Row(one.line, {name: _plain(cell) for name, cell in zip(names, one.cells.values(), strict=False) if name}, one.broken)
        for one in lines
    ]


def _decoded(raw: bytes, path: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WrongUse(f"{path} 不是 UTF-8 也不是 GBK;另存为 CSV UTF-8", f"{path} is neither UTF-8 nor GBK; save it as CSV UTF-8")


def _records(text: str, delimiter: str) -> Iterator[Row]:
    """Each record with the line it begins on; a broken one says so, and the next is read."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield Row(line, {}, str(problem))
            continue
        if any(cell.strip() for cell in cells):
            yield Row(line, {str(place): cell for place, cell in enumerate(cells)})


def _plain(cell: str) -> str:
    """Without the quote that kept a formula from being one."""
    text = plain(cell).strip()
    return text[1:] if text.startswith("'") and like_a_formula(text[1:]) else text


def take(desk: Opened, row: Row, by: str) -> Taken:
    """Finish the task of one row, by the very door `tasks finish` goes through."""
    if row.broken:
        return Taken(
            row.line,
            "",
            "refused",
            f"这一行读不了({row.broken});看看引号是否成对",
            f"cannot be read ({row.broken}); look for a quote without its pair",
        )
    name, result, note = (row.cells.get(one, "") for one in NEEDED)
    if not result and not note:
        return Taken(row.line, name, "blank")
    task = desk.stores.worklist.get(name)
    if task is None:
        return Taken(row.line, name, "refused", f"没有编号“{name}”;照 tasks list 里的写", f"no task {name!r}; copy its id from tasks list")
    told = {said.casefold(): one for one, said in words_of(desk, task).items()}
    result = told.get(result.casefold(), result)
    try:
        at = _called_at(row.cells.get("called_at", ""), task, desk)
    except WrongUse as wrong:
        return Taken(row.line, name, "refused", wrong.zh, wrong.en)
    answer = desk.desk.finish(name, row.cells.get("caller", "") or by, result=result, note=note, at=at)
    return _told(row.line, name, answer, result, note)


def _called_at(text: str, task: Task, desk: Opened) -> datetime | None:
    """When it was done. A time alone is the last such time. Raises WrongUse: none, before the task was there, or still to come."""
    if not text:
        return None
    now, zone = desk.desk.now(), desk.rulebook.timezone
    at = _time_alone(text, now, zone) or read_time(SPREAD.sub(_padded, text), zone)
    if at > now:
        raise WrongUse(f"几时办的“{text}”还没到;改成办理的时间", f"called at {text!r} is still to come; write when it was done")
    if at < task.created_at.replace(second=0, microsecond=0):
        raise WrongUse(
            f"几时办的“{text}”比这项待办还早;改对日期和时间", f"called at {text!r} is before the task was there; correct date and time"
        )
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
        return Taken(
            line,
            name,
            "refused",
            f"{task.claimed_by} 正在办理;问他,或过十分钟再读一次",
            f"held by {task.claimed_by}; ask, or read the file again in ten minutes",
        )
    zh, en = ";".join(one.zh for one in answer.problems), "; ".join(one.en for one in answer.problems)
    return Taken(line, name, "refused", f"{zh}(改好再读一次)", f"{en} (mend it and read the file again)")


def tell(taken: list[Taken], speech: Speech) -> int:
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
