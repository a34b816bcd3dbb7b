"""What the sale says of labels that say more than their article: what happened, what was kept, what to do."""

from datetime import UTC, date, datetime

from pos.sale.words import short
from pos.ui.happened import Happened
from pos.ui.i18n import _, day, language
from sync.domain.catalogue import Product


def _named(last: date) -> str:
    noon = datetime(last.year, last.month, last.day, 12, tzinfo=UTC)
    return f"{day(int(noon.timestamp()) * 1000, 'UTC')} {last.year}"


def expired(product: Product, last: date) -> Happened:
    """Goods that may not be sold any more."""
    title = _("{name} expired on {day}").format(name=product.name(language()), day=_named(last))
    line = _("Nothing was added. Take it off the shelf and bring another.")
    return Happened("refused", title, line, icon="triangle-alert")


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
