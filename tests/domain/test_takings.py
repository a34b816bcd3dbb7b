"""What a sale or a return does to the drawer and the tenders adds up to what was due, wherever the money went (F36)."""

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.operations import BlindReturn, CashMoved, Return, ReturnRefund, Sale, SaleTender, cash_of
from sync.protocol.takings import of_blind, of_move, of_return, of_sale

AMOUNT = st.integers(1, 10**9)
REFUND = st.builds(
    ReturnRefund,
    paid=st.text("abc", min_size=1),
    kind=st.sampled_from(["cash", "card", "online", "points", "gift_card"]),
    amount=AMOUNT,
    to=st.sampled_from(["", "credit", "exchange", "counter"]),
)


def a_sale(tenders: list[SaleTender], change: int) -> Sale:
    due = sum(t.amount for t in tenders) - change
    return Sale("s", "R-1", "store", "KZT", [], due - 7, 0, [], True, 7, due, tenders, change)


@given(st.lists(st.tuples(st.sampled_from(["cash", "card", "gift_card", "exchange"]), AMOUNT)), st.integers(0, 10**6))
def test_f36_what_came_by_each_tender_is_what_was_due(tenders: list[tuple[str, int]], change: int) -> None:
    body = a_sale([SaleTender(kind, amount) for kind, amount in tenders], change)
    it = of_sale(body)
    assert it.cash + sum(it.others.values()) == body.due == it.total + it.rounding
    assert "cash" not in it.others and it.promised == 0


def a_return(refunds: list[ReturnRefund], basis: str) -> Return:
    total = sum(r.amount for r in refunds)
    return Return("r", "R-2", "web:1", "1", "store", "KZT", [], refunds, total, 0, 0, basis)


@given(st.lists(REFUND, max_size=6))
def test_what_went_back_is_counted_where_it_went(refunds: list[ReturnRefund]) -> None:
    it = of_return(a_return(refunds, "claim"))
    assert -it.cash - sum(it.others.values()) + it.promised == it.total
    assert -it.others.get("exchange", 0) == sum(r.amount for r in refunds if r.to == "exchange")
    assert -it.others.get("store_credit", 0) == sum(r.amount for r in refunds if r.to == "credit")
    assert -it.cash == cash_of(a_return(refunds, "claim"))


@given(st.lists(REFUND, max_size=6))
def test_a_promise_moves_nothing_and_says_how_much_is_owed(refunds: list[ReturnRefund]) -> None:
    it = of_return(a_return(refunds, "promise"))
    assert (it.cash, it.others, it.rounding, it.promised) == (0, {}, 0, it.total)


def test_an_exchange_leaves_the_drawer_as_it_was() -> None:
    back = of_return(a_return([ReturnRefund("a", "cash", 500, to="exchange")], "held"))
    out = of_sale(a_sale([SaleTender("exchange", 500)], 0))
    assert (back.cash + out.cash, back.others["exchange"] + out.others["exchange"]) == (0, 0)


def test_goods_without_a_proof_give_credit_alone() -> None:
    body = BlindReturn("r", "R-3", "store", "KZT", [], 900, 96, "acc", "1234", "till", "", "s-9", [], [])
    it = of_blind(body)
    assert (it.of, it.cash, it.others, it.total, it.vat) == ("return", 0, {"store_credit": -900}, 900, 96)


def test_cash_goes_in_by_a_pay_in_alone() -> None:
    moved = {kind: of_move(CashMoved("m", "s", kind, 100, "safe")).cash for kind in ("drop", "pay_in", "pay_out")}
    assert moved == {"drop": -100, "pay_in": 100, "pay_out": -100}
