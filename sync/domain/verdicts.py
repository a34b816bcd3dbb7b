"""What the hub says of an operation (design, section 4: I-2, I-3)."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The three verdicts there are."""

    APPLIED = "applied"
    EXCEPTION = "applied_with_exception"
    REFUSED = "refused"


class Code(StrEnum):
    """Why a verdict is not plainly `applied`, or why a person is asked without one."""

    NONE = ""
    STOCK_BELOW_ZERO = "stock_below_zero"
    TOTAL_DIFFERS = "total_differs"
    PRODUCT_UNKNOWN = "product_unknown"
    DUPLICATE_SALE = "duplicate_sale"
    UNIT_SOLD_TWICE = "unit_sold_twice"
    UNREADABLE = "unreadable"
    KIND_UNKNOWN = "kind_unknown"
    SCHEMA_UNKNOWN = "schema_unknown"
    NOT_ALLOWED = "not_allowed"
    CLOCK_WRONG = "clock_wrong"
    LOCATION_UNKNOWN = "location_unknown"
    DUPLICATE_OPERATION = "duplicate_operation"
    PAYMENT_STEP = "payment_step"
    JOURNAL_LOST = "journal_lost"
    FORK = "fork"
    TWIN = "twin"
    CHAIN = "chain"
    PAYMENT_UNKNOWN = "payment_unknown"
    OVERSOLD = "oversold"
    JOURNAL_DIFFERS = "journal_differs"
    REFUND_RIGHT = "refund_right"
    PURCHASE_UNKNOWN = "purchase_unknown"
    RETURN_DIFFERS = "return_differs"
    DUPLICATE_RETURN = "duplicate_return"
    BLIND_LIMIT = "blind_limit"
    DUPLICATE_SHIFT = "duplicate_shift"
    SHIFT_DIFFERS = "shift_differs"
    SHIFT_UNKNOWN = "shift_unknown"
    SHIFT_LEFT_OPEN = "shift_left_open"
    SHIFT_LATE = "shift_late"
    SETTLED_ALREADY = "settled_already"
    MATTER_UNKNOWN = "matter_unknown"
    HUB_RESTORED = "hub_restored"
    VALUE_OVERDRAWN = "value_overdrawn"
    VALUE_UNKNOWN = "value_unknown"
    EXCHANGE_DIFFERS = "exchange_differs"
    HANDED_OUT_TWICE = "handed_out_twice"
    PARCEL_DIFFERS = "parcel_differs"
    SUBSTITUTE_DIFFERS = "substitute_differs"
    PROXY_DIFFERS = "proxy_differs"
    PARCEL_SURPLUS = "parcel_surplus"
    PARCEL_MISSING = "parcel_missing"
    OWED_TWICE = "owed_twice"
    OWED_DIFFERS = "owed_differs"
    ORDER_OVERPAID = "order_overpaid"
    CARD_BACK_UNKNOWN = "card_back_unknown"
    FISCAL_FAILED = "fiscal_failed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One operation's verdict, for ever. `detail` names what a person needs to settle it."""

    outcome: Outcome
    code: Code = Code.NONE
    detail: str = ""


APPLIED = Verdict(Outcome.APPLIED)
