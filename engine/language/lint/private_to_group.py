"""Does a personal value leave the house, in a group's chat or in a command to a neighbour, and nobody said that it may?

private-to-group (W536)

What it finds: a private field, not masked and not named in `private_ok`, in a message whose channel is carried by a robot or web hook (everybody in that group reads it), or in a command to a connection.
Why it matters: a customer's name and phone stand in a group of drivers, or in a carrier's system, for ever and beyond recall (个人信息保护法).
Example: `customer {customer_phone}` in a message over `dingtalk`, carried by a `dingtalk_robot`.
Better: `{customer_phone|mask}` or leave it out; where they need the value, `private_ok: [customer_phone]` beside the text or request.
When to allow it: never by leaving the warning; `private_ok` names the fields that may leave, so that the next reader sees somebody decided it.
"""

from collections.abc import Iterator
from datetime import date

from engine.language.compile_outbound import marks_shown
from engine.language.diagnostics import Findings
from engine.model.connection import Connection
from engine.model.message import Message, Optional_, Placeholder
from engine.model.rulebook import Rulebook

_CHATS = ("wechat_work", "dingtalk", "feishu", "slack", "teams")


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report private marks in messages that groups read, and in commands."""
    groups = {connection.carries for connection in rulebook.connections.values() if _is_group(connection)}
    for message in rulebook.messages.values():
        channels = {message.channel, *([message.fallback.channel] if message.fallback else [])}
        if channels & groups:
            _check_message(rulebook, message, findings)
    for connection in rulebook.connections.values():
        _check_commands(rulebook, connection, findings)


def _check_message(rulebook: Rulebook, message: Message, findings: Findings) -> None:
    fields = rulebook.workflows[message.workflow].fields
    for mark in _marks(message):
        if mark.name in fields and fields[mark.name].private and mark.format != "mask" and mark.name not in message.private_ok:
            zh, en = (
                f"“{fields[mark.name].label}”是个人信息,这条消息发在群里",
                f"“{mark.name}” is private, and a whole group reads this message",
            )
            fix = (
                f"写成 {{{mark.name}|mask}},或不写;群里确实要看,就写 `private_ok: [{mark.name}]`",
                f"write {{{mark.name}|mask}}, or leave it out; if the group needs it, write `private_ok: [{mark.name}]`",
            )
            findings.add("W536", mark.span, zh, en, fix=fix)


def _check_commands(rulebook: Rulebook, connection: Connection, findings: Findings) -> None:
    """A command may be given by any workflow: a mark is private if it is so in one of them."""
    private = {name: field.label for workflow in rulebook.workflows.values() for name, field in workflow.fields.items() if field.private}
    for command in connection.commands.values():
        for name in marks_shown(command):
            if name in private and name not in command.private_ok:
                zh = f"“{private[name]}”是个人信息,指令“{command.name}”把它交给“{connection.label}”"
                en = f"“{name}” is private, and command “{command.name}” hands it to “{connection.name}”"
                fix = (f"不写,或写明允许:`private_ok: [{name}]`", f"leave it out, or allow it by name: `private_ok: [{name}]`")
                findings.add("W536", command.span, zh, en, fix=fix)


def _is_group(connection: Connection) -> bool:
    """A robot posts to a group; so does a plain web hook that carries a chat channel."""
    return connection.carries in _CHATS and (connection.type.value.endswith("_robot") or connection.type.value == "http")


def _marks(message: Message) -> Iterator[Placeholder]:
    for part in message.text:
        yield from (piece for piece in (part.parts if isinstance(part, Optional_) else (part,)) if isinstance(piece, Placeholder))
