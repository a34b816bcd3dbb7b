"""What the collect tab says: what just happened, in words that say what was kept and what to do."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pos.collect.listing import expired
from pos.collect.state import Read
from pos.trouble import cause
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, day, language, ngettext
from sync.domain.catalogue import in_language
from sync.domain.orders import Purchase
from sync.domain.passes import Answer
from sync.domain.pickups import Parcel, ParcelState, StepRefusal, StepRefused
from sync.local import Reason
from sync.local.collecting import ToCollect

if TYPE_CHECKING:
    from sync.local.passes import ShownPass


def place_of(read: Read, location: str) -> str:
    """The name of a store or a warehouse."""
    place = read.places.get(location)
    return in_language(place.names, language()) if place is not None else location


def who(order: ToCollect) -> str:
    """Who collects it, as staff call them; else its number."""
    return order.collector or _("Order {number}").format(number=order.number)


def when(at: int, now: int, zone: str) -> str:
    """A time of today as 14:02, of another day as its day."""
    days = [datetime.fromtimestamp(ms // 1000, UTC).astimezone(ZoneInfo(zone)).date() for ms in (at, now)]
    return clock_time(at, zone) if days[0] == days[1] else day(at, zone)


# --- the list and the search -----------------------------------------------------------------------------------------


def hint() -> Happened:
    """Nothing was done yet."""
    return Happened(
        "working", _("Scan a parcel, a shelf or a pass"), _("Or choose an order and touch the button."), "scan-barcode"
    )


def asking(text: str) -> Happened:
    """The hub is asked."""
    return Happened("working", _("Looking for {text}").format(text=text), _("The order system is asked."))


def needs_network(text: str) -> Happened:
    """Nobody here knows phones and addresses."""
    line = _("A phone or an e-mail is known to the order system only. Ask for the name or the order's number.")
    return Happened("refused", _("No answer about {text}").format(text=text), line)


def hub_said(message: str) -> Happened:
    """The hub answered with a refusal of its own."""
    return Happened("refused", _("The order system can't look that up"), message)


def found(count: int, text: str) -> Happened:
    """The hub knew whose it is."""
    title = ngettext("{n} order here for {text}", "{n} orders here for {text}", count).format(n=count, text=text)
    return Happened("good", title, "", "search")


def not_listed(text: str) -> Happened:
    """Nothing here goes by that."""
    line = _("Scan the pass, or type the phone or the e-mail of the order.")
    return Happened("refused", _("Nothing here goes by {text}").format(text=text), line)


def elsewhere(text: str, orders: list[Purchase], read: Read) -> Happened:
    """An order that is not collected here, or not any more."""
    if not orders:
        line = _("Look at the number again, or search by the phone or the e-mail.")
        return Happened("refused", _("Nobody knows an order {text}").format(text=text), line)
    bought = orders[0]
    title = _("Order {number} is not here").format(number=bought.number)
    if bought.complete:
        day_of = day(bought.received_at or bought.at, read.settings.timezone)
        return Happened("refused", title, _("The shopper has had it since {day}.").format(day=day_of))
    places = dict.fromkeys(x.pickup_at for x in bought.lines if x.awaited and x.pickup_at)
    if read.here in places:
        return Happened("refused", title, _("It is to be picked here, and nothing of it is packed yet."))
    if places:
        names = ", ".join(place_of(read, place) for place in places)
        return Happened("refused", title, _("It is collected at {place}.").format(place=names))
    return Happened("refused", title, _("Nothing of it waits to be collected."))


# --- scans -----------------------------------------------------------------------------------------------------------


def surplus(before: int, zone: str) -> Happened:
    """A parcel that nobody expects was scanned; it was recorded `before` (UTC ms), 0: now."""
    title = _("Nobody expects this parcel")
    line = _("Put it aside. It is recorded, and a lead finds it under Attention.")
    if before:
        when_told = f"{day(before, zone)}, {clock_time(before, zone)}"
        line = _("Put it aside. It was recorded before, {when}.").format(when=when_told)
    return Happened("refused", title, line, "package")


def nobody_knows() -> Happened:
    """A parcel that is not in the list any more."""
    line = _("Nothing was recorded. Scan its label.")
    return Happened("refused", _("This parcel is not known here"), line, "package")


def unit_came(n: int, before: int) -> Happened:
    """A transport unit was scanned: `n` parcels came by it, `before` of it were known."""
    if not n:
        title = ngettext("{n} parcel of this unit came before", "{n} parcels of this unit came before", before)
        return Happened("working", title.format(n=before), _("Nothing more is expected in it."), "package")
    title = ngettext("Received: {n} parcel", "Received: {n} parcels", n).format(n=n)
    more = ngettext("{n} more came before.", "{n} more came before.", before).format(n=before) if before else ""
    line = _("Scan each label, then its shelf. Say so if one is not among them.")
    return Happened("good", title, " ".join(x for x in (more, line) if x), "package-open")


def missing(parcel: Parcel, read: Read) -> Happened:
    """A parcel that did not come was told."""
    title = _("Told: a parcel of order {number} did not come").format(number=parcel.number)
    line = _("{place} is asked to look for it. It is received as ever if it comes.")
    return Happened("good", title, line.format(place=place_of(read, parcel.source)), "bell")


def missing_before(parcel: Parcel) -> Happened:
    """It was told already, or it is here."""
    title = _("Order {number}: nothing more to tell").format(number=parcel.number)
    return Happened("working", title, _("It was told before, or came meanwhile."), "info")


def as_it_is(parcel: Parcel, read: Read) -> Happened:
    """A parcel that nothing can be done with here."""
    number, zone = parcel.number, read.settings.timezone
    if parcel.state is ParcelState.HANDED_OUT:
        at = parcel.last.at if parcel.last is not None else 0
        title = _("This parcel of order {number} was handed out").format(number=number)
        line = _("{day} at {time}. A lead has to look at it.").format(day=day(at, zone), time=clock_time(at, zone))
        return Happened("refused", title, line)
    if parcel.state is ParcelState.SENT_BACK:
        title = _("This parcel of order {number} was sent back").format(number=number)
        return Happened("refused", title, _("It waits for nobody any more. Nothing was recorded."))
    if parcel.location != read.here:
        title = _("This parcel is for {place}").format(place=place_of(read, parcel.location))
        return Happened("refused", title, _("Order {number}. Send it on; nothing was recorded.").format(number=number))
    title = _("Order {number} was cancelled").format(number=number)
    return Happened("refused", title, _("Send this parcel back."))


def came(parcel: Parcel) -> Happened:
    """An expected parcel is here."""
    title = _("Received: a parcel of order {number}").format(number=parcel.number)
    return Happened("good", title, _("Put it on a shelf and scan the shelf."), "package-open")


def opened(parcel: Parcel, now: int) -> Happened:
    """A label of what lies here already."""
    if parcel.state is ParcelState.CANCELLED:
        title = _("Order {number} was cancelled").format(number=parcel.number)
        return Happened("refused", title, _("Send this parcel back."))
    if expired(parcel, now):
        title = _("Nobody came for order {number}").format(number=parcel.number)
        return Happened("refused", title, _("Send this parcel back."))
    title = _("Order {number}, shelf {shelf}").format(number=parcel.number, shelf=parcel.shelf)
    return Happened("good", title, _("Scan another shelf if it lies elsewhere now."), "layers")


def opened_order(number: str) -> Happened:
    """An order was found by its pass or number."""
    return Happened("good", _("Order {number} is open").format(number=number), "", "search")


def not_ready(number: str) -> Happened:
    """An order of which nothing can be handed out yet."""
    title = _("Order {number} is not ready").format(number=number)
    return Happened("refused", title, _("At the right stands what is to be done first."))


def on_this_shelf(position: str, count: int) -> Happened:
    """A shelf was scanned with no parcel in the hand."""
    title = ngettext("Shelf {shelf}: {n} order", "Shelf {shelf}: {n} orders", count) if count else _("Shelf {shelf}")
    line = "" if count else _("Nothing lies there. Scan a parcel first, then the shelf.")
    return Happened("working", title.format(shelf=position, n=count), line, "layers")


def an_article() -> Happened:
    """An article's barcode."""
    return Happened(
        "refused", _("This is an article"), _("Scan the label of the parcel. Articles are sold under Sale.")
    )


def a_receipt() -> Happened:
    """A receipt's code."""
    return Happened("refused", _("This is a receipt"), _("Open Returns and scan it there."))


def misread() -> Happened:
    """A code that the scanner read wrongly."""
    return Happened("refused", _("The code was misread"), _("Scan it again."))


def nothing_left(number: str) -> Happened:
    """A good pass of an order that is collected already."""
    title = _("Order {number} is collected").format(number=number)
    return Happened("refused", title, _("Nothing of it waits here. For a return open Returns and scan it there."))


def bad_pass(shown: "ShownPass", zone: str) -> Happened:
    """What is wrong with a pass, and what to do."""
    by_number = _("Nothing was handed out. Ask for the order's number.")
    ends = day(shown.expires, zone) if shown.expires else ""
    if shown.proxy is not None and shown.answer is Answer.REVOKED:
        line = _("{name} was to collect order {number}, and is not any more. Hand nothing out on it.")
        return Happened(
            "refused", _("This proxy's pass was withdrawn"), line.format(name=shown.proxy.name, number=shown.number)
        )
    title, line = {
        Answer.UNREADABLE: (_("The pass was only half read"), _("Scan it again, or type the number.")),
        Answer.ALTERED: (_("This pass was changed"), _("It is not what we signed. Hand nothing out on it.")),
        Answer.FOREIGN: (_("This pass is not ours"), by_number),
        Answer.EXPIRED: (_("This pass expired on {day}").format(day=ends), by_number),
        Answer.NOT_YET: (_("This pass is from the future"), _("Look at this till's clock. Nothing was changed.")),
        Answer.REVOKED: (_("This pass was withdrawn"), by_number),
    }.get(shown.answer, (_("This pass is used up"), by_number))
    return Happened("refused", title, line)


# --- steps -----------------------------------------------------------------------------------------------------------


def bring(order: ToCollect, shelf: str, counter: str) -> Happened:
    """Somebody goes and brings it."""
    title = _("You bring {who}").format(who=who(order))
    where = _("from shelf {shelf}").format(shelf=shelf) if shelf else ""
    to = _("to counter {counter}").format(counter=counter) if counter else _("to the counter")
    return Happened("good", title, " ".join(x for x in (where, to) if x), "footprints")


def gone(order: ToCollect) -> Happened:
    """Who waited is served, or went away."""
    return Happened("working", _("{who} waits no more").format(who=who(order)), _("The parcels stay."), "check")


def which_shelf(parcel: Parcel) -> Happened:
    """A parcel is in the hand."""
    title = _("Where does the parcel of {number} lie?").format(number=parcel.number)
    return Happened("working", title, _("Scan the shelf, or type its position."), "layers")


def no_position() -> Happened:
    """What was typed is no position."""
    return Happened("refused", _("That is no shelf"), _("Type it as it stands there: B-12."))


def not_shelved(parcel: Parcel | None) -> Happened:
    """Somebody went back to the list."""
    if parcel is not None and parcel.state is ParcelState.READY:
        title = _("The parcel stays on shelf {shelf}").format(shelf=parcel.shelf)
        return Happened("working", title, "", "layers")
    line = _("It stands under On the way until it is on one.")
    return Happened("working", _("The parcel is on no shelf"), line, "package-open")


def shelved(parcel: Parcel, zone: str) -> Happened:
    """It is found in seconds from now on."""
    title = _("Order {number} is on shelf {shelf}").format(number=parcel.number, shelf=parcel.shelf)
    until = day(parcel.expires, zone) if parcel.expires is not None else ""
    return Happened("good", title, _("Ready. It waits until {day}.").format(day=until), "layers")


def sent_back(parcel: Parcel, to: str, read: Read) -> Happened:
    """It waits for nobody any more."""
    title = _("Sent back: a parcel of order {number}").format(number=parcel.number)
    line = _("It goes to {place}.").format(place=place_of(read, to)) if to else _("Its goods are on sale here again.")
    return Happened("good", title, line, "undo-2")


def refused(answer: StepRefused, read: Read) -> Happened:
    """A step that does not fit how the parcel stands by now."""
    parcel = answer.parcel
    if parcel is None or answer.reason is StepRefusal.UNKNOWN:
        return nobody_knows()
    if answer.reason is StepRefusal.NOT_HERE:
        title = _("This parcel did not come yet")
        return Happened("refused", title, _("Receive it first: scan its label."))
    return as_it_is(parcel, read)


def not_recorded(reason: Reason | None) -> Happened:
    """The disk did not take it."""
    line = _("{cause}. Everything stays as it was.").format(cause=cause(reason))
    return Happened("fault", _("Nothing was recorded"), line)


def wait_first() -> Happened:
    """The disk is at work."""
    return Happened("working", _("One moment"), _("The last step is being recorded."), "hourglass")
