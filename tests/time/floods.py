"""How does too much come in at once, and what was said of it?"""

from engine.ports.worklist import Task, TaskStatus
from engine.service import hands
from tests.time.world import World


def flood(world: World, count: int, *, start: int = 0, **data: str) -> World:
    """So many cases, one a minute from 09:00 on; each is late an hour after it came."""
    for number in range(start, start + count):
        world.hear("created", f"11-23 09:{number:02}", case=f"T{number}", **data)
    return world


def alarms(world: World, *, all_of_them: bool = False) -> list[Task]:
    status = () if all_of_them else (TaskStatus.OPEN, TaskStatus.CLAIMED)
    return [task for task in world.stores.worklist.tasks(status=status) if task.kind == "alarm"]


def finish(world: World, task: Task, result: str = "", note: str = "") -> str:
    done = hands.finish(world.stores, world.simulation.library.rulebook, task.id, "ann", world.simulation.now, result=result, note=note)
    world.simulation.settle()
    return done.said


def told(world: World, case: str) -> list[str]:
    """`MM-DD HH:MM note subject detail` of the notes of manners, without the instants in them."""
    kinds = ("held", "suppressed", "grouped", "released")
    lines = []
    for kind in kinds:
        for line, detail in zip(world.notes(kind, case), world.details(kind, case), strict=True):
            day, clock, subject = line.split(" ", 2)
            lines.append(f"{day} {clock} {kind} {subject} {'' if kind == 'grouped' else detail.partition(' ')[0]}".strip())
    return lines


def calls(world: World) -> list[Task]:
    return [task for task in world.stores.worklist.tasks(status=(TaskStatus.OPEN,)) if task.kind == "call"]
