"""Collecting codes at a terminal: five wrong ones lock an order's code there, and none is kept (I-1)."""

from dataclasses import replace
from pathlib import Path

from sync.actions.check_code import MOST_WRONG, check_code, tried_before
from sync.domain.collect_code import check_of, digits_of
from sync.local import Local
from sync.local.code_tries import wrong_tries
from sync.local.journal import KEPT_MS, prune
from tests.local.bought import know
from tests.local.collecting import given, packed, pick_up
from tests.local.fixture import NOW

ORDER = "web:100-48213"
BOUGHT = replace(pick_up(), collect_check=check_of(ORDER, "7391"))


def test_five_wrong_codes_lock_it_and_the_right_one_is_not_tried_any_more(local: Local) -> None:
    for left in reversed(range(MOST_WRONG)):
        tried = check_code(local, BOUGHT, "0000", NOW)
        assert (tried.right, tried.left, tried.locked) == (False, left, left == 0)
    assert not check_code(local, BOUGHT, "7391", NOW).right
    assert tried_before(local, ORDER).locked and not tried_before(local, "web:other").locked
    assert check_code(local, replace(BOUGHT, id="web:2", collect_check=check_of("web:2", "7391")), "7391", NOW).right


def test_a_check_value_says_how_many_digits_its_code_has_and_nothing_else_does() -> None:
    assert [digits_of(check_of(ORDER, "73918264"[:n])) for n in range(4, 9)] == [4, 5, 6, 7, 8]
    assert [digits_of(x) for x in ("", "x", "3:ab", "44:ab", "7391")] == [0] * 5


def test_a_right_code_costs_no_try_and_an_order_without_a_code_has_none_that_is_right(local: Local) -> None:
    check_code(local, BOUGHT, "0000", NOW)
    assert check_code(local, BOUGHT, "7391", NOW).left == MOST_WRONG - 1
    assert not check_code(local, pick_up(), "7391", NOW).right


def test_what_was_tried_goes_with_the_hand_out_and_after_90_days(local: Local, home: Path) -> None:
    know(home, BOUGHT)
    packed(local, BOUGHT)
    check_code(local, BOUGHT, "0000", NOW)
    check_code(local, replace(BOUGHT, id="web:2"), "0000", NOW)
    given(local, BOUGHT)
    assert (wrong_tries(local, ORDER), wrong_tries(local, "web:2")) == (0, 1)
    prune(local, NOW + KEPT_MS + 1)
    assert wrong_tries(local, "web:2") == 0
