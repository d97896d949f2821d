"""Can a message leave at all by a provider that takes approved templates only?

template-not-mapped (W560)

What it finds: a message whose channel is carried first by a provider of templates, in whose `templates:` it does not stand.
Why it matters: the provider takes no free text: the sending is refused, and only a fallback or a backup saves it.
Example: `type: aliyun_sms` carries `sms`, and the message `hurry` has no code there.
Better: have the text approved and write `hurry: {code: SMS_123, fill: {...}}`, or let a provider of free text come first.
When to allow it: while the approval is under way; it is a warning.
"""

from datetime import date

from engine.language.carriers import carriers, takes_templates
from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report messages that their first provider has no template for."""
    for message in rulebook.messages.values():
        first = next(iter(carriers(rulebook, message.channel)), None)
        if first is not None and takes_templates(first) and message.name not in first.templates:
            fix = (
                f"在“{first.name}”的 templates 里写上 {message.name}: {{code: …}}",
                f"add {message.name}: {{code: ...}} to its templates",
            )
            zh = f"“{message.label}”在“{first.label}”没有审核过的模板,发不出去"
            findings.add("W560", message.span, zh, f"“{first.name}” has no template for message “{message.name}”", fix=fix)
