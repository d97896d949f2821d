"""Which stretches of the instant line are open? One calendar laid out in UTC, in blocks, built when first asked.

Instants here are whole microseconds since 1970 UTC, so that sums are exact. A block is sixteen weeks of open periods with
running totals: a short sum is two bisections, a long one adds block totals and never walks days twice.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from engine.model.calendar import DAY_SECONDS, Calendar, Hours

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
"""Microseconds."""
SEARCH_YEARS_MAX = 10
SEARCH_MAX = (SEARCH_YEARS_MAX * 365 + 3) * DAY_SECONDS * SECOND
"""No search looks further than this from where it starts (time.md 1.3: ten years, never a hang)."""
BLOCK = 112 * DAY_SECONDS * SECOND
YEAR_MIN, YEAR_MAX = 1900, 2200
"""Outside these years nothing is open: a carrier's 0001-01-01 must not cost twenty centuries of days."""
COMPILED_MAX = 128
"""Calendars kept laid out at one time."""


def to_us(at: datetime) -> int:
    """Microseconds since 1970 UTC of an aware datetime; TypeError for a naive one."""
    gone = at - EPOCH
    return (gone.days * DAY_SECONDS + gone.seconds) * SECOND + gone.microseconds


def from_us(us: int) -> datetime:
    """The aware UTC datetime of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=us)


FIRST_BLOCK = to_us(datetime(YEAR_MIN, 1, 1, tzinfo=UTC)) // BLOCK
LAST_BLOCK = to_us(datetime(YEAR_MAX, 1, 1, tzinfo=UTC)) // BLOCK
INSTANT_MAX = to_us(datetime.max.replace(tzinfo=UTC))
INSTANT_MIN = to_us(datetime.min.replace(tzinfo=UTC))


def wall_us(zone: ZoneInfo, day: date, seconds: int) -> int:
    """The instant at which clocks in the zone show this many seconds after local midnight.

    86400 is the next local midnight. A local time that does not exist takes the offset before the change, an ambiguous one is its
    first occurrence (time.md 1.3): that is what `fold=0` means in both cases.
    """
    days, rest = divmod(seconds, DAY_SECONDS)
    naive = datetime.combine(day, time()) + timedelta(days=days, seconds=rest)
    offset = naive.replace(tzinfo=zone).utcoffset() or timedelta()
    return to_us(naive.replace(tzinfo=UTC)) - (offset // timedelta(microseconds=1))


def cut(hours: Hours, breaks: Hours) -> Hours:
    """The hours without the breaks, both in seconds since local midnight."""
    left = list(hours)
    for begins, ends in breaks:
        left = [piece for start, end in left for piece in ((start, min(end, begins)), (max(start, ends), end)) if piece[0] < piece[1]]
    return tuple(left)


def hours_of(calendar: Calendar, day: date) -> Hours:
    """Open hours of one local date: closed, then date rules, then the week; breaks are cut out (time.md 1.3)."""
    if day in calendar.closed or (day.month, day.day) in calendar.annual_closed:
        return ()
    rule = calendar.dates.get(day)
    hours = calendar.weekly[day.weekday()] if rule is None else rule.hours
    breaks = calendar.breaks.get(day)
    return cut(hours, breaks) if breaks else hours


@dataclass(frozen=True, slots=True)
class Block:
    """The open periods within one stretch of the instant line, merged, clipped to it."""

    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    """Open time in the block before each period; strictly increasing."""
    total: int = 0

    def count(self, at: int) -> int:
        """Open time in the block before an instant."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return 0
        return self.before[index] + min(at, self.ends[index]) - self.starts[index]


NOTHING = Block()


class Line(Protocol):
    """What adding and measuring need to know of open time. Instants and lengths in microseconds; None: not within ten years."""

    def is_open(self, at: int) -> bool: ...
    def between(self, a: int, b: int) -> int: ...
    def forward(self, at: int, amount: int) -> int | None: ...
    def backward(self, at: int, amount: int) -> int | None: ...
    def next_open(self, at: int) -> int | None: ...
    def next_close(self, at: int) -> int | None: ...
    def previous_close(self, at: int) -> int | None: ...
    def periods(self, start: int, until: int) -> Iterator[tuple[int, int]]: ...


class Always:
    """Elapsed time: the line of no calendar."""

    def is_open(self, at: int) -> bool:
        return True

    def between(self, a: int, b: int) -> int:
        return max(0, b - a)

    def forward(self, at: int, amount: int) -> int | None:
        return at + amount if at + amount <= INSTANT_MAX else None

    def backward(self, at: int, amount: int) -> int | None:
        return at - amount if at - amount >= INSTANT_MIN else None

    def next_open(self, at: int) -> int | None:
        return None

    def next_close(self, at: int) -> int | None:
        return None

    def previous_close(self, at: int) -> int | None:
        return at

    def periods(self, start: int, until: int) -> Iterator[tuple[int, int]]:
        if start < until:
            yield start, until


class OpenTime:
    """One calendar on the instant line. Blocks are laid out when first asked and kept."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.timezone)
        self._blocks: dict[int, Block] = {}

    def is_open(self, at: int) -> bool:
        """Periods are `[start, end)`: the closing instant is closed."""
        block = self._block(at // BLOCK)
        index = bisect_right(block.starts, at) - 1
        return index >= 0 and at < block.ends[index]

    def between(self, a: int, b: int) -> int:
        """Open time from a to b; 0 if b is not later."""
        if b <= a:
            return 0
        first, last = a // BLOCK, b // BLOCK
        if first == last:
            block = self._block(first)
            return block.count(b) - block.count(a)
        inner = range(max(first + 1, FIRST_BLOCK), min(last, LAST_BLOCK + 1))
        middle = sum(self._block(number).total for number in inner)
        opening = self._block(first)
        return opening.total - opening.count(a) + middle + self._block(last).count(b)

    def forward(self, at: int, amount: int) -> int | None:
        """The first instant at which `amount` (> 0) open time has passed; a closing instant stays (the near boundary)."""
        number = at // BLOCK
        block = self._block(number)
        target = block.count(at) + amount
        while target > block.total:
            target -= block.total
            number += 1
            if number * BLOCK > at + SEARCH_MAX:
                return None
            block = self._block(number)
        index = bisect_left(block.before, target) - 1
        found = block.starts[index] + target - block.before[index]
        return found if found <= at + SEARCH_MAX else None

    def backward(self, at: int, amount: int) -> int | None:
        """The last instant from which `amount` (> 0) open time passes until `at`; an opening instant stays."""
        number = at // BLOCK
        block = self._block(number)
        have = block.count(at)
        while have < amount:
            amount -= have
            number -= 1
            if (number + 1) * BLOCK < at - SEARCH_MAX:
                return None
            block = self._block(number)
            have = block.total
        target = have - amount
        index = bisect_right(block.before, target) - 1
        found = block.starts[index] + target - block.before[index]
        return found if found >= at - SEARCH_MAX else None

    def next_open(self, at: int) -> int | None:
        """The first opening strictly after an instant."""
        found = next((start for start, _ in self._walk(at) if start > at), None)
        return found if found is not None and found <= at + SEARCH_MAX else None

    def next_close(self, at: int) -> int | None:
        """The first closing strictly after an instant."""
        end = next((end for _, end in self._walk(at)), None)
        return end if end is not None and end <= at + SEARCH_MAX else None

    def previous_close(self, at: int) -> int | None:
        """The instant itself if open just before it, else the last closing before it."""
        number = at // BLOCK
        while (number + 1) * BLOCK >= at - SEARCH_MAX:
            block = self._block(number)
            index = bisect_left(block.starts, at) - 1
            if index >= 0:
                return min(at, block.ends[index])
            number -= 1
        return None

    def periods(self, start: int, until: int) -> Iterator[tuple[int, int]]:
        """Open periods that touch `[start, until)`, clipped to it, merged across midnight."""
        start = max(start, FIRST_BLOCK * BLOCK)
        for begins, ends in self._merged(start, until):
            if min(ends, until) > max(begins, start):
                yield max(begins, start), min(ends, until)

    def _walk(self, at: int) -> Iterator[tuple[int, int]]:
        """Whole periods ending after an instant, within the search bound."""
        for begins, ends in self._merged(at, at + SEARCH_MAX):
            if ends > at:
                yield begins, ends

    def _merged(self, start: int, until: int) -> Iterator[tuple[int, int]]:
        """Periods from the block of `start` on, joined where one block's last touches the next one's first."""
        held: tuple[int, int] | None = None
        last = min(until // BLOCK, LAST_BLOCK)
        for number in range(start // BLOCK, last + 1):
            block = self._block(number)
            # Bisecting here keeps a question late in a block from walking its beginning.
            skip = bisect_right(block.ends, start)
            for begins, ends in zip(block.starts[skip:], block.ends[skip:], strict=True):
                if held is not None and held[1] == begins:
                    held = (held[0], ends)
                    continue
                if held is not None:
                    yield held
                    if held[1] >= until:
                        return
                held = (begins, ends)
        if held is not None:
            yield held

    def _block(self, number: int) -> Block:
        block = self._blocks.get(number)
        if block is None:
            block = self._lay_out(number) if FIRST_BLOCK <= number <= LAST_BLOCK else NOTHING
            if block is not NOTHING:
                self._blocks[number] = block
        return block

    def _lay_out(self, number: int) -> Block:
        opens, closes = number * BLOCK, (number + 1) * BLOCK
        # Local dates run up to a day ahead of or behind UTC dates.
        day = from_us(opens).date() - timedelta(days=1)
        last = from_us(closes).date() + timedelta(days=1)
        found: list[tuple[int, int]] = []
        while day <= last:
            for start, end in hours_of(self.calendar, day):
                begins = max(opens, wall_us(self._zone, day, start))
                ends = min(closes, wall_us(self._zone, day, end))
                if begins < ends:
                    found.append((begins, ends))
            day += timedelta(days=1)
        return _block_of(sorted(found))


def _block_of(found: list[tuple[int, int]]) -> Block:
    merged: list[tuple[int, int]] = []
    for begins, ends in found:
        if merged and begins <= merged[-1][1]:
            # Hours whose edges fall into a spring gap can overlap on the instant line.
            merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
        else:
            merged.append((begins, ends))
    before: list[int] = []
    total = 0
    for begins, ends in merged:
        before.append(total)
        total += ends - begins
    return Block(tuple(b for b, _ in merged), tuple(e for _, e in merged), tuple(before), total)


ALWAYS = Always()
_compiled: dict[int, OpenTime] = {}


def line_of(calendar: Calendar | None) -> Line:
    """The calendar laid out, from memory if it was asked before; elapsed time for None.

    Remembered by identity: the entry holds its calendar, so an identity cannot be reused while it stands.
    """
    if calendar is None:
        return ALWAYS
    found = _compiled.get(id(calendar))
    if found is None or found.calendar is not calendar:
        if len(_compiled) >= COMPILED_MAX:
            _compiled.clear()
        found = _compiled[id(calendar)] = OpenTime(calendar)
    return found
