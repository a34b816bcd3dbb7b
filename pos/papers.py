"""A page of the print journal written anew, from what is recorded here: by what it is, and of what.

What shows how things stood at one moment (an X report, a pick list) can't be written again; its task makes a new one.
Nor is what carries the code of a store credit, which is money: only the returns, where it was made, print that again.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from pos.card_pages import card_page
from pos.collect_pages import hand_out_page, label_page, ticket_page
from pos.order_pages import order_paid_page
from pos.printing import came_back, gift_page, page, return_page
from pos.receipt.document import Document
from pos.returns.local import payout_page
from pos.shift.local import move_page, z_page
from pos.ui.i18n import language
from sync.actions.printing import HAND_OUT, LABEL
from sync.actions.shifts import Z_REPORT
from sync.domain.card_slips import CARD_CASHIER, CARD_CUSTOMER
from sync.local import Local, return_by_receipt, sale_by_receipt
from sync.local.arrivals import by_id_now
from sync.local.order_payments import order_paid_by_receipt
from sync.local.owed import payout_by_receipt
from sync.local.pickups import hand_out_by_receipt, parcel_by_id
from sync.local.shifts import move_by_id

Write: TypeAlias = Callable[[Local, str, bool, bool], Document | None]
COPY = "-copy"


def paper_of(local: Local, what: str, ref: str, copy: bool, duplicate: bool) -> Document | None:
    """The page of that job, marked as a copy or as a possible duplicate; None where it can't be written again, or where
    what it is about is not known here any more."""
    if what == "gift":
        sale = sale_by_receipt(local, ref)
        return gift_page(local, sale) if sale is not None else None
    write = _WRITE.get(base(what))
    return write(local, ref, copy, duplicate) if write is not None else None


def base(what: str) -> str:
    """What it is a copy of."""
    return "receipt" if what == "copy" else what.removesuffix(COPY)


def copy_of(what: str) -> str:
    """What a copy of it is called in the journal."""
    return "copy" if base(what) == "receipt" else f"{base(what)}{COPY}"


def _of(find: Callable[[Local, str], Any], write: Callable[..., Document]) -> Write:
    """A page of what `find` finds."""

    def written(local: Local, ref: str, copy: bool, duplicate: bool) -> Document | None:
        found = find(local, ref)
        return None if found is None else write(local, found, copy=copy, duplicate=duplicate)

    return written


def _sale(local: Local, ref: str, copy: bool, duplicate: bool) -> Document | None:
    sale = sale_by_receipt(local, ref)
    back = came_back(local, sale) if sale is not None else None
    if sale is None or (back is not None and back.body.credit):
        return None
    return page(local, sale, copy=copy, duplicate=duplicate)


def _return(local: Local, ref: str, copy: bool, duplicate: bool) -> Document | None:
    back = return_by_receipt(local, ref)
    if back is None or back.body.credit:
        return None
    return return_page(local, back, copy=copy, duplicate=duplicate)


def _label(local: Local, ref: str, copy: bool, duplicate: bool) -> Document | None:
    parcel = parcel_by_id(local, ref)
    return None if parcel is None else label_page(local, parcel, language(), copy=copy, duplicate=duplicate)


def _payout(local: Local, ref: str, copy: bool, duplicate: bool) -> Document | None:
    done = payout_by_receipt(local, ref)
    return None if done is None else payout_page(done, copy=copy, duplicate=duplicate)(local)


def _move(local: Local, ref: str, copy: bool, duplicate: bool) -> Document | None:
    done = move_by_id(local, ref)
    return None if done is None else move_page(done, language(), copy=copy, duplicate=duplicate)(local)


def _z(local: Local, ref: str, copy: bool, duplicate: bool) -> Document | None:
    return z_page(ref, copy=copy, duplicate=duplicate)(local)


def _card(what: str) -> Write:
    """The paper of that kind of a card payment."""

    def written(local: Local, ref: str, copy: bool, duplicate: bool) -> Document | None:
        try:
            return card_page(local, what, ref, language(), copy=copy, duplicate=duplicate)
        except LookupError:
            return None

    return written


_WRITE: dict[str, Write] = {
    "receipt": _sale,
    "return": _return,
    "ticket": _of(by_id_now, ticket_page),
    HAND_OUT: _of(hand_out_by_receipt, hand_out_page),
    "order_paid": _of(order_paid_by_receipt, order_paid_page),
    "payout": _payout,
    CARD_CASHIER: _card(CARD_CASHIER),
    CARD_CUSTOMER: _card(CARD_CUSTOMER),
    "move": _move,
    Z_REPORT: _z,
    LABEL: _label,
}
