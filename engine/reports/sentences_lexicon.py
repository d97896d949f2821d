"""What is a thing called when a rule is read out? Its label in Chinese, its name in English; told apart where two share a label."""

from collections import Counter
from collections.abc import Iterator, Mapping

from engine.model.rulebook import Rulebook

Thing = tuple[str, str, str]
"""Kind, the workflow it belongs to (or nothing), its name."""


class Lexicon:
    """Shown names of everything a rule may mention."""

    def __init__(self, shown: Mapping[Thing, str], renamed: Mapping[Thing, str] | None = None) -> None:
        self._shown = shown
        self._renamed = renamed or {}

    def shown(self, kind: str, name: str, within: str = "") -> str:
        """The name people read; what nobody declared is called what it is."""
        return self._shown.get((kind, within, name), name)

    def known(self, kind: str, name: str, within: str = "") -> bool:
        return (kind, within, name) in self._shown

    def now(self, kind: str, name: str, within: str = "") -> str:
        """Its name today, if it was renamed since."""
        return self._renamed.get((kind, within, name), name)


def lexicon_of(rulebook: Rulebook, lang: str) -> Lexicon:
    """The words of one rulebook."""
    return Lexicon(_shown(rulebook, lang))


def lexicon_through(old: Rulebook, new: Rulebook, lang: str) -> Lexicon:
    """The old rulebook's things under the names they have in the new one, so that only what changed reads differently."""
    before, after, renamed = _shown(old, lang), _shown(new, lang), _renamed(old, new)
    return Lexicon({thing: after.get((*thing[:2], renamed.get(thing, thing[2])), said) for thing, said in before.items()}, renamed)


def _shown(rulebook: Rulebook, lang: str) -> dict[Thing, str]:
    labels = dict(_labelled(rulebook))
    if lang != "zh":
        return {thing: thing[2] for thing in labels}
    often = Counter((kind, within, label) for (kind, within, _), label in labels.items())
    return {thing: label if label and often[*thing[:2], label] == 1 else f"{label}({thing[2]})" for thing, label in labels.items()}


def _labelled(rulebook: Rulebook) -> Iterator[tuple[Thing, str]]:
    for workflow in rulebook.workflows.values():
        yield ("workflow", "", workflow.name), workflow.label
        for state in workflow.states.values():
            yield ("state", workflow.name, state.name), state.label
        for event in workflow.events.values():
            yield ("event", workflow.name, event.name), event.label
        for name, label in _BUILT_IN.items():
            yield ("event", workflow.name, name), label
        for field in workflow.fields.values():
            yield ("field", workflow.name, field.name), field.label
    contacts = rulebook.contacts
    for kind, things in (
        ("policy", rulebook.policies), ("chain", rulebook.chains), ("message", rulebook.messages), ("calendar", rulebook.calendars),
        ("connection", rulebook.connections), ("role", contacts.roles), ("table", contacts.tables), ("rota", contacts.rotas),
    ):  # fmt: skip
        for one in things.values():
            yield (kind, "", one.name), one.label
    for person in contacts.people.values():
        yield ("person", "", person.id), person.name


_BUILT_IN = {"edited": "改资料", "retracted": "撤回", "opened_again": "再次建单", "reason_gone": "原因已消除"}


def _renamed(old: Rulebook, new: Rulebook) -> dict[Thing, str]:
    """Old things whose name is the `was:` of a new one."""
    found: dict[Thing, str] = {}
    for kind, things, before in (
        ("policy", new.policies, old.policies), ("chain", new.chains, old.chains), ("message", new.messages, old.messages),
    ):  # fmt: skip
        for one in things.values():
            if one.was is not None and one.was in before and one.was not in things:
                found[kind, "", one.was] = one.name
    for workflow in new.workflows.values():
        earlier = old.workflows.get(workflow.name)
        if earlier is not None:
            for state in workflow.states.values():
                if state.was is not None and state.was in earlier.states and state.was not in workflow.states:
                    found["state", workflow.name, state.was] = state.name
            for field in workflow.fields.values():
                if field.was is not None and field.was in earlier.fields and field.was not in workflow.fields:
                    found["field", workflow.name, field.was] = field.name
    return found
