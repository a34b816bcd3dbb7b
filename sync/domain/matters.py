"""How a matter may be settled: for each code the choices that a person has. What a choice leads to, the hub does once.

A matter without a choice settles itself: when the hub is upgraded, and knows what it could not read.
"""

from enum import StrEnum

from sync.domain.verdicts import Code


class Choice(StrEnum):
    """What was decided. Two have a consequence: the payment side is asked, by `PAY` for what was withheld of a promise
    or paid beyond an order,
    by `NOT_GIVEN` for what a card terminal was to give back and did not."""

    PAY = "pay"
    REFUSE = "refuse"
    CALL = "call"
    LOSS = "loss"
    RIGHT = "right"
    PUT_RIGHT = "put_right"
    COUNTED = "counted"
    FOUND = "found"
    ELSEWHERE = "elsewhere"
    MONEY_BACK = "money_back"
    CHARGED = "charged"
    NOT_CHARGED = "not_charged"
    GIVEN = "given"
    NOT_GIVEN = "not_given"
    CLOCK_SET = "clock_set"
    ENROLLED = "enrolled"
    REPLACED = "replaced"
    SUPPORT = "support"
    NOTED = "noted"
    SENT_ON = "sent_on"
    CAME = "came"


_OFFICE = (Choice.PUT_RIGHT, Choice.RIGHT, Choice.SUPPORT)
_MACHINE = (Choice.ENROLLED, Choice.REPLACED, Choice.SUPPORT)

CHOICES: dict[Code, tuple[Choice, ...]] = {
    Code.STOCK_BELOW_ZERO: (Choice.COUNTED, Choice.FOUND, Choice.LOSS),
    Code.OVERSOLD: (Choice.ELSEWHERE, Choice.CALL, Choice.MONEY_BACK, Choice.COUNTED),
    Code.REFUND_RIGHT: (Choice.PAY, Choice.REFUSE, Choice.CALL, Choice.LOSS),
    Code.RETURN_DIFFERS: (Choice.CALL, Choice.RIGHT, Choice.LOSS),
    Code.BLIND_LIMIT: (Choice.CALL, Choice.RIGHT, Choice.LOSS),
    Code.PURCHASE_UNKNOWN: (Choice.CALL, Choice.REFUSE, Choice.LOSS),
    Code.PAYMENT_UNKNOWN: (Choice.CHARGED, Choice.NOT_CHARGED, Choice.MONEY_BACK),
    Code.PAYMENT_STEP: (Choice.CHARGED, Choice.NOT_CHARGED, Choice.MONEY_BACK),
    Code.CLOCK_WRONG: (Choice.CLOCK_SET, Choice.SUPPORT),
    Code.FORK: _MACHINE,
    Code.TWIN: _MACHINE,
    Code.CHAIN: _MACHINE,
    Code.JOURNAL_LOST: (Choice.REPLACED, Choice.PUT_RIGHT, Choice.SUPPORT),
    Code.JOURNAL_DIFFERS: (Choice.PUT_RIGHT, Choice.SUPPORT),
    Code.TOTAL_DIFFERS: _OFFICE,
    Code.PRODUCT_UNKNOWN: _OFFICE,
    Code.LOCATION_UNKNOWN: _OFFICE,
    Code.NOT_ALLOWED: _OFFICE,
    Code.DUPLICATE_SALE: _OFFICE,
    Code.UNIT_SOLD_TWICE: (Choice.RIGHT, Choice.CALL, Choice.PUT_RIGHT),
    Code.DUPLICATE_RETURN: _OFFICE,
    Code.DUPLICATE_OPERATION: _OFFICE,
    Code.UNREADABLE: _OFFICE,
    Code.DUPLICATE_SHIFT: _OFFICE,
    Code.SHIFT_DIFFERS: (Choice.COUNTED, Choice.RIGHT, Choice.SUPPORT),
    Code.SHIFT_UNKNOWN: _OFFICE,
    Code.SHIFT_LEFT_OPEN: (Choice.COUNTED, Choice.LOSS, Choice.SUPPORT),
    Code.SHIFT_LATE: _OFFICE,
    Code.KIND_UNKNOWN: (),
    Code.SCHEMA_UNKNOWN: (),
    Code.HUB_RESTORED: (Choice.NOTED, Choice.SUPPORT),
    Code.VALUE_OVERDRAWN: (Choice.CALL, Choice.PUT_RIGHT, Choice.LOSS),
    Code.VALUE_UNKNOWN: (Choice.CALL, Choice.PUT_RIGHT, Choice.LOSS),
    Code.EXCHANGE_DIFFERS: _OFFICE,
    Code.HANDED_OUT_TWICE: (Choice.CALL, Choice.FOUND, Choice.LOSS),
    Code.PARCEL_DIFFERS: (Choice.CALL, Choice.FOUND, Choice.LOSS),
    Code.PROXY_DIFFERS: (Choice.CALL, Choice.RIGHT, Choice.LOSS),
    Code.SUBSTITUTE_DIFFERS: (Choice.CALL, Choice.PUT_RIGHT, Choice.LOSS),
    Code.PARCEL_SURPLUS: (Choice.SENT_ON, Choice.PUT_RIGHT, Choice.SUPPORT),
    Code.PARCEL_MISSING: (Choice.CAME, Choice.CALL, Choice.LOSS),
    Code.OWED_TWICE: (Choice.CALL, Choice.PUT_RIGHT, Choice.LOSS),
    Code.ORDER_OVERPAID: (Choice.PAY, Choice.PUT_RIGHT, Choice.CALL),
    Code.OWED_DIFFERS: (Choice.CALL, Choice.PUT_RIGHT, Choice.LOSS),
    Code.CARD_BACK_UNKNOWN: (Choice.GIVEN, Choice.NOT_GIVEN, Choice.CALL),
    Code.FISCAL_FAILED: (Choice.PUT_RIGHT, Choice.SUPPORT),
    Code.SETTLED_ALREADY: (Choice.RIGHT, Choice.CALL),
    Code.MATTER_UNKNOWN: (Choice.NOTED, Choice.SUPPORT),
}
WITH_CONSEQUENCE = (Choice.PAY, Choice.NOT_GIVEN)
"""What the hub does something for, once."""
ANY = (Choice.PUT_RIGHT, Choice.RIGHT, Choice.SUPPORT)
"""For a code that this software has no choices for."""


def choices_of(code: str) -> tuple[Choice, ...]:
    """What a person may choose for a matter of that code; a code of a newer hub has the usual ones."""
    known = code in Code.__members__.values()
    return CHOICES.get(Code(code), ANY) if known else ANY
