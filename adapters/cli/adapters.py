"""How do the providers fare, and who stops, opens or tries one? `adapters`, `adapters pause | resume | drain | test NAME`."""

import argparse
import logging
import time
from datetime import datetime

from adapters.cli.desk import opened, who, why_of
from adapters.cli.options import add_by_option, add_desk_options
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.clock import SystemClock
from adapters.gateways import gateways_of
from adapters.wiring.opening import Opened
from engine.ports.attempts import CircuitState
from engine.reports.providers import ProviderLine, left_for, provider_lines
from engine.service.counters import routes_of
from engine.service.provider_hands import Done

DEEDS = ("pause", "resume", "drain", "test")
STATES = {
    CircuitState.CLOSED: ("正常", "working"),
    CircuitState.OPEN: ("断开", "open"),
    CircuitState.PAUSED: ("暂停", "paused"),
}
SAYS = {
    "unknown": ("没有这个通道", "no such adapter"),
    "already": ("早已如此", "it was so already"),
    "bad_number": ("号码不对", "this is no number"),
    "no_template": ("没有审核过的模板,试不了", "it takes approved templates only, and has none"),
}
DRAIN_SECONDS = 60
LOOK_EVERY_SECONDS = 0.5


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`adapters [NAME]`, `adapters pause NAME --by WHO --why TEXT`."""
    parser.add_argument(
        "words", nargs="*", metavar="[pause|resume|drain|test] [NAME]",
        help=speech.of("只看一个通道,或对它做什么", "only this adapter, or what to do with it"),
    )  # fmt: skip
    parser.add_argument("--why", metavar="TEXT", help=speech.of("为什么(暂停、恢复、排空要写)", "why (pause, resume and drain ask for it)"))
    parser.add_argument(
        "--to", metavar="NUMBER",
        help=speech.of("test:发到自己的哪个号码;看单个通道:这个号码还能发几次", "test: to which number of one's own; else: what is left for it"),
    )  # fmt: skip
    parser.add_argument(
        "--wait", metavar="SECONDS", type=int, default=DRAIN_SECONDS,
        help=speech.of("drain:最多等几秒(默认 60)", "drain: wait so long at most (default 60)"),
    )  # fmt: skip
    add_by_option(parser, speech)
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """A table, or a deed; 1 if the deed was not done, or a drain did not end in time."""
    words = list(options.words)
    deed = words.pop(0) if words and words[0] in DEEDS else ""
    if len(words) > 1 or (deed and not words):
        raise WrongUse("写一个通道的名字", "name one adapter")
    why = why_of(options) if deed and deed != "test" else ""
    with opened(options, speech) as desk:
        if not deed:
            return _show(desk, words[0] if words else "", options.to or "", speech)
        name = _known(desk, words[0])
        if deed == "test":
            return _test(desk, name, options, speech)
        done = _deed(desk, deed, name, who(options), why)
        if deed != "drain" or not (done.fine or done.said == "already"):
            return _told(done, deed, speech)
        return _drained(desk, name, options.wait, speech)


def _deed(desk: Opened, deed: str, name: str, by: str, why: str) -> Done:
    hands = desk.desk.providers
    return hands.resume(name, by=by, why=why) if deed == "resume" else hands.pause(name, by=by, why=why)


def _known(desk: Opened, name: str) -> str:
    """The connection meant, by its name or its label."""
    labels = {one.label: one.name for one in desk.rulebook.connections.values()}
    return labels.get(name, name)


def _told(done: Done, deed: str, speech: Speech) -> int:
    speech.data({"adapter": done.item, "deed": deed, "said": done.said})
    if done.fine:
        speech.say(f"{done.item}:已{'恢复' if deed == 'resume' else '暂停'}", f"{done.item}: {'resumed' if deed == 'resume' else 'paused'}")
        return 0
    zh, en = SAYS[done.said]
    raise NotFine(f"{done.item}:{zh}", f"{done.item}: {en}")


def _drained(desk: Opened, name: str, seconds: int, speech: Speech) -> int:
    """Paused: nothing new leaves. Wait until what is under way is answered; receipts may still come in afterwards."""
    clock = SystemClock()
    until = clock.monotonic() + max(0, seconds)
    while (line := _line(desk, name)) is not None and line.in_hand and clock.monotonic() < until:
        time.sleep(LOOK_EVERY_SECONDS)
    in_hand, outstanding = (line.in_hand, line.outstanding) if line is not None else (0, 0)
    speech.data(
        {"adapter": name, "deed": "drain", "said": "done" if not in_hand else "not_yet", "in_hand": in_hand, "outstanding": outstanding}
    )
    if in_hand:
        raise NotFine(f"{name}:已暂停,还有 {in_hand} 条没有应答", f"{name}: paused, {in_hand} are not answered yet")
    speech.say(f"{name}:已排空,等回执的还有 {outstanding} 条", f"{name}: drained; {outstanding} still wait for a receipt")
    return 0


def _line(desk: Opened, name: str) -> ProviderLine | None:
    lines = provider_lines(desk.rulebook, desk.stores.providers, desk.desk.now())
    return next((one for one in lines if one.connection == name), None)


def _test(desk: Opened, name: str, options: argparse.Namespace, speech: Speech) -> int:
    if not options.to:
        raise WrongUse("写上 --to:发到自己的哪个号码", "say --to: a number of your own")
    hands = desk.desk.providers
    gateways = gateways_of(desk.rulebook, desk.stores.worklist, SystemClock())
    hands.counters.gateways, hands.counters.routes = gateways, routes_of(desk.rulebook)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    trial = hands.trial(name, options.to, by=who(options))
    if trial.receipt is None:
        zh, en = SAYS[trial.said]
        raise NotFine(f"{name}:{zh}", f"{name}: {en}")
    receipt = trial.receipt
    speech.data({"adapter": name, "deed": "test", "said": trial.said, "verdict": receipt.verdict.value, "reason": receipt.reason,
                 "code": receipt.code, "detail": receipt.detail, "provider_id": receipt.provider_id})  # fmt: skip
    told = " ".join(one for one in (receipt.verdict.value, receipt.reason, receipt.code, receipt.detail) if one)
    speech.say(f"{name}:{told}", f"{name}: {told}")
    return 0 if receipt.verdict.value in ("accepted", "delivered") else 1


def _show(desk: Opened, name: str, number: str, speech: Speech) -> int:
    name = _known(desk, name)
    lines = [one for one in provider_lines(desk.rulebook, desk.stores.providers, desk.desk.now()) if name in ("", one.connection)]
    if name and not lines:
        raise NotFine(f"没有通道“{name}”", f"no adapter {name!r}")
    zone = desk.rulebook.timezone
    if lines:
        head = speech.of(
            "通道 类型 渠道 状态 24小时 每分钟 95%应答 送达 待回执 最近回执 今日费用",
            "adapter type channel state 24h /min p95 delivered outstanding receipt money",
        )
        speech.table(head.split(), [_row(one, zone, speech) for one in lines])
    else:
        speech.say("没有对接承担渠道,也没有发过什么", "no connection carries a channel, and nothing was sent")
    if name and lines:
        _in_depth(desk, lines[0], number, speech)
    speech.data([as_data(one) for one in lines])
    return 0


def _row(one: ProviderLine, zone: str, speech: Speech) -> tuple[str, ...]:
    p95 = f"{one.p95_seconds:.1f}s" if one.p95_seconds is not None else "—"
    money = f"{one.money_today:.2f}" if one.money_today is not None else "—"
    return (
        one.connection, one.type or "—", one.channel or "—", speech.of(*STATES[one.state]), str(one.asked), f"{one.per_minute:.1f}", p95,
        str(one.answers.get("delivered", 0)), str(one.outstanding), speech.time(one.last_receipt_at, zone), money,
    )  # fmt: skip


def _in_depth(desk: Opened, one: ProviderLine, number: str, speech: Speech) -> None:
    """Why it stands so, its errors by class, its limits."""
    if one.since is not None:
        by = speech.of(f",{one.by}", f", {one.by}") if one.by else ""
        since = speech.time(one.since, desk.rulebook.timezone)
        speech.say(f"自 {since} {STATES[one.state][0]}{by} {one.reason}", f"{STATES[one.state][1]} since {since}{by} {one.reason}")
    for error, count in one.errors.items():
        speech.line(f"  {count:>6}  {error}")
    if one.per_number:
        speech.say(f"每个号码:{'、'.join(one.per_number)}", f"per number: {', '.join(one.per_number)}")
    for left in one.at_most:
        speech.say(f"一共 {left.written}:还剩 {left.left}", f"at most {left.written}: {left.left} left")
    if one.refused_as_too_many:
        speech.say(f"服务商嫌太多 {one.refused_as_too_many} 次", f"put off by the provider's own limits: {one.refused_as_too_many}")
    declared = desk.rulebook.connections.get(one.connection)
    if number and declared is not None:
        for left in left_for(declared, desk.stores.providers, f"{declared.carries}:{number}", desk.desk.now()):
            speech.say(f"  这个号码 {left.written}:还剩 {left.left}", f"  this number, {left.written}: {left.left} left")


def as_data(one: ProviderLine) -> dict[str, object]:
    """For programs."""
    return {
        "adapter": one.connection, "label": one.label, "type": one.type, "channel": one.channel, "state": one.state.value,
        "since": _iso(one.since), "reason": one.reason, "by": one.by, "asked": one.asked, "per_minute": round(one.per_minute, 3),
        "p95_seconds": one.p95_seconds, "answers": dict(one.answers), "errors": dict(one.errors), "in_hand": one.in_hand,
        "outstanding": one.outstanding, "last_receipt_at": _iso(one.last_receipt_at), "per_number": list(one.per_number),
        "at_most": [{"limit": left.written, "used": left.used, "left": left.left} for left in one.at_most],
        "refused_as_too_many": one.refused_as_too_many, "money_today": None if one.money_today is None else str(one.money_today),
    }  # fmt: skip


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
