"""What may contacts and calendars files say?"""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from engine.language.form_types import (
    DateText,
    DateTimeText,
    Form,
    HoursText,
    MonthDay,
    OneOrList,
    Raw,
    TimeText,
    TurnText,
    Weekdays,
    Words,
    custom,
    exactly_one,
)
from engine.language.texts import WEEKDAYS

WeekdayWord = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
assert WEEKDAYS == ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class PersonForm(Form):
    """Somebody, and the addresses by channel (checked against the known channels later)."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str]
    name: str


class TableForm(Form):
    """A look-up table: rows of cells, or a CSV."""

    label: str
    rows: list[dict[str, str | None]] | None = None
    rows_from: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("rows", "rows_from"))
        return self


class RoleForm(Form):
    """A role: one person, a look-up, or whoever is on duty."""

    label: str
    person: str | None = None
    look_up: str | None = None
    take: str | None = None
    on_duty: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("person", "look_up", "on_duty"))
        if (self.look_up is None) != (self.take is None):
            raise custom("look_up 和 take 要一起写", "look_up and take go together")
        return self


class RotateForm(Form):
    """Groups who take turns: every so many weeks, or every so many shifts, from a date on."""

    every: TurnText
    from_: DateText = Field(alias="from")
    hand_over: TimeText | None = None
    people: Annotated[list[Words], Field(min_length=1)]


class ShiftForm(Form):
    """Who is on duty when; without hours: otherwise."""

    people: Words | None = None
    rotate: RotateForm | None = None
    days: Weekdays | None = None
    hours: HoursText | None = None
    during: str | None = None
    on_open_days: str | None = None
    on_closed_days: str | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        exactly_one(self, ("people", "rotate"))
        if self.during is not None and (self.days is not None or self.hours is not None):
            raise custom("写了 during 就不写 days、hours", "during excludes days and hours")
        if sum(each is not None for each in (self.during, self.on_open_days, self.on_closed_days)) > 1:
            raise custom(
                "during、on_open_days、on_closed_days 只能写一个", "only one of during, on_open_days and on_closed_days is allowed"
            )
        if self.rotate is not None and self.rotate.hand_over is not None and self.hours is not None:
            raise custom(
                "写了 hours 就在班次开始时换人,不写 hand_over", "with hours the next group takes over where a shift begins: no hand_over"
            )
        return self


class SwapForm(Form):
    """Somebody else on this date."""

    date: DateText
    until: DateText | None = None
    hours: HoursText | None = None
    person: Words


class RotaForm(Form):
    """A duty roster."""

    label: str
    timezone: str | None = None
    shifts: Annotated[list[ShiftForm], Field(min_length=1)]
    swaps: list[SwapForm] | None = None
    swaps_from: str | None = None


class ContactsForm(Form):
    """A whole contacts file."""

    kind: Literal["contacts"]
    people: dict[str, PersonForm] | None = None
    tables: dict[str, TableForm] | None = None
    roles: dict[str, RoleForm] | None = None
    rotas: dict[str, RotaForm] | None = None


class OpenHoursForm(Form):
    """Weekly hours: on these days, open so."""

    days: Weekdays
    open: Annotated[list[HoursText], OneOrList]


class DateHoursForm(Form):
    """Hours of one date, or of a range of dates."""

    date: DateText
    until: DateText | None = None
    open: Annotated[list[HoursText], OneOrList]
    label: str | None = None


class ClosedForm(Form):
    """A holiday."""

    date: DateText
    until: DateText | None = None
    label: str | None = None


class MakeUpForm(Form):
    """A make-up workday."""

    date: DateText
    until: DateText | None = None
    label: str | None = None
    like: WeekdayWord | None = None
    open: Annotated[list[HoursText], OneOrList] | None = None


class EveryYearForm(Form):
    """A holiday on the same date every year, closed also while the notice is not out."""

    date: MonthDay
    until: MonthDay | None = None
    label: str | None = None


class HolidayListForm(Form):
    """Holidays and make-up workdays, as the notice of one year says."""

    notice: str | None = None
    source_: str | None = Field(default=None, alias="source")
    confirmed_through: DateText | None = None
    closed: list[ClosedForm] | None = None
    open: list[MakeUpForm] | None = None
    every_year: list[EveryYearForm] | None = None


class OverlayForm(Form):
    """Other weekly hours for a while: a promotion. Holidays still close, unless it says `holidays: none`; the calendar's own dates win."""

    label: str
    valid_from: DateText
    valid_to: DateText
    hours: list[OpenHoursForm]
    holidays: Literal["none"] | None = None


class CalendarForm(Form):
    """One working calendar."""

    label: str
    timezone: str | None = None
    hours: list[OpenHoursForm]
    holidays: Words | None = None
    dates: list[DateHoursForm] | None = None
    overlays: list[OverlayForm] | None = None


class DisruptionForm(Form):
    """A storm, a closed hub, a silence."""

    label: str
    if_: Raw = Field(default=None, alias="if")
    from_: DateTimeText = Field(alias="from")
    until: DateTimeText
    pauses: Words
    tell: str | None = None
    by: str | None = None
    reason: str | None = None


class CalendarsForm(Form):
    """A whole calendars file."""

    kind: Literal["calendars"]
    timezone: str | None = None
    calendars: dict[str, CalendarForm] | None = None
    holidays: dict[str, Annotated[list[HolidayListForm], OneOrList]] | None = None
    disruptions: list[DisruptionForm] | None = None
