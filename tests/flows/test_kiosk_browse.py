"""Find: search as you type, departments, and scrolling through everything."""

import pytest

from kiosk.browse.flow import PAGE
from pos.ui.i18n import set_language
from sync.domain.search import terms
from tests.flows.kiosk import Store
from tests.local.fixture import OWN

ARTICLE = "INSERT INTO product VALUES (?, ?, ?, 'home', 'pcs', 1200, '', 'sand', ?, '{}', '{}', 0, ?, 0, 1)"


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path)
    made.visit.find()
    yield made
    set_language("en")
    made.desk.stop()


def names(store: Store) -> list[str]:
    return [card.name for card in store.visit.browse.state.cards]


def test_before_anything_is_typed_the_popular_goods_are_there(store):
    assert names(store)[:2] == ["Milk 1 l", "Kefir"]
    assert store.visit.browse.state.summary == "What people look for here"


@pytest.mark.parametrize("query", ["coat", "шерст", "пальто", "пальт", "100010", "COAT wool", "პალტო"])
def test_search_finds_by_any_part_in_any_language_and_by_number(store, query):
    store.visit.browse.typed(query)
    assert names(store) == ["Wool coat"]
    assert store.visit.browse.state.summary == "1 product"


def test_departments_say_how_much_of_a_search_is_in_them(store):
    store.visit.browse.typed("b")
    counts = {shelf.id: shelf.count for shelf in store.visit.browse.state.shelves}
    assert counts["bakery"] == 2
    assert "clothes" not in counts


def test_a_department_narrows_and_the_same_touch_widens_again(store):
    store.visit.browse.choose_department("clothes")
    assert names(store) == ["Wool coat", "Socks"]
    store.visit.browse.choose_department("clothes")
    assert len(names(store)) == 13


def test_nothing_found_is_an_answer(store):
    store.visit.browse.typed("zzzz")
    assert store.visit.browse.state.nothing
    store.visit.browse.typed("")
    assert not store.visit.browse.state.nothing


def test_a_card_says_price_and_what_is_here(store):
    card = store.visit.browse.state.cards[1]
    assert (card.price.unit, card.price.regular, card.here, card.tone) == (58000, 64000, "9 here · A-1", "good")


def test_what_is_not_here_is_said_without_a_number(store):
    store.hub("UPDATE stock SET on_hand = 0 WHERE product = 'p-kefir' AND location = ?", OWN)
    store.visit.changed({"stock"})
    card = store.visit.browse.state.cards[1]
    assert (card.here, card.tone) == ("none here", "quiet")


def test_stock_changes_on_the_cards_without_a_touch_and_nothing_moves(store):
    before, asked = names(store), store.visit.browse.state.asked
    store.hub("UPDATE stock SET on_hand = 4000 WHERE product = 'p-kefir' AND location = ?", OWN)
    store.visit.changed({"stock"})
    assert store.visit.browse.state.cards[1].here == "3 here · A-1"
    assert (names(store), store.visit.browse.state.asked) == (before, asked)


def test_the_language_of_the_cards_follows_a_touch(store):
    store.visit.choose_language("kk")
    assert names(store)[0] == "Сүт 1 л"


def test_scrolling_reaches_every_product_however_many(store):
    for n in range(500):
        row = (n + 100, f"x{n}", f"7{n:05}", f'{{"en": "Thing {n}"}}', terms(f"Thing {n}"))
        store.hub(ARTICLE, *row)
    store.visit.changed({"catalogue"})
    browse = store.visit.browse
    for _page in range(20):
        browse.seen(len(browse.state.cards) - 1)
    assert len(names(store)) == 513
    assert len(set(names(store))) == 513
    assert not browse.state.more


def test_scrolling_a_search_reaches_everything_it_found(store):
    for n in range(200):
        row = (n + 100, f"x{n}", f"7{n:05}", f'{{"en": "Thing {n}"}}', terms(f"Thing {n}"))
        store.hub(ARTICLE, *row)
    store.hub("INSERT INTO search(search) VALUES ('rebuild')")
    browse = store.visit.browse
    browse.typed("thing")
    assert len(names(store)) == PAGE and browse.state.more
    for _page in range(8):
        browse.seen(len(browse.state.cards) - 1)
    assert sorted(names(store)) == sorted(f"Thing {n}" for n in range(200))
    assert not browse.state.more and browse.state.summary == "200 products"


def test_a_page_is_asked_for_once_however_often_its_rows_are_seen(store):
    for n in range(200):
        store.hub(
            "INSERT INTO product VALUES (?, ?, ?, 'home', 'pcs', 1200, '', 'sand', '{}', '{}', '{}', 0, '', 0, 1)",
            n + 100, f"x{n}", f"7{n:05}",
        )  # fmt: skip
    store.visit.changed({"catalogue"})
    store.visit.browse.seen(0)
    assert len(store.visit.browse.state.cards) == PAGE
