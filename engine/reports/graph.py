"""What does a workflow look like? Its states and the ways between them, as Mermaid text or as a drawing of our own."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.model.policy import Mode, Policy
from engine.model.rulebook import Rulebook
from engine.model.workflow import BACK, Workflow
from engine.reports.graph_words import say_condition, say_do

ANY = "*"
"""Stands for every state that is not final."""
CONDITION_CHARS_MAX = 40
BUILT_IN_LABELS = {"edited": "改资料", "retracted": "撤回", "opened_again": "再次建单", "reason_gone": "原因已消除"}


@dataclass(frozen=True, slots=True)
class Arrow:
    """One way. `source` ANY: from every state not final; `target` BACK: to the state before."""

    source: str
    target: str
    event: str
    """The event's label."""
    condition: str = ""
    does: str = ""
    milestone: bool = False

    @property
    def text(self) -> str:
        """What stands beside the arrow: `提货失败 [重量>1000]`; ⚙ marks a row that also does something."""
        condition = self.condition if len(self.condition) <= CONDITION_CHARS_MAX else self.condition[: CONDITION_CHARS_MAX - 1] + "…"
        return f"{self.event}{f' [{condition}]' if condition else ''}{' ⚙' if self.does else ''}"


def arrows(workflow: Workflow, lang: str = "zh", rulebook: Rulebook | None = None) -> list[Arrow]:
    """Every way that moves a case: the states' own rows, those from any state, the main line. `rulebook`: for labels of what they do."""
    found: list[Arrow] = []

    def label(event: str) -> str:
        return _event_label(workflow, event, lang)

    owned = [(state.name, row) for state in workflow.states.values() for row in state.transitions]
    for source, row in [*owned, *((ANY, row) for row in workflow.from_any_state)]:
        if row.to is not None and row.to != source:
            found.append(
                Arrow(source, row.to, label(row.event), say_condition(row.condition, workflow, lang), say_do(row.do, lang, rulebook))
            )
    line = workflow.milestones
    for before, after in pairwise(line):
        if after.events:
            found.append(Arrow(before.state, after.state, "/".join(label(event) for event in after.events), milestone=True))
    return found


def mermaid(workflow: Workflow, policies: Sequence[Policy] = (), lang: str = "zh") -> str:
    """A `stateDiagram-v2` with safe ids; the promises that watch a state stand in its note."""
    ids = {name: f"s{number}" for number, name in enumerate(workflow.states, start=1)}
    text = ["stateDiagram-v2", "    direction LR"]
    text += [f'    state "{safe(_state_label(workflow, name, lang))}" as {ids[name]}' for name in workflow.states]
    starts = "/".join(_event_label(workflow, event, lang) for event in workflow.start_events)
    text.append(f"    [*] --> {ids[workflow.start_state]}: {safe(starts)}")
    ways = arrows(workflow, lang)
    for arrow in ways:
        if arrow.source in ids and arrow.target in ids:
            text.append(f"    {ids[arrow.source]} --> {ids[arrow.target]}: {safe(arrow.text)}")
    text += _any_state(ways, ids, lang)
    for arrow in ways:
        if arrow.target == BACK and arrow.source in ids:
            text.append(f"    {ids[arrow.source]} --> {ids[arrow.source]}: {safe(arrow.text)} ↩")
    text += [f"    {ids[name]} --> [*]" for name, state in workflow.states.items() if state.final]
    for name, own in watching(workflow, policies).items():
        lines = [f"⏱ {safe(policy.label if lang == 'zh' else policy.name)}{_shadow(policy, lang)}" for policy in own]
        text += [f"    note right of {ids[name]}", *(f"        {line}" for line in lines), "    end note"]
    text += ["    classDef line fill:#dff0e6,stroke:#2c7a4b", "    classDef final fill:#e8e8ee,stroke:#667"]
    text += [f"    class {ids[milestone.state]} line" for milestone in workflow.milestones if milestone.state in ids]
    text += [f"    class {ids[name]} final" for name, state in workflow.states.items() if state.final]
    return "\n".join(text) + "\n"


def _shadow(policy: Policy, lang: str) -> str:
    return ("(试行)" if lang == "zh" else " (shadow)") if policy.mode is Mode.SHADOW else ""


def _any_state(ways: Sequence[Arrow], ids: dict[str, str], lang: str) -> list[str]:
    """One box for `from_any_state`, so that the picture is not all arrows."""
    own = [arrow for arrow in ways if arrow.source == ANY and arrow.target in ids]
    if not own:
        return []
    return [
        f'    state "{"任何未结束的状态" if lang == "zh" else "any state not final"}" as s0',
        *(f"    s0 --> {ids[arrow.target]}: {safe(arrow.text)}" for arrow in own),
    ]


def watching(workflow: Workflow, policies: Sequence[Policy]) -> dict[str, list[Policy]]:
    """State -> the policies of this workflow whose clocks live there."""
    watched: dict[str, list[Policy]] = {}
    for policy in policies:
        if policy.workflow == workflow.name:
            for state in policy.while_states:
                if state in workflow.states:
                    watched.setdefault(state, []).append(policy)
    return watched


def _state_label(workflow: Workflow, name: str, lang: str) -> str:
    return workflow.states[name].label if lang == "zh" else name


def _event_label(workflow: Workflow, name: str, lang: str) -> str:
    if lang != "zh":
        return name
    return workflow.events[name].label if name in workflow.events else BUILT_IN_LABELS.get(name, name)


_ESCAPES = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in '":;#<>{}%'} | {"\n": " "})
"""Signs that mean something to Mermaid, as their full-width twins."""


def safe(text: str) -> str:
    """A label that Mermaid cannot misread."""
    return " ".join(text.translate(_ESCAPES).split())
