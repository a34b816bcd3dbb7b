"""A signed pass as text: CWT claims (RFC 8392) in a COSE_Sign1 (RFC 9052) with Ed25519, in base45 behind a mark.

Byte for byte in `sync/README.md`. The text is for a QR code in alphanumeric mode: at most LONGEST_TEXT characters,
which version 20 at level M holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.domain.codes import PASS_MARK
from sync.domain.orders import BoughtLine, Fulfilment, Paid, PaidBy, Purchase
from sync.domain.passes import Pass, Purpose
from sync.domain.pricing import vat_of
from sync.protocol import base45, cbor
from sync.protocol.cbor import Item

LONGEST_TEXT = 970
"""Characters: what a QR code of version 20 at level M holds in alphanumeric mode."""
LONGEST_BYTES = (LONGEST_TEXT - len(PASS_MARK)) // 3 * 2

_EDDSA = -8
_ALG, _CRIT, _KID = 1, 2, 4
_ISS, _SUB, _EXP, _IAT, _CTI, _ORDER = 1, 2, 4, 6, 7, -65537
_PURPOSES = {Purpose.COLLECT: 1, Purpose.RETURN: 2}
KINDS = {
    PaidBy.CASH: 1,
    PaidBy.CARD: 2,
    PaidBy.ONLINE: 3,
    PaidBy.POINTS: 4,
    PaidBy.GIFT_CARD: 5,
    PaidBy.STORE_CREDIT: 6,
    PaidBy.EXCHANGE: 7,
    PaidBy.COUPON: 8,
}
_LONGEST_WORD = 300
_LARGEST = 2**53
_PIECE = 1000

_Map = dict[int, Item]
_Kind = TypeVar("_Kind")


class BadPass(ValueError):
    """This text is no pass, or not a whole one, or says what this version does not understand."""


class TooLarge(ValueError):
    """This pass does not fit into its QR code."""


def kid_of(public: bytes) -> str:
    """What a key is called in passes: the first eight bytes of the SHA-256 of its public half, in hex."""
    return sha256(public).hexdigest()[:16]


@lru_cache(maxsize=4)
def public_of(seed: bytes) -> str:
    """The public half (hex) of the key of that seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A pass that was read and that nobody has checked: who signed it, it says itself."""

    kid: str
    protected: bytes
    payload: bytes
    signature: bytes

    def signed_by(self, public: str) -> bool:
        """Whether the key of that public half (hex) signed it. Raises ValueError if that is no key."""
        try:
            key_of(public).verify(self.signature, _signed_bytes(self.protected, self.payload))
        except InvalidSignature:
            return False
        return True

    def says(self) -> Pass:
        """What it says; believe it only if the key signed it. Raises BadPass."""
        return _read_claims(self.kid, self.claims())

    def claims(self) -> _Map:
        """Its claims by number, whatever kind of pass it is; believe them only if the key signed it. Raises BadPass."""
        return _map(_loads(self.payload))


@lru_cache(maxsize=64)
def key_of(public: str) -> Ed25519PublicKey:
    """The key of a public half in hex. Raises ValueError if it is none."""
    return Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))


def _signed_bytes(protected: bytes, payload: bytes) -> bytes:
    return cbor.dumps(["Signature1", protected, b"", payload])  # RFC 9052, section 4.4


def write(shown: Pass, seed: bytes) -> str:
    """The text of a pass, signed with the key of that seed (32 bytes). Its times are whole seconds, its purchase is as
    `passes.carried` leaves it. Raises TooLarge."""
    return sealed_text(shown.kid, _claims(shown), seed)


def sealed_text(kid: str, claims: Item, seed: bytes) -> str:
    """The text of what the key of that seed says. Raises TooLarge."""
    protected, payload = sealed_header(kid), cbor.dumps(claims)
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(_signed_bytes(protected, payload))
    raw = cbor.dumps([protected, {}, payload, signature])
    if len(raw) > LONGEST_BYTES:
        raise TooLarge(f"a pass may have {LONGEST_BYTES} bytes, this one has {len(raw)}")
    return PASS_MARK + base45.encode(raw)


def read(text: str) -> Sealed:
    """The pass in a scanned text, not checked yet. Raises BadPass, whatever the text is."""
    if not text.startswith(PASS_MARK) or len(text) > LONGEST_TEXT:
        raise BadPass("this is no pass")
    return Sealed(*read_cose(text[len(PASS_MARK) :]))


def sealed_header(kid: str) -> bytes:
    """The protected header of what that key signs."""
    return cbor.dumps({_ALG: _EDDSA, _KID: bytes.fromhex(kid)})


def read_cose(sealed: str) -> tuple[str, bytes, bytes, bytes]:
    """The key's name, the protected header, payload and signature of a COSE_Sign1 in base45. Raises BadPass."""
    try:
        item = cbor.loads(base45.decode(sealed))
    except ValueError as fault:
        raise BadPass(str(fault)) from None
    match item:
        case [bytes(protected), dict(unprotected), bytes(payload), bytes(signature)] if not unprotected:
            return _read_header(protected), protected, payload, signature
    raise BadPass("this is no COSE_Sign1")


def _read_header(protected: bytes) -> str:
    header = _map(_loads(protected))
    kid = header.get(_KID)
    if header.get(_ALG) != _EDDSA or not isinstance(kid, bytes) or _CRIT in header:
        raise BadPass("its header asks for what is not understood here")
    return kid.hex()


def _loads(raw: bytes) -> Item:
    try:
        return cbor.loads(raw)
    except ValueError as fault:
        raise BadPass(str(fault)) from None


# --- claims ----------------------------------------------------------------------------------------------------------
# What is as usual is left out; keys that are not known are passed over.


def _claims(shown: Pass) -> Item:
    return {
        _ISS: shown.retailer,
        _SUB: shown.purchase.id,
        _EXP: seconds(shown.expires),
        _IAT: seconds(shown.issued),
        _CTI: bytes.fromhex(shown.serial),
        _ORDER: _order(shown),
    }


def _order(shown: Pass) -> Item:
    bought = shown.purchase
    usual, place = named_in(bought.id), next((x.pickup_at for x in bought.lines if x.pickup_at), "")
    kept: _Map = {
        1: _PURPOSES[shown.purpose],
        5: bought.currency,
        6: seconds(bought.at),
        10: [_line(line, shown.expires, place) for line in bought.lines],
        11: [_paid(paid) for paid in bought.paid],
    }
    maybe: dict[int, tuple[Item, bool]] = {
        2: (bought.number, bought.number == usual[1]),
        3: (bought.channel, bought.channel == usual[0]),
        4: (bought.location, not bought.location),
        7: (seconds(bought.received_at or 0), bought.received_at is None),
        8: (1, bought.vat_included),
        9: (bought.language, not bought.language),
        12: (1, shown.whole),
        13: (1, not bought.gift),
        14: (place, not place),
    }
    return kept | _unusual(maybe)


def _line(line: BoughtLine, expires: int, place: str) -> Item:
    until = 0 if line.until is None else seconds(line.until)
    kept: _Map = {1: line.id, 2: line.product, 4: line.amount, 5: line.vat_rate}
    maybe: dict[int, tuple[Item, bool]] = {
        3: (line.quantity, line.quantity == _PIECE),
        6: (until, line.until == expires),
        7: (line.unit, line.unit == "pcs"),
        8: (line.returned, not line.returned),
        9: (line.refunded, not line.refunded),
        10: (1, line.returnable),
        11: (list(line.serials_left), not line.serials_left),
        12: (line.bundle, not line.bundle),
        13: (line.pickup_at, line.pickup_at == place),
        14: (line.handed, not line.handed),
        15: (line.cancelled, not line.cancelled),
        # It is to be picked up, and nobody knows where yet.
        16: (1, bool(line.pickup_at) or line.fulfilment is not Fulfilment.PICKUP),
    }
    return kept | _unusual(maybe)


def _paid(paid: Paid) -> Item:
    kept: _Map = {1: paid.id, 2: KINDS[paid.kind], 3: paid.amount}
    more, less = max(0, paid.rounding), max(0, -paid.rounding)
    rounded: dict[int, tuple[Item, bool]] = {6: (less, not less), 7: (more, not more)}
    return kept | _unusual({4: (paid.refunded, not paid.refunded), 5: (paid.masked, not paid.masked), **rounded})


def _unusual(maybe: dict[int, tuple[Item, bool]]) -> _Map:
    return {key: value for key, (value, usual) in maybe.items() if not usual}


def named_in(id: str) -> tuple[str, str]:
    """Channel and number that an id `<channel>:<order>` gives away."""
    channel, colon, order = id.partition(":")
    return (channel, order) if colon else ("", id)


def seconds(at: int) -> int:
    """A time in ms as a pass says it. Raises ValueError unless it is of whole seconds."""
    if at % 1000:
        raise ValueError("the times of a pass are whole seconds")
    return at // 1000


# --- reading them ----------------------------------------------------------------------------------------------------


def _read_claims(kid: str, claims: _Map) -> Pass:
    order = _map(claims.get(_ORDER))
    serial = claims.get(_CTI)
    if not isinstance(serial, bytes):
        raise BadPass("it has no serial")
    expires = number_in(claims, _EXP) * 1000
    return Pass(
        kid=kid,
        retailer=word_in(claims, _ISS),
        serial=serial.hex(),
        purpose=meaning(_PURPOSES, order.get(1)),
        issued=number_in(claims, _IAT) * 1000,
        expires=expires,
        purchase=_read_purchase(word_in(claims, _SUB), order, expires),
        whole=number_in(order, 12, 0) == 0,
    )


def _read_purchase(id: str, order: _Map, expires: int) -> Purchase:
    channel, number = named_in(id)
    place = word_in(order, 14, "")
    return Purchase(
        id=id,
        number=word_in(order, 2, number),
        channel=word_in(order, 3, channel),
        location=word_in(order, 4, ""),
        currency=word_in(order, 5),
        at=number_in(order, 6) * 1000,
        received_at=number_in(order, 7) * 1000 if 7 in order else None,
        lines=tuple(_read_line(_map(line), expires, place) for line in _list(order.get(10))),
        paid=tuple(_read_paid(_map(paid)) for paid in _list(order.get(11))),
        vat_included=number_in(order, 8, 0) == 0,
        language=word_in(order, 9, ""),
        gift=number_in(order, 13, 0) == 1,
    )


def _read_line(line: _Map, expires: int, place: str) -> BoughtLine:
    amount, rate = number_in(line, 4), number_in(line, 5)
    until = number_in(line, 6) * 1000 if 6 in line else expires
    place = word_in(line, 13, place)
    collected = bool(place) or number_in(line, 16, 0) == 1
    return BoughtLine(
        id=word_in(line, 1),
        product=word_in(line, 2),
        sku="",
        name="",
        quantity=number_in(line, 3, _PIECE),
        amount=amount,
        vat_rate=rate,
        vat=vat_of(amount, rate, included=True),
        unit=word_in(line, 7, "pcs"),
        returned=number_in(line, 8, 0),
        refunded=number_in(line, 9, 0),
        until=until or None,
        returnable=number_in(line, 10, 0) == 0,
        serials=tuple(word_in({0: serial}, 0) for serial in _list(line.get(11, []))),
        bundle=word_in(line, 12, ""),
        fulfilment=Fulfilment.PICKUP if collected else Fulfilment.SHIP,
        pickup_at=place,
        handed=number_in(line, 14, 0),
        cancelled=number_in(line, 15, 0),
    )


def _read_paid(paid: _Map) -> Paid:
    return Paid(
        id=word_in(paid, 1),
        kind=meaning(KINDS, paid.get(2)),
        amount=number_in(paid, 3),
        refunded=number_in(paid, 4, 0),
        masked=word_in(paid, 5, ""),
        rounding=number_in(paid, 7, 0) - number_in(paid, 6, 0),
    )


def _map(item: "Item | None") -> _Map:
    if not isinstance(item, dict):
        raise BadPass("a map is missing")
    return item


def _list(item: "Item | None") -> list[Item]:
    if not isinstance(item, list):
        raise BadPass("a list is missing")
    return item


_NONE: Final = -1


def number_in(of: _Map, key: int, usual: int = _NONE) -> int:
    """The number under a key; `usual` where it is left out. Raises BadPass."""
    found = of.get(key, usual)
    if not isinstance(found, int) or not 0 <= found <= _LARGEST:
        raise BadPass(f"number {key} is missing or too large")
    return found


def word_in(of: _Map, key: int, usual: str | None = None) -> str:
    """The word under a key; `usual` where it is left out. Raises BadPass."""
    found = of.get(key, usual)
    if not isinstance(found, str) or len(found) > _LONGEST_WORD or not found.isprintable():
        raise BadPass(f"word {key} is missing or can't be shown")
    return found


def meaning(of: Mapping[_Kind, int], number: "Item | None") -> _Kind:
    """What a number stands for. Raises BadPass."""
    for kind, known in of.items():
        if known == number:
            return kind
    raise BadPass(f"{number!r} is not known here")
