"""Is there a template for the marked second copy?

resend-template-missing (W573)

What it finds: `resend_when_back: yes` on a message whose provider takes approved templates and has none called `MESSAGE.resend`.
Why it matters: nothing can be added to an approved text: the marked copy that is promised cannot be sent.
Example: `templates: {hurry: {code: SMS_1}}` for a message that is resent.
Better: have a second text approved, with the time of the call, and write it as `hurry.resend`.
When to allow it: while the approval is under way; it is a warning.
"""

from datetime import date

from engine.language.carriers import RESEND, carriers, takes_templates
from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report resends that their provider has no template for."""
    for message in rulebook.messages.values():
        if message.fallback is None or not message.fallback.resend_when_back:
            continue
        for one in carriers(rulebook, message.channel):
            if takes_templates(one) and message.name in one.templates and message.name + RESEND not in one.templates:
                fix = (f"在“{one.name}”的 templates 里写上 {message.name}{RESEND}", f"add {message.name}{RESEND} to its templates")
                zh = f"“{message.label}”要补发,但“{one.label}”没有补发用的模板"
                findings.add("W573", message.fallback.span, zh, f"“{one.name}” has no template “{message.name}{RESEND}”", fix=fix)
