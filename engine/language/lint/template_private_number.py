"""Does a template's variable carry somebody's number?

template-private-number-in-variable (W569)

What it finds: a template's variable filled by a phone field that is not masked.
Why it matters: text variables must not carry mobile numbers: the provider refuses the sending, and a number in a text is read by whoever holds the phone.
Example: `fill: {who: phone}`.
Better: `fill: {who: phone|mask}`, or a hotline written into the approved text.
When to allow it: a variable of the provider's own type for phone numbers (Aliyun: phone_number2); it is a warning.
"""

from datetime import date

from engine.language.carriers import RESEND, marks
from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook
from engine.model.values import FieldType


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report numbers in variables."""
    for connection in rulebook.connections.values():
        for name, template in connection.templates.items() if connection.carries == "sms" else ():
            message = rulebook.messages.get(name.removesuffix(RESEND))
            fields = rulebook.workflows[message.workflow].fields if message is not None else {}
            for variable, mark in ((variable, mark) for variable, text in template.fill for mark in marks(text)):
                if mark.format != "mask" and mark.name in fields and fields[mark.name].type is FieldType.PHONE:
                    zh, en = f"模板变量“{variable}”里是电话号码,通道不许", f"variable “{variable}” carries a phone number"
                    findings.add("W569", mark.span, zh, en, fix=(f"写成 {mark.name}|mask", f"write {mark.name}|mask"))
