"""What a return has a right to, whatever two tills knew of each other (I-8)."""

from dataclasses import replace
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.domain.money import allocate
from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase
from sync.domain.returns import Basis, plan_refunds, refund_of
from sync.hub.right import Settled, settle
from tests.hub.returning import return_of

BASES = ("claim", "held", "budget", "promise")


def bought(lines: list[tuple[int, int]], paid: list[tuple[PaidBy, int]]) -> Purchase:
    made = tuple(
        BoughtLine(str(n), f"p-{n}", f"S{n}", f"Good {n}", q * 1000, a, 1200, 0) for n, (q, a) in enumerate(lines)
    )
    tenders = tuple(Paid(f"t{n}", kind, amount) for n, (kind, amount) in enumerate(paid))
    return Purchase("web:1", "100-1", "web", "", "KZT", 1, 2, made, tenders)


def replaced(struct: Any, **changed: Any) -> Any:
    return msgspec.structs.replace(struct, **changed)


def took(
    purchase: Purchase, known: Purchase, items: dict[str, int], basis: str = "held", step: int = 0, to: str = ""
) -> Settled:
    """A till decides by the purchase it knows, and the hub applies it to the one it has. `to`: where cash goes."""
    body = return_of(known, items, basis)
    refunds = [replaced(r, to=to if r.kind == PaidBy.CASH else "") for r in body.refunds]
    return settle(purchase, replaced(body, refunds=refunds), 10, step)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 10**7)), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(list(PaidBy)), st.integers(1, 100)), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_I8_tills_that_know_nothing_of_each_other_never_get_more_of_the_hub_than_was_paid(
    lines: list[tuple[int, int]], shares: list[tuple[PaidBy, int]], chance: object
) -> None:
    parts = allocate(sum(amount for _, amount in lines), [weight for _, weight in shares])
    known = state = bought(lines, [(kind, part) for (kind, _), part in zip(shares, parts, strict=True)])
    asked: dict[str, int] = {}
    for _ in range(6):
        free = [x for x in known.lines if x.left]
        if not free:
            break
        line = chance.choice(free)  # type: ignore[attr-defined]
        pieces = chance.randint(1, line.left // 1000)  # type: ignore[attr-defined]
        if plan_refunds(known.paid, refund_of(line, pieces * 1000), 0) is None:
            break  # the money is gone: what cash went out twice can't go out a third time (F35)
        fits = pieces * 1000 <= state.lines[int(line.id)].left
        basis, step, to = (chance.choice(of) for of in (BASES, (0, 100, 500), ("", "counter")))  # type: ignore[attr-defined]
        done = took(state, known, {line.id: pieces * 1000}, basis, step, to)
        assert all(x.amount % max(1, step) == 0 for x in done.asked if x.to == "counter")
        state = done.purchase
        for refund in done.asked:
            asked[refund.paid] = asked.get(refund.paid, 0) + refund.amount
        assert fits or done.beyond
        assert all(0 <= x.returned <= x.quantity and 0 <= x.refunded <= x.amount for x in state.lines)
        assert all(0 <= asked.get(x.id, 0) <= x.refunded <= x.amount for x in state.paid)
        known = chance.choice([known, state])  # type: ignore[attr-defined]


def test_I8_what_fits_is_taken_to_the_last_unit_and_what_does_not_is_named() -> None:
    fresh = bought([(3, 100_000)], [(PaidBy.CARD, 100_000)])
    first = took(fresh, fresh, {"0": 2000})
    second = took(first.purchase, fresh, {"0": 2000})
    assert (first.beyond, first.excess) == ((), 0)
    assert [r.amount for r in first.asked] == [66_667]
    assert second.beyond == ("line 0 (S0): 2 came back, 1 of 3 were left",)
    assert (second.excess, [r.amount for r in second.asked]) == (66_667 - 33_333, [33_333])
    assert second.purchase.lines[0].refunded == 100_000


def test_I8_of_a_promise_beyond_its_right_nothing_is_paid_unseen() -> None:
    fresh = bought([(3, 90_000), (1, 5_000)], [(PaidBy.CARD, 95_000)])
    first = took(fresh, fresh, {"0": 2000})
    second = took(first.purchase, fresh, {"0": 2000, "1": 1000}, Basis.PROMISE)
    assert [r.amount for r in second.asked] == [5_000]
    assert (second.excess, second.purchase.lines[0].returned) == (60_000, 3000)


def test_F35_cash_beyond_what_was_paid_in_cash_is_named_and_counts_as_gone() -> None:
    fresh = bought([(2, 10_000)], [(PaidBy.CASH, 10_000)])
    all_of_it = took(fresh, fresh, {"0": 2000})
    again = took(all_of_it.purchase, fresh, {"0": 1000})
    assert again.beyond == (
        "line 0 (S0): 1 came back, 0 of 2 were left",
        "50.00 KZT in cash, 0.00 KZT was left of it",
    )
    assert again.purchase == all_of_it.purchase
    assert again.asked == ()


def test_money_that_does_not_follow_the_rules_is_named_and_never_asked_for() -> None:
    fresh = bought([(3, 90_000)], [(PaidBy.CARD, 90_000)])
    right = return_of(fresh, {"0": 1000})
    line, refund = right.lines[0], right.refunds[0]
    much = replaced(right, lines=[replaced(line, amount=60_000, vat=6_429)], total=60_000, vat=6_429)
    done = settle(fresh, replaced(much, refunds=[replaced(refund, amount=60_000)]), 10, 0)
    assert done.differs == ("line 0: recorded 60000, 30000 was due",)
    assert sum(r.amount for r in done.asked) == 30_001  # rounding apart
    wrong = {
        "total: recorded 1, should be 30000": {"total": 1},
        "refunds: recorded 30000, should be 30500": {"rounding": 500},
        "rounding: 500, the smallest coin is 0": {"rounding": 500},
        "VAT: recorded 7, should be 3214": {"vat": 7},
        "VAT of lines: recorded [0], should be [3214]": {"lines": [replaced(line, vat=0)]},
        "line 0: p-9 came back, p-0 was bought": {"lines": [replaced(line, product="p-9")]},
        "nothing was paid by cash as t0": {"refunds": [replaced(refund, kind="cash")]},
        "currency: recorded EUR, bought in KZT": {"currency": "EUR"},
    }
    for words, changed in wrong.items():
        assert words in settle(fresh, replaced(right, **changed), 10, 0).differs


def test_a_passed_deadline_or_goods_that_never_come_back_need_who_approved() -> None:
    fresh = bought([(1, 1000), (1, 1000)], [(PaidBy.CARD, 2000)])
    late, never = replace(fresh.lines[0], until=5), replace(fresh.lines[1], returnable=False)
    fresh = replace(fresh, lines=(late, never))
    body = return_of(fresh, {"0": 1000, "1": 1000})
    assert settle(fresh, body, 10, 0).differs == (
        "line 0: after its deadline, and nobody approved it",
        "line 1: not to be taken back, and nobody approved it",
    )
    approved = replaced(body, approved=["deadline", "not_returnable"], approved_by="s-1")
    assert settle(fresh, approved, 10, 0).differs == ()
