"""What every gateway must do, fake or real. Subclass GatewayContract and give it a `gateway` fixture.

What differs between gateways is asked of the named capability, never skipped.
"""

import io
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from adapters.clock import SettableClock
from adapters.logs import JsonLines, set_up_logs
from engine.model.receipt import RANK, Parcel, Sent, Verdict
from engine.ports.gateway import Gateway

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
KEY = "0123456789abcdefghijklmnop"
NUMBER = "13812345678"
TEXT = "[261123001]客王小明的货应10:00前提,尚未提货,请速安排。"
SEND_SECONDS_MAX = 11
HASTE_SECONDS_MAX = 8
"""A gateway that waits half a second ends before one that waits its whole ten, on however slow a machine."""


def a_parcel(**changes: object) -> Parcel:
    """A parcel that fits every kind of gateway."""
    parcel = Parcel(
        key=KEY,
        effect_id="shipment:261123001/3/1",
        case="shipment:261123001",
        message="chase_pickup",
        address=NUMBER,
        text=TEXT,
        role="hub_dispatcher",
        remark="短信通道不通",
        command="hold",
        fields=(("waybill_no", "755000123456"), ("shipper_name", "王小明"), ("volume_m3", "")),
        template="SMS_1",
        values=(("no", "261123001"), ("name", "王小明")),
    )
    return replace(parcel, **changes)  # type: ignore[arg-type]  # A builder takes any field by name.


class GatewayContract:
    """Provide `gateway: Gateway` (open, and built with this clock), and `deliveries()` if it can be counted."""

    @pytest.fixture
    def clock(self) -> SettableClock:
        return SettableClock(NOW)

    def deliveries(self) -> int | None:
        """How many times the world was really asked; None: cannot be counted."""
        return None

    def test_an_open_counter_takes_the_parcel_under_its_key(self, gateway: Gateway) -> None:
        receipt = gateway.send(a_parcel())

        assert receipt.verdict in {Verdict.ACCEPTED, Verdict.DELIVERED}
        assert receipt.key == KEY
        assert receipt.at == NOW

    def test_accepted_is_final_exactly_when_no_receipt_will_follow(self, gateway: Gateway) -> None:
        receipt = gateway.send(a_parcel())

        assert receipt.final is (not gateway.capabilities.receipts)

    def test_the_same_key_is_carried_once_by_whoever_honours_keys(self, gateway: Gateway) -> None:
        first = gateway.send(a_parcel())
        again = gateway.send(a_parcel())

        assert again.verdict is first.verdict
        if gateway.capabilities.dedup_by_key:
            assert again == first
            assert self.deliveries() in {None, 1}

    def test_two_keys_are_two_sendings(self, gateway: Gateway) -> None:
        first = gateway.send(a_parcel())
        second = gateway.send(a_parcel(key="z" * 26, effect_id="shipment:261123001/3/2"))

        assert (first.key, second.key) == (KEY, "z" * 26)
        assert self.deliveries() in {None, 2}

    @pytest.mark.parametrize("seconds_past", [0, 1], ids=["at its very end", "after it"])
    def test_a_parcel_past_its_validity_is_not_sent(self, gateway: Gateway, seconds_past: int) -> None:
        receipt = gateway.send(a_parcel(valid_until=NOW - timedelta(seconds=seconds_past)))

        assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "expired")
        assert self.deliveries() in {None, 0}

    def test_looking_up_tells_the_truth_or_nothing(self, gateway: Gateway) -> None:
        sent = gateway.send(a_parcel())

        found = gateway.look_up(Sent(key=KEY, provider_id=sent.provider_id, address=NUMBER, handed_at=NOW))

        assert (found is not None) is gateway.capabilities.look_up
        # What is asked later may be known better, never worse.
        assert found is None or (RANK[found.verdict] >= RANK[sent.verdict] and found.key == KEY)

    def test_a_key_that_was_never_sent_is_not_found(self, gateway: Gateway) -> None:
        assert gateway.look_up(Sent(key="y" * 26, provider_id="", address=NUMBER, handed_at=NOW)) is None

    def test_cancelling_is_harmless_before_after_and_twice(self, gateway: Gateway) -> None:
        gateway.cancel(KEY)
        receipt = gateway.send(a_parcel())
        gateway.cancel(KEY)
        gateway.cancel(KEY)

        assert receipt.verdict in {Verdict.ACCEPTED, Verdict.DELIVERED}
        assert self.deliveries() in {None, 1}

    def test_an_open_counter_says_so_without_sending(self, gateway: Gateway) -> None:
        assert gateway.probe() is True
        assert self.deliveries() in {None, 0}

    def test_the_answer_comes_before_the_lease_ends(self, gateway: Gateway) -> None:
        began = time.monotonic()

        gateway.send(a_parcel())

        assert time.monotonic() - began < SEND_SECONDS_MAX

    def test_no_number_and_no_text_stands_in_the_detail(self, gateway: Gateway) -> None:
        receipt = gateway.send(a_parcel())

        assert NUMBER not in receipt.detail
        assert "王小明" not in receipt.detail
        assert len(receipt.detail) <= 200


ACCIDENTS = [
    ("hang before reading", Verdict.UNKNOWN, "no_answer"),
    ("hang after reading", Verdict.UNKNOWN, "no_answer"),
    ("slow", Verdict.UNKNOWN, "no_answer"),
    ("500", Verdict.UNKNOWN, "no_answer"),
    ("drop", Verdict.UNKNOWN, "cut"),
    ("cut", Verdict.UNKNOWN, "cut"),
    ("reset", Verdict.UNKNOWN, "cut"),
    ("garbage", Verdict.UNKNOWN, "garbled"),
    ("big", Verdict.UNKNOWN, "garbled"),
    ("zipped", Verdict.UNKNOWN, "garbled"),
    ("moved", Verdict.UNKNOWN, "garbled"),
    ("429", Verdict.RETRY, "limited"),
]
"""Every way a conversation can fail, and what must be said of it (messaging.md section 3)."""


class AccidentContract:
    """Beside GatewayContract, for gateways that speak over a network.

    Provide `peer` (what answers, its fault set by `peer.fault`), `hasty: Gateway` (at that peer, impatient), `lonely: Gateway`
    (where nobody listens) and `secrets_of()`.
    """

    def secrets_of(self) -> tuple[str, ...]:
        """What must never be shown."""
        return ()

    @pytest.fixture
    def logged(self) -> Iterator[io.StringIO]:
        """Everything that is logged, as the service sets its log up."""
        root, stream = logging.getLogger(), io.StringIO()
        level = root.level
        set_up_logs("DEBUG", stream)
        yield stream
        for ours in [one for one in root.handlers if isinstance(one.formatter, JsonLines)]:
            root.removeHandler(ours)
        root.setLevel(level)

    @pytest.mark.parametrize(("fault", "verdict", "reason"), ACCIDENTS)
    def test_every_accident_has_one_verdict_and_tells_no_secret(
        self, peer: "Faulty", hasty: Gateway, logged: io.StringIO, fault: str, verdict: Verdict, reason: str
    ) -> None:
        peer.fault = fault
        began = time.monotonic()

        receipt = hasty.send(a_parcel())

        assert (receipt.verdict, receipt.reason) == (verdict, reason)
        assert (receipt.until is not None) is (reason == "limited")
        assert time.monotonic() - began < HASTE_SECONDS_MAX
        self.shows_nothing(repr(receipt) + logged.getvalue())

    @pytest.mark.parametrize("fault", ["hang after reading", "500", "drop", "garbage", "zipped"])
    def test_nobody_can_tell_anything_while_the_line_is_bad(self, peer: "Faulty", hasty: Gateway, fault: str) -> None:
        peer.fault = fault

        assert hasty.look_up(Sent(key=KEY, provider_id="p-1", address=NUMBER, handed_at=NOW)) is None
        assert hasty.probe() is False

    def test_where_nobody_listens_it_surely_did_not_leave(self, lonely: Gateway) -> None:
        receipt = lonely.send(a_parcel())

        assert (receipt.verdict, receipt.reason) == (Verdict.RETRY, "no_connection")
        assert lonely.probe() is False
        self.shows_nothing(repr(receipt))

    def test_a_success_shows_nothing_either(self, hasty: Gateway, logged: io.StringIO) -> None:
        receipt = hasty.send(a_parcel())

        assert receipt.verdict in {Verdict.ACCEPTED, Verdict.DELIVERED}
        self.shows_nothing(repr(receipt) + logged.getvalue())

    def shows_nothing(self, said: str) -> None:
        for secret in (NUMBER, "王小明", *self.secrets_of()):
            assert secret not in said


class Faulty(Protocol):
    """A peer that can be told to fail."""

    fault: str
