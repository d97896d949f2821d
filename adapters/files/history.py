"""What happened before? Old histories as JSON lines, plain or gzip, read into events; what cannot be read is named by line."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.service.replay import OldEvent

GZIP = b"\x1f\x8b"
LINE_BYTES_MAX = 1_000_000

Problem = tuple[str, int, str, str]
"""(file, line, Chinese, English); line 0 is the file as a whole."""


class _BadLine(ValueError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def read_history(paths: Sequence[Path | str], timezone: str) -> tuple[list[OldEvent], list[Problem]]:
    """Events as written, in the order of the files, and the lines that are none.

    Columns: case_id entity event occurred_at; optional seq attrs received_at id. `timezone`: IANA name for times without one.
    """
    problems: list[Problem] = []
    return list(stream_history(paths, timezone, problems)), problems


def stream_history(paths: Sequence[Path | str], timezone: str, problems: list[Problem]) -> Iterator[OldEvent]:
    """The same one by one, for histories that do not fit into memory; lines that are none are added to `problems`."""
    zone = ZoneInfo(timezone)
    for path in paths:
        for number, line in _numbered(Path(path), problems):
            try:
                yield _event(number, line, zone)
            except _BadLine as bad:
                problems.append((str(path), number, bad.zh, bad.en))


def belonging(events: Sequence[OldEvent], declared: Mapping[str, AbstractSet[str]]) -> tuple[list[OldEvent], list[OldEvent]]:
    """(events with their workflow, events of no workflow).

    `declared`: workflow -> its event names. An `entity` that is no workflow (a survey) belongs to the workflow that declares its
    event, before others the one the same case already has.
    """
    seen: dict[str, list[str]] = {}
    for event in events:
        if event.workflow in declared:
            seen.setdefault(event.case, []).append(event.workflow)
    kept: list[OldEvent] = []
    stray: list[OldEvent] = []
    for event in events:
        if event.workflow in declared:
            kept.append(event)
            continue
        options = [*dict.fromkeys(seen.get(event.case, ())), *declared]
        owner = next((name for name in options if event.event in declared[name]), None)
        if owner is None:
            stray.append(event)
        else:
            kept.append(replace(event, workflow=owner))
    return kept, stray


def _numbered(path: Path, problems: list[Problem]) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, counted from 1; a file that breaks off is reported, and what was read is kept."""
    number = 0
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == GZIP
            raw.seek(0)
            for line in gzip.GzipFile(fileobj=raw) if packed else raw:
                number += 1
                stripped = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
                if stripped:
                    yield number, stripped
    except (EOFError, zlib.error, gzip.BadGzipFile):
        problems.append((str(path), number + 1, "压缩文件损坏,从这里起读不出来", "damaged gzip: nothing can be read from here on"))
    except OSError as problem:
        problems.append((str(path), number, f"读不了({problem.strerror})", f"cannot be read ({problem.strerror})"))


def _event(number: int, line: bytes, zone: ZoneInfo) -> OldEvent:
    if len(line) > LINE_BYTES_MAX:
        raise _BadLine("这一行太长", "the line is too long")
    try:
        row = json.loads(line.decode("utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise _BadLine("不是 JSON", "not JSON") from None
    if not isinstance(row, dict):
        raise _BadLine("不是 JSON 对象", "not a JSON object")
    attrs = row.get("attrs")
    if attrs is not None and not isinstance(attrs, dict):
        raise _BadLine("attrs 要写成对象", "attrs is not an object")
    occurred = _instant(row, "occurred_at", zone)
    if occurred is None:
        raise _BadLine("缺 occurred_at", "occurred_at is missing")
    return OldEvent(
        line=number, case=_text(row, "case_id"), workflow=_text(row, "entity"), event=_text(row, "event"), occurred_at=occurred,
        received_at=_instant(row, "received_at", zone) or occurred, data=attrs or {}, sequence=_sequence(row.get("seq")),
        id=_text(row, "id") if row.get("id") not in (None, "") else None,
    )  # fmt: skip


def _text(row: Mapping[str, object], key: str) -> str:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise _BadLine(f"缺 {key},或写法不对", f"{key} is missing or no text")
    return str(value).strip()


def _sequence(value: object) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _BadLine("seq 不是整数", "seq is not a whole number")
    try:
        return int(value)
    except (ValueError, OverflowError):
        raise _BadLine("seq 不是整数", "seq is not a whole number") from None


def _instant(row: Mapping[str, object], key: str, zone: ZoneInfo) -> datetime | None:
    value = row.get(key)
    if value is None or value == "":
        return None
    try:
        read = datetime.fromisoformat(value) if isinstance(value, str) else None
        aware = None if read is None else (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        aware = None
    if aware is None:
        raise _BadLine(f"{key} 不是时间:{str(value)[:40]}", f"{key} is no time: {str(value)[:40]}")
    return aware
