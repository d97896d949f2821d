"""Since when is the case on hold, and until when? A person puts it there and resumes it; a hold that has an end ends by a bell."""

from dataclasses import replace
from datetime import datetime, timedelta

from engine.core.delivery import WITHOUT_END
from engine.core.draft import Draft
from engine.model.case import Hold
from engine.model.event import Event
from engine.model.timer import Timer

OWNER, END_ROW = "hold:case", "end"
"""Of the bell that ends it. Without an end it stands at `WITHOUT_END`: so lists find what is on hold."""


def hold(draft: Draft, event: Event) -> None:
    """Nothing leaves from here on; a second hold takes the place of the first and keeps its beginning."""
    until = _instant(event.extra.get("until", ""))
    if until is not None and until <= draft.now:
        draft.note("hold_over", event.extra.get("by", ""), until.isoformat())
        return
    since = draft.hold.since if draft.hold is not None else draft.now
    draft.hold = Hold(since=since, by=event.extra.get("by", ""), until=until, revision=draft.revision)
    draft.note("on_hold", draft.hold.by, until.isoformat() if until else "")


def resume(draft: Draft, event: Event) -> None:
    """At once, or after the time in which that may be taken back."""
    if draft.hold is None:
        draft.note("not_on_hold", event.extra.get("by", ""))
        return
    window = timedelta(seconds=int(event.extra.get("undo_seconds", "0")))
    if window:
        draft.hold = replace(draft.hold, resumed_from=draft.now + window)
        draft.note("resumes", event.extra.get("by", ""), (draft.now + window).isoformat())
        return
    _end(draft, event.extra.get("by", ""))


def stay_on_hold(draft: Draft, event: Event) -> None:
    """The resuming is taken back."""
    if draft.hold is None or draft.hold.resumed_from is None:
        draft.note("not_on_hold", event.extra.get("by", ""))
        return
    draft.hold = replace(draft.hold, resumed_from=None)
    draft.note("on_hold", event.extra.get("by", ""), draft.hold.until.isoformat() if draft.hold.until else "")


def ring_end(draft: Draft) -> bool:
    """The bell of its end; False: it was moved, or is over already."""
    ends_at = draft.hold.ends_at if draft.hold is not None else None
    if ends_at is None or ends_at > draft.now:
        draft.note("bell_obsolete", OWNER)
        return False
    _end(draft, "")
    return True


def _end(draft: Draft, by: str) -> None:
    assert draft.hold is not None
    draft.note("resumed", by, f"on hold since {draft.hold.since.isoformat()}")
    draft.hold = None


def hold_timers(draft: Draft) -> list[Timer]:
    """The bell of its end. Each hold has one of its own: two may name the same end, and a bell that rang never rings again."""
    hold = draft.hold
    return [Timer(case=draft.case.id, owner=OWNER, row=END_ROW, gen=hold.revision, due_at=hold.ends_at or WITHOUT_END)] if hold else []


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
