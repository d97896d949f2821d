"""Which date is so many open dates away? A calendar's open dates, year by year, found by bisection."""

from bisect import bisect_left, bisect_right
from datetime import date

from engine.core.once import once
from engine.core.open_time import SEARCH_YEARS_MAX, hours_of
from engine.model.calendar import Calendar

SEARCH_DAYS_MAX = SEARCH_YEARS_MAX * 366
CALENDARS_MAX = 128


class OpenDates:
    """One calendar's open dates. A year is laid out when first asked and kept."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._years: dict[int, tuple[int, ...]] = {}

    def after(self, day: date, days: int) -> date | None:
        """The open date `days` (> 0) after a date; None: not within ten years."""
        first, year, left = day.toordinal(), day.year, days
        while year <= date.max.year:
            found = self._year(year)
            place = bisect_right(found, first) + left - 1
            if place < len(found):
                return _within(first, found[place])
            left = place - len(found) + 1
            year += 1
            if year - day.year > SEARCH_YEARS_MAX + 1:
                return None
        return None

    def before(self, day: date, days: int) -> date | None:
        """The open date `days` (> 0) before a date; None: not within ten years."""
        first, year, left = day.toordinal(), day.year, days
        while year >= date.min.year:
            found = self._year(year)
            place = bisect_left(found, first) - left
            if place >= 0:
                return _within(first, found[place])
            left = -place
            year -= 1
            if day.year - year > SEARCH_YEARS_MAX + 1:
                return None
        return None

    def _year(self, year: int) -> tuple[int, ...]:
        """Ordinals of the open dates of a year."""
        found = self._years.get(year)
        if found is None:
            days = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
            found = self._years[year] = tuple(one for one in days if hours_of(self.calendar, date.fromordinal(one)))
        return found


def _within(first: int, found: int) -> date | None:
    return date.fromordinal(found) if abs(found - first) < SEARCH_DAYS_MAX else None


dates_of = once(CALENDARS_MAX)(OpenDates)
