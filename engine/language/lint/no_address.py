"""Can the person a step or message is for be reached that way?

no-address (W517)

What it finds: a role of a chain step or message behind which stands somebody without an address for any of its channels.
Why it matters: the step is skipped at night, when it is needed, and reported only then.
Example: `{channel: wechat_work, to: hub_dispatcher}` while 赵敏 has only a phone.
Better: `channel: [wechat_work, phone]`, or add the address to the person.
When to allow it: while an address is being arranged; it is a warning.
"""

from collections.abc import Iterator
from datetime import date

from engine.language.diagnostics import Findings
from engine.model.contact import Contacts
from engine.model.rulebook import Rulebook
from engine.model.span import Span


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report people who cannot be reached by what is asked of them."""
    for role, channels, span in _asked(rulebook):
        for name in dict.fromkeys(people_of(rulebook.contacts, role)):
            person = rulebook.contacts.people.get(name)
            if person is not None and not any(person.address(channel) for channel in channels):
                listed = "、".join(channels)
                fix = ("给他补上地址,或多写一个渠道", "add the address, or a further channel")
                findings.add(
                    "W517",
                    span,
                    f"{person.name}({role})没有 {listed} 的地址",
                    f"{name} ({role}) has no address for {', '.join(channels)}",
                    fix=fix,
                )


def _asked(rulebook: Rulebook) -> Iterator[tuple[str, tuple[str, ...], Span]]:
    for chain in rulebook.chains.values():
        yield from ((step.to, step.channels, step.span) for step in chain.steps)
    for message in rulebook.messages.values():
        if not message.to_field:
            yield message.to, (message.channel,), message.span
        yield from ((role, (message.channel,), message.span) for role in message.copy_to)


def people_of(contacts: Contacts, name: str) -> list[str]:
    """Everybody who may stand behind a role."""
    role = contacts.roles.get(name)
    if role is None:
        return []
    if role.person is not None:
        return [role.person]
    if role.on_duty is not None:
        rota = contacts.rotas.get(role.on_duty)
        if rota is None:
            return []
        rows = [shift.people for shift in rota.shifts] + [swap.people for swap in rota.swaps]
        return [person for people in rows for person in people]
    table = contacts.tables.get(role.look_up or "")
    return [cell for row in table.rows if (cell := row.get(role.take or ""))] if table else []
