"""How does a report become a mail? Its numbers in the text, the table beside it; whom a role means, and which server carries it."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from adapters.files.report_xlsx import as_xlsx
from engine.core.route import address_of, resolve
from engine.model.connection import Connection, ConnectionType
from engine.model.receipt import Attachment, Parcel
from engine.model.rulebook import Rulebook
from engine.reports.report_csv import as_csv
from engine.reports.report_page import page
from engine.reports.report_shape import FilledSheet
from engine.reports.report_told import Taken, about, lines, span, title, total_line

CHANNEL = "email"
BYTES_MAX = 8_000_000
"""Of the files: many mail servers take no more than ten million, and wrapping makes it a third larger."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_IN_TEXT_MAX = 200


def mail_server(rulebook: Rulebook) -> Connection | None:
    """The first connection of type smtp."""
    return next((one for one in rulebook.connections.values() if one.type is ConnectionType.SMTP), None)


def addresses(rulebook: Rulebook, name: str, taken: Taken) -> list[str]:
    """An address as written, or those of whoever fills the role at that instant; KeyError: no such role."""
    if "@" in name:
        return [name]
    contacts = rulebook.contacts
    if name not in contacts.roles:
        raise KeyError(name)
    people = resolve(contacts, rulebook.calendars, name, {}, taken.at).people
    return [address for person in people if (address := address_of(person, CHANNEL)) is not None]


def attached(found: FilledSheet, taken: Taken, lang: str, formats: Sequence[str] = ("xlsx",)) -> tuple[Attachment, ...]:
    """The files, named by report and days."""
    name = f"{found.sheet.name}-{days(found, taken)}"
    made = []
    for form in formats:
        content = as_xlsx(found, taken, lang) if form == "xlsx" else as_csv(found, lang)
        made.append(Attachment(name=f"{name}.{form}", media_type=XLSX if form == "xlsx" else "text/csv", content=content))
    return tuple(made)


def days(found: FilledSheet, taken: Taken) -> str:
    """`20261116-20261122`, both included, on the wall clock; the day it was taken where it has no bounds."""
    scope, zone = found.scope, ZoneInfo(found.scope.rulebook.timezone)
    first, last = scope.since or taken.at, scope.until - timedelta(seconds=1) if scope.until else taken.at
    bounds = [f"{at.astimezone(zone):%Y%m%d}" for at in ((first, last) if scope.since else (last,))]
    return "-".join(dict.fromkeys(bounds))


def letter(found: FilledSheet, taken: Taken, address: str, files: tuple[Attachment, ...], lang: str) -> Parcel:
    """One mail. The same report of the same days to the same person is the same mail, however often it is asked for."""
    scope = found.scope
    asked = repr((found.sheet.name, scope.since, scope.until, scope.period, scope.by, scope.only, address, lang))
    subject = " ".join(part for part in (title(found, lang), span(found, lang)) if part)
    rows = "\n".join("\t".join(row) for row in [*lines(found, lang)[:ROWS_IN_TEXT_MAX], total_line(found, lang)])
    return Parcel(
        key=hashlib.sha256(asked.encode()).hexdigest()[:26], effect_id=f"report/{found.sheet.name}/{days(found, taken)}", case="",
        message="report", address=address, text=f"{subject}\n\n{rows}\n\n{about(found, lang)}\n", subject=subject,
        html=page(found, taken, lang, drawn=False), files=files,
    )  # fmt: skip
