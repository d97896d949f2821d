"""What must every store do? The suites; a store's test file subclasses them and gives `stores`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.model.decision import Decision, Outcome
from engine.model.effect import Drop, EffectKind
from engine.model.event import Acceptance, Report
from engine.model.version import Edition, How
from engine.ports.store import Conflict, NotFound, Pending
from engine.ports.worklist import TaskStatus
from tests.contract.builders import MINUTE, NOW, PHONE, a_bell, a_decision, a_report, a_scan, a_timer, an_effect, an_event

CASE = "shipment:1001"
Stores = Any
"""MemoryStores or SqlStores: the same attributes."""


def accept(stores: Stores, *reports: Report, now: datetime = NOW) -> Sequence[Acceptance]:
    return stores.store.accept(reports, now)


def first_pending(stores: Stores, case_id: str | None = None, now: datetime = NOW) -> Pending:
    return stores.store.pending(now, 10, case_id)[0]


def decide_next(stores: Stores, case_id: str = CASE, *, now: datetime = NOW, mail: Sequence[Report] = (), **changes: Any) -> Decision:
    """Decide the first pending event of the case and commit it; `effects` and `timers` may be functions of the case."""
    pending = first_pending(stores, case_id, now)
    case = stores.store.load(case_id)
    made = {key: value(case) if callable(value) else value for key, value in changes.items()}
    decision = a_decision(case, pending.event, **made)
    stores.store.commit(decision, inbox_id=pending.inbox_id, now=now, mail=mail)
    return decision


def opened(stores: Stores, number: int | str = 1, **changes: Any) -> str:
    """A case that is opened and decided once."""
    (answer,) = accept(stores, a_report(number, **changes))
    assert answer.opened
    assert answer.case_id is not None
    return answer.case_id


class CommitContract:
    """One transaction or none."""

    def test_a_committed_event_stands_in_the_history_with_number_and_version(self, stores: Stores) -> None:
        opened(stores)

        decision = decide_next(stores, effects=lambda case: [an_effect(case)])

        loaded = stores.store.load(CASE)
        assert loaded == decision.after
        assert [(heard.number, heard.version) for heard in loaded.history] == [(1, "v1")]
        assert stores.store.pending(NOW, 10) == []

    def test_an_event_that_leaves_no_trace_is_journaled_and_not_in_the_history(self, stores: Stores) -> None:
        opened(stores)

        decide_next(stores, keeps=False)

        assert stores.store.load(CASE).history == ()
        assert [row.revision for row in stores.directory.journal(CASE)] == [1]

    def test_a_decision_from_an_old_revision_is_a_conflict_and_writes_nothing(self, stores: Stores) -> None:
        opened(stores)
        stale = stores.store.load(CASE)
        decide_next(stores)
        accept(stores, a_scan(2))
        pending = first_pending(stores)

        late = a_decision(stale, pending.event, timers=[a_timer(CASE)], effects=[an_effect(stale)])
        with pytest.raises(Conflict):
            stores.store.commit(late, inbox_id=pending.inbox_id, now=NOW)

        assert len(stores.directory.journal(CASE)) == 1
        assert stores.bells.due(NOW + 60 * MINUTE, 10) == []
        assert first_pending(stores).event.id == "e-2"

    def test_together_each_sees_what_was_done_before_it_and_one_that_fails_fails_alone(self, stores: Stores) -> None:
        with stores.store.together():
            opened(stores)
            first = decide_next(stores)
            with pytest.raises(Conflict):
                stores.store.commit(replace(first, effects=(an_effect(first.after),)), inbox_id=None, now=NOW)
            accept(stores, a_scan(2))
            decide_next(stores)

        assert stores.store.load(CASE).revision == 2
        assert [row.event_id for row in stores.directory.journal(CASE)] == ["e-1", "e-2"]
        assert stores.directory.sent(CASE) == []

    def test_an_event_is_decided_once(self, stores: Stores) -> None:
        opened(stores)
        inbox_id = first_pending(stores).inbox_id
        decision = decide_next(stores)

        again = a_decision(decision.after, decision.event)
        with pytest.raises(Conflict):
            stores.store.commit(again, inbox_id=inbox_id, now=NOW)

        assert stores.store.load(CASE).revision == 1

    def test_a_bell_is_inserted_as_done_and_rings_once(self, stores: Stores) -> None:
        opened(stores)
        decide_next(stores, timers=[a_timer(CASE)])
        bell = a_bell(a_timer(CASE))
        rung = a_decision(stores.store.load(CASE), bell, keeps=False)
        stores.store.commit(rung, inbox_id=None, now=NOW)

        with pytest.raises(Conflict):
            stores.store.commit(a_decision(stores.store.load(CASE), bell, keeps=False), inbox_id=None, now=NOW)

        assert stores.store.pending(NOW, 10) == []
        assert stores.store.load(CASE).revision == 2
        assert stores.bells.due(NOW + 60 * MINUTE, 10) == []

    def test_committing_for_an_unknown_case_is_not_found(self, stores: Stores) -> None:
        opened(stores)
        case = replace(stores.store.load(CASE), id="shipment:none")

        with pytest.raises(NotFound):
            stores.store.commit(a_decision(case, an_event(2)), inbox_id=None, now=NOW)

    def test_timers_become_exactly_the_wanted_set(self, stores: Stores) -> None:
        opened(stores)
        accept(stores, a_scan(2))
        decide_next(stores, timers=[a_timer(CASE, "due"), a_timer(CASE, "used 80%", minutes=5), a_timer(CASE, "slot", slot="a")])
        wanted = [a_timer(CASE, "due", minutes=30), a_timer(CASE, "used 80%", minutes=5), a_timer(CASE, "used 80%", gen=2, minutes=7)]

        decide_next(stores, timers=wanted)

        assert stores.bells.due(NOW + 60 * MINUTE, 10) == [wanted[1], wanted[2], wanted[0]]

    def test_raised_events_are_queued_once(self, stores: Stores) -> None:
        opened(stores)
        accept(stores, a_scan(2))
        raised = an_event("late", "went_late", source=f"case/{CASE}")
        decide_next(stores, raised=[raised])

        decide_next(stores, raised=[raised])

        assert first_pending(stores).event == raised
        decide_next(stores)
        assert stores.store.pending(NOW, 10) == []

    def test_mail_opens_a_linked_case_once(self, stores: Stores) -> None:
        opened(stores)
        accept(stores, a_scan(2))
        mail = replace(a_report("m", "ticket_opened", names={}, source=f"case/{CASE}"), workflow="ticket", open_key="1001/late")
        decide_next(stores, mail=[mail])

        decide_next(stores, mail=[mail])

        tickets = stores.directory.cases(workflow="ticket")
        assert len(tickets) == 1
        assert [pending.case_id for pending in stores.store.pending(NOW, 10)] == [tickets[0].id]

    def test_mail_of_a_refused_commit_is_not_accepted(self, stores: Stores) -> None:
        opened(stores)
        stale = stores.store.load(CASE)
        decide_next(stores)

        with pytest.raises(Conflict):
            stores.store.commit(a_decision(stale, an_event(9)), inbox_id=None, now=NOW, mail=[a_report(3, names={"waybill_no": "3"})])

        assert [row.id for row in stores.directory.cases()] == [CASE]

    def test_drops_withdraw_what_is_not_on_its_way(self, stores: Stores) -> None:
        opened(stores)
        accept(stores, a_scan(2))
        effects = lambda case: [  # noqa: E731  # Read where it stands.
            an_effect(case, 1),
            an_effect(case, 2),
            an_effect(case, 3, EffectKind.TASK),
            an_effect(case, 4, EffectKind.TASK),
        ]
        issued = decide_next(stores, effects=effects).effects
        stores.outbox.claim(NOW, 1, owner="a", lease_until=NOW + MINUTE)
        stores.worklist.claim(issued[2].id, "8011", NOW, NOW + MINUTE)

        decide_next(stores, drops=[Drop(effect.id, "reason_gone") for effect in issued])

        assert [row.status for row in stores.directory.sent(CASE)] == ["sending", "dropped"]
        assert stores.directory.sent(CASE)[1].why == "reason_gone"
        assert [stores.worklist.get(effect.id).status for effect in issued[2:]] == [TaskStatus.CLAIMED, TaskStatus.WITHDRAWN]
        assert stores.worklist.get(issued[3].id).withdrawn_why == "reason_gone"

    def test_a_dead_event_holds_back_its_own_case_only(self, stores: Stores) -> None:
        accept(stores, a_report(1), a_scan(2), a_report(3, names={"waybill_no": "2002"}))

        stores.store.failed(first_pending(stores, CASE).inbox_id, "boom", None)

        assert [pending.case_id for pending in stores.store.pending(NOW, 10)] == ["shipment:2002"]
        assert stores.store.pending(NOW, 10, CASE) == []
        assert stores.directory.backlog()["dead"] == 1
        assert [(unread.kind, unread.detail) for unread in stores.directory.unread()] == [("dead", "boom")]

    def test_a_failed_event_waits_for_its_retry_and_is_counted(self, stores: Stores) -> None:
        accept(stores, a_report(1), a_scan(2))

        stores.store.failed(first_pending(stores).inbox_id, "boom", NOW + MINUTE)

        assert stores.store.pending(NOW, 10) == []
        assert stores.bells.next_due() == NOW + MINUTE
        retried = first_pending(stores, now=NOW + MINUTE)
        assert (retried.event.id, retried.attempts) == ("e-1", 1)

    def test_pending_gives_one_event_per_case_in_order_of_receipt(self, stores: Stores) -> None:
        accept(stores, a_report(1), a_scan(2), a_report(3, names={"waybill_no": "2"}), a_report(4, names={"waybill_no": "3"}))

        assert [pending.event.id for pending in stores.store.pending(NOW, 2)] == ["e-1", "e-3"]
        assert [pending.event.id for pending in stores.store.pending(NOW, 10)] == ["e-1", "e-3", "e-4"]

    def test_the_journal_reads_back_what_was_decided(self, stores: Stores) -> None:
        opened(stores, data={"goods": "茶叶", "phone": PHONE}, extra={"by": "8011"}, private=frozenset({"phone"}))

        decision = decide_next(stores, effects=lambda case: [an_effect(case)], now=NOW + MINUTE, outcome=Outcome.MOVED)

        (row,) = stores.directory.journal(CASE)
        assert (row.checks, row.notes, row.span) == (decision.checks, decision.notes, decision.span)
        assert (row.state_before, row.state_after, row.transition) == ("", "intake", "intake/order_created/1")
        assert (row.data, row.extra, row.effects) == ({"goods": "茶叶"}, {"by": "8011"}, (f"{CASE}/1/1",))
        assert (row.decided_at, row.received_at, row.occurred_at) == (NOW + MINUTE, NOW, NOW - MINUTE)

    def test_private_values_come_back_in_their_places(self, stores: Stores) -> None:
        opened(stores, data={"phone": PHONE, "goods": "茶叶"}, private=frozenset({"phone"}))

        before = first_pending(stores).event
        decide_next(stores)

        after = stores.store.load(CASE).history[0].event
        assert list(before.data.items()) == list(after.data.items()) == [("phone", PHONE), ("goods", "茶叶")]
        assert stores.directory.private(CASE) == {"phone": PHONE}


class BellsContract:
    """Timers by due time, and who must not be rung yet."""

    def arm(self, stores: Stores, **changes: Any) -> None:
        opened(stores)
        decide_next(stores, timers=[a_timer(CASE, minutes=10, **changes)])

    def test_a_timer_is_never_early(self, stores: Stores) -> None:
        self.arm(stores)

        assert stores.bells.due(NOW + 10 * MINUTE - timedelta(microseconds=1), 10) == []
        assert stores.bells.due(NOW + 10 * MINUTE, 10) == [a_timer(CASE)]
        assert stores.bells.next_due() == NOW + 10 * MINUTE

    def test_bells_of_one_case_may_be_asked_for(self, stores: Stores) -> None:
        self.arm(stores)

        assert stores.bells.due(NOW + 10 * MINUTE, 10, case_id=CASE) == [a_timer(CASE)]
        assert stores.bells.due(NOW + 10 * MINUTE, 10, case_id="shipment:2") == []

    def test_a_timer_that_waits_for_a_silent_feed_is_left_out(self, stores: Stores) -> None:
        self.arm(stores, waits_for="tms")

        assert stores.bells.due(NOW + 60 * MINUTE, 10, silent={"tms"}) == []
        assert len(stores.bells.due(NOW + 60 * MINUTE, 10, silent={"wms"})) == 1

    def test_a_feed_that_is_back_is_given_its_lag(self, stores: Stores) -> None:
        self.arm(stores, waits_for="tms", lag_seconds=600)
        stores.feeds.fell_silent("tms", NOW)
        assert stores.bells.next_due() is None

        stores.feeds.heard("tms", NOW + 20 * MINUTE)

        assert stores.bells.due(NOW + 29 * MINUTE, 10) == []
        assert len(stores.bells.due(NOW + 30 * MINUTE, 10)) == 1
        assert stores.bells.next_due() == NOW + 30 * MINUTE

    def test_the_next_due_is_the_earliest_of_timers_and_held_sendings(self, stores: Stores) -> None:
        opened(stores)
        assert stores.bells.next_due() is None

        decide_next(stores, timers=[a_timer(CASE)], effects=lambda case: [an_effect(case, not_before=NOW + 3 * MINUTE)])

        assert stores.bells.next_due() == NOW + 3 * MINUTE


class FeedsContract:
    """Neighbours and rulebooks."""

    def test_silence_is_recorded_the_first_time_only(self, stores: Stores) -> None:
        stores.feeds.heard("tms", NOW)

        assert stores.feeds.fell_silent("tms", NOW + MINUTE)
        assert not stores.feeds.fell_silent("tms", NOW + 2 * MINUTE)
        assert stores.feeds.fell_silent("never_heard", NOW)
        (never, tms) = stores.feeds.feeds()
        assert (tms.heard_at, tms.silent_since, tms.back_at) == (NOW, NOW + MINUTE, None)
        assert (never.connection, never.heard_at, never.silent_since) == ("never_heard", None, NOW)

    def test_hearing_again_ends_the_silence(self, stores: Stores) -> None:
        stores.feeds.fell_silent("tms", NOW)

        stores.feeds.heard("tms", NOW + MINUTE)
        stores.feeds.heard("tms", NOW + 2 * MINUTE)

        (feed,) = stores.feeds.feeds()
        assert (feed.heard_at, feed.silent_since, feed.back_at) == (NOW + 2 * MINUTE, None, NOW + MINUTE)
        assert stores.feeds.fell_silent("tms", NOW + 3 * MINUTE)

    def test_a_late_sign_of_life_does_not_turn_the_clock_back(self, stores: Stores) -> None:
        stores.feeds.heard("tms", NOW)

        stores.feeds.heard("tms", NOW - MINUTE)

        assert stores.feeds.feeds()[0].heard_at == NOW

    def test_the_newest_version_is_in_force_and_the_earlier_ones_stay_as_they_were(self, stores: Stores) -> None:
        first = stores.shelf.publish(an_edition("aaaaaa1", "one"), base=None)
        second = stores.shelf.publish(an_edition("bbbbbb2", "two", renames={"states/ticket": {"review": "recheck"}}), base=1)
        third = stores.shelf.publish(an_edition("aaaaaa1", "one again", how=How.ROLLBACK), base=2)

        assert [one.number for one in stores.shelf.versions()] == [1, 2, 3]
        assert stores.shelf.versions() == [first, second, third]
        assert stores.shelf.current() == third
        assert (third.by, third.why, third.how, third.parent, third.at) == ("ann", "one again", How.ROLLBACK, 2, NOW)
        assert second.renames == {"states/ticket": {"review": "recheck"}}
        assert stores.shelf.files("bbbbbb2") == {"rules/sla.yaml": "two"}
        assert stores.shelf.files("cccccc3") is None

    def test_what_was_made_from_rules_no_longer_in_force_is_not_published(self, stores: Stores) -> None:
        stores.shelf.publish(an_edition("aaaaaa1", "one"), base=None)
        stores.shelf.publish(an_edition("bbbbbb2", "two"), base=1)

        for base in (None, 1, 7):
            with pytest.raises(Conflict):
                stores.shelf.publish(an_edition("cccccc3", "three"), base=base)
        assert [one.fingerprint for one in stores.shelf.versions()] == ["aaaaaa1", "bbbbbb2"]

    def test_a_proposal_waits_until_it_is_published_and_only_once(self, stores: Stores) -> None:
        stores.shelf.publish(an_edition("aaaaaa1", "one"), base=None)
        replaced = stores.shelf.propose(an_edition("bbbbbb2", "two"), base=1)
        proposal = stores.shelf.propose(an_edition("cccccc3", "three"), base=1)

        assert [one.number for one in stores.shelf.proposals()] == [proposal.number]
        assert proposal.number > replaced.number
        assert (proposal.base, proposal.by, proposal.files) == (1, "ann", {"rules/sla.yaml": "three"})

        stores.shelf.publish(an_edition("cccccc3", "three"), base=1, proposal=proposal.number)

        assert stores.shelf.proposals() == []

    def test_a_note_is_read_as_it_was_last_written(self, stores: Stores) -> None:
        assert stores.shelf.mark("read") == ""

        stores.shelf.note("read", "1")
        stores.shelf.note("read", "2")

        assert stores.shelf.mark("read") == "2"


def an_edition(fingerprint: str, text: str, **changes: object) -> Edition:
    edition = Edition(fingerprint=fingerprint, files={"rules/sla.yaml": text}, by="ann", why=text, how=How.FOLDER, at=NOW)
    return replace(edition, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.
