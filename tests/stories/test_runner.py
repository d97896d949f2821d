"""Can the runner be fooled? Every expectation made wrong must be found out, and what is told must help."""

from collections.abc import Sequence
from functools import cache

import pytest

from adapters.memory import open_memory
from engine.language.compile import compile_rulebook
from engine.model.story import Story
from engine.service.guarding import BROKE, guard_of, watchmen
from engine.service.performance import Performance, perform
from engine.service.rule_variants import variants
from engine.service.stories import Mismatch, judge, play
from engine.service.story_coverage import coverables, touched
from engine.service.story_mutants import made_wrong
from tests.unit.language.rulebooks import SHIPPED, compiled

RULEBOOK = compiled(SHIPPED)
TRIAL = "rules/stories/trial.yaml"
HEAD = "kind: stories\nstories:\n  - story: 试\n    workflow: shipment\n    with: {source: phone}\n    steps:\n"
CONFIRMED = "      - at: 2026-11-23 08:50\n      - at: 09:00\n        event: order_confirmed\n"


@cache
def performed(number: int) -> Performance:
    return perform(RULEBOOK, RULEBOOK.stories[number], open_memory())


def told(steps: str, head: str = HEAD) -> Sequence[Mismatch]:
    rulebook = compiled({**SHIPPED, TRIAL: head + steps})
    story = next(one for one in rulebook.stories if one.span.file == TRIAL)
    return play(rulebook, story, open_memory()).mismatches


def codes(steps: str) -> list[str]:
    return [one.code for one in compile_rulebook({**SHIPPED, TRIAL: HEAD + steps}).diagnostics if one.span.file == TRIAL]


@pytest.mark.parametrize("number", range(len(RULEBOOK.stories)), ids=[one.name for one in RULEBOOK.stories])
def test_every_single_expectation_made_wrong_fails_its_story(number: int) -> None:
    performance = performed(number)
    performance.all_sent()

    wrong = list(made_wrong(RULEBOOK, RULEBOOK.stories[number]))
    unnoticed = [f"{one.span} {one.what}" for one in wrong if judge(one.story, performance).ok]

    assert wrong
    assert unnoticed == []


def test_a_sending_a_minute_off_is_told_as_such() -> None:
    missing = told(CONFIRMED + "        expect: {sent: [{sms: pickup_clerk, message: dispatch_order, at: 08:59}, {sms: hub_dispatcher}]}\n")

    assert [one.near[0] for one in missing] == ["晚 1 分钟:09:00 发出"]


def test_a_word_that_differs_is_shown_beside_the_one_expected() -> None:
    missing = told(CONFIRMED + "        expect: {sent: [{sms: pickup_clerk, says: 自物人联系电话}, {sms: hub_dispatcher}]}\n")

    assert len(missing) == 1
    assert missing[0].near[0].startswith(("文字差一点", "文字里没有"))


def test_another_channel_is_told_as_such() -> None:
    missing = told(CONFIRMED + "        expect: {sent: [{phone: pickup_clerk, message: dispatch_order}, {sms: hub_dispatcher}]}\n")

    assert [one.near[1] for one in missing] == ["another channel: sms"]


def test_a_person_is_refused_what_is_not_possible_and_the_reason_is_compared() -> None:
    step = "      - at: 09:10\n        by: person\n        event: resolved\n        expect: {{state: dispatched, refused: {0}}}\n"

    assert told(CONFIRMED + step.format("yes")) == ()
    assert told(CONFIRMED + step.format("已下单待提货")) == ()
    assert [one.what for one in told(CONFIRMED + step.format("已签收"))] == ["refused"]
    assert [one.what for one in told(CONFIRMED + step.format("no"))] == ["event"]


def test_a_refusal_nobody_expected_is_a_difference() -> None:
    steps = "      - at: 09:10\n        by: person\n        event: resolved\n        expect: {state: dispatched}\n"

    assert [one.what for one in told(CONFIRMED + steps)] == ["event"]


def test_a_false_signature_is_taken_back_by_its_name() -> None:
    steps = (
        "      - at: 14:00\n        event: picked_up\n      - at: 15:00\n        event: signed\n        expect: {state: delivered}\n"
        "      - at: 15:30\n        retracted: signed\n        expect: {state: picked_up}\n"
    )

    assert told(CONFIRMED + steps) == ()


def test_a_task_of_a_linked_case_is_finished_on_that_case() -> None:
    steps = (
        "      - at: 14:00\n        event: picked_up\n      - at: 15:00\n        event: damaged\n        expect: {state: exception, opened: [ticket], tasks: [desk_agent]}\n"
        "      - at: 15:10\n        linked: ticket\n        finished: {desk_agent: first_reply}\n        expect: {state: line_1, verdicts: {first_response: met}}\n"
    )

    assert told(CONFIRMED + steps) == ()


def test_a_step_about_a_linked_case_that_is_not_there_is_a_difference() -> None:
    steps = "      - at: 14:00\n        linked: ticket\n        event: solved\n        expect: {sent: none, tasks: [desk_agent]}\n"

    assert [one.what for one in told(CONFIRMED + steps)] == ["linked"]


def test_while_a_case_is_held_nothing_leaves_and_an_end_that_is_written_ends_it() -> None:
    head = "      - at: 2026-11-23 08:50\n      - at: 08:55\n        held: {0}\n      - at: 09:00\n        event: order_confirmed\n        expect: {{state: dispatched}}\n"
    leaves = "      - at: 12:00\n        expect: {sent: [{sms: pickup_clerk, message: dispatch_order}, {sms: hub_dispatcher}], tasks: [desk_agent]}\n"

    assert told(head.format("12:00") + leaves) == ()
    assert {one.what for one in told(head.format("yes") + leaves)} == {"sent", "tasks"}


def test_a_person_who_may_not_hold_resume_or_send_again_is_refused_with_the_reason() -> None:
    steps = (
        "      - at: 09:10\n        resumed: yes\n        expect: {refused: 没有挂起}\n"
        "      - at: 09:11\n        sent_again: order_void\n        expect: {refused: yes}\n"
        "      - at: 09:12\n        sent_again: dispatch_order\n        expect: {sent: [{sms: pickup_clerk, message: dispatch_order}]}\n"
    )

    assert [one.what for one in told(CONFIRMED + steps)] == []


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (CONFIRMED, "W510"),
        (CONFIRMED + "      - at: 09:10\n        expect: {state: dispatched, tasks: none}\n      - at: 10:00\n", "W530"),
        (CONFIRMED + "        expect: {sent: [{sms: pickup_clerk, at: 09:01}]}\n", "F110"),
        (CONFIRMED + "      - at: 09:10\n        expect: {refused: yes}\n", "F110"),
        (CONFIRMED + "        expect: {verdicts: {pickup_dedline: met}}\n", "R301"),
        (CONFIRMED + "      - at: 09:10\n        held: 09:05\n        expect: {sent: none}\n", "F110"),
        (CONFIRMED + "      - at: 09:10\n        held: yes\n        resumed: yes\n        expect: {sent: none}\n", "F110"),
        (CONFIRMED + "      - at: 09:10\n        sent_again: dispatch_ordr\n        expect: {sent: none}\n", "R301"),
    ],
    ids=[
        "expects nothing",
        "goes on unwatched",
        "ends before an expected time",
        "nothing to refuse",
        "unknown policy",
        "held until before",
        "two deeds at once",
        "unknown message",
    ],
)
def test_a_story_that_cannot_fail_is_an_error(steps: str, code: str) -> None:
    assert codes(steps) == [code]


# --- the rules under the stories -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def watched() -> dict[str, list[Story]]:
    return watchmen(RULEBOOK, RULEBOOK.stories, open_memory)


@pytest.mark.parametrize(
    "what",
    [
        "policy pickup_deadline exception 1 due 15:00 made 15:01",
        "policy pickup_deadline exception 2 left out",
        "policy review_order limit 30 min made 31 min",
        "transition intake/order_confirmed/1 with its condition turned round",
        "transition intake/order_cancelled/1 left out",
        "message dispatch_order without its fallback",
        "chain hub_chain step 1 to hub_manager",
        "milestone delivered without signed",
    ],
)
def test_a_small_mistake_in_a_rule_of_the_documents_is_noticed(what: str, watched: dict[str, list[Story]]) -> None:
    found = {one.en: one for one in variants(RULEBOOK)}
    variant = found.get(what) or found[what.replace("exception 2 left out", "without exception 2")]

    assert guard_of(variant, watched, open_memory) not in (None, BROKE)


def test_a_story_that_never_touches_a_rule_is_not_asked_about_it(watched: dict[str, list[Story]]) -> None:
    lane = watched["clock lane_deadline"]

    assert 0 < len(lane) < len(RULEBOOK.stories)


def test_variants_are_the_same_twice_and_none_keeps_the_fingerprint() -> None:
    first, again = variants(RULEBOOK), variants(RULEBOOK)

    assert [one.en for one in first] == [one.en for one in again]
    assert len({one.rulebook.fingerprint for one in first} | {RULEBOOK.fingerprint}) == len(first) + 1


def test_what_a_story_touches_is_named_as_what_can_be_touched() -> None:
    stores = open_memory()
    performance = perform(RULEBOOK, RULEBOOK.stories[0], stores)

    reached = touched(RULEBOOK, stores, performance.simulation)

    kinds = {one.kind for one in coverables(RULEBOOK) if one.key in reached}
    assert {"state", "transition", "policy", "verdict"} <= kinds
    assert len({one.key for one in coverables(RULEBOOK)}) == len(coverables(RULEBOOK))
