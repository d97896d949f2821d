"""Is a calendar with overlays, holidays and dates of its own what a person reading the layers day by day would say?"""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.core.open_time import hours_of
from engine.language.compile import compile_rulebook
from engine.model.calendar import DAY_SECONDS, Calendar, Hours
from tests.unit.language.rulebooks import small

HOUR = 3600
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST = date(2026, 11, 1)
SPAN = 30

spans = st.tuples(st.integers(0, 23), st.integers(1, 23)).map(lambda one: (one[0], one[0] + one[1]))
weeks = st.lists(st.one_of(st.none(), spans), min_size=7, max_size=7)
overlays = st.tuples(st.integers(0, SPAN), st.integers(0, 12), weeks, st.booleans())


def written(span: tuple[int, int] | None) -> str:
    return "none" if span is None else f"{span[0]:02}:00-{(span[1] - 1) % 24 + 1 if span[1] % 24 == 0 else span[1] % 24:02}:00"


def rows(week: list[tuple[int, int] | None]) -> str:
    return "[" + ", ".join(f"{{days: {name}, open: {written(span)}}}" for name, span in zip(WEEKDAYS, week, strict=True)) + "]"


def day_of(offset: int) -> date:
    return FIRST + timedelta(days=offset)


def compiled_desk(text: str) -> Calendar | None:
    book = compile_rulebook(small(rules_calendars=text)).rulebook
    return book.calendars["desk"] if book else None


def merged(pieces: list[tuple[int, int]]) -> Hours:
    found: list[tuple[int, int]] = []
    for begins, ends in sorted(piece for piece in pieces if piece[0] < piece[1]):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return tuple(found)


@settings(max_examples=80, deadline=None)
@given(
    base=weeks,
    promotions=st.lists(overlays, max_size=3),
    closed=st.sets(st.integers(0, SPAN), max_size=5),
    own=st.dictionaries(st.integers(0, SPAN), st.one_of(st.none(), spans), max_size=4),
)
def test_every_date_has_the_hours_a_reader_would_say(
    base: list[tuple[int, int] | None],
    promotions: list[tuple[int, int, list[tuple[int, int] | None], bool]],
    closed: set[int],
    own: dict[int, tuple[int, int] | None],
) -> None:
    """R101; time.md 1.3: overnight hours are split at midnight, each part obeys the holidays of its own date."""
    text = f"kind: calendars\ncalendars:\n  desk:\n    label: 坐席\n    holidays: firm\n    hours: {rows(base)}\n"
    if promotions:
        text += "    overlays:\n" + "".join(
            f"      - {{label: p{n}, valid_from: {day_of(first)}, valid_to: {day_of(first + days)}, hours: {rows(week)}{', holidays: none' if through else ''}}}\n"
            for n, (first, days, week, through) in enumerate(promotions)
        )
    if own:
        text += "    dates:\n" + "".join(f"      - {{date: {day_of(offset)}, open: {written(span)}}}\n" for offset, span in own.items())
    text += "holidays:\n  firm:\n    closed: [" + ", ".join(f"{{date: {day_of(offset)}}}" for offset in sorted(closed)) + "]\n"
    calendar = compiled_desk(text)
    assume(calendar is not None)  # Never open at all: an error, tested elsewhere.
    assert calendar is not None

    def promotion(offset: int) -> tuple[int, int, list[tuple[int, int] | None], bool] | None:
        fitting = [(one[0], n) for n, one in enumerate(promotions) if one[0] <= offset <= one[0] + one[1]]
        return promotions[max(fitting)[1]] if fitting else None

    def is_closed(offset: int) -> bool:
        if offset in own:
            return own[offset] is None
        held = promotion(offset)
        return offset in closed and not (held is not None and held[3])

    def span(offset: int) -> tuple[int, int] | None:
        if is_closed(offset):
            return None
        held = promotion(offset)
        return own[offset] if offset in own else (held[2] if held else base)[day_of(offset).weekday()]

    for offset in range(-3, SPAN + 16):
        expected: Hours = ()
        if not is_closed(offset):
            today, before = span(offset), span(offset - 1)
            pieces = [(today[0] * HOUR, min(today[1] * HOUR, DAY_SECONDS))] if today else []
            pieces += [(0, before[1] * HOUR - DAY_SECONDS)] if before and before[1] > 24 else []
            expected = merged(pieces)
        assert hours_of(calendar, day_of(offset)) == expected, day_of(offset)


@pytest.mark.parametrize(("span", "text"), [((0, 24), "00:00-24:00"), ((20, 28), "20:00-04:00"), ((5, 24), "05:00-24:00"), (None, "none")])
def test_hours_are_written_as_the_language_reads_them(span: tuple[int, int] | None, text: str) -> None:
    assert written(span) == text
