"""How does a report reach somebody's mailbox from the prompt? Through the mail server of the rules, to roles and addresses, told one by one."""

from collections.abc import Sequence

from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.gateways import gateway_of
from adapters.scheduler.report_letter import BYTES_MAX, addresses, attached, letter, mail_server
from adapters.wiring.opening import Opened
from engine.model.receipt import Verdict
from engine.reports.report_shape import FilledSheet
from engine.reports.report_told import Taken


def send_report(found: FilledSheet, taken: Taken, to: Sequence[str], desk: Opened, speech: Speech) -> dict[str, str]:
    """One mail to each of these roles and addresses; who got it and what the server said. Raises WrongUse, NotFine if one did not leave."""
    server = mail_server(desk.rulebook)
    if server is None:
        raise NotFine("规则里没有邮件对接(type: smtp)", "the rules have no mail connection (type: smtp)")
    people = [(name, address) for name in to for address in _addresses(name, taken, desk)]
    files = attached(found, taken, speech.lang)
    if sum(len(one.content) for one in files) > BYTES_MAX:
        raise NotFine("表格太大,邮件装不下;请缩小范围", "the spreadsheet is too large for a mail; narrow the report down")
    gateway = gateway_of(server, desk.stores.worklist, desk.desk.clock)
    told, failed = {}, []
    for name, address in dict.fromkeys(people):
        receipt = gateway.send(letter(found, taken, address, files, speech.lang))
        told[name] = receipt.verdict.value
        if receipt.verdict is Verdict.ACCEPTED:
            speech.say(f"已发给 {name}", f"sent to {name}")
        else:
            failed.append(f"{name} ({receipt.verdict.value} {receipt.reason} {receipt.detail})".replace("  ", " "))
    if failed:
        raise NotFine(f"没有发出:{'、'.join(failed)}", f"not sent: {', '.join(failed)}")
    return told


def _addresses(name: str, taken: Taken, desk: Opened) -> list[str]:
    try:
        found = addresses(desk.rulebook, name, taken)
    except KeyError:
        raise WrongUse(f"没有岗位“{name}”,也不是邮箱地址", f"no role {name!r}, and no mail address") from None
    if not found:
        raise NotFine(
            f"岗位“{name}”现在没有人有邮箱(联系人里写 email:)", f"nobody who fills {name!r} now has an address (email: in the contacts)"
        )
    return found
