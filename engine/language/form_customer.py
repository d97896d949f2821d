"""What may a workflow say about the page for customers?"""

from typing import Annotated

from pydantic import AfterValidator, Field

from engine.language.form_types import Days, Form, Words, custom
from engine.model.customer import VALID_DAYS_MAX


def _not_for_ever(days: int) -> int:
    if not 1 <= days <= VALID_DAYS_MAX:
        raise custom(f"链接最短 1 天,最长 {VALID_DAYS_MAX} 天有效", f"a link is valid for 1 to {VALID_DAYS_MAX} days")
    return days


class CustomerTicketForm(Form):
    """`opens: {workflow, event, fields, optional, with}`."""

    workflow: str
    event: str
    fields: Words
    optional: Words | None = None
    with_: dict[str, str] | None = Field(default=None, alias="with")


class CustomerForm(Form):
    """`customer:` of a workflow: what the page behind a signed link tells, and what can be asked there."""

    valid: Annotated[Days, AfterValidator(_not_for_ever)] | None = None
    promises: Words | None = None
    events: Words | None = None
    says: dict[str, str] | None = None
    says_en: dict[str, str] | None = None
    opens: CustomerTicketForm | None = None
