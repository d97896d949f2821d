"""Do the shipped stories hold, do they touch every rule, and can each of them fail?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.memory import open_memory
from engine.language.compile import compile_rulebook
from engine.language.show import render
from engine.model.story import Story
from engine.service.stories import play
from tests.unit.language.rulebooks import SHIPPED, compiled, edited

RULEBOOK = compiled(SHIPPED)
STORIES = {story.name: story for story in RULEBOOK.stories}
SAMPLE = 3
"""One story in so many is broken on purpose."""


def told(story: Story) -> list[str]:
    return [f"{one.span}: {one.what}: expected {one.expected}, got {one.got}" for one in play(RULEBOOK, story, open_memory()).mismatches]


@pytest.mark.parametrize("name", STORIES)
def test_a_shipped_story_holds(name: str) -> None:
    assert told(STORIES[name]) == []


def test_the_shipped_rulebook_compiles_without_errors_or_warnings() -> None:
    result = compile_rulebook(SHIPPED)

    assert render(result.diagnostics, SHIPPED, "en", "concise") == ""


def test_no_two_stories_bear_the_same_name() -> None:
    assert len(STORIES) == len(RULEBOOK.stories) >= 60


# --- every rule is touched -------------------------------------------------------------------------------------------------


class Touched:
    """Names of rules that some story reached, read off its journals."""

    def __init__(self) -> None:
        self.late: set[str] = set()
        self.chains: set[str] = set()
        self.messages: set[str] = set()
        self.states: set[str] = set()
        self.rows: set[str] = set()

    def add(self, story: Story) -> None:
        stores = open_memory()
        play(RULEBOOK, story, stores)
        for row in stores.directory.cases(limit=1000):
            journal = stores.directory.journal(row.id)
            notes = [note for entry in journal for note in entry.notes]
            self.states |= {f"{row.workflow}.{entry.state_after}" for entry in journal}
            self.late |= {note.subject for note in notes if note.kind == "late"}
            self.rows |= {note.subject for note in notes if note.kind == "row_fired"}
            self.chains |= {note.subject for note in notes if note.kind == "chain_step"}
            self.messages |= {sent.message for sent in stores.directory.sent(row.id) if sent.message and sent.sent_at is not None}


@pytest.fixture(scope="module")
def touched() -> Touched:
    found = Touched()
    for story in RULEBOOK.stories:
        found.add(story)
    return found


def test_every_policy_is_breached_in_some_story(touched: Touched) -> None:
    assert set(RULEBOOK.policies) - touched.late == set()


def test_every_timeline_row_fires_in_some_story(touched: Touched) -> None:
    rows = {f"{policy.name} {row.key}" for policy in RULEBOOK.policies.values() for row in policy.timeline}

    assert rows - touched.rows == set()


def test_every_chain_speaks_in_some_story(touched: Touched) -> None:
    assert set(RULEBOOK.chains) - touched.chains == set()


def test_every_message_leaves_in_some_story(touched: Touched) -> None:
    assert set(RULEBOOK.messages) - touched.messages == set()


def test_every_state_is_entered_in_some_story(touched: Touched) -> None:
    states = {f"{workflow.name}.{state}" for workflow in RULEBOOK.workflows.values() for state in workflow.states}

    assert states - touched.states == set()


# --- every story can fail --------------------------------------------------------------------------------------------------


def broken(story: Story) -> Iterator[tuple[str, Story]]:
    """The story with one expectation made wrong, each time another one."""
    for number, step in enumerate(story.steps):
        expect = step.expect
        if expect is None:
            continue
        wrong = {}
        if expect.sent:
            wrong["a message less"] = replace(step, expect=replace(expect, sent=expect.sent[1:]))
        if expect.state is not None:
            states = RULEBOOK.workflows[story.workflow].states
            other = next(state for state in states if state != expect.state)
            wrong["another state"] = replace(step, expect=replace(expect, state=other))
        if expect.tasks:
            wrong["a task less"] = replace(step, expect=replace(expect, tasks=expect.tasks[1:]))
        if expect.late:
            wrong["nothing late"] = replace(step, expect=replace(expect, late=()))
        for what, made in wrong.items():
            yield f"{what}, step {number + 1}", replace(story, steps=(*story.steps[:number], made, *story.steps[number + 1 :]))


@pytest.mark.parametrize("name", list(STORIES)[::SAMPLE])
def test_a_story_made_wrong_is_found_out(name: str) -> None:
    undetected = [what for what, story in broken(STORIES[name]) if not told(story)]

    assert list(broken(STORIES[name])), "nothing in it can be made wrong"
    assert undetected == []


def test_a_step_an_hour_later_breaks_most_stories() -> None:
    """From one step on, all is an hour later; a story that never notices does not watch the clock."""
    watches = [any(told(_later_from(story, number)) for number in range(1, len(story.steps))) for story in list(STORIES.values())[::SAMPLE]]

    assert sum(watches) >= len(watches) * 0.8


def _later_from(story: Story, number: int) -> Story:
    hour = timedelta(hours=1)
    moved = [replace(step, at=step.at + hour, happened_at=step.happened_at and step.happened_at + hour) for step in story.steps[number:]]
    return replace(story, steps=(*story.steps[:number], *moved))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rules/sla.yaml", "limit: 30 min                          # P13", "limit: 40 min                          # P13"),
        ("rules/sla.yaml", "limit: 10 min                          # P1", "limit: 15 min                          # P1"),
        ("rules/sla.yaml", "before: 11:00", "before: 10:30"),
        ("rules/sla.yaml", "before: 16:00", "before: 15:30"),
        ("rules/sla.yaml", "due: {day: next_open_day, at: 10:00}", "due: {day: next_open_day, at: 11:00}"),
        ("rules/sla.yaml", "due: {day: same_day, at: 18:00}", "due: {day: same_day, at: 19:00}"),
        ("rules/sla.yaml", "limit: 48 h ", "limit: 72 h "),
        ("rules/sla.yaml", "[09:30, 14:30]   # P7", "[10:30, 15:30]   # P7"),
        ("rules/sla.yaml", "limit: 15 min                          # P16", "limit: 25 min                          # P16"),
        ("rules/sla.yaml", "limit: 1 min", "limit: 5 min"),
        ("rules/sla.yaml", "limit: 4 h", "limit: 5 h"),
        ("rules/messages.yaml", "after: 5 min                         # P15", "after: 8 min                         # P15"),
        ("rules/messages.yaml", "at_most: 1 per day\n    group_wait: 10 min                     # 同一", "group_wait: 20 min                     # 同一"),
        ("rules/messages.yaml", "customer: 3 per day", "customer: 9 per day"),
        ("rules/calendars.yaml", "open: 08:30-17:00", "open: 09:30-17:00"),
        ("rules/holidays_2026.yaml", "      - {date: 2026-10-01, until: 2026-10-07, label: 国庆节}\n", ""),
        ("rules/contacts.yaml", "hours: 72 h}", "hours: 96 h}"),
        ("workflows/ticket.yaml", "{claim_amount: {at_least: 5000}}", "{claim_amount: {more_than: 5000}}"),
        ("workflows/shipment.yaml", "pickup_tries: {at_least: 3}", "pickup_tries: {at_least: 4}"),
        ("workflows/shipment.yaml", "attempts: {at_least: 3}", "attempts: {at_least: 4}"),
    ],
)  # fmt: skip
def test_a_number_of_the_documents_changed_in_the_rules_breaks_a_story(file: str, old: str, new: str) -> None:
    changed = compiled(edited(SHIPPED, file, old, new))

    assert any(not play(changed, story, open_memory()).ok for story in changed.stories)
