"""Would the soak notice a leak, and does it say so when it was too short to tell?"""

from collections.abc import Callable

import pytest

from tests.soak.figures import EVERY_SECONDS, Sample, floors
from tests.soak.verdict import Rise, rises

HOUR = 3600.0


def a_life(seconds: float, rss_mib: Callable[[float], float], descriptors: Callable[[int], int]) -> list[Sample]:
    """What was seen of one life."""
    return [
        Sample(
            seconds=at, life=1, life_seconds=at, rss_kib=int(rss_mib(at) * 1024), descriptors=descriptors(number), threads=20, wal_bytes=0,
            db_bytes=0, inbox_pending=0, inbox_oldest_s=0, timer_overdue_s=0, outbox_ready=0, outbox_oldest_s=0, timers_armed=0, dead=0,
            unknown=0,
        )
        for number in range(int(seconds / EVERY_SECONDS))
        for at in [number * EVERY_SECONDS]
    ]  # fmt: skip


def by_name(samples: list[Sample]) -> dict[str, Rise]:
    return {one.name: one for one in rises(samples)}


def test_caches_that_fill_in_the_first_minutes_and_requests_under_way_are_no_rise() -> None:
    found = by_name(a_life(900, lambda at: 130 + min(at, 240) / 8, lambda number: 50 + number % 7))

    assert not any(one.too_much or one.unsure for one in found.values())


def test_a_case_kept_in_memory_for_each_case_opened_is_a_rise() -> None:
    found = by_name(a_life(900, lambda at: 160 + 94 * at / HOUR, lambda number: 50))

    assert found["memory"].too_much
    assert not found["descriptors"].too_much


def test_a_descriptor_kept_at_each_edit_of_the_rules_is_a_rise() -> None:
    found = by_name(a_life(900, lambda at: 160, lambda number: 50 + number % 7 + int(number * EVERY_SECONDS // 40)))

    assert found["descriptors"].too_much


@pytest.mark.parametrize("seconds", [60, 180])
def test_a_life_too_short_to_tell_is_not_called_flat(seconds: float) -> None:
    found = by_name(a_life(seconds, lambda at: 160, lambda number: 50))

    assert all(one.unsure for one in found.values())


def test_the_lowest_of_each_whole_minute_counts() -> None:
    points = [(0.0, 5.0), (30.0, 3.0), (60.0, 9.0), (90.0, 8.0), (120.0, 1.0)]

    assert floors(points, 60) == [(30.0, 3.0), (90.0, 8.0)]
    assert floors([], 60) == []
