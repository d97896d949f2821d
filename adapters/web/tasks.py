"""What is there for a person to do? The work list: see it, claim, finish once; acknowledge a chain."""

import logging
from collections.abc import Mapping
from datetime import tzinfo

from adapters.signing.json_tree import Tree
from adapters.web import events, shapes
from adapters.web.call import Call, Refusal, Reply, refusal_of
from adapters.web.cases import find_case, zone_of
from adapters.web.envelope import NAME_CHARS_MAX, fields_or_problem
from engine.ports.worklist import Task
from engine.service.desk import Desk, FinishAnswer, Problem

NOTE_CHARS_MAX = 2000
_LOG = logging.getLogger("waybill.tasks")


class Tasks:
    """GET /tasks, POST /tasks/{id}/claim, POST /tasks/{id}/finish, POST /cases/{id}/acknowledge."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listed(self, call: Call) -> Reply:
        """Open and claimed ones; `all=yes` the finished and withdrawn too."""
        all_states = call.query.get("all", "no").lower() in ("yes", "true", "1")
        found = self._desk.tasks(role=call.query.get("role") or None, case=call.query.get("case") or None, all_states=all_states)
        zone = zone_of(self._desk)
        return Reply(body={"tasks": [shapes.task_shape(task, zone) for task in found]})

    def claim(self, call: Call) -> Reply:
        """Take it; the answer shows script and number in full. Claiming one's own again extends the claim."""
        task_id, by = call.params["id"], who_acts(call, object_of(call))
        task = self._desk.claim(task_id, by)
        if task is None:
            known = self._known(task_id)
            if known is None:
                raise Refusal(404, "unknown_task", "没有这个任务", "no such task", field="id")
            raise Refusal(
                409, "taken", "已被认领或已结束", "somebody holds it, or it is over", more={"task": shapes.task_shape(known, self._zone())}
            )
        # Showing a number is a named act: who saw whose, never the number itself.
        _LOG.info("task shown in full", extra={"task": task.id, "by": by, "kind_of_task": task.kind})
        return Reply(body={"task": shapes.task_shape(task, self._zone(), in_full=True)})

    def finish(self, call: Call) -> Reply:
        """By one of its events or results, or by a note. A second finisher gets 409 with the first one's result."""
        said = object_of(call)
        data = fields_or_problem(said.get("data"), "data")
        if isinstance(data, Problem):
            raise refusal_of([data])
        result, note = text_in(said, "result", NAME_CHARS_MAX), text_in(said, "note", NOTE_CHARS_MAX)
        answer = self._desk.finish(call.params["id"], who_acts(call, said), result=result, note=note, data=data)
        return _finished(answer, self._zone())

    def acknowledge(self, call: Call) -> Reply:
        """已知晓: the chain waits, then goes on."""
        said = object_of(call)
        chain = text_in(said, "chain", NAME_CHARS_MAX)
        if not chain:
            raise Refusal(400, "missing", "缺少 chain", "chain is missing", field="chain")
        row = find_case(self._desk, call.params["id"])
        return events.single(self._desk.acknowledge(row.id, chain, who_acts(call, said)))

    def _zone(self) -> tzinfo:
        return zone_of(self._desk)

    def _known(self, task_id: str) -> Task | None:
        # A task's id is `case/revision/ordinal`.
        case = task_id.rsplit("/", 2)[0]
        return next((task for task in self._desk.tasks(case=case, all_states=True) if task.id == task_id), None)


def _finished(answer: FinishAnswer, zone: tzinfo) -> Reply:
    task = shapes.task_shape(answer.task, zone) if answer.task else None
    match answer.said:
        case "finished":
            return Reply(body={"finished": True, "task": task})
        case "already":
            raise Refusal(409, "already", "已有人办结,以先办的为准", "finished already; the first result stands", more={"task": task})
        case "not_yours":
            raise Refusal(409, "not_yours", "由别人认领着", "somebody else holds it", more={"task": task})
        case "unknown":
            raise Refusal(404, "unknown_task", "没有这个任务", "no such task", field="id")
        case _:
            raise refusal_of(answer.problems)


def object_of(call: Call) -> Mapping[str, Tree]:
    """The JSON object of the body; an empty body is an empty one. Raises Refusal 400."""
    if not call.body:
        return {}
    said = events.json_body(call)
    if not isinstance(said, dict):
        raise Refusal(400, "bad_json", "应是一个 JSON 对象", "a JSON object is expected")
    return said


def who_acts(call: Call, said: Mapping[str, Tree]) -> str:
    """A desk's own system holds one token for many people and says who; else the token's holder acts."""
    by = text_in(said, "by", NAME_CHARS_MAX) or call.who
    if not by:
        raise Refusal(400, "missing", "缺少 by(谁办的)", "by is missing: who acts", field="by")
    return by


def text_in(said: Mapping[str, Tree], name: str, chars_max: int) -> str:
    """A text of it, stripped; empty if absent. Raises Refusal 400."""
    value = said.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > chars_max:
        raise Refusal(
            400, "bad_field", f"{name} 应是文本,最多 {chars_max} 字", f"{name} is text of at most {chars_max} characters", field=name
        )
    return value.strip()
