"""What should be arranged before it is missed? Next year's holidays, and hours of the coming weeks with nobody on duty."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from engine.core.calendars import instant_of, local_date
from engine.core.roster import holes
from engine.language.diagnostics import Findings
from engine.language.lint import calendar_not_confirmed, hole_in_rota
from engine.model.diagnostic import Diagnostic
from engine.model.rulebook import Rulebook

LESS_EXACT = "W518"
"""What can be said of a rota without a date; eight real weeks say it better."""


def warnings(rulebook: Rulebook, today: date) -> tuple[Diagnostic, ...]:
    """What looks ahead from a local date. Warnings only: none of them keeps a rulebook from being used."""
    findings = Findings()
    calendar_not_confirmed.check(rulebook, findings, today)
    start = instant_of(rulebook.timezone, today, time(0))
    hole_in_rota.report(rulebook, holes(rulebook.contacts, rulebook.calendars, start), findings)
    return findings.sorted()


def with_outlook(found: Sequence[Diagnostic], rulebook: Rulebook, now: datetime) -> tuple[Diagnostic, ...]:
    """What compiling found and what looking ahead from an instant adds, in order of place."""
    ahead = warnings(rulebook, local_date(rulebook.timezone, now))
    kept = [each for each in found if each.code != LESS_EXACT]
    return tuple(sorted([*kept, *ahead], key=lambda each: (each.span.file, each.span.line, each.span.column, each.code)))


@dataclass(slots=True)
class Almanac:
    """Looks once a day and once per rulebook, however often it is asked: a beat and a health check may both ask."""

    _found: tuple[str, date, tuple[Diagnostic, ...]] | None = field(default=None)
    """Fingerprint, local date and what was found; one value, for several threads may ask at once."""
    _told: tuple[str, date] | None = field(default=None)

    def news(self, rulebook: Rulebook, now: datetime) -> tuple[Diagnostic, ...]:
        """The warnings the first time it is asked on a day or under new rules, then nothing: what belongs into the log."""
        day = local_date(rulebook.timezone, now)
        if self._told == (rulebook.fingerprint, day):
            return ()
        self._told = (rulebook.fingerprint, day)
        return self.today(rulebook, now)

    def today(self, rulebook: Rulebook, now: datetime) -> tuple[Diagnostic, ...]:
        """The warnings of the local date on which `now` lies."""
        day = local_date(rulebook.timezone, now)
        found = self._remembered(rulebook, day)
        if found is None:
            found = warnings(rulebook, day)
            self._found = (rulebook.fingerprint, day, found)
        return found

    def _remembered(self, rulebook: Rulebook, day: date) -> tuple[Diagnostic, ...] | None:
        held = self._found
        return held[2] if held is not None and held[:2] == (rulebook.fingerprint, day) else None
