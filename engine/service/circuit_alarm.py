"""A provider is shut: who is told? One alarm on the work list per breaker, so that a working fallback hides no broken provider."""

from datetime import datetime
from zoneinfo import ZoneInfo

from engine.model.escalation import LAST_RESORT
from engine.model.rulebook import Rulebook
from engine.ports.attempts import Circuit, CircuitState
from engine.ports.worklist import Task, TaskStatus, Worklist
from engine.service.brake import ALARM
from engine.service.counters import Counters

CIRCUIT = "circuit/"


def announce(counters: Counters, worklist: Worklist, rulebook: Rulebook, now: datetime) -> None:
    """An alarm per opening, once; it is taken back when the provider works again (unless somebody holds it: then when it is let go)."""
    broken = [one for one in counters.shut().values() if one.state is CircuitState.OPEN]
    tasks = {task.id: task for task in (_alarm(one, counters, rulebook, now) for one in broken)}
    shown = {task.id for task in worklist.tasks(status=(TaskStatus.OPEN,), role=LAST_RESORT, case="", limit=1000)}
    for task_id in [one for one in shown if one.startswith(CIRCUIT) and one not in tasks]:
        worklist.withdraw(task_id, "channel_back", now)
    for task in tasks.values():
        if task.id not in shown:
            worklist.add(task)


def _alarm(circuit: Circuit, counters: Counters, rulebook: Rulebook, now: datetime) -> Task:
    declared = rulebook.connections.get(circuit.connection)
    label = declared.label if declared is not None else circuit.connection
    why = "没有应答" if circuit.reason in ("no_answer", "no_connection", "busy") else "账号、签名、模板或余额被拒"
    route = counters.route(counters.channel_of(circuit.connection))
    spare = next((name for name in route if name != circuit.connection and name not in counters.shut()), None)
    then = f"已改走“{spare}”" if spare else "有备用渠道的消息已改走备用渠道,其余等它恢复"
    text = f"“{label}”自{circuit.since.astimezone(ZoneInfo(rulebook.timezone)):%m-%d %H:%M}起停发:{why}({circuit.reason})。{then}。请联系服务商。"
    return Task(
        id=f"{CIRCUIT}{circuit.connection}/{circuit.since.isoformat()}", case="", workflow="", kind=ALARM, role=LAST_RESORT, text=text,
        created_at=now,
    )  # fmt: skip
