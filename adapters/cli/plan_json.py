"""How does a program read a rehearsal? The report as plain data (docs/plan.md)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.cli.plan_report import Gap, Report
from adapters.cli.plan_words import Words
from engine.reports.plan import Group, Plan
from engine.reports.plan_words import NOT_SIMULATED


def as_data(report: Report, words: Words) -> dict[str, object]:
    """Everything the prompt says, in the same order."""
    history, opened, speech = report.history, report.open, words.speech
    zone = words.new.timezone
    return {
        "cases": report.plan.cases,
        "changed_cases": report.plan.changed,
        "headline": words.headline(report.plan, report.window(speech), opened.at_once if opened else None),
        "from": _iso((history.since or history.first) if history else None, zone),
        "until": _iso(history.until if history else None, zone),
        "sample": history.share if history else None,
        "events": history.events if history else 0,
        **_plan(report.plan, zone),
        "open": None
        if opened is None
        else {
            "at": _iso(opened.at, zone),
            "cases": opened.cases,
            "fire_at_once": opened.at_once,
            "adopt_later": list(opened.later),
            "nowhere_to_go": opened.homeless,
            "nowhere_to_go_cases": list(opened.homeless_examples),
            **_plan(opened.plan, zone),
        },
        "coverage": {
            "blank_fields": [
                {"field": gap.name, "blank": gap.blank, "cases": gap.cases, "only_new": gap.new} for gap in report.coverage.fields
            ],
            "events_never_seen": _gaps("event", report.coverage.events),
            "policies_never_run": _gaps("policy", report.coverage.policies),
        },
        "not_simulated": [speech.of(*one) for one in NOT_SIMULATED],
        "problems": [
            {"file": file, "line": line, "message": speech.of(zh, en)} for file, line, zh, en in (history.problems if history else ())
        ],
    }


def _plan(plan: Plan, zone: str) -> dict[str, object]:
    return {
        "saved_cases": plan.saved,
        "broken_cases": plan.broken,
        "deeds": [{"kind": kind, "channel": channel, "more": one.more, "less": one.less} for (kind, channel), one in plan.deeds.items()],
        "moved": plan.moved,
        "texts": plan.texts,
        "cost": {"old": str(plan.cost_old), "new": str(plan.cost_new), "change": str(plan.cost_new - plan.cost_old)},
        "verdicts": {
            policy: {name: {"old": old, "new": new} for name, (old, new) in found.items()} for policy, found in plan.verdicts.items()
        },
        "differences": [_group(one, zone) for one in plan.groups],
    }


def _group(one: Group, zone: str) -> dict[str, object]:
    line = one.line
    return {
        "rule": {"kind": line.rule.kind, "name": line.rule.name},
        "change": line.change.value,
        "kind": line.kind,
        "what": line.what,
        "to": line.to,
        "channel": line.channel,
        "before": line.before,
        "after": line.after,
        "count": one.count,
        "examples": [{"case": each.case, "old": _iso(each.old, zone), "new": _iso(each.new, zone)} for each in one.examples],
    }


def _gaps(name: str, gaps: tuple[Gap, ...]) -> list[dict[str, object]]:
    return [{name: gap.name, "only_new": gap.new} for gap in gaps]


def _iso(at: datetime | None, zone: str) -> str | None:
    return None if at is None else at.astimezone(ZoneInfo(zone)).isoformat()
