"""Does a message show a personal value to a chat group?

private-to-group (W536)

What it finds: a private field, not masked, in a message whose channel is carried by a robot or web hook: everybody in that group reads it.
Why it matters: a customer's name and phone stand in a group of drivers and outsiders for ever, beyond recall (个人信息保护法).
Example: `customer {customer_phone}` in a message over `dingtalk`, carried by a `dingtalk_robot`.
Better: `{customer_phone|mask}`, leave it out, or a channel that reaches one person.
When to allow it: a group of our own staff only, who need the value; it is a warning.
"""

from collections.abc import Iterator
from datetime import date

from engine.language.diagnostics import Findings
from engine.model.connection import Connection
from engine.model.message import Message, Optional_, Placeholder
from engine.model.rulebook import Rulebook

_CHATS = ("wechat_work", "dingtalk", "feishu", "slack", "teams")


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report private marks in messages that groups read."""
    groups = {connection.carries for connection in rulebook.connections.values() if _is_group(connection)}
    for message in rulebook.messages.values():
        channels = {message.channel, *([message.fallback.channel] if message.fallback else [])}
        if not channels & groups:
            continue
        fields = rulebook.workflows[message.workflow].fields
        for mark in _marks(message):
            if mark.name in fields and fields[mark.name].private and mark.format != "mask":
                label = fields[mark.name].label
                fix = (f"写成 {{{mark.name}|mask}},或不写", f"write {{{mark.name}|mask}}, or leave it out")
                zh, en = f"“{label}”是个人信息,这条消息发在群里", f"“{mark.name}” is private, and a whole group reads this message"
                findings.add("W536", mark.span, zh, en, fix=fix)


def _is_group(connection: Connection) -> bool:
    """A robot posts to a group; so does a plain web hook that carries a chat channel."""
    return connection.carries in _CHATS and (connection.type.value.endswith("_robot") or connection.type.value == "http")


def _marks(message: Message) -> Iterator[Placeholder]:
    for part in message.text:
        yield from (piece for piece in (part.parts if isinstance(part, Optional_) else (part,)) if isinstance(piece, Placeholder))
