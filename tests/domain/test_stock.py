"""Stock numbers and how well they are known (F43)."""

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.stock import FRESH_MS, Known, Level, known


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_available_is_what_is_not_promised_and_never_below_zero(on_hand: int, reserved: int) -> None:
    assert Level("l", on_hand, reserved, 0).available == max(0, on_hand - reserved)


@given(st.integers(0, 10**13), st.integers(0, 10**13), st.booleans())
def test_f43_only_a_fresh_number_with_the_hub_in_reach_is_confirmed(seen: int, now: int, online: bool) -> None:
    fresh = online and now - seen <= FRESH_MS
    assert known(seen, now, online) is (Known.CONFIRMED if fresh else Known.COPY)


def test_a_number_that_was_never_seen_is_unknown() -> None:
    assert known(None, 0, True) is Known.UNKNOWN
