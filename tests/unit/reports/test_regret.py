"""Is lateness that was taken back counted right, policy by policy?"""

from collections import Counter
from datetime import UTC, datetime
from random import Random

from engine.model.decision import JournalRow, Note, Outcome
from engine.reports.regret import RegretLine, regret

AT = datetime(2026, 9, 14, tzinfo=UTC)


def a_row(case: str, revision: int, *notes: tuple[str, ...], effects: tuple[str, ...] = ()) -> JournalRow:
    return JournalRow(
        case=case, revision=revision, event_id=str(revision), source="timer", kind="bell", name="bell", occurred_at=AT, received_at=AT,
        decided_at=AT, outcome=Outcome.STAYED, state_before="a", state_after="a", transition=None, span=None,
        notes=tuple(Note(*one) for one in notes), effects=effects,
    )  # fmt: skip


def test_nothing_recorded_is_no_line() -> None:
    assert regret([a_row("a", 1, ("receipt", "a/1/1", "delivered receipt"))]) == []


def test_the_rate_is_corrected_of_recorded() -> None:
    rows = [a_row(case, 1, ("late", "pickup")) for case in "abcd"] + [
        a_row("a", 2, ("corrected", "pickup")),
        a_row("b", 2, ("late_withdrawn", "pickup")),
    ]

    assert regret(rows) == [RegretLine(policy="pickup", late=4, corrected=1, withdrawn=1, messages=0)]
    assert regret(rows)[0].rate == 0.25


def test_messages_of_the_row_and_of_the_chain_it_began_count_when_they_reached_somebody() -> None:
    rows = [
        a_row("a", 1, ("late", "pickup")),
        a_row("a", 2, ("row_fired", "pickup late:0"), ("chain_started", "hub", "policy:pickup"), effects=("a/2/1",)),
        a_row("a", 3, ("chain_step", "hub", "1 sms hub"), effects=("a/3/1",)),
        a_row("a", 4, ("chain_step", "hub", "2 phone hub"), effects=("a/4/1",)),
        a_row("a", 5, ("receipt", "a/2/1", "delivered receipt")),
        a_row("a", 6, ("receipt", "a/3/1", "accepted")),
        a_row("a", 7, ("receipt", "a/4/1", "accepted offered")),
        a_row("a", 8, ("corrected", "pickup")),
    ]

    assert regret(rows)[0].messages == 2
    assert regret([*rows, a_row("a", 9, ("receipt", "a/4/1", "delivered told"))])[0].messages == 3


def test_what_was_said_before_the_lateness_or_of_another_policy_is_not_regretted() -> None:
    rows = [
        a_row("a", 1, ("row_fired", "pickup after:1h"), effects=("a/1/1",)),
        a_row("a", 2, ("late", "pickup"), ("late", "delivery")),
        a_row("a", 3, ("row_fired", "delivery late:0"), effects=("a/3/1",)),
        a_row("a", 4, ("receipt", "a/1/1", "delivered receipt"), ("receipt", "a/3/1", "delivered receipt")),
        a_row("a", 5, ("corrected", "pickup")),
    ]

    assert [(one.policy, one.corrected, one.messages) for one in regret(rows)] == [("delivery", 0, 0), ("pickup", 1, 0)]


def test_a_recount_by_hand_agrees_on_any_history() -> None:
    for seed in range(200):
        rows = _some_history(Random(seed))
        notes = [note for row in rows for note in row.notes]
        counted = Counter((note.subject, note.kind) for note in notes)

        for line in regret(rows):
            assert line.late == counted[line.policy, "late"]
            assert line.corrected == counted[line.policy, "corrected"]
            assert line.messages == _recount(rows, line.policy)


def _some_history(chance: Random) -> list[JournalRow]:
    """Cases that fall late, say so, and are now and then corrected; one policy's lateness at a time."""
    rows: list[JournalRow] = []
    standing: dict[str, str] = {}
    for number in range(60):
        case, effect = chance.choice("abc"), f"e{number}"
        if case not in standing:
            standing[case] = chance.choice(["p", "q"])
            rows.append(a_row(case, number, ("late", standing[case])))
        elif chance.random() < 0.3:
            rows.append(a_row(case, number, ("corrected", standing.pop(case))))
        else:
            row = a_row(case, number, ("row_fired", f"{standing[case]} late:0"), effects=(effect,))
            rows.append(row)
            if chance.random() < 0.7:
                rows.append(a_row(case, number, ("receipt", effect, chance.choice(["delivered receipt", "rejected away"]))))
    return rows


def _recount(rows: list[JournalRow], policy: str) -> int:
    """Brute force: of each correction, look back to its lateness and count what was fired between, and delivered at any time."""
    delivered = {note.subject for row in rows for note in row.notes if note.kind == "receipt" and note.detail.startswith("delivered")}
    total = 0
    for end, row in enumerate(rows):
        if any((note.kind, note.subject) == ("corrected", policy) for note in row.notes):
            own = [one for one in rows[:end] if one.case == row.case]
            start = max(place for place, one in enumerate(own) if any((note.kind, note.subject) == ("late", policy) for note in one.notes))
            fired = [
                one for one in own[start:] if any(note.kind == "row_fired" and note.subject.startswith(f"{policy} ") for note in one.notes)
            ]
            total += sum(effect in delivered for one in fired for effect in one.effects)
    return total
