"""Is every page of the console in the reader's language? A desk that has lived is walked page by page, in Chinese and in English."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from adapters.files.rules import read_rules, shipped_rules_dir
from adapters.web.console.menu import all_pages
from engine.core.called import Called
from engine.core.note_details import DETAILS
from engine.core.noted import KINDS, note_of
from engine.model.decision import Note
from engine.ports.attempts import Circuit, CircuitState
from engine.reports.report_registry import SHEETS
from engine.service import health
from tests.contract.builders import NOW
from tests.unit.web.console.desks import shipped
from tests.unit.web.console.lived import Lived, lived

CODES = {"code", "kbd", "script", "style"}
"""What stands in these is a name to be copied or a key to be pressed."""
EMPTY = {"input", "meta", "link", "br", "img", "hr", "rect", "path", "circle"}
SAID = ("title", "placeholder", "aria-label")
PLACES = re.compile(r"[\w/]+\.(?:yaml|csv|json)(?::\d+)*|[\w.-]+\.example\b|\d+@\w+|\w+:\d{6,}|[((]\w+[))]$")
"""A place in a file, a neighbour's address, a process on a machine, a case, a name in brackets behind its label."""
LATIN = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z][A-Za-z_]+(?![A-Za-z0-9_])")
HAN = re.compile("[一-鿿]{2,}")
NAMES = {
    "waybill", "English", "CSV", "Excel", "VIP", "SMS", "SQLite", "MB", "KB", "Python", "Linux", "Asia", "Shanghai", "Esc", "Enter", "Tab",
    "run", "mode", "shadow", "costs", "messages", "cause", "shop", "test", "memory",
}  # fmt: skip
"""Products, keys of the keyboard, and words of the rules that a Chinese sentence quotes."""
VALUES = {"web", "phone", "api", "wechat", "engine", "hours", "hold", "task", "no", "ValueError", "info"}
"""What operations themselves wrote in Latin letters: choices of fields, columns of tables, names of commands and connections."""
OURS_IN_ENGLISH = {"中文", "退订", "货物破损", "物流延误", "配送问题", "其他"}
"""Chinese that an English page must show: the way back, the word customers answer with, and causes of complaints as the desk files them."""


class Text(HTMLParser):
    """What a reader sees of a page, piece by piece, names and keys left out."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, bool]] = []
        self.pieces: list[str] = []

    @property
    def quoted(self) -> bool:
        return any(quoted for _, quoted in self.stack)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if not self.quoted:
            self.pieces += [text for name in SAID if (text := known.get(name))]
        if tag not in EMPTY:
            self.stack.append((tag, tag in CODES or "mono" in (known.get("class") or "").split()))

    def handle_endtag(self, tag: str) -> None:
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.quoted:
            self.pieces.append(" ".join(data.split()))


def text_of(html: str) -> list[str]:
    page = Text()
    page.feed(html)
    return page.pieces


def paths(day: Lived) -> Iterator[str]:
    """Every page without a name in its address, and of the others one of each, all cases and all tasks."""
    running, rulebook = day.desk.running, day.desk.running.rulebook()
    yield from (one.path for one in all_pages() if one.method == "GET" and "{" not in one.path and not one.path.startswith("/oidc"))
    for row in running.directory.cases(limit=99):
        yield from (f"/cases/{row.id}?all=yes", f"/cases/{row.id}/ask?event=edited")
        rules = [one.name for one in rulebook.policies.values() if one.workflow == row.workflow]
        rules += [one.name for one in rulebook.messages.values() if one.workflow == row.workflow] + [*rulebook.chains]
        yield from (f"/cases/{row.id}/why?rule={rule}" for rule in rules)
    yield from (f"/tasks/{one.id}" for one in running.tasks(all_states=True))
    yield from (f"/new?workflow={name}" for name in rulebook.workflows)
    yield from (f"/rules/graph/{name}" for name in rulebook.workflows)
    yield from (f"/cases?workflow={flow.name}&state={state}" for flow in rulebook.workflows.values() for state in flow.states)
    yield from (f"/reports/{name}" for name in SHEETS)
    yield from ("/adapters/sms", "/adapters/wechat_work", "/users/8011", "/nowhere", "/cases?q=1381234")


def foreign(text: str, lang: str, own: str) -> list[str]:
    """Words of a piece that are of the other language: not names, not what operations or neighbours wrote."""
    if lang == "zh":
        return [word for word in LATIN.findall(PLACES.sub(" ", text)) if word not in NAMES | VALUES and not word.isupper()]
    bare = text
    for word in OURS_IN_ENGLISH:
        bare = bare.replace(word, " ")
    return [run for run in HAN.findall(bare) if any(run[at : at + 2] not in own for at in range(len(run) - 1))]


ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def day() -> Lived:
    return lived()


def walked(day: Lived, lang: str, own: str = "") -> dict[str, str]:
    """Foreign word -> the first page and piece that shows it."""
    day.admin.cookies["waybill_lang"] = lang
    found: dict[str, str] = {}
    for path in paths(day):
        if path.startswith(("/rules/sentences", "/rules/source", "/calls/file")):
            continue  # There the names of the rules are what it is about; a file to fill in is no page.
        answer = day.admin.get(path)
        assert answer.status_code < 500, path
        assert "/desk/login" not in answer.headers.get("location", ""), path
        for piece in text_of(answer.text):
            for word in foreign(piece, lang, own):
                found.setdefault(word, f"{path}: {piece[:160]}")
    return found


def written(day: Lived) -> str:
    """All that operations wrote, and what customers and colleagues typed or were told."""
    rules = read_rules(shipped_rules_dir()).values()
    cases = day.desk.running.directory.cases(limit=99)
    said = [row.masked for case in cases for row in day.desk.running.directory.sent(case.id)]
    said += [f"{one.text} {one.note}" for one in day.desk.running.tasks(all_states=True)]
    typed = [str(line.data) + str(line.extra) for case in cases for line in day.desk.running.directory.journal(case.id)]
    why = [f"{one.deed.why}{one.deed.detail}" for one in day.desk.stores.trail.search(limit=500)]
    return "\n".join([*rules, *said, *typed, *why, "余额不足", "来电要求"])


def test_no_page_in_chinese_has_an_english_word(day: Lived) -> None:
    assert walked(day, "zh") == {}


def test_no_page_in_english_has_a_chinese_word_of_ours(day: Lived) -> None:
    assert walked(day, "en", written(day)) == {}


NOTES = [
    Note("late", "pickup_deadline", "due 2026-11-23T07:00:00+00:00 open_s 900 elapsed_s 900"),
    Note("late_withdrawn", "pickup_deadline", "due 2026-11-23T07:00:00+00:00"),
    Note("due_moved", "pickup_deadline", "2026-11-23T07:00:00+00:00 -> 2026-11-23T08:00:00+00:00"),
    Note("clock_gone", "pickup_deadline", "its policy no longer applies; no verdict"),
    Note("superseded", "pickup_deadline", "its policy no longer applies; the breach stays"),
    Note("corrected", "pickup_deadline", "was late, now met; evidence tms.example|1/1/1>picked_up lag_s 1800"),
    Note("row_skipped", "pickup_deadline late 30 min", "2026-11-23T07:00:00+00:00 gen 1 late_s 7200"),
    Note("row_flagged", "pickup_deadline late 30 min", "2026-11-23T07:00:00+00:00 gen 1 late_s 7200"),
    Note("row_fired", "pickup_deadline late 0 min", "2026-11-23T07:00:00+00:00 gen 1"),
    Note("suspect_time", "picked_up", "2026-11-24T07:00:00+00:00 counts as of its receipt"),
    Note("disruption", "台风停运", "until 2026-11-24T07:00:00+00:00 by 值班经理 气象台红色预警"),
    Note("chain_started", "hub_chain", "policy:pickup_deadline"),
    Note("chain_reason", "hub_chain", "event:pickup_failed"),
    Note("chain_goes_on", "hub_chain", "clock:pickup_deadline|1"),
    Note("chain_step", "hub_chain", "2 phone hub_manager"),
    Note("step_empty", "hub_chain", "hub_manager"),
    Note("step_failed", "hub_chain", "hub_chain:1"),
    Note("chain_exhausted", "hub_chain", ""),
    Note("chain_ended", "hub_chain", ""),
    Note("acknowledged", "hub_chain", "2026-11-23T07:00:00+00:00"),
    Note("nothing_to_acknowledge", "hub_chain", ""),
    Note("receipt_unknown", "shipment:1/1/1", ""),
    Note("fallback", "dispatch_order", "sms no_receipt -> phone"),
    Note("held", "dispatch_order", "send_hours 2026-11-23T07:00:00+00:00"),
    Note("held", "dispatch_order", "cap 2026-11-23T07:00:00+00:00"),
    Note("held", "dispatch_order", "brake 9999-01-01T00:00:00+00:00"),
    Note("held", "dispatch_order", "channel"),
    Note("grouped", "dispatch_order", "shipment:1/1/1"),
    Note("released", "dispatch_order", "brake"),
    Note("suppressed", "dispatch_order", "opted_out"),
    Note("suppressed", "dispatch_order", "reason_gone"),
    Note("shadow", "hub_chain", "chain_exhausted:hub_chain"),
    Note("shadow", "hub_chain", "nobody:hub_chain:hub_manager"),
    Note("shadow", "pickup_deadline/late 0 min/0", "policy:pickup_deadline"),
    Note("shadow", "pickup_deadline", "pickup_failed"),
    Note("task_open_already", "pickup_deadline/late 0 min/0", ""),
    Note("held", "dispatched/pickup_failed/1", "hold"),
    Note("row_skipped", "pickup_deadline late 30 min", "2026-11-23T07:00:00+00:00 hold"),
    Note("rules_adopted", "shipment", "25e103cddc32"),
    Note("receipt", "shipment:1/4/1", "rejected bad_number"),
    Note("receipt", "shipment:1/4/1", "delivered receipt"),
    Note("receipt", "shipment:1/4/1", "delivered confirmed"),
    Note("on_hold", "8011", "2026-11-23T07:00:00+00:00"),
    Note("resumes", "8011", "2026-11-23T07:00:00+00:00"),
    Note("resumed", "", "on hold since 2026-11-23T07:00:00+00:00"),
    Note("not_on_hold", "8011", ""),
    Note("hold_over", "8011", "2026-11-23T07:00:00+00:00"),
    Note("sent_again", "dispatch_order", "shipment:1/4/1"),
    Note("again_taken_back", "dispatch_order", "shipment:1/4/1"),
    Note("not_again", "dispatch_order", "too_late"),
    Note("not_again", "shipment:1/4/1", "on_hold"),
    Note("hand_unknown", "", ""),
    Note("bell_obsolete", "pickup_deadline late 30 min", ""),
    Note("bell_obsolete", "message:shipment:1/4/1", ""),
    Note("bell_obsolete", "chain:hub_chain", ""),
    Note("bell_obsolete", "hold:case", ""),
]
"""As the court writes them (engine/core)."""


@pytest.mark.parametrize("note", NOTES, ids=lambda note: f"{note.kind} {note.detail[:12]}")
def test_a_note_of_the_journal_is_a_sentence_in_either_language(note: Note) -> None:
    rulebook = shipped()

    chinese, english = (str(note_of(Called(rulebook, lang), ZONE, "shipment", note)) for lang in ("zh", "en"))

    assert foreign(chinese, "zh", "") == []
    assert foreign(english, "en", "台风停运值班经理气象台红色预警") == []
    assert "_s " not in chinese + english


def test_every_note_has_its_words() -> None:
    assert {note.kind for note in NOTES} == set(KINDS)
    assert set(DETAILS) <= set(KINDS)


def test_what_is_not_well_is_said_in_chinese() -> None:
    opened = Circuit(connection="sms", state=CircuitState.OPEN, since=NOW, reason="account 51")
    shut = [opened, replace(opened, state=CircuitState.PAUSED, reason="余额不足")]
    ailments = [
        *health.failures(12.3, stopping=True),
        *health.of_rules(3, []),
        *health.of_neighbours(shipped(), ["tms"], ["sms"], shut),
        *health.of_machine({"unknown": 4, "dead": 1}, 3.2, leapt=True),
    ]

    assert len(ailments) == 11
    assert [one for one in ailments if one.zh == one.en or foreign(one.zh, "zh", "")] == []
