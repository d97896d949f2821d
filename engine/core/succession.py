"""What goes on under another name? A scan reported again, from elsewhere and from earlier, begins the same stay and the same promises.

Stays, clocks and lines of `do` are named after the event that began them. If an event heard late takes its place before
that one, or that one is taken back, another event begins them; what was issued, rung and told of them still counts, so that
nobody is told twice. A row rings again only if its instant, recomputed, lies ahead again, as on any clock that moves.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.core.clocks import Clock
from engine.core.draft import Draft
from engine.core.order import event_key
from engine.core.reader import CLOCK_SOURCE
from engine.core.rows import DUE_ROW
from engine.core.stays import Intention, Reading
from engine.model.case import ChainRun, Issued

_WITH_CLOCK = ("c", "on_hold", "flag", "superseded")
"""Kinds of causes that begin with a clock."""
_HANDED, _TO = "handed:", " to "
"""How `Ledger.told` keeps who went on as whom."""


@dataclass(frozen=True, slots=True)
class Names:
    """Name before -> name now."""

    stays: Mapping[str, str]
    clocks: Mapping[str, str]
    """`policy|clock`."""
    lines: Mapping[str, str]
    """Causes of what rows of the workflow did."""

    def reason(self, text: str) -> str:
        """What something lives with: `stay:...`, `clock:...`."""
        kind, _, name = text.partition(":")
        known = {"stay": self.stays, "clock": self.clocks}.get(kind, {})
        return f"{kind}:{known[name]}" if name in known else text

    def cause(self, text: str) -> str:
        """What something is done for once; copies and alarms add to it."""
        kind, _, name = text.partition(":")
        if kind in _WITH_CLOCK:
            return f"{kind}:{self.of_clock(name)}"
        return next((after + text[len(before) :] for before, after in self.lines.items() if f"{text}:".startswith(f"{before}:")), text)

    def of_clock(self, text: str) -> str:
        """A clock, or what begins with one."""
        return next(
            (
                after + text[len(before) :]
                for before, after in self.clocks.items()
                if text == before or text.startswith((f"{before}|", f"{before}:"))
            ),
            text,
        )

    def heir(self, text: str) -> str:
        """`handed:... to NAME`, where that one is handed on in its turn."""
        old, _, name = text.partition(_TO)
        return f"{old}{_TO}{(self.stays if old.startswith(f'{_HANDED}stay:') else self.clocks).get(name, name)}"

    def generation(self, text: str) -> str:
        """`policy|row|clock`; of a row alone it stays."""
        policy, _, rest = text.partition("|")
        row, bar, key = rest.partition("|")
        now = self.clocks.get(f"{policy}|{key}") if bar else None
        return f"{policy}|{row}|{now.partition('|')[2]}" if now else text


def go_on(draft: Draft) -> None:
    """Call after the event was put into the history."""
    last = draft.reading.order[-1:]
    if last and last[0] is draft.history[-1] and draft.event.name != "retracted":
        return  # Nearly always: it happened last, and whatever stood before it stands.
    _hand_back(draft)
    before = draft.read_before_the_event()
    stays = _pairs(_of_stays(before), _of_stays(draft.reading))
    # What a clock raised stands and falls with that clock: it is not handed on.
    raised = {
        f"{one.event.extra.get('policy')}|{one.event.extra.get('clock')}" for one in draft.history if one.event.source == CLOCK_SOURCE
    }
    clocks = _pairs(_of_clocks(draft.clocks_before_the_event()), _of_clocks(draft.clocks), but=raised)
    if stays or clocks:
        _rename(draft, Names(stays, clocks, _lines(before, draft.reading, stays)))


@dataclass(frozen=True, slots=True)
class _Life:
    """A stay or a clock from its beginning to its end; None: it has none yet."""

    name: str
    kind: str
    """State or policy."""
    since: datetime
    until: datetime | None

    def meets(self, other: "_Life") -> bool:
        """At a common time."""
        return (self.until is None or other.since <= self.until) and (other.until is None or self.since <= other.until)


def _of_stays(reading: Reading) -> list[_Life]:
    return [_Life(one.key, one.state, one.entered_at, one.left_at) for one in reading.stays]


def _of_clocks(clocks: Sequence[Clock]) -> list[_Life]:
    ends = [(one, one.stopped or one.ended) for one in clocks]
    return [_Life(one.id, one.policy.name, one.start.at, end.at if end else None) for one, end in ends]


def _pairs(before: Sequence[_Life], after: Sequence[_Life], but: Collection[str] = ()) -> dict[str, str]:
    """Of those that are gone, which of the new ones is the same: of its kind, at a common time."""
    here, known = {one.name for one in after}, {one.name for one in before}
    born = [one for one in after if one.name not in known]
    found = {}
    for one in before:
        gone = one.name not in here and one.name not in but
        heir = next((new for new in born if new.kind == one.kind and new.meets(one)), None) if gone else None
        if heir is not None:
            born.remove(heir)
            found[one.name] = heir.name
    return found


def _lines(before: Reading, after: Reading, stays: Mapping[str, str]) -> dict[str, str]:
    """The same line of the same row, on entering the same stay."""
    now = {(one.stay, _place(one)): one.cause for one in after.intentions}
    told = {one.cause for one in after.intentions}
    pairs = ((one.cause, now.get((stays.get(one.stay, ""), _place(one)))) for one in before.intentions if one.cause not in told)
    return {old: new for old, new in pairs if new is not None}


def _place(intention: Intention) -> str:
    """Which line of which row."""
    return intention.cause.removeprefix(f"e:{event_key(intention.event)}")


def _rename(draft: Draft, names: Names) -> None:
    _live_with(draft, names)
    draft.causes = {names.cause(one) for one in draft.causes}
    draft.late = [names.of_clock(one) for one in draft.late]
    draft.corrected = [names.of_clock(one) for one in draft.corrected]
    draft.told = [names.heir(one) if one.startswith(_HANDED) else names.cause(one) for one in draft.told]
    # Should the first one be there again beside its heir, what it has said it does not say again.
    draft.told += [*names.lines, *(f"{_HANDED}clock:{old}{_TO}{new}" for old, new in names.clocks.items())]
    draft.told += [f"{_HANDED}stay:{old}{_TO}{new}" for old, new in names.stays.items()]
    # Its lateness goes along, and is recorded anew: by another bell, for the one that has rung counts once.
    kept = {mark: fired for mark, fired in draft.fired.items() if not mark.endswith(f"|{DUE_ROW}|")}
    draft.fired = kept | {names.of_clock(mark): fired for mark, fired in draft.fired.items()}
    bells = {key: gen for key, gen in draft.gens.items() if f"|{DUE_ROW}|" not in key}
    draft.gens = bells | {names.generation(key): gen for key, gen in draft.gens.items()}
    # What an edit of the rules may not do is reckoned anew: the due times of these clocks were moved by what happened.
    due = {key: at for key, at in draft.before.dues.items() if key not in names.clocks}
    moved = {} if draft.rules_changed else {names.of_clock(key): at for key, at in draft.before.dues.items() if key in names.clocks}
    draft.before = replace(draft.before, dues=due | moved, chains=tuple(_chain(run, names) for run in draft.before.chains))


def _live_with(draft: Draft, names: Names) -> None:
    """What was issued and begun under the one name goes on under the other."""
    draft.issued = {one.id: _issued(one, names) for one in draft.issued.values()}
    draft.chains = {name: _chain(run, names) for name, run in draft.chains.items()}


def _hand_back(draft: Draft) -> None:
    """One that is there again takes back what went on under its heir's name, if that one is over."""
    stays: dict[str, str] = {}
    clocks: dict[str, str] = {}
    done = []
    for one in draft.told:
        old, _, new = one.removeprefix(_HANDED).partition(_TO)
        if one.startswith(_HANDED) and draft.alive(old):
            kind, _, name = old.partition(":")
            if not draft.alive(f"{kind}:{new}"):
                (stays if kind == "stay" else clocks)[new] = name
                done.append(one)
    if done:
        draft.told = [one for one in draft.told if one not in done]
        _live_with(draft, Names(stays, clocks, {}))


def _issued(one: Issued, names: Names) -> Issued:
    return replace(one, cause=names.cause(one.cause), reason=names.reason(one.reason))


def _chain(run: ChainRun, names: Names) -> ChainRun:
    return replace(run, reasons=tuple(dict.fromkeys(names.reason(one) for one in run.reasons)))
