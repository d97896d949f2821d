"""How is an explanation handed to a program? The same answer as plain data, instants on the wall clock of a zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.model.condition import Check
from engine.model.explanation import Explanation, OnHold, Sum, Wait, Why
from engine.model.masks import mask_text
from engine.model.span import Span

Data = dict[str, object]


def data_of(found: Explanation, zone: str) -> Data:
    """`sentence`, `clauses`, `clock`, `place`, `will_fire_at` of every answer, `waits`, and the version that was asked."""
    wall = ZoneInfo(zone)
    return {
        "case": found.case,
        "at": found.at.astimezone(wall).isoformat(),
        "state": found.state,
        "version": found.rulebook,
        "remarks": list(found.remarks),
        "hold": _hold(found.hold, wall) if found.hold else None,
        "answers": [_answer(one, wall) for one in found.answers],
        "waits": [_wait(one, wall) for one in found.waits],
        "nearest": list(found.nearest),
    }


def _hold(hold: OnHold, zone: ZoneInfo) -> Data:
    return {"since": _time(hold.since, zone), "by": hold.by, "why": hold.why, "until": _time(hold.until, zone), "sentence": hold.sentence}


def _answer(why: Why, zone: ZoneInfo) -> Data:
    return {
        "kind": why.kind,
        "rule": why.rule,
        "stands": why.stands.value,
        "sentence": mask_text(why.sentence),
        "clauses": [_clause(one) for one in why.checks],
        "clock": _clock(why.clock, zone) if why.clock else None,
        "remarks": list(why.remarks),
        "place": say_place(why.place),
        "happened_at": _time(why.happened_at, zone),
        "will_fire_at": _time(why.will_fire_at, zone),
    }


def _clause(check: Check) -> Data:
    return {
        "what": check.subject,
        "word": check.word,
        "expected": check.expected,
        "seen": mask_text(check.seen),
        "answer": check.answer.value,
        "place": say_place(check.span),
    }


def _clock(found: Sum, zone: ZoneInfo) -> Data:
    return {
        "policy": found.policy,
        "number": found.number,
        "verdict": found.verdict,
        "started_at": _time(found.started_at, zone),
        "due": _time(found.due, zone),
        "goal_at": _time(found.goal_at, zone),
        "used_seconds": found.used_seconds,
        "goal_seconds": found.goal_seconds,
        "skipped": [{"since": _time(one.since, zone), "until": _time(one.until, zone), "why": one.why} for one in found.skipped],
    }


def _wait(wait: Wait, zone: ZoneInfo) -> Data:
    return {
        "what": wait.what,
        "until": _time(wait.until, zone),
        "then": wait.then,
        "rule": wait.rule,
        "place": say_place(wait.place),
    }


def _time(at: datetime | None, zone: ZoneInfo) -> str | None:
    return at.astimezone(zone).isoformat() if at else None


def say_place(span: Span | None) -> str:
    """`rules/sla.yaml:31`; empty for what no operator wrote."""
    return f"{span.file}:{span.line}" if span is not None and span.file else ""
