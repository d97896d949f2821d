"""What must every store remember of the console's users and their deeds?"""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

from engine.ports.staff import Access, Session, User
from engine.ports.trail import Deed, Entry, broken_at, digest_after
from tests.contract.builders import MINUTE, NOW
from tests.contract.store_contract import Stores


def a_user(name: str = "8011", **changes: object) -> User:
    user = User(
        name=name,
        label="李明",
        access=Access.AGENT,
        areas=("深圳", "广州"),
        roles=("desk_agent",),
        password="$argon2id$x",
        subject="https://id.test#1",
        created_at=NOW,
    )
    return replace(user, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.


def a_session(digest: str = "d1", **changes: object) -> Session:
    session = Session(digest=digest, user="8011", began_at=NOW, seen_at=NOW, address="10.0.0.7", browser="Firefox")
    return replace(session, **changes)  # type: ignore[arg-type]  # Likewise.


def a_deed(what: str = "task.claim", **changes: object) -> Deed:
    deed = Deed(at=NOW, who="8011", what=what, about="shipment:1", why="客户催", detail="从“待办”到“已领”", address="10.0.0.7")
    return replace(deed, **changes)  # type: ignore[arg-type]  # Likewise.


class StaffContract:
    def test_an_account_is_kept_as_it_was_given_and_a_name_is_given_once(self, stores: Stores) -> None:
        first = stores.staff.add(a_user())
        again = stores.staff.add(a_user(label="somebody else"))

        assert (first, again) == (True, False)
        assert stores.staff.user("8011") == a_user()
        assert stores.staff.user("nobody") is None

    def test_a_change_replaces_everything_but_when_the_account_was_made(self, stores: Stores) -> None:
        stores.staff.add(a_user())

        changed = stores.staff.change(a_user(access=Access.ADMIN, disabled=True, areas=(), created_at=NOW + MINUTE))

        assert changed
        assert stores.staff.user("8011") == a_user(access=Access.ADMIN, disabled=True, areas=())
        assert not stores.staff.change(a_user("nobody"))
        assert [one.name for one in stores.staff.users()] == ["8011"]

    def test_a_session_is_found_by_its_digest_and_marked_as_used(self, stores: Stores) -> None:
        stores.staff.begin(a_session())

        assert stores.staff.seen("d1") == a_session()
        assert stores.staff.seen("d1", NOW + MINUTE) == a_session(seen_at=NOW + MINUTE)
        assert stores.staff.seen("d1") == a_session(seen_at=NOW + MINUTE)
        assert stores.staff.seen("other", NOW) is None

    def test_sessions_end_one_by_one_by_user_and_by_age(self, stores: Stores) -> None:
        for number, user in enumerate(("8011", "8011", "8012", "8013")):
            stores.staff.begin(a_session(f"d{number}", user=user, seen_at=NOW + number * MINUTE))

        assert [one.digest for one in stores.staff.sessions()] == ["d3", "d2", "d1", "d0"]
        assert stores.staff.end() == 0
        assert stores.staff.end(digest="d0") == 1
        assert stores.staff.end(user="8011") == 1
        assert stores.staff.end(seen_before=NOW + 3 * MINUTE) == 1
        assert [one.digest for one in stores.staff.sessions()] == ["d3"]


class TrailContract:
    def test_deeds_are_numbered_and_found_again_newest_first(self, stores: Stores) -> None:
        for number in range(3):
            stores.trail.write(a_deed(at=NOW + number * MINUTE, about=f"shipment:{number}"))

        found = stores.trail.search()

        assert [entry.number for entry in found] == [3, 2, 1]
        assert found[-1] == Entry(1, a_deed(about="shipment:0"), digest_after("", a_deed(about="shipment:0")))

    def test_each_word_of_a_search_narrows_it(self, stores: Stores) -> None:
        stores.trail.write(a_deed("login.failed", who="eve", address="10.0.0.9"))
        stores.trail.write(a_deed("task.claim"))
        stores.trail.write(a_deed("task_x", at=NOW + timedelta(hours=1)))
        trail = stores.trail

        assert [one.number for one in trail.search(who="eve")] == [1]
        assert [one.number for one in trail.search(what="task.")] == [2]
        assert [one.number for one in trail.search(what="task_")] == [3]
        assert [one.number for one in trail.search(address="10.0.0.9")] == [1]
        assert [one.number for one in trail.search(about="shipment:2")] == []
        assert [one.number for one in trail.search(since=NOW + MINUTE)] == [3]
        assert [one.number for one in trail.search(until=NOW + MINUTE, before=2)] == [1]
        assert [one.number for one in trail.search(limit=1)] == [3]

    def test_a_count_counts_one_kind_exactly(self, stores: Stores) -> None:
        for address in ("10.0.0.7", "10.0.0.7", "10.0.0.8"):
            stores.trail.write(a_deed("login.failed", address=address))
        stores.trail.write(a_deed("login.failed.twice"))

        assert stores.trail.count(what="login.failed", since=NOW) == 3
        assert stores.trail.count(what="login.failed", since=NOW, who="8011", address="10.0.0.7") == 2
        assert stores.trail.count(what="login.failed", since=NOW + MINUTE) == 0

    def test_the_entries_hold_together_from_the_first_one_on(self, stores: Stores) -> None:
        for number in range(4):
            stores.trail.write(a_deed(detail=f"{number}"))

        entries = stores.trail.from_first(0, 10)

        assert broken_at(entries) is None
        assert [entry.number for entry in stores.trail.from_first(2, 1)] == [3]
        assert broken_at([entries[0], replace(entries[1], deed=a_deed(detail="other")), *entries[2:]]) == 2
        assert broken_at([entries[0], *entries[2:]]) == 3

    def test_two_who_write_at_once_get_two_numbers(self, stores: Stores) -> None:
        def write() -> None:
            for _ in range(5):
                stores.trail.write(a_deed())

        others = [Thread(target=write) for _ in range(3)]
        for one in others:
            one.start()
        for one in others:
            one.join()

        entries = stores.trail.from_first(0, 100)
        assert len(entries) == 15
        assert broken_at(entries) is None
