"""At which hours of the coming weeks is nobody on duty?

hole-in-rota (W520)

What it finds: hours of the next eight weeks in which a role by a rota resolves to nobody, holidays, swaps and turns counted in.
Why it matters: calls and tasks of these hours go to `last_resort`, and an alarm is raised each time.
Example: `shifts: [{days: mon-sat, hours: 08:00-20:00, people: [chen]}, {days: mon-sat, hours: 20:00-08:00, people: [li]}]`: Sunday.
Better: `days: mon-sun`, or a last row `- {people: [hotline]}` for all other hours.
When to allow it: where `last_resort` is meant to take these hours; it is a warning.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.language.diagnostics import Findings
from engine.model.contact import Hole
from engine.model.rulebook import Rulebook

ALWAYS = timedelta(weeks=8)
WEEKLY_AT_LEAST = 6
"""So often in eight weeks is every week: a holiday or a swap may have filled the rest."""
PATTERNS_MAX = 4
DATES_MAX = 3
_ZH = "一二三四五六日"
_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Told = tuple[str, str]
"""Chinese, English."""


@dataclass(frozen=True, slots=True)
class _Hours:
    """A stretch on the wall clock, whatever its date: from, so many midnights, until."""

    since: str
    midnights: int
    until: str

    def told(self, weekday: int) -> Told:
        end = (weekday + self.midnights) % 7
        if self.midnights == 1 and self.until == "00:00":
            return f"{self.since}-24:00", f"{self.since}-24:00"
        if self.midnights <= 1:
            return f"{self.since}-{self.until}", f"{self.since}-{self.until}"
        return f"{self.since} 至星期{_ZH[end]} {self.until}", f"{self.since} to {_EN[end]} {self.until}"


def report(rulebook: Rulebook, holes: Sequence[Hole], findings: Findings) -> None:
    """Report holes, one warning for each role. holes: what the roster finds for the coming weeks."""
    for name in dict.fromkeys(hole.role for hole in holes):
        role = rulebook.contacts.roles[name]
        rota = rulebook.contacts.rotas[role.on_duty or ""]
        patterns = patterns_of([hole for hole in holes if hole.role == name], rota.timezone)
        more = len(patterns) - PATTERNS_MAX
        zh = ";".join(zh for zh, _ in patterns[:PATTERNS_MAX]) + (f";还有 {more} 种时段" if more > 0 else "")
        en = "; ".join(en for _, en in patterns[:PATTERNS_MAX]) + (f"; {more} more" if more > 0 else "")
        findings.add(
            "W520", rota.span, f"{zh} 没有人值 {name}({role.label})", f"nobody is {name} on {en}",
            fix=(f"在值班表“{rota.label}”补上这些时段,或最后加一行 `- {{people: [……]}}`", "cover these hours, or add a last row `- {people: [...]}`"),
        )  # fmt: skip


def patterns_of(holes: Iterable[Hole], timezone: str) -> list[Told]:
    """Holes of one role, told by the week where they return every week."""
    zone = ZoneInfo(timezone)
    seen: dict[tuple[_Hours, int], list[date]] = {}
    for hole in holes:
        since, until = hole.since.astimezone(zone), hole.until.astimezone(zone)
        if hole.until - hole.since >= ALWAYS:
            return [("8 周里任何时候都", "any hour of the eight weeks")]
        hours = _Hours(_clock(since), (until.date() - since.date()).days, _clock(until))
        seen.setdefault((hours, since.weekday()), []).append(since.date())
    weekly: dict[_Hours, list[int]] = {}
    single: dict[tuple[_Hours, int], list[date]] = {}
    for (hours, weekday), dates in seen.items():
        if len(dates) >= WEEKLY_AT_LEAST:
            weekly.setdefault(hours, []).append(weekday)
        else:
            # Only a stretch of several days says on which weekday it ends.
            single.setdefault((hours, weekday if hours.midnights > 1 else 0), []).extend(dates)
    by_week = sorted(weekly.items(), key=lambda one: (min(one[1]), one[0].since))
    by_date = sorted(single.items(), key=lambda one: min(one[1]))
    return [_every_week(hours, sorted(days)) for hours, days in by_week] + [
        _on_dates(hours, weekday, sorted(dates)) for (hours, weekday), dates in by_date
    ]


def _every_week(hours: _Hours, days: list[int]) -> Told:
    zh, en = hours.told(days[0])
    if len(days) > 1 and hours.midnights > 1:
        told = [_every_week(hours, [day]) for day in days]
        return "、".join(zh for zh, _ in told), ", ".join(en for _, en in told)
    if len(days) == 7:
        return f"每天 {zh}", f"every day {en}"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"星期{_ZH[days[0]]}至星期{_ZH[days[-1]]} {zh}", f"{_EN[days[0]]} to {_EN[days[-1]]} {en}"
    return f"{'、'.join(f'星期{_ZH[day]}' for day in days)} {zh}", f"{', '.join(_EN[day] for day in days)} {en}"


def _on_dates(hours: _Hours, weekday: int, dates: list[date]) -> Told:
    zh, en = hours.told(weekday)
    named = "、".join(day.isoformat() for day in dates[:DATES_MAX])
    more = len(dates) - DATES_MAX
    return (
        f"{named}{f' 等 {len(dates)} 天' if more > 0 else ''} {zh}",
        f"{named.replace('、', ', ')}{f' and {more} more' if more > 0 else ''} {en}",
    )


def _clock(local: datetime) -> str:
    return local.strftime("%H:%M")
