"""Can a message become longer than it may be?

text-too-long (W512), too-many-segments (W513), length-unknown (W516)

What it finds: a message whose longest possible text, from the fields' `max`, exceeds `max_chars`, or as an SMS with its sign `max_segments`.
Why it matters: the operator's text is cut or charged twice on exactly the orders with the longest names.
Example: `max_chars: 70` with `max_segments: 1`: with the sign 【中铁物流】 the text takes 76 units, two segments.
Better: shorter `max` of fields, a shorter sentence, or more segments; one segment holds 64, two 128 beside a sign of 6.
When to allow it: never; raise the bound if the longer text is meant. A field without `max` is a warning only.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.model.fieldtext import decimal_places
from engine.model.message import Literal, Message, Optional_, Placeholder
from engine.model.rulebook import Rulebook
from engine.model.segments import segments_of, sign_units
from engine.model.values import FieldType
from engine.model.workflow import Field, Workflow

PHONE_LONGEST = len("0755-83000000")
TIME_LONGEST = len("12月31日15:00")
DATE_LONGEST = len("12月31日")
HOURS_LONGEST = len("999小时")
COUNT_LONGEST = len("99")
GROUP_LONGEST = len("999")
_BUILT_IN = {"nth": COUNT_LONGEST, "group.count": GROUP_LONGEST}


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report messages whose longest text is too long."""
    for message in rulebook.messages.values():
        if message.max_chars is not None or message.max_segments is not None:
            _check_message(rulebook, message, findings)


def _check_message(rulebook: Rulebook, message: Message, findings: Findings) -> None:
    lengths = [_longest(rulebook, message, part) for part in message.text]
    known = [length for length in lengths if length is not None]
    if len(known) < len(lengths):
        fix = ("给文字字段写上 max", "give the text fields a max")
        findings.add(
            "W516",
            message.span,
            f"“{message.label}”里有字段没写 max,算不出最长多少字",
            f"message “{message.name}” has marks of unknown length",
            fix=fix,
        )
        return
    total = sum(known)
    if message.max_chars is not None and total > message.max_chars:
        zh, en = (
            f"“{message.label}”最长 {total} 字,超过 {message.max_chars}",
            f"message “{message.name}” takes up to {total} characters, more than {message.max_chars}",
        )
        findings.add("W512", message.span, zh, en, fix=("改短文字,或放宽 max_chars", "shorten the text, or raise max_chars"))
    sign = sign_units(rulebook.connections.values(), message.channel)
    segments = segments_of(total + sign)
    if message.channel == "sms" and message.max_segments is not None and segments > message.max_segments:
        zh = f"“{message.label}”连签名最长 {total + sign} 字,要 {segments} 条短信"
        en = f"message “{message.name}” takes up to {segments} segments, sign included"
        findings.add(
            "W513",
            message.span,
            zh,
            en,
            fix=("一条容 64 字,两条 128 字(签名 6 字另算)", "one segment holds 64 characters beside the sign, two 128"),
        )


def _longest(rulebook: Rulebook, message: Message, part: Literal | Placeholder | Optional_) -> int | None:
    if isinstance(part, Literal):
        return len(part.text)
    if isinstance(part, Optional_):
        inner = [_longest(rulebook, message, piece) for piece in part.parts]
        return None if None in inner else sum(length for length in inner if length is not None)
    workflow = rulebook.workflows[message.workflow]
    if part.name in workflow.fields:
        return longest_value(workflow.fields[part.name], part.format)
    if part.name.endswith(".due"):
        return TIME_LONGEST
    if part.name.endswith(".late_by"):
        return HOURS_LONGEST
    return _longest_built_in(rulebook, workflow, part.name)


def _longest_built_in(rulebook: Rulebook, workflow: Workflow, name: str) -> int | None:
    if name == "state":
        return max((len(state.label) for state in workflow.states.values()), default=0)
    if name == "why":
        return max((len(policy.label) for policy in rulebook.policies.values() if policy.workflow == workflow.name), default=0)
    return _BUILT_IN.get(name)


def longest_value(field: Field, form: str | None = None) -> int | None:
    """Characters of the longest value a field can hold; None where it has no bound."""
    if field.type is FieldType.CHOICE:
        return max((len(choice) for choice in field.choices), default=0)
    if field.type is FieldType.PHONE:
        return PHONE_LONGEST
    if field.type is FieldType.DATE or form == "date":
        return DATE_LONGEST
    if field.type is FieldType.TIME:
        return TIME_LONGEST
    if field.type is FieldType.COUNT:
        return COUNT_LONGEST
    if field.type is FieldType.YES_NO:
        return 1
    if field.max is None:
        return None
    if field.type in (FieldType.NUMBER, FieldType.MONEY):
        places = decimal_places(field) or 0
        return len(str(int(field.max))) + (places + 1 if places else 0)
    return int(field.max)
