"""Is somebody on duty at every hour?

gap-in-rota (W518)

What it finds: a rota without a last row for all other hours.
Why it matters: what falls into the gap goes to `last_resort`, who was meant for emergencies.
Example: `shifts: [{during: service_desk, people: [liu_yang]}]` and nothing else.
Better: add `- {people: [hotline]}` as the last row.
When to allow it: where `last_resort` is meant to take the nights; it is a warning.
"""

from datetime import date

from engine.language.diagnostics import Findings
from engine.model.rulebook import Rulebook


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report rotas without a row for the remaining hours."""
    for rota in rulebook.contacts.rotas.values():
        if all(shift.days or shift.hours or shift.during is not None for shift in rota.shifts):
            fix = ("最后加一行 `- {people: [……]}`", "add a last row `- {people: [...]}`")
            findings.add(
                "W518",
                rota.span,
                f"值班表“{rota.label}”有空档,空档里找兜底岗位",
                f"rota “{rota.name}” has hours with nobody on duty",
                fix=fix,
            )
