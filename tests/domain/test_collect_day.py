"""A store's day: from midnight to midnight on its wall, whatever clocks do; how long its shoppers waited."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.arrivals import Arrival, ArrivalState, moved_to
from sync.domain.collect_day import Waits, by_hour, day_at, waits_of

HOUR, MINUTE = 3_600_000, 60_000
ALMATY = ZoneInfo("Asia/Almaty")
ZONES = [ALMATY, UTC, *map(ZoneInfo, ("America/Sao_Paulo", "Asia/Beirut", "Europe/Berlin", "Asia/Kathmandu"))]


def at(text: str, zone: str = "Asia/Almaty") -> int:
    """UTC ms of what a wall shows."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


@given(st.integers(1_400_000_000_000, 1_900_000_000_000), st.sampled_from(ZONES))
def test_a_day_is_all_that_has_its_date_on_the_wall_and_nothing_else(now: int, zone: ZoneInfo) -> None:
    def date(ms: int) -> object:
        return datetime.fromtimestamp(ms // 1000, UTC).astimezone(zone).date()

    day = day_at(now, zone)
    assert day.has(now) and date(day.start) == date(now) == date(day.end - 1)
    assert date(day.start - 1) != date(now) != date(day.end)
    assert day_at(day.end, zone).start == day.end, "days leave no gap, and nothing is counted twice"


def test_a_day_of_the_store_is_not_that_of_utc() -> None:
    late = at("2026-11-22T23:59:59")
    day = day_at(late, ALMATY)
    assert (day.start, day.end) == (at("2026-11-22T00:00"), at("2026-11-23T00:00"))
    assert not day.has(at("2026-11-23T00:00")) and day.has(at("2026-11-22T00:00"))


@pytest.mark.parametrize(("text", "hours"), [("2026-03-29T12:00", 23), ("2026-10-25T12:00", 25)])
def test_where_clocks_are_changed_a_day_has_an_hour_more_or_less(text: str, hours: int) -> None:
    day = day_at(at(text, "Europe/Berlin"), ZoneInfo("Europe/Berlin"))
    assert day.end - day.start == hours * HOUR


@given(st.lists(st.integers(0, 26 * HOUR)), st.sampled_from(ZONES))
def test_each_time_of_the_day_is_in_one_hour_and_none_of_another_day_is(after: list[int], zone: ZoneInfo) -> None:
    day = day_at(at("2026-10-25T12:00", "Europe/Berlin"), zone)
    times = [day.start + each for each in after]
    counts = by_hour(times, day, zone)
    assert len(counts) == 24 and sum(counts) == sum(each < day.end for each in times)


def test_hours_are_those_of_the_stores_wall() -> None:
    day = day_at(at("2026-11-22T12:00"), ALMATY)
    counts = by_hour([at("2026-11-22T09:00"), at("2026-11-22T09:59:59"), at("2026-11-22T10:00")], day, ALMATY)
    assert (counts[9], counts[10]) == (2, 1)


def test_an_hour_that_comes_twice_is_one_on_the_wall() -> None:
    zone = ZoneInfo("Europe/Berlin")
    first = at("2026-10-25T02:30", "Europe/Berlin")
    counts = by_hour([first, first + HOUR], day_at(first, zone), zone)
    assert counts[2] == 2


# --- how long people waited ------------------------------------------------------------------------------------------

NOON = at("2026-11-22T12:00")
DAY = day_at(NOON, ALMATY)
CAME = Arrival("a-1", "web:1", "1", "store", "K01", ArrivalState.WAITING, NOON)


def served(minutes: int, came: int = NOON) -> Arrival:
    return moved_to(replace(CAME, at=came), ArrivalState.DONE, at=came + minutes * MINUTE)


def test_nobody_came() -> None:
    assert waits_of([], DAY) == Waits(0, 0, 0, None, None)


def test_a_wait_is_from_coming_to_the_hand_out_not_to_the_call() -> None:
    called = moved_to(CAME, ArrivalState.AT_COUNTER, "2", "s-1", NOON + 2 * MINUTE)
    done = moved_to(called, ArrivalState.DONE, "", "s-1", NOON + 5 * MINUTE)
    assert (done.called_at, done.ended_at) == (NOON + 2 * MINUTE, NOON + 5 * MINUTE)
    assert waits_of([done], DAY) == Waits(1, 1, 0, 5 * MINUTE, 5 * MINUTE)


def test_the_average_is_of_those_who_were_served_and_who_left_or_waits_is_counted_beside_it() -> None:
    left = moved_to(CAME, ArrivalState.LEFT, at=NOON + 50 * MINUTE)
    assert left.ended_at == NOON + 50 * MINUTE
    found = waits_of([served(2), served(3), served(10), left, CAME], DAY)
    assert found == Waits(5, 3, 1, 5 * MINUTE, 10 * MINUTE)


def test_who_came_on_another_day_is_none_of_todays_shoppers() -> None:
    yesterday = served(15 * 60, DAY.start - HOUR)  # nobody noted that she left, and today she came again
    assert waits_of([yesterday, served(4)], DAY) == Waits(1, 1, 0, 4 * MINUTE, 4 * MINUTE)


def test_clocks_that_differ_make_no_wait_below_zero() -> None:
    """F41: a clock that is wrong."""
    assert waits_of([served(-3), served(7)], DAY) == Waits(2, 2, 0, 7 * MINUTE, 7 * MINUTE)
    assert waits_of([served(-3)], DAY) == Waits(1, 1, 0, None, None)


def test_an_end_that_is_heard_of_twice_or_after_another_leaves_the_last_state_with_its_time() -> None:
    left = moved_to(CAME, ArrivalState.LEFT, at=NOON + MINUTE)
    assert moved_to(left, ArrivalState.LEFT, at=NOON + 9 * MINUTE).ended_at == NOON + MINUTE
    done = moved_to(left, ArrivalState.DONE, at=NOON + 2 * MINUTE)
    assert done.ended_at == NOON + 2 * MINUTE
    assert moved_to(done, ArrivalState.LEFT, at=NOON + 3 * MINUTE) == done
