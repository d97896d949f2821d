"""Does `mode: shadow` evaluate and record everything, and send nothing? For a policy, a chain, a message."""

import pytest

from tests.time.world import CHAINS, World, first, message, messages

LATE = "while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: "
SEND, CLIMB = "[{send: hurry}]", "[{escalate: ladder, message: hurry}]"
SHADOW_CHAIN = CHAINS.replace("    label: 催办\n", "    label: 催办\n    mode: shadow\n")
SHADOW_MESSAGE = messages(message("hurry", "mode: shadow"))


def late(world: World) -> World:
    world.hear("created", "11-23 09:00")
    return world.until("11-25 09:00")


def shadowed(world: World) -> list[str]:
    """Channel and role of what would have been sent."""
    return [f"{one.channel} {one.to}" for one in world.stores.directory.sent("ticket:T1") if one.status == "shadow"]


@pytest.mark.parametrize(
    "do",
    [
        SEND,
        CLIMB,
        "[{task: 查一查, for: desk, asks: [solved]}]",
        "[{event: escalated}]",
        "[{open: {workflow: ticket}}]",
        "[{set: {owner: 安}}]",
    ],
)
def test_a_policy_in_shadow_is_judged_and_reaches_nobody(do: str) -> None:
    """Verdict, breach and rows stand in the journal, as if it were live."""
    live, shadow = late(World(sla=first(LATE + do))), late(World(sla=first("mode: shadow\n" + LATE + do)))

    assert shadow.verdict() == live.verdict() == "late"
    assert shadow.notes("late") == live.notes("late") == ["11-23 10:00 first"]
    assert shadow.notes("row_fired") == live.notes("row_fired") == ["11-23 10:00 first late 0 min"]
    assert shadow.sent() == []
    assert shadow.carried() == []
    assert list(shadow.stores.worklist.tasks()) == []
    assert len(shadow.stores.directory.cases()) == 1
    assert [row.name for row in shadow.journal() if row.name in ("escalated", "edited")] == []


def test_a_chain_in_shadow_climbs_all_its_steps_and_sends_none() -> None:
    live, shadow = late(World(sla=first(LATE + CLIMB))), late(World(sla=first(LATE + CLIMB), escalations=SHADOW_CHAIN))

    assert len(live.sent()) == 5
    assert shadow.sent() == []
    assert shadow.carried() == []
    assert shadowed(shadow) == ["wechat_work desk", *["sms boss"] * 3, "wechat_work last_resort"]
    assert shadow.notes("chain_step") == live.notes("chain_step") != []
    assert shadow.notes("chain_exhausted") == live.notes("chain_exhausted")
    assert [one.kind for one in live.stores.directory.unread()] == ["alarm"]
    assert list(shadow.stores.directory.unread()) == []


def test_a_message_in_shadow_is_recorded_and_not_sent_alone_or_by_a_chain() -> None:
    alone = late(World(sla=first(LATE + SEND), messages=SHADOW_MESSAGE))
    climbing = late(World(sla=first(LATE + CLIMB), messages=SHADOW_MESSAGE))

    assert alone.sent() == climbing.sent() == []
    assert alone.carried() == climbing.carried() == []
    assert shadowed(alone) == ["sms boss"]
    assert len(shadowed(climbing)) == 5
    assert alone.notes("row_fired") == ["11-23 10:00 first late 0 min"]


def test_only_the_shadowed_one_of_two_is_silent() -> None:
    texts = messages(message("hurry", "mode: shadow"), message("calm"))

    world = late(World(sla=first(LATE + "[{send: hurry}, {send: calm}]"), messages=texts))

    assert [line[12:] for line in world.sent()] == ["sms boss T1 calm"]


def test_a_policy_taken_out_of_shadow_speaks_from_then_on() -> None:
    rows = "while: new\nlimit: 1 h\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]\n  - late: 2 h\n    do: [{send: hurry}]"
    world = World(sla=first("mode: shadow\n" + rows))
    world.hear("created", "11-23 09:00")

    world.swap("11-23 11:00", sla=first(rows))
    world.until("11-24 09:00")

    assert world.sent() == ["11-23 12:00 sms boss T1 hurry"]
