"""How does a report reach somebody's mailbox? Its numbers in the mail, the spreadsheet beside it, through the mail server of the rules."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.files.report_xlsx import as_xlsx
from adapters.gateways import gateway_of
from adapters.wiring import Opened
from engine.core.route import address_of, resolve
from engine.model.connection import Connection, ConnectionType
from engine.model.receipt import Attachment, Parcel, Verdict
from engine.reports.report_page import page
from engine.reports.report_shape import FilledSheet
from engine.reports.report_told import Taken, about, lines, span, title, total_line

CHANNEL = "email"
BYTES_MAX = 8_000_000
"""Of the spreadsheet: many mail servers take no more than ten million, and wrapping makes it a third larger."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_report(found: FilledSheet, taken: Taken, to: Sequence[str], desk: Opened, speech: Speech) -> dict[str, str]:
    """One mail to each of these roles and addresses; who got it and what the server said. Raises WrongUse, NotFine if one did not leave."""
    server = _server(desk)
    people = [(name, address) for name in to for address in _addresses(name, taken, desk)]
    content = as_xlsx(found, taken, speech.lang)
    if len(content) > BYTES_MAX:
        raise NotFine("表格太大,邮件装不下;请缩小范围", "the spreadsheet is too large for a mail; narrow the report down")
    gateway = gateway_of(server, desk.stores.worklist, desk.desk.clock)
    told, failed = {}, []
    for name, address in dict.fromkeys(people):
        receipt = gateway.send(_parcel(found, taken, address, content, speech.lang))
        told[name] = receipt.verdict.value
        if receipt.verdict is Verdict.ACCEPTED:
            speech.say(f"已发给 {name}", f"sent to {name}")
        else:
            failed.append(f"{name} ({receipt.verdict.value} {receipt.reason} {receipt.detail})".replace("  ", " "))
    if failed:
        raise NotFine(f"没有发出:{'、'.join(failed)}", f"not sent: {', '.join(failed)}")
    return told


def _server(desk: Opened) -> Connection:
    """The first connection of type smtp."""
    found = next((one for one in desk.rulebook.connections.values() if one.type is ConnectionType.SMTP), None)
    if found is None:
        raise NotFine("规则里没有邮件对接(type: smtp)", "the rules have no mail connection (type: smtp)")
    return found


def _addresses(name: str, taken: Taken, desk: Opened) -> list[str]:
    """An address as written, or those of whoever fills the role now."""
    if "@" in name:
        return [name]
    contacts = desk.rulebook.contacts
    if name not in contacts.roles:
        raise WrongUse(f"没有岗位“{name}”,也不是邮箱地址", f"no role {name!r}, and no mail address")
    people = resolve(contacts, desk.rulebook.calendars, name, {}, taken.at).people
    found = [address for person in people if (address := address_of(person, CHANNEL)) is not None]
    if not found:
        raise NotFine(
            f"岗位“{name}”现在没有人有邮箱(联系人里写 email:)", f"nobody who fills {name!r} now has an address (email: in the contacts)"
        )
    return found


def _days(found: FilledSheet, taken: Taken) -> str:
    """`20261116-20261122`, both included, on the wall clock; the day it was taken where it has no bounds."""
    scope, zone = found.scope, ZoneInfo(found.scope.rulebook.timezone)
    first, last = scope.since or taken.at, scope.until - timedelta(seconds=1) if scope.until else taken.at
    bounds = [f"{at.astimezone(zone):%Y%m%d}" for at in ((first, last) if scope.since else (last,))]
    return "-".join(dict.fromkeys(bounds))


def _parcel(found: FilledSheet, taken: Taken, address: str, content: bytes, lang: str) -> Parcel:
    scope = found.scope
    days = _days(found, taken)
    asked = repr((found.sheet.name, scope.since, scope.until, scope.period, scope.by, scope.only, address, lang))
    # The same report of the same days to the same person is the same mail, however often it is asked for.
    key = hashlib.sha256(asked.encode()).hexdigest()[:26]
    subject = " ".join(part for part in (title(found, lang), span(found, lang)) if part)
    rows = "\n".join("\t".join(row) for row in [*lines(found, lang)[:200], total_line(found, lang)])
    return Parcel(
        key=key, effect_id=f"report/{found.sheet.name}/{days}", case="", message="report", address=address,
        text=f"{subject}\n\n{rows}\n\n{about(found, lang)}\n", subject=subject, html=page(found, taken, lang, drawn=False),
        files=(Attachment(name=f"{found.sheet.name}-{days}.xlsx", media_type=XLSX, content=content),),
    )  # fmt: skip
