"""Is a scheduled report due, and did it leave? Each slot once: claimed, counted, mailed, tried again a few times, then shown to a person."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.scheduler.report_letter import BYTES_MAX, addresses, attached, letter, mail_server
from adapters.sql.report_slots import DOUBT, FAILED, SENT, Letter, ReportSlots, SlotRow
from engine.core.calendars import instant_of
from engine.model.connection import Connection
from engine.model.escalation import LAST_RESORT
from engine.model.receipt import Receipt, Verdict
from engine.model.report_round import ReportRound
from engine.model.rulebook import Rulebook
from engine.ports.gateway import Gateway
from engine.ports.worklist import Task, Worklist
from engine.reports.report_dossiers import Archive, dossiers
from engine.reports.report_fold import filled
from engine.reports.report_groups import dimension_named
from engine.reports.report_over import covered
from engine.reports.report_registry import SHEETS, papers_of
from engine.reports.report_shape import FilledSheet, Scope
from engine.reports.report_slots import covered_from, due_slots
from engine.reports.report_told import Taken
from engine.service.brake import ALARM

log = logging.getLogger("waybill.reports")
LEASE = timedelta(minutes=10)
"""So long whoever claimed a slot has it; a mail it was sending when it fell silent is in doubt from then on."""
PAUSES = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""Between the tries of a mail the server asked to send later; after the last it has failed."""
ALARMS = "report/"
_VERDICTS = {Verdict.ACCEPTED: "accepted", Verdict.DELIVERED: "accepted", Verdict.RETRY: "waiting", Verdict.REJECTED: "rejected"}


@dataclass(slots=True)
class ReportPost:
    """Looks when it is asked to; several daemons may, and a slot still leaves once."""

    slots: ReportSlots
    archive: Archive
    worklist: Worklist
    gateway: Callable[[Connection], Gateway]
    """For a connection of type smtp."""

    def look(self, rulebook: Rulebook, version: int | None, clock: Callable[[], datetime], go_on: Callable[[], bool] = lambda: True) -> int:
        """Record what is due, and send what is open; how many mails left. `clock`: aware instants."""
        rounds = rulebook.reports or {}
        for one in rounds.values():
            due = due_slots(one, rulebook.calendars, rulebook.timezone, clock())
            self.slots.record(one.name, one.over, [(slot.name, slot.due_at) for slot in due])
        left = 0
        for row in self.slots.ready(clock()) if rounds else ():
            declared = rounds.get(row.name)
            # A report that was taken out of the rules is not sent any more; put back, it goes on.
            if declared is None or not go_on():
                continue
            claimed = self.slots.change(row, next_at=clock() + LEASE, letters=_broken_off(row.letters))
            if claimed is not None:
                left += _Sending(self, rulebook, version, clock, go_on, declared).send(claimed)
        return left


def _broken_off(letters: Mapping[str, Letter]) -> dict[str, Letter]:
    """What was leaving when its daemon fell silent may have arrived: it is not sent again, it is shown."""
    return {
        to: Letter(state="unknown", tries=one.tries, why="broken_off") if one.state == "leaving" else one for to, one in letters.items()
    }


@dataclass(slots=True)
class _Sending:
    """One slot in the hands of one daemon."""

    post: ReportPost
    rulebook: Rulebook
    version: int | None
    clock: Callable[[], datetime]
    go_on: Callable[[], bool]
    declared: ReportRound

    def send(self, row: SlotRow) -> int:
        """Every mail of the slot that waits; how many left."""
        now = self.clock()
        taken = Taken(at=now, version=self.version, fingerprint=self.rulebook.fingerprint)
        server = mail_server(self.rulebook)
        letters = self._letters(row, taken)
        if server is None:
            self._close(row, letters, FAILED, "没有邮件对接")
            return 0
        if not any(one.state == "waiting" for one in letters.values()):
            self._finish(row, letters)
            return 0
        found = self._counted(row)
        files = attached(found, taken, self.declared.lang, self.declared.formats)
        if sum(len(one.content) for one in files) > BYTES_MAX:
            self._close(row, letters, FAILED, "表格太大,邮件装不下")
            return 0
        gateway, left = self.post.gateway(server), 0
        try:
            for to in [to for to, one in letters.items() if one.state == "waiting"]:
                if not self.go_on():
                    break
                # Written down before it leaves: whoever comes after us never sends it again without a person.
                letters[to] = Letter(state="leaving", tries=letters[to].tries + 1)
                held = self.post.slots.change(row, next_at=self.clock() + LEASE, letters=letters)
                if held is None:
                    return left
                letters[to] = _settled(letters[to], gateway.send(letter(found, taken, to, files, self.declared.lang)))
                left += letters[to].state == "accepted"
                settled = self.post.slots.change(held, next_at=self.clock() + LEASE, letters=letters)
                if settled is None:
                    return left
                row = settled
        finally:
            close = getattr(gateway, "close", None)
            if close is not None:
                close()
        self._finish(row, letters)
        return left

    def _letters(self, row: SlotRow, taken: Taken) -> dict[str, Letter]:
        """By address; by role, where nobody who fills it has one. Whom a role means is settled at the first try."""
        if row.letters:
            return dict(row.letters)
        reached = {to: addresses(self.rulebook, to, taken) for to in self.declared.to}
        letters = {address: Letter(state="waiting") for found in reached.values() for address in found}
        return letters | {to: Letter(state="rejected", why="没有邮箱") for to, found in reached.items() if not found}

    def _counted(self, row: SlotRow) -> FilledSheet:
        """The whole day, week or month before the slot, whenever it is sent."""
        rulebook, one = self.rulebook, self.declared
        sheet = SHEETS[one.report]
        noon = instant_of(rulebook.timezone, covered_from(row.slot), one.at)
        since, until = covered(one.over, noon, rulebook.timezone)
        named = {word: dimension_named(rulebook, word, sheet.may) or word for word in (*(one.by or ()), *one.only)}
        scope = Scope(
            rulebook=rulebook, since=since.astimezone(UTC), until=until.astimezone(UTC), period=sheet.period,
            by=sheet.by if one.by is None else tuple(named[word] for word in one.by),
            only=tuple((named[word], value) for word, value in one.only.items()),
        )  # fmt: skip
        return filled(sheet, scope, dossiers(self.post.archive, papers_of(sheet, scope)))

    def _finish(self, row: SlotRow, letters: Mapping[str, Letter]) -> None:
        waiting = [one for one in letters.values() if one.state == "waiting"]
        if waiting:
            tries = max(one.tries for one in waiting)
            pause = PAUSES[min(tries, len(PAUSES)) - 1] if tries else timedelta(0)
            self.post.slots.change(row, next_at=self.clock() + pause)
            return
        states = {one.state for one in letters.values()}
        self._close(row, letters, DOUBT if "unknown" in states else FAILED if "rejected" in states else SENT)

    def _close(self, row: SlotRow, letters: Mapping[str, Letter], state: str, why: str = "") -> None:
        """Nothing more is sent; what did not arrive is on the work list before it is off the books."""
        now = self.clock()
        if state != SENT:
            self.post.worklist.add(_alarm(row, self.declared, letters, why, self.rulebook.timezone, now))
            log.error(
                "a scheduled report did not leave as it should", extra={"report": row.name, "slot": row.slot, "state": state, "why": why}
            )
        self.post.slots.change(row, next_at=now, state=state, letters=letters)


def _settled(one: Letter, receipt: Receipt) -> Letter:
    """What became of a try; asked to come again once too often, it is rejected."""
    state = _VERDICTS.get(receipt.verdict, "unknown")
    if state == "waiting" and one.tries > len(PAUSES):
        state = "rejected"
    return Letter(state=state, tries=one.tries, why="" if state == "accepted" else f"{receipt.reason} {receipt.detail}".strip()[:200])


_SAID = {"rejected": "没有发出", "unknown": "结果不明,可能已收到", "waiting": "没有发出"}


def _alarm(row: SlotRow, declared: ReportRound, letters: Mapping[str, Letter], why: str, zone: str, now: datetime) -> Task:
    """For the last resort: which report, to whom, and how to send it by hand."""
    told = [f"{to} {_SAID[one.state]}({one.why or one.state})" for to, one in letters.items() if one.state in _SAID]
    due = f"{row.due_at.astimezone(ZoneInfo(zone)):%m-%d %H:%M}"
    text = f"定时报表“{declared.label}”({due})没有全部送到:{';'.join([*told, *([why] if why else [])])}。要补发:waybill report {declared.report} --mail 收件人。"
    return Task(id=f"{ALARMS}{row.name}/{row.slot}", case="", workflow="", kind=ALARM, role=LAST_RESORT, text=text, created_at=now)
