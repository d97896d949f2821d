"""What may befall the desk next? One small step each, drawn by weight."""

from collections.abc import Callable
from datetime import timedelta

from adapters.sql import fence
from adapters.sql.fence import WHY, held_back
from engine.model.receipt import Verdict
from engine.ports.worklist import TaskStatus
from engine.service.running import Running
from tests.simulation import parcels
from tests.simulation.hands import hold as hold_case
from tests.simulation.hands import hold_at, put_on_hold, send_again
from tests.simulation.hands import resume as resume_case
from tests.simulation.held import WITHOUT_END
from tests.simulation.providers import MOODS
from tests.simulation.storm import BEAT_SECONDS, SKEW_SECONDS_MAX, Daemon, Storm
from tests.simulation.weather import LOOKED_AT

PARCELS_MAX = 8
WAITS = (1, 5, 30, 61, 300, 600, 1799, 1800, 3599, 3600, 3601, 7200)
OCCURRED = (0, 0, 0, 0, -1, -60, -600, -3600, -7200, -10_000, 300, 3000)
"""Seconds from now at which an event happened: mostly now, often late, sometimes from the future."""
NEXT = {
    "waiting": ("collected", "collected", "reached", "cancelled", "nag", "signed"),
    "moving": ("reached", "failed", "failed", "signed", "collected", "nag"),
    "arrived": ("signed", "failed", "collected", "cancelled"),
    "trouble": ("found", "found", "signed", "reached"),
    "done": ("failed", "reached", "signed", "nag"),
    "cancelled": ("collected", "signed"),
}


def order(world: Storm) -> None:
    """A parcel is ordered, or its order is still under way when its first scan comes."""
    if world.parcels >= PARCELS_MAX:
        return scan(world)
    world.parcels += 1
    no = f"P{world.parcels}"
    one = world.write(no, "ordered", world.true - timedelta(seconds=world.chance.choice((0, 0, 5, 120))))
    if world.chance.random() < 0.8:
        return world.hand_in([one], world.a_daemon())
    early = world.write(no, "collected", world.true)
    return world.hand_in([early], world.a_daemon())


def scan(world: Storm) -> None:
    """The next scan of a parcel, or another; it is handed in at once, or lies about for a while."""
    if not world.parcels:
        return order(world)
    no = f"P{world.chance.randint(1, world.parcels)}"
    found = world.inspector.directory.find(no)
    state = found[0].state if found else "waiting"
    event = world.chance.choice(NEXT.get(state) or NEXT["waiting"])
    occurred = world.true + timedelta(seconds=world.chance.choice(OCCURRED))
    if found and world.chance.random() < 0.15:
        occurred = _at_the_due_instant(world, found[0].id) or occurred
    one = world.write(no, event, occurred)
    if world.chance.random() < 0.75:
        return world.hand_in([one], world.a_daemon())
    return world.say(f"{one.incoming.id} {event} {no} lies about")


def _at_the_due_instant(world: Storm, case: str) -> object:
    """At the very instant at which a clock of it is due, if that is not far off."""
    for view in world.inspector.directory.find(case)[0].clocks:
        if view.due is not None and view.stopped_at is None and abs(view.due - world.true) < timedelta(hours=3):
            world.true = max(world.true, view.due)
            return view.due
    return None


def deliver(world: Storm) -> None:
    """Some of what lies about comes in, in any order, often together."""
    owed = [one for one in world.envelopes.values() if not one.acknowledged]
    if owed:
        batch = world.chance.sample(owed, min(len(owed), world.chance.choice((1, 1, 2, 6))))
        world.hand_in(batch, world.a_daemon())


def again(world: Storm) -> None:
    """A feed repeats itself, to either daemon."""
    known = [one for one in world.envelopes.values() if one.acknowledged]
    if known:
        world.hand_in([world.chance.choice(known) for _ in range(world.chance.choice((1, 2)))], world.a_daemon())


def correct(world: Storm) -> None:
    """A person takes back what was scanned last."""
    acknowledged = [one.incoming for one in world.envelopes.values() if one.acknowledged and one.incoming.event in parcels.DECLARED[1:]]
    if acknowledged:
        wrong = world.chance.choice(acknowledged)
        one = world.write(str(wrong.data["no"]), "retracted", world.true, extra={"retracts": wrong.event})
        world.hand_in([one], world.a_daemon())


def wait(world: Storm) -> None:
    seconds = world.chance.choice(WAITS)
    world.let_pass(timedelta(seconds=seconds))
    world.say(f"{seconds} s pass")


def to_the_next_bell(world: Storm) -> None:
    """Time stands at the next due instant, or just before it; a hold without an end has none."""
    due = world.inspector.bells.next_due()
    if due is not None and world.true < due < WITHOUT_END:
        world.true = due - timedelta(milliseconds=world.chance.choice((0, 0, 1)))
    beat(world)


def beat(world: Storm, one: Daemon | None = None) -> None:
    daemon = one or world.a_daemon()
    done = daemon.ask(lambda running: running.beat(running.clock.monotonic() + BEAT_SECONDS))
    world.say(f"{daemon.name} beats -> {done}")


def post(world: Storm, one: Daemon | None = None) -> None:
    daemon = one or world.a_daemon()
    daemon.ask(lambda running: running.carry_post(running.clock.monotonic() + BEAT_SECONDS))
    world.say(f"{daemon.name} carries the post")


def tidy(world: Storm, one: Daemon | None = None) -> None:
    daemon = one or world.a_daemon()
    daemon.ask(lambda running: running.tidy())
    world.say(f"{daemon.name} tidies")


def receipt(world: Storm) -> None:
    if world.sms.waiting:
        world.push(world.chance.randrange(100), world.a_daemon())


def mood(world: Storm) -> None:
    world.sms.mood = world.chance.choice(MOODS)
    world.sms.can_be_asked = world.chance.random() < 0.7
    world.say(f"the provider {world.sms.mood}")


def crash(world: Storm) -> None:
    """Somebody will die soon, while at work."""
    world.faults.arm("crash", world.chance.randrange(30))
    world.chance.choice((beat, post, post, tidy, deliver, again))(world)


def unavailable(world: Storm) -> None:
    world.faults.arm("unavailable", world.chance.randrange(12))
    world.chance.choice((beat, post, tidy, deliver))(world)


def rollback(world: Storm) -> None:
    """A transaction is refused at its end; its sender tries the other daemon, and comes back to the first one with what follows."""
    if not world.parcels:
        return
    no, daemon = f"P{world.chance.randint(1, world.parcels)}", world.a_daemon()
    first, then, last = (world.write(no, event, world.true) for event in ("failed", "found", "nag"))
    world.faults.arm("rollback", 0)
    world.hand_in([first], daemon)
    world.faults.disarm()
    world.hand_in([then], world.other(daemon))
    world.hand_in([last], daemon)


def freeze(world: Storm) -> None:
    """A daemon stands still longer than its lease in the middle of its post, and the other one takes over."""
    stuck = world.a_daemon()
    other = world.other(stuck)

    def meanwhile() -> None:
        world.let_pass(timedelta(seconds=world.chance.choice((1, 61, 125, 400))))
        world.say(f"{stuck.name} stands still")
        before = world.arrived()
        _hold_meanwhile(world, other)
        tidy(world, other)
        post(world, other)
        world.sms.heard_meanwhile = world.arrived() - before

    world.faults.arm("freeze", world.chance.randrange(4), meanwhile)
    post(world, stuck)
    world.faults.disarm()
    world.sms.heard_meanwhile = set()
    world.sms.held_meanwhile = set()


def _hold_meanwhile(world: Storm, other: Daemon) -> None:
    """A case is put on hold while its row may be in the hands of a daemon that stands still."""
    cases = [row.id for row in world.inspector.directory.cases(limit=50) if row.revision] if world.holds else []
    if not cases or world.chance.random() < 0.5:
        return
    place, before = world.faults.frozen_at, world.on_hold()
    hold_at(world, other, world.chance.choice(cases))
    if place in LOOKED_AT:
        world.sms.held_meanwhile = world.on_hold() - before


def hold_over_its_due(world: Storm) -> None:
    """A case is on hold while a clock of it falls due, and mostly resumed afterwards, with the clock still running."""
    soon = world.true + timedelta(hours=3)
    views = [(row.id, view) for row in world.inspector.directory.cases(limit=50) for view in row.clocks if view.stopped_at is None]
    dues = [(case, view.due) for case, view in views if view.due is not None and world.true < view.due < soon]
    if not dues:
        return put_on_hold(world)
    case, due = world.chance.choice(dues)
    hold_case(world, case)
    world.true = due + timedelta(seconds=world.chance.choice((1, 130, 730)))
    beat(world)
    post(world)
    if world.chance.random() < 0.8:
        resume_case(world, case)
        beat(world)
        post(world)
    return None


def skew(world: Storm) -> None:
    """A clock is put right, or wrong."""
    daemon = world.a_daemon()
    daemon.clock.skew = timedelta(seconds=world.chance.choice((0, 0, -1, 1, -SKEW_SECONDS_MAX, SKEW_SECONDS_MAX, 37)))
    world.say(f"{daemon.name}'s clock is off by {daemon.clock.skew.total_seconds():.0f} s")


def restart(world: Storm) -> None:
    daemon = world.a_daemon()
    daemon.die()
    if world.chance.random() < 0.5:
        world.let_pass(timedelta(seconds=world.chance.choice((1, 61, 3600))))
    daemon.live()
    world.say(f"{daemon.name} is started anew")


def reload(world: Storm) -> None:
    """The rule folder is edited: well, without a change of meaning, or wrongly; the daemons look at it one after the other."""
    world.edits += 1
    daemon, kind = world.a_daemon(), world.chance.choice(("good", "good", "same", "wrong"))
    if kind == "good":
        files = parcels.written(world.edition + 1, raising=world.holds)
    elif kind == "same":
        files = parcels.same_meaning(world.edition, world.edits, raising=world.holds)
    else:
        files = parcels.wrong(world.edition, world.edits, raising=world.holds)
    before = len(world.inspector.shelf.versions())
    found = daemon.ask(lambda running: running.offer_rules(files, by="ops"))
    told = found.told.value if found is not None else "nothing"
    now = len(world.inspector.shelf.versions())
    if kind == "good" and now > before:
        world.edition += 1
    elif now != before:
        world.heard_problems.append(f"A8/I10: an edit that was {kind} came into force")
    world.say(f"{daemon.name} is offered rules, {kind} -> {told}")
    if world.chance.random() < 0.5:
        other = world.other(daemon)
        other.ask(lambda running: running.follow_rules())
        world.say(f"{other.name} follows")


def hold(world: Storm) -> None:
    """A person pauses the provider, or lets it go on."""
    daemon = world.a_daemon()
    paused = any(one.connection == "main" and one.state.value == "paused" for one in world.inspector.providers.circuits())

    def command(running: Running) -> object:
        hands = running.providers
        return hands.resume("main", by="ann", why="ok") if paused else hands.pause("main", by="ann", why="余额")

    done = daemon.ask(command)
    world.say(f"{daemon.name} {'resumes' if paused else 'pauses'} the provider -> {'done' if done else 'nothing'}")


def finish(world: Storm) -> None:
    """People finish what is on the work list; two click at once, at both daemons."""
    tasks = [one for one in world.inspector.worklist.tasks(status=(TaskStatus.OPEN, TaskStatus.CLAIMED)) if one.kind != "alarm"]
    if not tasks:
        return
    task = world.chance.choice(tasks)
    result = world.chance.choice(("told", "away", "refused")) if task.kind == "call" else world.chance.choice(task.asks or ("",))
    for daemon in world.daemons[: world.chance.choice((1, 2))]:
        done = daemon.ask(lambda running: running.finish(task.id, "ann", result=result, note="已处理"))
        world.say(f"{daemon.name}: {task.id} is finished with {result} -> {done.said if done else 'nothing'}")
        if done is not None and done.said == "finished":
            world.commands.append(task.id)


def acknowledge(world: Storm) -> None:
    rows = world.inspector.directory.cases(limit=50)
    if rows:
        case, daemon = world.chance.choice(rows).id, world.a_daemon()
        daemon.ask(lambda running: running.acknowledge(case, "ladder", "ann"))
        world.say(f"{daemon.name}: the ladder of {case} is acknowledged")


def settle_doubt(world: Storm) -> None:
    """A person has rung the provider up: it arrived, or it did not."""
    doubts = [row for row in world.inspector.doubts.unknown(50) if row.effect.channel == "sms"]
    if not doubts:
        return
    row, daemon = world.chance.choice(doubts), world.a_daemon()
    keys = [one.key for one in world.inspector.providers.of_effect(row.effect.id)]
    if row.error == WHY and world.sms.has_left(row.effect):
        world.sms.left_before.add(row.effect.id)
    arrived = row.effect.id in world.sms.left_before or any(world.sms.truth.get(key) is Verdict.DELIVERED for key in keys)
    found = "arrived" if arrived else "not_arrived"
    done = daemon.ask(lambda running: running.providers.settle(row.effect.id, found, by="ann", why="问过"))
    world.say(f"{daemon.name}: {row.effect.id} {found} -> {'done' if done else 'nothing'}")


def ask_why(world: Storm) -> None:
    """Somebody wants to know: it must never fail, and never change anything."""
    rows = [row for row in world.inspector.directory.cases(limit=50) if row.revision]
    if rows:
        case, daemon = world.chance.choice(rows).id, world.a_daemon()
        daemon.ask(lambda running: [running.explain(case), running.why(case), running.health()])
        world.say(f"{daemon.name} explains {case}")


def back_up(world: Storm) -> None:
    if world.restores and len(world.backups) < 3:
        world.back_up()


def restore(world: Storm) -> None:
    if world.backups:
        world.put_back(world.chance.choice(world.backups))


def let_out(world: Storm) -> None:
    """A person compares what the fence holds with the provider's records, and frees what is not in them."""
    held = [one.effect for one in held_back(world.inspector.database, 50) if one.effect.channel == "sms"]
    free = [one for one in held if not world.sms.has_left(one)]
    if not free:
        return
    effect = world.chance.choice(free)
    if fence.let_out(world.inspector.database, effect.id, world.true):
        world.sms.let_out.add(effect.id)
    world.say(f"{effect.id} is let out")


STEPS: dict[Callable[[Storm], None], int] = {
    order: 6, scan: 16, deliver: 6, again: 4, correct: 2, wait: 8, to_the_next_bell: 8, beat: 10, post: 14, tidy: 6, receipt: 8, mood: 4,
    crash: 10, unavailable: 4, rollback: 2, freeze: 5, skew: 3, restart: 2, reload: 3, hold: 2, finish: 5, acknowledge: 1, settle_doubt: 2, ask_why: 2,
    back_up: 1, restore: 1,
}  # fmt: skip
WITH_RESTORES = {**STEPS, back_up: 4, restore: 4, let_out: 8}
"""Where copies are put back, often enough for a hundred steps to see it."""
OF_PEOPLE: dict[Callable[[Storm], None], int] = {put_on_hold: 12, hold_over_its_due: 10, send_again: 4}
"""What people do with cases themselves."""


def next_step(world: Storm) -> None:
    """Draw one and do it."""
    world.step += 1
    world.true += timedelta(seconds=1)
    world.faults.disarm()
    drawable = (WITH_RESTORES if world.restores else STEPS) | (OF_PEOPLE if world.holds else {})
    drawn = world.chance.choices(list(drawable), list(drawable.values()))[0]
    world.count(drawn.__name__)
    drawn(world)
    world.faults.disarm()
