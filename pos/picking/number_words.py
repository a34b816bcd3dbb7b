"""What picking says of units that are packed by their own numbers: what happened, what was kept, what to do."""

from pos.ui.happened import Happened
from pos.ui.i18n import _, language
from sync.domain.catalogue import Product

LONGEST = 24


def wanted(product: Product) -> Happened:
    """An article is packed by the number of its unit."""
    title = _("{name}: scan its serial number").format(name=product.name(language()))
    return Happened("working", title, _("It is packed by its number. Nothing is counted yet."), icon="hourglass")


def own_barcode(product: Product) -> Happened:
    """The barcode that all units share, in place of the unit's own number."""
    title = _("That is the barcode of {name}").format(name=product.name(language()))
    return Happened("refused", title, _("Its own serial number is asked for. Nothing is counted yet."))


def first(product: Product) -> Happened:
    """Another article was scanned before the number."""
    title = _("First the number of {name}").format(name=product.name(language()))
    return Happened("refused", title, _("Nothing was counted. Scan the number, type it, or leave it."))


def no_number(product: Product) -> Happened:
    """A receipt, a pass or an address, in place of a number."""
    line = _("Nothing is counted yet. Scan the number of {name}, or type it.").format(name=product.name(language()))
    return Happened("refused", _("That is no serial number"), line)


def half_read() -> Happened:
    """A number of which a part is missing."""
    line = _("Nothing is counted yet. Scan the number again, or type it.")
    return Happened("refused", _("The number was only half read"), line)


def twice(serial: str) -> Happened:
    """The number of a unit that is in a parcel already."""
    short = serial if len(serial) <= LONGEST else f"{serial[:LONGEST]}…"
    title = _("Number {serial} is in this order already").format(serial=short)
    return Happened("refused", title, _("Each unit has its own. Scan the number of this one."))


def left(product: Product) -> Happened:
    """The number was not given."""
    title = _("{name} was not counted").format(name=product.name(language()))
    return Happened("refused", title, _("No serial number was given."))
