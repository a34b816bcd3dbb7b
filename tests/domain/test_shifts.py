"""A drawer holds what was put into it: expected cash over any mix of sales, returns and movements (F36, F37)."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.money import UnknownCurrency, currency
from sync.domain.orders import Paid, PaidBy
from sync.domain.pricing import Line
from sync.domain.returns import plan_refunds
from sync.domain.sales import Policy, Refused, Tender, TenderKind, decide_sale
from sync.domain.shifts import (
    DENOMINATIONS,
    LARGEST,
    Closing,
    DifferenceReason,
    MoveKind,
    MoveReason,
    ShiftRefusal,
    counted,
    decide_close,
    decide_move,
    decide_open,
    denominations,
    expected_cash,
    net_cash,
)
from sync.domain.shifts import Refused as ShiftRefused

AMOUNT = st.integers(1, 5_000_000)


@dataclass
class Drawer:
    """A real drawer: coins go in and out of it one act at a time. Beside it, what a terminal writes down."""

    holds: int
    sales: list[int] = field(default_factory=list)
    returns: list[int] = field(default_factory=list)
    moves: list[tuple[str, int]] = field(default_factory=list)

    def sell(self, price: int, by_card: int, over: int, step: int) -> None:
        card = [Tender(TenderKind.CARD, min(price, by_card))] if by_card else []
        rest = price - sum(t.amount for t in card)
        cash = [Tender(TenderKind.CASH, rest + step + over)] if rest else []
        sold = decide_sale([Line("p", 1000, price, 1200)], [*card, *cash], Policy(True, step))
        assert not isinstance(sold, Refused), sold
        for tender in cash:
            self.holds += tender.amount
        self.holds -= sold.change
        self.sales.append(net_cash(sum(t.amount for t in cash), sold.change))
        assert self.sales[-1] == sold.due - sum(t.amount for t in card)

    def give_back(self, paid_cash: int, paid_card: int, percent: int, step: int) -> None:
        paid = (Paid("c", PaidBy.CARD, paid_card), Paid("m", PaidBy.CASH, paid_cash))
        plan = plan_refunds(paid, (paid_cash + paid_card) * percent // 100, step)
        assert plan is not None
        for refund in plan:
            if refund.kind is PaidBy.CASH:
                self.holds -= refund.amount
                self.returns.append(refund.amount)

    def move(self, kind: MoveKind, amount: int) -> None:
        self.holds += amount if kind is MoveKind.PAY_IN else -amount
        self.moves.append((kind.value, amount))


STEP = st.sampled_from([0, 1, 100, 500])
ACTS = st.one_of(
    st.tuples(st.just("sell"), AMOUNT, st.integers(0, 5_000_000), st.integers(0, 3_000_000), STEP),
    st.tuples(st.just("give_back"), AMOUNT, AMOUNT, st.integers(1, 100), STEP),
    st.tuples(st.just("move"), st.sampled_from(MoveKind), AMOUNT),
)


@given(st.integers(0, 10_000_000), st.lists(ACTS, max_size=30))
def test_f36_expected_cash_is_what_a_drawer_holds_after_any_day(float_: int, acts: list[tuple]) -> None:  # type: ignore[type-arg]
    drawer = Drawer(float_)
    for name, *how in acts:
        getattr(drawer, name)(*how)
    expected = expected_cash(float_, drawer.sales, drawer.returns, drawer.moves)
    assert expected == drawer.holds
    if 0 <= expected <= LARGEST:
        assert decide_close(expected, in_pieces(expected), None) == Closing(expected, 0, None)


def in_pieces(amount: int) -> list[tuple[int, int]]:
    """The amount as a drawer would hold it."""
    pieces = []
    for value in [*denominations("KZT"), 1]:
        pieces.append((value, min(amount // value, 10**6)))
        amount -= value * pieces[-1][1]
    return pieces


def test_f36_a_close_that_counts_what_is_expected_needs_no_reason_and_has_no_difference() -> None:
    assert decide_close(150_000, [(100_000, 1), (50_000, 1), (100, 0)], None) == Closing(150_000, 0, None)
    assert decide_close(0, [], None) == Closing(0, 0, None)
    given_needlessly = decide_close(100, [(100, 1)], DifferenceReason.MISCOUNT)
    assert given_needlessly == Closing(100, 0, None), "there is nothing to explain"


@given(st.integers(-(10**9), 10**9), st.integers(0, 1000))
def test_f37_any_count_is_taken_with_a_reason_and_the_difference_is_over_or_short(expected: int, count: int) -> None:
    pieces = [(10_000, count)]
    done = decide_close(expected, pieces, DifferenceReason.UNKNOWN)
    assert isinstance(done, Closing)
    assert (done.counted, done.difference) == (10_000 * count, 10_000 * count - expected)
    assert (done.reason is None) is (done.difference == 0)


def test_f37_a_difference_asks_why_and_another_reason_asks_for_words() -> None:
    assert decide_close(500, [(100, 4)], None) == ShiftRefused(ShiftRefusal.NEEDS_REASON, -100)
    assert decide_close(500, [(100, 6)], DifferenceReason.OTHER, " ") == ShiftRefused(ShiftRefusal.NEEDS_NOTE, 100)
    assert isinstance(decide_close(500, [(100, 6)], DifferenceReason.OTHER, "found below the tray"), Closing)


@pytest.mark.parametrize("pieces", [[(100, -1)], [(0, 1)], [(-5, 1)], [(100, 1), (100, 2)], [(LARGEST, 2)]])
def test_what_no_drawer_can_hold_is_no_count(pieces: list[tuple[int, int]]) -> None:
    assert decide_close(100, pieces, DifferenceReason.UNKNOWN) == ShiftRefused(ShiftRefusal.BAD_COUNT)


def test_a_shift_begins_with_a_float_and_once() -> None:
    assert decide_open(0, False) is None
    assert decide_open(2_000_000, False) is None
    assert decide_open(-1, False) == ShiftRefused(ShiftRefusal.BAD_AMOUNT)
    assert decide_open(100, True) == ShiftRefused(ShiftRefusal.ALREADY_OPEN)


def test_cash_is_moved_with_a_reason_and_a_pay_out_with_an_approval() -> None:
    assert decide_move(MoveKind.DROP, 100, MoveReason.SAFE, "", False) is None
    assert decide_move(MoveKind.PAY_IN, 100, MoveReason.CHANGE, "", False) is None
    refused = decide_move(MoveKind.PAY_OUT, 100, MoveReason.EXPENSE, "", False)
    assert refused == ShiftRefused(ShiftRefusal.NEEDS_APPROVAL)
    assert decide_move(MoveKind.PAY_OUT, 100, MoveReason.EXPENSE, "", True) is None
    assert decide_move(MoveKind.DROP, 100, MoveReason.OTHER, "", True) == ShiftRefused(ShiftRefusal.NEEDS_NOTE)
    for amount in (0, -1, LARGEST + 1):
        assert decide_move(MoveKind.DROP, amount, MoveReason.SAFE, "", True) == ShiftRefused(ShiftRefusal.BAD_AMOUNT)


@pytest.mark.parametrize("code", sorted(DENOMINATIONS))
def test_every_denomination_is_of_a_currency_that_is_known_largest_first(code: str) -> None:
    assert currency(code).code == code
    values = denominations(code)
    assert list(values) == sorted(set(values), reverse=True)
    assert counted([(value, 1) for value in values]) == sum(values)


def test_a_currency_that_is_not_known_is_counted_by_powers_of_ten() -> None:
    with pytest.raises(UnknownCurrency):
        currency("XXX")
    assert denominations("XXX")[-1] == 1
