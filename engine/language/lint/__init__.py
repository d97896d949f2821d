"""Which rules are written correctly and still mean trouble? One file per check, named by its slug."""

from collections.abc import Callable
from datetime import date
from types import ModuleType

from engine.language.diagnostics import Findings
from engine.language.lint import (
    backup_never_asked,
    calendar_not_confirmed,
    channel_without_connection,
    clock_never_starts,
    condition_never_holds,
    dead_end,
    delivery_not_observable,
    event_loop,
    event_never_used,
    event_nobody_sends,
    exception_loosens,
    fallback_is_the_same_route,
    gap_at_boundary,
    gap_in_rota,
    gap_in_table,
    hidden_exception,
    hidden_row,
    hidden_table_row,
    hole_in_rota,
    no_address,
    opt_out_words,
    private_to_group,
    resend_template_missing,
    row_beyond_limit,
    row_never_fires,
    secret_in_address,
    sms_no_room_for_sign,
    step_never_comes,
    stop_unreachable,
    template_adjacent_variables,
    template_brackets_at_ends,
    template_fields_differ,
    template_forbidden_character,
    template_not_mapped,
    template_only_variables,
    template_private_number,
    template_sign_in_text,
    template_variable_too_long,
    template_variable_twice,
    text_too_long,
    unreachable_state,
    untold_rule,
    unused_calendar,
    unused_rule,
    validity_not_supported,
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
    template_not_mapped,
    template_fields_differ,
    template_brackets_at_ends,
    template_sign_in_text,
    template_adjacent_variables,
    template_variable_twice,
    template_only_variables,
    template_forbidden_character,
    template_variable_too_long,
    template_private_number,
    opt_out_words,
    delivery_not_observable,
    validity_not_supported,
    resend_template_missing,
    fallback_is_the_same_route,
    channel_without_connection,
    sms_no_room_for_sign,
    backup_never_asked,
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
