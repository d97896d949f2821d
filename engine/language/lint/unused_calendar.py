"""Is there a calendar that nothing goes by?

unused-calendar (W515)

What it finds: a calendar that no policy, chain, step, message or rota names.
Why it matters: somebody keeps it up to date and it changes nothing; perhaps a `calendar:` line was forgotten.
Example: `night_desk` declared, and every policy says `calendar: service_desk`.
Better: name it where it belongs, or delete it.
When to allow it: a calendar prepared for next month; it is a warning.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report calendars that nothing names."""
    chains = rulebook.chains.values()
    used = {policy.calendar for policy in rulebook.policies.values()}
    used |= {chain.during for chain in chains} | {step.during for chain in chains for step in chain.steps}
    used |= {message.send_hours for message in rulebook.messages.values()}
    shifts = [shift for rota in rulebook.contacts.rotas.values() for shift in rota.shifts]
    used |= {name for shift in shifts for name in (shift.during, shift.on_open_days, shift.on_closed_days)}
    for calendar in rulebook.calendars.values():
        if calendar.name not in used:
            findings.add("W515", calendar.span, f"日历“{calendar.label}”没有用到", f"calendar “{calendar.name}” is not used")
