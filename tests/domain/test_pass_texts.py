"""How a pass is written: by the standards, small enough for its QR code, and safe to read whatever is shown (F52)."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import qrcode  # type: ignore[import-untyped]
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from qrcode.util import MODE_ALPHA_NUM, QRData  # type: ignore[import-untyped]

from sync.domain import codes
from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase
from sync.domain.passes import Pass, Purpose, carried
from sync.protocol import base45, cbor, passes
from sync.protocol.passes import LONGEST_TEXT, BadPass, TooLarge, read, write
from tests.domain.passes import NOW, OTHER_SEED, SEED, bought, key_of, pass_of, text_of

PUBLIC = key_of().public
README = Path(__file__).resolve().parents[2] / "sync" / "README.md"

# --- base45 (RFC 9285, sections 4.3 and 4.4) -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "text"),
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0"), (b"", "")],
)
def test_base45_is_that_of_the_standard(raw: bytes, text: str) -> None:
    assert base45.encode(raw) == text
    assert base45.decode(text) == raw


@settings(deadline=None)
@given(st.binary(max_size=700))
def test_every_bytes_come_back_from_base45(raw: bytes) -> None:
    assert base45.decode(base45.encode(raw)) == raw


@settings(deadline=None)
@given(st.text(base45.ALPHABET + "a_\u00e9", max_size=60))
def test_a_text_of_base45_has_one_meaning_or_none(text: str) -> None:
    try:
        raw = base45.decode(text)
    except ValueError:
        return
    assert base45.encode(raw) == text


@pytest.mark.parametrize("text", ["A", "AAAA", "GGW", ":::", "::", "ab8", "BB8\n"])
def test_what_is_no_base45_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base45"):
        base45.decode(text)


# --- CBOR (RFC 8949, appendix A) -------------------------------------------------------------------------------------

ITEMS = st.recursive(
    st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(-(2**64), 2**64 - 1), inner, max_size=4),
    max_leaves=12,
)


def depth(item: Any) -> int:
    inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


@pytest.mark.parametrize(
    ("item", "written"),
    [
        (0, "00"), (23, "17"), (24, "1818"), (100, "1864"), (1000, "1903e8"), (1_000_000, "1a000f4240"),
        (1_000_000_000_000, "1b000000e8d4a51000"), (2**64 - 1, "1bffffffffffffffff"), (-1, "20"), (-100, "3863"),
        (-1000, "3903e7"), (-(2**64), "3bffffffffffffffff"), (b"", "40"), (b"\1\2\3\4", "4401020304"), ("", "60"),
        ("IETF", "6449455446"), ("\u00fc", "62c3bc"), ("\u6c34", "63e6b0b4"), ([], "80"), ({}, "a0"),
        ([1, [2, 3], [4, 5]], "8301820203820405"), ({1: 2, 3: 4}, "a201020304"),
        (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ],
)  # fmt: skip
def test_cbor_is_that_of_the_standard(item: Any, written: str) -> None:
    assert cbor.dumps(item).hex() == written
    assert cbor.loads(bytes.fromhex(written)) == item


@settings(deadline=None)
@given(ITEMS.filter(lambda item: depth(item) <= cbor.DEEPEST))
def test_every_item_comes_back_from_cbor(item: Any) -> None:
    assert cbor.loads(cbor.dumps(item)) == item


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_bytes_are_the_one_way_to_write_their_item_or_are_not_read(raw: bytes) -> None:
    try:
        item = cbor.loads(raw)
    except cbor.BadCbor:
        return
    assert cbor.dumps(item) == raw


@pytest.mark.parametrize(
    ("why", "raw"),
    [
        ("nothing", ""), ("two items", "0000"), ("cut off", "1903"), ("a text that is cut off", "6449"),
        ("a length of exabytes", "5bffffffffffffffff"), ("a list of billions", "9affffffff"), ("not shortest", "1817"),
        ("not shortest", "190018"), ("indefinite bytes", "5f42010243030405ff"), ("indefinite list", "9fff"),
        ("indefinite map", "bfff"), ("a tag", "c074323031332d30332d32315432303a30343a30305a"), ("a big number", "c249"
         "010000000000000000"), ("a float", "f90000"), ("a double", "fb3ff199999999999a"), ("true", "f5"),
        ("null", "f6"), ("keys out of order", "a203040102"), ("a key twice", "a201020103"),
        ("a word as key", "a1616101"), ("no UTF-8", "61ff"), ("a surrogate", "63eda080"), ("too deep", "81" * 7 + "00"),
        ("very deep", "81" * 400), ("reserved", "1c"), ("reserved", "fc"),
    ],
)  # fmt: skip
def test_what_passes_do_not_need_is_not_read(why: str, raw: str) -> None:
    with pytest.raises(cbor.BadCbor):
        cbor.loads(bytes.fromhex(raw))


def test_an_integer_that_is_too_large_is_not_written() -> None:
    with pytest.raises(OverflowError):
        cbor.dumps(2**64)


# --- COSE (RFC 9052) -------------------------------------------------------------------------------------------------


def test_a_signature_is_checked_as_the_cose_working_groups_example_wants_it() -> None:
    """Sign1 with EdDSA over "This is the content.", from the working group's examples (eddsa-examples/eddsa-sig-01)."""
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    signature = (
        "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb87"
        "11497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d"
    )
    example = passes.Sealed("", bytes.fromhex("a201270300"), b"This is the content.", bytes.fromhex(signature))
    assert example.signed_by(public)
    assert not replace(example, payload=b"This is the contents").signed_by(public)
    assert not replace(example, protected=bytes.fromhex("a0")).signed_by(public)
    assert not example.signed_by(PUBLIC)


# --- whole passes ----------------------------------------------------------------------------------------------------

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=12)
AMOUNTS = st.integers(0, 2**53)
SECONDS = st.integers(1, 2**40).map(lambda s: s * 1000)
LINES = st.builds(
    BoughtLine,
    id=WORDS, product=WORDS, sku=st.just(""), name=st.just(""), quantity=st.integers(1, 10**9), amount=AMOUNTS,
    vat_rate=st.integers(0, 10_000), vat=st.just(0), unit=st.sampled_from(["pcs", "kg"]), returned=AMOUNTS,
    refunded=AMOUNTS, until=st.none() | SECONDS, returnable=st.booleans(),
)  # fmt: skip
TENDERS = st.builds(Paid, id=WORDS, kind=st.sampled_from(PaidBy), amount=AMOUNTS, refunded=AMOUNTS, masked=WORDS)
PURCHASES = st.builds(
    Purchase,
    id=st.builds("{}:{}".format, WORDS, WORDS) | WORDS, number=WORDS, channel=WORDS, location=WORDS | st.just(""),
    currency=st.sampled_from(["KZT", "EUR"]), at=SECONDS, received_at=st.none() | SECONDS,
    lines=st.lists(LINES, max_size=3).map(tuple), paid=st.lists(TENDERS, max_size=3).map(tuple),
    vat_included=st.booleans(), language=st.sampled_from(["", "kk"]),
)  # fmt: skip
PASSES = st.builds(
    Pass,
    kid=st.just(key_of().kid), retailer=WORDS, serial=st.binary(min_size=1, max_size=8).map(bytes.hex),
    purpose=st.sampled_from(Purpose), issued=SECONDS, expires=SECONDS, purchase=PURCHASES.map(carried),
    whole=st.booleans(),
)  # fmt: skip


@settings(deadline=None)
@given(PASSES)
def test_every_pass_comes_back_as_it_was_given(shown: Pass) -> None:
    sealed = read(write(shown, SEED))
    assert sealed.signed_by(PUBLIC)
    assert sealed.says() == shown


def test_what_is_as_usual_takes_no_room() -> None:
    order = bought(1)
    usual = replace(order, lines=(replace(order.lines[0], quantity=1000, until=pass_of().expires),))
    assert len(text_of(pass_of(usual))) < len(text_of(pass_of(order)))
    assert read(text_of(pass_of(usual))).says().purchase == carried(usual)


def test_times_that_are_no_whole_seconds_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="whole seconds"):
        write(pass_of(issued=NOW + 1), SEED)


def test_ten_lines_fit_into_a_qr_code_of_version_20_at_level_m_and_are_read_from_it() -> None:
    text = text_of(pass_of(bought(10)))
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=3)
    code.add_data(QRData(text.encode(), mode=MODE_ALPHA_NUM))
    code.make(fit=True)
    assert code.version <= 20
    [seen] = zxingcpp.read_barcodes(code.make_image().get_image())
    assert seen.text == text
    assert codes.read(seen.text).kind is codes.Kind.PASS


def test_the_longest_text_is_what_version_20_at_level_m_holds() -> None:
    for longer, version in ((0, 20), (1, 21)):
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
        code.add_data(QRData(b"A" * (LONGEST_TEXT + longer), mode=MODE_ALPHA_NUM))
        assert code.best_fit() == version
    assert LONGEST_TEXT <= codes.LONGEST


def test_a_pass_that_would_not_fit_is_not_written() -> None:
    with pytest.raises(TooLarge):
        text_of(pass_of(bought(10, number="N" * 200)))


# --- what else is shown to a scanner ---------------------------------------------------------------------------------


def holds(text: str) -> bool:
    """Whether the text is a pass of ours. Whatever it is, nothing but BadPass is raised."""
    try:
        sealed = read(text)
        known = sealed.kid == key_of().kid and sealed.signed_by(PUBLIC)
        sealed.says()
    except BadPass:
        return False
    return known


def test_a_whole_pass_holds_and_no_part_of_it_does() -> None:
    text = text_of()
    assert holds(text)
    assert not any(holds(text[:n]) for n in range(len(text)))
    assert not any(holds(text[n:]) for n in range(1, len(text), 7))
    assert not holds(text_of(seed=OTHER_SEED))


def test_a_pass_that_is_altered_in_any_byte_does_not_hold() -> None:
    raw = base45.decode(text_of().removeprefix("STF2:"))
    for at in range(len(raw)):
        for bit in range(8):
            changed = raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :]
            assert not holds("STF2:" + base45.encode(changed)), f"byte {at}, bit {bit}"


def test_a_pass_that_is_misread_in_any_character_does_not_hold() -> None:
    text = text_of()
    for at in range(len(text)):
        other = "X" if text[at] != "X" else "Y"
        assert not holds(text[:at] + other + text[at + 1 :]), f"character {at}"


@settings(deadline=None)
@given(st.text() | st.text(base45.ALPHABET, max_size=1200).map("STF2:".__add__))
def test_f52_any_text_is_a_bad_pass_and_no_other_trouble(text: str) -> None:
    assert not holds(text)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=700) | ITEMS.map(cbor.dumps))
def test_f52_any_bytes_are_a_bad_pass_and_no_other_trouble(raw: bytes) -> None:
    assert not holds("STF2:" + base45.encode(raw))


@settings(deadline=None)
@given(ITEMS)
def test_f52_whatever_a_key_of_ours_signed_is_understood_or_refused(claims: Any) -> None:
    """Such as what a newer hub says."""
    try:
        read(signed(claims)).says()
    except BadPass:
        return
    raise AssertionError("these are no claims of a pass")


def signed(claims: Any, **header: Any) -> str:
    """Any item at all, in a COSE_Sign1 of our key."""
    protected = cbor.dumps({1: -8, 4: bytes.fromhex(key_of().kid)} | header.get("more", {}))
    payload = cbor.dumps(claims)
    told = cbor.dumps(["Signature1", protected, b"", payload])
    signature = Ed25519PrivateKey.from_private_bytes(SEED).sign(told)
    parts = [protected, header.get("unprotected", {}), payload, signature]
    return "STF2:" + base45.encode(cbor.dumps(parts))


def claims_of(shown: Pass) -> Any:
    return cbor.loads(read(text_of(shown)).payload)


def test_a_newer_hub_may_say_more_and_is_still_understood() -> None:
    claims = claims_of(pass_of())
    claims[8] = claims[-65537][99] = claims[-65537][10][0][99] = claims[-65537][11][0][99] = {1: "more"}
    text = signed(claims, more={15: b"a header of tomorrow"})
    assert holds(text)
    assert read(text).says() == pass_of()


def test_a_header_that_must_be_understood_and_is_not_refuses_the_pass() -> None:
    claims = claims_of(pass_of())
    assert holds(signed(claims))
    assert not holds(signed(claims, more={2: [99]}))
    assert not holds(signed(claims, more={1: -7}))
    assert not holds(signed(claims, more={4: "kid"}))
    assert not holds(signed(claims, unprotected={4: b"another"}))


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ((1,), 7), ((2,), None), ((4,), "late"), ((4,), 2**60), ((6,), -1), ((7,), "serial"), ((-65537,), []),
        ((-65537, 1), 3), ((-65537, 5), "K\nT"), ((-65537, 10), {}), ((-65537, 10), [7]), ((-65537, 11), None),
        ((-65537, 10, 0, 1), 1), ((-65537, 10, 0, 1), "x" * 301), ((-65537, 10, 0, 3), -1), ((-65537, 10, 0, 4), None),
        ((-65537, 11, 0, 2), 99), ((-65537, 11, 0, 3), "much"), ((-65537, 11, 0, 5), b"\x00"),
    ],
)  # fmt: skip
def test_a_claim_that_makes_no_sense_refuses_the_pass_even_if_we_signed_it(where: tuple[Any, ...], value: Any) -> None:
    claims = at = claims_of(pass_of())
    for step in where[:-1]:
        at = at[step]
    at.pop(where[-1])
    if value is not None:
        at[where[-1]] = value
    sealed = read(signed(claims))
    assert sealed.signed_by(PUBLIC)
    with pytest.raises(BadPass):
        sealed.says()


# --- the protocol's own example --------------------------------------------------------------------------------------


def test_the_example_of_the_protocol_is_read_as_it_says() -> None:
    section = README.read_text(encoding="utf-8").split("## Signed passes")[1].split("\n## ")[0]
    listing, text = (block.removeprefix("text\n") for block in section.split("```")[1:4:2])
    pass_text = text.strip().replace("\n", "")
    raw = base45.decode(pass_text.removeprefix("STF2:"))
    written = "".join(line.strip().split("   ")[0] for line in listing.splitlines())
    assert bytes.fromhex(written) == raw
    sealed = read(pass_text)
    assert sealed.signed_by("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert sealed.says().purchase.number == "DK-10482"
    assert f"As text, {len(pass_text)} characters" in section
