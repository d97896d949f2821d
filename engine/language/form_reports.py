"""What may a file of scheduled reports say?"""

from typing import Annotated, Literal

from engine.language.form_types import Form, OneOrList, TimeText, Words

OverWord = Literal["yesterday", "last_week", "last_month"]
FormatWord = Literal["xlsx", "csv"]


class ReportRoundForm(Form):
    """One report that goes out by itself."""

    label: str
    report: str
    over: OverWord
    at: TimeText
    to: Words
    calendar: str | None = None
    by: Words | None = None
    only: dict[str, str] | None = None
    lang: Literal["zh", "en"] | None = None
    format: Annotated[list[FormatWord], OneOrList] | None = None


class ReportsForm(Form):
    """A whole file of scheduled reports."""

    kind: Literal["reports"]
    reports: dict[str, ReportRoundForm]
