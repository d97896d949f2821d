"""Why is a case in this state, or why not; and what did an event do?"""

from engine.core.moment import Moment
from engine.core.why_transition import OUTCOMES, arrivals, explain_milestone, explain_transition, rows_of
from engine.model.explanation import Stands, Why
from engine.model.workflow import BACK, State, Transition

ARRIVALS_MAX = 5


def states_of(m: Moment, row: Transition) -> list[State]:
    """The states in which a row is looked at."""
    workflow = m.court.workflow
    own = [state for state in workflow.states.values() if row in state.transitions]
    return own or [state for state in workflow.states.values() if not state.final]


def explain_event(m: Moment, name: str) -> list[Why]:
    """What the event did each time it came, then every row and milestone it has from where the case stands, or stood."""
    came = arrivals(m, name)
    label = m.event(name)
    declared = m.court.workflow.events.get(name)
    if came:
        last = came[-1]
        outcome = m.of(*OUTCOMES[last.read.outcome])
        moved = f"{m.state(last.before)} → {m.state(last.read.after)}" if last.before != last.read.after else m.state(last.before)
        said = m.of(
            f"“{label}”来过 {len(came)} 次,最近 {m.time(last.at)}:{moved},{outcome}。",
            f"{name} came {len(came)} times, last at {m.time(last.at)}: {moved}, {outcome}.",
        )
    else:
        said = m.of(f"“{label}”没有来过。", f"{name} never came.")
    remarks = [
        f"{m.time(one.at)} {m.of(*OUTCOMES[one.read.outcome])} {m.state(one.before)} → {m.state(one.read.after)}  {one.event.source}"
        for one in came[-ARRIVALS_MAX:]
    ]
    whole = Why(
        kind="event",
        rule=name,
        stands=Stands.DONE if came else Stands.WAITING,
        sentence=said,
        checks=(m.check(m.of("来过", "came"), "", "", m.time(came[-1].at) if came else m.of("没有", "no"), bool(came), declared.span if declared else m.court.workflow.span),),
        remarks=tuple(remarks),
        place=declared.span if declared else None,
        happened_at=came[-1].event.received_at if came else None,
    )  # fmt: skip
    seen = {m.reading.state, *(one.before for one in came)}
    looked = [(row, states_of(m, row)) for row in rows_of(m) if row.event == name]
    rows = [explain_transition(m, states, row) for row, states in looked if seen & {one.name for one in states}]
    line = [explain_milestone(m, one, name) for one in m.court.workflow.milestones if name in one.events]
    return [whole, *rows, *line]


def explain_state(m: Moment, state: State) -> list[Why]:
    """Since when it is there and by what; or when it was, and every way that leads there."""
    stays = [one for one in m.reading.stays if one.state == state.name]
    name = m.name(state.label, state.name)
    here = m.reading.state == state.name
    ways = [explain_transition(m, states_of(m, row), row) for row in rows_of(m) if row.to == state.name]
    ways += [explain_milestone(m, one, event) for one in m.court.workflow.milestones if one.state == state.name for event in one.events]
    ways += [explain_transition(m, states_of(m, row), row) for row in rows_of(m) if row.to == BACK and _is_reached_back(m, row, state.name)]
    ahead = min((one.will_fire_at for one in ways if one.will_fire_at), default=None)
    if here:
        final = m.of(",单已结束", ", and it is final") if state.final else ""
        said = m.of(
            f"现在就是“{name}”,自 {m.time(stays[-1].entered_at)}{final}。", f"It is {name} since {m.time(stays[-1].entered_at)}{final}."
        )
    elif stays:
        left = m.time(stays[-1].left_at)
        said = m.of(
            f"现在不是“{name}”:{left} 离开,现在是“{m.state(m.reading.state)}”。",
            f"It is not {name}: it left at {left}, and is {m.reading.state}.",
        )
    else:
        said = m.of(
            f"没有到过“{name}”:下面的路都没走,现在是“{m.state(m.reading.state)}”。",
            f"It never was {name}: none of the ways below was taken; it is {m.reading.state}.",
        )
    unseen = [one for one in stays if not one.seen]
    whole = Why(
        kind="state",
        rule=state.name,
        stands=Stands.DONE if here else Stands.AHEAD if ahead else Stands.OFF if stays else Stands.WAITING,
        sentence=said,
        checks=(m.check(m.of("状态", "state"), "=", name, m.state(m.reading.state), here, state.span),),
        remarks=tuple(m.of(f"{m.time(one.entered_at)} 经过而未见扫描", f"passed unseen at {m.time(one.entered_at)}") for one in unseen),
        place=state.span,
        happened_at=stays[-1].entered_at if here else None,
        will_fire_at=None if here else ahead,
    )
    order = {Stands.DONE: 0, Stands.AHEAD: 1, Stands.WAITING: 2, Stands.OFF: 3}
    return [whole, *sorted(ways, key=lambda one: order[one.stands])]


def _is_reached_back(m: Moment, row: Transition, state: str) -> bool:
    return any(one.read.row is not None and one.read.row.key == row.key and one.read.after == state for one in arrivals(m, row.event))
