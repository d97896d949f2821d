"""Which numbers get no more messages, and who put them on the list or took them off? `suppressions list | add | lift`."""

import argparse

from adapters.cli.desk import opened, who, why_of
from adapters.cli.options import add_deed_options, add_list_options
from adapters.cli.speech import NotFine, Speech
from adapters.wiring.opening import Opened

SAYS = {
    "already": ("早已在名单里", "it was on the list already"),
    "unknown": ("不在名单里", "it is not on the list"),
    "bad_number": ("号码不对", "this is no number"),
}


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`suppressions list`, `suppressions add NUMBER --why TEXT`, `suppressions lift NUMBER --why TEXT`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="list | add | lift")
    listing = deeds.add_parser("list", help=speech.of("列出不再发的号码(遮住)", "list the numbers, masked"))
    add_list_options(listing, speech)
    for name, zh, en in (("add", "不再给这个号码发", "no more messages to it"), ("lift", "可以再发", "messages may go to it again")):
        one = deeds.add_parser(name, help=speech.of(zh, en))
        one.add_argument("number", metavar="NUMBER", help=speech.of("号码,照发的时候写", "the number, as it is texted"))
        add_deed_options(one, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """The list or the deed; 1 if it was not done."""
    with opened(options, speech) as desk:
        if options.deed == "list":
            return _list(desk, speech)
        hands, why = desk.desk.providers, why_of(options)
        deed = hands.suppress if options.deed == "add" else hands.lift
        done = deed(options.number.strip(), by=who(options), why=why)
    speech.data({"number": done.item, "deed": options.deed, "said": done.said})
    if not done.fine:
        zh, en = SAYS[done.said]
        raise NotFine(f"{done.item}:{zh}", f"{done.item}: {en}")
    speech.say(
        f"{done.item}:{'不再发' if options.deed == 'add' else '可以再发'}",
        f"{done.item}: {'suppressed' if options.deed == 'add' else 'lifted'}",
    )
    return 0


def _list(desk: Opened, speech: Speech) -> int:
    found = desk.desk.providers.suppressions()
    if found:
        zone = desk.rulebook.timezone
        head = speech.of("号码 为什么 谁 自", "number why by since").split()
        speech.table(head, [(one.number, one.why, one.by, speech.time(one.at, zone)) for one in found])
    else:
        speech.say("没有不发的号码", "no number is suppressed")
    speech.data([{"number": one.number, "why": one.why, "by": one.by, "at": one.at.isoformat()} for one in found])
    return 0
