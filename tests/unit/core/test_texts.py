"""Do texts say what will be so once they are handed over?"""

from tests.unit.core.courtroom import CHAINS, PARCEL, PEOPLE, RULES, TEXTS, Play, rulebook

ORDER = (
    TEXTS
    + """
  order:
    label: 下单
    workflow: parcel
    channel: sms
    to: boss
    copy_to: [desk]
    max_chars: 64
    text: |
      {no}请在{after_order.due|time}前提货。
"""
)

SENT = (
    RULES
    + """
  after_order:
    label: 下单后提货
    workflow: parcel
    while: new
    starts: {sent: order}
    stops: {enters: picked_up}
    limit: 3 h
"""
)


def test_a_due_time_that_this_very_sending_starts_stands_in_it_and_in_its_copy() -> None:
    flow = PARCEL.replace("      - {event: failed}\n", "      - {event: failed, do: [{send: order}]}\n")
    play = Play(rulebook(parcel=flow, messages=ORDER, sla=SENT, contacts=PEOPLE, escalations=CHAINS))
    play.hear("ordered", 0)
    play.hear("failed", 5)

    assert sorted(play.sent()) == [(5, "sms", "boss", "P1请在12:05前提货。"), (5, "sms", "desk", "P1请在12:05前提货。")]
