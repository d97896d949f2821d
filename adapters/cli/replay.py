"""What do old histories come to under these rules? Every case replayed, over several processes, into a summary and a file."""

import argparse
import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.cli.options import add_history_options, the_histories
from adapters.cli.pool import replayed
from adapters.cli.rules import load
from adapters.cli.speech import NotFine, Speech, WrongUse
from adapters.cli.times import read_time
from adapters.clock import SystemClock
from adapters.files.history import Problem, belonging, read_history
from engine.model.rulebook import Rulebook
from engine.service.replay import CaseOutcome, OldCase, OldEvent, group

PROBLEMS_SHOWN_MAX = 20


@dataclass(slots=True)
class Summary:
    """Counts over all cases."""

    cases: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    policies: dict[str, Counter[str]] = field(default_factory=dict)
    messages: Counter[str] = field(default_factory=Counter)
    unknown_events: int = 0
    parked: int = 0

    def take(self, one: CaseOutcome) -> None:
        """Count one case."""
        self.cases += 1
        self.states[one.state] += 1
        self.outcomes.update(one.outcomes)
        self.messages.update(one.messages)
        self.unknown_events += one.unknown_events
        self.parked += one.parked
        for name, view in one.policies.items():
            self.policies.setdefault(name, Counter())[view.verdict.value] += 1


def arguments(parser: argparse.ArgumentParser, speech: Speech) -> None:
    """`replay FILE ...`."""
    add_history_options(parser, speech)
    parser.add_argument("--out", metavar="RESULT", help=speech.of("每张单一行结果,写到这个文件", "one line per case goes to this file"))
    parser.add_argument(
        "--until", metavar="TIME", help=speech.of("走到什么时候为止(默认最后一件事的时刻)", "replay until then (default: the last event)")
    )


def run(options: argparse.Namespace, speech: Speech) -> int:
    """Read, replay, count. Lines that cannot be read are listed and left out; 1 if nothing is left."""
    clock = SystemClock()
    begun = clock.monotonic()
    if options.jobs < 1:
        raise WrongUse("--jobs 至少 1", "--jobs is at least 1")
    files = the_histories(options)
    loaded = load(options.rules, speech)
    rulebook = loaded.rulebook
    events, problems = read_events(files, rulebook)
    tell_problems(problems, speech)
    if not events:
        raise NotFine("没有可回放的事件", "there is no event to replay")
    until = read_time(options.until, rulebook.timezone) if options.until else max(one.received_at for one in events)
    cases = group(events, lambda one: one.workflow)
    summary = Summary()
    outcomes = replayed(rulebook, cases, until, options.jobs, speech)
    _write(Path(options.out) if options.out else None, _counted(outcomes, summary), ZoneInfo(rulebook.timezone))
    seconds = clock.monotonic() - begun
    speech.data(_data(summary, len(events), seconds, problems, speech))
    _tell(summary, cases, len(events), seconds, rulebook, speech)
    return 0


def read_events(files: Sequence[str], rulebook: Rulebook) -> tuple[list[OldEvent], list[Problem]]:
    """Events of this rulebook's workflows, and what was left out."""
    read, problems = read_history(files, rulebook.timezone)
    events, stray = belonging(read, {name: workflow.events.keys() for name, workflow in rulebook.workflows.items()})
    problems += [
        (
            "",
            one.line,
            f"“{one.workflow}”不是流程,也没有流程登记了事件“{one.event}”",
            f"{one.workflow} is no workflow, and none declares {one.event}",
        )
        for one in stray
    ]
    return events, problems


def _counted(outcomes: Iterator[CaseOutcome], summary: Summary) -> Iterator[CaseOutcome]:
    for one in outcomes:
        summary.take(one)
        yield one


def _write(path: Path | None, outcomes: Iterator[CaseOutcome], zone: ZoneInfo) -> None:
    """One line per case in order of first appearance; beside the file first, so that it is whole or not there."""
    if path is None:
        for _ in outcomes:
            pass
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("w", encoding="utf-8") as out:
            for one in outcomes:
                out.write(json.dumps(_line(one, zone), ensure_ascii=False) + "\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _line(one: CaseOutcome, zone: ZoneInfo) -> dict[str, object]:
    policies = {
        name: {"verdict": view.verdict.value, "due": _iso(view.due, zone), "stopped_at": _iso(view.stopped_at, zone)}
        for name, view in one.policies.items()
    }
    return {"case": one.case, "workflow": one.workflow, "state": one.state, "policies": policies}


def _iso(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat()


def _data(summary: Summary, events: int, seconds: float, problems: Sequence[Problem], speech: Speech) -> dict[str, object]:
    return {
        "cases": summary.cases,
        "events": events,
        "outcomes": dict(summary.outcomes.most_common()),
        "states": dict(summary.states.most_common()),
        "policies": {name: dict(verdicts.most_common()) for name, verdicts in sorted(summary.policies.items())},
        "messages": dict(summary.messages.most_common()),
        "unknown_events": summary.unknown_events,
        "seconds": round(seconds, 3),
        "problems": [{"file": file, "line": line, "message": speech.of(zh, en)} for file, line, zh, en in problems],
    }


def tell_problems(problems: Sequence[Problem], speech: Speech) -> None:
    """Lines that could not be read, the first of them, on standard error."""
    for file, line, zh, en in problems[:PROBLEMS_SHOWN_MAX]:
        place = ":".join(str(part) for part in (file, line) if part)
        speech.warn(f"{place} {zh}", f"{place} {en}")
    if len(problems) > PROBLEMS_SHOWN_MAX:
        left = len(problems) - PROBLEMS_SHOWN_MAX
        speech.warn(f"……另有 {left} 处", f"... and {left} more")


def _tell(summary: Summary, cases: Sequence[OldCase], events: int, seconds: float, rulebook: Rulebook, speech: Speech) -> None:
    labels = {state.name: state.label for name in {one.workflow for one in cases} for state in rulebook.workflows[name].states.values()}
    opened = speech.of("没有建单", "never opened")
    speech.table(
        [speech.of("状态", "state"), speech.of("单数", "cases")],
        [(f"{name} {labels.get(name, '')}" if name else opened, str(count)) for name, count in summary.states.most_common()],
    )
    speech.line()
    verdicts = list(dict.fromkeys(verdict for counts in summary.policies.values() for verdict in counts))
    if verdicts:
        rows = [
            (f"{name} {rulebook.policies[name].label}", *(str(counts[one]) for one in verdicts))
            for name, counts in sorted(summary.policies.items())
        ]
        speech.table([speech.of("时效", "policy"), *verdicts], rows)
        speech.line()
    if summary.messages:
        speech.table(
            [speech.of("消息", "message"), speech.of("次数", "times")],
            [(name, str(count)) for name, count in summary.messages.most_common()],
        )
        speech.line()
    rate = events / seconds if seconds else 0
    speech.say(
        f"{summary.cases} 张单,{events} 件事,{summary.unknown_events} 件不认识,{summary.parked} 件曾待认领;{seconds:.1f} 秒(每秒 {rate:,.0f} 件)",
        f"{summary.cases} cases, {events} events, {summary.unknown_events} unknown, {summary.parked} parked for a while; "
        f"{seconds:.1f} s ({rate:,.0f} events a second)",
    )
