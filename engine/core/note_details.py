"""What does a note add to its kind? Its detail, as the court wrote it, in the reader's language."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from engine.core.called import Called
from engine.core.delivery import WITHOUT_END
from engine.core.words import CALL_RESULTS, NOT_AGAIN

ARRIVED = ("accepted", "delivered")
EVIDENCE = re.compile(r"evidence (.+) lag_s (-?\d+)$")


@dataclass(frozen=True, slots=True)
class Detail:
    """What a note adds, as the court wrote it."""

    called: Called
    zone: ZoneInfo
    workflow: str
    text: str
    events: Mapping[str, str]

    def of(self, zh: str, en: str) -> str:
        return self.called.of(zh, en)

    def hour(self, word: str) -> str:
        """`11-23 15:00` of an instant; anything else as it is."""
        try:
            at = datetime.fromisoformat(word) if "T" in word else None
        except ValueError:
            return word
        return f"{at.astimezone(self.zone):%m-%d %H:%M}" if at is not None and at.tzinfo else word

    def after(self, word: str) -> str:
        """What follows this word."""
        words = self.text.split(" ")
        return words[words.index(word) + 1] if word in words[:-1] else ""


def number_of(effect: str) -> str:
    """`4/1`: the decision and the place in it, as `waybill show` lists it."""
    return "/".join(effect.split("/")[-2:])


def _reason(one: Detail) -> str:
    """`policy:NAME`, `event:NAME`, `clock:NAME|…`, `not_delivered:CHANNEL:REASON`."""
    kind, _, name = one.text.partition(":")
    match kind:
        case "policy" | "clock":
            policy = one.called.policy(name.partition("|")[0])
            return one.of(f"因为{policy}", f"for {policy}")
        case "event":
            event = one.called.event(one.workflow, name)
            return one.of(f"因为{event}", f"for {event}")
        case "disruption" | "stay":
            return name if kind == "disruption" else ""
        case "not_delivered":
            channel, _, reason = name.partition(":")
            return f"{one.called.channel(channel)}: {one.called.reason(reason)}"
    return one.called.subject(one.workflow, one.text)


def _due(one: Detail) -> str:
    due = one.after("due")
    return one.of(f"到期 {one.hour(due)}", f"due {one.hour(due)}") if due else ""


def _until(one: Detail) -> str:
    return one.of(f"到 {one.hour(one.text)}", f"until {one.hour(one.text)}") if one.text else ""


def _since(one: Detail) -> str:
    since = one.hour(one.after("since"))
    return one.of(f"自 {since} 挂起", f"on hold since {since}") if since else ""


def _due_moved(one: Detail) -> str:
    old, _, new = one.text.partition(" -> ")
    return f"{one.hour(old)} → {one.hour(new)}"


def _corrected(one: Detail) -> str:
    found = EVIDENCE.search(one.text)
    if found is None:
        return ""
    name = one.events.get(found[1]) or one.events.get(found[1].partition(">")[0]) or found[1].rpartition(">")[2]
    event = one.called.event(one.workflow, name) if name in one.events.values() or ">" in found[1] else ""
    minutes = max(0, round(float(found[2]) / 60))
    zh, en = (f"依据是“{event}”,", f"by {event}, ") if event else ("", "")
    return one.of(f"{zh}到期后 {minutes} 分钟才收到", f"{en}heard {minutes} min after it was due")


def _late_row(one: Detail) -> str:
    if one.text.endswith(" hold"):
        return one.called.held("hold")
    try:
        minutes = round(float(one.after("late_s")) / 60)
    except ValueError:
        return ""
    return one.of(f"晚了 {minutes} 分钟", f"{minutes} min late") if minutes else ""


def _suspect(one: Detail) -> str:
    claimed = one.hour(one.text.partition(" ")[0])
    return one.of(f"报称 {claimed},按收到的时间算", f"claims {claimed}; counted as of its receipt")


def _disruption(one: Detail) -> str:
    until = one.hour(one.after("until"))
    by, reason = one.after("by"), " ".join(one.text.split(" ")[4 if one.after("by") else 2 :])
    told = one.of(f"到 {until}", f"until {until}") + (one.of(f",{by}定", f", declared by {by}") if by else "")
    return f"{told}: {reason}" if reason else told


def _held(one: Detail) -> str:
    why, _, until = one.text.partition(" ")
    said = one.called.held(why)
    if not until:
        return said
    end = one.hour(until)
    forever = until.startswith(str(WITHOUT_END.date()))
    return f"{said}, {one.of('等人决定', 'until a person decides')}" if forever else f"{said}, {one.of(f'到 {end}', f'until {end}')}"


def _fallback(one: Detail) -> str:
    before, _, after = one.text.partition(" -> ")
    channel, _, reason = before.partition(" ")
    return f"{one.called.channel(channel)}({one.called.reason(reason)}) → {one.called.channel(after)}"


def _receipt(one: Detail) -> str:
    verdict, _, reason = one.text.partition(" ")
    if verdict in ARRIVED:  # Of a call what came of it; else the reason is a provider's bookkeeping.
        return one.called.answer(verdict) + (f": {one.of(*CALL_RESULTS[reason])}" if reason in CALL_RESULTS else "")
    return one.called.answer(f"{verdict}/{reason}")


def _shadow(one: Detail) -> str:
    kind, _, _ = one.text.partition(":")
    return one.called.alarm(one.workflow, one.text) if kind in ("nobody", "chain_exhausted") else _reason(one)


DETAILS: Mapping[str, Callable[[Detail], str]] = {
    "late": _due,
    "late_withdrawn": _due,
    "due_moved": _due_moved,
    "corrected": _corrected,
    "row_fired": _late_row,
    "row_skipped": _late_row,
    "row_flagged": _late_row,
    "suspect_time": _suspect,
    "disruption": _disruption,
    "chain_started": _reason,
    "chain_reason": _reason,
    "chain_goes_on": _reason,
    "acknowledged": _until,
    "step_empty": lambda one: one.called.role(one.text),
    "fallback": _fallback,
    "held": _held,
    "grouped": lambda one: number_of(one.text),
    "released": lambda one: one.called.held(one.text),
    "suppressed": lambda one: one.called.gone(one.text),
    "shadow": _shadow,
    "receipt": _receipt,
    "on_hold": _until,
    "hold_over": _until,
    "resumes": lambda one: one.of(f"{one.hour(one.text)} 起", f"from {one.hour(one.text)}"),
    "resumed": _since,
    "sent_again": lambda one: number_of(one.text),
    "again_taken_back": lambda one: number_of(one.text),
    "not_again": lambda one: one.of(*NOT_AGAIN.get(one.text, (one.text, one.text))),
}
"""Kind -> what it adds. A kind that is not here says all with its name and subject."""
