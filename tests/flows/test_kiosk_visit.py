"""A shopper's visit: where she goes, and that the next one finds nothing of hers (F55)."""

import pytest

from kiosk.collect.flow import Other
from kiosk.facts import Answer
from kiosk.visit import Rules, Visit
from pos.ui.i18n import language, set_language
from tests.flows.kiosk import CODES, Later, Store
from tests.local.fixture import NOW


def wrong(code: str) -> str:
    """The same number with another check digit."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path)
    yield made
    set_language("en")
    made.desk.stop()


def test_the_resting_screen_shows_goods_that_are_here_with_their_price(store):
    goods = store.visit.attract.state.goods
    assert len(goods) == 5
    assert goods[0].name == "Milk 1 l"
    assert all(g.price.unit for g in goods)
    assert len({g.picture for g in goods}) == 5


def test_goods_that_ran_out_leave_the_resting_screen_at_once(store):
    store.hub("UPDATE stock SET on_hand = 0 WHERE product = 'p-milk'")
    store.visit.changed({"stock"})
    assert "Milk 1 l" not in {g.name for g in store.visit.attract.state.goods}


def test_an_abandoned_visit_warns_and_then_forgets_everything_f55(store):
    store.visit.choose_language("ru")
    store.visit.find()
    store.visit.browse.typed("молоко")
    store.visit.choose(store.visit.browse.state.cards[0].product)
    store.visit.low_reach()
    store.wait(60)
    assert store.visit.state.warning == 20_000
    store.wait(20)
    state = store.visit.state
    assert (state.place, state.language, state.low_reach, state.warning) == ("attract", "en", False, None)
    assert (store.visit.browse.state.query, store.visit.browse.state.cards) == ("", ())
    assert (store.visit.product.state.product, language()) == ("", "en")


def test_any_touch_during_the_warning_keeps_the_visit(store):
    store.visit.find()
    store.wait(65)
    store.visit.touched()
    assert store.visit.state.warning is None
    store.wait(59)
    assert store.visit.state.place == "browse"


def test_a_scan_during_the_warning_keeps_the_visit_and_opens_the_card(store):
    store.visit.find()
    store.wait(65)
    store.visit.scanned(CODES["milk"])
    assert (store.visit.state.place, store.visit.state.warning) == ("product", None)


def test_a_clock_that_is_set_forward_wipes_nothing(store):
    store.visit.find()
    store.now += 86_400_000
    store.visit.tick()
    assert store.visit.state.place == "browse"


def test_a_language_chosen_on_the_resting_screen_returns_to_the_stores_own(store):
    store.visit.choose_language("ka")
    assert store.visit.attract.state.goods[0].name == "რძე 1 ლ"
    store.wait(60)
    assert store.visit.state.language == "en"
    assert store.visit.attract.state.goods[0].name == "Milk 1 l"


def test_a_late_answer_never_reaches_the_next_shopper_f55(store):
    later = Later(store.local)
    visit = Visit(later, Rules(), lambda: NOW, lambda: 0)
    visit.open()
    later.finish()
    visit.find()
    visit.browse.typed("milk")
    visit.scanned(CODES["coat"])
    visit.forget()
    later.finish()
    assert visit.state.place == "attract"
    assert visit.browse.state.cards == ()
    assert visit.product.state.name == ""


def test_of_two_quick_scans_the_last_one_is_shown(store):
    later = Later(store.local)
    visit = Visit(later, Rules(), lambda: NOW, lambda: 0)
    visit.open()
    visit.scanned(CODES["coat"])
    visit.scanned(CODES["milk"])
    later.finish()
    assert (visit.state.place, visit.product.state.name) == ("product", "Milk 1 l")


def test_a_code_that_is_not_ours_gets_its_own_answer_f15(store):
    store.visit.scanned("4006381333931")
    scan = store.visit.scan.state
    assert (store.visit.state.place, scan.answer, scan.code) == ("scan", Answer.NOT_OURS, "4006 … 931")


def test_a_wrong_check_digit_is_a_misread_and_not_an_unknown_product(store):
    store.visit.scanned(wrong(CODES["milk"]))
    assert store.visit.scan.state.answer is Answer.MISREAD


def test_a_label_with_more_than_its_article_opens_the_card_and_a_half_read_one_is_a_misread(store):
    store.visit.scanned(f"]d201{CODES['milk'].zfill(14)}21SN-1\x1d17200101")
    assert store.visit.product.state.name == "Milk 1 l"
    store.visit.scanned(f"]d201{CODES['milk'].zfill(14)}1720")
    assert store.visit.scan.state.answer is Answer.MISREAD


def test_a_card_is_no_product_and_its_number_is_shown_nowhere(store):
    store.visit.scanned("4930 1122 5813 0004")
    scan = store.visit.scan.state
    assert (scan.answer, scan.code) == (Answer.CARD, "")


def test_a_receipt_and_a_pass_are_known_for_what_they_are(store):
    store.visit.scanned("STF1:T1-17")
    assert store.visit.scan.state.answer is Answer.RECEIPT
    store.visit.scanned("STF2:TWGSLK/-4F5936W")
    no = store.visit.collect.state.no
    assert (store.visit.state.place, no and no.why) == ("collect", Other.NOT_A_PASS)


def test_noise_from_a_scanner_is_answered_and_harms_nothing(store):
    store.visit.scanned("\x00\x1b[2J'; DROP TABLE product;--" + "9" * 4000)
    assert store.visit.scan.state.answer is Answer.NOT_OURS
    assert "\x1b" not in store.visit.scan.state.code


def test_a_number_typed_by_hand_opens_the_card_and_a_typing_slip_can_be_mended(store):
    store.visit.hold_code()
    for digit in wrong(CODES["milk"]):
        store.visit.scan.key(digit)
    store.visit.typed_number()
    assert store.visit.scan.state.answer is Answer.MISREAD
    store.visit.scan.key("delete")
    store.visit.scan.key(CODES["milk"][-1])
    store.visit.typed_number()
    assert store.visit.product.state.name == "Milk 1 l"


def test_back_goes_through_what_was_seen_to_the_resting_screen(store):
    store.visit.find()
    store.visit.browse.typed("e")
    store.visit.choose("p-milk")
    store.visit.scanned(CODES["coat"])
    store.visit.back()
    assert (store.visit.state.place, store.visit.product.state.name) == ("product", "Milk 1 l")
    store.visit.back()
    assert (store.visit.state.place, store.visit.browse.state.query) == ("browse", "e")
    store.visit.back()
    assert (store.visit.state.place, store.visit.browse.state.query) == ("attract", "")


def test_finding_something_else_starts_with_an_empty_search(store):
    store.visit.find()
    store.visit.browse.typed("milk")
    store.visit.choose("p-milk")
    store.visit.find_something_else()
    assert (store.visit.state.place, store.visit.browse.state.query) == ("browse", "")


def test_a_kiosk_without_any_product_rests_quietly(store):
    store.hub("DELETE FROM product")
    store.visit.changed({"catalogue"})
    assert store.visit.attract.state.goods == ()
    store.visit.find()
    assert store.visit.browse.state.nothing
