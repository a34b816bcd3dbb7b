"""What the sale says happened: what happened, what was kept, what to do."""

from pos.printing import Paper, PaperState
from pos.trouble import cause, remedy
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, language, money, ngettext, quantity
from sync.actions.cart import Cart, CartLine
from sync.actions.exchange import Needs
from sync.domain import returns
from sync.domain.catalogue import Product
from sync.domain.exchange import GoodsBack
from sync.domain.pricing import PIECE
from sync.local import Reason, RecordedSale
from sync.protocol.operations import Sale


def short(code: str) -> str:
    """A long code as its ends: 4870…112."""
    return code if len(code) <= 13 else f"{code[:6]}…{code[-4:]}"


def added(line: CartLine, number: int, lines: int, at: int, zone: str) -> Happened:
    """A line was added, or one more of it."""
    name = line.product.name(language())
    if line.product.unit == "pcs" and line.quantity > PIECE:
        title = _("{name}: now {count}").format(name=name, count=quantity(line.quantity))
    else:
        title = _("{name} added").format(name=name)
    how = _("Scanned {time}") if line.scanned else _("Chosen {time}")
    where = _("line {n} of {all}").format(n=number, all=lines)
    return Happened("good", title, f"{how.format(time=clock_time(at, zone))} · {where}", action=_("Undo"))


def promised(line: CartLine, taken: int) -> Happened:
    """The cart takes what is promised to orders here, thousandths of it."""
    unit = f" {_('kg')}" if line.product.unit == "kg" else ""
    title = _("{name}: promised to an order").format(name=line.product.name(language()))
    said = _("{n} of these wait to be picked up. Undo, or offer another: else the order has none.")
    return Happened("refused", title, said.format(n=quantity(taken) + unit), icon="triangle-alert", action=_("Undo"))


def changed(line: CartLine) -> Happened:
    """A quantity was set."""
    name = line.product.name(language())
    unit = f" {_('kg')}" if line.product.unit == "kg" else ""
    title = _("{name}: now {count}").format(name=name, count=quantity(line.quantity) + unit)
    return Happened("good", title, _("The total has changed with it."), action=_("Undo"))


def removed(line: CartLine) -> Happened:
    """A line was taken out."""
    title = _("{name} taken out").format(name=line.product.name(language()))
    return Happened("good", title, _("It goes back to its shelf."), icon="trash-2", action=_("Undo"))


def voided(cart: Cart) -> Happened:
    """Everything was put back."""
    n = len(cart.lines)
    line = ngettext("{n} line was not sold. No money moved.", "{n} lines were not sold. No money moved.", n)
    return Happened("good", _("Sale voided"), line.format(n=n), icon="trash-2", action=_("Undo"))


def undone(cart: Cart) -> Happened:
    """The last change was taken back."""
    n = len(cart.lines)
    line = ngettext("{n} line in the sale", "{n} lines in the sale", n).format(n=n)
    return Happened("good", _("Last change undone"), line, icon="undo-2")


def came_back(lines: int) -> Happened:
    """The till stopped with an open sale, and here it is."""
    text = ngettext(
        "{n} line was kept. Go on with it or void it.", "{n} lines were kept. Go on with it or void it.", lines
    )
    return Happened("good", _("The open sale is back"), text.format(n=lines), icon="history")


def signed_in(name: str) -> Happened:
    """Somebody begins to sell."""
    return Happened(
        "good", _("{name} is signed in").format(name=name), _("Scan the first item."), icon="user-round-check"
    )


def last_sale(sale: RecordedSale) -> Happened:
    """The sale before this one is done."""
    body = sale.body
    title = _("Sale {receipt} is done").format(receipt=body.receipt)
    line = _("{amount} · kept here").format(amount=money(body.due, body.currency))
    if body.change:
        line = _("change {amount}").format(amount=money(body.change, body.currency))
    return Happened("good", title, line, action=_("Print again"), action_icon="printer")


def not_ours(code: str) -> Happened:
    """A code that no article has."""
    return Happened(
        "refused",
        _("This code is not ours. Nothing was added."),
        _("Code {code}. Scan it again or find the item by name.").format(code=short(code)),
        action=_("Find"),
        action_icon="search",
    )


def misread(code: str) -> Happened:
    """A code whose check digit is wrong."""
    return Happened(
        "refused",
        _("The code was misread. Nothing was added."),
        _("The check digit of {code} is wrong. Scan it again.").format(code=short(code)),
    )


def nothing_read() -> Happened:
    """The scanner sent an empty code."""
    return Happened("refused", _("The scanner read nothing. Nothing was added."), _("Scan it again."))


def no_price(product: Product) -> Happened:
    """An article without a price here."""
    title = _("{name} has no price here").format(name=product.name(language()))
    return Happened("refused", title, _("Nothing was added. Ask the shift lead."))


def sign_first() -> Happened:
    """A scan while a PIN is asked for."""
    return Happened("refused", _("First the approval, then the next scan"), _("The last scan was not taken."))


def weigh_first() -> Happened:
    """A scan while a weight is asked for."""
    return Happened("refused", _("Enter the weight first"), _("The last scan was not added."))


def not_weighed(product: Product) -> Happened:
    """The weight was not entered."""
    title = _("{name} was not added").format(name=product.name(language()))
    return Happened("refused", title, _("No weight was entered."))


def locked() -> Happened:
    """A card has paid: nothing goes out of this cart."""
    return Happened("refused", _("A card has paid for this sale"), _("Finish the payment. Nothing was changed."))


def not_kept(reason: Reason | None) -> Happened:
    """The journal could not be written: the cart is on the screen alone."""
    line = f"{_('It stands on this screen only. Nothing can be paid yet.')} {remedy(reason)}"
    return Happened("fault", _("{cause}: the cart is not kept").format(cause=cause(reason)), line)


def kept_again() -> Happened:
    """The journal could be written again."""
    return Happened("good", _("The cart is kept again"), _("Go on where you were."))


def not_voided(reason: Reason | None) -> Happened:
    """The journal could not be written."""
    line = f"{_('Everything is still in the cart.')} {remedy(reason)}"
    return Happened("fault", _("{cause}: nothing was voided").format(cause=cause(reason)), line)


def own_receipt(sale: RecordedSale, zone: str) -> Happened:
    """A receipt of this till was scanned."""
    n = len(sale.body.lines)
    line = ngettext("{n} line, sold {time}. Nothing was added.", "{n} lines, sold {time}. Nothing was added.", n)
    return Happened(
        "refused",
        _("This is receipt {number}").format(number=sale.body.receipt),
        line.format(n=n, time=clock_time(sale.envelope.at, zone)),
        icon="receipt",
        action=_("Print again"),
        action_icon="printer",
    )


def strange_receipt(number: str) -> Happened:
    """A receipt of another till was scanned."""
    title = _("Receipt {number} is from another till").format(number=number)
    return Happened("refused", title, _("Nothing was added."), icon="receipt")


def a_pass() -> Happened:
    """A signed pass was scanned where goods are sold."""
    title = _("This pass is for an order")
    return Happened("refused", title, _("Nothing was added. Open Returns and scan it there."), icon="qr-code")


def a_parcel() -> Happened:
    """The label of a parcel, or of the shelf where it lies, was scanned where goods are sold."""
    title = _("This label is for parcels")
    return Happened("refused", title, _("Nothing was added. Open Collect and scan it there."), icon="qr-code")


def stored_value() -> Happened:
    """A gift card or store credit was scanned where goods are sold."""
    title = _("This is a gift card or store credit")
    line = _("Nothing was added. Take payment first, then scan it there.")
    return Happened("refused", title, line, icon="gift")


def nothing_sold() -> Happened:
    """There is no last receipt."""
    return Happened("refused", _("Nothing was sold here yet"), _("There is no receipt to print."), icon="printer")


def no_printer() -> Happened:
    """No printer is set up."""
    return Happened(
        "fault", _("This till has no printer"), _("The sale is kept. Print it at another till."), icon="printer"
    )


def maybe_unprinted(body: Sale, cash: int) -> Happened:
    """The till stopped between a sale and its receipt; `cash` was to be given for goods that came back."""
    line = _("The sale is kept.")
    if cash:
        line = _("Was the cash given? {amount}. The sale is kept.").format(amount=money(cash, body.currency))
    return Happened(
        "fault",
        _("Receipt {number} may not be printed").format(number=body.receipt),
        line,
        icon="printer",
        action=_("Print again"),
        action_icon="printer",
    )


def printing(number: str) -> Happened:
    """A copy is on its way."""
    return Happened(
        "working", _("Printing receipt {number}").format(number=number), _("Marked as a copy."), icon="printer"
    )


def paper(said: Paper) -> Happened:
    """How a copy came out."""
    if said.state is PaperState.PRINTED:
        title = _("Receipt {number} is printed").format(number=said.receipt)
        return Happened("good", title, _("Marked as a copy."), icon="printer")
    title = _("Receipt {number} is not printed").format(number=said.receipt)
    if said.state is PaperState.DOUBTFUL:
        title = _("Receipt {number} may be on paper").format(number=said.receipt)
    line = said.fault.sentence if said.fault else _("The sale is kept.")
    return Happened("fault", title, line, icon="printer", action=_("Print again"), action_icon="printer")


# --------------------------------------------------------------------------------------------------- exchanges


def exchange_begun(back: GoodsBack, currency: str) -> Happened:
    """Goods that come back pay for what is in the cart."""
    title = _("{amount} to spend on other goods").format(amount=money(back.worth, currency))
    return Happened("good", title, _("Scan what the customer takes instead. Nothing is booked yet."), icon="undo-2")


def exchange_left() -> Happened:
    """The goods don't come back after all."""
    line = _("The customer keeps the goods, the sale is kept. Another till may take them back.")
    return Happened("good", _("The exchange was left"), line, icon="undo-2")


def claiming() -> Happened:
    """The hub is asked for the right, again."""
    title = _("Asking for the right to refund")
    return Happened("working", title, _("No money has moved. It takes three seconds at most."), icon="lock-keyhole")


def wait_first() -> Happened:
    """A scan or a touch while an exchange is being confirmed or recorded."""
    return Happened("refused", _("One moment, then again"), _("It was not taken: the order system is being asked."))


def exchange_gone(message: str) -> Happened:
    """Somebody else has the right by now."""
    return Happened("refused", _("These goods can't come back any more"), f"{message} {_('The sale is kept.')}")


def exchange_waits() -> Happened:
    """No answer, and no rule by which it may go on without."""
    line = _("Nothing was recorded. Try again, or leave the exchange: the sale is kept.")
    return Happened("refused", _("The order system did not answer"), line, icon="wifi-off")


def exchange_offline() -> Happened:
    """No answer, and this till may go on without."""
    line = _("Nothing was recorded. This store may exchange without it: press once more.")
    return Happened("working", _("The order system did not answer"), line, icon="wifi-off")


def not_taken_back(why: returns.Refused | Needs) -> Happened:
    """What comes back can't be recorded like this."""
    title = _("These goods can't come back like this")
    if isinstance(why, Needs):
        return Happened("refused", title, _("The approval is over. Leave the exchange and open the order again."))
    if why.reason is returns.ReturnRefusal.NO_SHIFT:
        return Happened("refused", _("Open the shift first"), _("Its page is in your own menu. Nothing is booked yet."))
    if why.reason is returns.ReturnRefusal.OVER_BUDGET:
        return Happened("refused", title, _("It is more than this till may pay without the network. The sale is kept."))
    return Happened("refused", title, _("Leave the exchange and open the order again. The sale is kept."))


def not_exchanged() -> Happened:
    """What goes out can't be recorded like this."""
    return Happened(
        "refused", _("The exchange can't be closed like this"), _("Go through the cart. Nothing is booked.")
    )


def exchange_not_recorded(reason: Reason | None) -> Happened:
    """The journal could not be written."""
    line = f"{cause(reason)}. {_('No money has moved, the drawer stays shut.')}"
    return Happened("fault", _("This exchange is not recorded"), line)
