"""Is each short text read one way, and each slip refused with the right form?"""

from collections.abc import Callable
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language import texts
from engine.model.policy import Amount

AMOUNTS = """
    30 min            0 1800
    2 h               0 7200
    1 h 30 min        0 5400
    168 h             0 604800
    0 min             0 0
    90 s              0 90
    1 business day    1 0
    3 business days   3 0
"""
REFUSED = """
    1 day          | `24 h`
    2 days         | `2 business days`
    30分钟         | `30 min`
    2小时          | `2 h`
    3个工作日      | `3 business day
    30min          | `30 min`
    2 hours        | `2 h`
    30 min 1 h     | 例如
    -30 min        | 例如
    1.5 h          | `1 h 30 min`
    半小时         | `30 min`
"""


def rows(table: str) -> list[str]:
    return [line.strip() for line in table.strip().split("\n")]


@pytest.mark.parametrize("row", rows(AMOUNTS))
def test_a_length_of_time_spells_its_unit(row: str) -> None:
    written, days, seconds = row.rsplit(maxsplit=2)

    amount = texts.read_amount(written)

    assert (amount.business_days, amount.seconds) == (int(days), int(seconds))


@pytest.mark.parametrize("row", rows(REFUSED))
def test_another_spelling_is_refused_with_the_right_one(row: str) -> None:
    written, fix = (part.strip() for part in row.split("|"))

    with pytest.raises(texts.BadText) as refused:
        texts.read_amount(written)

    assert fix in refused.value.fix_zh


@given(seconds=st.integers(0, 10**6))
def test_the_canonical_spelling_reads_back(seconds: int) -> None:
    assert texts.read_amount(texts.write_amount(Amount(seconds=seconds))).seconds == seconds


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("08:30-17:00", ((30600, 61200),)),
        ("17:00-08:30", ((61200, 117000),)),
        ("00:00-24:00", ((0, 86400),)),
        ("08:00-12:00, 13:00-17:00", ((28800, 43200), (46800, 61200))),
        ("none", ()),
    ],
)
def test_hours_are_seconds_since_midnight(written: str, hours: tuple[tuple[int, int], ...]) -> None:
    assert texts.read_hours(written) == hours


@pytest.mark.parametrize(
    ("read", "written"),
    [
        (texts.read_hours, "08:30－17:00"),
        (texts.read_hours, "08:30-25:00"),
        (texts.read_hours, "09:00-09:00"),
        (texts.read_time_of_day, "15：00"),
        (texts.read_time_of_day, "15点"),
        (texts.read_time_of_day, "24:00"),
        (texts.read_date, "2026-2-3"),
        (texts.read_date, "2026-02-30"),
        (texts.read_date_time, "2026-11-26"),
        (texts.read_yes_no, "true"),
        (texts.read_yes_no, "是"),
        (texts.read_whole, "三"),
        (texts.read_whole, "５"),
        (texts.read_percent, "80"),
        (texts.read_percent, "120%"),
        (texts.read_cap, "0 per day"),
        (texts.read_cap, "三次一天"),
        (texts.read_weekdays, "周一"),
        (texts.read_weekdays, "mon-"),
        (texts.read_pattern, "yyMMdd"),
        (texts.read_pattern, "yyMMd###"),
        (texts.read_pattern, "##-##"),
    ],
)
def test_what_is_not_in_the_form_is_refused(read: Callable[[str], object], written: str) -> None:
    with pytest.raises(texts.BadText):
        read(written)


def test_the_other_short_texts_are_read() -> None:
    assert texts.read_time_of_day("8:30") == time(8, 30)
    assert texts.read_date("2026-11-26") == date(2026, 11, 26)
    assert texts.read_yes_no("no") is False
    assert texts.read_percent("80%") == 80
    assert (texts.read_cap("20 per hour").count, texts.read_cap("20 per hour").seconds) == (20, 3600)
    assert texts.read_cap("1 per 10 min").seconds == 600
    assert texts.read_weekdays("mon-fri") == (0, 1, 2, 3, 4)
    assert texts.read_weekdays("sat,mon") == (0, 5)
    assert texts.read_weekdays("sat-mon") == (0, 5, 6)


@given(written=st.text(max_size=20))
def test_no_text_makes_a_reader_crash(written: str) -> None:
    readers = (
        texts.read_amount,
        texts.read_hours,
        texts.read_date_time,
        texts.read_cap,
        texts.read_weekdays,
        texts.read_pattern,
        texts.read_percent,
    )

    crashed = [read.__name__ for read in readers if not answers(read, written)]

    assert crashed == []


def answers(read: Callable[[str], object], written: str) -> bool:
    """A value or a refusal, and nothing else."""
    try:
        return read(written) is not None
    except texts.BadText:
        return True
    except Exception:  # noqa: BLE001  # What is looked for.
        return False
