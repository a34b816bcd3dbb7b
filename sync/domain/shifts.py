"""A cashier's shift: what the drawer should hold, and what is said when it is counted. Pure.

Money in minor units. Cash counts net of change and of rounding, for that is what stays in the drawer (F36). Over or
short is recorded with a reason and never refused (F37). Source: design, section 5.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class MoveKind(StrEnum):
    """Cash that moves without a sale or a return: to the safe or the bank, into the drawer, out of it."""

    DROP = "drop"
    PAY_IN = "pay_in"
    PAY_OUT = "pay_out"


class MoveReason(StrEnum):
    """Why cash is moved. `other` says it in a note."""

    SAFE = "safe"
    BANK = "bank"
    CHANGE = "change"
    EXPENSE = "expense"
    OTHER = "other"


class DifferenceReason(StrEnum):
    """Why a drawer is over or short, as far as who closes knows. `other` says it in a note."""

    WRONG_CHANGE = "wrong_change"
    MISCOUNT = "miscount"
    NOT_RECORDED = "not_recorded"
    UNKNOWN = "unknown"
    OTHER = "other"


class ShiftRefusal(StrEnum):
    """Why a shift can't be opened, its cash moved, or closed as asked."""

    ALREADY_OPEN = "already_open"
    NOT_OPEN = "not_open"
    BAD_AMOUNT = "bad_amount"
    BAD_COUNT = "bad_count"
    NEEDS_REASON = "needs_reason"
    NEEDS_NOTE = "needs_note"
    NEEDS_APPROVAL = "needs_approval"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Refused:
    """The reason. `amount`: for `waiting` how many operations have no verdict, for `needs_reason` and `needs_note` of a
    close the difference."""

    reason: ShiftRefusal
    amount: int = 0


@dataclass(frozen=True, slots=True)
class Closing:
    """A counted drawer: `difference` = counted - expected. `reason` is None where there is none to explain."""

    counted: int
    difference: int
    reason: DifferenceReason | None


OWED = "owed"
"""Cash that was owed to a shopper and paid at this drawer. It moves as a pay-out does, and is an operation of its own:
what came back for it was counted where and when it came back."""
SIGN: dict[str, int] = {MoveKind.DROP: -1, MoveKind.PAY_IN: 1, MoveKind.PAY_OUT: -1, OWED: -1}
"""What a movement does to the drawer."""
LARGEST = 10**13
"""Beyond any drawer, in minor units."""

DENOMINATIONS: dict[str, tuple[int, ...]] = {
    "KZT": (
        2_000_000,
        1_000_000,
        500_000,
        200_000,
        100_000,
        50_000,
        20_000,
        10_000,
        5_000,
        2_000,
        1_000,
        500,
        200,
        100,
    ),
    "RUB": (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 1_000, 500, 200, 100, 50, 10),
    "GEL": (20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5),
    "EUR": (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "USD": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 10, 5, 1),
}
"""Notes and coins that are money now, by currency, largest first."""


def denominations(currency: str) -> tuple[int, ...]:
    """The values that a drawer is counted by; of a currency that is not known here, powers of ten."""
    return DENOMINATIONS.get(currency, tuple(10**n for n in range(6, -1, -1)))


def net_cash(given: int, change: int) -> int:
    """What of a cash payment stays in the drawer. Rounding is in it already: what is due in cash is rounded."""
    return given - change


def expected_cash(float_: int, sales: Iterable[int], returns: Iterable[int], moves: Iterable[tuple[str, int]]) -> int:
    """What the drawer should hold: the float, the net cash of each sale, less the cash of each return, and movements
    as (kind, amount), `OWED` among them."""
    moved = sum(SIGN[kind] * amount for kind, amount in moves)
    return float_ + sum(sales) - sum(returns) + moved


def counted(pieces: Iterable[tuple[int, int]]) -> int:
    """The money of a count: how many there are of each value."""
    return sum(value * count for value, count in pieces)


def decide_open(float_: int, is_open: bool) -> Refused | None:
    """Whether a shift may begin with that float."""
    if is_open:
        return Refused(ShiftRefusal.ALREADY_OPEN)
    return None if 0 <= float_ <= LARGEST else Refused(ShiftRefusal.BAD_AMOUNT)


def decide_move(kind: MoveKind, amount: int, reason: MoveReason, note: str, approved: bool) -> Refused | None:
    """Whether cash may be moved: a pay-out only if it is approved. More than is expected to be there is no matter: the
    drawer knows better than the books, and to refuse it would tell what is expected before it is counted."""
    if not 0 < amount <= LARGEST:
        return Refused(ShiftRefusal.BAD_AMOUNT)
    if reason is MoveReason.OTHER and not note.strip():
        return Refused(ShiftRefusal.NEEDS_NOTE)
    if kind is MoveKind.PAY_OUT and not approved:
        return Refused(ShiftRefusal.NEEDS_APPROVAL)
    return None


def decide_close(
    expected: int, pieces: list[tuple[int, int]], reason: DifferenceReason | None, note: str = ""
) -> Closing | Refused:
    """Close on a count. Any count is taken (F37); one that is not what was expected says why, and one that is needs
    nothing (F36)."""
    if not _is_count(pieces):
        return Refused(ShiftRefusal.BAD_COUNT)
    there = counted(pieces)
    difference = there - expected
    if difference == 0:
        return Closing(there, 0, None)
    if reason is None:
        return Refused(ShiftRefusal.NEEDS_REASON, difference)
    if reason is DifferenceReason.OTHER and not note.strip():
        return Refused(ShiftRefusal.NEEDS_NOTE, difference)
    return Closing(there, difference, reason)


def _is_count(pieces: list[tuple[int, int]]) -> bool:
    values = [value for value, _ in pieces]
    sound = all(0 < value <= LARGEST and 0 <= count <= 10**6 for value, count in pieces)
    return sound and len(set(values)) == len(values) and counted(pieces) <= LARGEST
