"""Which keys does a provider's connection file take? One row per type: what must stand there, what may, what is a secret."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """The keys of one type. Every secret is written `env:NAME` or `file:PATH`."""

    needed: tuple[str, ...]
    may: tuple[str, ...] = ()
    templates: bool = False
    """Texts leave only as approved templates."""
    receipts: bool = False
    """It pushes receipts, so it has a door (`receipts:`)."""
    channels: tuple[str, ...] = ("sms",)
    """What it can carry."""
    told: bool = False
    """It tells what became of a sending without a door: it sees it itself."""
    validity: bool = False
    """It stops trying when a message has lost its worth."""
    variable_max: int | None = None
    """So many characters a variable of its templates may hold (messaging.md section 6.2)."""


SECRETS = ("access_key_secret", "secret_key", "auth_token", "password", "corp_secret", "webhook", "secret")

EVERY = ("limits", "sign")
"""Keys every provider takes."""

PROVIDERS: dict[str, Provider] = {
    "aliyun_sms": Provider(("access_key_id", "access_key_secret", "sign"), ("url", "region"), templates=True, receipts=True, variable_max=35),
    "tencent_sms": Provider(("secret_id", "secret_key", "app_id", "sign"), ("url", "region"), templates=True, receipts=True, variable_max=12),
    "twilio_sms": Provider(("account_sid", "auth_token", "from"), ("url", "public_url"), receipts=True, validity=True),
    "kannel": Provider(("url", "username", "password"), ("smsc", "from", "public_url"), receipts=True, validity=True),
    "aliyun_voice": Provider(
        ("access_key_id", "access_key_secret"), ("url", "region", "called_show_number", "play_times"),
        templates=True, receipts=True, channels=("phone",),
    ),
    "twilio_voice": Provider(
        ("account_sid", "auth_token", "from"), ("url", "public_url", "voice", "confirm", "ring_for", "play_times"),
        receipts=True, channels=("phone",), validity=True,
    ),
    "sip": Provider(("trunk", "listen"), ("username", "password", "voice", "confirm", "ring_for", "play_times"), channels=("phone",), told=True, validity=True),
    "wechat_work": Provider(("corp_id", "corp_secret", "agent_id"), ("url",), channels=("wechat_work",)),
    "wecom_robot": Provider(("webhook",), channels=("wechat_work", "wechat")),
    "dingtalk_robot": Provider(("webhook",), ("secret",), channels=("dingtalk",)),
    "feishu_robot": Provider(("webhook",), ("secret",), channels=("feishu",)),
    "smtp": Provider(("host", "from"), ("port", "security", "username", "password", "subject"), channels=("email",)),
}  # fmt: skip
"""Type of connection -> its keys (messaging: what each provider wants on the wire)."""

ALL_KEYS: tuple[str, ...] = tuple(dict.fromkeys(key for one in PROVIDERS.values() for key in (*one.needed, *one.may) if key not in EVERY))
"""Every key that only providers take, in order of the table."""
