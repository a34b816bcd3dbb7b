"""An exchange in the same cart: even, with payment, with money back; and everything that can come between."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.returns.state import Phase
from pos.sale.view import primary, total
from tests.flows.exchanging import into_sale, operations, press, said, scan, worth
from tests.flows.paying import Paying
from tests.flows.returning import Desk, Shop, code, link
from tests.link.asking import claims

MUG, LAMP = 2, 5  # 100.02 and 100.05


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    yield made
    made.stop()


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(shop, tmp_path)
    yield made
    made.stop()


def test_even_takes_one_press_and_records_both_or_none(shop: Shop, desk: Desk) -> None:
    worth(shop, 10_002)
    into_sale(desk)
    assert desk.till.place == "sale" and desk.flow.state.phase is Phase.FIND
    assert list(claims(shop).values()) == ["open"], "the right is ours before anything is recorded"
    assert said(desk).startswith("100.02\u00a0₸ to spend")
    scan(desk, MUG)
    assert primary(desk.till.sale.state).line == "even, nothing to pay"
    press(desk)
    assert desk.till.place == "done"
    (kind, back, _causes, op), (other, sale, causes, _op) = operations(desk)
    assert (kind, other, causes) == ("return", "sale", [op])
    assert [(r["amount"], r["to"]) for r in back["refunds"]] == [(10_002, "exchange")]
    assert sale["tenders"][0]["kind"] == "exchange" and sale["tenders"][0]["reference"] == back["return_id"]
    assert back["exchange"] == sale["sale_id"] and sale["change"] == 0
    desk.until(lambda: desk.till.done.state.paper.value == "printed")
    [paper] = desk.printer.texts
    assert back["receipt"] in paper and sale["receipt"] in paper, "one paper for both"
    waiting = desk.local.raw.execute("SELECT count(*) FROM print_job WHERE state <> 'printed'").fetchone()[0]
    assert waiting == 0 and desk.printer.kicks == 0, "no cash, no drawer"


def scan_first(desk: Desk) -> None:
    """A mug lies in the cart before anything comes back."""
    desk.till.tab("sale")
    scan(desk, MUG)


def test_the_shopper_pays_the_difference_in_cash(shop: Shop, desk: Desk) -> None:
    worth(shop, 5_002)
    scan_first(desk)
    into_sale(desk)
    assert primary(desk.till.sale.state).line == "50\u00a0₸ to pay"
    press(desk)
    assert desk.till.place == "payment"
    till = Paying(desk)
    assert till.flow.state.rest == 5_000
    desk.till.scanned(code(LAMP))
    assert desk.till.place == "sale" and desk.till.sale.state.owed == 15_005, "more goods, before anything is paid"
    desk.till.sale.undo()
    press(desk)
    till.flow.quick(till.flow.state.quick[0])
    till.flow.cash_received()
    (_k, _back, _c, _o), (_k2, sale, _c2, _o2) = operations(desk)
    assert [(t["kind"], t["amount"]) for t in sale["tenders"]] == [("exchange", 5_002), ("cash", 5_000)]
    desk.until(lambda: desk.printer.kicks == 1)


def test_what_is_left_over_goes_back_by_the_purchases_tenders_cash_last_and_the_drawer_opens_once(
    shop: Shop, desk: Desk
) -> None:
    worth(shop, 30_002, ("cash", 24_002), ("points", 6_000))
    into_sale(desk)
    scan(desk, MUG)
    state = desk.till.sale.state
    assert total(state) == ("To give back", 20_000)
    press(desk)
    (_k, back, _c, _o), (_k2, sale, _c2, _o2) = operations(desk)
    assert sale["due"] == 10_002
    gone = {(r["kind"], r["to"]): r["amount"] for r in back["refunds"]}
    assert gone == {("points", "exchange"): 6_000, ("cash", "exchange"): 4_002, ("cash", ""): 20_000}
    desk.printed(1)
    assert desk.printer.kicks == 1 and desk.till.done.state.given_back == 20_000


def test_leaving_it_gives_the_right_back_and_keeps_the_cart(shop: Shop, desk: Desk) -> None:
    worth(shop, 10_002)
    into_sale(desk)
    scan(desk, MUG)
    desk.till.sale.leave_exchange()
    desk.until(lambda: list(claims(shop).values()) == ["released"])
    state = desk.till.sale.state
    assert state.cart.back is None and len(state.cart.lines) == 1 and state.owed == 10_002
    assert said(desk).startswith("The exchange was left") and operations(desk) == []


def test_a_second_exchange_waits_for_the_first(shop: Shop, desk: Desk) -> None:
    worth(shop, 10_002)
    into_sale(desk)
    shop.receive("100-9")
    desk.till.tab("returns")
    desk.find("100-9")
    desk.goods(1)
    from sync.domain.returns import Destination

    desk.flow.send_to(Destination.EXCHANGE)
    desk.refund()
    assert desk.said.startswith("Finish the sale that is open first") and desk.flow.state.taken
    assert desk.till.place == "returns"


def test_f6_a_till_that_was_killed_comes_back_with_the_exchange(shop: Shop, desk: Desk) -> None:
    worth(shop, 10_002)
    into_sale(desk)
    scan(desk, MUG)
    desk.off()
    desk.start()
    desk.till.tab("sale")
    state = desk.till.sale.state
    assert state.cart.back is not None and state.owed == 0 and state.credit == 10_002
    press(desk)
    assert [kind for kind, *_rest in operations(desk)] == ["return", "sale"]


def test_f32_a_right_that_somebody_else_used_meanwhile_is_said_and_nothing_is_recorded(
    shop: Shop, desk: Desk, tmp_path: Path
) -> None:
    worth(shop, 10_002)
    into_sale(desk)
    scan(desk, MUG)
    from dataclasses import replace

    from sqlalchemy import update

    from sync.hub.tables import refund_claim

    with shop.engine.begin() as conn:  # the lease is over
        conn.execute(update(refund_claim).values(expires=0))
    sale = desk.till.sale
    assert sale.state.cart.back is not None
    sale.state = replace(sale.state, cart=replace(sale.state.cart, back=replace(sale.state.cart.back, until=0)))
    other = Desk(shop, tmp_path, "till-2")
    other.find()
    other.goods(1)
    other.refund()
    assert other.done
    press(desk)
    assert said(desk).startswith("These goods can't come back any more") and operations(desk) == []
    assert len(sale.state.cart.lines) == 1, "the sale is kept"
    sale.leave_exchange()
    other.stop()


def test_f33_offline_a_right_that_this_store_holds_pays_without_the_hub(shop: Shop, tmp_path: Path) -> None:
    from tests.link.store import OWN

    worth(shop, 10_002, location=OWN)
    desk = Desk(shop, tmp_path)
    link(desk.home, False)
    desk.till.changed(frozenset({"link"}))
    into_sale(desk)
    scan(desk, MUG)
    press(desk)
    (_k, back, _c, _o), _sale = operations(desk)
    assert back["basis"] == "held" and desk.till.place == "done"
    desk.stop()


def test_offline_a_promise_pays_for_nothing(shop: Shop, tmp_path: Path) -> None:
    from pos.returns.plan import primary as plan
    from pos.returns.ways import ways_to_go
    from sync.domain.returns import Destination

    worth(shop, 9_000_000)
    desk = Desk(shop, tmp_path)
    link(desk.home, False)
    desk.till.changed(frozenset({"link"}))
    desk.find()
    desk.goods(1)
    assert [way.to for way in ways_to_go(desk.flow.state) if way.off] == [Destination.EXCHANGE]
    desk.flow.send_to(Destination.EXCHANGE)
    assert plan(desk.flow.state).off and not desk.flow.state.may_go_on
    desk.stop()
