"""The signed pass of a receipt: what it says, how short it is, and that nobody changes a letter of it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.domain import codes
from sync.domain.orders import Purchase
from sync.domain.passes import DAY_MS, LONGEST_LIFE_MS, SKEW_MS, Answer, Pass, carried
from sync.domain.receipts import Signer, SoldAs, check_receipt, of_signer, purchase_of_sale
from sync.protocol import base45
from sync.protocol.operations import SaleLine, SaleTender
from sync.protocol.passes import LONGEST_TEXT, BadPass, TooLarge, kid_of, public_of
from sync.protocol.receipts import read, write
from tests.domain.passes import NOW, OTHER_SEED, RETAILER, SEED

TILL = Signer(kid_of(bytes.fromhex(public_of(SEED))), "till-1", "store-1", public_of(SEED))
SALE = "0123456789abcdef0123456789abcdef"


def sale(lines: int = 3, *, product: str = "p-{n:06}", days: int = 14, **more: Any) -> Purchase:
    """A sale of that many lines, the second weighed, paid by card and in cash with change."""
    sold = [
        SaleLine(
            product.format(n=n), f"1{n:05}", f"Goods {n}", 640 if n == 2 else 1000 * n, 0, 1_990_00 + n, 1200, 213_21,
            "kg" if n == 2 else "pcs",
        )
        for n in range(1, lines + 1)
    ]  # fmt: skip
    total = sum(line.amount for line in sold)
    tenders = [SaleTender("card", total - 5000, "a-1", "ref", "**** 4242"), SaleTender("cash", 20_000)]
    said = SoldAs(SALE, "7K3M2P-184", "store-1", "KZT", NOW + 123, 15_000, True, "ru", days)
    return replace(purchase_of_sale(said, sold, tenders), **more)


def said_by(bought: Purchase, seed: bytes = SEED) -> Pass:
    return read(write(bought, seed, RETAILER)).says()


def bare(bought: Purchase) -> Purchase:
    """What of a purchase its pass says: no names, no references, whole seconds."""
    return replace(carried(bought, len(bought.lines)), received_at=carried(bought).at)


def test_f34_a_receipt_says_what_was_bought_and_what_stayed_of_each_tender() -> None:
    says = said_by(sale())
    assert says.purchase == bare(sale())
    assert [(p.id, p.kind.value, p.amount) for p in says.purchase.paid] == [("1", "card", 592_006), ("2", "cash", 5000)]
    assert (says.purchase.id, says.purchase.number) == (f"sale:{SALE}", "7K3M2P-184")
    assert (says.retailer, says.issued, says.whole) == (RETAILER, NOW, True)


def test_the_same_sale_has_the_same_pass_so_that_a_copy_carries_no_other() -> None:
    assert write(sale(), SEED, RETAILER) == write(sale(), SEED, RETAILER)


@pytest.mark.parametrize("days", [0, 1, 14, 30, 400])
def test_its_deadline_is_that_of_the_sale(days: int) -> None:
    says = said_by(sale(days=days))
    until = NOW + 123 + days * DAY_MS if days else None
    assert {line.until for line in says.purchase.lines} == {until and until - 123 + 1000}
    assert says.expires <= NOW + LONGEST_LIFE_MS


@pytest.mark.parametrize(
    "product", ["f47ac10b-58cc-4372-a567-0e02b2c3d{n:03}", "f47ac10b58cc4372a5670e02b2c3d{n:03}", "A-" * 13 + "{n:04}"]
)
def test_ten_lines_with_long_ids_fit_into_version_20(product: str) -> None:
    bought = sale(10, product=product)
    assert len(write(bought, SEED, RETAILER)) <= LONGEST_TEXT
    assert said_by(bought).purchase == bare(bought)


def test_24_lines_with_short_ids_fit_and_60_do_not() -> None:
    assert len(write(sale(24), SEED, RETAILER)) <= LONGEST_TEXT
    with pytest.raises(TooLarge):
        write(sale(60), SEED, RETAILER)


def numbered(lines: int, units: int) -> Purchase:
    """A sale whose lines have so many units each, all with numbers."""
    bought = sale(lines)
    serials = [tuple(f"TAU-{n:03}-{u:05}" for u in range(units)) for n in range(lines)]
    named = zip(bought.lines, serials, strict=True)
    return replace(bought, lines=tuple(replace(line, serials=said) for line, said in named))


def test_the_numbers_of_units_are_proved_with_the_rest() -> None:
    bought = numbered(3, 2)
    assert said_by(bought).purchase == bare(bought)
    one = replace(bought, lines=(bought.lines[0], *sale().lines[1:]))
    assert [line.serials for line in said_by(one).purchase.lines] == [bought.lines[0].serials, (), ()]
    assert len(write(one, SEED, RETAILER)) < len(write(bought, SEED, RETAILER))
    with pytest.raises(TooLarge):  # then the paper has its number alone, and the hub is asked
        write(numbered(3, 20), SEED, RETAILER)


def test_the_paper_of_a_gift_says_so_and_the_receipt_does_not() -> None:
    assert not said_by(sale()).purchase.gift
    given = replace(sale(), gift=True)
    assert said_by(given).purchase == bare(given) and said_by(given).purchase.gift


def test_all_of_it_is_in_the_alphanumeric_mode_of_qr_codes() -> None:
    assert set(write(sale(), SEED, RETAILER)) <= set(base45.ALPHABET)


def test_whoever_reads_no_more_than_its_beginning_has_the_number() -> None:
    text = write(sale(), SEED, RETAILER)
    for whole in (text, text[:40], "STF3:7K3M2P-184"):
        code = codes.read(f" {whole}\r\n")
        assert (code.kind, code.key, code.label) == (codes.Kind.RECEIPT, "7K3M2P-184", "7K3M2P-184")
        assert code.sealed == whole
    assert codes.read("STF1:7K3M2P-184").sealed == ""


def test_a_changed_number_or_letter_is_seen() -> None:
    text = write(sale(), SEED, RETAILER)
    assert read(text).signed_by(TILL.public)
    assert not read(text.replace("-184:", "-185:")).signed_by(TILL.public)
    sealed = base45.decode(text.split(":", 2)[2])
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        try:
            shown = read(f"STF3:7K3M2P-184:{base45.encode(changed)}")
        except BadPass:
            continue
        assert shown.kid != TILL.kid or not shown.signed_by(TILL.public)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_f52_any_text_at_all_is_read_or_is_a_bad_pass(text: str) -> None:
    for said in (text, f"STF3:{text}", f"STF3:A-1:{text}"):
        try:
            read(said).says()
        except BadPass:
            continue


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_f52_any_bytes_at_all_are_read_or_are_a_bad_pass(raw: bytes) -> None:
    with pytest.raises(BadPass):
        read(f"STF3:A-1:{base45.encode(raw)}").says()


amounts = st.integers(0, 10**10)
line = st.builds(
    SaleLine,
    product=st.text("abcdef-0123456789", min_size=1, max_size=20),
    sku=st.just("x"),
    name=st.just("x"),
    quantity=st.integers(1, 10**9),
    unit_price=amounts,
    amount=amounts,
    vat_rate=st.sampled_from([0, 500, 1200, 2000]),
    vat=st.just(0),
    unit=st.sampled_from(["pcs", "kg"]),
)
tender = st.builds(
    SaleTender, kind=st.sampled_from(["cash", "card", "gift_card", "store_credit", "exchange"]), amount=amounts,
    masked=st.sampled_from(["", "**** 4242"]),
)  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(line, min_size=1, max_size=8), st.lists(tender, max_size=4), amounts, st.booleans(), st.integers(0, 400)
)
def test_whatever_was_sold_is_read_as_it_was_written(
    lines: list[SaleLine], tenders: list[SaleTender], change: int, included: bool, days: int
) -> None:
    said = SoldAs("s-1", "AB12CD-7", "store-1", "KZT", NOW + 5, change, included, "", days)
    bought = purchase_of_sale(said, lines, tenders)
    assert said_by(bought).purchase == bare(bought)


def test_each_thing_that_is_wrong_with_a_receipt_has_its_own_answer() -> None:
    shown = said_by(sale())

    def answer(shown: Pass | None = shown, signer: Signer | None = TILL, **how: Any) -> Answer:
        return check_receipt(shown, signer, **{"now": NOW, "retailer": RETAILER, "used": False} | how)

    assert answer() is Answer.OK
    assert answer(signer=None) is Answer.FOREIGN
    assert answer(None) is Answer.ALTERED
    assert answer(retailer="another") is Answer.FOREIGN
    assert answer(replace(shown, purchase=sale(id="web:1"))) is Answer.FOREIGN, "a till signs sales alone"
    assert answer(signer=replace(TILL, revoked=True)) is Answer.REVOKED
    assert answer(signer=replace(TILL, end=NOW - SKEW_MS - 1)) is Answer.REVOKED, "signed after its key's end"
    assert answer(signer=replace(TILL, end=NOW), now=NOW + DAY_MS) is Answer.OK, "signed before it"
    assert answer(now=NOW - SKEW_MS - 1) is Answer.NOT_YET
    assert answer(now=shown.expires + SKEW_MS + 1) is Answer.EXPIRED
    assert answer(used=True) is Answer.USED
    assert read(write(sale(), OTHER_SEED, RETAILER)).kid != TILL.kid


def test_a_till_signs_away_the_rights_of_its_own_store_alone() -> None:
    assert of_signer(sale(), TILL).location == "store-1"
    assert of_signer(sale(location="store-2"), TILL).location == ""
