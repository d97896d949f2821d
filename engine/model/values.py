"""What can a field hold? Text until its declared type reads it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Value = str | Decimal | bool | date | datetime
"""A typed field value. `datetime` is aware and in UTC; phones, choices and serials are `str`."""


class FieldType(StrEnum):
    """The declared type of a field (language.md, Workflow)."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    PHONE = "phone"
    TIME = "time"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"
    SERIAL = "serial"
    COUNT = "count"
