"""How do the rules on trial fare? `shadow report`: what each would have done, whom it would have told, how often it was wrong."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.cli.desk import opened
from adapters.cli.options import add_desk_options
from adapters.cli.speech import Speech, WrongUse
from adapters.wiring.opening import Opened
from engine.model.rulebook import Rulebook
from engine.reports.sentences import KINDS
from engine.reports.shadow import ShadowLine, Trial, shadow

PAGE = 500
FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%d")


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`shadow report`."""
    parser.add_argument("deed", choices=("report",), metavar="report", help=speech.of("报告试行的规则", "report on the rules in shadow"))
    parser.add_argument(
        "--since", metavar="DATE", help=speech.of("从哪天起,如 2026-11-16(默认全部)", "from when on, as 2026-11-16 (default: all)")
    )
    add_desk_options(parser, speech)


def run(options: argparse.Namespace, speech: Speech) -> int:
    """A block per rule on trial; 0 also when there is none."""
    with opened(options, speech) as desk:
        rulebook = desk.rulebook
        found = shadow(rulebook, _cases(desk), _since(options.since, rulebook.timezone))
    if not found:
        speech.say("没有规则在试行(没有哪条写着 mode: shadow)", "no rule is in shadow (none says mode: shadow)")
    for line in found:
        _say(line, rulebook, speech)
    speech.data([_as_data(line) for line in found])
    return 0


def _since(text: str | None, zone: str) -> datetime | None:
    if text is None:
        return None
    for form in FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            continue
    raise WrongUse(f"--since 要写日期,如 2026-11-16,不是“{text}”", f"--since takes a date, as 2026-11-16, not {text!r}")


def _cases(desk: Opened) -> Iterator[Trial]:
    """Every case, page by page."""
    directory, last = desk.stores.directory, None
    while page := directory.cases(after=last, limit=PAGE):
        for case in page:
            yield Trial(case=case.id, journal=directory.journal(case.id), sent=directory.sent(case.id))
        last = page[-1].id


def _say(line: ShadowLine, rulebook: Rulebook, speech: Speech) -> None:
    place = f"{line.span.file}:{line.span.line}"
    speech.say(
        f"{KINDS[line.kind][0]}『{line.label}』({line.name})  {place}", f"{KINDS[line.kind][1]} “{line.name}” ({line.label})  {place}"
    )
    if not line.fired:
        speech.say("  还没有触发过:时间不够,或永远不会触发", "  has not fired yet: too early, or it never will")
    else:
        _say_counts(line, rulebook, speech)
    speech.say(
        f"  转正:把 {place} 起那一条里的 mode: shadow 改成 mode: live",
        f"  to go live: in the rule at {place}, change mode: shadow to mode: live",
    )
    speech.line()


def _say_counts(line: ShadowLine, rulebook: Rulebook, speech: Speech) -> None:
    speech.say(
        f"  触发 {line.fired} 次,本来会发出 {sum(line.would.values())} 件",
        f"  fired {line.fired} times, {sum(line.would.values())} would have left",
    )
    for (how, to), number in line.would.items():
        hours = " ".join(f"{hour:02}h×{count}" for (whom, hour), count in line.hours.items() if whom == to)
        speech.line(f"    {number:>5}  {_channel(how, speech)} → {_whom(to, rulebook, speech)}  {speech.of('按钟点', 'by hour')} {hours}")
    for name, number in line.begun.items():
        chain = rulebook.chains.get(name)
        shown = speech.of(chain.label, name) if chain else name
        speech.say(f"    {number:>5}  本来会启动或触发 {shown}", f"    {number:>5}  would have begun or raised {shown}")
    if line.cost is not None:
        speech.say(f"  费用约 {line.cost} 元(每条按一段算)", f"  about {line.cost} yuan (at one segment each)")
    if line.judged is not None:
        judged = line.judged
        wrong = "—" if judged.rate is None else f"{judged.rate:.1%}"
        speech.say(
            f"  记超时 {judged.late} 次:后来更正 {judged.corrected},撤回 {judged.withdrawn};误报率 {wrong}",
            f"  late {judged.late} times: corrected {judged.corrected}, withdrawn {judged.withdrawn}; regret {wrong}",
        )
    days = "  ".join(f"{day:%m-%d}×{number}" for day, number in line.days.items())
    speech.say(f"  每天:{days}", f"  per day: {days}")
    for example in line.examples:
        at = speech.time(example.at, rulebook.timezone)
        speech.say(f"  例:{example.case}  {at}  {example.what}", f"  for example {example.case}  {at}  {example.what}")


def _channel(how: str, speech: Speech) -> str:
    return {"task": speech.of("待办", "task"), "command": speech.of("指令", "command"), "mail": speech.of("开单", "open")}.get(how, how)


def _whom(to: str, rulebook: Rulebook, speech: Speech) -> str:
    role = rulebook.contacts.roles.get(to)
    if role is not None:
        return speech.of(role.label, to)
    return speech.of("客户", "customer") if to else "—"


def _as_data(line: ShadowLine) -> dict[str, object]:
    return {
        "kind": line.kind, "name": line.name, "label": line.label, "place": str(line.span), "fired": line.fired,
        "would": [{"how": how, "to": to, "number": number} for (how, to), number in line.would.items()],
        "begun": dict(line.begun), "cost": None if line.cost is None else str(line.cost),
        "hours": [{"to": to, "hour": hour, "number": number} for (to, hour), number in line.hours.items()],
        "days": {day.isoformat(): number for day, number in line.days.items()},
        "late": line.judged.late if line.judged else 0, "corrected": line.judged.corrected if line.judged else 0,
        "withdrawn": line.judged.withdrawn if line.judged else 0,
        "examples": [{"case": one.case, "at": one.at.isoformat(), "what": one.what} for one in line.examples],
    }  # fmt: skip
