"""What becomes of a text behind a real Kannel? Every outcome that was ever seen there, mapped to our verdicts by the real daemon."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.peers.alone import needs
from tests.peers.kannel import fake_replies
from tests.peers.kannel_desk import KannelDesk, a_desk, shown, until

pytestmark = [*needs("bearerbox", "smsbox", "fakesmsc", "ip"), pytest.mark.timeout(90)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KannelDesk]:
    with a_desk(tmp_path_factory.mktemp("kannel")) as one:
        yield one


@pytest.mark.parametrize(
    ("digits", "status", "told"),
    [
        ("00", "done", ("delivered", "receipt")),
        ("01", "rejected", ("rejected", "away")),
        ("02", "rejected", ("rejected", "expired")),
        ("03", "rejected", ("rejected", "bad_number")),
        ("10", "done", ("delivered", "receipt")),
        ("11", "rejected", ("rejected", "busy")),
        ("12", "rejected", ("rejected", "bad_number")),
        ("13", "rejected", ("rejected", "busy")),
        ("21", "done", ("delivered", "receipt")),
    ],
)
def test_each_end_of_a_text_has_its_verdict(desk: KannelDesk, digits: str, status: str, told: tuple[str, str]) -> None:
    desk.order(f"E{digits}", f"138000001{digits}")

    until(lambda: (row := desk.text(f"E{digits}")) and row.status == status, told=lambda: shown(desk.rows(f"E{digits}")))

    row = desk.text(f"E{digits}")
    assert row is not None
    assert row.told == told
    assert len(row.attempts) == 1


@pytest.mark.parametrize("digits", ["20", "22"])
def test_a_receipt_that_never_comes_or_that_kannel_lost_leaves_it_accepted(desk: KannelDesk, digits: str) -> None:
    desk.order(f"N{digits}", f"138000002{digits}")
    until(lambda: desk.text(f"N{digits}"))
    time.sleep(2)

    row = desk.text(f"N{digits}")

    assert row is not None
    assert (row.status, row.attempts[0]["verdict"], row.attempts[0]["receipt"]) in [
        ("accepted", "accepted", ""),
        ("accepted", "accepted", "accepted"),
    ]


def test_a_long_text_goes_in_two_parts_and_the_receipt_of_the_first_counts(desk: KannelDesk) -> None:
    desk.order("L1", "13800000300", event="private_note")

    until(lambda: (row := desk.text("L1")) and row.status == "done", told=lambda: shown(desk.rows("L1")))

    parts = [one for one in desk.peer.submitted if one.number.endswith("13800000300")]
    assert [one.asks_receipt for one in parts] == [True, False]
    assert "".join(one.text for one in parts).startswith("【示例物流】单L1请提货")
    row = desk.text("L1")
    assert row is not None
    assert row.attempts[0]["measures"] == '{"segments":"2"}'


@pytest.mark.parametrize("digits", ["30", "31"])
def test_kannel_doubles_by_itself_and_we_ask_once(desk: KannelDesk, digits: str) -> None:
    number = f"138000004{digits}"
    desk.order(f"D{digits}", number)
    if digits == "31":
        until(lambda: desk.peer.texts_to(number))
        desk.peer.as_if[number] = "00"
        desk.peer.down()
        desk.peer.up()
    until(lambda: len(desk.peer.texts_to(number)) >= 2)
    desk.peer.as_if[number] = "00"

    until(lambda: (row := desk.text(f"D{digits}")) and row.status == "done", told=lambda: shown(desk.rows(f"D{digits}")))

    row = desk.text(f"D{digits}")
    assert row is not None
    assert len(row.attempts) == 1


def test_with_the_smsc_down_a_text_is_queued_and_delivered_when_it_is_back(desk: KannelDesk) -> None:
    desk.peer.down()
    desk.kannel.wait_until_bound(bound=False)
    desk.order("Q1", "13800000500")
    until(lambda: (row := desk.text("Q1")) and row.attempts[0]["verdict"])
    queued = desk.text("Q1")
    desk.peer.up()

    until(lambda: (row := desk.text("Q1")) and row.status == "done", told=lambda: shown(desk.rows("Q1")))

    assert queued is not None
    assert (queued.status, queued.attempts[0]["code"]) == ("accepted", "3")
    assert "queued" in queued.error


def test_a_reply_that_kannel_repeats_is_heard_once_though_the_store_was_locked(desk: KannelDesk) -> None:
    desk.order("R1", "13800000600")
    until(lambda: (row := desk.text("R1")) and row.status == "done")
    with closing(sqlite3.connect(desk.home.file, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        people = fake_replies("13800000600 10690000 text TD")
        time.sleep(1.5)
        db.execute("ROLLBACK")

    until(lambda: heard(desk, "R1"), told=desk.kannel.last_words)
    time.sleep(2.5)
    people.kill()
    people.wait()

    assert heard(desk, "R1") == 1
    assert suppressed(desk) == 1


def heard(desk: KannelDesk, case: str) -> int:
    with closing(sqlite3.connect(f"file:{desk.home.file}?mode=ro", uri=True, timeout=5)) as db:
        return int(db.execute("SELECT count(*) FROM journal WHERE case_id = ? AND name = 'sms_reply'", [f"ticket:{case}"]).fetchone()[0])


def suppressed(desk: KannelDesk) -> int:
    with closing(sqlite3.connect(f"file:{desk.home.file}?mode=ro", uri=True, timeout=5)) as db:
        return int(db.execute("SELECT count(*) FROM suppression").fetchone()[0])


def test_what_was_queued_is_gone_with_a_gateway_that_keeps_nothing(desk: KannelDesk) -> None:
    desk.peer.down()
    desk.kannel.wait_until_bound(bound=False)
    desk.order("G1", "13800000700")
    until(lambda: (row := desk.text("G1")) and row.attempts[0]["verdict"])
    desk.kannel.stop()
    desk.peer.up()
    desk.kannel.start()
    desk.kannel.wait_until_bound()
    time.sleep(1)

    row = desk.text("G1")

    assert row is not None
    assert (row.status, desk.peer.texts_to("13800000700")) == ("accepted", [])


def test_a_password_that_is_refused_opens_the_breaker(desk: KannelDesk) -> None:
    file = desk.home.rules / "rules" / "connections" / "kannel.yaml"
    good = file.read_text(encoding="utf-8")
    file.write_text(good.replace("username: tester", "username: stranger"), encoding="utf-8")
    rules_taken(desk, "stranger")
    desk.order("P1", "13800000800")
    until(lambda: desk.circuit() == "open", told=lambda: shown(desk.rows("P1")))
    refused = desk.text("P1")

    file.write_text(good, encoding="utf-8")
    until(lambda: desk.circuit() == "closed", seconds=40)

    assert refused is not None
    assert (refused.status, refused.told) == ("rejected", ("rejected", "account"))
    assert desk.peer.texts_to("13800000800") == []


def rules_taken(desk: KannelDesk, words: str) -> None:
    """The edited connection is in force."""
    before = desk.home.log.read_text(encoding="utf-8").count("rules swapped")
    until(lambda: desk.home.log.read_text(encoding="utf-8").count("rules swapped") > before, told=lambda: words)
