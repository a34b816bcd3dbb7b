"""What GS1 codes, scales' labels and cards say, and what is wrong with them; nothing raises or takes long (F52)."""

import time
from dataclasses import replace
from datetime import datetime

import biip
import pytest
from biip.rcn import RcnRegion
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.domain.check_digits import check_digit, gtin14
from sync.domain.code_rules import PRESETS, CodeRules, WrongTemplate, code_rules, template
from sync.domain.codes import LONGEST, Code, Fault, Kind, numbered, read
from sync.domain.gs1 import Said
from sync.domain.labelled import Measured, price_on, weighed
from sync.domain.pricing import Line, price_cart
from sync.domain.sales import Policy, Refused, SaleRefusal, Sold, Tender, TenderKind, decide_sale

MILK = "04870000000012"
GS = "\x1d"
BOOTS = f"01{MILK}215ABcd-e/fGh01{GS}91EE06{GS}92{'k7+/' * 11}"
"""A marking code of most goods: serial of 13, key and signature."""
DAIRY = f"01{MILK}215x!9Kq{GS}93AbC1"
TOBACCO = f"{MILK}Ab3dE!7Ac0qX9zT"
RULES = code_rules(
    {
        "scale_labels": ["KZ", "27IIIIPPPPppC"],
        "badge_prefixes": "STAFF-",
        "loyalty_prefixes": "99,9930",
        "gift_card_prefixes": ["GC"],
    }
)


def ean(body: str) -> str:
    return body + check_digit(body)


@pytest.mark.parametrize("raw", [BOOTS, DAIRY, TOBACCO, f"]d2{BOOTS}", f"{GS}{DAIRY}", f"]C1{DAIRY}\r\n"])
def test_a_marking_code_is_its_article_and_its_unit_and_stays_as_it_was_read(raw: str) -> None:
    code = read(raw)
    assert (code.kind, code.key, code.said.marked, code.raw) == (Kind.GTIN, MILK, True, raw)
    assert code.said.serial in ("5ABcd-e/fGh01", "5x!9Kq", "Ab3dE!7")


def test_the_separator_may_be_shown_by_a_sign_in_its_place() -> None:
    for sign in ("\u241d", "<GS>", "{gs}"):
        for text in (DAIRY, f"]d2{DAIRY}"):
            code = read(text.replace(GS, sign))
            assert (code.key, code.said.serial, code.said.marked) == (MILK, "5x!9Kq", True)


@pytest.mark.parametrize("raw", [BOOTS, DAIRY, f"01{MILK}21SERIAL-OF-13-93Ab+C", f"01{MILK}21abcDEF793qX9z"])
def test_swallowed_separators_are_named_and_no_serial_is_believed(raw: str) -> None:
    for text in (raw.replace(GS, ""), f"]d2{raw.replace(GS, '')}"):
        assert (read(text).kind, read(text).fault) == (Kind.OTHER, Fault.SEPARATORS), text
        assert numbered(text) is None


@pytest.mark.parametrize("serial", ["SN-0009", "1234567893123", "0123456789093123456", "A" * 20])
def test_a_plain_serial_is_nobodys_swallowed_separator(serial: str) -> None:
    assert numbered(f"01{MILK}21{serial}") == (MILK, serial)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (f"]d201{MILK[:-1]}317250119", Fault.CHECK),
        (f"]d201{MILK}1725", Fault.HALF_READ),
        (f"]C101{MILK[:9]}", Fault.HALF_READ),
        ("]C1" + "5" * 9, Fault.UNKNOWN_FIELD),
        (f"]d201{MILK}\u0416", Fault.HALF_READ),
        ("]C110LOT-7", Fault.NO_ARTICLE),
        (f"]d201{MILK}5Z\x00{GS}21SN-1", Fault.HALF_READ),
        (f"]d201{MILK}10{'L' * 24}", Fault.SEPARATORS),
        ("НЩМУ21АБ", Fault.LAYOUT),
        ("4870000\ufffd012", Fault.HALF_READ),
    ],
)
def test_damaged_codes_say_what_is_wrong_with_them(raw: str, fault: Fault) -> None:
    code = read(raw)
    assert code.fault is fault
    assert code.kind is (Kind.BAD_CHECK if fault is Fault.CHECK else Kind.OTHER)


def test_a_field_that_a_later_table_has_is_passed_over_where_it_ends_for_sure() -> None:
    assert read(f"]d201{MILK}5Z9{GS}21SN-1").said.serial == "SN-1"


@pytest.mark.parametrize(
    "raw",
    [
        f"https://id.gs1.org/01/{MILK}/21/SN-1?17=261231",
        f"http://dala.kz/shop/p/01/{MILK[1:]}/21/SN-1?17=261231&utm=7",
        f"]Q3https://x.example/01/{MILK}/21/SN-1?17=261231",
        f"(01){MILK} (21)SN-1 (17)261231",
        f"]e001{MILK}1726123121SN-1",
    ],
)
def test_links_databar_and_what_is_printed_below_it_say_the_same(raw: str) -> None:
    code = read(raw)
    assert (code.kind, code.key, code.said.serial) == (Kind.GTIN, MILK, "SN-1")
    assert code.said.expired == datetime(2027, 1, 1)


def test_an_address_without_an_article_is_none() -> None:
    assert read("https://dala.kz/p/7") == Code(Kind.OTHER, "https://dala.kz/p/7", "https://dala.kz/p/7")


@pytest.mark.parametrize(
    ("fields", "over"),
    [("17260200", datetime(2026, 3, 1)), ("7003260228", None), ("70032602281430", datetime(2026, 2, 28, 14, 30))],
)
def test_dates_are_the_first_moment_at_which_they_have_passed(fields: str, over: datetime | None) -> None:
    assert read(f"]d201{MILK}{fields}").said.expired == over


def test_weight_price_and_count_stand_on_gs1_labels() -> None:
    said = read(f"]e001{MILK}310300064039220051{GS}3012").said
    assert (said.milli, said.price, said.places, said.pieces) == (640, 51, 2, 12)
    foreign = read(f"]e001{MILK}3932978{GS}").said
    assert foreign.price == 0, "a price without digits is none"
    assert price_on(read(f"]e001{MILK}393239800512").said, "KZT") == 512
    assert price_on(read(f"]e001{MILK}393297800512").said, "KZT") == 0, "euros are no tenge"


def test_a_price_sells_what_it_buys_and_costs_what_stands_there() -> None:
    assert weighed(Said(price=41800, places=2), 79900, "KZT") == Measured(523, 41800)
    assert weighed(Said(milli=500), 79900, "KZT") == Measured(500)
    assert weighed(Said(milli=500, price=39950, places=2), 79900, "KZT") == Measured(500), (
        "times the price it is the same"
    )
    assert weighed(Said(milli=500, price=400, places=0), 79900, "KZT") == Measured(500, 40000)
    for nothing in (Said(), Said(milli=100_000), Said(price=5)):
        assert weighed(nothing, 0, "KZT") is None


def test_a_labels_price_is_the_amount_of_its_line_and_never_below_nothing() -> None:
    line = Line("p-1", 523, 79900, 1200, labelled=41800)
    assert price_cart([line]).total == 41800
    assert isinstance(decide_sale([line], [Tender(TenderKind.CARD, 41800)], Policy()), Sold)
    with pytest.raises(ValueError, match="negative"):
        price_cart([replace(line, labelled=-1)])
    assert decide_sale([replace(line, labelled=-1)], [], Policy()) == Refused(SaleRefusal.BAD_LINE)


@given(st.integers(1, 10**8), st.integers(1, 10**7))
def test_the_quantity_of_a_price_is_the_nearest_gram(price: int, unit: int) -> None:
    sold = weighed(Said(price=price, places=2), unit, "KZT")
    if sold is not None:
        assert abs(sold.quantity * unit - price * 1000) * 2 <= unit
        assert sold.amount in (None, price)


def test_a_label_of_the_stores_scale_says_item_and_weight() -> None:
    code = read(ean("220012300640"), RULES)
    assert (code.kind, code.said.item, code.said.milli) == (Kind.GTIN, "00123", 640)
    assert code.said.base == "0" + ean("220012300000")
    assert (read(ean("270123041850"), RULES).said.price, read(ean("220012300640")).said.item) == (41850, "")
    assert read(ean("220000000640"), RULES).said.item == "", "no item has number nothing"
    assert read("2200123006409", RULES).kind is Kind.BAD_CHECK


def test_a_upc_is_the_same_label_however_the_scanner_gives_it() -> None:
    rules = code_rules({"scale_labels": "2IIIIIVPPppC"})
    body = "200123" + "9" + "2875"
    assert [read(text, rules).said.price for text in (ean(body), "0" + ean(body))] == [2875, 2875]
    assert read(ean("200123" + "8" + "2875"), rules).kind is Kind.BAD_CHECK, "the price's own check digit"


@pytest.mark.parametrize("region", [one.value for one in RcnRegion])
@given(data=st.data())
@settings(max_examples=12)
def test_presets_of_gs1_countries_read_as_biip_does(region: str, data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(PRESETS[region.upper()]))
    body = pattern[:2] + data.draw(st.text("0123456789", min_size=10, max_size=10))
    text = ean(body)
    theirs, ours = biip.parse(text, config=biip.ParseConfig(rcn_region=region)), template(pattern).read(text)
    if theirs.gtin is None or not isinstance(ours, Said):
        assert theirs.gtin is None or ours is None, "the price's check digit; an item of zeros is none of ours"
        return
    assert theirs.gtin.item_reference == ours.item
    assert theirs.gtin.weight is None or int(theirs.gtin.weight * 1000) == ours.milli
    assert theirs.gtin.count is None or theirs.gtin.count == ours.pieces
    assert theirs.gtin.price is None or int(theirs.gtin.price * 10**ours.places) == ours.price
    assert gtin14(theirs.gtin.without_variable_measure().value) == ours.base


@pytest.mark.parametrize(
    "pattern",
    ["", "IIIIIWWWWWC", "22IIIIIC", "22IIIIIWWWWWW", "22IWPC0000000", "22IIIIVWWC", "22IIIIIwwWWWC", "2" * 40],
)
def test_a_wrong_template_is_named_and_left_out(pattern: str) -> None:
    with pytest.raises(WrongTemplate):
        template(pattern)
    rules = code_rules({"scale_labels": [pattern or "?", "GB"]})
    assert len(rules.templates) == 1 and len(rules.wrong) == 1


@given(st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text() | st.integers() | st.none())), st.text())
def test_any_setting_is_read(value: object, text: str) -> None:
    keys = ("scale_labels", "badge_prefixes", "loyalty_prefixes", "gift_card_prefixes")
    rules = code_rules(dict.fromkeys(keys, value))
    assert isinstance(rules, CodeRules) and read(text, rules).raw == text


def test_cards_are_known_by_the_longest_prefix_and_are_no_articles() -> None:
    assert read("STAFF-s-aliya", RULES) == Code(Kind.BADGE, "s-aliya", "STAFF-s-aliya")
    assert read("9930123", RULES) == Code(Kind.LOYALTY, "123", "9930123")
    assert read("GC7", RULES).kind is Kind.GIFT_CARD and read("GC", RULES).kind is Kind.OTHER
    assert read("STF1:99", RULES).kind is Kind.RECEIPT


AIS = st.sampled_from(
    ["01" + MILK, "21", "10", "17", "3103", "3929", "3939", "91", "92", "93", "30", "7003", "00", "8005", GS, "(", ")"]
)
NOISE = st.text(st.characters(codec="utf-8"), max_size=30) | st.text("0123456789\x1d()AZaz-/", max_size=30)


@given(
    st.sampled_from(["", "]d2", "]C1", "]e0", "]Q3", GS, "https://x.kz/01/", "(01)"]),
    st.lists(AIS | NOISE, max_size=30),
)
@settings(max_examples=300)
@example("]d2", ["01" + MILK, *["3012" + GS] * 200])
@example("https://x.kz/01/", [MILK + "/21/" + "%" * 900])
def test_f52_no_code_raises_and_none_is_changed(head: str, parts: list[str]) -> None:
    raw = head + "".join(parts)
    code = read(raw, RULES)
    assert code.raw == raw and code == read(raw, RULES)
    assert (code.kind is not Kind.GTIN) or gtin14(code.key) or code.said.item
    assert len(code.key) <= LONGEST and len(code.label) <= LONGEST


def test_f52_the_worst_text_takes_no_time_that_a_person_sees() -> None:
    worst = [
        f"]d201{MILK}" + f"99Z{GS}" * 400,
        "(01)" * 5000,
        f"]d2{'9' * 10**6}",
        f"http://{'/01/' * 10**5}",
        GS * 10**6,
    ]
    for text in worst:
        read(text, RULES)  # loads what is loaded once
        began = time.process_time()
        read(text, RULES)
        assert time.process_time() - began < 0.5, text[:20]
