"""Which rules are in force? The last good rulebook, and the workflows of earlier ones for the events they decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.language.compile import compile_rulebook
from engine.model.diagnostic import Diagnostic, Severity
from engine.model.rulebook import Rulebook
from engine.model.workflow import Workflow
from engine.ports.store import RulebookShelf


@dataclass(frozen=True, slots=True)
class Offer:
    """The answer to newly read files: taken or refused, with what was found."""

    taken: bool
    changed: bool
    diagnostics: Sequence[Diagnostic]


class Library:
    """Swapped like a lamp: the old rules stay lit until the new ones burn (style.md section 23)."""

    def __init__(self, rulebook: Rulebook, shelf: RulebookShelf | None = None) -> None:
        self._rulebook = rulebook
        self._shelf = shelf
        self._earlier: dict[str, Workflow] = dict(rulebook.earlier)
        self.refused: Sequence[Diagnostic] = ()

    @property
    def rulebook(self) -> Rulebook:
        return self._rulebook

    def keep(self, files: Mapping[str, str], now: datetime) -> None:
        """Put the text of the rules in force on the shelf, and take from it what earlier events were read under."""
        if self._shelf is None:
            return
        for fingerprint in self._shelf.fingerprints():
            kept = self._shelf.files(fingerprint) if fingerprint != self._rulebook.fingerprint else None
            earlier = compile_rulebook(kept).rulebook if kept else None
            if earlier is not None:
                self._remember(earlier)
        self._shelf.keep(self._rulebook.fingerprint, dict(files), now)
        self._light(self._rulebook)

    def offer(self, files: Mapping[str, str], now: datetime) -> Offer:
        """Compile all; refuse all if one is wrong; else replace one reference."""
        compiled = compile_rulebook(files)
        errors = [one for one in compiled.diagnostics if one.severity is Severity.ERROR]
        if compiled.rulebook is None or errors:
            self.refused = compiled.diagnostics
            return Offer(False, False, compiled.diagnostics)
        self.refused = ()
        if compiled.rulebook.fingerprint == self._rulebook.fingerprint:
            return Offer(True, False, compiled.diagnostics)
        self._remember(self._rulebook)
        if self._shelf is not None:
            self._shelf.keep(compiled.rulebook.fingerprint, dict(files), now)
        self._light(compiled.rulebook)
        return Offer(True, True, compiled.diagnostics)

    def _remember(self, rulebook: Rulebook) -> None:
        for workflow in rulebook.workflows.values():
            self._earlier.setdefault(workflow.version, workflow)

    def _light(self, rulebook: Rulebook) -> None:
        self._rulebook = replace(rulebook, earlier=dict(self._earlier))
