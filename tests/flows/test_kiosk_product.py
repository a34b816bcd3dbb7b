"""The product card: what a shopper reads after a scan."""

import pytest

from kiosk.facts import opening
from pos.ui.i18n import money, set_language
from sync.domain.catalogue import Location, LocationKind
from sync.local.queries import Settings
from tests.flows.kiosk import CODES, Store
from tests.local.fixture import NOW, OWN


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path)
    yield made
    set_language("en")
    made.desk.stop()


def test_a_scan_opens_the_card_with_price_and_every_place(store):
    store.visit.scanned(CODES["milk"])
    card = store.visit.product.state
    assert store.visit.state.place == "product"
    assert (card.name, card.number, money(card.price.unit, "KZT")) == ("Milk 1 l", "100001", "620\u00a0₸")
    assert [place.location for place in card.places] == [OWN, "store-near", "store-far", "wh-1", "online"]
    assert card.chosen == OWN


def test_a_place_that_nothing_is_known_of_shows_a_dash_and_never_zero(store):
    store.visit.scanned(CODES["milk"])
    far = store.visit.product.state.places[2]
    assert (far.number, far.mark, far.age) == ("—", "unknown", "not now")


def test_an_empty_shelf_shows_zero_and_its_row_stays(store):
    store.hub("UPDATE stock SET on_hand = reserved WHERE location = ?", OWN)
    store.visit.scanned(CODES["milk"])
    own = store.visit.product.state.places[0]
    assert (own.number, own.none, own.line) == ("0", True, "None on the shelf now")


def test_a_change_at_the_hub_is_on_the_card_without_a_touch(store):
    store.visit.scanned(CODES["milk"])
    assert store.places()["store-near"] == "9"
    store.hub("UPDATE stock SET on_hand = 3000 WHERE location = 'store-near' AND product = 'p-milk'")
    store.hub("UPDATE price SET unit = 59900 WHERE product = 'p-milk'")
    store.visit.changed(frozenset({"stock"}))
    assert store.places()["store-near"] == "2"
    assert store.visit.product.state.price.unit == 59900


def test_a_product_that_leaves_the_catalogue_says_so_on_its_card(store):
    store.visit.scanned(CODES["milk"])
    store.hub("DELETE FROM product WHERE id = 'p-milk'")
    store.visit.changed({"catalogue"})
    assert store.visit.product.state.gone
    assert not store.visit.product.state.places


def test_a_struck_price_says_how_much_it_is_less(store):
    store.visit.scanned(CODES["coat"])
    price = store.visit.product.state.price
    assert (price.struck, price.label) == ("59\u202f990\u00a0₸", "23 % off")


def test_the_label_of_the_price_list_comes_before_our_own(store):
    store.hub("""UPDATE price SET label = '{"en": "Till Sunday", "ru": "До воскресенья"}' WHERE product = 'p-coat'""")
    store.visit.choose_language("ru")
    store.visit.scanned(CODES["coat"])
    assert store.visit.product.state.price.label == "До воскресенья"


def test_a_price_list_without_vat_still_shows_the_price_with_it(store):
    store.hub("UPDATE setting SET value = 'false' WHERE key = 'vat_included'")
    store.visit.scanned(CODES["milk"])
    price = store.visit.product.state.price
    assert (price.unit, price.vat) == (62000 + 7440, "with 12 % VAT")


def test_a_product_without_a_price_is_not_for_sale_here_and_not_free(store):
    store.visit.choose("p-unpriced")
    price = store.visit.product.state.price
    assert (price.unit, price.label) == (None, "Not for sale in this store")


def test_weighed_goods_say_the_price_of_a_kilogram(store):
    store.visit.scanned(CODES["apple"])
    assert store.visit.product.state.price.vat.startswith("for 1 kg")


def test_the_age_grows_on_the_card_and_turns_into_a_time(store):
    store.visit.scanned(CODES["milk"])
    near = lambda: store.visit.product.state.places[1]  # noqa: E731
    assert (near().mark, near().age) == ("fresh", "just now")
    store.visit.rules = type(store.visit.rules)(idle=10**9)
    store.wait(125)
    assert near().age == "2 min ago"


def test_offline_every_number_is_a_copy_with_its_time(tmp_path):
    store = Store(tmp_path, online=False)
    store.visit.scanned(CODES["milk"])
    own = store.visit.product.state.places[0]
    assert (own.mark, own.age) == ("copy", "as of 13:53")
    assert store.visit.product.state.happened.icon == "wifi-off"
    assert (store.visit.state.light.state, store.visit.state.light.since) == ("offline", "13:53")
    store.desk.stop()


def test_distance_hours_and_the_last_one_stand_in_a_row(store):
    store.hub("UPDATE stock SET on_hand = 2000 WHERE location = 'store-near' AND product = 'p-milk'")
    store.visit.scanned(CODES["milk"])
    assert store.visit.product.state.places[1].line == "2.4 km · open until 21:00 · last one"


@pytest.mark.parametrize(
    ("opens", "closes", "hour", "says"),
    [
        ("09:00", "21:00", 14, "open until 21:00"),
        ("09:00", "21:00", 21, "opens at 09:00"),
        ("09:00", "21:00", 8, "opens at 09:00"),
        ("18:00", "02:00", 1, "open until 02:00"),
        ("18:00", "02:00", 12, "opens at 18:00"),
        ("", "", 12, ""),
    ],
)
def test_opening_hours_are_those_of_the_retailers_clock(opens, closes, hour, says):
    place = Location("x", LocationKind.STORE, {"en": "X"}, opens=opens, closes=closes)
    midnight = NOW - NOW % 86_400_000
    assert opening(place, Settings(timezone="Asia/Almaty"), midnight + (hour - 5) * 3_600_000) == says


def test_more_than_forty_elsewhere_is_forty_plus_and_here_it_is_counted(store):
    store.hub("UPDATE stock SET on_hand = 80000, reserved = 0 WHERE product = 'p-milk'")
    store.visit.scanned(CODES["milk"])
    assert (store.places()[OWN], store.places()["wh-1"]) == ("80", "40+")
