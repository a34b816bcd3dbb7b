"""The code that a shopper says to collect an order: 4 to 8 digits. Nothing but its check value is kept anywhere.

The check value is bound to its order, so that equal codes of two orders don't show as equal. Scrypt makes each guess
cost some 16 MiB and tens of milliseconds; so few digits can be guessed all the same by who holds the check value and
has minutes to spare. It keeps a code from being read, not from being worked out: that is why a terminal for shoppers
never gets it.
"""

import hashlib
import hmac

SHORTEST, LONGEST = 4, 8
"""Digits of a code."""
_COST = {"n": 2**14, "r": 8, "p": 1, "dklen": 16}


def is_code(text: str) -> bool:
    """Whether a text can be a collecting code: 4 to 8 digits of ASCII and nothing else."""
    return SHORTEST <= len(text) <= LONGEST and text.isascii() and text.isdigit()


def check_of(order_id: str, code: str) -> str:
    """The check value of an order's code: how many digits it has, a colon and 32 hex digits; always the same for the
    same order (a purchase's id) and code. Takes tens of milliseconds. Raises ValueError for what is no code."""
    if not is_code(code):
        raise ValueError(f"A collecting code has {SHORTEST} to {LONGEST} digits.")
    hashed = hashlib.scrypt(code.encode(), salt=f"collect:{order_id}".encode(), **_COST).hex()
    return f"{len(code)}:{hashed}"


def digits_of(check: str) -> int:
    """How many digits the code of a check value has, so that a screen knows when it is whole; 0 for "" and for what is
    no check value."""
    digits = check.partition(":")[0]
    return int(digits) if len(digits) == 1 and digits in "45678" else 0


def matches(order_id: str, check: str, code: str) -> bool:
    """Whether that is the order's code. False for an order without a code ("" as check value), and for what is none."""
    return bool(check) and is_code(code) and hmac.compare_digest(check_of(order_id, code), check)
