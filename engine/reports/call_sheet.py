"""How do tasks and calls go on paper, and how is paper read? CSV for spreadsheets, masked or in full, no cell ever a formula.

BadSheet    the file as a whole is no such sheet
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import StringIO

from engine.core.words import result_words
from engine.model.call_sheet import COLUMNS, FILE_BYTES_MAX, NEEDED, SheetRow
from engine.model.masks import mask_phone, mask_text
from engine.model.plain import plain
from engine.model.rulebook import Rulebook
from engine.ports.directory import SentRow
from engine.ports.worklist import Task
from engine.reports.report_csv import like_a_formula, safe

DELIMITERS = ",;\t"


class BadSheet(Exception):
    """What is wrong with the file, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


def write_sheet(
    rulebook: Rulebook, tasks: Sequence[Task], sent_of: Callable[[str], Sequence[SentRow]], lang: str, *, masked: bool
) -> bytes:  # fmt: skip
    """A row per task with blank cells for what came of it; UTF-8 with its mark. `sent_of`: messages of a case, asked once for each."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow([head[lang == "en"] for head in COLUMNS.values()])
    sent: dict[str, Mapping[str, SentRow]] = {}
    for task in tasks:
        if task.case not in sent:
            sent[task.case] = {one.effect_id: one for one in sent_of(task.case)}
        writer.writerow([safe(cell) for cell in _cells(rulebook, task, sent[task.case].get(task.id), lang, masked=masked)])
    return text.getvalue().encode("utf-8-sig", "replace")


def _cells(rulebook: Rulebook, task: Task, sent: SentRow | None, lang: str, *, masked: bool) -> list[str]:
    call = task.kind == "call"
    number = mask_phone(task.address) if masked else task.address
    script = (sent.masked if sent else "") if call and masked else task.text
    said = " ".join(f"{task.remark} {mask_text(script) if masked else script}".split())
    to = (sent.to or "") if call and sent else ""
    role, workflow = rulebook.contacts.roles.get(to), rulebook.workflows.get(task.workflow)
    field = workflow.fields.get(to) if workflow else None
    shown_to = role.label if role else field.label if field else to
    choices = " / ".join(words[lang == "en"] for words in result_words(rulebook, task.workflow, task.kind, task.asks).values())
    return [task.id, task.case, task.role, shown_to, number if call else "", said, choices, "", "", "", ""]


def read_sheet(raw: bytes) -> list[SheetRow]:
    """The rows, in UTF-8 or GBK, heads in Chinese or English in any order. Raises BadSheet."""
    if len(raw) > FILE_BYTES_MAX:
        raise BadSheet(f"太大(最多 {FILE_BYTES_MAX} 字节)", f"is too large (at most {FILE_BYTES_MAX} bytes)")
    text = _decoded(raw)
    first = text.partition("\n")[0]
    lines = _records(text, max(DELIMITERS, key=first.count))
    head = next(lines, SheetRow(1, {}))
    heads = {shown.casefold(): name for name, both in COLUMNS.items() for shown in (name, *both)}
    names = [heads.get(cell.strip().casefold(), "") for cell in head.cells.values()]
    missing = [COLUMNS[one] for one in NEEDED if one not in names]
    if missing:
        zh, en = "、".join(one[0] for one in missing), ", ".join(one[1] for one in missing)
        raise BadSheet(f"第一行缺:{zh};用写出时的表头", f"lacks in its first line: {en}; keep the heads it was written with")
    return [
        SheetRow(one.line, {name: _plain(cell) for name, cell in zip(names, one.cells.values(), strict=False) if name}, one.broken)
        for one in lines
    ]


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadSheet("不是 UTF-8 也不是 GBK;另存为 CSV UTF-8", "is neither UTF-8 nor GBK; save it as CSV UTF-8")


def _records(text: str, delimiter: str) -> Iterator[SheetRow]:
    """Each record with the line it begins on; a broken one says so, and the next is read."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield SheetRow(line, {}, str(problem))
            continue
        if any(cell.strip() for cell in cells):
            yield SheetRow(line, {str(place): cell for place, cell in enumerate(cells)})


def _plain(cell: str) -> str:
    """Without the quote that kept a formula from being one."""
    text = plain(cell).strip()
    return text[1:] if text.startswith("'") and like_a_formula(text[1:]) else text
