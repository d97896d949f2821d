"""Can a value outgrow the provider's variable?

template-variable-too-long (W568)

What it finds: a template's variable filled by a field whose `max` is larger than the provider allows: 35 characters at Aliyun, 12 at Tencent.
Why it matters: the provider refuses exactly the orders with the longest values, and nobody sees why.
Example: `name: {type: text, max: 40}` in a template of `type: aliyun_sms`.
Better: a smaller `max` of the field, or a shorter field in the template.
When to allow it: where longer values cannot come; it is a warning. A field without `max` is not reported here.
"""

from datetime import date

from engine.language.carriers import RESEND, marks
from engine.language.diagnostics import Findings
from engine.language.lint.text_too_long import longest_value
from engine.language.provider_keys import PROVIDERS
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report fields that can outgrow their variable."""
    for connection in rulebook.connections.values():
        provider = PROVIDERS.get(connection.type.value)
        bound = provider.variable_max if provider is not None else None
        for name, template in connection.templates.items() if bound is not None else ():
            message = rulebook.messages.get(name.removesuffix(RESEND))
            fields = rulebook.workflows[message.workflow].fields if message is not None else {}
            for variable, mark in ((variable, mark) for variable, text in template.fill for mark in marks(text)):
                longest = longest_value(fields[mark.name], mark.format) if mark.name in fields else None
                if bound is not None and longest is not None and longest > bound:
                    zh = f"模板变量“{variable}”最长 {longest} 字,这家只许 {bound} 字"
                    en = f"variable “{variable}” takes up to {longest} characters, the provider allows {bound}"
                    findings.add("W568", mark.span, zh, en, fix=("把字段的 max 改小", "make the field's max smaller"))
