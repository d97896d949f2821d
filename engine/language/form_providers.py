"""What may a provider of messages and calls say beside its address? Accounts, approved templates, limits, the door for receipts."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.language.form_types import CapText, Form, OneOrList, Words, custom

SecurityWord = Literal["tls", "starttls", "none"]


class TemplateForm(Form):
    """One message as the provider approved it: its code, and what fills its variables."""

    code: str
    fill: dict[str, str] | None = None


class LimitsForm(Form):
    """How often one number may be reached through this provider, and how often it may be asked at all."""

    per_number: Annotated[list[CapText], OneOrList] | None = None
    at_most: Annotated[list[CapText], OneOrList] | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if not self.per_number and not self.at_most:
            raise custom(
                "limits 要写 per_number 或 at_most",
                "limits needs per_number or at_most",
                "例如 `at_most: 20 per 1 min`",
                "for example `at_most: 20 per 1 min`",
                "F102",
            )
        for one in self.per_number or ():
            for whole in self.at_most or ():
                if one.seconds == whole.seconds and one.count > whole.count:
                    raise custom(
                        f"一个号码 {one.written},比一共 {whole.written} 还多", f"one number may be reached {one.written}, the provider only {whole.written} at all",
                        "看看是不是写反了", "see whether the two are exchanged",
                    )  # fmt: skip
        return self


class ReceiptsForm(Form):
    """The door for what the provider pushes: a token in the address, and who may knock."""

    token: Words
    allow_ips: Words | None = None


class ProviderForm(Form):
    """Keys of providers; which type takes which stands in provider_keys.py."""

    url: str | None = None
    public_url: str | None = None
    access_key_id: str | None = None
    access_key_secret: str | None = None
    secret_id: str | None = None
    secret_key: str | None = None
    app_id: str | None = None
    region: str | None = None
    account_sid: str | None = None
    auth_token: str | None = None
    from_: str | None = Field(default=None, alias="from")
    username: str | None = None
    password: str | None = None
    smsc: str | None = None
    called_show_number: str | None = None
    play_times: str | None = None
    listen: str | None = None
    trunk: str | None = None
    voice: str | None = None
    confirm: str | None = None
    ring_for: str | None = None
    corp_id: str | None = None
    corp_secret: str | None = None
    agent_id: str | None = None
    webhook: str | None = None
    secret: str | None = None
    host: str | None = None
    port: str | None = None
    security: SecurityWord | None = None
    subject: str | None = None
    templates: dict[str, TemplateForm] | None = None
    limits: LimitsForm | None = None
    receipts: ReceiptsForm | None = None
