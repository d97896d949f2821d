"""Is everybody whom the rules tell in the picture, with the time and the way, and is what sends nothing dashed?"""

import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from engine.model.doing import Assign, Escalate, Send
from engine.model.policy import Mode
from engine.model.rulebook import Rulebook
from engine.reports.graph_told import BoxKind, who_is_told
from engine.reports.graph_told_mermaid import mermaid_told
from engine.reports.graph_told_svg import svg_told
from tests.unit.reports.test_sentences import PAGE, SHIPPED


def ways(rulebook: Rulebook, source: str) -> list[tuple[str, str]]:
    told = who_is_told(rulebook)
    return [(way.label, told.boxes[way.target].label) for way in told.leaving(source)]


@pytest.mark.parametrize("rulebook", [PAGE, SHIPPED])
def test_every_row_that_tells_somebody_is_a_way_and_no_other(rulebook: Rulebook) -> None:
    rows = [row.do for policy in rulebook.policies.values() for row in policy.timeline]
    telling = sum(isinstance(one, Send | Assign | Escalate) for do in rows for one in do)

    told = who_is_told(rulebook)
    drawn = [way for way in told.ways if told.boxes[way.source].kind is BoxKind.POLICY and told.boxes[way.target].kind is not BoxKind.EVENT]

    assert len(drawn) == telling


def test_a_chain_shows_each_step_with_its_time_in_all() -> None:
    assert ways(SHIPPED, "chain:hub_chain:chase_pickup") == [
        ("马上 短信", "分拨中心调度"), ("30 分钟 电话", "分拨中心调度"), ("1 小时 电话", "分拨中心经理"),
        ("再 3 次,每 2 小时", "分拨中心经理"), ("9 小时,仍未解决", "兜底值班"),
    ]  # fmt: skip


def test_a_message_shows_its_copy_and_its_fallback() -> None:
    assert ways(SHIPPED, "message:dispatch_order") == [
        ("短信", "营业员(服务司机)"), ("抄送", "分拨中心调度"), ("没送到(5 分钟):电话", "营业员(服务司机)"),
    ]  # fmt: skip


def in_shadow(kind: str, name: str) -> Rulebook:
    things = dict(getattr(SHIPPED, kind))
    things[name] = replace(things[name], mode=Mode.SHADOW)
    return replace(SHIPPED, **{kind: things})


@pytest.mark.parametrize(("kind", "name"), [("policies", "pickup_deadline"), ("chains", "hub_chain"), ("messages", "chase_pickup")])
def test_what_sends_nothing_is_dashed_and_nothing_else_is(kind: str, name: str) -> None:
    live, shadow = who_is_told(SHIPPED), who_is_told(in_shadow(kind, name))

    dashed = {way.source for way in shadow.ways if way.shadow}
    assert not any(way.shadow for way in live.ways)
    assert "policy:pickup_deadline" in dashed
    assert "policy:review_order" not in dashed
    assert mermaid_told(shadow).count("-.->") > mermaid_told(live).count("-.->")
    assert svg_told(shadow, "").count("dasharray") > svg_told(live, "").count("dasharray")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("workflow", [None, "shipment", "ticket"])
def test_both_drawings_hold_every_box_and_are_well_formed(workflow: str | None, lang: str) -> None:
    told = who_is_told(SHIPPED, workflow, lang)

    root = ElementTree.fromstring(svg_told(told, "title & <more>", lang))

    drawn = " ".join(root.itertext())
    text = mermaid_told(told)
    for box in told.boxes.values():
        assert box.label in drawn
    assert text.count("-->") + text.count("-.->") == len(told.ways)
    assert text.startswith("flowchart LR\n")
