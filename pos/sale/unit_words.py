"""What the sale says of units that are sold by number: what happened, what was kept, what to do."""

from pos.sale.words import short
from pos.ui.happened import Happened
from pos.ui.i18n import _, language, quantity
from sync.actions.cart import CartLine
from sync.domain.catalogue import Product
from sync.domain.pricing import PIECE


def number_wanted(product: Product) -> Happened:
    """An article is sold by the number of its unit."""
    title = _("{name}: scan its serial number").format(name=product.name(language()))
    return Happened("working", title, _("It is sold by its number. Nothing is added yet."), icon="hourglass")


def expired(product: Product) -> Happened:
    """The label with the number says that the unit is past its expiry."""
    title = _("This {name} is past its expiry").format(name=product.name(language()))
    return Happened("refused", title, _("Bring another, and scan its number."), icon="triangle-alert")


def own_barcode(product: Product) -> Happened:
    """The barcode that all units share, in place of the unit's own number."""
    title = _("That is the barcode of {name}").format(name=product.name(language()))
    return Happened("refused", title, _("Its own serial number is asked for. Nothing is added yet."))


def waits(other: Product, product: Product) -> Happened:
    """Another article was scanned before the number."""
    title = _("{name} waits").format(name=other.name(language()))
    line = _("First the number of {name}; then it is added by itself.").format(name=product.name(language()))
    return Happened("working", title, line, icon="hourglass")


def half_read() -> Happened:
    """A number of which a part is missing."""
    line = _("Nothing is added yet. Scan the number again, or type it.")
    return Happened("refused", _("The number was only half read"), line)


def no_number(product: Product) -> Happened:
    """A receipt, a pass or an address, in place of a number."""
    line = _("Nothing is added yet. Scan the number of {name}, or type it.").format(name=product.name(language()))
    return Happened("refused", _("That is no serial number"), line)


def twice(serial: str) -> Happened:
    """The number of a unit that is in the cart."""
    title = _("Number {serial} is in the sale already").format(serial=short(serial))
    return Happened("refused", title, _("Each unit has its own. Scan the number of this one."))


def number_first(product: Product) -> Happened:
    """Something else is wanted while the number is asked for."""
    title = _("First the number of {name}").format(name=product.name(language()))
    return Happened("refused", title, _("Nothing was lost. Scan the number, type it, or leave it."))


def not_numbered(product: Product) -> Happened:
    """The number was not given."""
    title = _("{name} was not added").format(name=product.name(language()))
    return Happened("refused", title, _("No serial number was given."))


def added(line: CartLine, serial: str, number: int, lines: int) -> Happened:
    """A unit was added by its number."""
    name = line.product.name(language())
    title = _("{name} added").format(name=name)
    if line.quantity > PIECE:
        title = _("{name}: now {count}").format(name=name, count=quantity(line.quantity))
    where = _("line {n} of {all}").format(n=number, all=lines)
    which = _("number {serials}").format(serials=short(serial))
    return Happened("good", title, f"{which} · {where}", action=_("Undo"))


def in_sale(product: Product, serial: str) -> Happened:
    """A number was scanned that is in the cart, and no number is asked for."""
    title = _("Number {serial} is in the sale already").format(serial=short(serial))
    line = _("{name} is not added twice.").format(name=product.name(language()))
    return Happened("refused", title, line, action=_("Take it out"), action_icon="trash-2")


def off(product: Product, serial: str) -> Happened:
    """The number of a unit that was taken out of this sale."""
    title = _("Number {serial} was taken out").format(serial=short(serial))
    line = _("{name} is not in the sale now.").format(name=product.name(language()))
    return Happened("refused", title, line, action=_("Put it back"), action_icon="undo-2")


def out(product: Product, serial: str) -> Happened:
    """A unit was taken out."""
    title = _("{name} taken out").format(name=product.name(language()))
    line = _("Number {serial} is not sold. It goes back to its shelf.").format(serial=short(serial))
    return Happened("good", title, line, icon="trash-2", action=_("Undo"))


def numbers(serials: tuple[str, ...], most: int = 2) -> str:
    """The numbers of a line as it has room for them: "number A, B and 3 more"."""
    said = ", ".join(serials[:most])
    text = _("number {serials}").format(serials=said)
    return text if len(serials) <= most else _("{numbers} and {n} more").format(numbers=text, n=len(serials) - most)
