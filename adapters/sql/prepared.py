"""How is a statement run that runs for every event? Compiled once, then handed to the driver as it is.

SQLAlchemy builds and checks every statement anew at each call, which costs more than the statement itself. Here its
compiler is asked once for each dialect; values are turned by the column's own type, as always.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement, ColumnElement, Connection, Dialect, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]
Turn = Callable[[Any], Any]
Statement = ClauseElement

PADDED_MAX = 512
"""Longer lists of an IN are asked for in parts."""
ONE_BY_ONE = nullcontext()


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


class Sent:
    """Statements that are with the database: what they found and did is known at once, or at the end of the trip they are part of."""

    __slots__ = ("_connection", "_plan", "cursors")

    def __init__(self, connection: Connection | None = None, plan: _Plan | None = None, cursors: Sequence[Any] = ()) -> None:
        """Of one plan but for the number of values; nothing was sent without one."""
        self._connection = connection
        self._plan = plan
        self.cursors = cursors

    def rows(self) -> list[dict[str, Any]]:
        """Every row, by name of column. Once."""
        if self._plan is None or self._connection is None:
            return []
        try:
            found = [dict(zip(self._plan.columns, row, strict=True)) for cursor in self.cursors for row in cursor.fetchall()]
        except self._connection.dialect.loaded_dbapi.Error as error:
            raise told(self._connection, self._plan.text, error) from error
        for name, turn in self._plan.read:
            for row in found:
                row[name] = turn(row[name])
        return found

    def and_of(self, others: Sequence["Sent"]) -> "Sent":
        """Answered together."""
        return Sent(self._connection, self._plan, [cursor for one in (self, *others) for cursor in one.cursors])

    def changed(self) -> int:
        """How many rows, in all. Within a trip nobody knows yet."""
        return sum([int(cursor.rowcount) for cursor in self.cursors])


NOTHING = Sent()


class Prepared:
    """A statement with named parameters."""

    def __init__(self, statement: Statement | Callable[[str], Statement]) -> None:
        """A statement, or what makes it for a dialect by its name."""
        self._statement = statement
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def rows(self, connection: Connection, words: Row | None = None) -> list[dict[str, Any]]:
        """Every row, by name of column."""
        return self.send(connection, words).rows()

    def first(self, connection: Connection, words: Row | None = None) -> dict[str, Any] | None:
        """The first row, or None."""
        found = self.rows(connection, words)
        return found[0] if found else None

    def value(self, connection: Connection, words: Row | None = None) -> Any:
        """The first column of the first row, or None."""
        row = self.first(connection, words)
        return next(iter(row.values())) if row is not None else None

    def send(self, connection: Connection, words: Row | None = None) -> Sent:
        """Ask or change something."""
        words = words or {}
        plan = self._plan(connection.dialect, words)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(plan.text, plan.parameters(words))
        except connection.dialect.loaded_dbapi.Error as error:
            raise told(connection, plan.text, error) from error
        return Sent(connection, plan, (cursor,))

    def send_many(self, connection: Connection, rows: Sequence[Row]) -> Sent:
        """The same change for many rows, which bring the same columns."""
        if len(rows) < 2:
            return self.send(connection, rows[0]) if rows else NOTHING
        plan = self._plan(connection.dialect, rows[0])
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(plan.text, [plan.parameters(row) for row in rows])
        except connection.dialect.loaded_dbapi.Error as error:
            raise told(connection, plan.text, error) from error
        return Sent(connection, plan, (cursor,))

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
        return self.send(connection, values, words).rows()

    def send(self, connection: Connection, values: Sequence[Any], words: Row | None = None) -> Sent:
        """As `rows`, to be taken later; nothing is asked about no value."""
        parts: list[Sent] = []
        for first in range(0, len(values), PADDED_MAX):
            part = values[first : first + PADDED_MAX]
            # A list is filled up with its last value, so that few sizes are ever compiled.
            size = 1 << (len(part) - 1).bit_length()
            filled = {f"v{place}": part[min(place, len(part) - 1)] for place in range(size)}
            parts.append(self._of(size).send(connection, {**(words or {}), **filled}))
        if len(parts) > 1:
            return parts[0].and_of(parts[1:])
        return parts[0] if parts else NOTHING

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
    columns = tuple(getattr(statement, "exported_columns", ()))
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


def one_trip(connection: Connection) -> AbstractContextManager[None]:
    """What is sent meanwhile goes out together where a wire lies between, and waits for no answer in between; elsewhere one by one.

    Of these statements only: SQLAlchemy's own expect their answer at once. A trouble of one may be told at a later one, or at the end.
    """
    return _piped(connection) if connection.dialect.name == "postgresql" else ONE_BY_ONE


@contextmanager
def _piped(connection: Connection) -> Generator[None]:
    driver: Any = connection.connection.dbapi_connection
    try:
        with driver.pipeline():
            yield
    except connection.dialect.loaded_dbapi.Error as error:
        raise told(connection, "", error) from error


def told(connection: Connection, text: str, error: Exception) -> BaseException:
    """The driver's trouble as SQLAlchemy would have told it, without the parameters: they may be personal."""
    base: Any = connection.dialect.loaded_dbapi.Error
    return DBAPIError.instance(text, None, error, base, dialect=connection.dialect)
