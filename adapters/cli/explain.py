"""Why is it so, and why not otherwise? A sentence, every clause with what it saw, the clock's arithmetic, the place of the rule."""

import argparse

from adapters.cli import explain_code
from adapters.cli.desk import opened, the_case
from adapters.cli.options import add_desk_options
from adapters.cli.speech import Speech
from adapters.cli.times import read_time
from engine.core.why_data import data_of, say_place
from engine.model.condition import Answer
from engine.model.explanation import Explanation, Why
from engine.service.desk import Reason

MARKS = {Answer.YES: "✓", Answer.NO: "✗", Answer.COULD_NOT_TELL: "?"}
VERSION_LETTERS = 12


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`explain CASE`."""
    parser.add_argument(
        "case",
        metavar="CASE",
        help=speech.of("单号或任何一个名字;或一个诊断代码(W504)", "the case's id or any of its names; or the code of a diagnostic (W504)"),
    )
    parser.add_argument(
        "--rule",
        metavar="NAME",
        help=speech.of(
            "只问这条规则:时效、“时效 行”、消息、升级链、状态、事件、流转,写名字或中文名",
            "ask of this rule: policy, 'POLICY ROW', message, chain, state, event or row of the workflow, by name or label",
        ),
    )
    parser.add_argument(
        "--at",
        metavar="TIME",
        help=speech.of("回到这个时刻:只看当时已收到的,按当时的规则", "as it stood then: from what had been received, by the rules of then"),
    )
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Tell; 1 if nothing can be said."""
    if explain_code.is_code(options.case):
        return explain_code.run(options.case, speech)
    with opened(options, speech) as desk:
        zone = desk.rulebook.timezone
        row = the_case(desk, options.case)
        at = read_time(options.at, zone) if options.at else None
        found = desk.desk.why(row.id, rule=options.rule, lang=speech.lang, at=at)
        reasons = [] if options.rule else desk.desk.explain(row.id, lang=speech.lang, at=at)
    if found.hold and options.rule:
        speech.line(f"! {found.hold.sentence}")
    for one in reasons:
        _tell_reason(one, zone, speech)
    if not options.rule:
        _tell_waits(found, zone, speech)
    for number, answer in enumerate(found.answers):
        speech.line() if number else None
        _tell_answer(answer, zone, speech)
    told = bool(found.answers) if options.rule else bool(reasons)
    if told:
        _tell_version(found, zone, speech)
    else:
        _tell_nothing(found, options.rule, speech)
    history = [{"at": one.at.isoformat(), "what": one.what, "why": one.why, "place": one.place} for one in reasons]
    speech.data(data_of(found, zone) | ({} if options.rule else {"reasons": history}))
    return 0 if told else 1


def _tell_reason(one: Reason, zone: str, speech: Speech) -> None:
    speech.line(f"{speech.time(one.at, zone)}  {one.what}")
    if one.why:
        speech.line(f"    {one.why}")
    if one.place:
        speech.line(f"    {one.place}")


def _tell_waits(found: Explanation, zone: str, speech: Speech) -> None:
    """Waiting for what, until when, then what."""
    if not found.waits:
        return
    speech.say("\n在等什么", "\nWaiting for")
    timed = [one for one in found.waits if one.until is not None]
    speech.grid([(speech.time(one.until, zone), one.what, f"→ {one.then}") for one in timed])
    for one in found.waits:
        if one.until is None:
            speech.line(f"  {speech.of('没有期限', 'no time limit')}  {one.what}{f' → {one.then}' if one.then else ''}")


def _tell_answer(why: Why, zone: str, speech: Speech) -> None:
    """The sentence, every clause, what did not count, the place."""
    speech.line(why.sentence)
    speech.grid([(MARKS[one.answer], one.subject, one.seen, f"{one.word} {one.expected}".strip()) for one in why.checks])
    for skipped in why.clock.skipped if why.clock else ():
        until = speech.time(skipped.until, zone) if skipped.until else speech.of("现在", "now")
        speech.say(
            f"  不计 {speech.time(skipped.since, zone)} – {until}  {skipped.why}",
            f"  not counted {speech.time(skipped.since, zone)} – {until}  {skipped.why}",
        )
    for remark in why.remarks:
        speech.line(f"  {remark}")
    place = say_place(why.place)
    if place:
        speech.line(f"  {place}")


def _tell_version(found: Explanation, zone: str, speech: Speech) -> None:
    speech.line()
    at, version = speech.time(found.at, zone), found.rulebook[:VERSION_LETTERS]
    speech.say(f"按 {at} 时有效的规则集 {version}", f"by rulebook {version}, in force at {at}")
    for remark in found.remarks:
        speech.line(f"! {remark}")


def _tell_nothing(found: Explanation, rule: str | None, speech: Speech) -> None:
    if not found.state:
        speech.say("那时还没有这张单", "there was no such case then")
    elif rule is None:
        speech.say("没有可说的", "there is nothing to tell")
    else:
        near = speech.of("、", ", ").join(found.nearest)
        speech.say(f"没有叫“{rule}”的规则", f"no rule is called {rule!r}")
        if near:
            speech.say(f"是不是:{near}", f"did you mean: {near}")
