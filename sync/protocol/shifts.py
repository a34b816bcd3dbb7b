"""Bodies of a shift's operations: what stands between `shift_opened` and `shift_closed` in one terminal's journal.

The order of the journal says to which shift a sale, a payment, a return or a movement of cash belongs; nothing carries
a shift's id but these bodies. Money in minor units, times UTC in ms. Source: design, section 5.
"""

import msgspec


class ShiftOpened(msgspec.Struct, frozen=True):
    """Body of kind `shift_opened`, schema 1: `float_` (on the wire `float`) was counted into the drawer.

    `number` is the terminal's own and never given twice, as receipts' numbers are (`K7Q2ZD-Z12`).
    """

    shift: str
    number: str
    location: str
    currency: str
    float_: int = msgspec.field(name="float")


class CashMoved(msgspec.Struct, frozen=True):
    """Body of kind `cash_moved`, schema 1: cash went into the drawer or out of it, and no sale or return says so.

    `kind`: `drop` (to the safe or the bank), `pay_in`, `pay_out`; `amount` is above 0 with each. `reason` as in
    `sync.domain.shifts.MoveReason`, `approved_by` the staff id of who approved it, "" without.
    """

    move: str
    shift: str
    kind: str
    amount: int
    reason: str
    note: str = ""
    approved_by: str = ""


class TenderTotal(msgspec.Struct, frozen=True):
    """What came by one kind of tender and what went back by it. Cash is net of change and rounding (F36)."""

    kind: str
    sold: int
    refunded: int


class MoveTotal(msgspec.Struct, frozen=True):
    """How often cash was moved in one way (as in CashMoved), and how much."""

    kind: str
    count: int
    amount: int


class Between(msgspec.Struct, frozen=True):
    """What was recorded since the shift before was closed and before this one was opened (F8). Its cash lay in the
    drawer when the float was counted, so it is no part of what is expected."""

    sales: int
    returns: int
    tenders: list[TenderTotal]
    orders: int = 0


class ShiftClosed(msgspec.Struct, frozen=True):
    """Body of kind `shift_closed`, schema 1: the drawer was counted; all that the Z report says.

    `difference` = `counted` - `expected`: above 0 is over, below is short; then `reason` says why, as in
    `sync.domain.shifts.DifferenceReason` (F37). `first_counted`: what was counted before anybody saw the difference.
    `pieces`: how many there were of each value, largest first. `sold` and `returned` are totals of `sales` and
    `returns` with VAT, `promised` what of `returned` was not paid yet. `first`: the number of the operation that opened
    it. `waiting`: operations of this terminal that had no verdict then; who closed handed them over (F9). `orders` were
    paid here, with `ordered` in all: their money stands among the tenders, their goods among nobody's sales.
    """

    shift: str
    number: str
    location: str
    currency: str
    opened_at: int
    opened_by: str
    float_: int = msgspec.field(name="float")
    expected: int
    counted: int
    difference: int
    reason: str
    note: str
    pieces: list[tuple[int, int]]
    tenders: list[TenderTotal]
    moves: list[MoveTotal]
    sales: int
    sold: int
    sold_vat: int
    returns: int
    returned: int
    returned_vat: int
    promised: int
    rounding: int
    first_receipt: str
    last_receipt: str
    first: int
    waiting: int
    first_counted: int
    approved_by: str = ""
    between: Between | None = None
    language: str = "en"
    orders: int = 0
    ordered: int = 0
