"""Which rules are written correctly and still mean trouble? One file per check, named by its slug."""

from collections.abc import Callable
from datetime import date

from engine.language.diagnostics import Findings
from engine.language.lint import (
    calendar_not_confirmed,
    dead_end,
    event_never_used,
    gap_in_rota,
    hidden_exception,
    hidden_row,
    no_address,
    row_beyond_limit,
    text_too_long,
    unreachable_state,
    unused_calendar,
)
from engine.model.diagnostic import Diagnostic
from engine.model.rulebook import Rulebook

Check = Callable[[Rulebook, Findings, date | None], None]

CHECKS: tuple[Check, ...] = (
    unreachable_state.check,
    dead_end.check,
    hidden_row.check,
    hidden_exception.check,
    event_never_used.check,
    row_beyond_limit.check,
    text_too_long.check,
    calendar_not_confirmed.check,
    unused_calendar.check,
    no_address.check,
    gap_in_rota.check,
)


def lint(rulebook: Rulebook, today: date | None = None) -> tuple[Diagnostic, ...]:
    """Run every check on a compiled rulebook. today: the local date, for checks that look ahead; None leaves those out."""
    findings = Findings()
    for check in CHECKS:
        check(rulebook, findings, today)
    return findings.sorted()
