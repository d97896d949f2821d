"""How does a story look in a file? Written as operations write it, so that a pinned one can be read and changed by hand."""

import re
from collections.abc import Mapping, Sequence

Plain = str | Sequence["Plain"] | Mapping[str, "Plain"]
_PLAIN = re.compile(r"[\w./+-][\w./+ -]*(?<! )")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d )?\d\d:\d\d(:\d\d)?")


def story_text(head: Sequence[str], name: str, workflow: str, fields: Mapping[str, str], steps: Sequence[Mapping[str, Plain]]) -> str:
    """A whole file of one story. `head`: lines of comment; a step's keys come in the order given."""
    lines = ["kind: stories", *(f"# {one}" for one in head), "stories:", f"  - story: {scalar(name)}", f"    workflow: {workflow}"]
    if fields:
        lines.append(f"    with: {flow(fields)}")
    lines.append("    steps:")
    for step in steps:
        for place, (key, value) in enumerate(step.items()):
            lines.append(f"      {'- ' if place == 0 else '  '}{key}: {flow(value)}")
    return "\n".join(lines) + "\n"


def flow(value: Plain) -> str:
    """A value on one line: `{a: b}`, `[a, b]`, a text."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(flow(one) for one in value) + "]"


def scalar(text: str) -> str:
    """Quoted unless it is plainly plain."""
    if _TIME.fullmatch(text) or (_PLAIN.fullmatch(text) and not text.startswith("-")):
        return text
    return "'" + text.replace("'", "''") + "'"
