"""Is everything the rules mean read out, once and exactly, in both languages?"""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.files.rules import read_folder
from engine.language.compile import compile_rulebook
from engine.model.rulebook import Rulebook
from engine.reports.differences import Change, diff, say
from engine.reports.sentences import KINDS, heading, lines, read_out
from tests.tidy.test_documents_run import FILES
from tests.tidy.tree import ROOT
from tests.unit.reports.leaves import Leaf, changed, leaves

NOT_SPOKEN = {
    "Rulebook.fingerprint": "it is computed from the rest",
    "Workflow.version": "it is computed from the rest",
    "Rulebook.stories": "stories are tests, not rules, and are written as sentences already",
    "Rulebook.earlier[]": "the past of cases, not what holds now",
    "Rulebook.earlier": "the past of cases, not what holds now",
    "Transition.key": "it is made of the state, the event and the place of its row",
    "TimelineRow.key": "it is made of the row's when and how long, which are spoken",
    "Amount.written": "spelling: 60 min and 1 h are the same",
    "Cap.written": "spelling",
    "Clause.private": "it follows from the field, where it is spoken",
    "Table.columns": "a column nobody fills says nothing; filled ones are read with their cells",
    "Message.was": "identity, not meaning; a rename is told by `diff`",
    "Policy.was": "identity, not meaning; a rename is told by `diff`",
    "Chain.was": "identity, not meaning; a rename is told by `diff`",
    "State.was": "identity, not meaning; a rename is told by `diff`",
    "Field.was": "identity, not meaning; a rename is told by `diff`",
}
"""Leaves that no sentence says, and why."""
SAYS_NOTHING_AT = {
    "TimelineRow.percent": 0, "Inbound.newest_first": False, "Outgoing.name": "send", "Outgoing.reason_at": "", "Outgoing.reference_at": "",
    "Outgoing.save_as": "", "Poll.next_at": "", "Drop.answers": "",
}  # fmt: skip
"""Values of what is not written: a percentage of a row that has none, the order of reports that are no list, the name of the one request."""
EACH = 2
"""Of the leaves of one kind so many are tried, spread over the rulebook."""


def compiled(files: dict[str, str]) -> Rulebook:
    rulebook = compile_rulebook(files).rulebook
    assert rulebook is not None
    return rulebook


PAGE = compiled(FILES)
SHIPPED = compiled(dict(read_folder(ROOT).files))


def spoken(rulebook: Rulebook, lang: str) -> list[object]:
    return [
        (one.kind, one.name, one.label, one.shadow, [(said.key, said.topic, said.says) for said in one.sentences])
        for one in read_out(rulebook, lang)
    ]


def means_something(leaf: Leaf) -> bool:
    idle = leaf.of in SAYS_NOTHING_AT and leaf.value == SAYS_NOTHING_AT[leaf.of]
    no_skip = ("field", "skip_after") in leaf.path and not leaf.value  # Of a policy that does not skip.
    return leaf.path[0][1] not in ("stories", "earlier") and leaf.of not in NOT_SPOKEN and not idle and not no_skip


def of_every_kind(rulebook: Rulebook) -> list[Leaf]:
    found: dict[str, list[Leaf]] = {}
    for leaf in leaves(rulebook):
        if means_something(leaf):
            found.setdefault(leaf.of, []).append(leaf)
    return [leaf for own in found.values() for leaf in own[:: max(1, len(own) // EACH)][:EACH]]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_leaf_of_the_language_page_is_spoken(lang: str) -> None:
    before = spoken(PAGE, lang)

    silent = [f"{leaf.of} {leaf.path} {leaf.value!r}" for leaf in of_every_kind(PAGE) if spoken(changed(PAGE, leaf), lang) == before]

    assert silent == []


NAMED = re.compile(r"\.(name|id|workflow|look_up|take|timezone|label|of|event)$|\[\]$")
"""What other rules mention: changed in one place only, it leaves them naming something that is not there."""


@given(st.sampled_from(of_every_kind(SHIPPED)), st.sampled_from(["zh", "en"]))
@settings(max_examples=40, deadline=None)
def test_every_leaf_of_the_shipped_rulebook_shows_in_the_differences(leaf: Leaf, lang: str) -> None:
    found = diff(SHIPPED, changed(SHIPPED, leaf), lang)

    assert len(found) == 1 or (found and NAMED.search(leaf.of))


def test_what_is_not_spoken_is_named_and_exists() -> None:
    known = {leaf.of for rulebook in (PAGE, SHIPPED) for leaf in leaves(rulebook)}

    assert {name for name in NOT_SPOKEN if name not in known} <= {"Rulebook.earlier", "Rulebook.earlier[]", "Rulebook.stories"}


def edited(old: str, new: str, file: str = "rules/sla.yaml") -> Rulebook:
    assert FILES[file].count(old) == 1
    return compiled({**FILES, file: FILES[file].replace(old, new)})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("limit: 48 h", "limit: 2880 min"),
        ("after: 1 h", "after: 60 min"),
        ("while: [moving, trouble]\n    stops: {enters", "while: [trouble, moving]\n    stops: {enters"),
    ],
)
def test_another_spelling_of_the_same_is_read_the_same(old: str, new: str) -> None:
    same = edited(old, new)

    assert spoken(same, "zh") == spoken(PAGE, "zh")
    assert diff(PAGE, same) == []


def test_comments_and_the_order_of_keys_and_rules_are_no_difference() -> None:
    blocks = re.split(r"(?m)^(?=  \w+:$)", FILES["rules/sla.yaml"])
    shuffled = blocks[0] + "  # Something nobody compiles.\n" + "".join(reversed(blocks[1:]))

    assert diff(PAGE, compiled({**FILES, "rules/sla.yaml": shuffled})) == []


def says(new: Rulebook, lang: str = "zh") -> list[str]:
    return [f"{one.name}: {say(one, lang)}" for one in diff(PAGE, new, lang)]


def test_a_changed_limit_is_one_sentence_with_the_old_and_the_new() -> None:
    assert says(edited("limit: 48 h", "limit: 36 h")) == ["no_news: 时限:48 小时内 改为 36 小时内"]
    assert says(edited("limit: 48 h", "limit: 36 h"), "en") == ["no_news: limit: within 48 h becomes within 36 h"]


def test_a_row_at_another_time_changed_and_is_not_another_row() -> None:
    assert says(edited("late: 30 min", "late: 45 min")) == ["deliver_as_promised: 超时 30 分钟:发『致歉』 改为 超时 45 分钟:发『致歉』"]


def test_an_exception_put_in_front_leaves_the_others_as_they_were() -> None:
    row = "      - if: {started_at_time: {before: 11:00}}\n"
    vip = "      - if: {city: 深圳, fragile: yes}\n        limit: 2 h\n"

    assert says(edited(row, vip + row)) == ["collect_in_time: 新增:例外 1:如果城市是“深圳”,且易碎是“是”,2 小时内"]


def test_a_policy_that_goes_into_shadow_says_what_that_means() -> None:
    found = says(edited("    label: 线路时效\n", "    label: 线路时效\n    mode: shadow\n"))

    assert found == ["lane: 转为试行:只判断和记录,什么也不发"]


def test_a_rule_renamed_with_was_is_told_as_renamed_and_nothing_else() -> None:
    renamed = compiled(
        {file: re.sub(r"\bhub_chain\b", "hub_steps", text).replace("was: hub_ladder", "was: hub_chain") for file, text in FILES.items()}
    )

    assert says(renamed) == ["hub_steps: 改名:hub_chain → hub_steps"]


def test_a_new_label_shows_where_it_is_declared_and_nowhere_else() -> None:
    relabelled = compiled({file: text.replace("label: 分拨中心催办", "label: 分拨催办") for file, text in FILES.items()})

    assert says(relabelled) == ["hub_chain: 名称:分拨中心催办 改为 分拨催办"]


def test_a_rule_added_or_removed_is_told_as_a_whole() -> None:
    without = replace(PAGE, policies={name: one for name, one in PAGE.policies.items() if name != "collect_by_date"})

    assert [(one.change, one.name) for one in diff(PAGE, without)] == [(Change.REMOVED, "collect_by_date")]
    assert [(one.change, one.name) for one in diff(without, PAGE)] == [(Change.ADDED, "collect_by_date")]


def page_lines(kind: str, name: str, lang: str = "zh") -> list[str]:
    return next(lines(one.sentences, lang) for one in read_out(PAGE, lang) if (one.kind, one.name) == (kind, name))


def test_steps_say_how_long_it_takes_in_all() -> None:
    assert page_lines("chain", "hub_chain")[1:4] == [
        "第 2 档:再等 30 分钟,用企业微信、再是电话告诉『经理』,只在『客服坐席』开门时(共 30 分钟后)。",
        "最后一档:每 2 小时再做一次,最多 3 次(最后一次在共 6 小时 30 分钟后)。",
        "做完仍未解决:告诉『兜底值班』(共 8 小时 30 分钟后)。",
    ]


def test_a_limit_without_a_calendar_says_that_nights_count() -> None:
    assert "时限:48 小时内(含夜间、节假日)。" in page_lines("policy", "no_news")
    assert "limit: within 48 h (nights and holidays included)." in page_lines("policy", "no_news", "en")


def test_days_that_say_the_same_are_read_as_one_and_dates_beyond_the_notice_are_marked() -> None:
    said = page_lines("calendar", "desk")

    assert "周一 到 周五 08:30-12:00、13:00-17:00。" in said
    assert "2026-10-01 到 2026-10-07 放假,国庆节。" in said
    assert "2027-10-01 到 2027-10-03 放假,国庆节(未确认)。" in said
    assert "2027-10-01 to 2027-10-03 closed, 国庆节(未确认) (estimated)." in page_lines("calendar", "desk", "en")


def test_things_that_share_a_label_are_told_apart() -> None:
    twins = edited("label: 待揽收过久", "label: 久无消息")

    assert {one.name for one in read_out(twins) if "久无消息" in heading(one, "zh")} == {"no_news", "waiting_too_long"}


def test_a_word_for_customers_says_everything_that_bears_the_name() -> None:
    ticket = next(one for one in read_out(SHIPPED, "zh") if (one.kind, one.name) == ("workflow", "ticket"))

    assert "对客户,状态『已解决待客户认可』和事件『已解决』说成:“已答复,等您确认”,英文“answered, waiting for your word”。" in lines(
        ticket.sentences, "zh"
    )


def test_a_state_renamed_with_was_is_no_change_of_the_customers_page() -> None:
    renamed = compiled(
        {file: re.sub(r"\btrouble\b", "problems", text).replace("was: problem\n", "was: trouble\n") for file, text in FILES.items()}
    )

    assert [one.key for one in diff(PAGE, renamed) if one.key.startswith("customer/")] == []


def test_what_is_kept_for_ever_is_said_once_anything_is_let_go() -> None:
    assert says(edited("  raw: 30 days\n", "", "rules/keeping.yaml")) == ["keeping: 来报的原文,从收到起:留 30 天 改为 一直留着"]
    assert "keeping" not in {one.kind for one in read_out(replace(PAGE, keeping=None))}


def test_a_scheduled_report_that_goes_to_somebody_else_is_one_sentence() -> None:
    assert says(edited("to: [clerk, boss@example.com]", "to: [clerk]", "rules/reports.yaml")) == [
        "weekly_promises: 发给『客服』、boss@example.com 改为 『客服』"
    ]


def test_every_kind_of_rule_is_read() -> None:
    assert {one.kind for one in read_out(PAGE)} >= set(KINDS) - {"costs"}
