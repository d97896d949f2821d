"""The recorder: a counter that carries nothing and tells the truth about it."""

import json
import logging

import pytest

from adapters.clock import SettableClock
from adapters.logs import JsonLines
from adapters.sms.recorder import Mode, Recorder
from engine.model.receipt import Sent, Verdict
from tests.contract.gateway_contract import KEY, NOW, NUMBER, GatewayContract, a_parcel


class TestRecorderKeepsTheContract(GatewayContract):
    @pytest.fixture
    def gateway(self, clock: SettableClock) -> Recorder:
        self.recorder = Recorder("sms", clock)
        return self.recorder

    def deliveries(self) -> int:
        return len(self.recorder.carried)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder("sms", SettableClock(NOW))


def test_a_recorder_that_refuses_says_account_so_that_the_circuit_opens(recorder: Recorder) -> None:
    recorder.mode = Mode.REFUSES

    receipt = recorder.send(a_parcel())

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "account")
    assert recorder.probe() is False


def test_a_silent_recorder_does_not_know_until_it_speaks_again(recorder: Recorder) -> None:
    recorder.mode = Mode.SILENT
    sent = recorder.send(a_parcel())
    meanwhile = recorder.look_up(Sent(key=KEY, provider_id="", address="", handed_at=NOW))

    recorder.mode = Mode.UP
    later = recorder.look_up(Sent(key=KEY, provider_id="", address="", handed_at=NOW))

    assert (sent.verdict, sent.reason) == (Verdict.UNKNOWN, "no_answer")
    assert meanwhile == sent
    assert later is not None
    assert (later.verdict, later.reason) == (Verdict.REJECTED, "expired")
    assert recorder.carried == ()


def test_what_was_refused_is_carried_when_the_channel_is_back(recorder: Recorder) -> None:
    recorder.mode = Mode.REFUSES
    recorder.send(a_parcel())
    recorder.mode = Mode.UP

    receipt = recorder.send(a_parcel())

    assert receipt.verdict is Verdict.DELIVERED
    assert len(recorder.carried) == 1


def test_the_list_of_parcels_is_bounded() -> None:
    recorder = Recorder("sms", SettableClock(NOW), kept_max=3)

    for number in range(5):
        recorder.send(a_parcel(key=str(number)))

    assert [parcel.key for parcel in recorder.carried] == ["2", "3", "4"]


def test_the_log_line_shows_no_number_and_no_whole_text(recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="waybill.recorder"):
        recorder.send(a_parcel(text=f"请致电{NUMBER}"))

    line = JsonLines().format(caplog.records[0])

    assert NUMBER not in line
    assert json.loads(line)["to"] == "138******78"
