"""How is a statement run that runs for every event? Compiled once, then handed to the driver as it is.

SQLAlchemy builds and checks every statement anew at each call, which costs more than the statement itself. Here its
compiler is asked once for each dialect; values are turned by the column's own type, as always.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement, ColumnElement, Connection, Dialect, Select, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]
Turn = Callable[[Any], Any]
Statement = ClauseElement

PADDED_MAX = 512
"""Longer lists of an IN are asked for in parts."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """One statement for one dialect."""

    text: str
    names: tuple[str, ...]
    """Of the parameters, in order of place; the same name may stand several times."""
    fixed: Mapping[str, Any]
    """Values the statement itself states."""
    turns: tuple[tuple[int, Turn], ...]
    """Parameters that are not handed over as they are, by place."""
    columns: tuple[str, ...]
    read: tuple[tuple[str, Turn], ...]
    """Columns that are not taken as they come."""
    by_place: bool

    def parameters(self, words: Row) -> Any:
        """As the driver wants them."""
        given = {**self.fixed, **words} if self.fixed else words
        values = [given[name] for name in self.names]
        for place, turn in self.turns:
            values[place] = turn(values[place])
        return values if self.by_place else dict(zip(self.names, values, strict=True))


class Prepared:
    """A statement with named parameters."""

    def __init__(self, statement: Statement | Callable[[str], Statement]) -> None:
        """A statement, or what makes it for a dialect by its name."""
        self._statement = statement
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def rows(self, connection: Connection, words: Row | None = None) -> list[dict[str, Any]]:
        """Every row, by name of column."""
        plan, cursor = self._run(connection, words or {})
        found = [dict(zip(plan.columns, row, strict=True)) for row in cursor.fetchall()]
        for name, turn in plan.read:
            for row in found:
                row[name] = turn(row[name])
        return found

    def first(self, connection: Connection, words: Row | None = None) -> dict[str, Any] | None:
        """The first row, or None."""
        found = self.rows(connection, words)
        return found[0] if found else None

    def value(self, connection: Connection, words: Row | None = None) -> Any:
        """The first column of the first row, or None."""
        row = self.first(connection, words)
        return next(iter(row.values())) if row is not None else None

    def run(self, connection: Connection, words: Row | None = None) -> int:
        """Change something; answers how many rows."""
        _, cursor = self._run(connection, words or {})
        return int(cursor.rowcount)

    def run_many(self, connection: Connection, rows: Sequence[Row]) -> int:
        """The same change for many rows, which bring the same columns; answers how many rows it changed in all."""
        if len(rows) < 2:
            return self.run(connection, rows[0]) if rows else 0
        plan = self._plan(connection.dialect, rows[0])
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(plan.text, [plan.parameters(row) for row in rows])
        except connection.dialect.loaded_dbapi.Error as error:
            raise told(connection, plan.text, error) from error
        return int(cursor.rowcount)

    def _run(self, connection: Connection, words: Row) -> tuple[_Plan, Any]:
        plan = self._plan(connection.dialect, words)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(plan.text, plan.parameters(words))
        except connection.dialect.loaded_dbapi.Error as error:
            raise told(connection, plan.text, error) from error
        return plan, cursor

    def _plan(self, dialect: Dialect, words: Row) -> _Plan:
        # Which columns a row brings decides what the statement says.
        key = (dialect.name, *words)
        found = self._plans.get(key)
        if found is None:
            statement = self._statement if isinstance(self._statement, ClauseElement) else self._statement(dialect.name)
            found = self._plans[key] = _compile(statement, dialect, tuple(words))
        return found


class PreparedList:
    """A statement with one list of values in it: `build(n)` makes it for n of them, called `v0`, `v1` ..."""

    def __init__(self, build: Callable[[int], Statement]) -> None:
        self._build = build
        self._sizes: dict[int, Prepared] = {}

    def rows(self, connection: Connection, values: Sequence[Any], words: Row | None = None) -> list[dict[str, Any]]:
        """Every row of any of the values."""
        found: list[dict[str, Any]] = []
        for first in range(0, len(values), PADDED_MAX):
            part = values[first : first + PADDED_MAX]
            # A list is filled up with its last value, so that few sizes are ever compiled.
            size = 1 << (len(part) - 1).bit_length()
            filled = {f"v{place}": part[min(place, len(part) - 1)] for place in range(size)}
            found += self._of(size).rows(connection, {**(words or {}), **filled})
        return found

    def _of(self, size: int) -> Prepared:
        if size not in self._sizes:
            self._sizes[size] = Prepared(self._build(size))
        return self._sizes[size]


def new_rows(table: Table) -> Prepared:
    """Insert rows, leaving out those whose key is taken."""
    return Prepared(
        lambda dialect: (
            postgresql.insert(table).on_conflict_do_nothing() if dialect == "postgresql" else sqlite.insert(table).on_conflict_do_nothing()
        )
    )


def one_of(column: ColumnElement[Any], size: int) -> ColumnElement[bool]:
    """`column IN (:v0, :v1, ...)` for a PreparedList."""
    return column.in_([bindparam(f"v{place}", type_=column.type) for place in range(size)])


def _compile(statement: Statement, dialect: Dialect, names: tuple[str, ...]) -> _Plan:
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    binds = compiled.binds
    places = tuple(compiled.positiontup) if compiled.positional else tuple(compiled.bind_names.values())
    fixed = {name: value for name, value in compiled.construct_params(_check=False).items() if name not in names}
    made = {name: binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in dict.fromkeys(places)}
    columns = tuple(statement.selected_columns) if isinstance(statement, Select) else ()
    read = [(one.key or str(one), one.type.dialect_impl(dialect).result_processor(dialect, None)) for one in columns]
    return _Plan(
        text=str(compiled),
        names=places,
        fixed=fixed,
        turns=tuple((place, turn) for place, name in enumerate(places) if (turn := made[name]) is not None),
        columns=tuple(name for name, _ in read),
        read=tuple((name, turn) for name, turn in read if turn is not None),
        by_place=bool(compiled.positional),
    )


def told(connection: Connection, text: str, error: Exception) -> BaseException:
    """The driver's trouble as SQLAlchemy would have told it, without the parameters: they may be personal."""
    base: Any = connection.dialect.loaded_dbapi.Error
    return DBAPIError.instance(text, None, error, base, dialect=connection.dialect)
