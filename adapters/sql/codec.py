"""How does a noun become text, and text a noun again?"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

from engine.model.case import ClockView, Ledger
from engine.model.condition import Answer, Check
from engine.model.decision import Note
from engine.model.effect import Effect
from engine.model.span import Span

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

LEDGER: TypeAdapter[Ledger] = TypeAdapter(Ledger)
EFFECT: TypeAdapter[Effect] = TypeAdapter(Effect)
CLOCKS: TypeAdapter[tuple[ClockView, ...]] = TypeAdapter(tuple[ClockView, ...])
EMPTY_LEDGER = LEDGER.dump_json(Ledger()).decode()


class Instant(TypeDecorator[datetime]):
    """An aware instant as integer microseconds since 1970: no database's idea of a time zone can touch it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To the database."""
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


def dumps(value: object) -> str:
    """Compact JSON in which Chinese stays readable; mappings keep their order. Letter by letter what json.dumps writes, in a fifth of the time."""
    return to_json(value).decode()


def texts(written: str) -> dict[str, str]:
    """A mapping of text to text."""
    read: dict[str, str] = json.loads(written)
    return read


def public(data: Mapping[str, str], private: frozenset[str]) -> str:
    """An event's data with every personal value left blank: null marks its place."""
    return dumps({field: None if field in private else value for field, value in data.items()})


def merged(written: str, private: Mapping[str, str]) -> dict[str, str]:
    """An event's data with its personal values; an erased one reads as blank."""
    read: dict[str, str | None] = json.loads(written)
    return {field: private.get(field, "") if value is None else value for field, value in read.items()}


def span_text(span: Span | None) -> str | None:
    """`file:line:column:width`."""
    return None if span is None else f"{span}:{span.width}"


def read_span(written: str | None) -> Span | None:
    """The place again; a file's name may hold colons."""
    if written is None:
        return None
    file, line, column, width = written.rsplit(":", 3)
    return Span(file, int(line), int(column), int(width))


def checks_text(checks: Sequence[Check]) -> str:
    """Conditions as they were answered."""
    return dumps([[c.subject, c.word, c.expected, c.seen, c.answer.value, span_text(c.span)] for c in checks])


def read_checks(written: str) -> tuple[Check, ...]:
    """And back."""
    rows: list[list[Any]] = json.loads(written)
    return tuple(
        Check(subject, word, expected, seen, Answer(answer), read_span(span) or Span("", 0))
        for subject, word, expected, seen, answer, span in rows
    )


def notes_text(notes: Sequence[Note]) -> str:
    """Remarks for the journal."""
    return dumps([[note.kind, note.subject, note.detail, span_text(note.span)] for note in notes])


def read_notes(written: str) -> tuple[Note, ...]:
    """And back."""
    rows: list[list[Any]] = json.loads(written)
    return tuple(Note(kind, subject, detail, read_span(span)) for kind, subject, detail, span in rows)
