"""Under which rules does an open case go on after an edit, and what may an edit not do?"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sql.stores import SqlStores
from adapters.sql.timers import TIMER
from engine.model.diagnostic import Diagnostic
from engine.model.timer import Timer
from engine.model.version import How
from engine.service.folder import folder_note, passed_over
from engine.service.publish import Publication, Told, version_named
from tests.time.world import WORKFLOW, World, files, first, policy, sla, when

WORDS = ("keep", "adopt", "adopt_at_next_state")
TWO_HOURS, FOUR_HOURS = "while: [new, line2]\nlimit: 2 h", "while: [new, line2]\nlimit: 4 h"


def workflow(word: str, **renamed: str) -> str:
    """The tickets' workflow with this word, states called otherwise with `was:`."""
    text = WORKFLOW.replace("running_cases: adopt", f"running_cases: {word}")
    for old, new in renamed.items():
        text = text.replace(f"\n  {old}:\n    label", f"\n  {new}:\n    was: {old}\n    label")
        text = text.replace(f"to: {old}}}", f"to: {new}}}").replace(f"state: {old},", f"state: {new},")
    return text


def a_ticket(word: str, body: str = TWO_HOURS, **more: str) -> World:
    world = World(workflow=workflow(word), sla=first(body), **more)
    world.hear("created", "11-23 09:00")
    return world


def timers(world: World) -> list[Timer]:
    return list(world.stores.bells.due(when("2027-11-23 09:00"), 1000))


def in_words(found: list[Diagnostic]) -> list[str]:
    return [one.zh for one in found]


@pytest.mark.parametrize(
    ("word", "after_the_edit", "after_the_move", "at_the_end"),
    [("keep", "11-23 11:00", "11-23 11:00", "11-23 11:00"), ("adopt", "11-23 13:00", "11-23 13:00", "11-23 13:00"),
     ("adopt_at_next_state", "11-23 11:00", "11-23 13:00", "11-23 13:00")],
)  # fmt: skip
def test_a_changed_limit_reaches_an_open_case_by_the_word_of_its_workflow(
    word: str, after_the_edit: str, after_the_move: str, at_the_end: str
) -> None:
    world = a_ticket(word)
    world.swap("11-23 09:30", workflow=workflow(word), sla=first(FOUR_HOURS))
    dues = [world.due()]

    world.hear("note", "11-23 09:40")
    dues.append(world.due())
    world.hear("taken", "11-23 09:50")
    moved = world.due()

    assert dues == [after_the_edit] * 2
    assert moved == after_the_move
    world.hear("replied", "11-23 10:00")
    assert world.due() == at_the_end
    assert world.verdict() == "met"


@pytest.mark.parametrize("word", WORDS)
def test_a_case_opened_after_the_edit_goes_by_the_new_rules(word: str) -> None:
    world = a_ticket(word)
    world.swap("11-23 09:30", workflow=workflow(word), sla=first(FOUR_HOURS))

    world.hear("created", "11-23 10:00", case="T2")

    assert world.due(case="T2") == "11-23 14:00"


def test_until_it_moves_a_case_knows_the_rows_of_the_rules_it_goes_by() -> None:
    """adopt_at_next_state: `nag` led nowhere for whom it began; the next state is of the new rules."""
    world = a_ticket("adopt_at_next_state")
    newer = workflow("adopt_at_next_state").replace("{event: taken, to: line2}", "{event: taken, to: answered}")

    world.swap("11-23 09:30", workflow=newer, sla=first(FOUR_HOURS))
    world.hear("taken", "11-23 09:40")

    assert world.state() == "line2"
    world.hear("created", "11-23 09:41", case="T2")
    world.hear("taken", "11-23 09:45", case="T2")
    assert world.state("T2") == "answered"


def test_a_promise_that_ended_with_the_move_keeps_the_due_time_it_ended_with() -> None:
    world = a_ticket("adopt_at_next_state", "while: new\nlimit: 1 h")
    world.swap("11-23 09:30", workflow=workflow("adopt_at_next_state"), sla=first("while: new\nlimit: 6 h"))

    world.hear("replied", "11-23 10:30")

    assert (world.due(), world.verdict()) == ("11-23 10:00", "late")


def test_a_storm_declared_today_holds_a_case_of_old_rules() -> None:
    from tests.time.world import CALENDARS

    world = a_ticket("keep")
    storm = CALENDARS + "disruptions:\n  - {label: 台风, from: 2026-11-23 10:00, until: 2026-11-23 12:00, pauses: [first]}\n"

    world.swap("11-23 09:30", calendars=storm)

    assert world.due() == "11-23 13:00"


@pytest.mark.parametrize("word", WORDS)
def test_a_case_in_a_renamed_state_goes_on_under_the_new_name_and_no_timer_moves(word: str) -> None:
    world = a_ticket(word)
    before = timers(world)

    world.swap("11-23 09:30", workflow=workflow(word, new="fresh"), sla=first(TWO_HOURS.replace("new", "fresh")))

    assert world.state() == "fresh"
    assert timers(world) == before
    world.hear("replied", "11-23 09:50")
    assert (world.state(), world.verdict()) == ("answered", "met")


@pytest.mark.parametrize("word", WORDS)
def test_a_rename_that_is_taken_back_and_a_rename_of_a_rename_move_no_timer(word: str) -> None:
    world = a_ticket(word)
    before = timers(world)

    for at, name in (("11-23 09:10", "fresh"), ("11-23 09:20", "new"), ("11-23 09:30", "fresh")):
        world.swap(at, workflow=workflow(word, new=name) if name != "new" else workflow(word), sla=first(TWO_HOURS.replace("new", name)))
        assert (world.state(), timers(world)) == (name, before)
    again = workflow(word, new="fresh").replace("fresh", "freshest").replace("was: new", "was: fresh")
    world.swap("11-23 09:40", workflow=again, sla=first(TWO_HOURS.replace("new", "freshest")))

    assert (world.state(), timers(world)) == ("freshest", before)
    assert world.notes("clock_gone") == []


def test_a_renamed_field_keeps_its_value() -> None:
    world = World(workflow=workflow("adopt"), sla=first("while: new\nif: {tier: VIP}\nlimit: 2 h"))
    world.hear("created", "11-23 09:00", tier="VIP")
    newer = (
        workflow("adopt").replace("tier:     {type: choice,", "rank:     {was: tier, type: choice,").replace("{tier: VIP}", "{rank: VIP}")
    )

    world.swap("11-23 09:30", workflow=newer, sla=first("while: new\nif: {rank: VIP}\nlimit: 2 h"))

    assert world.due() == "11-23 11:00"
    assert world.stores.directory.cases()[0].fields["rank"] == "VIP"


def offered(world: World, **changed: str) -> Publication:
    found = world.running().offer_rules({**world.files, **files(**changed)})
    assert found is not None
    return found


@pytest.mark.parametrize("word", ["adopt", "adopt_at_next_state"])
def test_a_state_that_open_cases_stand_in_cannot_go_without_a_word(word: str) -> None:
    world = a_ticket(word)
    world.hear("created", "11-23 09:05", case="T2")
    gone = workflow(word, new="fresh").replace("    was: new\n", "")

    found = offered(world, workflow=gone, sla=first(TWO_HOURS.replace("new", "fresh")))

    assert found.told is Told.REFUSED
    assert in_words(list(found.diagnostics))[0] == "2 张未结单还在“新单”,新规则里没有它:写 was: new 或保留该状态"
    assert world.stores.shelf.versions() == []


def test_a_field_that_open_cases_hold_cannot_go_without_a_word() -> None:
    world = World(workflow=workflow("adopt"), sla=first("while: new\nlimit: 2 h"))
    world.hear("created", "11-23 09:00", city="深圳")
    gone = "\n".join(line for line in workflow("adopt").splitlines() if not line.startswith("  city:"))

    found = offered(world, workflow=gone)

    assert found.told is Told.REFUSED
    assert "1 张未结单记着“城市”(city)" in in_words(list(found.diagnostics))[0]


def test_cases_that_keep_their_rules_need_no_word() -> None:
    world = a_ticket("keep")
    gone = workflow("keep", new="fresh").replace("    was: new\n", "")

    found = offered(world, workflow=gone, sla=first(TWO_HOURS.replace("new", "fresh")))

    assert found.told is Told.PUBLISHED
    world.hear("replied", "11-23 09:30")
    assert (world.state(), world.verdict()) == ("answered", "met")


def test_a_second_person_publishes_and_nobody_publishes_what_is_stale() -> None:
    world = a_ticket("adopt")
    desk, now = world.running(), when("11-23 09:30")
    desk.offer_rules(world.files, by="ann")
    edited = {**world.files, **files(workflow=workflow("adopt"), sla=first(FOUR_HOURS))}

    proposed = desk.offer_rules(edited, by="ann", second_person=True)
    assert proposed is not None
    assert proposed.proposal is not None
    number = proposed.proposal.number

    assert desk.press.publish(number, by="ann", why="自己", now=now).told is Told.SAME_PERSON
    assert world.due() == "11-23 11:00"
    other = {**world.files, **files(workflow=workflow("adopt"), sla=first("while: new\nlimit: 3 h"))}
    assert desk.press.propose(other, by="bob", why="", now=now).told is Told.PROPOSED
    assert desk.press.publish(number, by="bob", why="看过", now=now).told is Told.PUBLISHED
    assert desk.press.publish(number, by="bob", why="再来", now=now).told is Told.UNKNOWN
    stale = desk.press.shelf.proposals()[0].number
    assert desk.press.publish(stale, by="ann", why="看过", now=now).told is Told.STALE


def test_after_a_rollback_the_folder_waits_until_it_is_edited() -> None:
    world = a_ticket("adopt")
    desk = world.running()
    first_rules, second_rules = world.files, {**world.files, **files(workflow=workflow("adopt"), sla=first(FOUR_HOURS))}
    desk.offer_rules(first_rules)
    desk.offer_rules(second_rules)

    back = desk.press.roll_back("previous", by="ann", why="写错了", now=when("11-23 09:30"))
    desk.follow_rules()

    assert (back.told, back.version and back.version.how) == (Told.PUBLISHED, How.ROLLBACK)
    assert desk.offer_rules(second_rules) is None
    assert passed_over(world.stores.shelf)
    third_rules = {**second_rules, "rules/sla.yaml": first("while: [new, line2]\nlimit: 5 h")}
    taken = desk.offer_rules(third_rules)
    assert taken is not None
    assert taken.told is Told.PUBLISHED
    assert [one.how for one in world.stores.shelf.versions()] == [How.FOLDER, How.FOLDER, How.ROLLBACK, How.FOLDER]


def test_a_broken_folder_is_remembered_and_seen_again_after_a_restart() -> None:
    world = a_ticket("adopt")
    desk = world.running()
    desk.offer_rules(world.files)
    broken = {**world.files, "rules/sla.yaml": "kind: sla\npolicies: {first: {while: nowhere}}"}

    for _ in range(2):
        found = desk.offer_rules(broken)
        assert found is not None
        assert found.told is Told.REFUSED

    assert folder_note(world.stores.shelf).problems
    assert desk.health().rulebook_problems > 0
    assert world.due() == "11-23 11:00"


def test_an_edit_of_one_policy_touches_no_timer_row_of_another(tmp_path: Path) -> None:
    def rules(limit: str) -> str:
        rows = "timeline:\n  - {left: 30 min, do: [{send: hurry}]}\n  - {late: 10 min, do: [{escalate: ladder, message: hurry}]}"
        return sla(policy("first", f"while: new\nlimit: 2 h\n{rows}"), policy("second", f"while: new\nlimit: {limit}\n{rows}"))

    world = World(workflow=workflow("adopt"), sla=rules("3 h"), url=f"sqlite:///{tmp_path}/w.db")
    for number in range(3):
        world.hear("created", f"11-23 09:0{number}", case=f"T{number}")
    before = timer_rows(world)

    world.swap("11-23 09:30", workflow=workflow("adopt"), sla=rules("4 h"))

    after = timer_rows(world)
    assert {row for row in before if row[1] == "policy:first"} == {row for row in after if row[1] == "policy:first"}
    assert {row[:5] for row in before} == {row[:5] for row in after}
    assert {row for row in before if row[1] == "policy:second"}.isdisjoint(after)
    world.close()


def timer_rows(world: World) -> set[tuple[object, ...]]:
    """(rowid, owner, row, gen, slot, case, due ...) straight from the table."""
    assert isinstance(world.stores, SqlStores)
    with world.stores.database.read() as connection:
        return {tuple(row) for row in connection.exec_driver_sql(f"SELECT rowid, owner, row, gen, slot, case_id, due_at FROM {TIMER.name}")}


@settings(max_examples=12, deadline=None)
@given(
    word=st.sampled_from(WORDS),
    events=st.lists(st.sampled_from(["taken", "asked", "answered", "replied", "customer_wrote", "note"]), max_size=5),
    swaps=st.lists(st.integers(0, 5), max_size=3),
)
def test_rules_of_the_same_meaning_change_nothing(word: str, events: list[str], swaps: list[int]) -> None:
    """A comment, another label of a policy, a reload: the case ends as without them, timer for timer."""
    plain, edited = a_ticket(word), a_ticket(word)
    for number, event in enumerate(events):
        for world in (plain, edited):
            world.hear(event, f"11-23 09:{10 + number}")
        if number in swaps:
            edited.swap(workflow=workflow(word) + f"# edit {number}\n", sla=first(TWO_HOURS).replace("label: first", f"label: 第{number}"))

    assert timers(edited) == timers(plain)
    assert edited.state() == plain.state()
    assert [edited.due(), edited.verdict()] == [plain.due(), plain.verdict()]
    assert edited.sent() == plain.sent()


def test_a_version_is_named_by_number_place_or_fingerprint() -> None:
    world = a_ticket("adopt")
    desk = world.running()
    desk.offer_rules(world.files)
    desk.offer_rules({**world.files, **files(workflow=workflow("adopt"), sla=first(FOUR_HOURS))})
    one, two = world.stores.shelf.versions()

    named = {
        text: version_named([one, two], text) for text in ("v1", "2", "current", "previous", one.fingerprint[:6], one.fingerprint[:5], "v3")
    }

    assert named == {"v1": one, "2": two, "current": two, "previous": one, one.fingerprint[:6]: one, one.fingerprint[:5]: None, "v3": None}
