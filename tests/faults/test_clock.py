"""What if the clock of the machine leaps? Ahead it is not believed, back it is followed; nothing rings early, nothing twice."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.clock import GuardedClock
from adapters.gateways import gateways_of
from adapters.memory import open_memory
from adapters.wiring.opening import load_rules
from engine.model.rulebook import Rulebook
from engine.ports.worklist import Task, TaskStatus
from engine.service.clock_alarm import CLOCK, CONFIRM
from engine.service.desk import Incoming, Said
from engine.service.library import Library
from engine.service.running import Running
from engine.service.simulate import Stores
from tests.crash.client import ORDER
from tests.crash.living import MONDAY, ask, complaints
from tests.faults.desk import a_home, health, lives, order, until
from tests.faults.preloaded import Machine

TWO_DAYS = 2 * 86_400.0


@dataclass(slots=True)
class Hall:
    """A desk whose machine's clock the test can set."""

    rulebook: Rulebook
    stores: Stores = field(default_factory=open_memory)
    wall: float = MONDAY.timestamp()
    running: float = 0.0
    desk: Running = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new daemon over the same store."""
        clock = GuardedClock(lambda: self.wall, lambda: self.running)
        gateways = gateways_of(self.rulebook, self.stores.worklist, clock)
        self.desk = Running(self.stores, Library(self.rulebook), clock, gateways, guard=clock, machine="hall")

    def passes(self, **amount: float) -> None:
        """Time, for both clocks, and a beat."""
        seconds = timedelta(**amount).total_seconds()
        self.wall, self.running = self.wall + seconds, self.running + seconds
        self.beats()

    def beats(self) -> int:
        self.desk.beat(time.monotonic() + 10)
        return self.desk.carry_post(time.monotonic() + 10)

    def order(self, number: int) -> Said:
        data = {**ORDER, "waybill_no": f"W{number}"}
        paper = Incoming(source="tms", id=str(number), workflow="shipment", event="order_created", occurred_at=None, data=data)
        return self.desk.accept([paper])[0].said

    def alarms(self, *status: TaskStatus) -> list[Task]:
        return [task for task in self.stores.worklist.tasks(status=status or (TaskStatus.OPEN,)) if task.id.startswith(CLOCK)]


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rules(None)[0]


@pytest.fixture
def hall(rulebook: Rulebook) -> Hall:
    return Hall(rulebook)


def test_a_leap_ahead_pauses_bells_and_post_while_orders_come_in_at_the_hour_that_went_on(hall: Hall) -> None:
    hall.order(1)
    hall.passes(seconds=1)
    before = (hall.desk.tally.rung, hall.desk.post.sent)
    hall.wall += TWO_DAYS

    assert hall.order(2) is Said.ACCEPTED
    hall.passes(hours=12)

    assert (hall.desk.tally.rung, hall.desk.post.sent) == before
    assert hall.desk.next_due() is None
    assert [task.asks for task in hall.alarms()] == [(CONFIRM,)]
    assert "快了2880分钟" in hall.alarms()[0].text
    assert any("leapt ahead" in reason for reason in hall.desk.health().reasons)
    (row,) = hall.desk.directory.journal(hall.desk.directory.find("W2")[0].id)
    assert row.received_at == MONDAY + timedelta(seconds=1)


def test_a_clock_that_is_set_right_again_closes_the_alarm_and_what_was_due_rings(hall: Hall) -> None:
    hall.order(1)
    hall.wall += TWO_DAYS
    hall.passes(hours=12)
    held = hall.desk.tally.rung
    hall.wall -= TWO_DAYS

    hall.beats()

    assert hall.alarms() == []
    assert (held, hall.desk.tally.rung > 0) == (0, True)
    assert hall.desk.health().numbers["clock_leap_seconds"] == 0


def test_a_person_confirms_that_the_new_hour_is_right(hall: Hall) -> None:
    hall.order(1)
    hall.wall += TWO_DAYS
    hall.beats()
    (alarm,) = hall.alarms()

    refused = hall.desk.finish(alarm.id, "8011", result="release")
    done = hall.desk.finish(alarm.id, "8011", result=CONFIRM)
    hall.beats()

    assert (refused.said, done.said) == ("refused", "finished")
    assert hall.desk.now() == MONDAY + timedelta(seconds=TWO_DAYS)
    assert hall.desk.tally.rung > 0
    assert hall.alarms() == []


def test_a_restart_forgets_no_doubt(hall: Hall) -> None:
    hall.order(1)
    hall.wall += TWO_DAYS
    hall.beats()

    hall.restart()
    hall.beats()
    held = hall.desk.tally.rung
    hall.desk.finish(hall.alarms()[0].id, "8011", result=CONFIRM)
    hall.beats()

    assert held == 0
    assert hall.desk.tally.rung > 0


def test_a_step_back_is_followed_rings_nothing_twice_and_stops_nothing(hall: Hall) -> None:
    hall.order(1)
    hall.passes(hours=12)
    rung = hall.desk.tally.rung
    hall.wall -= 3600

    assert hall.order(2) is Said.ACCEPTED
    hall.passes(minutes=59)

    assert rung > 0
    assert hall.desk.tally.rung == rung
    assert hall.desk.now() == MONDAY + timedelta(hours=11, minutes=59)
    assert hall.alarms() == []


def test_small_steps_and_a_night_asleep_are_no_leap() -> None:
    hour = [MONDAY.timestamp(), 0.0]
    clock = GuardedClock(lambda: hour[0], lambda: hour[1])

    for wall, running in ((299.0, 0.0), (299.0, 0.0), (36_000.0, 36_000.0), (-7200.0, 0.0), (300.0, 0.0)):
        hour[0], hour[1] = hour[0] + wall, hour[1] + running
        assert clock.leap() == 0
        assert clock.now() == datetime.fromtimestamp(hour[0], UTC)
    hour[0] += 301
    assert clock.leap() == 301


@pytest.mark.crash
@pytest.mark.timeout(300)
def test_the_clock_of_a_real_machine_leaps_two_days_comes_back_and_falls_back_an_hour(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    home = a_home(tmp_path, env=machine.env)
    with lives(home) as daemon:
        assert order(home, 1)[0] == 202
        until(lambda: health(home)[1]["numbers"]["timers_armed"] > 0)
        machine.is_now(wall_seconds=TWO_DAYS)
        until(lambda: clock_alarms(home.port))
        told = health(home)
        assert (told[0], told[1]["numbers"]["rung"]) == (200, 0)
        assert order(home, 2)[0] == 202
        time.sleep(3)
        assert health(home)[1]["numbers"]["rung"] == 0

        machine.is_now()
        until(lambda: not clock_alarms(home.port))
        machine.is_now(wall_seconds=-3600)
        for _ in range(12):
            time.sleep(1)
            status, told = health(home)
            assert (status, told["numbers"]["rung"]) == (200, 0)
        assert order(home, 3)[0] == 202
        assert daemon.stop() == 0
    assert complaints(home) == []


def clock_alarms(port: int) -> list[str]:
    tasks = ask(port, "GET", "/tasks?role=")[1]
    return [task["id"] for task in tasks.get("tasks", tasks) if task["id"].startswith(CLOCK)]
