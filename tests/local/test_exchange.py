"""An exchange is two operations or none: what came back and what went out for it (I-1, I-8, F6, F28)."""

from dataclasses import replace
from pathlib import Path

import pytest

from sync.actions.cart import Cart, open_cart, save_cart
from sync.actions.exchange import Exchanged, NotSold, NotTakenBack, exchange
from sync.actions.printing import unprinted
from sync.actions.take_back import Needs
from sync.domain.exchange import GoodsBack, left_over
from sync.domain.returns import Basis, Destination, Refused, ReturnRefusal
from sync.domain.sales import SaleRefusal
from sync.local import Local, purchases_by_number, sale_by_receipt, stock_here
from sync.local.journal import head
from sync.local.proof import prove
from sync.protocol.operations import cash_of, exchanged_of
from tests.local import jobs
from tests.local.bought import DAY, item, know, order, taken
from tests.local.fixture import NOW, make_terminal
from tests.local.tills import CASHIER, cart_of
from tests.local.victim import killed_at_every_step

COAT = 33_333  # of three coats for 1,000.00
MILK = 62_000


def back(pieces: int = 1, worth: int = COAT, **more: object) -> GoodsBack:
    """Coats on the counter, their right claimed."""
    made = GoodsBack("r-1", order(), (item("1", pieces),), (), worth, Basis.CLAIM, "claim-1")
    return replace(made, **more)  # type: ignore[arg-type]


def cart(local: Local, goods: GoodsBack, *products: str) -> Cart:
    """A cart in which goods pay for others, kept."""
    made = replace(cart_of(local, *products), back=goods)
    save_cart(local, made)
    return made


def done(local: Local, it: Cart, cash: int = 0) -> Exchanged:
    """Exchange it."""
    made = exchange(local, it, cash, CASHIER, "en", NOW)
    assert isinstance(made, Exchanged)
    return made


def nothing(local: Local) -> bool:
    """Whether nothing is recorded, printed or gone from the shelf."""
    shelf = stock_here(local, ["p-coat"])["p-coat"].on_hand
    return head(local.raw).seq == 0 and unprinted(local) == [] and shelf == 10_000


def test_both_name_each_other_and_one_paper_waits(local: Local, home: Path) -> None:
    know(home, order())
    made = done(local, cart(local, back(), "p-milk"), MILK - COAT + 33)
    ret, sale = made.back.body, made.sale.body
    assert ret.exchange == sale.sale_id and made.sale.envelope.causes == [made.back.envelope.op_id]
    assert (sale.tenders[0].kind, sale.tenders[0].amount, sale.tenders[0].reference) == ("exchange", COAT, "r-1")
    assert exchanged_of(ret) == COAT and cash_of(ret) == 0
    assert [(job.ref, job.what) for job in unprinted(local)] == [(sale.receipt, "receipt")]
    assert open_cart(local, NOW).lines == () and prove(local) == []


def test_what_is_worth_more_goes_back_by_the_tenders_with_cash_last(local: Local, home: Path) -> None:
    know(home, order())
    made = done(local, cart(local, back(3, 100_000), "p-milk"))
    assert exchanged_of(made.back.body) == MILK and made.sale.body.due == MILK
    gone = [(r.kind, r.amount, r.to) for r in made.back.body.refunds]
    assert gone == [("online", 60_000, "exchange"), ("cash", 2_000, "exchange"), ("cash", 38_000, "")]
    shown = left_over(back(3, 100_000), MILK, 100)
    assert [(r.kind.value, r.amount, r.to) for r in shown] == [("cash", 38_000, Destination.TENDERS)]


def test_the_same_cart_again_gives_what_is_recorded_f28(local: Local, home: Path) -> None:
    know(home, order())
    it = cart(local, back(), "p-milk")
    assert done(local, it, 40_000) == done(local, it, 40_000) and head(local.raw).seq == 2


def test_a_sale_that_is_not_paid_leaves_the_goods_with_the_shopper(local: Local, home: Path) -> None:
    know(home, order())
    it = cart(local, back(), "p-milk")
    answer = exchange(local, it, 100, CASHIER, "en", NOW)
    assert isinstance(answer, NotSold) and answer.why.reason is SaleRefusal.UNDERPAID
    assert nothing(local) and open_cart(local, NOW).back == back(), "the cart is as it was"


def test_goods_that_came_back_meanwhile_pay_for_nothing_f32(local: Local, home: Path) -> None:
    know(home, order())
    it = cart(local, back(3, 100_000), "p-milk")
    taken(local, order(), item("1", 2))
    answer = exchange(local, it, 0, CASHIER, "en", NOW)
    assert isinstance(answer, NotTakenBack) and answer.why == Refused(ReturnRefusal.TOO_MANY, "1", 1000)
    assert sale_by_receipt(local, "") is None and head(local.raw).seq == 1


def test_what_takes_an_approval_takes_one_here_too(local: Local, home: Path) -> None:
    late = order(lines=(replace(order().lines[0], until=NOW - DAY), order().lines[1]))
    know(home, late)
    answer = exchange(local, cart(local, back(purchase=late), "p-milk"), 40_000, CASHIER, "en", NOW)
    assert isinstance(answer, NotTakenBack) and isinstance(answer.why, Needs) and nothing(local)


def test_a_promise_pays_for_nothing(local: Local, home: Path) -> None:
    know(home, order())
    with pytest.raises(ValueError, match="promised"):
        exchange(local, cart(local, back(basis=Basis.PROMISE, claim=""), "p-milk"), 40_000, CASHIER, "en", NOW)
    assert nothing(local)


def test_i1_f6_a_till_killed_at_every_step_of_an_exchange_has_both_or_none(tmp_path: Path) -> None:
    home, told, steps = make_terminal(tmp_path), list[str](), 0
    many = order(lines=(replace(order().lines[0], quantity=10_000_000, amount=100_000_000), order().lines[1]))
    many = replace(many, paid=(replace(many.paid[0], amount=100_050_000), many.paid[1]))
    know(home, many)
    for step, said in killed_at_every_step(jobs.swap, home):
        steps = max(steps, step)
        told += [said] if said else []
        local = Local.open(home)
        assert prove(local) == []
        count = local.raw.execute("SELECT count(*) FROM taken_back").fetchone()[0]
        assert (
            count == local.raw.execute("SELECT count(*) FROM sale").fetchone()[0] and head(local.raw).seq == 2 * count
        )
        assert purchases_by_number(local, many.number)[0].lines[0].returned == 1000 * count
        assert all(sale_by_receipt(local, receipt) for receipt in told) and len(set(told)) == len(told) <= count
        local.close()
    assert steps > 25
