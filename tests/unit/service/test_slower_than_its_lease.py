"""What if a provider is so slow that the leases of what waits behind it run out, and another daemon takes over?"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from adapters.sql.stores import open_stores
from engine.model.receipt import Parcel, Receipt
from engine.ports.outbox import OutboxStatus
from engine.service.dispatch import PostRoom
from tests.time.world import when
from tests.unit.service.counter_desk import Provider, a_desk


@dataclass(slots=True)
class Slow(Provider):
    """While it answers for the first time, something else goes on."""

    meanwhile: Callable[[], object] | None = None

    def send(self, parcel: Parcel) -> Receipt:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return Provider.send(self, parcel)


def test_what_another_daemon_took_over_is_left_to_it_and_nothing_is_sent_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/desk.db"
    desk = a_desk(text="send_hours: desk", url=url)  # Both wait for half past eight, and leave in one round.
    post = desk.world.simulation.post
    with closing(open_stores(url, check=False)) as stores:
        other = PostRoom(stores.outbox, stores.store, post.library, post.counters, owner="b")
        slow = Slow("main", desk.main.now, meanwhile=lambda: (other.reap(when("11-24 08:32")), other.deliver(when("11-24 08:32"))))
        post.serve({**post.gateways, "main": slow}, {"sms": ["main"]})
        for case in ("T1", "T2"):
            desk.world.hear("created", "11-24 06:00", case=case)

        desk.world.until("11-24 08:31")

    assert sorted(one.case for one in slow.asked) == ["ticket:T1", "ticket:T2"]
    assert desk.row("T2").status is OutboxStatus.ACCEPTED
