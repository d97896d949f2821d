"""Do a template's variables say what the message says?

template-fields-differ (W561)

What it finds: a template filled from other marks than the text of its message names.
Why it matters: the customer gets another text by this provider than by the others, or one with a wrong value in it.
Example: the text says {no} and {due}, and `fill` gives only {no}.
Better: fill the marks of the text, those inside [[ ]] as you like; change both in the same edit, and have the template approved again.
When to allow it: where the approved wording leaves something out on purpose; it is a warning. The marked second copy (`.resend`) is not compared.
"""

from datetime import date

from engine.language.carriers import marks
from engine.language.diagnostics import Findings
from engine.model.message import Placeholder
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report templates that speak of other things than their message."""
    for connection in rulebook.connections.values():
        for name, template in connection.templates.items():
            message = rulebook.messages.get(name)
            if message is None:
                continue
            needed = {part.name for part in message.text if isinstance(part, Placeholder)}
            said = {mark.name for mark in marks(message.text)}
            filled = {mark.name for _, text in template.fill for mark in marks(text)}
            if not needed <= filled <= said:
                lacking, foreign = sorted(needed - filled), sorted(filled - said)
                zh = f"模板“{name}”和消息的字段不一样:少 {'、'.join(lacking) or '无'};多 {'、'.join(foreign) or '无'}"
                en = f"template “{name}” lacks {', '.join(lacking) or 'nothing'} of its message and adds {', '.join(foreign) or 'nothing'}"
                findings.add("W561", connection.span, zh, en, related=(message.span,))
