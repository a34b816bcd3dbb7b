"""A count of the drawer is kept piece by piece, and the first one that was given stays known."""

from pathlib import Path

import pytest

from sync.actions.counting import Count, NoShift, drop_count, give_count, keep_count, kept_count
from sync.actions.shifts import open_shift
from sync.local import Local, Staff, open_shift_of
from tests.local.fixture import NOW, make_terminal

ALIYA = Staff("s-aliya", "Aliya", "cashier", NOW + 10**10)


def test_f21_what_is_kept_of_a_count_is_there_when_the_files_are_opened_again(tmp_path: Path) -> None:
    home = make_terminal(tmp_path)
    local = Local.open(home)
    open_shift(local, "z-1", 2_000_000, ALIYA, NOW)
    keep_count(local, {1_000_000: 2, 500: 0}, NOW + 1)
    local.close()
    local = Local.open(home)
    assert kept_count(local) == Count({500: 0, 1_000_000: 2}, given=False, at=NOW + 1)
    drop_count(local)
    assert kept_count(local) is None
    local.close()


def test_what_there_should_be_is_told_only_for_a_count_that_is_kept_and_the_first_one_stays_known(
    tmp_path: Path,
) -> None:
    local = Local.open(make_terminal(tmp_path))
    open_shift(local, "z-1", 2_000_000, ALIYA, NOW)
    told = give_count(local, {1_000_000: 1}, NOW + 1)
    assert (told.counted, told.expected, told.waiting) == (1_000_000, 2_000_000, 1)
    assert kept_count(local) == Count({1_000_000: 1}, given=True, at=NOW + 1)
    give_count(local, {1_000_000: 2}, NOW + 2)
    shift = open_shift_of(local)
    assert shift is not None and shift.first_counted == 1_000_000
    local.close()


def test_nobody_counts_for_a_shift_that_is_not_open(tmp_path: Path) -> None:
    local = Local.open(make_terminal(tmp_path))
    with pytest.raises(NoShift):
        keep_count(local, {1_000_000: 1}, NOW)
    assert kept_count(local) is None
    local.close()
