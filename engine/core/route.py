"""Who is it now? A role becomes people, at the instant of sending.

A role is one person, a look-up in a table, or whoever is on duty (language.md, Contacts and calendars). Nobody is an answer: empty
people and the reason; the caller goes to `last_resort`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.core.roster import on_duty
from engine.model.calendar import Calendar
from engine.model.contact import Contacts, Person, Role, Rota, Table


@dataclass(frozen=True, slots=True)
class Resolved:
    """Who a role is at an instant, and why. `why` names roles, tables and rows, never people: it may stand in the journal."""

    people: tuple[Person, ...]
    why: str


def resolve(
    contacts: Contacts,
    calendars: Mapping[str, Calendar],
    role_name: str,
    fields: Mapping[str, str],
    at: datetime,
) -> Resolved:
    """The people of a role at an instant (aware UTC), for a case with these fields (name -> text; missing is blank).

    Unknown role, table, row, rota or person: empty people with the reason; never an error.
    """
    role = contacts.roles.get(role_name)
    if role is None:
        return Resolved((), f"没有岗位 {role_name} / no such role")
    if role.person is not None:
        return _found(contacts, (role.person,), f"岗位“{role.label}”指定一人 / a fixed person")
    if role.look_up is not None:
        return _looked_up(contacts, role, fields)
    rota = contacts.rotas.get(role.on_duty or "")
    if rota is None:
        return Resolved((), f"岗位“{role.label}”没有值班表 / no such rota")
    return _on_duty(contacts, calendars, rota, at)


def address_of(person: Person, channel: str) -> str | None:
    """The person's address for a channel, or None: the step passes to the next channel or person."""
    return person.address(channel)


def look_up_cell(table: Table, fields: Mapping[str, str], column: str, taken: Collection[str] = ()) -> str | None:
    """The cell of a column in the first row that fits the case; None if no row fits or that cell is blank.

    fields: name -> text, missing is blank. A row fits if each of its cells in a compared column is blank or equals the field.
    Compared are `table.compared`, or else all columns but the one asked for and those in `taken` (answers, not questions).
    """
    index = matching_row(table, fields, column, taken)
    if index is None:
        return None
    return table.rows[index].get(column, "").strip() or None


def matching_row(table: Table, fields: Mapping[str, str], column: str, taken: Collection[str] = ()) -> int | None:
    """The index of the first row that fits, as `look_up_cell`."""
    named = table.columns if table.compared is None else table.compared
    answers = {column} if table.compared is not None else {column, *taken}
    compared = [name for name in named if name not in answers]
    for index, row in enumerate(table.rows):
        cells = ((name, row.get(name, "").strip()) for name in compared)
        if all(not cell or cell == fields.get(name, "").strip() for name, cell in cells):
            return index
    return None


def taken_columns(contacts: Contacts, table: Table) -> frozenset[str]:
    """Columns of a table that answer rather than ask: taken by some role, or holding nothing but people."""
    by_roles = {role.take for role in contacts.roles.values() if role.look_up == table.name and role.take is not None}
    return frozenset(name for name in table.columns if name in by_roles or _holds_people(contacts, table, name))


def _holds_people(contacts: Contacts, table: Table, column: str) -> bool:
    cells = {row.get(column, "").strip() for row in table.rows} - {""}
    return bool(cells) and cells <= contacts.people.keys()


def _looked_up(contacts: Contacts, role: Role, fields: Mapping[str, str]) -> Resolved:
    table = contacts.tables.get(role.look_up or "")
    if table is None or role.take is None:
        return Resolved((), f"岗位“{role.label}”没有可查的表 / no such table")
    taken = taken_columns(contacts, table)
    index = matching_row(table, fields, role.take, taken)
    if index is None:
        return Resolved((), f"“{table.label}”没有符合的行 / no row of {table.name} fits")
    person = table.rows[index].get(role.take, "").strip()
    where = f"“{table.label}”第 {index + 1} 行 {role.take} / {table.name} row {index + 1}"
    if not person:
        return Resolved((), f"{where}: 空着 / blank")
    return _found(contacts, (person,), where)


def _on_duty(contacts: Contacts, calendars: Mapping[str, Calendar], rota: Rota, at: datetime) -> Resolved:
    duty = on_duty(rota, calendars, at)
    if duty is None:
        return Resolved((), f"“{rota.label}”此刻无人值班 / nobody on duty")
    if duty.swap is not None:
        return _found(contacts, duty.people, f"“{rota.label}”换班 {duty.swap.on.isoformat()} / {rota.name} swap")
    return _found(contacts, duty.people, f"“{rota.label}”第 {duty.row} 行 / {rota.name} row {duty.row}")


def _found(contacts: Contacts, ids: Iterable[str], why: str) -> Resolved:
    """Known people in written order, each once; who is unknown is counted in the reason."""
    wanted = tuple(dict.fromkeys(ids))
    people = tuple(contacts.people[one] for one in wanted if one in contacts.people)
    missing = len(wanted) - len(people)
    return Resolved(people, f"{why}: {missing} 人不在名册 / not in people" if missing else why)
