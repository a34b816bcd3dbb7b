"""Gift cards and store credit: codes that people hold, and what everybody else knows of them. Pure.

A code is 16 decimal digits, the last by Luhn (ISO/IEC 7812-1, annex B). It is money in the hands of whoever reads it:
journals, the feed and the hub hold its digest alone (`account_of`) and its last four digits (`masked`).
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

DIGITS = 16
"""Digits of a code."""
ACCOUNT_LENGTH = 32
"""Hexadecimal digits of an account."""
_GROUP = 4
_SEPARATORS = " \t\u00a0\u2009\u202f-\u2010\u2011\u2012\u2013"


class ValueKind(StrEnum):
    """What an account is to its holder."""

    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"


class ValueState(StrEnum):
    """Whether an account may be paid with."""

    OPEN = "open"
    BLOCKED = "blocked"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class HeldTender:
    """Stored value that the hub holds for a sale until `expires` (UTC ms by the hub's clock). `amount` in minor units,
    `left`: what the account has besides. Kept beside the draft of the cart, so that it is captured or released."""

    kind: ValueKind
    account: str
    masked: str
    hold: str
    amount: int
    expires: int
    left: int = 0


def hold_of(account: str, sale: str) -> str:
    """The one hold of an account for a sale: both sides know its name, so that an unheard answer can be given back."""
    return hashlib.sha256(f"{account}:{sale}".encode()).hexdigest()[:ACCOUNT_LENGTH]


class BadCode(ValueError):
    """That is no code: its length, a letter in it, or its check digit is wrong. The message never repeats it."""


def luhn_digit(body: str) -> str:
    """The check digit that makes `body` (digits) a code's digits. Every wrong digit and nearly every swap is found."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def code_from(number: int) -> str:
    """The code whose digits before the check digit are `number`, modulo what they can hold."""
    if number < 0:
        raise ValueError("a code is made of no negative number")
    body = str(number % 10 ** (DIGITS - 1)).zfill(DIGITS - 1)
    return body + luhn_digit(body)


def is_code(text: str) -> bool:
    """Whether these are exactly a code's digits."""
    plain = len(text) == DIGITS and text.isascii() and text.isdigit()
    return plain and luhn_digit(text[:-1]) == text[-1]


def parse(text: str) -> str | None:
    """The code in scanned or typed text, however its digits are grouped; None if there is none in it."""
    digits = "".join(c for c in text.strip() if c not in _SEPARATORS)
    return digits if is_code(digits) else None


def account_of(code: str) -> str:
    """The account of a code: the beginning of its SHA-256, in hex. Raises BadCode."""
    _require(code)
    return hashlib.sha256(code.encode("ascii")).hexdigest()[:ACCOUNT_LENGTH]


def is_account(text: str) -> bool:
    """Whether this can be an account."""
    return len(text) == ACCOUNT_LENGTH and all(c in "0123456789abcdef" for c in text)


def masked(code: str) -> str:
    """The four digits that people know a code by. Raises BadCode."""
    _require(code)
    return code[-_GROUP:]


def grouped(code: str) -> str:
    """The code as it stands on paper: groups of four. Raises BadCode."""
    _require(code)
    return " ".join(code[n : n + _GROUP] for n in range(0, DIGITS, _GROUP))


def _require(code: str) -> None:
    if not is_code(code):
        raise BadCode(f"A code has {DIGITS} digits, the last of them a check digit; this one does not hold.")
