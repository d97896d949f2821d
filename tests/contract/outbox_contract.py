"""What must every store's outbox do? One suite for all who keep effects on their way."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from engine.model.effect import EffectKind
from engine.ports.outbox import OutboxStatus, Settlement
from engine.ports.store import Conflict, NotFound
from tests.contract.builders import MINUTE, NOW, PHONE, a_report, an_effect
from tests.contract.store_contract import CASE, Stores, decide_next, first_pending, opened


class OutboxContract:
    """Claimed with a lease, handed over, settled."""

    def issue(self, stores: Stores, *changes: dict[str, Any]) -> list[str]:
        opened(stores)
        decision = decide_next(stores, effects=lambda case: [an_effect(case, n, **change) for n, change in enumerate(changes, 1)])
        return [effect.id for effect in decision.effects]

    def claim(self, stores: Stores, now: datetime = NOW, limit: int = 10, **changes: Any) -> list[str]:
        rows = stores.outbox.claim(now, limit, owner="a", lease_until=now + MINUTE, **changes)
        return [row.effect.id for row in rows]

    def test_a_row_is_claimed_once_and_counts_the_attempt(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {"fill": {"x": "{y}"}, "asks": ("a", "b"), "valid_until": NOW})

        (row,) = stores.outbox.claim(NOW, 10, owner="a", lease_until=NOW + MINUTE)

        assert (row.status, row.attempts) == (OutboxStatus.SENDING, 1)
        assert row.effect == an_effect(replace(stores.store.load(CASE), revision=0), fill={"x": "{y}"}, asks=("a", "b"), valid_until=NOW)
        assert self.claim(stores) == []
        assert stores.outbox.find(effect_id) == row
        assert stores.outbox.find("none") is None

    def test_rows_are_claimed_oldest_first_when_their_time_has_come(self, stores: Stores) -> None:
        ids = self.issue(stores, {"not_before": NOW + 2 * MINUTE}, {"not_before": NOW + MINUTE}, {"group_wait_seconds": 180}, {})

        assert self.claim(stores) == [ids[3]]
        assert self.claim(stores, NOW + 2 * MINUTE, limit=1) == [ids[1]]
        assert self.claim(stores, NOW + 3 * MINUTE) == [ids[0], ids[2]]

    def test_commands_are_claimed_by_their_connection_and_channels_may_be_left_out(self, stores: Stores) -> None:
        ids = self.issue(stores, {"kind": EffectKind.COMMAND, "channel": None, "target": "wms", "message": None}, {"channel": "chat"}, {})

        assert self.claim(stores, not_channels=["wms", "sms"]) == [ids[1]]
        assert self.claim(stores) == [ids[0], ids[2]]

    def test_shadow_and_mail_and_alarms_are_never_claimed(self, stores: Stores) -> None:
        ids = self.issue(stores, {"shadow": True}, {"kind": EffectKind.MAIL}, {"kind": EffectKind.ALARM, "text": "规则"})

        assert self.claim(stores) == []
        assert [(row.effect_id, row.status) for row in stores.directory.sent(CASE)] == [(ids[0], "shadow")]
        assert [(unread.kind, unread.detail) for unread in stores.directory.unread()] == [("alarm", "规则")]

    def test_a_retry_is_claimed_again_at_its_time(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        self.claim(stores)

        self.settle(stores, effect_id, OutboxStatus.RETRY, next_at=NOW + MINUTE, error="busy")

        assert stores.bells.next_due() == NOW + MINUTE
        assert self.claim(stores) == []
        (row,) = stores.outbox.claim(NOW + MINUTE, 10, owner="a", lease_until=NOW + 2 * MINUTE)
        assert (row.attempts, row.error) == (2, "busy")

    def test_settling_keeps_what_the_provider_said_and_accepts_the_receipt(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        self.claim(stores)
        receipt = a_report("r", "receipt", names={}, case_id=CASE, may_open=False)

        self.settle(stores, effect_id, OutboxStatus.ACCEPTED, provider_id="p1", reports=[receipt])
        self.settle(stores, effect_id, OutboxStatus.DONE)

        row = stores.outbox.find(effect_id)
        assert (row.status, row.provider_id) == (OutboxStatus.DONE, "p1")
        assert first_pending(stores).event.name == "receipt"

    def test_a_row_found_sending_past_its_lease_is_unknown(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        self.claim(stores)
        stores.outbox.hand_over(effect_id, NOW, recipient=PHONE, masked="…")

        assert stores.outbox.crashed(NOW) == []
        (row,) = stores.outbox.crashed(NOW + MINUTE)

        assert (row.effect.id, row.status, row.attempts) == (effect_id, OutboxStatus.UNKNOWN, 1)
        assert stores.outbox.crashed(NOW + MINUTE) == []
        assert self.claim(stores, NOW + MINUTE) == []
        assert stores.directory.backlog()["unknown"] == 1

    def test_a_row_claimed_and_never_handed_over_is_ready_again(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        self.claim(stores)

        assert stores.outbox.crashed(NOW + MINUTE) == []

        assert self.claim(stores, NOW + MINUTE) == [effect_id]

    def test_who_was_away_longer_than_its_lease_has_nothing_more_to_say(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        self.claim(stores)
        stores.outbox.crashed(NOW + MINUTE)
        self.claim(stores, NOW + MINUTE)
        stores.outbox.settle(Settlement(effect_id=effect_id, attempt=2, status=OutboxStatus.ACCEPTED), NOW + MINUTE)

        with pytest.raises(Conflict):
            stores.outbox.settle(Settlement(effect_id=effect_id, attempt=1, status=OutboxStatus.RETRY, next_at=NOW), NOW + MINUTE)

        row = stores.outbox.find(effect_id)
        assert row is not None
        assert row.status is OutboxStatus.ACCEPTED

    def test_companions_are_claimed_along_before_their_time_and_settled_by_themselves(self, stores: Stores) -> None:
        held = {"group": "g", "not_before": NOW + 5 * MINUTE}
        ids = self.issue(stores, {"group": "g"}, held, {"group": "h", "not_before": NOW + 5 * MINUTE})
        (row,) = stores.outbox.claim(NOW, 10, owner="a", lease_until=NOW + MINUTE)

        along = stores.outbox.companions(row, owner="a", lease_until=NOW + MINUTE)
        stores.outbox.hand_over(ids[0], NOW, recipient=PHONE, masked="…", carries=[ids[1]])
        self.settle(stores, ids[0], OutboxStatus.ACCEPTED)

        assert [other.effect.id for other in along] == [ids[1]]
        carried = stores.outbox.find(ids[1])
        assert (carried.status, carried.carried_by, carried.sent_at) == (OutboxStatus.SENDING, ids[0], NOW)
        assert [lost.effect.id for lost in stores.outbox.crashed(NOW + MINUTE)] == [ids[1]]
        assert stores.outbox.find(ids[2]).status is OutboxStatus.READY

    def test_a_carried_row_that_is_tried_again_is_carried_by_nobody(self, stores: Stores) -> None:
        ids = self.issue(stores, {"group": "g"}, {"group": "g", "not_before": NOW + 5 * MINUTE})
        (row,) = stores.outbox.claim(NOW, 10, owner="a", lease_until=NOW + MINUTE)
        stores.outbox.companions(row, owner="a", lease_until=NOW + MINUTE)
        stores.outbox.hand_over(ids[0], NOW, recipient=PHONE, masked="…", carries=[ids[1]])

        self.settle(stores, ids[1], OutboxStatus.RETRY, next_at=NOW + MINUTE)

        carried = stores.outbox.find(ids[1])
        assert (carried.status, carried.carried_by) == (OutboxStatus.RETRY, None)

    def test_a_resend_waits_for_its_channel(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {"waits_for_channel": "sms"})
        assert self.claim(stores, NOW + 60 * MINUTE) == []

        released = [stores.outbox.release(channel, NOW + 60 * MINUTE) for channel in ("chat", "sms", "sms")]

        assert released == [0, 1, 0]
        assert self.claim(stores, NOW + 60 * MINUTE) == [effect_id]

    def test_what_is_held_for_an_hour_is_claimed_by_its_key(self, stores: Stores) -> None:
        ids = self.issue(stores, {}, {}, {})
        self.claim(stores)
        for effect_id, key in zip(ids, ("digest:a", "digest:a", "digest:b"), strict=True):
            self.settle(stores, effect_id, OutboxStatus.RETRY, next_at=NOW + MINUTE, held_for=key)

        too_early = stores.outbox.held("digest:a", NOW, owner="a", lease_until=NOW + MINUTE)
        rows = stores.outbox.held("digest:a", NOW + MINUTE, owner="a", lease_until=NOW + 2 * MINUTE)

        assert too_early == []
        assert [(row.effect.id, row.held_for, row.status) for row in rows] == [(one, "digest:a", OutboxStatus.SENDING) for one in ids[:2]]
        assert self.claim(stores, NOW + MINUTE) == [ids[2]]

    def test_what_waits_for_a_person_is_piled_by_key_and_let_go_one_after_another(self, stores: Stores) -> None:
        ids = self.issue(stores, {}, {}, {}, {"waits_for_channel": "sms"})
        self.claim(stores)
        for effect_id, key in zip(ids, ("brake:x", "brake:y", "brake:x"), strict=False):
            self.settle(stores, effect_id, OutboxStatus.WAITING, held_for=key)
        assert self.claim(stores, NOW + 60 * MINUTE) == []
        assert [(pile.key, pile.count, pile.cases) for pile in stores.outbox.piles("brake:")] == [
            ("brake:x", 2, (CASE,)), ("brake:y", 1, (CASE,)),
        ]  # fmt: skip
        assert [row.effect.id for row in stores.outbox.waiting("brake:x", 1)] == [ids[0]]

        let_go = [stores.outbox.let_go("brake:x", NOW + MINUTE, seconds_apart=60) for _ in range(2)]

        assert let_go == [2, 0]
        assert self.claim(stores, NOW + MINUTE) == [ids[0]]
        assert self.claim(stores, NOW + 2 * MINUTE) == [ids[2]]
        row = stores.outbox.find(ids[2])
        assert row.held_for == "brake:x"

    def test_a_sending_counts_under_further_names_and_knows_whom_it_spoke_for(self, stores: Stores) -> None:
        ids = self.issue(stores, {}, {})
        for minutes in (0, 1):
            stores.outbox.hand_over(
                ids[0], NOW + minutes * MINUTE, recipient=PHONE, masked="…", carries=[ids[1]], counts=["rule:x", "told:y"]
            )

        assert [stores.outbox.sent_since(name, NOW + MINUTE) for name in (PHONE, "rule:x", "told:y", "rule:z")] == [1, 1, 1, 0]
        assert [row.effect.id for row in stores.outbox.carried(ids[0])] == [ids[1]]

    def test_what_was_sent_to_somebody_is_counted_by_message_and_time(self, stores: Stores) -> None:
        ids = self.issue(stores, {}, {"message": "other"}, {})
        for effect_id, minutes in zip(ids, (0, 1, 2), strict=True):
            stores.outbox.hand_over(effect_id, NOW + minutes * MINUTE, recipient=PHONE, masked="138****8000")

        assert stores.outbox.sent_since(PHONE, NOW) == 3
        assert stores.outbox.sent_since(PHONE, NOW + MINUTE) == 2
        assert stores.outbox.sent_since(PHONE, NOW, "chase_pickup") == 2
        assert stores.outbox.sent_since("13900139000", NOW) == 0
        assert stores.directory.sent(CASE)[0].masked == "138****8000"

    def test_a_row_for_several_people_counts_once_for_each(self, stores: Stores) -> None:
        (effect_id,) = self.issue(stores, {})
        for recipient in ("1", "2", "1"):
            stores.outbox.hand_over(effect_id, NOW, recipient=recipient, masked="…")

        assert [stores.outbox.sent_since(recipient, NOW) for recipient in ("1", "2", "3")] == [1, 1, 0]

    def test_an_unknown_row_cannot_be_settled(self, stores: Stores) -> None:
        with pytest.raises(NotFound):
            self.settle(stores, "none", OutboxStatus.DONE)

    def settle(self, stores: Stores, effect_id: str, status: OutboxStatus, **changes: Any) -> None:
        stores.outbox.settle(Settlement(effect_id=effect_id, status=status, **changes), NOW)
