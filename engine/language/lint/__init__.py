"""Which rules are written correctly and still mean trouble? One file per check, named by its slug."""

from collections.abc import Callable
from datetime import date
from types import ModuleType

from engine.language.diagnostics import Findings
from engine.language.lint import (
    calendar_not_confirmed,
    dead_end,
    event_never_used,
    gap_in_rota,
    hidden_exception,
    hidden_row,
    hole_in_rota,
    no_address,
    row_beyond_limit,
    text_too_long,
    unreachable_state,
    unused_calendar,
)
from engine.model.diagnostic import Diagnostic
from engine.model.rulebook import Rulebook

Check = Callable[[Rulebook, Findings, date | None], None]

CHECKED: tuple[ModuleType, ...] = (
    unreachable_state,
    dead_end,
    hidden_row,
    hidden_exception,
    event_never_used,
    row_beyond_limit,
    text_too_long,
    calendar_not_confirmed,
    unused_calendar,
    no_address,
    gap_in_rota,
)
"""One module per check, each with `check(rulebook, findings, today)`; in this order."""

MODULES = (*CHECKED, hole_in_rota)
"""All checks; the last is run by whoever can ask the roster (it reports holes found elsewhere)."""

CHECKS: tuple[Check, ...] = tuple(module.check for module in CHECKED)


def lint(rulebook: Rulebook, today: date | None = None) -> tuple[Diagnostic, ...]:
    """Run every check on a compiled rulebook. today: the local date, for checks that look ahead; None leaves those out."""
    findings = Findings()
    for check in CHECKS:
        check(rulebook, findings, today)
    return findings.sorted()
