"""How does a sheet get into Excel with its types? Numbers, percents, dates and lengths of time as such, texts as nothing but texts."""

from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import xlsxwriter  # type: ignore[import-untyped]  # XlsxWriter ships no types.
from xlsxwriter.format import Format  # type: ignore[import-untyped]  # XlsxWriter ships no types.
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]  # XlsxWriter ships no types.
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # XlsxWriter ships no types.

from engine.model.plain import plain
from engine.reports.report_csv import like_a_formula, number
from engine.reports.report_shape import Cell, FilledSheet, Kind, Period, Row
from engine.reports.report_told import Taken, beside, heads, of, shown, title

CHARS_MAX = 32_767
"""Of one cell: more, and Excel calls the file damaged."""
FORMATS = {
    Kind.COUNT: "0", Kind.SHARE: "0.0%", Kind.CHANGE: "+0.0%;-0.0%;0.0%", Kind.SECONDS: "[h]:mm:ss", Kind.YUAN: "0.00", Kind.NUMBER: "0.##",
    Kind.HOUR: "hh:mm",
}  # fmt: skip
BACKWARDS = '0.0" s"'
"""A negative length of time has no clock form in Excel: it stands in seconds."""
DATES = {Period.DAY: "yyyy-mm-dd", Period.MONTH: "yyyy-mm"}
"""Weeks and quarters have no form of their own in Excel: they are texts that sort as they follow."""
NO_XML: dict[int, str | None] = {0xFFFE: None, 0xFFFF: None}
DAY_SECONDS, DAY_HOURS = 86_400, 24


def as_xlsx(found: FilledSheet, taken: Taken, lang: str) -> bytes:
    """Two sheets: the table with its total and a frozen head, and what must be known to count it again. Times on the rulebook's wall clock."""
    kept = BytesIO()
    # A file of the same report at the same instant is the same to the byte: `created` is when it was taken.
    book = xlsxwriter.Workbook(
        kept, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": plain(title(found, lang)), "created": taken.at.replace(tzinfo=None)})
    _Table(book, found, lang).fill()
    _fill_about(book, found, taken, lang)
    book.close()
    return kept.getvalue()


class _Table:
    """The first sheet."""

    def __init__(self, book: Workbook, found: FilledSheet, lang: str) -> None:
        self.found, self.lang = found, lang
        self.sheet: Worksheet = book.add_worksheet(of(lang, "报表", "report"))
        self.texts = _Texts(book)
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.bold = book.add_format({"bold": True, "top": 1})
        self.numbers = {kind: book.add_format({"num_format": form}) for kind, form in FORMATS.items()}
        self.totals = {kind: book.add_format({"num_format": form, "bold": True, "top": 1}) for kind, form in FORMATS.items()}
        self.dates = {period: book.add_format({"num_format": form, "align": "left"}) for period, form in DATES.items()}
        self.backwards = book.add_format({"num_format": BACKWARDS})

    def fill(self) -> None:
        """Head, rows, total; only the rows are under the filter."""
        found, names = self.found, heads(self.found, self.lang)
        for place, name in enumerate(names):
            self.sheet.write_string(0, place, plain(name), self.head)
        for line, row in enumerate(found.rows, start=1):
            self._leads(line, row)
            self._cells(line, row.cells, self.numbers)
        last = len(found.rows)
        if last > 1:
            leads = len(names) - len(found.total)
            for place in range(leads):
                self.sheet.write_string(last + 1, place, of(self.lang, "合计", "total") if place == 0 else "", self.bold)
            self._cells(last + 1, found.total, self.totals)
        self.sheet.freeze_panes(1, 0)
        self.sheet.autofilter(0, 0, max(last, 1), len(names) - 1)
        self.sheet.set_column(0, len(names) - 1, 14)
        self.sheet.repeat_rows(0)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)

    def _leads(self, line: int, row: Row) -> None:
        period = self.found.scope.period
        if period is not None:
            if period in DATES and row.start is not None:
                self.sheet.write_datetime(line, 0, row.start, self.dates[period])
            else:
                self.texts.write(self.sheet, line, 0, row.period)
        for place, one in enumerate(row.group, start=period is not None):
            self.texts.write(self.sheet, line, place, shown(one, self.lang))

    def _cells(self, line: int, cells: tuple[Cell, ...], formats: dict[Kind, Format]) -> None:
        first = len(self.found.heads) + bool(self.found.scope.period)
        for place, (cell, column) in enumerate(zip(cells, self.found.sheet.columns, strict=True), start=first):
            value, form = number(cell), formats[column.kind]
            if value is None:
                self.sheet.write_blank(line, place, None, form)
            elif column.kind is Kind.SECONDS and value < 0:
                self.sheet.write_number(line, place, value, self.backwards)
            elif column.kind is Kind.SECONDS:
                self.sheet.write_number(line, place, value / DAY_SECONDS, form)
            elif column.kind is Kind.HOUR:
                self.sheet.write_number(line, place, value / DAY_HOURS, form)
            else:
                self.sheet.write_number(line, place, value, form)


class _Texts:
    """Texts are written as texts, whatever they begin with; one like a formula stays one also when somebody edits its cell."""

    def __init__(self, book: Workbook) -> None:
        self.usual = book.add_format({"valign": "top"})
        self.quoted = book.add_format({"valign": "top", "quote_prefix": True})

    def write(self, sheet: Worksheet, line: int, place: int, text: str) -> None:
        sheet.write_string(line, place, bare(text), self.quoted if like_a_formula(text) else self.usual)


def bare(text: str) -> str:
    """On one line, without the two signs XML cannot write, and never longer than Excel bears."""
    told = plain(text).translate(NO_XML)[: CHARS_MAX - 1]
    # XlsxWriter takes what stands between these two for markup of its own and writes it as it is.
    return f"{told} " if told.startswith("<r>") and told.endswith("</r>") else told


def _fill_about(book: Workbook, found: FilledSheet, taken: Taken, lang: str) -> None:
    """Name and value, one per line."""
    sheet, texts = book.add_worksheet(of(lang, "说明", "about")), _Texts(book)
    bold, moment = book.add_format({"bold": True, "valign": "top"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"})
    whole = book.add_format({"align": "left"})
    zone = ZoneInfo(found.scope.rulebook.timezone)
    for line, (name, value) in enumerate(beside(found, taken, lang)):
        sheet.write_string(line, 0, name, bold)
        if isinstance(value, datetime):
            sheet.write_datetime(line, 1, value.astimezone(zone).replace(tzinfo=None), moment)
        elif isinstance(value, int):
            sheet.write_number(line, 1, value, whole)
        else:
            texts.write(sheet, line, 1, value)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 80)
