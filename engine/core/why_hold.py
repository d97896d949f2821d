"""Why does nothing leave? Since when, by whom and for what reason a case is on hold."""

from collections.abc import Sequence

from engine.core.moment import Moment
from engine.model.case import Case
from engine.model.decision import JournalRow
from engine.model.explanation import OnHold, Wait
from engine.model.masks import mask_text


def reason_of(case: Case, journal: Sequence[JournalRow]) -> str:
    """What whoever put it on hold gave as the reason, masked; empty: it is not on hold, or the reason was erased."""
    hold = case.ledger.hold
    row = next((one for one in journal if hold is not None and one.revision == hold.revision), None)
    return mask_text(row.extra.get("note", "")) if row is not None else ""


def explain_hold(m: Moment) -> OnHold | None:
    """None: it is not on hold."""
    hold = m.case.ledger.hold
    if hold is None:
        return None
    why = reason_of(m.case, m.journal)
    zh_why, en_why = (f",因为“{why}”", f" because “{why}”") if why else ("", "")
    until = m.time(hold.ends_at)
    zh_end = f"到 {until} 为止" if hold.ends_at else "直到有人恢复"
    en_end = f"until {until}" if hold.ends_at else "until somebody resumes it"
    said = m.of(
        f"挂起:{m.time(hold.since)} 起,{hold.by}{zh_why};{zh_end}。什么都不发出,时限照算。",
        f"On hold since {m.time(hold.since)} by {hold.by}{en_why}, {en_end}: nothing leaves, promises count on.",
    )
    return OnHold(since=hold.since, by=hold.by, why=why, until=hold.ends_at, resuming=hold.resumed_from is not None, sentence=said)


def wait_for_the_end(m: Moment) -> Wait | None:
    """That it is resumed; None: it is not on hold."""
    hold = m.case.ledger.hold
    if hold is None:
        return None
    then = m.of("压着的、仍然成立的照常做", "what waited and is still so is done")
    return Wait(what=m.of("挂起结束", "the hold to end"), until=hold.ends_at, then=then)
