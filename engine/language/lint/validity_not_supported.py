"""May the original still arrive after its fallback?

validity-not-supported (W572)

What it finds: `if_not_delivered` on a message carried first by a connection that cannot be told how long a message is worth delivering.
Why it matters: the provider goes on trying: the driver is phoned, and hours later gets the message as well.
Example: `if_not_delivered: {after: 5 min, channel: phone}` with `type: aliyun_sms`.
Better: say in the text until when it holds, so that a late copy is recognised; a late receipt is shown on the case.
When to allow it: always, if the text bears a late arrival; it is only said so that it is known.
"""

from datetime import date

from engine.language.carriers import bounds, carriers
from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Tell of originals that may come late."""
    for message in rulebook.messages.values():
        first = next(iter(carriers(rulebook, message.channel)), None)
        if message.fallback is not None and first is not None and not bounds(first):
            zh = f"“{first.label}”不能限定有效时间:改走备用之后,“{message.label}”原件仍可能送到"
            en = f"“{first.name}” cannot bound a message: “{message.name}” may still arrive after its fallback"
            findings.add("W572", message.fallback.span, zh, en)
