"""What a return says happened: what happened, what was kept, what to do."""

from pos.on_scale import OnScale
from pos.receipt.returned import TENDERS
from pos.trouble import cause, remedy
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, exponent, money, ngettext, number, quantity
from sync.domain.money import divide
from sync.domain.orders import BoughtLine, PaidBy, Purchase
from sync.domain.returns import Basis, Refused, ReturnRefusal
from sync.local import Reason, RecordedReturn
from sync.protocol.operations import Return, cash_of, owed_of


def hint() -> Happened:
    """No order is open."""
    return Happened("working", _("Which order is it?"), _("Scan the receipt, or type the number."), icon="search")


def asking(text: str) -> Happened:
    """The hub is asked."""
    return Happened(
        "working", _("Looking for {what}").format(what=text), _("The order system is asked."), icon="search"
    )


def too_little() -> Happened:
    """Too little was typed."""
    return Happened(
        "refused", _("Nothing to look for yet"), _("Type an order number, a whole e-mail address or a phone number.")
    )


def not_found(text: str, live: bool) -> Happened:
    """Nobody knows such an order."""
    title = _("No order by {what}").format(what=text)
    if live:
        return Happened("refused", title, _("Look at the number again. It may be another retailer's."))
    return Happened("refused", title, _("It is not in this till's own copy. Try again when the network is back."))


def needs_network(text: str) -> Happened:
    """E-mail addresses and phone numbers never leave the hub."""
    title = _("Not without the network: {what}").format(what=text)
    return Happened("refused", title, _("Type the order number instead; it is found on this till."), icon="wifi-off")


def hub_said(message: str) -> Happened:
    """The hub refused to answer, in its own words."""
    return Happened("refused", _("The order system said no"), message)


def several(count: int) -> Happened:
    """More than one order was found."""
    text = ngettext("{n} order found", "{n} orders found", count).format(n=count)
    return Happened("good", text, _("Touch the one that comes back."), icon="list")


def opened(purchase: Purchase, live: bool, seen: int, zone: str) -> Happened:
    """An order is on the screen."""
    if purchase.received_at is None:
        line = _("The customer does not have it yet, so nothing can come back.")
        return Happened("refused", _("Order {number} found").format(number=purchase.number), line)
    if live:
        title = _("Order {number} found").format(number=purchase.number)
        return Happened("good", title, _("Scan what comes back, or choose it here."))
    line = _("From its own copy, {time}. Scan what comes back.").format(time=clock_time(seen, zone))
    return Happened("working", _("Order found on this till"), line, icon="history")


def half_read() -> Happened:
    """A code of which a part is missing."""
    return Happened("refused", _("The code was only half read"), _("Nothing was changed. Scan it again, or type it."))


def misread(code: str) -> Happened:
    """A code whose check digit is wrong."""
    line = _("Code {code} was not taken. Scan it again.").format(code=short(code))
    return Happened("refused", _("The code was misread. Nothing was changed."), line)


def strange() -> Happened:
    """A code of somebody else."""
    line = _("It may be another retailer's. Scan our receipt, or type the order number.")
    return Happened("refused", _("This code is not ours. Nothing was changed."), line)


def order_first(name: str) -> Happened:
    """Goods were scanned and nobody knows of which order."""
    title = _("{name}: which order?").format(name=name)
    return Happened("refused", title, _("Scan the receipt first, or type the order number. Then scan the goods."))


def not_in_order(name: str, number: str) -> Happened:
    """An article that the order does not have."""
    title = _("{name} is not in this order").format(name=name)
    return Happened("refused", title, _("Order {number} has other goods. Nothing was changed.").format(number=number))


def unknown_goods(code: str) -> Happened:
    """A code that no article has."""
    line = _("Code {code} is no article of ours. Nothing was changed.").format(code=short(code))
    return Happened("refused", _("This code is not in this order"), line)


def unit(name: str, serial: str) -> Happened:
    """A unit lies on the counter, by its own number."""
    title = _("{name}, number {serial}").format(name=name, serial=short(serial))
    return Happened("good", title, _("It is the one that was sold. Say why it comes back."))


def unit_back(name: str, serial: str) -> Happened:
    """This very unit came back before."""
    title = _("Number {serial} came back before").format(serial=short(serial))
    return Happened("refused", title, _("{name} can't come back twice. Nothing was changed.").format(name=name))


def unit_here(name: str, serial: str) -> Happened:
    """This very unit lies on the counter."""
    title = _("Number {serial} is on the counter").format(serial=short(serial))
    return Happened("refused", title, _("{name} was scanned already. Scan the next one.").format(name=name))


def strange_unit(code: str) -> Happened:
    """A number that was not sold with this order."""
    line = _("{code} was not sold with it. Look at the number on the goods.").format(code=short(code))
    return Happened("refused", _("This number is not in this order"), line)


def number_first(name: str) -> Happened:
    """Goods that come back by their own numbers alone."""
    line = _("It is taken back by the serial number on it, not by its barcode.")
    return Happened("refused", _("Scan the number of {name}").format(name=name), line)


def one_article_first(name: str) -> Happened:
    """Of a line two articles were handed out: its own, and one in its place."""
    title = _("Another article of this line is on the counter")
    line = _("For {name} two articles were handed out. Finish this return, then take the other one back.")
    return Happened("refused", title, line.format(name=name))


def no_more(line: BoughtLine, name: str, on_counter: int) -> Happened:
    """Everything of the line that may come back lies on the counter."""
    if line.left == 0:
        return Happened("refused", _("{name} came back before").format(name=name), _("Nothing of it is returnable."))
    title = _("No more of {name}").format(name=name)
    text = _("{taken} of {left} returnable are on the counter.")
    return Happened("refused", title, text.format(taken=amount(line, on_counter), left=amount(line, line.left)))


def heavier(line: BoughtLine, name: str, milli: int, there: int) -> Happened:
    """A label says more than may still come back."""
    title = _("Too heavy: {weight} of {name}").format(weight=amount(line, milli), name=name)
    text = _("{taken} of {left} returnable are on the counter.")
    return Happened("refused", title, text.format(taken=amount(line, there), left=amount(line, line.left)))


def weigh(name: str, line: BoughtLine, on: OnScale | None) -> Happened:
    """A part of what was weighed comes back: by the scale, or by hand where there is none or it is dead."""
    left = _("At most {left} may still come back").format(left=amount(line, line.left))
    if on is not None and on.fault is None:
        return Happened("working", _("{name}: put it on the scale").format(name=name), left, icon="hourglass")
    title = _("{name}: enter the weight").format(name=name)
    if on is not None and on.fault is not None:
        return Happened("fault", title, on.fault.sentence)
    return Happened("working", title, left, icon="hourglass")


def not_weighed() -> Happened:
    """The weight was left."""
    return Happened("good", _("No weight was taken"), _("What lay on the counter stays as it was."))


def finish_first(number: str) -> Happened:
    """Another order was scanned while this one is at work."""
    title = _("Finish order {number} first").format(number=number)
    return Happened("refused", title, _("Nothing of it was lost. “Another order” leaves it."))


def scanned(line: BoughtLine, name: str, on_counter: int, at: int, zone: str) -> Happened:
    """One unit of the order was scanned."""
    title = _("{name} scanned").format(name=name)
    return Happened("good", title, f"{clock_time(at, zone)} · {of_left(line, on_counter)}", action=_("Undo"))


def counted(line: BoughtLine, name: str, on_counter: int) -> Happened:
    """The quantity was set by hand."""
    if not on_counter:
        return Happened("good", _("{name}: stays sold").format(name=name), _("It is not refunded."), action=_("Undo"))
    title = _("{name}: {count} back").format(name=name, count=amount(line, on_counter))
    return Happened("good", title, of_left(line, on_counter), action=_("Undo"))


def of_left(line: BoughtLine, on_counter: int) -> str:
    """So much of what may come back."""
    text = _("{taken} of {left} returnable")
    return text.format(taken=amount(line, on_counter), left=amount(line, line.left))


def undone() -> Happened:
    """The last change was taken back."""
    return Happened("good", _("Last change undone"), _("The refund has changed with it."), icon="undo-2")


def claiming() -> Happened:
    """The hub is asked for the right."""
    title = _("Asking for the right to refund")
    return Happened("working", title, _("No money has moved. It takes three seconds at most."), icon="lock-keyhole")


def late(promise: bool) -> Happened:
    """The hub gave no answer in time, so that the offline rule holds."""
    title = _("The order system did not answer")
    if promise:
        return Happened("working", title, _("Nothing was paid. Now it is a promise: press once more."), icon="wifi-off")
    return Happened("working", title, _("Nothing was paid. Look at the amount and press once more."), icon="wifi-off")


def gone(message: str) -> Happened:
    """Somebody else has the right."""
    return Happened("refused", _("Nothing was refunded"), message, icon="lock")


def one_exchange() -> Happened:
    """There is an exchange in the sale already, or the sale is being paid."""
    line = _("Then these goods can be exchanged. The order is kept as it is.")
    return Happened("refused", _("Finish the sale that is open first"), line, icon="scan-barcode")


def changed_meanwhile() -> Happened:
    """The order is another than the one that was looked at."""
    title = _("The order has changed meanwhile")
    return Happened("refused", title, _("Nothing was refunded. Look at it again, then press once more."))


def ask_somebody() -> Happened:
    """Somebody must approve."""
    title = _("Somebody who may must approve")
    return Happened("working", title, _("The order is kept as it is. No money has moved."), icon="user-round-check")


def approved(name: str) -> Happened:
    """Somebody approved."""
    return Happened("good", _("{name} approved").format(name=name), _("The return goes on."), icon="user-round-check")


def not_approved() -> Happened:
    """Nobody approved."""
    title = _("Nobody approved it")
    return Happened("working", title, _("The order is kept as it is. No money has moved."), icon="history")


def sign_first() -> Happened:
    """A scan while a PIN is asked for."""
    return Happened("refused", _("First the approval, then the next scan"), _("The last scan was not taken."))


def wait_first() -> Happened:
    """A scan or a touch while somebody else is at work."""
    return Happened("refused", _("One moment, then again"), _("It was not taken: the order system is being asked."))


def refused(answer: Refused, purchase: Purchase) -> Happened:
    """The return can't be made as asked."""
    kept = _("Nothing was refunded.")
    if answer.reason is ReturnRefusal.NOT_RECEIVED:
        return Happened("refused", _("The customer does not have this order yet"), kept)
    if answer.reason is ReturnRefusal.NOT_PAID:
        return Happened("refused", _("Less was paid than is asked for"), f"{kept} {_('Ask the shift lead.')}")
    if answer.reason is ReturnRefusal.NO_SHIFT:
        return Happened("refused", _("Open the shift first"), f"{kept} {_('Its page is in your own menu.')}")
    if answer.reason is ReturnRefusal.OVER_BUDGET:
        return Happened("refused", _("More than this till may pay without the network"), kept)
    if answer.reason is ReturnRefusal.GIFT:
        return Happened("refused", _("A gift goes onto store credit"), f"{kept} {_('It was paid by somebody else.')}")
    line = purchase.line(answer.line)
    if line is not None and answer.reason in (ReturnRefusal.SERIAL_MISSING, ReturnRefusal.SERIAL_WRONG):
        return strange_unit(answer.serial) if answer.serial else number_first(line.name)
    if line is not None and answer.reason is ReturnRefusal.SERIAL_BACK:
        return unit_back(line.name, answer.serial)
    if answer.reason is ReturnRefusal.TOO_MANY and line is not None:
        left = _("{left} may still come back.").format(left=amount(line, answer.quantity))
        return Happened("refused", _("Too many of {name}").format(name=line.name), f"{left} {kept}")
    return Happened("refused", _("It can't be returned like this"), f"{kept} {_('Open the order again.')}")


def unread(reason: Reason | None) -> Happened:
    """The local files could not be read."""
    return Happened("fault", _("The order can't be read here"), remedy(reason), icon="triangle-alert")


def not_recorded(reason: Reason | None) -> Happened:
    """The journal could not be written."""
    line = f"{cause(reason)}. {_('No money has moved, the drawer stays shut.')}"
    return Happened("fault", _("This return is not recorded"), line)


def recorded(done: RecordedReturn) -> Happened:
    """The return is on the disk."""
    body = done.body
    paid = money(sum(r.amount for r in body.refunds), body.currency)
    if owed_of(body) and not cash_of(body):
        return _fetched(body)
    if body.basis == Basis.PROMISE:
        title = _("Promise {receipt} is recorded").format(receipt=body.receipt)
        return Happened("good", title, _("{amount} · goes back by itself").format(amount=paid))
    title = _("Return {receipt} is recorded").format(receipt=body.receipt)
    if body.credit:
        return Happened("good", title, _("{amount} · onto store credit").format(amount=paid), icon="ticket")
    return Happened("good", title, _("{amount} · kept here").format(amount=paid))


def _fetched(body: Return) -> Happened:
    """Its cash is fetched at a till."""
    title = _("Return {receipt} is recorded") if body.basis != Basis.PROMISE else _("Promise {receipt} is recorded")
    line = _("{amount} in cash at any till").format(amount=money(owed_of(body), body.currency))
    return Happened("good", title.format(receipt=body.receipt), line)


def drawer_shut() -> Happened:
    """The drawer did not open."""
    line = _("Open it by its key. The return is kept.")
    return Happened("fault", _("The drawer did not open"), line, icon="lock")


def not_printed(done: RecordedReturn, doubtful: bool, sentence: str) -> Happened:
    """The slip did not come out for certain."""
    title = _("The slip may be on paper") if doubtful else _("The slip is not printed")
    return Happened(
        "fault",
        title,
        sentence or _("Return {receipt} is kept.").format(receipt=done.body.receipt),
        icon="printer",
        action=_("Print again"),
        action_icon="printer",
    )


def maybe_unprinted(done: RecordedReturn) -> Happened:
    """The till stopped after the return was recorded and before its slip was out."""
    body = done.body
    title = _("Return {receipt} is recorded").format(receipt=body.receipt)
    cash = cash_of(body)
    line = _("Its slip may be missing.")
    if cash:
        line = _("Was the cash given? {amount}. Its slip may be missing.").format(amount=money(cash, body.currency))
    return Happened("good", title, line, icon="history", action=_("Print again"), action_icon="printer")


def printing(receipt: str) -> Happened:
    """The slip is printed again."""
    return Happened("working", _("Return {receipt} is printed again").format(receipt=receipt), "", icon="printer")


def no_printer() -> Happened:
    """There is nothing to print on."""
    return Happened("fault", _("No printer here"), _("The return is kept. Print it at another till."), icon="printer")


def released() -> Happened:
    """The order was left."""
    return Happened("good", _("The order is left as it was"), _("Nothing was refunded. Scan the next receipt."))


# ------------------------------------------------------------------------------------------------------- pieces


def amount(line: BoughtLine, milli: int) -> str:
    """A quantity of a line as people say it, with its unit if it is weighed."""
    return f"{quantity(milli)} {_('kg')}" if line.unit == "kg" else quantity(milli)


def tender(kind: str, masked: str = "") -> str:
    """What a tender is called: a card by its own name, else by what it is and its last digits."""
    known = _(TENDERS.get(kind, kind))
    digits = masked.replace("****", "••")
    return digits if any(letter.isalpha() for letter in masked) else " ".join(x for x in (known, digits) if x)


def worth(kind: str, minor: int, currency: str) -> str:
    """An amount of a tender; points are whole, and have no currency's sign."""
    return number(divide(minor, 10 ** exponent(currency))) if kind == PaidBy.POINTS else money(minor, currency)


def short(code: str) -> str:
    """A long code as its ends: 4870…112."""
    return code if len(code) <= 13 else f"{code[:6]}…{code[-4:]}"
