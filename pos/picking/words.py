"""What picking says happened: what happened, what was kept, what to do."""

from pos.trouble import cause
from pos.ui.happened import Happened
from pos.ui.i18n import _, clock_time, language, ngettext, quantity
from sync.domain.catalogue import in_language
from sync.domain.orders import Substitutes
from sync.domain.packing import PackRefusal
from sync.domain.pickups import LineRefusedFor
from sync.local import Reason
from sync.local.picking import LineToPick
from sync.protocol.pickups import PickedBy


def reasons() -> list[tuple[str, str]]:
    """Why a line can't be given: key and words."""
    return [(each.value, because(each)) for each in LineRefusedFor]


def because(reason: LineRefusedFor) -> str:
    """Why a line can't be given."""
    return {
        LineRefusedFor.NOT_FOUND: _("Not found"),
        LineRefusedFor.DAMAGED: _("Damaged"),
        LineRefusedFor.NO_TIME: _("No time"),
    }[reason]


def hint() -> Happened:
    """Orders wait."""
    title = _("Choose an order")
    return Happened("working", title, _("The most urgent one stands on top."), icon="package-open")


def nothing() -> Happened:
    """Nothing is to be picked."""
    line = _("A new order appears here by itself.")
    return Happened("good", _("Nothing is to be picked"), line, icon="package-check")


def came(number: str, ready: str, count: int) -> Happened:
    """New orders came while somebody looked at the list."""
    if count > 1:
        title = ngettext("{n} new order", "{n} new orders", count).format(n=count)
    else:
        title = _("New order {number}").format(number=number)
    line = _("To be ready by {time}.").format(time=ready) if ready else _("It stands at the end of the list.")
    return Happened("working", title, line, icon="bell", action=_("Show it"), action_icon="arrow-right")


def asking(number: str) -> Happened:
    """The hub is asked whether somebody else picks it."""
    return Happened("working", _("Order {number}").format(number=number), _("Asking whether anybody picks it already…"))


def kept(number: str, until: int, zone: str) -> Happened:
    """Nobody else here picks it."""
    line = _("Kept for you until {time}. Scan each article as you fetch it.").format(time=clock_time(until, zone))
    return Happened("good", _("Order {number} is yours").format(number=number), line, icon="user-round-check")


def not_asked(number: str) -> Happened:
    """Without the network nobody can be asked."""
    line = _("No connection: a colleague may pick it too. Tell them, and scan each article.")
    return Happened("working", _("Order {number}").format(number=number), line, icon="wifi-off")


def taken(number: str, by: PickedBy) -> Happened:
    """Somebody else picks it."""
    title = _("Order {number} is being picked").format(number=number)
    return Happened("refused", title, _("{who} has it. Choose another one.").format(who=who(by)), icon="user")


def who(by: PickedBy) -> str:
    """A person at a terminal."""
    return f"{by.staff}, {by.terminal}" if by.staff else by.terminal


def done_elsewhere(number: str) -> Happened:
    """Nothing of it is to be picked any more."""
    title = _("Order {number} is not to be picked any more").format(number=number)
    return Happened("refused", title, _("It was packed elsewhere or cancelled. Put back what you fetched."))


def changed(number: str) -> Happened:
    """The order is another one by now."""
    title = _("Order {number} has changed").format(number=number)
    return Happened("working", title, _("See what is still to be fetched."), icon="info")


def hub_said(message: str) -> Happened:
    """The hub says no, in its own words."""
    return Happened("refused", _("The order is not picked here"), message)


def still_kept(by: PickedBy) -> Happened:
    """The lease ended, and somebody else took the order."""
    line = _("{who} has it. Ask before you go on.").format(who=who(by))
    return Happened("refused", _("A colleague picks this order now"), line, icon="user")


def scanned(name: str, count: int, of: int, shelf: str) -> Happened:
    """One more is in the hand; `shelf` is where the next one lies."""
    line = _("{n} of {all}").format(n=quantity(count), all=quantity(of))
    if shelf:
        line = _("{line} · next from {shelf}").format(line=line, shelf=shelf)
    return Happened("good", _("{name} scanned").format(name=name), line, action=_("Undo"))


def wrong_item(name: str) -> Happened:
    """It is not of this order."""
    title = _("{name} is not in this order").format(name=name)
    return Happened("refused", title, _("Put it back. Nothing was counted."))


def instead(name: str, other: str, count: int, of: int) -> Happened:
    """Something is in the hand in place of what was ordered."""
    line = _("{n} of {all}, instead of {other}").format(n=quantity(count), all=quantity(of), other=other)
    return Happened("good", _("{name} scanned").format(name=name), line, icon="refresh-cw", action=_("Undo"))


def short_first(name: str, other: str) -> Happened:
    """It may stand in for something of which nobody said yet that it can't be given."""
    title = _("{name} is not in this order").format(name=name)
    line = _("It may be given instead of {other}: say first why that can't be given, then scan again.")
    return Happened("refused", title, line.format(other=other))


def no_substitute(name: str, line: LineToPick) -> Happened:
    """It can't stand in for what is short."""
    title = _("{name} is not given instead").format(name=name)
    other = in_language(line.names, language())
    if line.substitutes is Substitutes.NONE:
        title = _("{name} is not in this order").format(name=name)
        said = _("The order wants {other} and nothing else. Put this one back.")
    elif line.substitutes is Substitutes.LISTED:
        said = _("For {other} the order lists other articles. Put this one back.")
    else:
        said = _("It is not of the same kind as {other}. Put this one back.")
    return Happened("refused", title, said.format(other=other))


def may_be(line: LineToPick) -> str:
    """What may be given in place of a line, and where that lies; "" if nothing may."""
    if line.substitutes is Substitutes.SIMILAR:
        return _("Another article of the same kind may be given instead: scan it.")
    named = [f"{in_language(x.names, language())} ({x.shelf or '—'})" for x in line.listed]
    return _("May be given instead: {names}. Scan it.").format(names=", ".join(named)) if named else ""


def too_many(name: str, of: int) -> Happened:
    """There are as many as are wanted."""
    title = _("That is one too many")
    line = _("{name}: all {n} are counted. Put this one back.").format(name=name, n=quantity(of))
    return Happened("refused", title, line)


def unknown(code: str) -> Happened:
    """A code that no article has."""
    short = code if len(code) <= 24 else f"{code[:24]}…"
    line = _("Code {code} is no article of ours. Nothing was changed.").format(code=short)
    return Happened("refused", _("This is not ours"), line)


def misread() -> Happened:
    """A code whose check digit is wrong."""
    return Happened("refused", _("The code was misread"), _("Scan it again."))


def parcel_label() -> Happened:
    """A parcel was scanned."""
    return Happened("refused", _("That is a parcel"), _("Scan parcels in Collect. Here you scan what goes into them."))


def accept_first() -> Happened:
    """An article was scanned before an order was accepted."""
    return Happened("refused", _("Accept the order first"), _("Nothing was counted. Then scan what you fetch."))


def next_first() -> Happened:
    """An article was scanned while a packed order stands on the screen."""
    return Happened("refused", _("This order is packed"), _("Nothing was counted. Choose the next order first."))


def wait() -> Happened:
    """Something is asked or recorded."""
    return Happened("working", _("One moment"), _("This is being recorded. Then go on."))


def finish_first() -> Happened:
    """Somebody wants to go elsewhere with goods in the hand."""
    title = _("Goods are in your hand")
    return Happened("refused", title, _("Pack them, or give the order back first."))


def undone(name: str) -> Happened:
    """The last scan was taken back."""
    return Happened("good", _("Taken back"), name, icon="undo-2")


def cant(line: LineToPick, reason: LineRefusedFor) -> Happened:
    """It was said why the rest of a line can't be given."""
    title = _("{name} can't be given").format(name=in_language(line.names, language()))
    said = _("{reason}. It goes back to the order system when you pack.")
    if line.substitutes is not Substitutes.NONE:
        said = _("{reason}. Scan what you give instead, or it goes back when you pack.")
    return Happened("working", title, said.format(reason=because(reason)), icon="undo-2", action=_("Undo"))


def can(name: str) -> Happened:
    """The line is to be fetched after all."""
    return Happened("good", _("{name} is to be fetched").format(name=name), "")


def packed(number: str, count: int, left: int, printed: bool) -> Happened:
    """A parcel is recorded. `left`: so many things are still to be fetched; `printed`: its label is on its way."""
    title = _("Parcel {n} of order {number} is packed").format(n=count, number=number)
    if not left:
        line = _("Its label is printed now.") if printed else _("No printer here: write the order's number on it.")
        return Happened("good", title, line, icon="package-check")
    line = ngettext("{n} item is still to be fetched.", "{n} items are still to be fetched.", left)
    return Happened("good", title, line.format(n=left), icon="package-check")


def all_back(number: str) -> Happened:
    """Nothing of the order could be given."""
    title = _("Order {number} went back").format(number=number)
    return Happened("good", title, _("Another source is looked for. This store is not asked again."), icon="undo-2")


def given_back(number: str) -> Happened:
    """The order was accepted, and is let go."""
    title = _("Order {number} is free again").format(number=number)
    return Happened("good", title, _("Nothing was packed. Put back what you fetched."), icon="undo-2")


def let_go(number: str) -> Happened:
    """The order is let go, with parcels of it packed."""
    title = _("Order {number} is free again").format(number=number)
    return Happened("good", title, _("What was packed stays packed. The rest is still to be fetched."), icon="undo-2")


def not_packed(reason: PackRefusal) -> Happened:
    """The rules of parcels say no."""
    line = {
        PackRefusal.NOTHING: _("Nothing is in it. Scan what you fetch."),
        PackRefusal.LINE_UNKNOWN: _("The order has changed. See what is still to be fetched."),
        PackRefusal.OTHER_STORES: _("It has goods for two stores. Pack a parcel for each."),
        PackRefusal.NO_SUBSTITUTE: _("The order does not allow what you put in instead. Put it back, and scan again."),
        PackRefusal.NO_NUMBER: _("A unit lacks its serial number. Scan what you fetched again."),
        PackRefusal.TOO_MANY: _("More than is waited for: a colleague packed some, or it was cancelled."),
    }[reason]
    return Happened("refused", _("The parcel was not packed"), line)


def not_recorded(reason: Reason | None) -> Happened:
    """The disk could not take it."""
    return Happened("fault", _("The parcel was not recorded"), cause(reason))


def label_failed() -> Happened:
    """The printer could not print the label."""
    title = _("The label was not printed")
    line = _("The parcel is recorded. See to the printer, then print it again.")
    return Happened("fault", title, line, icon="printer")


def label_doubtful() -> Happened:
    """Nobody knows whether the label is on paper."""
    title = _("Look whether the label came out")
    return Happened("fault", title, _("If not, print it again. The parcel is recorded."), icon="printer")


def label_missing(number: str) -> Happened:
    """The terminal stopped after a parcel was recorded and before its label was certainly on paper."""
    title = _("A label may be missing")
    line = _("This terminal stopped then. Look whether the parcel of order {number} has one.").format(number=number)
    return Happened("fault", title, line, icon="printer", action=_("Print again"), action_icon="printer")


def label_printing(number: str) -> Happened:
    """A label is printed again."""
    return Happened("working", _("A label of order {number} is printed").format(number=number), "", icon="printer")


def list_printing() -> Happened:
    """The pick list goes to the printer."""
    return Happened("good", _("The pick list is printed"), _("All orders, by department and shelf."), icon="printer")


def list_failed() -> Happened:
    """The pick list did not come out."""
    return Happened("fault", _("The pick list was not printed"), _("See to the printer, then print it again."))
