"""Of which sendings does nobody know whether they arrived, and what did a person find out? `doubts list | arrived | not-arrived`."""

import argparse

from adapters.cli.desk import opened, who, why_of
from adapters.cli.options import add_deed_options, add_list_options
from adapters.cli.speech import Speech
from adapters.wiring.opening import Opened
from engine.core.words import say_trouble
from engine.model.masks import mask_text
from engine.ports.outbox import OutboxRow
from engine.service.provider_hands import ARRIVED, NOT_ARRIVED

DEEDS = {"arrived": ARRIVED, "not-arrived": NOT_ARRIVED}
SAYS = {
    "done": ("已记下", "noted"),
    "unknown": ("没有这一条", "no such sending"),
    "not_in_doubt": ("已有结果,没有改", "its outcome is known; nothing was changed"),
}


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`doubts list`, `doubts arrived SENDING...`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="list | arrived | not-arrived")
    listing = deeds.add_parser("list", help=speech.of("列出结果不明的", "list what nobody knows"))
    add_list_options(listing, speech)
    for name, zh, en in (("arrived", "查明:送到了", "found out: it arrived"), ("not-arrived", "查明:没送到", "found out: it did not")):
        one = deeds.add_parser(name, help=speech.of(zh, en))
        one.add_argument("files", nargs="+", metavar="SENDING", help=speech.of("编号(doubts list 里有)", "its id, as doubts list shows it"))
        add_deed_options(one, speech, "怎么知道的", "how that is known")


def run(options: argparse.Namespace, speech: Speech) -> int:
    """The list, or one result per sending; 1 if one of them was not settled."""
    with opened(options, speech) as desk:
        if options.deed == "list":
            return _list(desk, speech)
        hands, by, why = desk.desk.providers, who(options), why_of(options, "怎么知道的")
        done = [hands.settle(one, DEEDS[options.deed], by=by, why=why) for one in options.files]
    for one in done:
        zh, en = SAYS[one.said]
        speech.say(f"{one.item}:{zh}", f"{one.item}: {en}")
    speech.data([{"sending": one.item, "said": one.said} for one in done])
    return 0 if all(one.fine for one in done) else 1


def _list(desk: Opened, speech: Speech) -> int:
    rows = desk.desk.providers.doubts()
    if rows:
        head = speech.of("编号 消息 渠道 交出 为什么", "id message channel sent why").split()
        zone = desk.rulebook.timezone
        speech.table(head, [(one.effect.id, *_told(one), speech.time(one.sent_at, zone), _why(one, speech)) for one in rows])
    else:
        speech.say("没有结果不明的", "nothing is in doubt")
    speech.data(
        [
            {
                "sending": one.effect.id, "case": one.effect.case, "message": one.effect.message, "channel": one.effect.channel,
                "sent_at": one.sent_at.isoformat() if one.sent_at else None, "why": mask_text(one.error),
            }
            for one in rows
        ]
    )  # fmt: skip
    return 0


def _why(row: OutboxRow, speech: Speech) -> str:
    return mask_text(say_trouble(row.error, speech.lang))


def _told(row: OutboxRow) -> tuple[str, str]:
    effect = row.effect
    return effect.message or effect.command or effect.chain or "—", effect.channel or effect.target or "—"
