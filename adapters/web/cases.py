"""What stands in the books? Lists of cases, and one case with its timeline, reasons, messages and open tasks."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from adapters.web import shapes
from adapters.web.call import Call, Refusal, Reply
from engine.core.why_data import data_of
from engine.ports.directory import CaseRow
from engine.service.desk import Desk

LIMIT_DEFAULT = 100
LIMIT_MAX = 500
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def zone_of(desk: Desk) -> tzinfo:
    """The rulebook's time zone."""
    return ZoneInfo(desk.rulebook().timezone)


def find_case(desk: Desk, text: str) -> CaseRow:
    """By id, else by a name only one case bears. Raises Refusal 404 or 409."""
    found = desk.directory.find(text)
    exact = [row for row in found if row.id == text]
    if len(exact) == 1:
        return exact[0]
    if not found:
        raise Refusal(404, "unknown_case", "没有这一单", "no such case", field="id")
    if len(found) > 1:
        ids = [row.id for row in found]
        raise Refusal(
            409, "ambiguous", "这个号码有多单,请写明单号", "several cases bear this name; give the id", field="id", more={"cases": ids}
        )
    return found[0]


class Cases:
    """GET /cases, GET /cases/{id}, GET /cases/{id}/explain."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listed(self, call: Call) -> Reply:
        """A page in order of id, or what `q` finds."""
        zone = zone_of(self._desk)
        if call.query.get("q"):
            rows = self._desk.directory.find(call.query["q"])[:LIMIT_MAX]
            return Reply(body={"cases": [shapes.case_shape(row, zone) for row in rows], "next": None})
        limit = _limit(call)
        rows = self._desk.directory.cases(
            workflow=call.query.get("workflow") or None,
            state=call.query.get("state") or None,
            late=_yes_no(call, "late"),
            final=_yes_no(call, "final"),
            after=call.query.get("after") or None,
            limit=limit,
        )
        following = rows[-1].id if len(rows) == limit else None
        return Reply(body={"cases": [shapes.case_shape(row, zone) for row in rows], "next": following})

    def one(self, call: Call) -> Reply:
        """Everything about one case, personal values masked."""
        row = find_case(self._desk, call.params["id"])
        zone = zone_of(self._desk)
        directory = self._desk.directory
        workflow = self._desk.rulebook().workflows.get(row.workflow)
        rule = call.query.get("rule") or None
        body = shapes.case_shape(row, zone) | {
            "personal": shapes.personal_shape(directory.private(row.id), workflow),
            "timeline": [shapes.journal_shape(each, zone) for each in directory.journal(row.id)],
            "reasons": shapes.reasons_shape(self._desk.explain(row.id, rule=rule, lang=call.lang), zone),
            "messages": [shapes.sent_shape(each, zone) for each in directory.sent(row.id)],
            "waiting": [shapes.waiting_shape(each, zone) for each in self._desk.waiting(row.id)],
            "tasks": [shapes.task_shape(each, zone) for each in self._desk.tasks(case=row.id)],
            "hold": data_of(self._desk.why(row.id, lang=call.lang), self._desk.rulebook().timezone)["hold"],
        }
        if workflow is not None and row.state in workflow.states:
            body["state_label"] = workflow.states[row.state].label
        return Reply(body=body)

    def explained(self, call: Call) -> Reply:
        """Why, and why not: of one rule, or only what the case waits for; now, or as it stood at `at`."""
        row = find_case(self._desk, call.params["id"])
        rule = call.query.get("rule") or None
        found = self._desk.why(row.id, rule=rule, lang=call.lang, at=_instant(call))
        if rule is not None and found.state and not found.answers:
            near = list(found.nearest)
            raise Refusal(404, "unknown_rule", f"没有叫“{rule}”的规则", f"no rule is called {rule!r}", field="rule", more={"nearest": near})
        return Reply(body=data_of(found, self._desk.rulebook().timezone))


def _instant(call: Call) -> datetime | None:
    text = call.query.get("at", "")
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))  # A plus sign that nobody escaped arrives as a blank.
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Refusal(
        400,
        "bad_query",
        "at 写成带时区的时间,如 2026-11-23T15:00:00+08:00",
        "at is a time with an offset: 2026-11-23T15:00:00+08:00",
        field="at",
    )


def _limit(call: Call) -> int:
    text = call.query.get("limit", str(LIMIT_DEFAULT))
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= LIMIT_MAX):
        raise Refusal(
            400, "bad_query", f"limit 是 1 到 {LIMIT_MAX} 的整数", f"limit is a whole number from 1 to {LIMIT_MAX}", field="limit"
        )
    return int(text)


def _yes_no(call: Call, name: str) -> bool | None:
    text = call.query.get(name, "")
    if not text:
        return None
    if text.lower() not in _YES_NO:
        raise Refusal(400, "bad_query", f"{name} 写 yes 或 no", f"{name} is yes or no", field=name)
    return _YES_NO[text.lower()]
