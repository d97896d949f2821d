"""How is “who is told when” written for Mermaid? Boxes by kind, ways with their labels; what is in shadow is dashed."""

from engine.reports.graph import safe
from engine.reports.graph_told import BoxKind, Told

_SHAPES = {
    BoxKind.POLICY: ("(", ")"), BoxKind.STATE: ("[", "]"), BoxKind.DISRUPTION: ("[", "]"), BoxKind.MESSAGE: (">", "]"), BoxKind.TASK: ("[/", "/]"),
    BoxKind.CHAIN: ("{{", "}}"), BoxKind.EVENT: ("((", "))"), BoxKind.RECEIVER: ("([", "])"),
}  # fmt: skip


def mermaid_told(told: Told) -> str:
    """A `flowchart LR` with safe ids."""
    ids = {name: f"n{number}" for number, name in enumerate(told.boxes)}
    text = ["flowchart LR"]
    for box in told.boxes.values():
        left, right = _SHAPES[box.kind]
        label = safe(box.label) + (f"<br/>{safe(box.note)}" if box.note else "")
        text.append(f'    {ids[box.id]}{left}"{label}"{right}')
    for way in told.ways:
        arrow = "-.->" if way.shadow or way.fallback else "-->"
        text.append(f'    {ids[way.source]} {arrow}|"{safe(way.label)}"| {ids[way.target]}')
    text += ["    classDef shadow stroke-dasharray:5 4", "    classDef receiver fill:#e4f3ea,stroke:#2c7a4b"]
    text += [f"    class {ids[box.id]} shadow" for box in told.boxes.values() if box.shadow]
    text += [f"    class {ids[box.id]} receiver" for box in told.boxes.values() if box.kind is BoxKind.RECEIVER]
    return "\n".join(text) + "\n"
