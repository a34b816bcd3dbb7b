"""Bought in one store and brought back to another, while neither has the network: the receipt is the proof."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.domain.returns import Basis
from tests.flows.returning import OTHER, Shop
from tests.link.store import now, sell_one
from tests.local.bought import allow
from tests.stories.at_the_desk import Counter, cases, desk
from tests.stories.test_return_offline import cut_off


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    yield made
    made.stop()


def paper_of(till: Counter) -> str:
    """What the code on the newest paper says."""
    found = re.search(r"\[ (STF3:.+?) \]", till.printer.texts[-1])
    assert found is not None, till.printer.texts[-1]
    return found[1]


def knows(till: Counter, terminal: str) -> None:
    """Wait until the till was told that terminal's key."""

    def told() -> bool:
        till.local.refresh()
        query = "SELECT count(*) FROM replica.signer WHERE terminal = ?"
        return bool(till.local.raw.execute(query, (terminal,)).fetchone()[0])

    till.until(told)


@pytest.mark.parametrize("rule", [Basis.BUDGET, Basis.PROMISE])
def test_a_receipt_of_another_store_takes_goods_back_while_both_stores_are_cut_off(
    shop: Shop, tmp_path: Path, rule: Basis
) -> None:
    other = desk(shop, tmp_path, "till-9", OTHER)
    till = desk(shop, tmp_path)
    knows(other, "till-1")
    cut_off(shop, till, other)
    if rule is Basis.PROMISE:
        allow(other.home, return_budget=0)
        other.local.refresh()
    sale = sell_one(till.local, 1)
    till.till.printing.receipt(sale)
    till.printed(1)

    other.scan(paper_of(till))
    assert f"Receipt {sale.body.receipt}, proved by its code" in other.said
    other.goods(1)
    other.refund()
    [back] = other.returns()
    assert (back["basis"], back["purchase"], back["total"]) == (rule, f"sale:{sale.body.sale_id}", sale.body.total)
    other.until(lambda: other.printer.kicks == (0 if rule is Basis.PROMISE else 1))
    other.scan(paper_of(till))
    assert "This receipt is used up" in other.said

    shop.start()
    for each in (other, till):
        each.online()
    other.scan(paper_of(till))
    assert "used up" in other.said
    till.until(lambda: settled(shop))
    assert set(cases(shop)) <= {"purchase_unknown"}, "the till that sold was slower, perhaps; nothing is left to settle"
    for each in (till, other):
        each.stop()


def settled(shop: Shop) -> bool:
    """Whether the hub knows what came back of the sale, and nobody has to settle anything."""
    with shop.engine.connect() as conn:
        open_ones = conn.exec_driver_sql("SELECT count(*) FROM attention WHERE settled_at IS NULL").scalar()
        back = conn.exec_driver_sql("SELECT count(*) FROM purchase WHERE body LIKE '%\"returned\":1000%'").scalar()
    return (open_ones, back) == (0, 1)


def test_an_own_receipt_is_found_by_its_number_without_the_network(shop: Shop, tmp_path: Path) -> None:
    till = desk(shop, tmp_path)
    cut_off(shop, till)
    sale = sell_one(till.local, 1)
    till.find(sale.body.receipt)
    till.goods(1)
    till.refund()
    [back] = till.returns()
    assert (back["basis"], back["total"]) == (Basis.HELD, sale.body.total)
    till.until(lambda: till.printer.kicks == 1)
    till.stop()


def test_a_receipt_of_a_till_that_was_shut_out_is_found_by_its_number_alone(shop: Shop, tmp_path: Path) -> None:
    till, other = desk(shop, tmp_path), desk(shop, tmp_path, "till-9", OTHER)
    knows(other, "till-1")
    till.till.printing.receipt(sell_one(till.local, 1))
    till.printed(1)
    till.until(lambda: shop.operations())
    shut_out(shop, "till-1")

    def heard() -> bool:
        other.local.refresh()
        query = "SELECT revoked_at FROM replica.signer WHERE terminal = 'till-1'"
        return bool(other.local.raw.execute(query).fetchone()[0])

    other.until(heard)
    other.scan(paper_of(till))
    assert other.said.startswith("The till of this receipt was shut out")
    other.flow.act()
    other.settled()
    assert other.flow.state.purchase is not None and other.flow.state.live
    for each in (till, other):
        each.stop()


def shut_out(shop: Shop, terminal: str) -> None:
    """As `hub shut-out` does."""
    from sync.hub import database, enrolment

    with database.write(shop.engine) as conn:
        assert enrolment.revoke(conn, terminal, now())
