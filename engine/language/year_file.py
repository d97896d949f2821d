"""How does a year's notice become a file of rules? Rows of a CSV, or the JSON of the holiday-cn project -> a calendars file.

Nothing is looked up: the text is what a person copied from the notice, or downloaded, and `check` judges the file like any other.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.language import texts

KINDS = {"closed": False, "holiday": False, "放假": False, "休": False, "open": True, "workday": True, "上班": True, "班": True}
"""What a CSV may say of a day -> whether it is worked."""
COLUMNS = {
    "date": ("date", "日期"),
    "until": ("until", "至"),
    "kind": ("kind", "种类", "放假上班"),
    "label": ("label", "name", "名称", "节日"),
}
MAKE_UP = "调休上班"
DAYS_MAX = 400
FIXED = (((1, 1), (1, 1), "元旦"), ((5, 1), (5, 2), "劳动节"), ((10, 1), (10, 3), "国庆节"))
"""Statutory days known without the notice."""


class BadYear(ValueError):
    """The text is no year of holidays; says why and where."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Day:
    """One date of a notice."""

    date: date
    open: bool
    label: str


@dataclass(frozen=True, slots=True)
class Year:
    """What a notice says of a year. A notice may name days of the year before."""

    year: int
    days: tuple[Day, ...]
    sources: tuple[str, ...] = ()


def read_year(text: str, year: int | None = None) -> Year:
    """Read a CSV (date[, until], kind, label) or a holiday-cn JSON. year: takes this one out of several. Raises BadYear."""
    text = text.removeprefix("\ufeff")
    found = _from_json(text) if text.lstrip().startswith("{") else _from_csv(text, year)
    if year is not None and found.year != year:
        raise BadYear(f"文件里是 {found.year} 年,不是 {year} 年", f"the file is for {found.year}, not for {year}")
    if not any(not day.open for day in found.days):
        raise BadYear("一个放假的日子也没有", "it holds no holiday at all")
    _check_days(found)
    return found


def write_year(year: Year, *, name: str = "cn", notice: str = "", source: str = "") -> str:
    """The YAML of a confirmed year: ranges of the same label as one row."""
    source = source or next(iter(year.sources), "")
    closed = [day for day in year.days if not day.open]
    worked = [day for day in year.days if day.open]
    lines = ["kind: calendars", "holidays:", f"  {name}:"]
    lines += [f"    notice: {_quoted(notice)}"] if notice else ["    # notice: 补上通知的文号"]
    lines += [f"    source: {_quoted(source)}"] if source else []
    lines += [f"    confirmed_through: {year.year}-12-31"]
    lines += ["    closed:                     # 放假", *_rows(closed)]
    if worked:
        lines += ["    open:                       # 调休上班,按平日时间", *_rows(worked)]
    return "\n".join(lines) + "\n"


def blank_year(year: int, *, name: str = "cn") -> str:
    """A form to fill in from the notice. It compiles, and confirms nothing until its last line is uncommented."""
    days = [
        Day(date(year, *first) + timedelta(days=offset), False, label)
        for first, last, label in FIXED
        for offset in range((date(year, *last) - date(year, *first)).days + 1)
    ]
    lines = [
        "kind: calendars",
        "holidays:",
        f"  {name}:",
        f"    # 照 {year} 年的通知填:改 closed,补 open,补上文号,最后把 confirmed_through 一行的 # 去掉",
    ]
    lines += ["    # notice: 国办发明电〔……〕……号", f"    # confirmed_through: {year}-12-31"]
    lines += ["    closed:                     # 放假;先列出日期固定的法定假日", *_rows(days)]
    lines += ["    # open:                     # 调休上班,按平日时间", f"    #   - {{date: {year}-01-02, label: 元旦调休上班}}"]
    return "\n".join(lines) + "\n"


def _from_json(text: str) -> Year:
    try:
        data = json.loads(text)
        days = [Day(date.fromisoformat(str(each["date"])), not _off(each["isOffDay"]), str(each["name"])) for each in data["days"]]
        year, papers = int(data["year"]), [str(paper) for paper in data.get("papers", ())]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        zh = "JSON 要有 year 和 days,days 里每天写 name、date、isOffDay(holiday-cn 的格式)"
        raise BadYear(zh, f"the JSON wants year and days with name, date and isOffDay (as holiday-cn): {problem!r}"[:200]) from None
    return Year(year, tuple(Day(day.date, day.open, _label(day.label, open_day=day.open)) for day in days), tuple(papers))


def _off(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("isOffDay is true or false")
    return value


def _from_csv(text: str, year: int | None) -> Year:
    days = [day for number, row in _csv_rows(text) for day in _csv_days(row, number)]
    years = sorted({day.date.year for day in days})
    if not years:
        raise BadYear("文件里没有日期", "the file holds no dates")
    # A notice may name days of the December before: the year is the later one, unless it was told.
    chosen = year or years[-1]
    kept = [day for day in days if day.date.year == chosen or (day.date.year, day.date.month) == (chosen - 1, 12)]
    if not any(day.date.year == chosen for day in kept):
        raise BadYear(f"文件里没有 {chosen} 年的日子", f"the file holds no day of {chosen}")
    if year is None and len(kept) < len(days):
        listed = "、".join(str(one) for one in years)
        raise BadYear(f"文件里有几年:{listed};用 --year 选一年", f"the file holds several years ({listed}); choose one with --year")
    return Year(chosen, tuple(kept))


def _csv_rows(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    reader = csv.DictReader(io.StringIO(text))
    header = {(column or "").strip().lower(): column for column in reader.fieldnames or ()}
    named = {key: next((header[word] for word in words if word in header), None) for key, words in COLUMNS.items()}
    if named["date"] is None or named["kind"] is None:
        raise BadYear("第一行要写 date,kind,label(可加 until)", "the first line must be date,kind,label (and until, if wanted)")
    for row in reader:
        cells = {key: str(row.get(column) or "").strip() for key, column in named.items() if column is not None}
        if any(cells.values()):
            yield reader.line_num, cells


def _csv_days(row: Mapping[str, str], number: int) -> Iterator[Day]:
    kind = row["kind"].lower()
    if kind not in KINDS:
        raise BadYear(f"第 {number} 行:“{row['kind']}”不是 closed 或 open", f"line {number}: {row['kind']!r} is neither closed nor open")
    try:
        first = texts.read_date(row["date"].replace("/", "-"))
        last = texts.read_date(row["until"].replace("/", "-")) if row.get("until") else first
    except texts.BadText as problem:
        raise BadYear(f"第 {number} 行:{problem.zh}", f"line {number}: {problem.en}") from None
    if not 0 <= (last - first).days < DAYS_MAX:
        raise BadYear(f"第 {number} 行:until 早于 date,或太长", f"line {number}: until lies before date, or too far")
    for offset in range((last - first).days + 1):
        yield Day(first + timedelta(days=offset), KINDS[kind], _label(row.get("label", ""), open_day=KINDS[kind]))


def _label(name: str, *, open_day: bool) -> str:
    """A make-up workday says what it is, so that nobody takes 春节 in `explain` for a day off."""
    return f"{name}{MAKE_UP}" if open_day and MAKE_UP not in name else name


def _check_days(year: Year) -> None:
    seen: dict[date, Day] = {}
    for day in year.days:
        if day.date.year not in (year.year, year.year - 1):
            raise BadYear(f"{day.date} 不在 {year.year} 年", f"{day.date} does not lie in {year.year}")
        before = seen.setdefault(day.date, day)
        if before.open is not day.open:
            raise BadYear(f"{day.date} 一处放假、一处上班", f"{day.date} is told closed and open")


def _rows(days: Sequence[Day]) -> Iterator[str]:
    """One line for each run of days of one label."""
    runs: list[tuple[date, date, str]] = []
    for day in sorted(set(days), key=lambda one: (one.date, one.label)):
        if runs and runs[-1][2] == day.label and day.date - runs[-1][1] <= timedelta(days=1):
            runs[-1] = (runs[-1][0], day.date, day.label)
        else:
            runs.append((day.date, day.date, day.label))
    for first, last, label in runs:
        until = f", until: {last}" if last > first else ""
        told = f", label: {_quoted(label)}" if label else ""
        yield f"      - {{date: {first}{until}{told}}}"


def _quoted(text: str) -> str:
    """As it stands where YAML takes it as one word; else in single quotes."""
    flat = " ".join(text.split())
    plain = (
        bool(flat)
        and not any(mark in flat for mark in "{}[],'\"#&*!|>%@`")
        and ": " not in flat
        and flat[0] not in "-?:"
        and flat[-1] != ":"
    )
    return flat if plain else "'" + flat.replace("'", "''") + "'"
