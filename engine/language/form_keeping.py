"""What may a keeping file say?"""

from typing import Literal, Self

from pydantic import model_validator

from engine.language.form_types import Days, Form, custom


class KeepForm(Form):
    """How long each class of data is kept."""

    personal: Days | None = None
    texts: Days | None = None
    raw: Days | None = None
    history: Days | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.history is not None and self.personal is not None and self.history < self.personal:
            raise custom(
                "history 删掉整张单,个人信息也就没有了:它不能比 personal 短",
                "history takes the whole case away: it cannot be shorter than personal",
            )
        return self


class KeepingForm(Form):
    """A whole keeping file."""

    kind: Literal["keeping"]
    keep: KeepForm
