"""Which fields were given? `field=value` words of a command line."""

from collections.abc import Mapping, Sequence

from adapters.cli.speech import WrongUse
from engine.model.workflow import Workflow


def read_fields(words: Sequence[str], workflow: Workflow | None) -> dict[str, object]:
    """Field -> text. A label may stand for the name. Raises WrongUse: no `=`, or no such field."""
    labels = {one.label: name for name, one in workflow.fields.items()} if workflow else {}
    found: dict[str, object] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name:
            raise WrongUse(f"“{word}”要写成 字段=值", f"{word!r}: write field=value")
        found[_known(name, labels, workflow)] = value
    return found


def _known(name: str, labels: Mapping[str, str], workflow: Workflow | None) -> str:
    if workflow is None or name in workflow.fields:
        return name
    if name in labels:
        return labels[name]
    known = "、".join(workflow.fields)
    raise WrongUse(f"流程 {workflow.name} 没有字段“{name}”,有:{known}", f"workflow {workflow.name} has no field {name!r}; known: {known}")
