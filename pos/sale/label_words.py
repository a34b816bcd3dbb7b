"""What the sale says of labels that say more than their article: what happened, what was kept, what to do."""

from datetime import UTC, date, datetime

from pos.sale.words import short
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, day, language
from sync.actions.sold_units import Elsewhere
from sync.domain.catalogue import Product
from sync.domain.expired import ExpiredReason


def _named(last: date) -> str:
    noon = datetime(last.year, last.month, last.day, 12, tzinfo=UTC)
    return f"{day(int(noon.timestamp()) * 1000, 'UTC')} {last.year}"


def expired(product: Product, last: date, may: bool) -> Happened:
    """Goods that may not be sold any more; `may`: unless somebody approves it."""
    title = _("{name} expired on {day}").format(name=product.name(language()), day=_named(last))
    line = _("Nothing was added. Take it off the shelf and bring another.")
    action, icon = (_("Ask for approval"), "user-round-check") if may else ("", "")
    return Happened("refused", title, line, icon="triangle-alert", action=action, action_icon=icon)


def reasons() -> list[tuple[str, str]]:
    """Why expired goods are sold all the same: key and words."""
    return [
        (ExpiredReason.MARKED_DOWN.value, _("Marked down for today")),
        (ExpiredReason.DATE_WRONG.value, _("The date is printed wrong")),
        (ExpiredReason.CHECKED.value, _("Looked at, and good")),
    ]


def who_approves(product: Product, last: date) -> tuple[str, str]:
    """What is asked, and what for."""
    said = _("{name} expired on {day}").format(name=product.name(language()), day=_named(last))
    return _("Who lets this be sold?"), said


def ask_somebody(product: Product) -> Happened:
    """Somebody must approve expired goods."""
    line = _("{name} is not added yet. The rest of the sale is kept.").format(name=product.name(language()))
    return Happened("working", _("Somebody who may must approve"), line, icon="user-round-check")


def approved(product: Product, who: str) -> Happened:
    """Somebody let expired goods be sold."""
    title = _("{name} added past its expiry").format(name=product.name(language()))
    return Happened("good", title, _("{name} approved. It is on record.").format(name=who), icon="user-round-check")


def not_approved(product: Product) -> Happened:
    """Nobody did."""
    title = _("{name} was not added").format(name=product.name(language()))
    return Happened("working", title, _("Take it off the shelf and bring another."), icon="history")


def own_date(product: Product) -> Happened:
    """More of what was approved past its expiry."""
    title = _("Scan the next {name}").format(name=product.name(language()))
    return Happened(
        "refused", title, _("Each one past its expiry is approved. Nothing was changed."), icon="scan-barcode"
    )


def past_best(product: Product, last: date) -> Happened:
    """Goods that may be sold, if who buys knows."""
    title = _("{name} was best before {day}").format(name=product.name(language()), day=_named(last))
    line = _("It was added. Tell the customer, or undo and bring another.")
    return Happened("refused", title, line, icon="triangle-alert", action=_("Undo"))


def twice(product: Product, unit: str) -> Happened:
    """A marked unit that is in the cart."""
    title = _("This very {name} is in the sale already").format(name=product.name(language()))
    line = _("Its own code {serial} counts once. Scan the next one.").format(serial=short(unit))
    return Happened("refused", title, line, action=_("Take it out"), action_icon="trash-2")


def elsewhere(product: Product, there: Elsewhere, now: int, zone: str) -> Happened:
    """A unit that was sold already, or lies in another cart of this terminal."""
    name, time, date = product.name(language()), clock_time(there.at, zone), day(there.at, zone)
    if not there.receipt:
        title = _("This very {name} is in another cart").format(name=name)
        line = _("The cart was begun at {time} and is not paid yet. Nothing was added.").format(time=time)
    else:
        today = day(now, zone) == date
        said = _("This very {name} was sold at {time}") if today else _("This very {name} was sold on {day} at {time}")
        title = said.format(name=name, time=time, day=date)
        line = _("Receipt {receipt}. Nothing was added. If it came back, take it back by that receipt first.")
    return Happened("refused", title, line.format(receipt=there.receipt), icon="receipt")


def own_code(product: Product) -> Happened:
    """More of a marked unit."""
    title = _("Scan the next {name}").format(name=product.name(language()))
    return Happened("refused", title, _("Each has a code of its own. Nothing was changed."), icon="scan-barcode")


def by_piece(product: Product) -> Happened:
    """A scale's weight on what is sold by the piece."""
    title = _("{name} is sold by the piece").format(name=product.name(language()))
    return Happened("refused", title, _("Its label has a weight. Nothing was added. Tell who sets up the scale."))


def too_many(product: Product, pieces: int) -> Happened:
    """A count that no shopper carries."""
    title = _("The label says {n} of {name}").format(n=pieces, name=product.name(language()))
    return Happened("refused", title, _("Nothing was added. Scan it again, or set the count by hand."))
