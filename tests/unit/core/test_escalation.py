"""Does a chain climb, wait, hold and stop as written?"""

from engine.service import hands
from tests.unit.core.courtroom import Play, minute


def late_parcel() -> Play:
    play = Play()
    play.hear("ordered", 0)
    play.until(121)
    return play


def test_steps_wait_from_the_step_before_and_repeats_have_an_end() -> None:
    play = late_parcel()
    play.until(24 * 60)

    told = [(at, channel, to) for at, channel, to, _ in play.sent() if at > 120]

    assert told == [
        (122, "wechat_work", "desk"),
        (152, "sms", "boss"),
        (212, "sms", "boss"),
        (272, "sms", "boss"),
        (332, "sms", "last_resort"),
    ]


def test_the_chain_stops_when_its_clock_stops() -> None:
    play = late_parcel()
    play.hear("picked", 140)
    play.until(600)

    assert [to for at, _, to, text in play.sent() if at > 140 and "作废" not in text] == []
    assert "ladder" in play.notes("chain_ended")


def test_an_acknowledgement_holds_the_chain_for_its_time_and_then_it_goes_on() -> None:
    play = late_parcel()
    play.until(125)
    report = hands.acknowledge(play.stores, "parcel:P1", "ladder", "ann", minute(125))
    play.stores.store.accept([report], minute(125))
    play.until(400)

    told = [at for at, _, to, _ in play.sent() if to == "boss" and at > 120]

    assert told[0] == 125 + 60 + 2


def test_an_acknowledgement_between_queue_and_sending_suppresses_the_sending() -> None:
    """t46"""
    play = late_parcel()
    report = hands.acknowledge(play.stores, "parcel:P1", "ladder", "ann", minute(121))
    play.stores.store.accept([report], minute(121))
    play.until(180)

    assert [to for at, _, to, _ in play.sent() if at > 120] == []


def test_a_second_reason_joins_the_chain_and_the_last_one_gone_ends_it() -> None:
    play = late_parcel()
    play.hear("failed", 130, weight="2000")

    assert play.state() == "trouble"
    chains = play.case().ledger.chains
    assert len(chains) == 1
    assert [reason.partition(":")[0] for reason in chains[0].reasons] == ["stay"]
