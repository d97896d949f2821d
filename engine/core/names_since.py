"""What is called otherwise in newer rules? `was:` lines, read from one version to the next, and over many of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.model.rulebook import Rulebook
from engine.model.version import Renames

Named = Mapping[str, object]


def renames_between(old: Rulebook, new: Rulebook, steps: Sequence[Renames] = ()) -> Renames:
    """Old name -> new name, by kind, from the rules in force to those that follow.

    `steps`: the renames of all versions so far, oldest first: who goes back to an earlier name need not write `was:` for it.
    A name that both have means the same thing in both.
    """
    found: dict[str, dict[str, str]] = {}
    for kind, before, after in _kinds(old, new):
        names = {was: name for name, one in after.items() if (was := getattr(one, "was", None)) and was in before and was not in after}
        for name in before:
            back = None if name in after or name in names else _back(kind, name, after, steps)
            if back is not None:
                names[name] = back
        if names:
            found[kind] = names
    return found


def composed(steps: Iterable[Renames]) -> Renames:
    """Several steps as one."""
    total: dict[str, dict[str, str]] = {}
    for step in steps:
        for kind, names in step.items():
            known = total.setdefault(kind, {})
            reached = set(known.values())  # Names that came up on the way are not names of the beginning.
            for old, now in known.items():
                known[old] = names.get(now, now)
            known.update({old: now for old, now in names.items() if old not in reached and old not in known})
    return {kind: {old: now for old, now in names.items() if old != now} for kind, names in total.items()}


def _kinds(old: Rulebook, new: Rulebook) -> Iterator[tuple[str, Named, Named]]:
    yield "policies", old.policies, new.policies
    yield "chains", old.chains, new.chains
    yield "messages", old.messages, new.messages
    for name in old.workflows.keys() & new.workflows.keys():
        yield f"states/{name}", old.workflows[name].states, new.workflows[name].states
        yield f"fields/{name}", old.workflows[name].fields, new.workflows[name].fields


def _back(kind: str, name: str, after: Named, steps: Sequence[Renames]) -> str | None:
    """The earlier name of something, if the new rules have that one."""
    for step in reversed(steps):
        name = next((old for old, now in step.get(kind, {}).items() if now == name), name)
        if name in after:
            return name
    return None
