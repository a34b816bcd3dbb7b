"""Codes of gift cards and store credit, and sales and returns that use them: exact, never more than is due (F38)."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.domain.orders import Paid, PaidBy, Purchase
from sync.domain.pricing import Line
from sync.domain.returns import (
    Accepted,
    Basis,
    Destination,
    ReturnRefusal,
    ReturnRules,
    decide_return,
    plan_refunds,
    refund_of,
)
from sync.domain.sales import Policy, Refused, SaleRefusal, Sold, Tender, TenderKind, decide_sale
from sync.domain.value import BadCode, account_of, code_from, grouped, hold_of, is_account, is_code, masked, parse
from sync.protocol.operations import Return, ReturnRefund, cash_of, credit_of, exchanged_of
from tests.domain.test_returns import NOW, after, bought, item

codes = st.integers(0, 10**15 - 1).map(code_from)
ONCE = Policy(cash_step=500)


@given(codes, st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_makes_no_code(code: str, place: int, by: int) -> None:
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    assert is_code(code) and not is_code(wrong) and parse(wrong) is None


@given(codes, st.integers(0, 14))
def test_two_digits_that_changed_places_make_no_code_but_for_nine_and_zero(code: str, place: int) -> None:
    one, two = code[place], code[place + 1]
    swapped = code[:place] + two + one + code[place + 2 :]
    assert is_code(swapped) is (one == two or {one, two} == {"0", "9"})


@given(codes, st.sampled_from([" ", "-", "\u00a0", "\u2009", " - "]))
def test_a_code_is_read_however_it_is_grouped_and_printed_in_fours(code: str, between: str) -> None:
    printed = grouped(code)
    assert parse(printed) == parse(f" {printed.replace(' ', between)}\n") == code
    assert [len(group) for group in printed.split(" ")] == [4, 4, 4, 4]


@given(codes, codes)
def test_an_account_says_nothing_of_its_code_and_is_the_code_s_alone(code: str, other: str) -> None:
    account = account_of(code)
    assert is_account(account) and code not in account and masked(code) == code[-4:]
    assert (account == account_of(other)) is (code == other)
    assert hold_of(account, "s-1") != hold_of(account, "s-2") and is_account(hold_of(account, "s-1"))


@given(st.text(max_size=40))
def test_whatever_is_scanned_is_a_code_or_is_none(text: str) -> None:
    found = parse(text)
    assert found is None or is_code(found)
    if not is_code(text):
        with pytest.raises(BadCode) as no:
            account_of(text)
        assert not text.strip() or text not in str(no.value) or len(text) < 3


def cart(total: int) -> list[Line]:
    return [Line("p", 1000, total, 1200)]


exact = st.sampled_from([TenderKind.GIFT_CARD, TenderKind.STORE_CREDIT, TenderKind.EXCHANGE, TenderKind.CARD])


@given(
    st.integers(1, 10**7),
    st.lists(st.tuples(exact, st.integers(1, 4 * 10**6)), max_size=4),
    st.integers(0, 10**7),
    st.sampled_from([0, 100, 500]),
)
def test_f38_stored_value_pays_exactly_and_only_cash_gives_change(
    total: int, paid: list[tuple[TenderKind, int]], cash: int, step: int
) -> None:
    tenders = [Tender(kind, amount, attempt=f"h-{n}") for n, (kind, amount) in enumerate(paid)]
    sold = decide_sale(
        cart(total), [*tenders, *([Tender(TenderKind.CASH, cash)] if cash else [])], Policy(cash_step=step)
    )
    otherwise = sum(t.amount for t in tenders)
    if isinstance(sold, Refused):
        over = sold.reason in (SaleRefusal.VALUE_OVERPAID, SaleRefusal.CARD_OVERPAID)
        assert over is (otherwise > total) and (not over or sold.amount == otherwise - total)
        return
    assert isinstance(sold, Sold) and otherwise <= total
    assert sold.change <= cash and otherwise + cash - sold.change == sold.due
    assert sold.due == total + sold.rounding and (sold.rounding == 0 or cash > 0 or otherwise < total)


def test_f38_one_hold_pays_once_in_a_sale() -> None:
    twice = [Tender(TenderKind.GIFT_CARD, 300, attempt="h-1"), Tender(TenderKind.STORE_CREDIT, 200, attempt="h-1")]
    assert decide_sale(cart(500), twice, ONCE) == Refused(SaleRefusal.BAD_TENDER)
    two = [twice[0], replace(twice[1], attempt="h-2")]
    assert isinstance(decide_sale(cart(500), two, ONCE), Sold)


def test_what_is_too_much_is_the_card_s_only_if_the_cards_alone_are() -> None:
    gift = Tender(TenderKind.GIFT_CARD, 400, attempt="h-1")
    assert decide_sale(cart(500), [gift, Tender(TenderKind.CARD, 200)], ONCE) == Refused(
        SaleRefusal.VALUE_OVERPAID, 100
    )
    assert decide_sale(cart(500), [gift, Tender(TenderKind.CARD, 600)], ONCE) == Refused(SaleRefusal.CARD_OVERPAID, 500)


def test_onto_store_credit_all_of_it_goes_and_no_coin_rounds_it() -> None:
    purchase = bought([(1, 1_003)], [(PaidBy.CASH, 503), (PaidBy.CARD, 500)])
    rules = ReturnRules(cash_step=500)
    made = decide_return(purchase, [item("0", 1)], "store-1", NOW, rules, Basis.CLAIM, Destination.CREDIT)
    assert isinstance(made, Accepted)
    assert [(r.kind, r.amount, r.to) for r in made.refunds] == [
        (PaidBy.CARD, 500, Destination.CREDIT),
        (PaidBy.CASH, 503, Destination.CREDIT),
    ]
    assert (made.total, made.rounding) == (1_003, 0)


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 10**6)), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(list(PaidBy)), st.integers(1, 100)), min_size=1, max_size=4),
    st.sampled_from([0, 100, 500]),
    st.randoms(use_true_random=False),
)
def test_i8_wherever_it_goes_in_whatever_visits_no_tender_gives_more_than_it_paid(
    lines: list[tuple[int, int]], shares: list[tuple[PaidBy, int]], step: int, chance: object
) -> None:
    from sync.domain.money import allocate

    total = sum(amount for _, amount in lines)
    parts = allocate(total, [weight for _, weight in shares])
    purchase = bought(lines, [(kind, part) for (kind, _), part in zip(shares, parts, strict=True)])
    while left := [line for line in purchase.lines if line.left]:
        line = chance.choice(left)  # type: ignore[attr-defined]
        pieces = chance.randint(1, line.left // 1000)  # type: ignore[attr-defined]
        goods = chance.randint(0, refund_of(line, pieces * 1000))  # type: ignore[attr-defined]
        to = chance.choice([Destination.TENDERS, Destination.CREDIT])  # type: ignore[attr-defined]
        rules = ReturnRules(cash_step=step)
        made = decide_return(purchase, [item(line.id, pieces)], "store-1", NOW, rules, Basis.CLAIM, to, goods)
        if not isinstance(made, Accepted):
            assert made.reason is ReturnRefusal.NOT_PAID, "coins of earlier visits may have left less than is due"
            return
        assert len({(r.paid, r.to) for r in made.refunds}) == len(made.refunds)
        assert sum(r.amount for r in made.refunds) == made.total + made.rounding
        into = sum(r.amount for r in made.refunds if r.to is Destination.EXCHANGE)
        assert goods - max(0, step) < into <= goods or into == goods
        drawers = sum(p.kind is PaidBy.CASH for p in purchase.paid)
        # Coins of this visit, and what coins of earlier ones left less of the tender than is due.
        assert abs(made.rounding) <= max(0, step - 1) * (drawers + 1)
        assert made.rounding <= 0 or to is Destination.TENDERS
        purchase = after_all(purchase, made)
        assert all(0 <= p.refunded <= p.amount for p in purchase.paid)


def after_all(purchase: Purchase, made: Accepted) -> Purchase:
    """The purchase once the return is recorded, of refunds that may name a tender twice."""
    sums = Counter[str]()
    for refund in made.refunds:
        sums[refund.paid] += refund.amount
    paid = tuple(replace(p, refunded=p.refunded + sums[p.id]) for p in purchase.paid)
    return replace(after(purchase, made), paid=paid)


def test_an_exchange_takes_from_cards_first_so_that_the_drawer_gives_what_remains() -> None:
    paid = (Paid("t0", PaidBy.CASH, 3_000), Paid("t1", PaidBy.CARD, 2_000))
    plan = plan_refunds(paid, 5_000, 500, Destination.TENDERS, 2_700)
    assert [(r.paid, r.amount, r.to) for r in plan or ()] == [
        ("t1", 2_000, Destination.EXCHANGE),
        ("t0", 700, Destination.EXCHANGE),
        ("t0", 2_000, Destination.TENDERS),
    ]
    assert 3_000 - 700 == 2_300, "which is no sum of coins, and 2 500 is more than was paid in cash"


def test_an_exchange_is_worth_no_more_than_what_came_back_and_no_promise_pays_for_goods() -> None:
    purchase = bought([(1, 1_000)], [(PaidBy.CARD, 1_000)])
    with pytest.raises(ValueError, match="no more than"):
        decide_return(purchase, [item("0", 1)], "store-1", NOW, ReturnRules(), Basis.CLAIM, Destination.TENDERS, 1_001)
    with pytest.raises(ValueError, match="promised"):
        decide_return(purchase, [item("0", 1)], "store-1", NOW, ReturnRules(), Basis.PROMISE, into_exchange=1)


def test_only_what_goes_back_by_the_tender_itself_leaves_the_drawer() -> None:
    refunds = [ReturnRefund("t0", "cash", 10), ReturnRefund("t0", "cash", 20, to="credit")]
    refunds += [ReturnRefund("t0", "cash", 40, to="exchange"), ReturnRefund("t1", "card", 80)]
    body = Return("r", "R-1", "web:1", "1", "s", "KZT", [], refunds, 150, 0, 0, "claim")
    assert (cash_of(body), credit_of(body), exchanged_of(body)) == (10, 20, 40)


def test_what_other_goods_paid_for_goes_onto_credit_and_the_rest_as_it_came() -> None:
    purchase = bought([(1, 5_000)], [(PaidBy.EXCHANGE, 3_000), (PaidBy.CASH, 2_000)])
    made = decide_return(purchase, [item("0", 1)], "store-1", NOW, ReturnRules(cash_step=500), Basis.CLAIM)
    assert isinstance(made, Accepted)
    assert [(r.paid, r.amount, r.to) for r in made.refunds] == [
        ("t0", 3_000, Destination.CREDIT),
        ("t1", 2_000, Destination.TENDERS),
    ]
    again = decide_return(
        purchase, [item("0", 1)], "store-1", NOW, ReturnRules(), Basis.CLAIM, Destination.TENDERS, 3_000
    )
    assert isinstance(again, Accepted)
    assert [(r.paid, r.to) for r in again.refunds] == [("t0", Destination.EXCHANGE), ("t1", Destination.TENDERS)]
