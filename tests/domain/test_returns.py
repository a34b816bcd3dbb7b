"""Returns: what comes back, what goes back, and that it is never more than was bought or paid (I-8, F32-F35)."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase, number_key
from sync.domain.returns import (
    Accepted,
    Basis,
    Condition,
    Disposition,
    Exceptional,
    Item,
    Reason,
    Refused,
    ReturnRefusal,
    ReturnRules,
    basis_offline,
    decide_return,
    plan_refunds,
)

NOW = 1_770_000_000_000
RULES = ReturnRules(cash_step=500)


def bought(lines: list[tuple[int, int]], paid: list[tuple[PaidBy, int]], **more: object) -> Purchase:
    """A purchase of lines (pieces, amount) paid by tenders."""
    made = tuple(
        BoughtLine(str(n), f"p{n}", f"S{n}", f"Good {n}", q * 1000, a, 1200, 0) for n, (q, a) in enumerate(lines)
    )
    tenders = tuple(Paid(f"t{n}", kind, amount) for n, (kind, amount) in enumerate(paid))
    whole = Purchase("web:1", "100-1", "web", "", "KZT", NOW - 10, NOW - 5, made, tenders)
    return replace(whole, **more)  # type: ignore[arg-type]


def item(line: str, pieces: int, condition: Condition = Condition.SEALED) -> Item:
    return Item(line, pieces * 1000, Reason.CHANGED_MIND, condition)


def decided(purchase: Purchase, *items: Item, rules: ReturnRules = RULES, basis: Basis = Basis.CLAIM) -> Accepted:
    made = decide_return(purchase, list(items), "store-1", NOW, rules, basis)
    assert isinstance(made, Accepted), made
    return made


def after(purchase: Purchase, made: Accepted) -> Purchase:
    """The purchase once the return is recorded."""
    lines = {t.item.line: t for t in made.lines}
    refunds = {r.paid: r.amount for r in made.refunds}
    return replace(
        purchase,
        lines=tuple(
            replace(x, returned=x.returned + lines[x.id].item.quantity, refunded=x.refunded + lines[x.id].amount)
            if x.id in lines
            else x
            for x in purchase.lines
        ),
        paid=tuple(replace(p, refunded=p.refunded + refunds.get(p.id, 0)) for p in purchase.paid),
    )


def test_money_goes_back_by_the_tenders_that_it_came_by_in_proportion_and_cash_comes_last() -> None:
    purchase = bought([(1, 6_499_000), (6, 1_974_000)], [(PaidBy.CASH, 2_473_000), (PaidBy.CARD, 6_000_000)])
    made = decided(purchase, item("0", 1))
    assert [(r.kind, r.amount) for r in made.refunds] == [(PaidBy.CARD, 4_602_148), (PaidBy.CASH, 1_897_000)]
    assert (made.total, made.rounding) == (6_499_000, 148)


def test_three_visits_give_back_what_was_paid_to_the_last_unit() -> None:
    purchase = bought([(3, 100_000)], [(PaidBy.CARD, 66_667), (PaidBy.POINTS, 33_333)])
    amounts = []
    for _ in range(3):
        made = decided(purchase, item("0", 1))
        amounts.append(made.total)
        purchase = after(purchase, made)
    assert amounts == [33_333, 33_334, 33_333]
    assert [p.left for p in purchase.paid] == [0, 0]
    assert decide_return(purchase, [item("0", 1)], "store-1", NOW, RULES, Basis.CLAIM) == Refused(
        ReturnRefusal.TOO_MANY, "0", 0
    )


kinds = st.sampled_from(list(PaidBy))


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 10**7)), min_size=1, max_size=5),
    st.lists(st.tuples(kinds, st.integers(1, 100)), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_i8_whatever_comes_back_in_whatever_visits_no_line_and_no_tender_gives_more_than_was_paid(
    lines: list[tuple[int, int]], shares: list[tuple[PaidBy, int]], chance: object
) -> None:
    total = sum(amount for _, amount in lines)
    from sync.domain.money import allocate

    parts = allocate(total, [weight for _, weight in shares])
    purchase = bought(lines, [(kind, part) for (kind, _), part in zip(shares, parts, strict=True)])
    rules = replace(RULES, cash_step=0)
    given_back = 0
    while left := [line for line in purchase.lines if line.left]:
        line = chance.choice(left)  # type: ignore[attr-defined]
        pieces = chance.randint(1, line.left // 1000)  # type: ignore[attr-defined]
        made = decided(purchase, item(line.id, pieces), rules=rules)
        assert sum(r.amount for r in made.refunds) == made.total + made.rounding
        kinds_in_order = [r.kind is PaidBy.CASH for r in made.refunds]
        assert kinds_in_order == sorted(kinds_in_order), "cash comes last"
        purchase = after(purchase, made)
        given_back += made.total
        assert all(0 <= p.refunded <= p.amount for p in purchase.paid)
        assert all(0 <= x.refunded <= x.amount for x in purchase.lines)
    assert given_back == total


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7), st.sampled_from([0, 100, 500]))
def test_f35_a_plan_never_gives_more_than_was_paid_and_none_is_made_for_more(
    cash: int, card: int, asked: int, step: int
) -> None:
    paid = (Paid("a", PaidBy.CASH, cash - cash % step if step else cash), Paid("b", PaidBy.CARD, card))
    plan = plan_refunds(paid, asked, step)
    if plan is None:
        assert asked > sum(p.amount for p in paid)
        return
    for refund in plan:
        assert refund.amount <= next(p.amount for p in paid if p.id == refund.paid)
    assert abs(sum(r.amount for r in plan) - asked) < max(1, step)


def test_cash_that_was_rounded_when_it_was_paid_goes_back_as_it_was_paid() -> None:
    purchase = bought([(1, 100_237)], [(PaidBy.CASH, 100_000)])
    made = decided(purchase, item("0", 1))
    assert [r.amount for r in made.refunds] == [100_000]
    assert made.rounding == -237


def test_f34_what_went_back_as_change_was_never_paid_and_an_unpaid_order_gives_nothing_back() -> None:
    unpaid = bought([(1, 100_000)], [])
    assert decide_return(unpaid, [item("0", 1)], "store-1", NOW, RULES, Basis.CLAIM) == Refused(ReturnRefusal.NOT_PAID)
    part = bought([(1, 100_000)], [(PaidBy.CASH, 40_000)])
    assert decide_return(part, [item("0", 1)], "store-1", NOW, RULES, Basis.CLAIM) == Refused(ReturnRefusal.NOT_PAID)


def test_what_can_not_come_back_is_said_with_what_can() -> None:
    purchase = bought([(2, 1000)], [(PaidBy.CARD, 1000)])

    def no(*items: Item, of: Purchase = purchase) -> Refused:
        made = decide_return(of, list(items), "store-1", NOW, RULES, Basis.CLAIM)
        assert isinstance(made, Refused)
        return made

    assert no() == Refused(ReturnRefusal.NOTHING)
    assert no(item("9", 1)) == Refused(ReturnRefusal.LINE_UNKNOWN, "9")
    assert no(item("0", 1), item("0", 1)) == Refused(ReturnRefusal.LINE_UNKNOWN, "0")
    assert no(item("0", 0)) == Refused(ReturnRefusal.BAD_QUANTITY, "0", 2000)
    assert no(item("0", 3)) == Refused(ReturnRefusal.TOO_MANY, "0", 2000)
    assert no(item("0", 1), of=replace(purchase, received_at=None)) == Refused(ReturnRefusal.NOT_RECEIVED)


def test_a_passed_deadline_and_goods_that_never_come_back_need_somebody_who_may() -> None:
    purchase = bought([(1, 1000), (1, 1000)], [(PaidBy.CARD, 2000)])
    late, never = (replace(purchase.lines[0], until=NOW - 1), replace(purchase.lines[1], returnable=False))
    purchase = replace(purchase, lines=(late, never))
    assert decided(purchase, item("0", 1)).needs == {Exceptional.DEADLINE}
    assert decided(purchase, item("1", 1)).needs == {Exceptional.NOT_RETURNABLE}
    assert decided(replace(purchase, lines=(replace(late, until=NOW), never)), item("0", 1)).needs == frozenset()


def test_the_condition_decides_where_the_goods_go() -> None:
    purchase = bought([(1, 1000), (1, 1000), (1, 1000)], [(PaidBy.CARD, 3000)])
    rules = replace(RULES, send_back=frozenset({Condition.DAMAGED}))
    items = [item(str(n), 1, condition) for n, condition in enumerate(Condition)]
    made = decided(purchase, *items, rules=rules)
    assert [line.disposition for line in made.lines] == [
        Disposition.RESTOCK,
        Disposition.QUARANTINE,
        Disposition.SEND_BACK,
    ]


def test_offline_a_till_pays_what_its_store_holds_or_its_budget_covers_and_else_promises() -> None:
    rules = replace(RULES, budget=30_000, cap=20_000)
    here = bought([(1, 50_000)], [(PaidBy.CARD, 50_000)], location="store-1")
    sent = replace(here, location="")
    assert basis_offline(here, "store-1", 50_000, rules) is Basis.HELD
    assert basis_offline(here, "store-2", 50_000, rules) is Basis.PROMISE
    assert basis_offline(sent, "store-1", 20_000, rules) is Basis.BUDGET
    assert basis_offline(sent, "store-1", 20_001, rules) is Basis.PROMISE
    assert basis_offline(sent, "store-1", 10_000, replace(rules, budget=9_000)) is Basis.PROMISE
    made = decide_return(sent, [item("0", 1)], "store-1", NOW, rules, Basis.BUDGET)
    assert made == Refused(ReturnRefusal.OVER_BUDGET)


def test_an_order_number_is_found_however_it_is_typed() -> None:
    assert number_key(" 100-48213 ") == number_key("10048213") == number_key("100 48213")
    assert number_key("w-ab1") == "WAB1"
