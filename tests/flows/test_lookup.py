"""Finding an article at the till, and where it lies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.domain.stock import Known
from tests.flows.till import CODES, Counter


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path, devices=False).sign_in()
    made.till.find()
    yield made
    made.stop()


def names(counter: Counter) -> list[str]:
    return [p.name("en") for p in counter.till.lookup.state.results]


def test_with_nothing_typed_what_sells_most_is_shown(counter: Counter) -> None:
    assert names(counter)[:2] == ["Milk 1 l", "Kefir"]


@pytest.mark.parametrize("query", ["coat", "шерст", "пальто", "100010", "COAT wool", "პალტო"])
def test_any_part_of_a_name_in_any_language_finds_it(counter: Counter, query: str) -> None:
    counter.till.lookup.typed(query)
    assert names(counter) == ["Wool coat"]


def test_what_is_typed_on_the_sale_screen_lands_in_the_search(counter: Counter) -> None:
    counter.till.find("шерст")
    assert counter.till.place == "lookup" and names(counter) == ["Wool coat"]


def test_a_card_shows_every_place_and_an_unknown_number_is_never_zero(counter: Counter) -> None:
    counter.till.lookup.choose("p-milk")
    rows = counter.till.lookup.state.rows
    assert rows[0].own and rows[0].level is not None and rows[0].level.available == 9_000
    unknown = [r for r in rows if r.known is Known.UNKNOWN]
    assert [r.location.id for r in unknown] == ["store-far"] and unknown[0].level is None


def test_a_scan_shows_its_card_and_adds_nothing(counter: Counter) -> None:
    counter.scan("p-tea")
    card = counter.till.lookup.state.card
    assert card is not None and card.id == "p-tea" and counter.lines == {}


def test_an_unknown_scan_is_answered_f52(counter: Counter) -> None:
    counter.till.scanned("4006381333931")
    assert counter.said.startswith("This code is not ours")
    counter.till.scanned(CODES["p-tea"][:-1] + "0" if CODES["p-tea"][-1] != "0" else CODES["p-tea"][:-1] + "1")
    assert counter.said.startswith("The code was misread")
    counter.till.scanned("STF2:TWGSLK/-4F5936W")
    assert counter.said.startswith("This pass is for an order")


def test_adding_goes_back_to_the_sale_with_it(counter: Counter) -> None:
    counter.till.lookup.choose("p-tea")
    counter.till.lookup.add()
    assert counter.till.place == "sale" and counter.lines == {"p-tea": 1000}


def test_an_article_without_a_price_can_not_be_added(counter: Counter) -> None:
    counter.till.lookup.choose("p-unpriced")
    counter.till.lookup.add()
    assert counter.till.place == "lookup" and counter.lines == {}


def test_an_own_sale_is_off_the_number_at_once(counter: Counter) -> None:
    counter.till.lookup.choose("p-tea")
    before = counter.till.lookup.state.rows[0].level
    counter.till.lookup.add()
    counter.till.sale.pay()
    counter.till.payment.quick(counter.till.payment.state.cash_due)
    counter.till.payment.cash_received()
    counter.till.next_customer()
    counter.till.find()
    counter.till.lookup.choose("p-tea")
    after = counter.till.lookup.state.rows[0].level
    assert before is not None and after is not None and after.available == before.available - 1000


def test_a_change_of_stock_reaches_the_open_card_without_a_touch(counter: Counter) -> None:
    import sqlite3

    from sync.local import files

    counter.till.lookup.choose("p-tea")
    replica = sqlite3.connect(files.current(counter.home))
    with replica:
        replica.execute("UPDATE stock SET on_hand = 42000 WHERE product = 'p-tea' AND location = 'store-near'")
    replica.close()
    counter.terminal.notice(frozenset({"stock"}))
    counter.terminal.pump()
    near = next(r for r in counter.till.lookup.state.rows if r.location.id == "store-near")
    assert near.level is not None and near.level.on_hand == 42_000
