"""What a payment at a till is in an order, and what was paid beyond it: to the last minor unit (I-8, F34, F36)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.order_payments import given_back, overpaid, paid_also, paid_of, taken_back
from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase
from sync.domain.sales import PaidUp, Policy, Refused, SaleRefusal, Tender, TenderKind, decide_payment

COAT = BoughtLine("1", "p-coat", "100010", "Wool coat", 2000, 100_200, 1200, 10_735)
ORDER = Purchase("web:1", "1", "web", "", "KZT", 1, None, (COAT,), ())
CASH, CARD = TenderKind.CASH, TenderKind.CARD


def till(*tenders: Tender, due: int = 100_200, step: int = 500, receipt: str = "K7-1") -> tuple[Paid, ...]:
    """What those tenders pay of `due` at a till."""
    paid = decide_payment(due, list(tenders), Policy(cash_step=step))
    assert isinstance(paid, PaidUp)
    return paid_of(receipt, paid.tenders, paid.rounding, paid.change)


def test_change_was_never_paid_and_rounding_stands_with_the_cash_so_that_nothing_stays_due() -> None:
    [cash] = till(Tender(CASH, 200_000))
    assert (cash.id, cash.amount, cash.rounding) == ("till:K7-1:1", 100_000, -200)
    assert paid_also(ORDER, [cash]).due == 0 and overpaid(paid_also(ORDER, [cash])) == 0


def test_too_little_or_too_much_by_card_is_no_payment() -> None:
    assert decide_payment(1_000, [Tender(CARD, 1_001)], Policy()) == Refused(SaleRefusal.CARD_OVERPAID, 1)
    assert decide_payment(1_000, [Tender(CARD, 900)], Policy()) == Refused(SaleRefusal.UNDERPAID, 100)


def test_the_same_payment_is_in_the_order_once() -> None:
    paid = till(Tender(CARD, 50_000), Tender(CASH, 50_000))
    once = paid_also(ORDER, paid)
    assert paid_also(once, paid) == once and [p.kind for p in once.paid] == [PaidBy.CARD, PaidBy.CASH]


def test_what_was_paid_twice_goes_back_from_the_last_payment_and_no_more() -> None:
    twice = paid_also(paid_also(ORDER, till(Tender(CASH, 100_000))), till(Tender(CARD, 100_200), receipt="K8-1"))
    parts = given_back(twice, overpaid(twice))
    assert [(it.kind, part) for it, part in parts] == [(PaidBy.CARD, 100_200)]
    assert overpaid(taken_back(twice, parts)) == 0


def test_cash_that_goes_back_whole_is_what_was_given_whatever_was_rounded() -> None:
    for worth, coins in ((100_200, 100_000), (100_300, 100_500)):
        order = replace(ORDER, lines=(replace(COAT, amount=worth),))
        card, cash = till(Tender(CARD, worth), due=worth), till(Tender(CASH, 200_000), due=worth, receipt="K8-1")
        twice = paid_also(paid_also(order, card), cash)
        parts = given_back(twice, overpaid(twice))
        assert [(it.kind, part) for it, part in parts] == [(PaidBy.CASH, coins)]
        assert overpaid(taken_back(twice, parts)) == 0


def test_what_its_channel_was_paid_too_much_is_its_channels_matter() -> None:
    told = replace(ORDER, paid=(Paid("a", PaidBy.ONLINE, 300_000),))
    assert overpaid(told) == 0


@given(st.integers(1, 10**7), st.integers(0, 10**7), st.sampled_from([0, 100, 500]), st.integers(0, 10**7))
def test_whatever_is_given_nothing_is_due_after_and_nothing_is_beyond(
    due: int, card: int, step: int, more: int
) -> None:
    card = min(card, due)
    tenders = ([Tender(CARD, card)] if card else []) + [Tender(CASH, due - card + step + more + 1)]
    order = replace(ORDER, lines=(replace(COAT, amount=due),))
    paid = paid_also(order, till(*tenders, due=due, step=step))
    assert paid.due == 0 and overpaid(paid) == 0
    assert all(it.amount >= 0 for it in paid.paid)
