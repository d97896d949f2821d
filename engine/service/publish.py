"""How do rules come into force? Weighed, then published, proposed to a second person, or rolled back: always a new version.

What is refused says why; nothing raises for what a person can cause.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from engine.core.names_since import composed, renames_between
from engine.language.compile import compile_rulebook
from engine.language.diagnostics import CODES
from engine.model.diagnostic import Diagnostic
from engine.model.rulebook import Rulebook
from engine.model.span import NOWHERE
from engine.model.version import Edition, How, Proposal, Renames, Version
from engine.model.workflow import RunningCases, Workflow
from engine.ports.directory import CaseRow, Directory
from engine.ports.store import Conflict, RulebookShelf

PREFIX_CHARS_MIN = 6
"""A shorter beginning of a fingerprint may be meant as a number."""
LOST = "V601"
PAGE = 500


class Told(StrEnum):
    """What became of it."""

    PUBLISHED = "published"
    PROPOSED = "proposed"
    UNCHANGED = "unchanged"
    """It means what is in force already."""
    REFUSED = "refused"
    """The text is wrong, or open cases would be lost: the diagnostics say where."""
    SAME_PERSON = "same_person"
    STALE = "stale"
    """Other rules are in force than those it was made from."""
    UNKNOWN = "unknown"
    """No such version or proposal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The answer to whoever wants rules in force."""

    told: Told
    diagnostics: Sequence[Diagnostic] = ()
    version: Version | None = None
    """What is in force now, or was already."""
    proposal: Proposal | None = None
    rulebook: Rulebook | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    """The text that was weighed, for showing diagnostics."""


@dataclass(frozen=True, slots=True)
class Press:
    """Puts rules into force over one store. `in_force`: what they are weighed against; `steps`: renames of all versions so far."""

    shelf: RulebookShelf
    directory: Directory
    in_force: Rulebook | None
    steps: Sequence[Renames] = ()

    def publish_files(self, files: Mapping[str, str], *, by: str, why: str, how: How, now: datetime) -> Publication:
        """Weigh and put into force at once."""
        return self._print(files, by=by, why=why, how=how, now=now)

    def propose(self, files: Mapping[str, str], *, by: str, why: str, now: datetime) -> Publication:
        """Weigh and keep for a second person; what cannot be published is not even proposed."""
        current = self.shelf.current()
        weighed = self._weigh(files)
        if isinstance(weighed, Publication):
            return weighed
        rulebook, diagnostics, _ = weighed
        same = next((one for one in self.shelf.proposals() if one.fingerprint == rulebook.fingerprint and _based(one, current)), None)
        edition = Edition(fingerprint=rulebook.fingerprint, files=files, by=by, why=why, how=How.PUBLISH, at=now)
        proposal = same or self.shelf.propose(edition, base=current.number if current else None)
        return Publication(told=Told.PROPOSED, diagnostics=diagnostics, version=current, proposal=proposal, rulebook=rulebook, files=files)

    def publish(self, proposal: int, *, by: str, why: str, now: datetime, alone: bool = False) -> Publication:
        """A second person agrees. `alone`: whoever runs the service lets one person publish, so the same may."""
        found = next((one for one in self.shelf.proposals() if one.number == proposal), None)
        current = self.shelf.current()
        if found is None:
            return Publication(told=Told.UNKNOWN, version=current)
        if found.by == by and not alone:
            return Publication(told=Told.SAME_PERSON, version=current, proposal=found)
        if not _based(found, current):
            return Publication(told=Told.STALE, version=current, proposal=found)
        return self._print(found.files, by=by, why=why, how=How.PUBLISH, now=now, proposal=found)

    def roll_back(self, reference: str, *, by: str, why: str, now: datetime) -> Publication:
        """Publish the text of an earlier version again."""
        found = version_named(self.shelf.versions(), reference)
        files = self.shelf.files(found.fingerprint) if found is not None else None
        if found is None or files is None:
            return Publication(told=Told.UNKNOWN, version=self.shelf.current())
        return self._print(files, by=by, why=why, how=How.ROLLBACK, now=now)

    def _print(
        self, files: Mapping[str, str], *, by: str, why: str, how: How, now: datetime, proposal: Proposal | None = None
    ) -> Publication:
        current = self.shelf.current()
        weighed = self._weigh(files)
        if isinstance(weighed, Publication):
            return weighed
        rulebook, diagnostics, renames = weighed
        edition = Edition(fingerprint=rulebook.fingerprint, files=files, by=by, why=why, how=how, at=now, renames=renames)
        try:
            version = self.shelf.publish(
                edition, base=current.number if current else None, proposal=proposal.number if proposal else None
            )  # fmt: skip
        except Conflict:
            return Publication(told=Told.STALE, version=self.shelf.current(), proposal=proposal)
        return Publication(
            told=Told.PUBLISHED, diagnostics=diagnostics, version=version, proposal=proposal, rulebook=rulebook, files=files
        )  # fmt: skip

    def _weigh(self, files: Mapping[str, str]) -> Publication | tuple[Rulebook, Sequence[Diagnostic], Renames]:
        """The rulebook with its warnings and renames; or why it may not come into force."""
        compiled = compile_rulebook(files)
        current = self.shelf.current()
        if compiled.rulebook is None:
            return Publication(told=Told.REFUSED, diagnostics=compiled.diagnostics, version=current, files=files)
        if self.in_force is None:
            return compiled.rulebook, compiled.diagnostics, {}
        if current is not None and compiled.rulebook.fingerprint == current.fingerprint:
            return Publication(
                told=Told.UNCHANGED, diagnostics=compiled.diagnostics, version=current, rulebook=compiled.rulebook, files=files
            )  # fmt: skip
        renames = renames_between(self.in_force, compiled.rulebook, self.steps)
        lost = list(lost_names(self.in_force, compiled.rulebook, [*self.steps, renames], self.directory))
        if lost:
            return Publication(told=Told.REFUSED, diagnostics=(*lost, *compiled.diagnostics), version=current, files=files)
        return compiled.rulebook, compiled.diagnostics, renames


def _based(proposal: Proposal, current: Version | None) -> bool:
    return proposal.base == (current.number if current else None)


def version_named(versions: Sequence[Version], reference: str) -> Version | None:
    """`v7`, `7`, `current`, `previous`, or the beginning of a fingerprint (at least six characters; the newest that fits)."""
    text = reference.strip().lower()
    if text in ("current", "previous"):
        place = 1 if text == "current" else 2
        return versions[-place] if len(versions) >= place else None
    number = text.removeprefix("v")
    if number.isascii() and number.isdigit():
        found = next((one for one in versions if one.number == int(number)), None)
        if found is not None or text.startswith("v"):
            return found
    fitting = [one for one in versions if len(text) >= PREFIX_CHARS_MIN and one.fingerprint.startswith(text)]
    return fitting[-1] if fitting else None


def lost_names(old: Rulebook, new: Rulebook, steps: Sequence[Renames], directory: Directory) -> Iterator[Diagnostic]:
    """What open cases need and the new rules no longer have: states they stand in, fields they hold, their whole workflow.

    `steps`: the renames of all versions, the new one's last.
    """
    ever, last = composed(steps), steps[-1]
    for name, workflow in old.workflows.items():
        after = new.workflows.get(name)
        if after is not None and after.running_cases is RunningCases.KEEP:
            continue  # They go on under the version that opened them.
        kept = after.states if after is not None else {}
        mapped = {**ever.get(f"states/{name}", {}), **last.get(f"states/{name}", {})}
        for state in directory.counts().get(name, {}):
            # A case whose opening is not decided yet stands nowhere; without the workflow, it has nowhere to go either.
            stands = bool(state) or after is None
            count = _open_in(directory, name, state) if stands and state not in kept and mapped.get(state) not in kept else 0
            if count:
                yield _state_lost(workflow, after, state, count)
        if after is not None:
            yield from _fields_lost(workflow, after, last.get(f"fields/{name}", {}), directory)


def _open_in(directory: Directory, workflow: str, state: str) -> int:
    """Open cases in a state."""
    return sum(1 for _ in _open_cases(directory, workflow, state))


def _state_lost(workflow: Workflow, after: Workflow | None, state: str, count: int) -> Diagnostic:
    label = workflow.states[state].label if state in workflow.states else state or "开单"
    if after is None:
        return _lost(
            f"{count} 张未结单还在“{label}”,新规则里没有流程“{workflow.label}”了",
            f"{count} open cases stand in “{state}”, and the new rules have no workflow “{workflow.name}”",
            ("保留这个流程,或等这些单办完", "keep the workflow, or wait until these cases are done"),
        )
    return _lost(
        f"{count} 张未结单还在“{label}”,新规则里没有它:写 was: {state} 或保留该状态",
        f"{count} open cases stand in “{state}”, and the new rules do not have it: write was: {state}, or keep the state",
        (f"在接替它的状态里写 `was: {state}`", f"write `was: {state}` in the state that takes its place"),
    )


def _fields_lost(workflow: Workflow, after: Workflow, renames: Mapping[str, str], directory: Directory) -> Iterator[Diagnostic]:
    gone = [name for name in workflow.fields if name not in after.fields and name not in renames]
    renamed = [name for name in workflow.identified_by if name in renames]
    if not gone and not renamed:
        return
    holders = dict.fromkeys((*gone, *renamed), 0)
    private = {name for name in holders if workflow.fields[name].private}
    for row in _open_cases(directory, workflow.name):
        held = {**row.fields, **row.names, **(directory.private(row.id) if private else {})}
        for name in holders:
            holders[name] += bool(held.get(name))
    for name, count in holders.items():
        label = workflow.fields[name].label
        if count and name in renames:
            yield _lost(
                f"{count} 张未结单用“{label}”({name})认单,有未结单时它不能改名",
                f"{count} open cases are found by “{name}”; it cannot be renamed while they are open",
                ("先保留原名", "keep the name for now"),
            )
        elif count:
            yield _lost(
                f"{count} 张未结单记着“{label}”({name}),新规则里没有它:写 was: {name} 或保留该字段",
                f"{count} open cases hold “{name}”, and the new rules do not have it: write was: {name}, or keep the field",
                (f"在接替它的字段里写 `was: {name}`", f"write `was: {name}` in the field that takes its place"),
            )


def _open_cases(directory: Directory, workflow: str, state: str | None = None) -> Iterator[CaseRow]:
    after = None
    while rows := directory.cases(workflow=workflow, state=state, final=False, after=after, limit=PAGE):
        yield from rows
        after = rows[-1].id


def _lost(zh: str, en: str, fix: tuple[str, str]) -> Diagnostic:
    return Diagnostic(
        code=LOST, name=CODES[LOST].name, severity=CODES[LOST].severity, span=NOWHERE, zh=zh, en=en, help_zh=fix[0], help_en=fix[1]
    )  # fmt: skip
