"""What the hub says of an operation (design, section 4: I-2, I-3)."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The three verdicts there are."""

    APPLIED = "applied"
    EXCEPTION = "applied_with_exception"
    REFUSED = "refused"


class Code(StrEnum):
    """Why a verdict is not plainly `applied`, or why a person is asked without one (the last six)."""

    NONE = ""
    STOCK_BELOW_ZERO = "stock_below_zero"
    TOTAL_DIFFERS = "total_differs"
    PRODUCT_UNKNOWN = "product_unknown"
    DUPLICATE_SALE = "duplicate_sale"
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


@dataclass(frozen=True, slots=True)
class Verdict:
    """One operation's verdict, for ever. `detail` names what a person needs to settle it."""

    outcome: Outcome
    code: Code = Code.NONE
    detail: str = ""


APPLIED = Verdict(Outcome.APPLIED)
