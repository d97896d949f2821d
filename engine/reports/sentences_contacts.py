"""How are people, tables, roles and rotas read out? Who it is, and how that is found."""

from collections.abc import Iterator

from engine.model.contact import Contacts, Role, Rota, Shift, Table, Turn
from engine.model.span import NOWHERE
from engine.reports.sentences_words import Paragraph, Sentence, Tongue


def contact_paragraphs(tongue: Tongue, contacts: Contacts) -> Iterator[Paragraph]:
    """Roles first, for they are what rules name; then where they lead."""
    if contacts.roles:
        roles = tuple(
            tongue.sentence(f"role/{role.name}", ("岗位 ", "role "), _role(tongue, role), role.span) for role in contacts.roles.values()
        )
        yield Paragraph(kind="roles", name="roles", label="岗位", sentences=roles, span=NOWHERE)
    for rota in contacts.rotas.values():
        yield Paragraph(kind="rota", name=rota.name, label=rota.label, sentences=tuple(_rota(tongue, rota)), span=rota.span)
    for table in contacts.tables.values():
        yield Paragraph(kind="table", name=table.name, label=table.label, sentences=tuple(_table(tongue, table)), span=table.span)
    if contacts.people:
        people = []
        for person in contacts.people.values():
            reached = tongue.of(",", ", ").join(
                f"{tongue.channel(channel)} {address}" for channel, address in sorted(person.addresses.items())
            )
            says = tongue.own(person.id, person.name) + tongue.of(":", ": ") + (reached or tongue.of("没有联系方式", "no address"))
            people.append(tongue.sentence(f"person/{person.id}", ("", ""), says, person.span))
        yield Paragraph(kind="people", name="people", label="人员", sentences=tuple(people), span=NOWHERE)


def _role(tongue: Tongue, role: Role) -> str:
    own = tongue.own(role.name, role.label)
    if role.person is not None:
        return tongue.of(f"{own}:{tongue.name('person', role.person)}", f"{own}: {tongue.name('person', role.person)}")
    if role.on_duty is not None:
        rota = tongue.name("rota", role.on_duty)
        return tongue.of(f"{own}:看值班表{rota}", f"{own}: whoever is on duty by {rota}")
    table = tongue.name("table", role.look_up or "")
    return tongue.of(f"{own}:查{table}的“{role.take}”一栏", f"{own}: the column “{role.take}” of {table}")


def _table(tongue: Tongue, table: Table) -> Iterator[Sentence]:
    yield tongue.sentence("columns", ("各栏:", "columns: "), tongue.of("、", ", ").join(table.columns), table.span)
    if table.compared is not None:
        yield tongue.sentence(
            "compared",
            ("与单子的字段比对的栏:", "columns compared with the case: "),
            tongue.of("、", ", ").join(table.compared),
            table.span,
        )
    taken = {role.take for role in tongue.rulebook.contacts.roles.values() if role.look_up == table.name}
    for place, row in enumerate(table.rows, start=1):
        cells = [
            f"{column} {tongue.name('person', row[column]) if column in taken else row[column]}"
            for column in table.columns
            if row.get(column)
        ]
        span = table.spans[place - 1] if place <= len(table.spans) else table.span
        yield tongue.sentence("row", (f"第 {place} 行:", f"row {place}: "), tongue.of(",", ", ").join(cells), span)


def _rota(tongue: Tongue, rota: Rota) -> Iterator[Sentence]:
    if rota.timezone != tongue.rulebook.timezone:
        yield tongue.sentence("timezone", ("时区:", "time zone: "), rota.timezone, rota.span)
    for place, swap in enumerate(rota.swaps, start=1):
        days = f"{swap.on}" if swap.on == swap.until else tongue.of(f"{swap.on} 到 {swap.until}", f"{swap.on} to {swap.until}")
        hours = f" {tongue.hours(swap.hours)}" if swap.hours else ""
        says = f"{days}{hours}{tongue.of(':', ': ')}{tongue.names('person', swap.people)}"
        yield tongue.sentence("swap", (f"换班 {place}(优先):", f"swap {place} (comes first): "), says, swap.span)
    for place, shift in enumerate(rota.shifts, start=1):
        says = _when(tongue, shift) + tongue.of(":", ": ") + _who(tongue, shift)
        yield tongue.sentence("shift", (f"第 {place} 班:", f"shift {place}: "), says, shift.span)


def _when(tongue: Tongue, shift: Shift) -> str:
    said = []
    if shift.days:
        said.append(tongue.of("、", ", ").join(tongue.day(day) for day in shift.days))
    if shift.hours:
        said.append(tongue.hours(shift.hours))
    for calendar, zh, en in (
        (shift.during, "{}开门时", "while {} is open"), (shift.on_open_days, "{}开门的日子", "on open days of {}"),
        (shift.on_closed_days, "{}不开门的日子", "on closed days of {}"),
    ):  # fmt: skip
        if calendar is not None:
            said.append(tongue.of(zh, en).format(tongue.name("calendar", calendar)))
    return tongue.of(",", ", ").join(said) or tongue.of("其余时间", "otherwise")


def _who(tongue: Tongue, shift: Shift) -> str:
    turns = shift.rotation
    if turns is None:
        return tongue.names("person", shift.people)
    apart = [one for one in shift.people if not any(one in group for group in turns.groups)]
    groups = tongue.of("、再是", ", then ").join(tongue.names("person", group, either=False) for group in turns.groups)
    unit = tongue.of(*{Turn.WEEK: ("周", "week"), Turn.SHIFT: ("班", "shift")}[turns.turn])
    over = f"{turns.hand_over:%H:%M}"
    said = tongue.of(
        f"每 {turns.every} {unit}轮换,{turns.since} 起,{over} 交接,依次是{groups}",
        f"in turns of {turns.every} {unit}, from {turns.since}, handed over at {over}: {groups}",
    )
    return said + (tongue.of(",另有", ", and ") + tongue.names("person", apart) if apart else "")
