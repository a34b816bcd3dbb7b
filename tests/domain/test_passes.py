"""Signed passes: each thing that may be wrong with one has an answer of its own (issue: passes)."""

from dataclasses import replace
from typing import Any

import pytest

from sync.domain.orders import Purchase
from sync.domain.passes import (
    DAY_MS,
    LONGEST_LIFE_MS,
    SHORTEST_LIFE_MS,
    SKEW_MS,
    Answer,
    Pass,
    Purpose,
    carried,
    check,
    life,
    purpose_of,
    together,
    used_up,
)
from tests.domain.passes import NOW, RETAILER, bought, key_of, pass_of


def answer(shown: Pass | None = None, **changed: Any) -> Answer:
    usual: dict[str, Any] = {"now": NOW, "retailer": RETAILER, "revoked": {}, "used": False, "key": key_of()}
    given = usual | changed
    return check(pass_of() if shown is None else shown, given.pop("key"), **given)


def test_a_pass_that_holds_is_good() -> None:
    assert answer() is Answer.OK
    assert answer(revoked={"another": NOW}) is Answer.OK


def test_what_nobody_we_know_signed_is_foreign_and_what_was_changed_is_altered() -> None:
    assert answer(key=None) is Answer.FOREIGN
    assert check(None, None, now=NOW, retailer=RETAILER, revoked={}, used=False) is Answer.FOREIGN
    assert check(None, key_of(), now=NOW, retailer=RETAILER, revoked={}, used=False) is Answer.ALTERED


def test_another_retailers_pass_is_foreign_even_if_its_key_were_known() -> None:
    assert answer(pass_of(retailer="f" * 16)) is Answer.FOREIGN


@pytest.mark.parametrize(
    ("late", "expected"),
    [(0, Answer.OK), (SKEW_MS, Answer.OK), (SKEW_MS + 1, Answer.EXPIRED), (DAY_MS, Answer.EXPIRED)],
)
def test_a_pass_holds_until_it_expires_and_ten_minutes_for_the_clocks(late: int, expected: Answer) -> None:
    assert answer(now=pass_of().expires + late) is expected


@pytest.mark.parametrize(("early", "expected"), [(0, Answer.OK), (SKEW_MS, Answer.OK), (SKEW_MS + 1, Answer.NOT_YET)])
def test_f41_a_pass_from_the_future_tells_of_a_wrong_clock(early: int, expected: Answer) -> None:
    assert answer(now=pass_of().issued - early) is expected


def test_a_revoked_key_and_a_revoked_pass_are_told_before_all_else_about_them() -> None:
    shown = pass_of()
    assert answer(key=key_of(revoked=True)) is Answer.REVOKED
    assert answer(revoked={shown.serial: shown.expires}) is Answer.REVOKED
    assert answer(key=key_of(revoked=True), now=shown.expires + DAY_MS, used=True) is Answer.REVOKED


def test_what_a_rotated_key_signed_holds_until_it_expires_and_no_longer_than_the_key_may_be_trusted() -> None:
    shown = pass_of()
    assert answer(key=key_of(end=NOW + DAY_MS)) is Answer.OK
    assert answer(key=key_of(end=NOW - DAY_MS)) is Answer.EXPIRED
    assert answer(key=key_of(end=NOW + LONGEST_LIFE_MS), now=shown.expires + DAY_MS) is Answer.EXPIRED


def test_a_pass_that_is_older_than_its_key_was_not_made_by_the_hub() -> None:
    assert answer(key=key_of(start=NOW)) is Answer.FOREIGN
    assert answer(key=key_of(start=pass_of().issued + SKEW_MS)) is Answer.OK


def test_f32_a_pass_whose_goods_all_came_back_is_used() -> None:
    order = bought()
    all_back = replace(order, lines=tuple(replace(line, returned=line.quantity) for line in order.lines))
    assert not used_up(order)
    assert not used_up(replace(order, lines=(all_back.lines[0], order.lines[1])))
    assert not used_up(replace(order, lines=()))
    assert used_up(all_back)
    assert answer(used=True) is Answer.USED


def test_a_pass_carries_nobodys_name_and_no_references() -> None:
    part = carried(bought(own=("r-1",)))
    assert (part.customer, part.own) == ("", ())
    assert {paid.reference for paid in part.paid} == {""}
    assert {(line.sku, line.name) for line in part.lines} == {("", "")}
    assert carried(part) == part


def test_times_on_a_pass_are_whole_seconds_and_no_deadline_comes_earlier() -> None:
    order, part = bought(), carried(bought())
    assert [line.until - mine.until for line, mine in zip(part.lines, order.lines, strict=True)] == [1, 1]  # type: ignore[operator]
    assert (order.at - part.at, order.received_at - part.received_at) == (123, 45)  # type: ignore[operator]


def test_of_many_lines_those_stay_that_may_still_come_back() -> None:
    order = bought(12)
    lines = tuple(replace(line, returned=line.quantity) if n < 5 else line for n, line in enumerate(order.lines))
    part = carried(replace(order, lines=lines))
    assert [line.id for line in part.lines] == ["6", "7", "8", "9", "10", "11", "12", "1", "2", "3"]


def test_a_pass_is_for_what_comes_next() -> None:
    assert purpose_of(bought(received_at=None)) is Purpose.COLLECT
    assert purpose_of(bought()) is Purpose.RETURN


def lasting(purchase: Purchase) -> int:
    issued, expires = life(purchase, NOW + 999)
    assert issued == NOW
    assert expires % 1000 == 0
    return expires - issued


def test_a_pass_holds_until_the_last_deadline_within_bounds() -> None:
    order = bought(1)

    def until(at: int | None) -> Purchase:
        return replace(order, lines=(*order.lines, replace(order.lines[0], id="2", until=at)))

    assert lasting(until(NOW + 60 * DAY_MS - 1)) == 60 * DAY_MS
    assert lasting(order) == SHORTEST_LIFE_MS
    assert lasting(until(None)) == lasting(until(NOW + 900 * DAY_MS)) == LONGEST_LIFE_MS
    assert lasting(replace(until(None), received_at=None)) == SHORTEST_LIFE_MS


def test_f32_of_two_tellings_of_a_purchase_the_later_of_each_line_and_tender_counts() -> None:
    mine, said = bought(), carried(bought())
    mine = replace(mine, lines=(replace(mine.lines[0], returned=1000, refunded=7), mine.lines[1]), received_at=None)
    said = replace(said, lines=(said.lines[0], replace(said.lines[1], returned=500, refunded=9)))
    said = replace(said, paid=(replace(said.paid[0], refunded=5), *said.paid[1:]))
    both = together(mine, said)
    assert [(line.name, line.returned, line.refunded) for line in both.lines] == [
        ("Coat 1", 1000, 7),
        ("Coat 2", 500, 9),
    ]
    assert [paid.refunded for paid in both.paid] == [5, 0, 0]
    assert both.received_at == said.received_at
    assert together(mine, replace(said, lines=(), paid=())).lines == mine.lines
    assert together(replace(mine, own=("r-1",)), replace(said, own=("r-2", "r-1"))).own == ("r-1", "r-2")
