"""Goods come back and nothing proves their purchase: store credit with an approval, within limits, wherever it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from pos.blind.view import primary
from sync.hub import database
from sync.hub.tables import attention
from tests.flows.paying import balance
from tests.flows.returning import Shop
from tests.flows.without_proof import Bare, allow
from tests.stories.at_the_desk import Counter, cases, desk, paid_back
from tests.stories.test_return_offline import cut_off
from tests.stories.test_store_credit import code_on, elsewhere

MUG_THEN = 7_900
"""What a mug cost three weeks ago, which is less than today."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    allow(made)
    yield made
    made.stop()


def given(till: Counter) -> str:
    """Take a mug back with no proof. The code on the slip."""
    bare = Bare(till)
    bare.goods(2)
    bare.phone()
    bare.approve()
    assert bare.done, bare.said
    till.printed(len(till.printer.texts) + 1)
    till.till.next_customer()
    till.till.tab("returns")
    return code_on(till.printer.texts[-1])


def test_without_any_proof_somebody_approves_and_the_credit_pays_in_another_store(shop: Shop, tmp_path: Path) -> None:
    till = desk(shop, tmp_path)
    code = given(till)
    till.online()
    till.until(lambda: balance(shop, code) == MUG_THEN)
    assert till.printer.kicks == 0 and paid_back(shop) == [], "no money moved anywhere"
    paying = elsewhere(shop, tmp_path)
    paying.show(code)
    assert paying.flow.state.by_value == MUG_THEN
    paying.take()
    paying.desk.until(lambda: not paying.flow.state.by_value or paying.till.place == "done")
    assert cases(shop) == []
    till.stop()
    paying.desk.stop()


def test_the_third_time_in_a_month_is_refused_at_any_till_with_the_reason(shop: Shop, tmp_path: Path) -> None:
    one, other = desk(shop, tmp_path), desk(shop, tmp_path, "till-2")
    given(one)
    given(other)
    one.online()
    other.online()
    bare = Bare(one)
    bare.goods(1)
    bare.phone()
    assert "A rule does not allow it" in bare.said
    assert primary(bare.flow.state).line == "Visits in 30 days: 3 of 2"
    bare.flow.give()
    assert len(bare.recorded()) == 1 and cases(shop) == []
    one.stop()
    other.stop()


def test_without_the_network_tills_that_know_nothing_of_each_other_are_found_out_by_the_hub(
    shop: Shop, tmp_path: Path
) -> None:
    tills = [desk(shop, tmp_path, f"till-{n}") for n in (1, 2, 3)]
    cut_off(shop, *tills)
    codes = [given(till) for till in tills]
    shop.start()
    for till in tills:
        till.online()
    assert [balance(shop, code) for code in codes] == [MUG_THEN] * 3, "what is on paper is kept to"
    assert cases(shop) == ["blind_limit"]
    with database.read(shop.engine) as conn:
        detail = conn.execute(select(attention.c.detail)).scalar_one()
    assert "return 3 of this shopper, 2 may be" in detail
    assert all(f"at till-{n} (store-1)" in detail for n in (1, 2, 3))
    for till in tills:
        till.stop()
