"""Is a written length, window or time of day read back as it was? Property Q15 of the chapter on time."""

from datetime import time

from hypothesis import given
from hypothesis import strategies as st

from engine.language import texts
from engine.model.policy import Amount
from tests.properties.clock_histories import DAY

# --- Q15: texts ------------------------------------------------------------------------------------------------------------


@given(seconds=st.integers(0, 400 * 3600))
def test_a_written_length_of_time_is_read_back(seconds: int) -> None:
    """Q15"""
    assert texts.read_amount(texts.write_amount(Amount(seconds=seconds))).seconds == seconds


@given(days=st.integers(1, 400))
def test_a_written_number_of_business_days_is_read_back(days: int) -> None:
    """Q15"""
    assert texts.read_amount(texts.write_amount(Amount(business_days=days))).business_days == days


@given(st.lists(st.integers(0, DAY), min_size=2, max_size=8, unique=True))
def test_written_windows_are_read_back(edges: list[int]) -> None:
    """Q15"""
    edges = sorted(edges)
    windows = tuple((begin * 60, end * 60) for begin, end in zip(edges[::2], edges[1::2], strict=False))

    written = ", ".join("-".join(f"{edge // 3600:02}:{edge // 60 % 60:02}" for edge in window) for window in windows)

    assert texts.read_hours(written) == windows


@given(st.times())
def test_a_written_time_of_day_is_read_back(clock: time) -> None:
    """Q15"""
    minute = clock.replace(second=0, microsecond=0)

    assert texts.read_time_of_day(f"{minute:%H:%M}") == minute
