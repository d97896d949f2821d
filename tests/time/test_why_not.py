"""Why did it not happen? Every kind of rule, every kind of reason, with all its clauses."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from engine.model.explanation import Explanation, Stands, Why
from tests.time.world import CHAINS, World, first, message, messages, when

LADDER = first(
    "while: [new, waiting]\npauses: waiting\nlimit: 4 h\ncalendar: desk\ntimeline:\n  - late: 0 min\n    do: [{escalate: ladder, message: hurry}]"
)


def asked(world: World, rule: str, at: str | None = None) -> Explanation:
    return world.running().why("ticket:T1", rule=rule, at=when(at) if at else None)


def only(world: World, rule: str, at: str | None = None) -> Why:
    return next(one for one in asked(world, rule, at).answers if one.rule == rule)


def clauses(why: Why) -> Sequence[str]:
    """`✓ subject seen` of every clause."""
    return [f"{ {'yes': '✓', 'no': '✗'}.get(one.answer.value, '?') } {one.subject} {one.seen}" for one in why.checks]


def test_every_clause_is_told_also_behind_the_first_that_does_not_hold() -> None:
    world = World(sla=first("if: {tier: VIP, city: 深圳}\nwhile: waiting\nlimit: 2 h"))
    world.hear("created", "11-23 09:00", tier="普通", city="深圳")

    why = only(world, "first")

    assert why.sentence == "first没有计时:条件不符 级别=普通(= VIP)✗。"
    assert clauses(why) == ["✗ 级别 普通", "✓ 城市 深圳", "✗ 状态 新单", "✗ 起算 没有发生"]


def test_the_arithmetic_names_the_hours_that_did_not_count() -> None:
    world = World(sla=LADDER)
    world.hear("created", "11-23 15:00")
    world.until("11-24 09:00")

    why = only(world, "first late 0 min")

    assert why.sentence == "还没触发:first“到期时”,已计时 2h30m/4h(11-23 17:00–08:30 不计) → 若没有别的事,10:30 触发,启动“催办”。"
    assert why.clock is not None
    assert [(one.why, one.until) for one in why.clock.skipped] == [("坐席不开", when("11-24 08:30"))]


def test_a_paused_clock_says_how_much_is_left_when_it_goes_on() -> None:
    world = World(sla=LADDER)
    world.hear("created", "11-23 09:00")
    world.hear("asked", "11-23 10:00")
    world.until("11-23 12:00")

    why = only(world, "first late 0 min")

    assert (why.stands, why.will_fire_at) == (Stands.WAITING, None)
    assert "恢复后再过 3h 触发" in why.sentence
    assert "✗ 没有暂停 自 10:00 暂停" in clauses(why)


def test_a_row_whose_clock_stopped_before_says_when_and_by_what() -> None:
    world = World(sla=LADDER)
    world.hear("created", "11-23 09:00")
    world.hear("replied", "11-23 10:00")
    world.until("11-23 14:00")

    assert only(world, "first late 0 min").sentence == "没触发:first“到期时”,本该在 13:00,而计时在 10:00 已停下(进入“已答复”,按时)。"


def test_a_transition_whose_event_came_while_its_condition_was_false() -> None:
    world = World()
    world.hear("created", "11-23 09:00", tier="普通")
    world.hear("nag", "11-23 10:00")
    world.hear("edited", "11-23 11:00", tier="VIP")

    why = only(world, "new/nag/1")

    assert why.sentence == "没走:“催一下”→二线;“催一下”10:00 来过,但条件不符 级别=普通(= VIP)✗。"
    assert clauses(why) == ["✓ 状态 新单", "✓ 事件 10:00", "✗ 级别 普通"]


def test_a_transition_whose_event_never_came_waits_for_it_and_looks_at_its_condition_as_it_is_now() -> None:
    world = World()
    world.hear("created", "11-23 09:00", tier="VIP")

    why = only(world, "new/nag/1")

    assert (why.stands, why.sentence) == (Stands.WAITING, "还没走:“催一下”→二线;在等“催一下”,没有来过。")
    assert clauses(why) == ["✓ 状态 新单", "✗ 事件 没有来过", "✓ 级别 VIP"]


def test_a_row_hidden_by_an_earlier_one_names_it() -> None:
    world = World()
    world.hear("created", "11-23 09:00", tier="VIP")
    world.hear("nag", "11-23 10:00")

    assert "写在它前面的一行(workflows/ticket.yaml:43:17)先符合" in only(world, "new/nag/2").sentence


def test_an_event_that_a_clock_will_raise_is_told_with_its_instant() -> None:
    world = World(sla=first("while: new\nlimit: 2 h\ntimeline:\n  - late: 0 min\n    do: [{event: silent}]"))
    world.hear("created", "11-23 09:00")

    why = only(world, "*/silent/1")

    assert (why.stands, why.will_fire_at) == (Stands.AHEAD, when("11-23 11:00"))


def test_a_chain_that_never_began_names_the_rule_that_will_begin_it() -> None:
    world = World(sla=LADDER)
    world.hear("created", "11-23 09:00")

    found = asked(world, "ladder")

    assert found.answers[0].sentence == "催办没有启动:该启动它的规则还没触发;最早 13:00 由“first”(到期时)引发。"
    assert [one.rule for one in found.answers[1:]] == ["first late 0 min"]


def test_a_chain_that_was_acknowledged_held_and_ended_says_so() -> None:
    world = World(sla=LADDER)
    world.hear("created", "11-23 09:00")
    world.acknowledge("11-23 13:10")
    slept = only(world, "ladder")
    world.hear("asked", "11-23 13:20")
    held = only(world, "ladder")
    world.hear("answered", "11-23 13:30")
    world.hear("replied", "11-23 13:40")

    assert "14:10 第 2 档通知经理(短信)(有人已知晓,按住到那时)" in slept.sentence
    assert "计时暂停,按住在第 2 档前,恢复后再等" in held.sentence
    assert "13:40 因为起因不在了而结束" in only(world, "ladder").sentence
    assert only(world, "ladder 2").sentence == "没通知:催办第 2 档(等 30m);链已先结束。"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("send_hours: desk", "按住到 11-24 08:30 再发"),
        ("mode: shadow", "试行,只记录、没有发出"),
        ("drop_if: {state: new}", "没有发出:发送前一看,drop_if 已成立"),
    ],
)
def test_a_message_that_was_not_sent_says_which_gate_closed(words: str, said: str) -> None:
    rules = first("while: new\nlimit: 2 h\ntimeline:\n  - after: 10 h\n    do: [{send: hurry}]")
    world = World(sla=rules, messages=messages(message("hurry", words)))
    world.hear("created", "11-23 09:00")
    world.until("11-23 19:30")

    why = asked(world, "hurry").answers[0]

    assert said in why.sentence
    assert "✗" in "".join(clauses(why))


def test_a_message_beyond_its_at_most_is_told_as_such() -> None:
    rules = first(
        "while: new\nlimit: 2 h\ntimeline:\n  - after: 10 min\n    do: [{send: hurry}]\n  - after: 20 min\n    do: [{send: hurry}]"
    )
    world = World(sla=rules, messages=messages(message("hurry", "at_most: 1 per day")))
    world.hear("created", "11-23 09:00")
    world.until("11-23 09:30")

    sent, capped = asked(world, "hurry").answers

    assert (sent.stands, capped.stands) == (Stands.DONE, Stands.OFF)
    assert "超过这条消息的次数上限" in capped.sentence


def test_a_refused_message_says_what_the_channel_said() -> None:
    rules = first("while: new\nlimit: 2 h\ntimeline:\n  - after: 10 min\n    do: [{send: hurry}]")
    world = World(sla=rules)
    world.simulation.switch("sms", "refuses")
    world.hear("created", "11-23 09:00")
    world.until("11-23 09:30")

    assert "被拒" in asked(world, "hurry").answers[0].sentence


def test_what_rang_too_late_says_so() -> None:
    rules = first("while: new\nlimit: 2 h\nafter_downtime: flag\ntimeline:\n  - late: 0 min\n    do: [{send: hurry}]")
    world = World(sla=rules)
    world.hear("created", "11-23 15:00", happened="11-23 09:00")

    why = only(world, "first late 0 min")

    assert (why.stands, why.happened_at) == (Stands.OFF, None)
    assert why.sentence == "没做:first“到期时”,15:00 才响(应在 11:00,晚了 4h),已列出等人决定。"


def test_a_state_says_since_when_or_which_ways_lead_there() -> None:
    world = World()
    world.hear("created", "11-23 09:00")
    world.hear("taken", "11-23 10:00")

    assert asked(world, "二线").answers[0].sentence == "现在就是“二线”,自 10:00。"
    assert asked(world, "new").answers[0].sentence == "现在不是“新单”:10:00 离开,现在是“二线”。"
    never = asked(world, "done").answers
    assert never[0].sentence == "没有到过“结束”:下面的路都没走,现在是“二线”。"
    assert [one.rule for one in never[1:]] == ["*/thanked/1"]


def test_every_kind_of_rule_is_answered_in_english_without_a_chinese_word() -> None:
    world = World(sla=LADDER)
    world.hear("created", "11-23 09:00", tier="VIP")
    world.until("11-23 14:00")
    desk = world.running()

    for rule in ("first", "first late 0 min", "ladder", "ladder 1", "hurry", "new", "nag", "new/nag/1"):
        for one in desk.why("ticket:T1", rule=rule, lang="en").answers:
            said = one.sentence + "".join(one.remarks) + "".join(f"{each.subject}{each.word}{each.expected}" for each in one.checks)
            assert not [letter for letter in said if "一" <= letter <= "鿿"], said


def test_an_unknown_name_brings_the_nearest() -> None:
    world = World()
    world.hear("created", "11-23 09:00")

    found = asked(world, "frist")

    assert (found.answers, found.nearest[0]) == ((), "first")


def edited_at_ten() -> World:
    """Four hours until 10:00, six from then on on."""
    world = World(sla=first("while: new\nlimit: 4 h"))
    world.running().offer_rules(world.files)
    world.hear("created", "11-23 09:00")
    world.swap("11-23 10:00", sla=first("while: new\nlimit: 6 h"))
    return world.until("11-23 10:30")


def test_the_past_is_told_under_the_rulebook_that_was_in_force_then() -> None:
    world = edited_at_ten()
    kept = [one.fingerprint for one in world.stores.shelf.versions()]

    before, after = asked(world, "first", "11-23 09:59"), asked(world, "first", "11-23 10:01")

    assert [before.rulebook, after.rulebook] == kept
    assert [one.answers[0].will_fire_at for one in (before, after)] == [when("11-23 13:00"), when("11-23 15:00")]
    assert before.remarks == after.remarks == ()


def test_a_rulebook_that_is_not_on_the_shelf_is_told_in_a_plain_remark() -> None:
    world = World(sla=first("while: new\nlimit: 4 h"))
    world.hear("created", "11-23 09:00")
    decided = world.journal()[0].rulebook
    other = World(sla=first("while: new\nlimit: 6 h"))
    world.simulation.library = other.simulation.library

    found = asked(world, "first", "11-23 09:30")

    assert found.remarks == (f"规则集 {decided[:12]} 不在书架上:改用今天的规则来说",)
    assert found.rulebook == other.simulation.library.rulebook.fingerprint


def test_chains_that_end_leave_their_steps_explained_at_each_instant() -> None:
    world = World(sla=LADDER, escalations=CHAINS)
    world.hear("created", "11-23 09:00")
    world.until("11-23 13:10")

    ahead = only(world, "ladder 2")

    assert (ahead.stands, ahead.will_fire_at) == (Stands.AHEAD, when("11-23 13:30"))
    assert only(world, "ladder 1").happened_at == when("11-23 13:00")
    assert only(world, "ladder 1", "11-23 13:00").happened_at == when("11-23 13:00")
    before = world.running().why("ticket:T1", rule="ladder", at=when("11-23 13:00") - timedelta(microseconds=1))
    assert before.answers[0].will_fire_at == when("11-23 13:00")
