"""What a hand-out says: what happened, what was kept, what to do. Each refusal has its own sentence. No window here."""

from typing import TYPE_CHECKING

from pos.hand_out import proxy_words
from pos.hand_out.state import HandOutState, Way, Word
from pos.printing import Paper, PaperState
from pos.receipt.parcel import ending
from pos.trouble import cause
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, day, money, ngettext
from sync.domain.passes import Answer
from sync.domain.pickups import Custody, HandOutRefusal, Parcel, ParcelState, Refused, Verified
from sync.local import Reason
from sync.local.order_payments import RecordedOrderPaid
from sync.local.pickups import RecordedHandOut

if TYPE_CHECKING:
    from sync.local.passes import ShownPass


def next_step(state: HandOutState) -> Happened:
    """What is to be done before the parcels can be given; at the end, that they can."""
    if state.missing or not state.chosen:
        n, of = len(state.scanned), len(state.chosen or state.ready)
        shelf = (state.missing or state.ready)[0].shelf
        line = _("Scan each label. The next lies on {shelf}.").format(shelf=shelf)
        return Happened("working", _("{n} of {of} parcels scanned").format(n=n, of=of), line, icon="scan-barcode")
    if state.verified is None:
        line = _("By the code from the message, the order's pass, a document, or as a proxy.")
        return Happened("working", _("Make sure who collects"), line, icon="user-round-check")
    if not state.signature_done:
        line = _("The parcels are still ours until you touch the button.")
        return Happened("working", _("Now the signature"), line, icon="pen-line")
    return ready(state)


def ready(state: HandOutState) -> Happened:
    """Everything is there."""
    kept = _("The parcels are still ours until you touch the button.")
    if state.signature:
        at = clock_time(state.signed_at, state.zone)
        return Happened("good", _("Signed at {time}").format(time=at), kept, icon="pen-line")
    return Happened("good", verified(state), kept, icon="shield-check")


def verified(state: HandOutState) -> str:
    """How the person was made sure of, in a few words."""
    if state.proxy_pass:
        return proxy_words.collected(state)
    if state.verified is Verified.PROXY:
        return _("{name} collects as a proxy").format(name=state.proxy) if state.proxy else _("A proxy has the pass")
    if state.verified is Verified.DOCUMENT:
        return _("Document seen")
    return _("The order's pass was shown") if state.by_pass else _("Code matches")


# --- scans -----------------------------------------------------------------------------------------------------------


def twice(parcel: Parcel) -> Happened:
    """A label that was scanned before."""
    line = _("Shelf {shelf}. Each parcel counts once.").format(shelf=parcel.shelf)
    return Happened("working", _("This parcel was scanned already"), line, icon="scan-barcode")


def unreadable(parcel: Parcel, part: tuple[int, int] | None) -> Happened:
    """A label that no scanner reads: what stands on it in letters is compared."""
    line = _("It says {ending} in large letters. Compare it first.").format(ending=ending(parcel.number))
    if part is not None:
        line = _("It says {ending}, and {n} of {all}. Compare it first.")
        line = line.format(ending=ending(parcel.number), n=part[0], all=part[1])
    title = _("The label can't be scanned?")
    return Happened("working", title, line, icon="hand", action=_("Count by hand"), action_icon="hand")


def by_hand(parcel: Parcel) -> Happened:
    """Somebody looked at it in place of a scanner."""
    title = _("Counted by hand: the parcel from {shelf}").format(shelf=parcel.shelf)
    return Happened("good", title, _("The record says so, with your name."), icon="hand", action=_("Undo"))


def other_order(parcel: Parcel) -> Happened:
    """A parcel of somebody else."""
    line = _("It belongs to order {number}. Put it back on {shelf}.").format(number=parcel.number, shelf=parcel.shelf)
    if not parcel.shelf:
        line = _("It belongs to order {number}. It was not added.").format(number=parcel.number)
    return Happened("refused", _("This parcel is not this order's"), line)


def unknown_label() -> Happened:
    """A label that nobody here knows."""
    line = _("Nothing was added. Look at the number on its label.")
    return Happened("refused", _("This terminal does not know this parcel"), line)


def no_label() -> Happened:
    """A code that is neither a parcel's label nor a pass."""
    line = _("Nothing was added. Scan the label on the parcel, or the order's pass.")
    return Happened("refused", _("This is no parcel's label"), line)


def shelf_scanned(position: str) -> Happened:
    """A shelf's label."""
    return Happened("refused", _("This is shelf {shelf}").format(shelf=position), _("Scan the label on the parcel."))


def other_pass(number: str) -> Happened:
    """A pass of another order, while this one is under way."""
    line = _("It is for order {number}. Finish this one first, or go back.").format(number=number)
    return Happened("refused", _("This pass is for another order"), line)


def bad_pass(shown: "ShownPass", zone: str) -> Happened:
    """What is wrong with a pass."""
    answer = shown.answer
    title = {
        Answer.UNREADABLE: _("The pass was only half read"),
        Answer.ALTERED: _("This pass was changed"),
        Answer.FOREIGN: _("This pass is not ours"),
        Answer.EXPIRED: _("This pass has expired"),
        Answer.NOT_YET: _("This pass is from the future"),
        Answer.REVOKED: _("This pass was withdrawn"),
    }.get(answer, _("This pass is used up"))
    line = _("It proves nothing. Ask for the code or a document.")
    said = Happened("refused", title, _("Scan it again.") if answer is Answer.UNREADABLE else line)
    return proxy_words.refused(shown, zone) or said


def some(state: HandOutState) -> Happened:
    """No more than what is scanned is given."""
    if not state.only_some:
        return next_step(state)
    rest = len(state.ready) - len(state.chosen)
    line = ngettext("{n} parcel stays here.", "{n} parcels stay here.", rest).format(n=rest)
    return Happened("working", _("Only what is scanned is given"), line, icon="package-open")


# --- the person ------------------------------------------------------------------------------------------------------


def wrong_code(left: int) -> Happened:
    """A code that is not the order's."""
    line = ngettext("{n} try is left, then a document is needed.", "{n} tries are left.", left).format(n=left)
    return Happened("refused", _("This is not the order's code"), line)


def locked() -> Happened:
    """Too many wrong codes."""
    line = _("Five codes were wrong. Look at a document, or scan the order's pass.")
    return Happened("refused", _("The code is locked here"), line, icon="lock")


def too_short() -> Happened:
    """A finger rested on the glass."""
    return Happened("refused", _("That is too short for a signature"), _("Sign again on the line."), icon="pen-line")


def choose(way: Way) -> Happened:
    """Another way to make sure of the person."""
    if way is Way.DOCUMENT:
        line = _("Compare photo and name. No number is kept.")
        return Happened("working", _("Look at a document"), line, icon="id-card")
    if way is Way.PROXY:
        line = _("Named by the order, or with a pass: their own, or the order's.")
        return Happened("working", _("Somebody else collects"), line, icon="users")
    line = _("It stands in the message that said the order is ready.")
    return Happened("working", _("Ask for the code"), line, icon="message-square-text")


# --- the hub ---------------------------------------------------------------------------------------------------------


def claiming() -> Happened:
    """The hub is asked to keep the parcels for this terminal."""
    line = _("Nothing is given yet. It takes three seconds at most.")
    return Happened("working", _("Asking the order system"), line, icon="lock-keyhole")


def late(word: Word) -> Happened:
    """It is decided here; that takes a press of its own."""
    line = _("Decided on what this terminal knows. Touch the button once more to hand out.")
    if word is Word.UNHEARD:
        return Happened("refused", _("The order system does not know this parcel yet"), line, icon="wifi-off")
    return Happened("refused", _("The order system did not answer"), line, icon="wifi-off")


def named(state: HandOutState, terminal: str) -> str:
    """What people call a terminal; its id where nobody told."""
    return state.around.terminals.get(terminal, terminal)


def taken(terminal: str) -> Happened:
    """Another terminal hands them out at this moment."""
    line = _("Nothing was given here. Try again once {terminal} is done.").format(terminal=terminal)
    return Happened("refused", _("{terminal} hands this out now").format(terminal=terminal), line, icon="lock")


def hub_said(message: str) -> Happened:
    """The hub's own words."""
    return Happened("refused", _("The order system says no"), message, icon="lock")


def wait_first() -> Happened:
    """Somebody wants to leave while it is recorded."""
    return Happened("refused", _("One moment"), _("The hand-out is being recorded."), icon="hourglass")


def not_recorded(reason: Reason | None) -> Happened:
    """The journal could not be written."""
    line = f"{cause(reason)}. {_('Keep the parcels. Touch the button once more.')}"
    return Happened("fault", _("This hand-out is not recorded"), line)


# --- refusals --------------------------------------------------------------------------------------------------------


def gone(state: HandOutState, refused: Refused) -> Happened:
    """One parcel of several can't be given any more."""
    title, line = refusal(state, refused)
    return Happened("refused", title, line, icon="lock")


def refusal(state: HandOutState, refused: Refused) -> tuple[str, str]:
    """Why nothing is given: in a few words, and with who, when and where."""
    parcel, reason = refused.parcel, refused.reason
    if reason is HandOutRefusal.WRONG_STORE:
        return _wrong_store(state, parcel)
    if reason is HandOutRefusal.ALREADY_TAKEN:
        return _("It was collected already"), _when_who(state, parcel) or _("Nothing of it waits any more.")
    if reason is HandOutRefusal.CANCELLED:
        return _("The order was cancelled"), _cancelled(state, parcel)
    if reason is HandOutRefusal.EXPIRED:
        return _expired(state, parcel)
    if reason is HandOutRefusal.NOT_READY:
        return _not_ready(state, parcel)
    if reason is HandOutRefusal.UNPAID:
        return _unpaid(state, refused.due)
    if reason is HandOutRefusal.OTHER_ORDER:
        said = other_order(parcel) if parcel is not None else no_label()
        return said.title, said.line
    if reason is HandOutRefusal.NOTHING:
        line = _("Order {number} is to be picked and packed here. Nothing of it can be given yet.")
        return _("Nothing is packed yet"), line.format(number=state.number)
    line = _("Nothing is known here of {number}. Look at the number once more, or ask again with the network.")
    return _("This terminal does not know the order"), line.format(number=state.number)


def _wrong_store(state: HandOutState, parcel: Parcel | None) -> tuple[str, str]:
    at = parcel.location if parcel is not None else _pickup_at(state)
    store = state.around.places.get(at, at)
    title = _("It waits at {store}").format(store=store)
    line = _("Order {number} is collected there. Nothing can be given here.").format(number=state.number)
    if parcel is not None and parcel.shelf:
        line = f"{line} {_('There it lies on shelf {shelf}.').format(shelf=parcel.shelf)}"
    return title, line


def _pickup_at(state: HandOutState) -> str:
    lines = state.purchase.lines if state.purchase is not None else ()
    return next((line.pickup_at for line in lines if line.awaited and line.pickup_at), "")


def _when_who(state: HandOutState, parcel: Parcel | None) -> str:
    return by_whom(state, parcel.last) if parcel is not None and parcel.last is not None else ""


def by_whom(state: HandOutState, last: Custody) -> str:
    """When, where, at which terminal and by whom."""
    at = f"{day(last.at, state.zone)}, {clock_time(last.at, state.zone)}"
    place = state.around.places.get(last.location, last.location)
    return " · ".join(x for x in (at, place, named(state, last.terminal), state.around.people.get(last.actor, "")) if x)


def _cancelled(state: HandOutState, parcel: Parcel | None) -> str:
    kept = _("Nothing is given. Put the parcel back: it is in the list of Collect.")
    if parcel is None or parcel.last is None:
        return _("Nothing is given, and nothing has to be paid.")
    at = f"{day(parcel.last.at, state.zone)}, {clock_time(parcel.last.at, state.zone)}"
    lies = _("It lies on shelf {shelf}.").format(shelf=parcel.shelf) if parcel.shelf else ""
    return " ".join(x for x in (_("Cancelled on {when}.").format(when=at), kept, lies) if x)


def _expired(state: HandOutState, parcel: Parcel | None) -> tuple[str, str]:
    if parcel is not None and parcel.state is ParcelState.SENT_BACK:
        line = _("Nobody collected it in time. Its goods are on sale again or on their way.")
        return _("It was sent back"), " ".join(x for x in (_when_who(state, parcel) + ".", line) if x != ".")
    until = day(parcel.expires, state.zone) if parcel is not None and parcel.expires else ""
    line = _("It is not given any more, and goes back. The shopper orders again, or asks the shift lead.")
    return _("It waited until {day}").format(day=until), line


def _not_ready(state: HandOutState, parcel: Parcel | None) -> tuple[str, str]:
    if parcel is None or parcel.state is ParcelState.EXPECTED:
        source = parcel.source if parcel is not None else ""
        line = _("It comes from {place} and was not received yet.")
        return _("It is on its way"), line.format(place=state.around.places.get(source, source))
    return _("It is here, but on no shelf yet"), _("Put it on a shelf first, in Collect. Then it can be given.")


def _unpaid(state: HandOutState, due: int) -> tuple[str, str]:
    currency = state.purchase.currency if state.purchase is not None else state.settings.currency
    title = _("{amount} is not paid").format(amount=money(due, currency))
    if state.pays:
        line = _("Nothing is given until it is. Take the payment here; the hand-out goes on by itself.")
        return title, line if state.around.link.online else f"{line} {_known(state)}"
    return title, _("Nothing is given until it is. It is paid where it was ordered; then open the order again here.")


def _known(state: HandOutState) -> str:
    """Without the network: as of when it is known that it is due."""
    at = clock_time(state.around.as_of, state.zone) if state.around.as_of else "—"
    line = _("There is no network: this is known as of {time}. What was paid elsewhere since is found and goes back.")
    return line.format(time=at)


# --- the payment -----------------------------------------------------------------------------------------------------


def paid(it: RecordedOrderPaid, zone: str) -> Happened:
    """The order was paid here a moment ago."""
    body = it.body
    title = _("{amount} paid").format(amount=money(body.due, body.currency))
    if body.change:
        line = _("Give {amount} change. Receipt {receipt} is kept.")
        return Happened("good", title, line.format(amount=money(body.change, body.currency), receipt=body.receipt))
    line = _("{time} · receipt {receipt} is kept. Now the parcels.")
    return Happened("good", title, line.format(time=clock_time(it.envelope.at, zone), receipt=body.receipt))


def no_receipt(it: RecordedOrderPaid, said: Paper) -> Happened:
    """The payment is kept, its receipt did not come out."""
    doubtful = said.state is PaperState.DOUBTFUL
    title = _("The receipt may be on paper") if doubtful else _("The receipt is not printed")
    line = said.fault.sentence if said.fault else _("Payment {receipt} is kept.").format(receipt=it.body.receipt)
    return Happened("fault", title, line, icon="printer", action=_("Print again"), action_icon="printer")


def receipt_may_lack(it: RecordedOrderPaid) -> Happened:
    """The terminal stopped after a payment was recorded."""
    title = _("Payment {receipt} is kept").format(receipt=it.body.receipt)
    line = _("This terminal stopped then. The receipt of order {number} may be missing.")
    said = line.format(number=it.body.number)
    return Happened("good", title, said, icon="history", action=_("Print again"), action_icon="printer")


def printing_receipt(it: RecordedOrderPaid) -> Happened:
    """The receipt is on its way."""
    title = _("The receipt is printed again")
    return Happened("working", title, _("Payment {receipt} is kept.").format(receipt=it.body.receipt), icon="printer")


def drawer_shut(it: RecordedOrderPaid) -> Happened:
    """The payment is kept, the drawer stayed shut."""
    line = _("Open it by its key. Payment {receipt} is kept.").format(receipt=it.body.receipt)
    return Happened("fault", _("The drawer did not open"), line, icon="lock")


# --- afterwards ------------------------------------------------------------------------------------------------------


def ended(state: HandOutState) -> Happened:
    """The hand-out is kept whatever the printer says; its fault comes first, as it needs a hand."""
    done, slip = state.done, state.slip
    assert done is not None  # it is told of a hand-out alone
    kept = _("Hand-out {receipt} is kept.").format(receipt=done.body.receipt)
    if slip.paper in (PaperState.FAILED, PaperState.DOUBTFUL):
        doubtful = slip.paper is PaperState.DOUBTFUL
        title = _("The slip may be on paper") if doubtful else _("The slip is not printed")
        line = slip.fault.sentence if slip.fault else kept
        return Happened("fault", title, line, icon="printer", action=_("Print again"), action_icon="printer")
    title = _("Hand-out {receipt} is recorded").format(receipt=done.body.receipt)
    return Happened("good", title, left_over(state) or _("That was all of the order."), icon="package-check")


def left_over(state: HandOutState) -> str:
    """What of the order is still to be collected; "" for nothing."""
    if not state.left:
        return ""
    n = len(state.left)
    said = ngettext("{n} parcel of the order is left.", "{n} parcels of the order are left.", n).format(n=n)
    here = [x for x in state.left if x.state is ParcelState.READY and x.location == state.around.here]
    return f"{said} {_('Shelf {shelf}.').format(shelf=', '.join(sorted({x.shelf for x in here})))}" if here else said


def maybe_unprinted(done: RecordedHandOut) -> Happened:
    """The terminal stopped after a hand-out was recorded."""
    title = _("Hand-out {receipt} is recorded").format(receipt=done.body.receipt)
    line = _("This terminal stopped then. The slip of order {number} may be missing.").format(number=done.body.number)
    return Happened("good", title, line, icon="history", action=_("Print again"), action_icon="printer")


def printing(done: RecordedHandOut, absent: bool) -> Happened:
    """Its slip is printed again."""
    if absent:
        line = _("Hand-out {receipt} is kept.").format(receipt=done.body.receipt)
        return Happened("fault", _("No printer here"), line, icon="printer")
    title = _("Hand-out {receipt} is printed again").format(receipt=done.body.receipt)
    return Happened("working", title, "", icon="printer")
