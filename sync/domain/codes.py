"""What a scanned or typed code is. GTINs by the GS1 General Specifications, section 7.9 (check digit)."""

import re
from dataclasses import dataclass
from enum import Enum

from sync.domain import gs1
from sync.domain.check_digits import check_digit as check_digit
from sync.domain.check_digits import gtin14 as gtin14
from sync.domain.code_rules import NO_RULES, CodeRules
from sync.domain.gs1 import NOTHING as NOTHING
from sync.domain.gs1 import Fault as Fault
from sync.domain.gs1 import Said as Said


def upce_to_upca(text: str) -> str | None:
    """The UPC-A of an eight-digit UPC-E (number system 0 or 1), by GS1 section 5.2.4.3. None if it is none."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()) or text[0] not in "01":
        return None
    system, d, check = text[0], text[1:7], text[7]
    if d[5] in "012":
        body = d[:2] + d[5] + "0000" + d[2:5]
    elif d[5] == "3":
        body = d[:3] + "00000" + d[3:5]
    elif d[5] == "4":
        body = d[:4] + "00000" + d[4]
    else:
        body = d[:5] + "0000" + d[5]
    return system + body + check if check_digit(system + body) == check else None


class Kind(Enum):
    """What a code turned out to be."""

    GTIN = "gtin"
    BAD_CHECK = "bad_check"
    RECEIPT = "receipt"
    PASS = "pass"  # noqa: S105 - a signed pass is no password
    PARCEL_LABEL = "parcel_label"
    SHELF_LABEL = "shelf_label"
    SSCC = "sscc"
    BADGE = "badge"
    LOYALTY = "loyalty"
    GIFT_CARD = "gift_card"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Code:
    """A read code: its kind, the key to look it up by, and what was read, unchanged. `said`: what it says besides its
    article; `fault`: what is wrong with it, of what is BAD_CHECK or OTHER."""

    kind: Kind
    key: str
    raw: str
    said: Said = NOTHING
    fault: Fault | None = None

    @property
    def card(self) -> bool:
        """Whether it is a person's card, by the retailer's own prefixes."""
        return self.kind in (Kind.BADGE, Kind.LOYALTY, Kind.GIFT_CARD)

    @property
    def sealed(self) -> str:
        """The text of the signed pass that a receipt's code carries; "" if it only names the receipt."""
        return self.raw.strip() if self.raw.strip().startswith(RECEIPT_MARK) else ""

    @property
    def collecting(self) -> bool:
        """Whether it is a label of click and collect: on a parcel, or at the shelf where parcels wait."""
        return self.kind in (Kind.PARCEL_LABEL, Kind.SHELF_LABEL)

    @property
    def label(self) -> str:
        """What stands on the label, as a person would read it aloud: a key's leading zeros are not there."""
        if self.kind is Kind.PASS:
            return PASS_MARK.rstrip(":")  # nobody reads the rest of it
        if self.kind is Kind.PARCEL_LABEL:
            return PARCEL_MARK.rstrip(":")  # the order's number stands beside it, and is what a person reads
        if self.kind in (Kind.SHELF_LABEL, Kind.SSCC):
            return self.key
        plain = self.raw.strip()[:LONGEST]
        if self.kind is Kind.GTIN and not plain.isdigit():
            return self.key  # of a code with fields the article's number alone is printed to be read
        return self.key if self.kind is Kind.RECEIPT else plain


RECEIPT_MARK = "STF3:"
"""What the code of a receipt with a signed pass begins with: `STF3:<number>:` and base45 (`sync.protocol.receipts`)."""


def numbered(text: str) -> tuple[str, str] | None:
    """The GTIN-14 and the serial on a GS1 label with both (AI 01 and 21); None for any other text."""
    code = read(text)
    return (code.key, code.said.serial) if code.kind is Kind.GTIN and code.said.serial else None


SSCC_DIGITS = 18


def is_sscc(text: str) -> bool:
    """Whether that is the number of a transport unit: 18 digits, the last by GS1's check."""
    digits = len(text) == SSCC_DIGITS and text.isascii() and text.isdigit()
    return digits and check_digit(text[:-1]) == text[-1]


PASS_MARK = "STF2:"  # noqa: S105 - as above
"""What a signed pass begins with; what follows is base45 (`sync.protocol.passes`)."""
PARCEL_MARK = "STP1:"
"""What the code on a parcel begins with; what follows is the parcel's id (`sync.domain.pickups`)."""
SHELF_MARK = "STS1:"
"""What the code at a shelf begins with; what follows is its position ("B-12"), as parcels have it."""
_PARCEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_POSITION = re.compile(r"[A-Z0-9](?:[A-Z0-9 ./-]{0,14}[A-Z0-9])?")


def parcel_label(parcel: str) -> str:
    """The code on a parcel's label. ValueError for an id that no label can carry: 1 to 64 of ASCII letters, digits and
    `.`, `_`, `-`."""
    if not _PARCEL.fullmatch(parcel):
        raise ValueError(f"no parcel's id: {parcel[:64]!r}")
    return PARCEL_MARK + parcel


def shelf_position(text: str) -> str | None:
    """A position as parcels and labels have it, of what was typed or read ("b-12 " is "B-12"); None if it is none: 1 to
    16 of ASCII letters, digits, spaces and `-`, `.`, `/`. Not of all letters: a keyboard scanner types only these."""
    position = re.sub(" +", " ", text[:LONGEST].strip()).upper() if text.isascii() else ""
    return position if _POSITION.fullmatch(position) else None


def shelf_label(position: str) -> str:
    """The code at a shelf. ValueError for what is no position, as `shelf_position` says."""
    clean = shelf_position(position)
    if clean is None:
        raise ValueError(f"no shelf position: {position[:64]!r}")
    return SHELF_MARK + clean


# No code that a store scans is longer; what is longer is noise or an attack. The longest are signed passes: 970
# characters, which is what a QR code of version 20 at level M holds.
LONGEST = 1024


_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_GS1_AIMS = frozenset({"]C1", "]d2", "]e0", "]e1", "]e2", "]Q3", "]J1"})
"""Codes that say by their AIM identifier that they are GS1: GS1-128, DataMatrix, DataBar, composites, QR, DotCode."""
_SPACE = " \t\r\n\v\f\u00a0\ufeff"
"""What may stand around a code. `str.strip` takes a group separator as well, which means something."""
_OTHER_LETTERS = re.compile("[\u0400-\u04ff\u10a0-\u10ff]")
"""Cyrillic and Georgian: no code has them, and a scanner that types on such a layout makes them of its letters."""


def read(raw: str, rules: CodeRules = NO_RULES) -> Code:
    """Say what `raw` is, by the retailer's rules about scales and cards. Never raises: whatever is unknown is
    Kind.OTHER with its stripped text as key, and perhaps a fault that says what it seems to be."""
    text = raw.strip(_SPACE)[:LONGEST]
    aim = _AIM.match(text)
    body = text[aim.end() :] if aim else text
    said = _own(text, raw) or _card(body, raw, rules) or _digits(body, raw, rules)
    flagged = aim is not None and aim[0] in _GS1_AIMS
    return said or (_gs1(body, flagged, raw) if len(raw) <= LONGEST else None) or _other(text, raw)


def _own(text: str, raw: str) -> Code | None:
    """The codes that this system prints."""
    if text.startswith("STF1:"):
        return Code(Kind.RECEIPT, text[5:], raw)
    if text.startswith(RECEIPT_MARK):
        return Code(Kind.RECEIPT, text[len(RECEIPT_MARK) :].partition(":")[0], raw)
    if text.startswith(PASS_MARK):
        return Code(Kind.PASS, text, raw)
    if text.startswith(PARCEL_MARK) and _PARCEL.fullmatch(text[len(PARCEL_MARK) :]):
        return Code(Kind.PARCEL_LABEL, text[len(PARCEL_MARK) :], raw)
    if text.startswith(SHELF_MARK) and (position := shelf_position(text[len(SHELF_MARK) :])) is not None:
        return Code(Kind.SHELF_LABEL, position, raw)
    return None


def _card(body: str, raw: str, rules: CodeRules) -> Code | None:
    """A card, by the longest prefix that fits; its key is what stands behind that."""
    kinds = ((Kind.BADGE, rules.badges), (Kind.LOYALTY, rules.loyalty), (Kind.GIFT_CARD, rules.gift_cards))
    fits = [(len(prefix), kind) for kind, known in kinds for prefix in known if body.startswith(prefix)]
    if not fits:
        return None
    length, kind = max(fits, key=lambda fit: fit[0])
    return Code(kind, body[length:], raw) if len(body) > length else None


def _digits(body: str, raw: str, rules: CodeRules) -> Code | None:
    """Plain digits: a label of the store's scales, an article, a transport unit."""
    if not (body.isascii() and body.isdigit()):
        return None
    weighed, key = rules.on_scale_label(body), gtin14(body)
    if weighed is Fault.CHECK:
        return Code(Kind.BAD_CHECK, body, raw, fault=Fault.CHECK)
    if isinstance(weighed, Said):
        return Code(Kind.GTIN, key or body, raw, weighed)
    if key is not None:
        return Code(Kind.GTIN, key, raw)
    if is_sscc(body):
        return Code(Kind.SSCC, body, raw)
    if len(body) in (8, 12, 13, 14):
        wide = upce_to_upca(body)
        return Code(Kind.GTIN, wide.zfill(14), raw) if wide else Code(Kind.BAD_CHECK, body, raw, fault=Fault.CHECK)
    return None


def _gs1(body: str, flagged: bool, raw: str) -> Code | None:
    """A code by the rules of GS1, or what is wrong with one."""
    label = gs1.read(body, flagged)
    if label is None:
        return None
    if isinstance(label, Fault):
        kind = Kind.BAD_CHECK if label is Fault.CHECK else Kind.OTHER
        return Code(kind, raw.strip()[:LONGEST], raw, fault=label)
    if label.gtin:
        return Code(Kind.GTIN, label.gtin, raw, label.said)
    if is_sscc(label.sscc):
        return Code(Kind.SSCC, label.sscc, raw)
    return Code(Kind.BAD_CHECK, label.sscc, raw, fault=Fault.CHECK)


def _other(text: str, raw: str) -> Code:
    fault = None
    if "\ufffd" in text:
        fault = Fault.HALF_READ
    elif _OTHER_LETTERS.search(text) and any(c.isdigit() for c in text) and " " not in text:
        fault = Fault.LAYOUT
    return Code(Kind.OTHER, raw.strip()[:LONGEST], raw, fault=fault)
