"""Does a fallback go another way than the message?

fallback-is-the-same-route (W574)

What it finds: `if_not_delivered` over a channel whose connection has the same address, or the same account, as the message's own.
Why it matters: when that provider is down or its account is empty, the fallback fails with it, at the moment it is needed.
Example: `sms` and `phone` both carried by connections with `base_url: env:CLOUD_URL`.
Better: another provider for the fallback, or the call list (`type: call_list`), which needs none.
When to allow it: where only the person may be at fault, not the provider; it is a warning. The same channel is an error already (F110).
"""

from datetime import date

from engine.language.carriers import carriers
from engine.language.diagnostics import Findings
from engine.model.connection import Connection, Secret
from engine.model.rulebook import Rulebook

ADDRESSES = ("url", "trunk", "host")
ACCOUNTS = ("access_key_id", "secret_id", "account_sid", "corp_id")


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report fallbacks that fall with the message."""
    for message in rulebook.messages.values():
        fallback = message.fallback
        if fallback is None:
            continue
        ways = {way: one for one in carriers(rulebook, message.channel)[:1] for way in _ways(one)}
        for other in carriers(rulebook, fallback.channel)[:1]:
            shared = next((way for way in _ways(other) if way in ways and ways[way] is not other), None)
            if shared is not None:
                fix = ("备用换一家服务商,或用电话清单", "use another provider for the fallback, or the call list")
                zh = f"“{message.label}”的备用和原来靠同一家:{shared},一坏都坏"
                en = f"the fallback of message “{message.name}” depends on the same provider: {shared}"
                findings.add("W574", fallback.span, zh, en, fix=fix)


def _ways(connection: Connection) -> set[str]:
    """What it depends on: where it is reached, and whose account pays."""
    written = {connection.options[key] for key in (*ADDRESSES, *ACCOUNTS) if connection.options.get(key)}
    base = connection.base_url
    return written | ({base.reference if isinstance(base, Secret) else base} if base is not None else set())
