"""Is there a row of a timeline that can never be carried out?

row-never-fires (W527)

What it finds: a time of `every_day_while_late` at which the policy's calendar is never open; a late row after one that always leads out.
Why it matters: the reminder stands in the file, and nobody is ever reminded.
Example: `every_day_while_late: [07:30]` with a calendar that opens at 08:30.
Better: a time within the hours, such as `08:30`; a row that should come first with the smaller `late`.
When to allow it: never needed; it is a warning.
"""

from datetime import date, time

from engine.language.diagnostics import Findings
from engine.language.texts import write_amount
from engine.language.walk import rows_in
from engine.model.calendar import Calendar
from engine.model.doing import Raise
from engine.model.policy import OnReturn, Policy, TimelineRow, When
from engine.model.rulebook import Rulebook
from engine.model.workflow import BACK, Milestone, Workflow


def check(rulebook: Rulebook, findings: Findings, today: date | None) -> None:
    """Report rows whose moment never comes."""
    for policy in rulebook.policies.values():
        calendar = rulebook.calendars.get(policy.calendar or "")
        for row in policy.timeline if calendar is not None else ():
            closed = [slot for slot in row.times if not _ever_open(calendar, slot)] if calendar is not None else []
            if closed and calendar is not None:
                listed = "、".join(f"{slot:%H:%M}" for slot in closed)
                zh, en = f"{listed} 时“{calendar.label}”从不开门,这一次永远轮不到", f"calendar “{calendar.name}” is never open at {listed}"
                findings.add("W527", row.span, zh, en, fix=("改到开门的时段里", "choose a time within the opening hours"))
        _check_after_the_end(policy, rulebook.workflows[policy.workflow], findings)


def _ever_open(calendar: Calendar, slot: time) -> bool:
    at = slot.hour * 3600 + slot.minute * 60
    days = [*calendar.weekly, *(rule.hours for rule in calendar.dates.values())]
    return any(start <= at < end for hours in days for start, end in hours)


def _check_after_the_end(policy: Policy, workflow: Workflow, findings: Findings) -> None:
    """Once a late row has led every case out of `while`, later rows find no clock."""
    late = [row for row in policy.timeline if row.when is When.LATE and not row.amount.business_days]
    ending = min((row for row in late if _leads_out(policy, workflow, row)), key=lambda row: row.amount.seconds, default=None)
    if ending is None or policy.on_return is OnReturn.CONTINUE:
        return
    for row in policy.timeline:
        after = row in late and row.amount.seconds > ending.amount.seconds
        if after or (row.when is When.EVERY_DAY_WHILE_LATE and ending.amount.seconds == 0):
            at = write_amount(ending.amount)
            findings.add(
                "W527",
                row.span,
                f"超时 {at} 的那一行已让单离开,这一行永远轮不到",
                f"the row at late {at} leads every case out: this one is never reached",
                fix=(f"写成比 late: {at} 早,或删去", f"let it come before late: {at}, or delete it"),
                related=[ending.span],
            )


def _leads_out(policy: Policy, workflow: Workflow, row: TimelineRow) -> bool:
    """Whether the row raises an event that takes every case, in every state of `while`, out of it."""
    return any(all(_out_of(policy, workflow, state, do.event) for state in policy.while_states) for do in row.do if isinstance(do, Raise))


def _out_of(policy: Policy, workflow: Workflow, state: str, event: str) -> bool:
    first = next((row for row in rows_in(workflow, workflow.states[state]) if row.event == event), None)
    if first is None:  # Milestones are tried after all rows.
        return any(milestone.state not in policy.while_states for milestone in _ahead(workflow, state) if event in milestone.events)
    return first.condition is None and first.to not in (None, BACK, *policy.while_states)


def _ahead(workflow: Workflow, state: str) -> tuple[Milestone, ...]:
    """Milestones whose event moves a case that is in this state."""
    if workflow.states[state].ignores_scans:
        return ()
    line = [milestone.state for milestone in workflow.milestones]
    return workflow.milestones[line.index(state) + 1 if state in line else 0 :]
