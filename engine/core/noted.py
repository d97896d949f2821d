"""What does a note of the journal say? Each kind as a sentence in the reader's language, by the labels of the rules."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo

from engine.core.called import Called
from engine.core.holding import OWNER as HOLD_OWNER
from engine.core.note_details import DETAILS, Detail, number_of
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
EFFECT_ID = re.compile(r"/\d+/\d+$")
LINE = re.compile(r"([^/ ]+)/([^/]+)/\d+")


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
        return number_of(text)
    line = LINE.fullmatch(text)
    if line is None:
        return called.subject(workflow, text.removeprefix("chain:"))
    return called.subject(workflow, f"{line[1]} {line[2]}" if line[1] in called.rulebook.policies else line[2])
