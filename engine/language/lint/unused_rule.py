"""Is there a message, chain, table or rota that nothing uses?

unused-rule (W529)

What it finds: a message nothing sends, a chain nothing begins, a table nothing looks up, a rota no role names.
Why it matters: whoever edits it believes that something changes; or the row that should use it was forgotten.
Example: `chase_pickup` under `messages`, and no `send: chase_pickup` anywhere.
Better: `- send: chase_pickup` where it belongs, or delete it.
When to allow it: while the rule that will use it is being written; it is a warning.
"""

from collections.abc import Iterator
from datetime import date

from engine.language.diagnostics import Findings
from engine.language.walk import doings
from engine.model.doing import Escalate, Send
from engine.model.policy import LookUp
from engine.model.rulebook import Rulebook
from engine.model.span import Span


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report what nothing uses."""
    for zh, en, name, label, span in _unused(rulebook):
        fix = ("在该用的地方写上它,或删去", "name it where it belongs, or delete it")
        findings.add("W529", span, f"{zh}“{label}”没有用到", f"{en} “{name}” is never used", fix=fix)


def messages_sent(rulebook: Rulebook) -> set[str]:
    """Messages that something sends: a row, a chain's beginning, a correction of a sent one, a disruption."""
    sent = {do.message for _, do in doings(rulebook) if isinstance(do, Send | Escalate) and do.message}
    sent |= {disruption.tell for disruption in rulebook.disruptions if disruption.tell}
    return sent | {rulebook.messages[name].correct or "" for name in sent if name in rulebook.messages}


def _unused(rulebook: Rulebook) -> Iterator[tuple[str, str, str, str, Span]]:
    sent, begun = messages_sent(rulebook), {do.chain for _, do in doings(rulebook) if isinstance(do, Escalate)}
    contacts = rulebook.contacts
    looked_up = {role.look_up for role in contacts.roles.values()} | {
        terms.table
        for policy in rulebook.policies.values()
        for terms in (policy.terms, *(row.terms for row in policy.excepts))
        if isinstance(terms, LookUp)
    }
    named = {role.on_duty for role in contacts.roles.values()}
    yield from (("消息", "message", one.name, one.label, one.span) for one in rulebook.messages.values() if one.name not in sent)
    yield from (("升级链", "chain", one.name, one.label, one.span) for one in rulebook.chains.values() if one.name not in begun)
    yield from (("表", "table", one.name, one.label, one.span) for one in contacts.tables.values() if one.name not in looked_up)
    yield from (("值班表", "rota", one.name, one.label, one.span) for one in contacts.rotas.values() if one.name not in named)
