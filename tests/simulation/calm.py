"""What happens when the storm is over? Clocks are right, what is owed comes in, people do their work, and in the end all is closed."""

from datetime import timedelta

from tests.simulation.hands import resume_all
from tests.simulation.model import tell
from tests.simulation.steps import beat, finish, post, settle_doubt, tidy
from tests.simulation.storm import Storm

CALM_BEATS = 36
CLOSED_AT = 4
"""The beat of the calm at which what still runs is cancelled."""


def calm(world: Storm) -> None:
    """The storm is over: clocks are right, the provider works, everything owed is handed in, people do their work."""
    world.faults.disarm()
    world.sms.mood, world.sms.can_be_asked = "accepts", True
    for daemon in world.daemons:
        daemon.clock.skew = timedelta(0)
        daemon.die()
    world.let_pass(timedelta(hours=1))
    for daemon in world.daemons:
        daemon.live()
    for daemon in world.daemons:
        daemon.ask(lambda running: running.follow_rules())
    if any(one.connection == "main" and one.state.value == "paused" for one in world.inspector.providers.circuits()):
        world.daemons[0].ask(lambda running: running.providers.resume("main", by="ann", why="over"))
    world.daemons[0].ask(lambda running: running.post.channel_back("sms", running.now()))


def calm_beat(world: Storm, nth: int) -> None:
    """Five minutes of it; at the end nobody rings any more of what is new."""
    world.step += 1
    while world.sms.waiting:
        world.push(0, world.daemons[0])
    owed = [one for one in world.envelopes.values() if not one.acknowledged]
    if owed:
        world.hand_in(owed, world.daemons[nth % 2])
    if nth == CLOSED_AT:
        _close_all(world)
    daemon = world.daemons[nth % 2]
    resume_all(world, daemon)
    beat(world, daemon)
    post(world, daemon)
    tidy(world, daemon)
    for _ in range(3):
        finish(world)
    for row in world.inspector.doubts.unknown(5):
        if world.true - row.effect.at > timedelta(hours=1):
            settle_doubt(world)
    world.let_pass(timedelta(minutes=3 if nth < CALM_BEATS // 2 else 15))


def _close_all(world: Storm) -> None:
    """What still runs is cancelled, so that the end can be judged."""
    for row in world.inspector.directory.cases(limit=100):
        if row.revision and not tell(world.inspector.store.load(row.id).history).final:
            world.write(row.id.partition(":")[2], "cancelled", world.true)
