"""Which events could not be decided, which are tried again, and which are left out? `dead list | retry | discard`."""

import argparse
from collections.abc import Sequence

from adapters.cli.desk import opened, who, why_of
from adapters.cli.options import add_deed_options, add_list_options
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.wiring.opening import Opened
from engine.model.masks import mask_text
from engine.ports.doubts import DeadEvent
from engine.service.provider_hands import group_of

SAYS = {
    "retry": ("再试一次", "tried again"), "discard": ("放弃了,记在单上", "left out; the case says so"), "not_dead": ("不在死信里", "it is not dead"),
}  # fmt: skip
WHY = {"retry": "为什么现在会好", "discard": "为什么不要了"}


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`dead list`, `dead retry | discard NUMBER... | --group TEXT | --all`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar="list | retry | discard")
    listing = deeds.add_parser("list", help=speech.of("列出死信,按出错的样子归组", "list dead events, grouped by how they failed"))
    add_list_options(listing, speech)
    for name, zh, en, why in (
        ("retry", "再试一次:几个、一组或全部", "try again: some, a group, or all", "why it will work now"),
        ("discard", "放弃:确实没用的,写明原因;后面的照常判", "leave out what is worth nothing, with a reason; what waits behind goes on", "why it is not wanted"),
    ):  # fmt: skip
        one = deeds.add_parser(name, help=speech.of(zh, en))
        one.add_argument("files", nargs="*", metavar="NUMBER", help=speech.of("编号(dead list 里有)", "its number, as dead list shows it"))
        one.add_argument("--group", metavar="TEXT", help=speech.of("这一组的全部", "all of this group"))
        one.add_argument("--all", action="store_true", help=speech.of("全部", "all of them"))
        add_deed_options(one, speech, WHY[name], why)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """The list, or one result per event; 1 if one of them was not dead (any more)."""
    with opened(options, speech) as desk:
        dead = desk.desk.providers.dead()
        if options.deed == "list":
            return _list(desk, dead, speech)
        why = why_of(options, WHY[options.deed])
        chosen, strange = _chosen(dead, options)
        hands = desk.desk.providers
        act = hands.discard if options.deed == "discard" else hands.retry
        done = act(chosen, by=who(options), why=why)
    results = [(one.item, one.said) for one in done] + [(number, "not_dead") for number in strange]
    if not results:
        raise NotFine("没有这样的死信", "no such dead event")
    for number, said in results:
        zh, en = SAYS[options.deed if said == "done" else said]
        speech.say(f"{number}:{zh}", f"{number}: {en}")
    speech.data([{"number": number, "said": said} for number, said in results])
    return 0 if all(said == "done" for _, said in results) else 1


def _chosen(dead: Sequence[DeadEvent], options: argparse.Namespace) -> tuple[list[DeadEvent], list[str]]:
    """Those that are meant, and numbers that are not among the dead."""
    ways = [bool(options.files), options.group is not None, options.all]
    if sum(ways) != 1:
        raise WrongUse("写编号、--group 或 --all,三选一", "say numbers, --group or --all: one of the three")
    if options.all:
        return list(dead), []
    if options.group is not None:
        return [one for one in dead if group_of(one) == options.group], []
    known = {str(one.inbox_id): one for one in dead}
    wanted = list(dict.fromkeys(options.files))
    return [known[one] for one in wanted if one in known], [one for one in wanted if one not in known]


def _list(desk: Opened, dead: Sequence[DeadEvent], speech: Speech) -> int:
    groups: dict[str, list[DeadEvent]] = {}
    for one in dead:
        groups.setdefault(group_of(one), []).append(one)
    if not dead:
        speech.say("没有死信", "no dead events")
    for group, found in groups.items():
        speech.say(f"{mask_text(group)} × {len(found)}", f"{mask_text(group)} × {len(found)}")
        head = speech.of("编号 单 收到 次数 出了什么错", "number case received tries what went wrong").split()
        zone = desk.rulebook.timezone
        rows = [(str(one.inbox_id), one.case, speech.time(one.received_at, zone), str(one.attempts), _short(one.error)) for one in found]
        speech.table(head, rows)
    speech.data(
        [
            {
                "number": one.inbox_id, "case": one.case, "event": one.name, "source": one.source, "group": mask_text(group_of(one)),
                "received_at": one.received_at.isoformat(), "tries": one.attempts, "error": mask_text(one.error),
            }
            for one in dead
        ]
    )  # fmt: skip
    return 0


def _short(error: str) -> str:
    return " ".join(mask_text(error).split())[:60]
