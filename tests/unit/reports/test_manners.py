"""Are messages counted by person, whoever the case, and groups once?"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from engine.model.rulebook import Rulebook
from engine.ports.directory import SentRow
from engine.reports.manners import Letters, manners
from tests.time.world import compiled

AT = datetime(2026, 9, 14, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return compiled()


def sent(at: datetime | None = AT, to: str = "phone", **changed: str) -> SentRow:
    told = {"status": "done", "why": "", "masked": "text", "channel": "sms", **changed}
    return SentRow(
        effect_id="e", kind="message", message="m", channel=told["channel"], to=to, status=told["status"], at=AT, sent_at=at,
        masked=told["masked"], attempts=1, error="", why=told["why"],
    )  # fmt: skip


def of(number: str, *rows: SentRow) -> Letters:
    return Letters(fields={}, private={"phone": number}, sent=rows)


def test_a_customer_of_two_cases_is_one_person(rulebook: Rulebook) -> None:
    found = manners(
        rulebook, [of("137", sent(), sent(AT + timedelta(hours=1))), of("137", sent(AT + timedelta(minutes=1))), of("138", sent())]
    )

    customers, staff = found.lines
    assert (customers.people, customers.messages, customers.most_per_day, customers.most_per_hour) == (2, 4, 3, 2)
    assert (staff.people, staff.messages, staff.most_per_day, staff.p95_per_day) == (0, 0, 0, 0)


def test_a_group_that_left_as_one_sending_counts_once(rulebook: Rulebook) -> None:
    found = manners(rulebook, [of("137", sent()), of("137", sent())])

    assert found.lines[0].messages == 1


def test_staff_are_found_by_role_and_calls_are_no_messages(rulebook: Rulebook) -> None:
    found = manners(rulebook, [of("137", sent(to="boss"), sent(to="desk", channel="phone"))])

    assert [(one.audience, one.people, one.messages) for one in found.lines] == [("customer", 0, 0), ("staff", 1, 1)]


def test_what_did_not_leave_is_listed_by_reason(rulebook: Rulebook) -> None:
    found = manners(
        rulebook, [of("137", sent(None, status="dropped", why="cap"), sent(None, status="dropped", why="cap"), sent(None, status="ready"))]
    )

    assert found.suppressed == {"cap": 2}
    assert found.lines[0].messages == 0


def test_a_recount_by_hand_agrees_on_any_sendings(rulebook: Rulebook) -> None:
    for seed in range(50):
        chance = Random(seed)
        rows = [(chance.choice(["1", "2", "3"]), AT + timedelta(minutes=chance.randrange(6000)), str(number)) for number in range(80)]

        (customers, _) = manners(rulebook, [of(who, sent(at, masked=text)) for who, at, text in rows]).lines
        days = sorted(Counter((who, (at + timedelta(hours=8)).date()) for who, at, _ in rows).values())

        assert customers.most_per_day == days[-1]
        assert sum(one <= customers.p95_per_day for one in days) >= 0.95 * len(days)
        assert sum(one < customers.p95_per_day for one in days) < 0.95 * len(days)
        assert customers.most_per_hour == max(
            sum(who == other and at <= then < at + timedelta(hours=1) for other, then, _ in rows) for who, at, _ in rows
        )
