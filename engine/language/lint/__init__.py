"""Which rules are written correctly and still mean trouble? One file per check, named by its slug."""

from collections.abc import Callable
from datetime import date
from types import ModuleType

from engine.language.diagnostics import Findings
from engine.language.lint import (
    calendar_not_confirmed,
    clock_never_starts,
    condition_never_holds,
    dead_end,
    event_loop,
    event_never_used,
    event_nobody_sends,
    exception_loosens,
    gap_at_boundary,
    gap_in_rota,
    gap_in_table,
    hidden_exception,
    hidden_row,
    hidden_table_row,
    hole_in_rota,
    no_address,
    private_to_group,
    row_beyond_limit,
    row_never_fires,
    secret_in_address,
    step_never_comes,
    stop_unreachable,
    text_too_long,
    unreachable_state,
    untold_rule,
    unused_calendar,
    unused_rule,
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
    condition_never_holds,
    exception_loosens,
    gap_at_boundary,
    hidden_table_row,
    gap_in_table,
    row_never_fires,
    step_never_comes,
    unused_rule,
    event_nobody_sends,
    untold_rule,
    event_loop,
    secret_in_address,
    stop_unreachable,
    clock_never_starts,
    private_to_group,
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
