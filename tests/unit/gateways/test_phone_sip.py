"""Calls over a line of our own: the one contract, and every end, against programs that only pretend."""

import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clock import SettableClock, SystemClock
from adapters.phone.baresip import Heard, event_of, split
from adapters.phone.call_result import Course, result
from adapters.phone.prompt import Programs
from adapters.phone.sip import SipPhone
from engine.model.connection import Connection, ConnectionType
from engine.model.receipt import Push, Sent, Verdict
from engine.model.span import NOWHERE
from engine.ports.gateway import Gateway, Listener
from tests.contract.gateway_contract import KEY, NOW, GatewayContract, a_parcel

FAKE = Path(__file__).with_name("fake_baresip.py")
Make = Callable[..., SipPhone]


class TickingClock(SettableClock):
    """The hour stands still, seconds pass, ten in one."""

    def monotonic(self) -> float:
        return 10 * time.monotonic()


@pytest.fixture
def clock() -> SettableClock:
    return TickingClock(NOW)


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    """A telephone, a voice and a tape that pretend."""
    made = {
        "baresip": f'exec "{sys.executable}" -S -E "{FAKE}" "$@"',
        "espeak-ng": 'while [ $# -gt 1 ]; do [ "$1" = -w ] && out="$2"; shift; done; cat > "$out"',
        "sox": 'head -c 2000 /dev/zero > "$8"',
    }
    for name, body in made.items():
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o700)
    return Programs(baresip=str(tmp_path / "baresip"), espeak=str(tmp_path / "espeak-ng"), sox=str(tmp_path / "sox"))


@pytest.fixture
def make(clock: SettableClock, programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made: list[SipPhone] = []

    def build(**options: str) -> SipPhone:
        written = {"trunk": "sip:{number}@127.0.0.1:5070", "listen": f"127.0.0.1:{_free_port()}", "ring_for": "5 s", **options}
        connection = Connection(name="line", label="电话", type=ConnectionType.SIP, options=written, span=NOWHERE)
        made.append(SipPhone(connection, clock, {"env:SIP": "s3cret"}.__getitem__, programs=programs))
        return made[-1]

    yield build
    for gateway in made:
        gateway.close()


class TestSipKeepsTheContract(GatewayContract):
    folder: Path

    @pytest.fixture
    def clock(self) -> SettableClock:
        return TickingClock(NOW)

    @pytest.fixture
    def gateway(self, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gateway:
        self.folder = tmp_path
        # The contract's number ends in 78: it rings, is answered and listens on.
        return make()

    def deliveries(self) -> int:
        log = self.folder / "dialled.log"
        return len(log.read_text(encoding="utf-8").splitlines()) if log.exists() else 0

    def test_it_listens(self, gateway: Gateway) -> None:
        assert isinstance(gateway, Listener)


def ended(gateway: SipPhone, fate: str) -> tuple[str, str, str]:
    """Verdict, reason and code of a call to this fate, told or answered at once."""
    told: list[Push] = []
    gateway.told = told.append
    receipt = gateway.send(a_parcel(address=f"138123456{fate}", spoken="2 6 1"))
    if receipt.verdict is Verdict.ACCEPTED:
        end = time.monotonic() + 15
        while not told and time.monotonic() < end:
            time.sleep(0.02)
        pushed = gateway.read(told[0])
        assert pushed is not None
        (receipt,) = pushed.receipts
    assert receipt.key == KEY
    return receipt.verdict.value, receipt.reason, receipt.code


@pytest.mark.parametrize(
    ("fate", "confirm", "told"),
    [
        pytest.param("00", "", ("delivered", "heard", "end"), id="heard"),
        pytest.param("00", "1", ("rejected", "away", "no_key"), id="heard, no key"),
        pytest.param("01", "", ("rejected", "away", "hung_up_early"), id="hung up"),
        pytest.param("02", "1", ("delivered", "confirmed", "key"), id="key"),
        pytest.param("10", "", ("rejected", "away", "486 Busy Here"), id="busy"),
        pytest.param("12", "", ("rejected", "bad_number", "404 Not Found"), id="no such number"),
        pytest.param("14", "", ("retry", "busy", "503 Service Unavailable"), id="congested"),
        pytest.param("20", "", ("rejected", "away", "no_answer"), id="rings out"),
        pytest.param("21", "", ("retry", "no_connection", "no_reply"), id="no reply"),
        pytest.param("99", "", ("retry", "no_connection", "phone_gone"), id="the phone dies"),
    ],
)
def test_every_end_of_a_call_is_told_apart(make: Make, fate: str, confirm: str, told: tuple[str, str, str]) -> None:
    assert ended(make(**({"confirm": confirm} if confirm else {})), fate) == told


def test_what_could_not_be_placed_is_placed_again_under_the_same_key(make: Make, tmp_path: Path) -> None:
    gateway = make()

    first, again = ended(gateway, "14"), ended(gateway, "14")

    assert first == again == ("retry", "busy", "503 Service Unavailable")
    assert len((tmp_path / "dialled.log").read_text(encoding="utf-8").splitlines()) == 2


def test_who_is_told_of_an_end_is_asked_again_while_the_store_is_locked(make: Make) -> None:
    gateway, told = make(), []

    def locked_once(push: Push) -> None:
        told.append(push)
        if len(told) == 1:
            raise OSError("locked")

    gateway.told = locked_once
    gateway.send(a_parcel(address="13812345601"))

    end = time.monotonic() + 5
    while len(told) < 2 and time.monotonic() < end:
        time.sleep(0.02)
    assert len(told) == 2


def test_nothing_private_is_left_on_the_disk(make: Make, tmp_path: Path) -> None:
    gateway = make(username="desk", password="env:SIP")

    ended(gateway, "00")

    gateway.close()
    left = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "dialled.log")
    assert not list(tmp_path.glob("waybill-call-*"))
    assert b"s3cret" not in left


@pytest.mark.parametrize(
    "options",
    [
        {"trunk": "sip:{number}@host name"},
        {"trunk": "sip:13812345678@10.0.0.1"},
        {"listen": "nowhere"},
        {"listen": "203.0.113.7:5061"},
        {"username": "a>b"},
        {"password": "env:GONE"},
        {"ring_for": "for ever"},
    ],
)
def test_a_setting_that_is_none_stops_the_counter(make: Make, tmp_path: Path, options: dict[str, str]) -> None:
    gateway = make(**options)

    receipt = gateway.send(a_parcel())

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "account")
    assert "setting" in receipt.detail
    assert gateway.probe() is False
    assert not (tmp_path / "dialled.log").exists()


@pytest.mark.parametrize("number", ["138****5678", "13812345678@evil", "0755-83000000-801", "", "1381234\n678"])
def test_a_number_that_cannot_be_dialled_is_refused(make: Make, number: str) -> None:
    receipt = make().send(a_parcel(address=number))

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "bad_number")


def test_missing_programs_are_named() -> None:
    options = {"trunk": "sip:{number}@127.0.0.1:5070", "listen": "127.0.0.1:5061"}
    connection = Connection(name="line", label="电话", type=ConnectionType.SIP, options=options, span=NOWHERE)
    gateway = SipPhone(connection, SystemClock(), os.environ.__getitem__, programs=Programs(baresip="no-such-phone"))

    receipt = gateway.send(a_parcel())

    assert (receipt.reason, "no-such-phone" in receipt.detail) == ("account", True)
    assert gateway.probe() is False


def test_a_voice_that_fails_is_the_settings_fault(make: Make, programs: Programs) -> None:
    Path(programs.espeak).write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")

    receipt = make().send(a_parcel())

    assert (receipt.verdict, receipt.reason) == (Verdict.REJECTED, "account")


def test_a_call_nobody_made_is_not_known(make: Make) -> None:
    assert make().look_up(Sent(key="y" * 26, provider_id="", address="", handed_at=NOW)) is None


@given(st.lists(st.binary(max_size=30), max_size=5), st.integers(0, 200))
def test_a_stream_cut_anywhere_is_read_the_same(messages: list[bytes], at: int) -> None:
    stream = b"".join(b"%d:%s," % (len(one), one) for one in messages)

    first, rest = split(stream[:at])
    second, left = split(rest + stream[at:])

    assert first + second == messages
    assert left == b""


@given(st.binary(max_size=60))
def test_rubbish_on_the_control_port_is_no_event(rubbish: bytes) -> None:
    messages = [*split(rubbish)[0], *split(b"%d:%s," % (len(rubbish), rubbish))[0]]

    assert [event for event in map(event_of, messages) if event is not None] == []


def test_an_event_says_what_and_with_what() -> None:
    assert event_of(json.dumps({"event": True, "type": "CALL_CLOSED", "param": "486 Busy Here"}).encode()) == Heard(
        "CLOSED", "486 Busy Here"
    )
    assert event_of(b'{"response": true, "ok": true}') is None


@given(
    st.builds(
        Course,
        rang=st.booleans(),
        answered=st.booleans(),
        confirmed=st.booleans(),
        pressed=st.text("0123456789*#", max_size=3),
        closed=st.none() | st.sampled_from(["end of file", "486 Busy Here", "503 x", "Connection reset by peer", "?"]),
        stopped=st.sampled_from(["", "no_answer", "withdrawn", "too_long", "stopped"]),
    ),
    st.booleans(),
)
def test_delivered_is_said_only_of_what_was_heard_or_confirmed(course: Course, wants_key: bool) -> None:
    (verdict, _), _ = result(course, wants_key=wants_key)

    proven = course.confirmed or (course.answered and course.closed == "end of file" and not wants_key)
    assert (verdict is Verdict.DELIVERED) is proven


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return min(port, 65_000)
