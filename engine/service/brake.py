"""A rule storms: who is asked, what with, and what then? One incident per braking, on the work list of the last resort."""

from collections.abc import Sequence
from datetime import datetime

from engine.model.escalation import LAST_RESORT
from engine.model.rulebook import Rulebook
from engine.ports.outbox import OutboxStatus, Pile, Post, Settlement
from engine.ports.worklist import Task, TaskStatus, Worklist
from engine.service.manners import BRAKE, rule_cap
from engine.service.papers import suppressed

ALARM = "alarm"
"""Kind of a task that is of no case."""
INCIDENT = "brake/"
RELEASE, DROP = "release", "drop"
DROPPED_AT_ONCE = 200

_OPEN = (TaskStatus.OPEN, TaskStatus.CLAIMED)


def watch(post: Post, worklist: Worklist, rulebook: Rulebook, now: datetime) -> int:
    """Every pile has one open incident that says how much waits; an incident whose pile is gone closes. Answers how many piles."""
    piles = {pile.key.removeprefix(BRAKE): pile for pile in post.piles(BRAKE)}
    incidents = {rule_of_incident(task): task for task in _incidents(worklist)}
    for rule, pile in piles.items():
        text, task = _text(rulebook, rule, pile), incidents.get(rule)
        if task is None:
            worklist.add(_incident(rule, text, now))
        elif task.text != text:
            worklist.reword(task.id, text)
    for rule in incidents.keys() - piles.keys():
        worklist.withdraw(incidents[rule].id, "nothing_held", now)
    return len(piles)


def carry_out(post: Post, rulebook: Rulebook, task: Task, result: str, now: datetime) -> int:
    """What the person decided: send it all, at the rate the rule may have, or none of it. Doing it twice does nothing more."""
    key = f"{BRAKE}{rule_of_incident(task)}"
    if result == RELEASE:
        cap = rule_cap(rulebook)
        return post.let_go(key, now, seconds_apart=cap.seconds / cap.count)
    dropped = 0
    while rows := post.waiting(key, DROPPED_AT_ONCE):
        for row in rows:
            told = (suppressed(row.effect, "brake", now),)
            post.settle(Settlement(effect_id=row.effect.id, status=OutboxStatus.DROPPED, error="brake", reports=told), now)
        dropped += len(rows)
    return dropped


def rule_of_incident(task: Task) -> str:
    """`message/NAME` or `chain/NAME`."""
    return task.id.removeprefix(INCIDENT).rpartition("/")[0]


def _incidents(worklist: Worklist) -> Sequence[Task]:
    found = worklist.tasks(status=_OPEN, role=LAST_RESORT, case="", limit=1000)
    return [task for task in found if task.kind == ALARM and task.id.startswith(INCIDENT)]


def _incident(rule: str, text: str, now: datetime) -> Task:
    return Task(
        id=f"{INCIDENT}{rule}/{now.isoformat()}", case="", workflow="", kind=ALARM, role=LAST_RESORT, text=text, asks=(RELEASE, DROP),
        created_at=now,
    )  # fmt: skip


def _text(rulebook: Rulebook, rule: str, pile: Pile) -> str:
    kind, _, name = rule.partition("/")
    found = rulebook.chains.get(name) if kind == "chain" else rulebook.messages.get(name)
    what = f"{'升级链' if kind == 'chain' else '消息'}“{found.label if found else name}”"
    cap = rule_cap(rulebook)
    minutes = f"{cap.seconds // 60}分钟"
    more = "等" if pile.count > len(pile.cases) else ""
    return (
        f"{what}发得反常地多({minutes}内超过{cap.count}条),已停发,压下{pile.count}条:{'、'.join(pile.cases)}{more}。"
        f"请选:{RELEASE}(放行,按{minutes}{cap.count}条慢慢发)或 {DROP}(这些都不发)。"
    )
