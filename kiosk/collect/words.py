"""What the screen says of a ticket, and of an order that nobody can bring. No Kivy."""

from kiosk.collect.flow import CollectState, No, Other, Step, Ticket
from kiosk.ticket.stage import Stage
from pos.printing import PaperState
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, language, money, ngettext
from sync.domain.arrivals import ArrivalRefusal, ArrivalState
from sync.domain.catalogue import in_language

MINUTE_MS = 60_000


def refusal(no: No) -> tuple[str, str]:
    """Title and line for why nobody is called, and what to do."""
    place, due = in_language(dict(no.places), language()), money(no.due, no.currency) if no.due else ""
    counter = _("Our staff at the counter will help you.")
    return {
        ArrivalRefusal.UNKNOWN: (_("We find no order with this number"), _("Compare it with your message.")),
        ArrivalRefusal.WRONG_STORE: (
            _("Your order waits in another store"),
            _("It is in {store}.").format(store=place) if place else counter,
        ),
        ArrivalRefusal.ALREADY_TAKEN: (
            _("This order was collected already"),
            _("If it was not you, tell our staff at the counter."),
        ),
        ArrivalRefusal.CANCELLED: (_("This order was cancelled"), counter),
        ArrivalRefusal.EXPIRED: (
            _("This order waited too long"),
            _("It is not kept here any more. Our staff at the counter will help you."),
        ),
        ArrivalRefusal.NOT_READY: (
            _("Your order is not ready yet"),
            _("You get a message as soon as it is. No number was taken."),
        ),
        ArrivalRefusal.UNPAID: (
            _("This order is not paid yet"),
            _("{amount} is to be paid. Pay at the counter and take it along.").format(amount=due)
            if due
            else _("Pay at the counter and take it along."),
        ),
        Other.OFFLINE: (
            _("We can't look up numbers just now"),
            _("Scan the code from your message, or ask at the counter."),
        ),
        Other.TOO_MANY: (
            _("Too many numbers were typed here"),
            _("Scan the code from your message, or ask at the counter."),
        ),
        Other.NOT_A_PASS: (
            _("This code could not be read"),
            _("Make the screen of your phone bright and scan it once more, or type the number."),
        ),
        Other.OLD_PASS: (
            _("This code is too old"),
            _("Open the newest message about your order, or type its number."),
        ),
        Other.WITHDRAWN: (
            _("This code holds no more"),
            _("Ask whoever sent you, or our staff at the counter."),
        ),
        Other.AT_TILL: (_("This is a pass for an order"), _("Show it to our staff at the till.")),
        Other.NOT_AN_ORDER: (_("This is not the code of an order"), _("It is in your message about the order.")),
    }[no.why]


def stages(ticket: Ticket) -> tuple[Stage, Stage, Stage]:
    """The three steps, as far as they are."""
    arrival, state = ticket.arrival, ticket.arrival.state
    at = {ArrivalState.WAITING: 0, ArrivalState.BRINGING: 1, ArrivalState.DONE: 3}.get(state, 2)
    bringing = (_("We will bring it"), _("We are bringing it"), _("We brought it"), _("We brought it"))[at]
    called = "next" if at < 2 or state is ArrivalState.LEFT else "now" if at == 2 else "done"
    since = clock_time(arrival.taken_at, ticket.timezone) if at == 1 and arrival.taken_at is not None else ""
    return (
        Stage(_("We found your order"), _parcels(ticket), "check", "done"),
        Stage(
            bringing,
            _("since {time}").format(time=since) if since else _("from its place in the store"),
            "footprints",
            "next" if at == 0 else "now" if at == 1 else "done",
        ),
        Stage(_counter(ticket), _last_line(state), "store", called),
    )


def _counter(ticket: Ticket) -> str:
    counter = ticket.arrival.counter
    if ticket.arrival.state is ArrivalState.DONE:
        return _("You have your order")
    return _("Come to counter {n}").format(n=counter) if counter else _("Come to the counter")


def _last_line(state: ArrivalState) -> str:
    return _("Thank you, see you again") if state is ArrivalState.DONE else _("with your code or a document")


def _parcels(ticket: Ticket) -> str:
    n = ticket.parcels
    if n is None:
        return _("paid, nothing else to do")
    return ngettext("{n} parcel, paid", "{n} parcels, paid", n).format(n=n)


def minutes(ticket: Ticket, now: int) -> str:
    """How long it takes about, "3 min"; "" if that can't be said honestly."""
    arrival = ticket.arrival
    if ticket.wait is None or arrival.state not in (ArrivalState.WAITING, ArrivalState.BRINGING):
        return ""
    left = ticket.wait - max(0, now - arrival.at)
    return _("{n} min").format(n=-(-left // MINUTE_MS)) if left > 0 else ""


def beside(ticket: Ticket) -> str:
    """The sentence on the ticket."""
    return {
        ArrivalState.AT_COUNTER: _("Your order is here. Show this number."),
        ArrivalState.DONE: _("This number is done."),
        ArrivalState.LEFT: _("We called and nobody came. Ask at the counter."),
    }.get(ticket.arrival.state, _("You may sit down. We call this number."))


def happened(state: CollectState, camera: bool = False) -> Happened | None:
    """The strip at the left of the shelf."""
    if state.step is Step.LOOKING:
        return Happened("working", _("Looking for your order"))
    if state.no is not None:
        return Happened("refused", _("No number was taken"), state.no.number)
    if state.ticket is not None:
        return _paper(state.ticket)
    return Happened("working", _("Scan or type"), _("Code and number are in your message"), icon="scan-barcode")


def _paper(ticket: Ticket) -> Happened:
    at = clock_time(ticket.arrival.at, ticket.timezone)
    match ticket.paper:
        case PaperState.PRINTING:
            return Happened("working", _("Your ticket is printed"), at, icon="ticket")
        case PaperState.PRINTED:
            return Happened("good", _("Ticket printed"), _("{time}, take it below").format(time=at), icon="ticket")
        case None:
            return Happened("good", _("Remember this number"), _("taken at {time}").format(time=at), icon="ticket")
        case _:
            line = _("The paper did not come; the number counts all the same")
            return Happened("fault", _("Remember this number"), line)
