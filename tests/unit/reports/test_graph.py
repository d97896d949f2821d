"""Is every state and every way of a workflow in its picture, whatever it is called?"""

import re
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.condition import AllOf, AnyOf, Clause, Condition, NoneOf, Word
from engine.model.doing import Assign, Send
from engine.model.policy import Amount, Policy
from engine.model.span import NOWHERE
from engine.model.values import FieldType
from engine.model.workflow import BACK, EventName, Field, Milestone, State, Transition, Workflow
from engine.reports.graph import arrows, mermaid
from engine.reports.graph_svg import svg
from engine.reports.graph_words import say_condition

HEAVY = Clause("weight", Word.MORE_THAN, (Decimal(1000),), NOWHERE)


def a_row(event: str, to: str | None, condition: Condition | None = None, *do: Send | Assign) -> Transition:
    return Transition(key=f"x/{event}", event=event, condition=condition, to=to, do=do, span=NOWHERE)


def a_workflow(label: str = "在途") -> Workflow:
    states = [
        State(name="intake", label="待核单", transitions=(a_row("cancelled", "void"),), span=NOWHERE),
        State(name="moving", label=label, transitions=(a_row("failed", "intake", HEAVY, Send("m", None, NOWHERE)),), span=NOWHERE),
        State(name="trouble", label="异常", transitions=(a_row("solved", BACK), a_row("seen", None)), span=NOWHERE),
        State(name="done", label="已签收", final=True, span=NOWHERE),
        State(name="void", label="已作废", final=True, span=NOWHERE),
    ]
    names = {
        "ordered": "下单",
        "picked": "揽收",
        "signed": "签收",
        "cancelled": "作废",
        "failed": "失败",
        "solved": "已处理",
        "seen": "看过",
        "broken": "破损",
    }
    return Workflow(
        name="parcel", label="包裹", version="1", identified_by=("no",), start_state="intake", start_events=("ordered",), one_open_per=(),
        fields={"weight": Field(name="weight", type=FieldType.NUMBER, label="重量", span=NOWHERE)},
        events={name: EventName(name, said, NOWHERE) for name, said in names.items()},
        milestones=(Milestone("intake", ()), Milestone("moving", ("picked",)), Milestone("done", ("signed",))),
        states={one.name: one for one in states}, from_any_state=(a_row("broken", "trouble", None, Assign("找", "clerk", (), NOWHERE)),), span=NOWHERE,
    )  # fmt: skip


def test_every_way_that_moves_is_an_arrow_and_what_only_records_is_not() -> None:
    ways = {(one.source, one.target, one.event) for one in arrows(a_workflow())}

    assert ways == {
        ("intake", "void", "作废"), ("moving", "intake", "失败"), ("trouble", BACK, "已处理"), ("*", "trouble", "破损"),
        ("intake", "moving", "揽收"), ("moving", "done", "签收"),
    }  # fmt: skip


def test_an_arrow_shows_its_condition_and_that_it_does_something() -> None:
    failed = next(one for one in arrows(a_workflow()) if one.event == "失败")

    assert failed.text == "失败 [重量>1000] ⚙"


def test_mermaid_has_safe_ids_labels_starts_and_ends() -> None:
    text = mermaid(a_workflow())

    assert text.startswith("stateDiagram-v2\n")
    assert 'state "在途" as s2' in text
    assert "[*] --> s1: 下单" in text
    assert "s1 --> s2: 揽收" in text
    assert {"    s4 --> [*]", "    s5 --> [*]"} <= set(text.splitlines())
    assert "    s1 --> [*]" not in text.splitlines()


def test_a_promise_stands_beside_the_states_it_watches() -> None:
    policy = Policy(name="soon", label="揽收时限", workflow="parcel", while_states=("intake",), terms=Amount(seconds=60), span=NOWHERE)

    assert "note right of s1\n        ⏱ 揽收时限" in mermaid(a_workflow(), (policy,))


@given(st.text(min_size=1, max_size=30))
def test_no_label_breaks_out_of_its_place(label: str) -> None:
    lines = [one for one in mermaid(a_workflow(label)).splitlines() if one.endswith(" as s2")]

    assert len(lines) == 1
    assert re.fullmatch(r'    state "[^":;#<>{}%]*" as s2', lines[0])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_drawing_is_well_formed_and_holds_every_state_and_event(lang: str) -> None:
    workflow = a_workflow('<在途> & "异常"')

    root = ElementTree.fromstring(svg(workflow, lang))
    words = " ".join("".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text"))

    wanted = [one.label if lang == "zh" else one.name for one in workflow.states.values()]
    assert [one for one in wanted if one not in words] == []
    assert [one.event for one in arrows(workflow, lang) if one.event not in words] == []


def test_no_two_boxes_of_a_drawing_overlap() -> None:
    root = ElementTree.fromstring(svg(a_workflow()))
    boxes = [(float(one.get("x", 0)), float(one.get("y", 0))) for one in root.iter("{http://www.w3.org/2000/svg}rect") if one.get("rx")]

    assert len(boxes) == 6
    assert [
        (one, other) for one in boxes for other in boxes if one < other and abs(one[0] - other[0]) < 132 and abs(one[1] - other[1]) < 46
    ] == []


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (None, ""),
        (HEAVY, "重量>1000"),
        (AllOf((HEAVY, Clause("state", Word.IS, ("intake",), NOWHERE))), "重量>1000 且 状态=待核单"),
        (AnyOf((HEAVY, AllOf((HEAVY, HEAVY)))), "重量>1000 或 (重量>1000 且 重量>1000)"),
        (NoneOf((HEAVY,)), "都不: 重量>1000"),
        (Clause("weight", Word.BLANK, (True,), NOWHERE), "重量为空"),
        (Clause("weight", Word.BLANK, (False,), NOWHERE), "重量不为空"),
    ],
)
def test_a_condition_is_said_in_a_few_words(condition: Condition | None, said: str) -> None:
    assert say_condition(condition, a_workflow()) == said
