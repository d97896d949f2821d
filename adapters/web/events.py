"""How does an event come in over HTTP? One or many, CloudEvents or plain JSON; 2xx only when it is durable."""

from collections.abc import Callable, Sequence

from adapters.signing import json_tree
from adapters.signing.json_tree import Tree, Unreadable
from adapters.web.call import Call, Refusal, Reply, problem_shape, refusal_of
from adapters.web.envelope import Reader, from_headers, read
from engine.service.desk import Answer, Desk, Incoming, Problem, Said

BATCH_MAX = 1000
STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
PLAIN = "application/json"
_STATUS = {Said.ACCEPTED: 202, Said.PARKED: 202, Said.DUPLICATE: 200, Said.CONFLICT: 409, Said.REFUSED: 400}
_GOOD = frozenset({Said.ACCEPTED, Said.PARKED, Said.DUPLICATE})


class Events:
    """POST /events. `counted` is told every answer."""

    def __init__(self, desk: Desk, *, simulated: bool, counted: Callable[[Said], None]) -> None:
        self._desk = desk
        self._simulated = simulated
        self._counted = counted

    def post(self, call: Call) -> Reply:
        """One object: its own status. A list: one verdict each, 202 all taken, 200 all known already, 207 mixed, 400 none."""
        rulebook = self._desk.rulebook()
        reader = Reader(workflows=rulebook.workflows, timezone=rulebook.timezone, simulated=self._simulated, who=call.who)
        tree = _tree(call)
        if isinstance(tree, list):
            if len(tree) > BATCH_MAX:
                raise Refusal(413, "too_many", f"一次最多 {BATCH_MAX} 条", f"at most {BATCH_MAX} events at once")
            return _batch(self._accept([read(item, reader) for item in tree]))
        (answer,) = self._accept([read(tree, reader)])
        return single(answer)

    def _accept(self, items: Sequence[Incoming | Problem]) -> list[Answer]:
        """The good ones in one transaction; the malformed ones keep their place in the answer."""
        good = [item for item in items if isinstance(item, Incoming)]
        answers = iter(self._desk.accept(good) if good else ())
        said = [Answer(Said.REFUSED, problems=(item,)) if isinstance(item, Problem) else next(answers) for item in items]
        for answer in said:
            self._counted(answer.said)
        return said


def single(answer: Answer) -> Reply:
    """The reply to one event."""
    status = _STATUS[answer.said]
    if answer.said is Said.REFUSED:
        raise refusal_of(answer.problems, status=status)
    if answer.said is Said.CONFLICT:
        zh, en = "同一来源、同一编号,内容却不同;已另存待查", "the same source and id with another body; kept apart for a person to see"
        raise Refusal(status, "conflict", zh, en, field="id", more=_shape(answer))
    return Reply(status=status, body=_shape(answer))


def _batch(answers: Sequence[Answer]) -> Reply:
    good = [answer for answer in answers if answer.said in _GOOD]
    if len(good) == len(answers):
        status = 200 if all(answer.said is Said.DUPLICATE for answer in answers) else 202
    else:
        status = 207 if good else 400
    return Reply(status=status, body=[_shape(answer) | {"status": _STATUS[answer.said]} for answer in answers])


def _shape(answer: Answer) -> dict[str, object]:
    shape: dict[str, object] = {"said": answer.said.value, answer.said.value: True}
    if answer.case_id is not None:
        shape["case"] = answer.case_id
    if answer.event_id:
        shape["event_id"] = answer.event_id
    if answer.opened:
        shape["opened"] = True
    if answer.problems:
        shape["problems"] = [problem_shape(problem) for problem in answer.problems]
    return shape


def _tree(call: Call) -> Tree:
    content_type = call.content_type
    if content_type not in (PLAIN, STRUCTURED, BATCH):
        raise Refusal(415, "content_type", f"请用 {PLAIN} 或 {STRUCTURED}", f"send {PLAIN}, {STRUCTURED} or {BATCH}", field="content-type")
    binary = content_type == PLAIN and "ce-specversion" in call.headers
    tree = json_body(call) if call.body or not binary else None
    if binary:
        return from_headers(call.headers, tree)
    if content_type == BATCH and not isinstance(tree, list):
        raise Refusal(400, "bad_json", "批量应是一个 JSON 数组", "a batch is a JSON array")
    if content_type == STRUCTURED and not (isinstance(tree, dict) and "specversion" in tree):
        raise Refusal(400, "bad_event", "缺少 specversion", "specversion is missing", field="specversion")
    return tree


def json_body(call: Call) -> Tree:
    """The body as a tree; 400 with the place if it is not JSON."""
    try:
        return json_tree.parse(call.body)
    except Unreadable as problem:
        raise Refusal(400, "bad_json", problem.zh, str(problem), field=problem.place) from None
