"""Where does the case stand? What lists and pages show without reading history."""

from collections.abc import Sequence
from datetime import datetime

from engine.core import calendars
from engine.core.clocks import Clock
from engine.core.docket import docket_of
from engine.core.draft import Draft
from engine.core.stays import Reading, Shown
from engine.core.terms import Court
from engine.model.case import ClockVerdict, ClockView
from engine.model.decision import Standing
from engine.model.workflow import Workflow


def standing_of(draft: Draft) -> Standing:
    """The summary of a reading, with the views of its clocks."""
    reading, workflow = draft.reading, draft.court.workflow
    state = workflow.states.get(reading.state)
    final = state.final if state else False
    shown = reading.shown
    if shown is None:
        shown = reading.shown = _shown(workflow, reading)
    return Standing(
        state=reading.state,
        entered_at=reading.stay.entered_at,
        final=final,
        fields=shown.fields,
        private=shown.private,
        names=shown.names,
        open_key=None if final else open_key(workflow.one_open_per, reading),
        clocks=clock_views(draft.court, draft.clocks, draft.now),
        contradictions=reading.contradictions,
    )


def _shown(workflow: Workflow, reading: Reading) -> Shown:
    private = docket_of(workflow).private
    texts = {name: text for name, text in reading.texts.items() if text}
    return Shown(
        fields={name: text for name, text in texts.items() if name not in private},
        private=frozenset(private & texts.keys()),
        names={name: texts[name] for name in workflow.identified_by if name in texts},
    )


def open_key(fields: tuple[str, ...], reading: Reading) -> str | None:
    """`one_open_per`: the values that may stand open only once; None while one of them is blank."""
    return open_key_of(fields, reading.texts)


def open_key_of(fields: tuple[str, ...], texts: dict[str, str]) -> str | None:
    """The same from plain texts, for an event that has not opened its case yet."""
    values = [texts.get(name, "") for name in fields]
    return "|".join(values) if fields and all(values) else None


def clock_views(court: Court, clocks: Sequence[Clock], now: datetime) -> tuple[ClockView, ...]:
    """Live clocks, and the last one of each policy."""
    last = {clock.policy.name: clock for clock in clocks}
    return tuple(_view(court, clock, now) for clock in clocks if clock.live or last[clock.policy.name] is clock)


def _view(court: Court, clock: Clock, now: datetime) -> ClockView:
    verdict = clock.verdict(now)
    if clock.view is not None and clock.view.verdict is verdict:
        return clock.view
    calendar = court.calendar(clock.policy.calendar, clock.start.at)
    late_s = late_open_s = None
    if verdict is ClockVerdict.LATE and clock.due is not None:
        end = clock.stopped.at if clock.stopped else now
        late_s = (end - clock.due).total_seconds()
        late_open_s = calendars.between(calendar, clock.due, end)
    end_trace = clock.stopped or clock.ended
    view = ClockView(
        policy=clock.policy.name,
        number=clock.number,
        started_at=clock.start.at,
        due=clock.due,
        verdict=verdict,
        stopped_at=end_trace.at if end_trace else None,
        late_seconds=late_s,
        late_open_seconds=late_open_s,
        estimated=clock.due is not None and calendars.is_estimated(calendar, clock.due),
    )
    if verdict is not ClockVerdict.LATE or clock.stopped is not None:
        clock.view = view  # Until its verdict is another one; how late it is grows by the hour.
    return view
