"""What does a note of the journal say? Each kind as a sentence in the reader's language, by the labels of the rules."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from engine.core.called import RESULTS, Called
from engine.core.delivery import WITHOUT_END
from engine.core.holding import OWNER as HOLD_OWNER
from engine.core.words import NOT_AGAIN
from engine.model.decision import JournalRow, Note
from engine.model.masks import mask_text

KINDS: Mapping[str, tuple[str, str]] = {
    "row_fired": ("到点执行", "carried out"),
    "row_skipped": ("过时不补", "too late, skipped"),
    "row_flagged": ("晚了,待人决定", "late, left to a person"),
    "late": ("超时", "late"),
    "corrected": ("更正:其实按时", "corrected: in time after all"),
    "late_withdrawn": ("超时撤销", "lateness withdrawn"),
    "superseded": ("时效不再适用", "the policy no longer applies"),
    "due_moved": ("到期改动", "due time moved"),
    "clock_gone": ("计时取消", "clock gone"),
    "suspect_time": ("时间可疑", "suspect time"),
    "disruption": ("中断告知", "disruption"),
    "chain_started": ("升级开始", "chain started"),
    "chain_reason": ("升级加因", "one more reason for the chain"),
    "chain_step": ("升级一档", "chain step"),
    "step_empty": ("此档无人", "nobody on this step"),
    "step_failed": ("此档未达", "step not reached"),
    "chain_exhausted": ("升级到头", "chain exhausted"),
    "chain_ended": ("升级结束", "chain ended"),
    "chain_goes_on": ("升级继续", "chain goes on"),
    "acknowledged": ("已知晓", "acknowledged"),
    "nothing_to_acknowledge": ("没有在升级的", "nothing to acknowledge"),
    "receipt": ("回执", "receipt"),
    "receipt_unknown": ("回执无主", "receipt of nothing we sent"),
    "fallback": ("改走备用", "another way"),
    "held": ("暂缓", "held"),
    "grouped": ("合并发出", "sent together"),
    "released": ("放行", "released"),
    "suppressed": ("不再发", "not sent"),
    "on_hold": ("挂起", "on hold"),
    "resumes": ("即将恢复", "about to resume"),
    "resumed": ("已恢复", "resumed"),
    "not_on_hold": ("没有挂起", "was not on hold"),
    "hold_over": ("挂起的时间已过", "the hold was over already"),
    "sent_again": ("重发", "sent again"),
    "again_taken_back": ("撤回重发", "sending again taken back"),
    "not_again": ("没有重发", "not sent again"),
    "hand_unknown": ("不认识的操作", "unknown deed"),
    "shadow": ("试行", "shadow"),
    "task_open_already": ("待办已有", "task open already"),
    "rules_adopted": ("改用新规则", "new rules adopted"),
    "bell_obsolete": ("铃已作废", "the bell was for nothing"),
}
"""Kind -> how it is called, in Chinese and in English."""

BY_PERSON = ("on_hold", "resumes", "resumed", "not_on_hold", "hold_over")
"""Notes about whoever did it."""
ARRIVED = ("accepted", "delivered")
EFFECT_ID = re.compile(r"/\d+/\d+$")
LINE = re.compile(r"([^/ ]+)/([^/]+)/\d+")
EVIDENCE = re.compile(r"evidence (.+) lag_s (-?\d+)$")


@dataclass(frozen=True, slots=True)
class Noted:
    """A note in words."""

    what: str
    """Its kind and what it is about."""
    more: str = ""
    """What it adds, masked."""

    def __str__(self) -> str:
        return " · ".join(text for text in (self.what, self.more) if text)


def note_of(called: Called, zone: ZoneInfo, workflow: str, note: Note, events: Mapping[str, str] = MappingProxyType({})) -> Noted:
    """A note in words. Counters and seconds are left to the journal as data.

    `events`: key of an event of this case -> its name.
    """
    kind = kind_of(called, note.kind)
    if note.kind == "chain_step":
        step, channel, role = (*note.detail.split(" "), "", "", "")[:3]
        return Noted(f"{kind} · {called.chain(note.subject)} {step}", f"{called.channel(channel)} → {called.role(role)}")
    if note.kind == "rules_adopted":
        return Noted(kind, note.detail)
    about = called.person(note.subject) if note.kind in BY_PERSON else _subject(called, workflow, note.subject)
    detail = DETAILS[note.kind](Detail(called, zone, workflow, note.detail, events)) if note.kind in DETAILS else ""
    return Noted(" · ".join(text for text in (kind, about) if text), mask_text(detail))


def kind_of(called: Called, kind: str) -> str:
    """Alone, where what it is about is said already. A kind of another version stays as it is."""
    return called.of(*KINDS.get(kind, (kind, kind)))


def events_of(journal: Iterable[JournalRow]) -> Mapping[str, str]:
    """Key of every event of a case -> its name."""
    return {f"{row.source}|{row.event_id}": row.name for row in journal}


def _subject(called: Called, workflow: str, text: str) -> str:
    """Of a sending its number in the case; `policy/row/place` is a line of a timeline, `state/event/row` a transition."""
    if text == HOLD_OWNER:
        return called.of("挂起", "the hold")
    if EFFECT_ID.search(text) and ":" in text:
        return _number(text)
    line = LINE.fullmatch(text)
    if line is None:
        return called.subject(workflow, text.removeprefix("chain:"))
    return called.subject(workflow, f"{line[1]} {line[2]}" if line[1] in called.rulebook.policies else line[2])


def _number(effect: str) -> str:
    """`4/1`: the decision and the place in it, as `waybill show` lists it."""
    return "/".join(effect.split("/")[-2:])


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
        return one.called.answer(verdict) + (f": {one.of(*RESULTS[reason])}" if reason in RESULTS else "")
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
    "grouped": lambda one: _number(one.text),
    "released": lambda one: one.called.held(one.text),
    "suppressed": lambda one: one.called.gone(one.text),
    "shadow": _shadow,
    "receipt": _receipt,
    "on_hold": _until,
    "hold_over": _until,
    "resumes": lambda one: one.of(f"{one.hour(one.text)} 起", f"from {one.hour(one.text)}"),
    "resumed": _since,
    "sent_again": lambda one: _number(one.text),
    "again_taken_back": lambda one: _number(one.text),
    "not_again": lambda one: one.of(*NOT_AGAIN.get(one.text, (one.text, one.text))),
}
"""Kind -> what it adds. A kind that is not here says all with its name and subject."""
