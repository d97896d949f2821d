"""Who is on duty when? Forms of rotas, and CSVs of swaps -> rotas."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import time
from typing import TypeVar

from engine.language import texts
from engine.language.compile_calendars import read_zone
from engine.language.diagnostics import did_you_mean
from engine.language.form_people import RotaForm, RotateForm, ShiftForm, SwapForm
from engine.language.names import Scope, beside
from engine.model.calendar import DAY_SECONDS, Hours
from engine.model.contact import Rota, Rotation, Shift, Swap
from engine.model.span import Span

SWAP_COLUMNS = ("date", "until", "hours", "person", "label")
"""Of a CSV of swaps: `date` and `person` are needed; `label` is a remark for the reader."""
WHOLE_DAY: Hours = ((0, DAY_SECONDS),)
_BETWEEN_PEOPLE = re.compile(r"[\s、;；/]+")
T = TypeVar("T")


def compile_rota(scope: Scope, name: str, form: RotaForm) -> Rota:
    """One rota; the swaps of its CSV come after those written in the file."""
    swaps = [_swap(scope, row) for row in form.swaps or ()]
    return Rota(
        name=name,
        label=form.label,
        timezone=read_zone(scope, form, form.timezone, scope.timezone),
        shifts=tuple(_shift(scope, row) for row in form.shifts),
        swaps=(*swaps, *_swaps_from(scope, form)),
        span=form.key_span(),
    )


def _shift(scope: Scope, form: ShiftForm) -> Shift:
    _check_people(scope, form, form.people or (), "people")
    for key in ("during", "on_open_days", "on_closed_days"):
        if getattr(form, key) is not None:
            scope.refer("calendar", getattr(form, key), form.span(key))
    rotation = _rotation(scope, form.rotate) if form.rotate is not None else None
    people = dict.fromkeys(person for group in rotation.groups for person in group) if rotation else form.people or ()
    return Shift(
        people=tuple(people),
        days=form.days or (),
        hours=form.hours or (),
        during=form.during,
        on_open_days=form.on_open_days,
        on_closed_days=form.on_closed_days,
        rotation=rotation,
        span=form.span(),
    )


def _rotation(scope: Scope, form: RotateForm) -> Rotation:
    for index, group in enumerate(form.people):
        for place, person in enumerate(group):
            scope.refer("person", person, form.span("people", index, place))
    every, turn = form.every
    groups = tuple(tuple(group) for group in form.people)
    return Rotation(every=every, turn=turn, since=form.from_, groups=groups, hand_over=form.hand_over or time(0))


def _swap(scope: Scope, form: SwapForm) -> Swap:
    _check_people(scope, form, form.person, "person")
    until = form.until or form.date
    if until < form.date:
        scope.findings.add("W509", form.span("until"), "until 早于 date", "until lies before date")
    return Swap(on=form.date, until=until, hours=form.hours or WHOLE_DAY, people=tuple(form.person), span=form.span())


def _check_people(scope: Scope, form: ShiftForm | SwapForm, people: Sequence[str], key: str) -> None:
    for index, person in enumerate(people):
        scope.refer("person", person, form.span(key, index))


def _swaps_from(scope: Scope, form: RotaForm) -> list[Swap]:
    """Swaps from a CSV with a header line; its rows are checked like written ones, and named by file and line."""
    if form.swaps_from is None:
        return []
    text = scope.attached(form.sheet, form.swaps_from, (*form.where, "swaps_from"))
    if text is None:
        return []
    file = beside(form.sheet.file, form.swaps_from)
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    columns = [column.strip() for column in reader.fieldnames or () if column]
    _check_columns(scope, columns, Span(file, 1))
    swaps: list[Swap] = []
    for row in reader:
        cells = {key.strip(): (cell or "").strip() for key, cell in row.items() if isinstance(key, str) and not isinstance(cell, list)}
        if any(cells.values()):
            swaps += _csv_swap(scope, cells, Span(file, reader.line_num))
    return swaps


def _check_columns(scope: Scope, columns: Sequence[str], span: Span) -> None:
    for column in columns:
        if column not in SWAP_COLUMNS:
            note, fix = did_you_mean(column, SWAP_COLUMNS)
            scope.findings.add("R304", span, f"换班表没有“{column}”这一列", f"swaps have no column “{column}”", note=note, fix=fix)
    for column in ("date", "person"):
        if column not in columns:
            zh, en = f"换班表少了“{column}”这一列", f"the column “{column}” is missing"
            scope.findings.add(
                "F102", span, zh, en, fix=("第一行写 date,until,hours,person", "let the first line be date,until,hours,person")
            )


def _csv_swap(scope: Scope, cells: dict[str, str], span: Span) -> list[Swap]:
    on = _cell(scope, cells.get("date", ""), texts.read_date, span)
    if on is None:
        return []
    until = _cell(scope, cells["until"], texts.read_date, span) if cells.get("until") else on
    hours = _cell(scope, cells["hours"], texts.read_hours, span) if cells.get("hours") else WHOLE_DAY
    people = tuple(person for person in _BETWEEN_PEOPLE.split(cells.get("person", "")) if person)
    if not people:
        scope.findings.add("F102", span, "这一行没有写 person", "this row names no person", fix=("补上接班的人", "say who takes over"))
    for person in people:
        scope.refer("person", person, span)
    if until is not None and until < on:
        scope.findings.add("W509", span, "until 早于 date", "until lies before date")
    return [Swap(on=on, until=until or on, hours=hours or WHOLE_DAY, people=people, span=span)]


def _cell(scope: Scope, text: str, read: Callable[[str], T], span: Span) -> T | None:
    try:
        return read(text)
    except texts.BadText as error:
        scope.findings.add("F110", span, error.zh, error.en, fix=(error.fix_zh, error.fix_en))
        return None
