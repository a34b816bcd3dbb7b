"""Closing a sale: what was paid is what was due, always."""

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.pricing import Line, price_cart
from sync.domain.sales import Policy, Refused, SaleRefusal, Sold, Tender, TenderKind, decide_sale, due_in_cash

CASH, CARD = TenderKind.CASH, TenderKind.CARD
lines = st.lists(
    st.builds(
        Line,
        product=st.just("p"),
        quantity=st.integers(1, 10**6),
        unit_price=st.integers(0, 10**7),
        vat_rate=st.sampled_from([0, 1200]),
    ),
    min_size=1,
    max_size=6,
)
tenders = st.lists(st.builds(Tender, kind=st.sampled_from([CASH, CARD]), amount=st.integers(1, 10**9)), max_size=3)
policies = st.builds(Policy, vat_included=st.booleans(), cash_step=st.sampled_from([0, 1, 5, 100, 500]))


@given(lines, tenders, policies)
def test_money_given_less_change_is_what_was_due(cart: list[Line], given_: list[Tender], policy: Policy) -> None:
    decided = decide_sale(cart, given_, policy)
    if isinstance(decided, Sold):
        assert sum(t.amount for t in given_) - decided.change == decided.due
        assert decided.due == decided.totals.total + decided.rounding
        assert decided.change >= 0


@given(lines, tenders, policies)
def test_change_never_exceeds_the_cash_that_was_given(cart: list[Line], given_: list[Tender], policy: Policy) -> None:
    decided = decide_sale(cart, given_, policy)
    if isinstance(decided, Sold):
        assert decided.change <= sum(t.amount for t in given_ if t.kind is CASH)


@given(lines, tenders, policies)
def test_rounding_is_less_than_the_smallest_coin(cart: list[Line], given_: list[Tender], policy: Policy) -> None:
    decided = decide_sale(cart, given_, policy)
    if isinstance(decided, Sold):
        assert abs(decided.rounding) * 2 <= max(policy.cash_step, 0)


@given(lines, policies)
def test_exact_card_is_never_rounded(cart: list[Line], policy: Policy) -> None:
    total = price_cart(cart, policy.vat_included).total
    if total:
        decided = decide_sale(cart, [Tender(CARD, total)], policy)
        assert isinstance(decided, Sold)
        assert (decided.rounding, decided.change, decided.due) == (0, 0, total)


@given(lines, policies, st.integers(0, 10**9))
def test_the_cash_asked_for_always_closes_the_sale(cart: list[Line], policy: Policy, card: int) -> None:
    total = price_cart(cart, policy.vat_included).total
    card = min(card, total)
    due = due_in_cash(total, card, policy)
    paid = [Tender(CARD, card)] if card else []
    if due:
        assert isinstance(decide_sale(cart, [*paid, Tender(CASH, due)], policy), Sold)
        if due > 1:
            short = decide_sale(cart, [*paid, Tender(CASH, due - 1)], policy)
            assert short == Refused(SaleRefusal.UNDERPAID, 1)


def test_an_empty_cart_is_not_sold() -> None:
    assert decide_sale([], [], Policy()) == Refused(SaleRefusal.EMPTY)


def test_a_card_is_never_charged_more_than_the_total() -> None:
    cart = [Line("p", 1000, 100, 0)]
    assert decide_sale(cart, [Tender(CARD, 101)], Policy()) == Refused(SaleRefusal.CARD_OVERPAID, 1)


def test_a_line_of_nothing_is_not_sold() -> None:
    assert decide_sale([Line("p", 0, 100, 0)], [Tender(CASH, 100)], Policy()) == Refused(SaleRefusal.BAD_LINE)


def test_a_tender_of_nothing_is_refused() -> None:
    assert decide_sale([Line("p", 1000, 1, 0)], [Tender(CASH, 0)], Policy()) == Refused(SaleRefusal.BAD_TENDER)


def test_what_is_missing_without_cash_is_named_unrounded() -> None:
    decided = decide_sale([Line("p", 1000, 103, 0)], [], Policy(cash_step=5))
    assert decided == Refused(SaleRefusal.UNDERPAID, 103)
