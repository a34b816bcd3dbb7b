"""A signed pass at the counter: checked here first, whatever the network does; each answer has its own sentence."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pos.returns import words
from pos.returns.finding import Query
from pos.ui.happened import Happened
from pos.ui.i18n import _, day
from sync.domain.passes import Answer
from sync.domain.receipts import is_sale
from sync.local import Local, purchases_as_of
from sync.protocol.messages import FindOrders

if TYPE_CHECKING:
    from sync.local.passes import ShownPass


def check(text: str, now: int) -> "Callable[[Local], tuple[ShownPass, int]]":
    """The checked pass, and how old what it proves is (UTC ms)."""

    def job(local: Local) -> "tuple[ShownPass, int]":
        from sync.local.passes import verify_pass  # its library costs the start of the till, and a pass is rare

        shown = verify_pass(local, text, now)
        made = shown.says.issued if shown.says is not None else 0
        return shown, max(made, purchases_as_of(local)) if shown.known else made

    return job


def query_of(shown: "ShownPass", seen: int) -> Query | None:
    """What to ask the hub about a good pass; it proves the order by itself where no answer comes. None if it is not
    good."""
    if shown.answer is not Answer.OK or shown.purchase is None:
        return None
    number = shown.purchase.number
    return Query(number, FindOrders(number=number), proved=shown.purchase, seen=seen)


def refused(shown: "ShownPass", zone: str) -> Happened:
    """What is wrong with a pass, and what to do. A number is named only if our hub signed it."""
    number = shown.number
    by_number = _("Nothing was changed. Find order {number} by its number.").format(number=number)
    ends = day(shown.expires, zone) if shown.expires else ""
    if shown.proxy is not None:
        no_return = _("It is a proxy's: nothing comes back on it, and no money. Find order {number} by its number.")
        return Happened("refused", _("This pass is for collecting only"), no_return.format(number=number))
    title, line = {
        Answer.UNREADABLE: (
            _("The pass was only half read"),
            _("Nothing was changed. Scan it again, or type the number."),
        ),
        Answer.ALTERED: (_("This pass was changed"), _("It is not what we signed. Take nothing back on it.")),
        Answer.FOREIGN: (_("This pass is not ours"), _("It may be another retailer's. Type the order number instead.")),
        Answer.EXPIRED: (_("This pass expired on {day}").format(day=ends), by_number),
        Answer.NOT_YET: (_("This pass is from the future"), _("Look at this till's clock. Nothing was changed.")),
        Answer.REVOKED: (_("This pass was withdrawn"), by_number),
        Answer.USED: (_("This pass is used up"), _("Everything of order {number} came back.").format(number=number)),
    }[shown.answer]
    return Happened("refused", title, line)


def refused_receipt(shown: "ShownPass", number: str, zone: str) -> Happened:
    """What is wrong with the pass on a receipt, and what to do. Its number stands in clear, and may still be looked up
    where the pass is not proof that somebody tampered."""
    by_number = _("Nothing was changed. Look for receipt {number} by its number.").format(number=number)
    ends = day(shown.says.expires, zone) if shown.says is not None else ""
    title, line = {
        Answer.UNREADABLE: (_("The receipt was only half read"), _("Nothing was changed. Scan it again.")),
        Answer.ALTERED: (
            _("This receipt was changed"),
            _("Its code is not what a till of ours signed. Take nothing back on it."),
        ),
        Answer.FOREIGN: (
            _("No till that we know signed this receipt"),
            _("It may be another retailer's. Look for {number} by its number.").format(number=number),
        ),
        Answer.EXPIRED: (_("The code of this receipt expired on {day}").format(day=ends), by_number),
        Answer.NOT_YET: (
            _("This receipt is from the future"),
            _("Look at this till's clock, and at the date on the receipt. Nothing was changed."),
        ),
        Answer.REVOKED: (_("The till of this receipt was shut out"), by_number),
        Answer.USED: (
            _("This receipt is used up"),
            _("Everything of receipt {number} came back.").format(number=number),
        ),
    }[shown.answer]
    action = "" if shown.answer in (Answer.ALTERED, Answer.USED, Answer.NOT_YET) else _("By its number")
    return Happened("refused", title, line, action=action, action_icon="search")


def proved(query: Query, zone: str) -> Happened:
    """An order is on the screen that only its pass proves."""
    purchase = query.proved
    if purchase is None or purchase.received_at is None:
        assert purchase is not None  # it is asked for proved orders alone
        return words.opened(purchase, False, query.seen, zone)
    line = _("Signed on {day}. Scan what comes back.").format(day=day(query.seen, zone))
    if is_sale(purchase):
        return Happened("working", _("Receipt {number}, proved by its code").format(number=purchase.number), line)
    return Happened("working", _("Order {number}, proved by its pass").format(number=purchase.number), line)
