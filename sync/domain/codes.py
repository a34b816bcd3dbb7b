"""What a scanned or typed code is. GTINs by the GS1 General Specifications, section 7.9 (check digit)."""

from dataclasses import dataclass
from enum import Enum


def check_digit(body: str) -> str:
    """The GS1 check digit of the digits before it: weights 3 and 1 from the right."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body)))
    return str(-total % 10)


def gtin14(text: str) -> str | None:
    """The 14-digit key of a GTIN-8, -12, -13 or -14; None when length or check digit are wrong."""
    if len(text) not in (8, 12, 13, 14) or not (text.isascii() and text.isdigit()):
        return None
    return text.zfill(14) if check_digit(text[:-1]) == text[-1] else None


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
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Code:
    """A read code: its kind, the key to look it up by, and what was read, unchanged."""

    kind: Kind
    key: str
    raw: str

    @property
    def label(self) -> str:
        """What stands on the label, as a person would read it aloud: a key's leading zeros are not there."""
        return self.key if self.kind is Kind.RECEIPT else self.raw.strip()[:LONGEST]


# No code that a store scans is longer; what is longer is noise or an attack.
LONGEST = 512


def read(raw: str) -> Code:
    """Say what `raw` is. Never raises: whatever is unknown is Kind.OTHER with its stripped text as key."""
    text = raw.strip()[:LONGEST]
    key = gtin14(text)
    if key is not None:
        return Code(Kind.GTIN, key, raw)
    if text.startswith("STF1:"):
        return Code(Kind.RECEIPT, text[5:], raw)
    if text.isascii() and text.isdigit() and len(text) in (8, 12, 13, 14):
        wide = upce_to_upca(text)
        return Code(Kind.GTIN, wide.zfill(14), raw) if wide else Code(Kind.BAD_CHECK, text, raw)
    return Code(Kind.OTHER, text, raw)
