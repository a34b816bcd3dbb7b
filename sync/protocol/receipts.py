"""The signed pass of a sale's receipt as text: `STF3:<receipt>:` and base45 of a COSE_Sign1 with Ed25519.

Byte for byte in `sync/README.md`. The receipt's number stands in front for whoever reads no more than that; it is
signed with the rest (as external data, RFC 9052, section 4.4). Shorter than the pass of an order
(`sync.protocol.passes`): lines and tenders are lists, called by their places.
"""

from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.codes import RECEIPT_MARK
from sync.domain.orders import BoughtLine, Paid, PaidBy, Purchase
from sync.domain.passes import Pass, Purpose, carried, life
from sync.domain.pricing import vat_of
from sync.domain.receipts import SALE
from sync.protocol import base45, cbor
from sync.protocol.cbor import Item
from sync.protocol.passes import (
    KINDS,
    LONGEST_TEXT,
    BadPass,
    TooLarge,
    key_of,
    kid_of,
    meaning,
    number_in,
    public_of,
    read_cose,
    sealed_header,
    word_in,
)

_ISS, _EXP, _IAT, _SALE = 1, 4, 6, -65538
_PIECE = 1000
_HEX_ID = 32
_Map = dict[int, Item]


class SealedReceipt:
    """A receipt's pass that was read and that nobody has checked."""

    def __init__(self, number: str, kid: str, protected: bytes, payload: bytes, signature: bytes) -> None:
        self.number, self.kid = number, kid
        self._payload, self._signature = payload, signature
        self._signed = _signed_bytes(protected, number, payload)

    def signed_by(self, public: str) -> bool:
        """Whether the key of that public half (hex) signed it. Raises ValueError if that is no key."""
        try:
            key_of(public).verify(self._signature, self._signed)
        except InvalidSignature:
            return False
        return True

    def says(self) -> Pass:
        """What it says; believe it only if the key signed it. Raises BadPass."""
        try:
            claims = cbor.loads(self._payload)
        except ValueError as fault:
            raise BadPass(str(fault)) from None
        return _read_claims(self.kid, self.number, _map(claims))


def write(bought: Purchase, seed: bytes, retailer: str) -> str:
    """The text on the receipt of a sale of which nothing came back yet, signed with the terminal's key (its seed, 32
    bytes). The same sale gives the same text. Raises TooLarge where it does not fit into its QR code."""
    issued, expires = life(bought, bought.at)
    protected = sealed_header(kid_of(bytes.fromhex(public_of(seed))))
    claims: Item = {_ISS: retailer, _EXP: expires // 1000, _IAT: issued // 1000, _SALE: _sale(bought, expires)}
    payload = cbor.dumps(claims)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(_signed_bytes(protected, bought.number, payload))
    text = f"{RECEIPT_MARK}{bought.number}:{base45.encode(cbor.dumps([protected, {}, payload, signature]))}"
    if len(text) > LONGEST_TEXT or not _fits_its_form(bought):
        raise TooLarge(f"a pass may have {LONGEST_TEXT} characters, this one has {len(text)}")
    return text


def _fits_its_form(bought: Purchase) -> bool:
    """Whether places name its lines, and its number leaves the code in alphanumeric mode."""
    places = [str(n) for n in range(1, len(bought.lines) + 1)]
    return [line.id for line in bought.lines] == places and set(bought.number) <= set(base45.ALPHABET) - {":"}


def _signed_bytes(protected: bytes, number: str, payload: bytes) -> bytes:
    return cbor.dumps(["Signature1", protected, number.encode(), payload])


def read(text: str) -> SealedReceipt:
    """The pass in the text of a receipt's code, not checked yet. Raises BadPass, whatever the text is."""
    mark, number, sealed = [*text.split(":", 2), "", ""][:3]
    if f"{mark}:" != RECEIPT_MARK or not sealed or len(text) > LONGEST_TEXT:
        raise BadPass("this is no receipt's pass")
    kid, protected, payload, signature = read_cose(sealed)
    return SealedReceipt(number, kid, protected, payload, signature)


# --- claims ----------------------------------------------------------------------------------------------------------
# What is as usual is left out; keys that are not known are passed over.


def _sale(bought: Purchase, expires: int) -> Item:
    rates = [line.vat_rate for line in bought.lines]
    usual = max(rates, key=rates.count, default=0)
    until = bought.lines[0].until if bought.lines else None
    kept: _Map = {
        1: _packed(bought.id.removeprefix(f"{SALE}:")),
        2: bought.location,
        3: bought.currency,
        5: usual,
        10: [_line(line, usual) for line in carried(bought, len(bought.lines)).lines],
        11: [_paid(n, paid) for n, paid in enumerate(bought.paid, 1)],
    }
    deadline = 0 if until is None else max(1000, until + 999) // 1000
    maybe: dict[int, tuple[Item, bool]] = {
        4: (1, bought.vat_included),
        8: (1, not bought.gift),
        6: (deadline, deadline * 1000 == expires),
        7: (bought.language, not bought.language),
    }
    return kept | {key: value for key, (value, usual_one) in maybe.items() if not usual_one}


def _packed(id: str) -> Item:
    """An id of 32 hex digits as its 16 bytes, one with the dashes of RFC 9562 as 17, of which the first is 0; any other
    as it is."""
    hexed = id.replace("-", "")
    if len(hexed) == _HEX_ID and not set(hexed) - set("0123456789abcdef"):
        for form in (bytes.fromhex(hexed), b"\0" + bytes.fromhex(hexed)):
            if _unpacked(form) == id:
                return form
    return id


def _unpacked(form: bytes) -> str:
    if len(form) == _HEX_ID // 2:
        return form.hex()
    if len(form) == _HEX_ID // 2 + 1:
        return str(UUID(bytes=form[1:]))
    raise BadPass("an id is neither of the forms that there are")


def _line(line: BoughtLine, usual: int) -> Item:
    said: list[Item] = [_packed(line.product), line.amount, line.quantity, line.vat_rate, line.unit, [*line.serials]]
    return _short(said, [None, None, _PIECE, usual, "pcs", []])


def _paid(place: int, paid: Paid) -> Item:
    return _short([KINDS[paid.kind], paid.amount, paid.masked, int(paid.id)], [None, None, "", place])


def _short(said: list[Item], usual: "list[Item | None]") -> Item:
    """Without what is as usual at its end."""
    while said and said[-1] == usual[len(said) - 1]:
        said.pop()
    return said


# --- reading them ----------------------------------------------------------------------------------------------------


def _read_claims(kid: str, number: str, claims: _Map) -> Pass:
    sale = _map(claims.get(_SALE))
    issued, expires = number_in(claims, _IAT) * 1000, number_in(claims, _EXP) * 1000
    bought = _read_sale(sale, number, issued, expires)
    serial = sha256(bought.id.encode()).hexdigest()[:16]
    return Pass(kid, word_in(claims, _ISS), serial, Purpose.RETURN, issued, expires, bought)


def _read_sale(sale: _Map, number: str, issued: int, expires: int) -> Purchase:
    usual, deadline = number_in(sale, 5, 0), number_in(sale, 6, expires // 1000)
    until = deadline * 1000 or None
    return Purchase(
        id=f"{SALE}:{_id_in(sale, 1)}",
        number=number,
        channel="",
        location=word_in(sale, 2, ""),
        currency=word_in(sale, 3),
        at=issued,
        received_at=issued,
        lines=tuple(_read_line(n, _list(line), usual, until) for n, line in enumerate(_list(sale.get(10)), 1)),
        paid=tuple(_read_paid(n, _list(paid)) for n, paid in enumerate(_list(sale.get(11)), 1)),
        vat_included=number_in(sale, 4, 0) == 0,
        language=word_in(sale, 7, ""),
        gift=number_in(sale, 8, 0) == 1,
    )


def _read_line(n: int, said: list[Item], usual: int, until: int | None) -> BoughtLine:
    of = dict(enumerate(said))
    amount, rate = number_in(of, 1), number_in(of, 3, usual)
    return BoughtLine(
        id=str(n),
        product=_id_in(of, 0),
        sku="",
        name="",
        quantity=number_in(of, 2, _PIECE),
        amount=amount,
        vat_rate=rate,
        vat=vat_of(amount, rate, included=True),
        unit=word_in(of, 4, "pcs"),
        until=until,
        serials=tuple(word_in({0: serial}, 0) for serial in _list(of.get(5, []))),
    )


def _read_paid(n: int, said: list[Item]) -> Paid:
    of = dict(enumerate(said))
    kind: PaidBy = meaning(KINDS, of.get(0))
    return Paid(str(number_in(of, 3, n)), kind, number_in(of, 1), 0, word_in(of, 2, ""))


def _id_in(of: _Map, key: int) -> str:
    found = of.get(key)
    return _unpacked(found) if isinstance(found, bytes) else word_in(of, key)


def _map(item: "Item | None") -> _Map:
    if not isinstance(item, dict):
        raise BadPass("a map is missing")
    return item


def _list(item: "Item | None") -> list[Item]:
    if not isinstance(item, list):
        raise BadPass("a list is missing")
    return item
