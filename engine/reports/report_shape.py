"""What is a sheet (报表) made of? What it reads of each case, what it counts, its columns, and the rows that come out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from engine.model.decision import JournalRow
from engine.model.rulebook import Rulebook
from engine.ports.attempts import Attempt
from engine.ports.directory import CaseRow, SentRow
from engine.ports.worklist import Task

Amount = int | Decimal
Cell = int | Decimal | None
"""None: nothing to divide by; a dash, never a zero."""


class Paper(StrEnum):
    """What may be read of a case besides its row; a sheet names what it needs, so that nothing else is loaded."""

    JOURNAL = "journal"
    SENT = "sent"
    ATTEMPTS = "attempts"
    TASKS = "tasks"
    PRIVATE = "private"
    SHIPMENT = "shipment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One case with the papers a sheet asked for; the others are empty."""

    case: CaseRow
    journal: Sequence[JournalRow] = ()
    """In order of revision."""
    sent: Sequence[SentRow] = ()
    attempts: Mapping[str, Sequence[Attempt]] = field(default_factory=dict)
    """Effect -> requests made of providers."""
    tasks: Sequence[Task] = ()
    private: Mapping[str, str] = field(default_factory=dict)
    shipment: CaseRow | None = None
    """Of a ticket: the shipment with the same waybill number."""


class Period(StrEnum):
    """One row per; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Kind(StrEnum):
    """How a value is written."""

    COUNT = "count"
    SHARE = "share"
    CHANGE = "change"
    """A share more, or with a minus less, than before."""
    SECONDS = "seconds"
    YUAN = "yuan"
    NUMBER = "number"
    HOUR = "hour"


class Chart(StrEnum):
    """How a page may draw it best."""

    BARS = "bars"
    LINES = "lines"
    TABLE = "table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is asked."""

    rulebook: Rulebook
    since: datetime | None = None
    """Aware; from here on, this instant included."""
    until: datetime | None = None
    """Aware; up to here, this instant not included."""
    period: Period | None = None
    by: tuple[str, ...] = ()
    only: tuple[tuple[str, str], ...] = ()
    """Dimension and value: what is not of it does not count. The value as cases know it, or its label."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that counts: when, how much, and what only the sheet knows to sort it by."""

    at: datetime
    counts: Mapping[str, Amount]
    """Name -> what is added; under a name that begins with `max_` the largest is kept."""
    own: Mapping[str, str] = field(default_factory=dict)
    """Dimension -> value: policy, person, message ..."""


@dataclass(frozen=True, slots=True)
class Line:
    """What came together in one row."""

    sums: Mapping[str, Amount]
    whole: Mapping[str, Amount]
    """All rows of the same period."""
    before: Mapping[str, Amount] | None = None
    """The same row one period earlier; None: it has none, or no periods were asked for."""

    def get(self, name: str) -> Amount:
        return self.sums.get(name, 0)

    def ratio(self, part: str, of: str) -> Decimal | None:
        """One sum by another; None: nothing to divide by."""
        return divided(self.get(part), self.get(of))


def divided(part: Amount, whole: Amount) -> Decimal | None:
    """None: nothing to divide by."""
    return Decimal(part) / Decimal(whole) if whole else None


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    zh: str
    en: str
    kind: Kind
    value: Callable[[Line], Cell]


def count(key: str, zh: str, en: str) -> Column:
    """A plain sum of what the facts call `key`."""
    return Column(key, zh, en, Kind.COUNT, lambda line: line.get(key))


def share(key: str, zh: str, en: str, part: str, of: str) -> Column:
    """One sum by another, 0 to 1."""
    return Column(key, zh, en, Kind.SHARE, lambda line: line.ratio(part, of))


def mean(key: str, zh: str, en: str, part: str, of: str, kind: Kind = Kind.SECONDS) -> Column:
    """A sum by how many it is made of."""
    return Column(key, zh, en, kind, lambda line: line.ratio(part, of))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A report as it is defined: a pure fold over dossiers."""

    name: str
    zh: str
    en: str
    about_zh: str
    """What is counted, and when: one line under the table."""
    about_en: str
    source: str
    """R-number."""
    needs: frozenset[Paper]
    columns: tuple[Column, ...]
    facts: Callable[[Scope, Dossier], Iterable[Fact]]
    by: tuple[str, ...] = ()
    """Dimensions of its rows, if nobody says otherwise."""
    may: tuple[str, ...] = ()
    """Further dimensions; any field of a workflow is one too."""
    period: Period | None = None
    chart: Chart = Chart.TABLE


@dataclass(frozen=True, slots=True)
class Named:
    """A value of a dimension: its key, and what people read."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Row:
    period: str
    """`2026-11-23`, `2026-W48`, `2026-11`, `2026-Q4`; empty: all of it."""
    group: tuple[Named, ...]
    cells: tuple[Cell, ...]
    start: date | None = None
    """The first day of the period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledSheet:
    """A report as it came out."""

    sheet: Sheet
    scope: Scope
    heads: tuple[Named, ...]
    """The dimensions of the rows."""
    rows: tuple[Row, ...]
    total: tuple[Cell, ...]
    """Over all rows."""
    cases: int
    """Cases that were read."""
    only: tuple[tuple[Named, Named], ...] = ()
    """What the scope was narrowed to, as people read it: dimension, value."""
