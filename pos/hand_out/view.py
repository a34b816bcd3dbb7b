"""What the screen of a hand-out says of a state: words, rows and steps. No window here."""

from dataclasses import dataclass, replace

from pos.hand_out import proxy_words, words
from pos.hand_out.state import HandOutState, Phase, Way, Word
from pos.printing import PaperState
from pos.receipt.returned import TENDERS
from pos.ui.i18n import _, clock_time, day, money, ngettext, quantity
from pos.ui.said import StepSaid
from sync.domain.pickups import Document, Parcel, ParcelLine, ParcelState, Verified

MOST_SHOWN = 5
"""Parcels of an order that are named one by one where nothing can be given."""


@dataclass(frozen=True, slots=True)
class HeadSaid:
    """The head of one of the steps: its number, or a check mark; `now`: it is the one to do next."""

    mark: str
    title: str
    line: str
    done: bool = False
    now: bool = False


@dataclass(frozen=True, slots=True)
class ParcelSaid:
    """One parcel that may be given; `time`: when its label was scanned. `hand`: it is counted by hand, or could be."""

    id: str
    title: str
    line: str
    time: str = ""
    done: bool = False
    hand: bool = False


@dataclass(frozen=True, slots=True)
class GoodsSaid:
    """What lies in the parcels. `instead`: what it stands in for, and the numbers of its units."""

    name: str
    count: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class ChoiceSaid:
    """Something to choose: a document, a proxy."""

    key: str
    text: str
    icon: str
    on: bool = False


@dataclass(frozen=True, slots=True)
class CardSaid:
    """What is known of the person: an icon, a title, a line. `good`: it is made sure."""

    title: str
    line: str
    icon: str
    good: bool = True


@dataclass(frozen=True, slots=True)
class Action:
    """The primary action."""

    text: str
    icon: str
    verb: str
    off: bool = False
    busy: bool = False


def title(state: HandOutState) -> str:
    """Whom it is for."""
    if state.phase is Phase.STOPPED or not state.name:
        return _("Order {number}").format(number=state.number) if state.number else _("Hand out")
    if state.phase is Phase.DONE:
        return _("Handed out to {name}").format(name=state.person)
    return _("Hand out to {name}").format(name=state.name)


def custody(state: HandOutState) -> tuple[str, str]:
    """Whose word it stands on: an icon and a line. The hub's, or what this terminal knows by itself."""
    at = clock_time(state.said_at, state.zone) if state.said_at else ""
    if state.word is Word.HELD:
        return "shield-check", _("Kept for this terminal, {time}").format(time=at)
    if state.word is Word.TAKEN:
        return "lock", _("Another terminal has it")
    if state.word is Word.ASKING:
        return "loader-circle", _("Asking the order system")
    seen = clock_time(state.around.as_of, state.zone) if state.around.as_of else "—"
    return "wifi-off", _("Decided here, copy of {time}").format(time=seen)


def heads(state: HandOutState) -> list[HeadSaid]:
    """The three steps."""
    person_done = state.verified is not None
    at = 1 if not state.parcels_done else 2 if not person_done else 3
    chosen = len(state.chosen) or len(state.ready)
    scanned = _("{n} of {of} scanned").format(n=chosen - len(state.missing), of=chosen)
    who = " · ".join(x for x in (state.person, _("order {number}").format(number=state.number)) if x)
    return [
        HeadSaid("1", _("Parcels"), scanned, state.parcels_done, at == 1),
        HeadSaid("2", _("Person"), who, person_done, at == 2),
        _third(state, at == 3),
    ]


def _third(state: HandOutState, now: bool) -> HeadSaid:
    if state.signs:
        line = _("{name} signs on the glass").format(name=state.person) if state.person else _("Signed on the glass")
        return HeadSaid("3", _("Signature"), line, bool(state.signature), now and not state.signature)
    n = len(goods(state))
    return HeadSaid("", _("Inside"), ngettext("{n} article", "{n} articles", n).format(n=n))


def shelf(state: HandOutState) -> str:
    """Where the next parcel lies; once all are scanned, where the first lay."""
    waits = state.missing or state.ready
    return waits[0].shelf if waits else ""


def parcels(state: HandOutState) -> list[ParcelSaid]:
    """The parcels that may be given, one row each."""
    return [_parcel(state, n, it) for n, it in enumerate(state.ready, 1)]


def _parcel(state: HandOutState, n: int, it: Parcel) -> ParcelSaid:
    at = state.scanned.get(it.id, 0)
    name = _("Parcel {n}").format(n=n)
    said = f"{name} · {it.shelf}" if it.shelf else name
    hand, when = it.id in state.by_hand, clock_time(at, state.zone) if at else _("By hand")
    when = _("By hand, {time}").format(time=when) if hand else when
    return ParcelSaid(it.id, said, contents(it.lines), when, bool(at), hand or not at)


def contents(lines: tuple[ParcelLine, ...]) -> str:
    """What is in a parcel, in one line."""
    return ", ".join(
        " ".join(x for x in (_goods(line).name, _goods(line).count, _instead(line)) if x) for line in lines
    )


def goods(state: HandOutState) -> list[GoodsSaid]:
    """What lies in the parcels that would be given."""
    sums: dict[tuple[str, str], ParcelLine] = {}
    for line in (x for it in state.chosen or state.ready for x in it.lines):
        before = sums.get((line.line, line.product))
        if before is not None:
            line = replace(before, quantity=before.quantity + line.quantity, serials=before.serials + line.serials)
        sums[line.line, line.product] = line
    return [_goods(line) for line in sums.values()]


def _goods(line: ParcelLine) -> GoodsSaid:
    many = f"× {quantity(line.quantity)}" if line.quantity != 1000 else ""
    count = _("{n} kg").format(n=quantity(line.quantity)) if line.unit == "kg" else many
    units = _("number {serials}").format(serials=", ".join(line.serials)) if line.serials else ""
    return GoodsSaid(line.name, count, " · ".join(x for x in (_instead(line), units) if x))


def _instead(line: ParcelLine) -> str:
    return _("instead of {name}").format(name=line.instead_name) if line.instead_of else ""


# --- the person ------------------------------------------------------------------------------------------------------


def ways(state: HandOutState) -> list[ChoiceSaid]:
    """How the person can be made sure of."""
    return [
        ChoiceSaid(Way.CODE.value, _("Code"), "message-square-text", state.way is Way.CODE),
        ChoiceSaid(Way.DOCUMENT.value, _("Document"), "id-card", state.way is Way.DOCUMENT),
        ChoiceSaid(Way.PROXY.value, _("Proxy"), "users", state.way is Way.PROXY),
    ]


def question(state: HandOutState) -> str:
    """What is asked for."""
    if state.way is Way.DOCUMENT:
        return _("Which document did you see?")
    if state.way is Way.PROXY:
        return "" if state.proxy_pass else _("Who collects it?")
    return "" if state.by_pass else _("Code from the message")


def choices(state: HandOutState) -> list[ChoiceSaid]:
    """The answers."""
    if state.way is Way.DOCUMENT:
        names = {
            Document.ID_CARD: _("Identity card"),
            Document.PASSPORT: _("Passport"),
            Document.LICENCE: _("Driving licence"),
            Document.OTHER: _("Another with a photo"),
        }
        return [ChoiceSaid(kind.value, names[kind], "id-card", state.document is kind) for kind in names]
    if state.way is Way.PROXY and state.purchase is not None and not state.proxy_pass:
        return [ChoiceSaid(x, x, "user", state.proxy == x) for x in state.purchase.proxies]
    return []


def card(state: HandOutState) -> CardSaid | None:
    """What is known of the person, or how to go about it; None where keys stand in its place."""
    if state.verified is not None:
        shown = state.by_pass or state.proxy_pass
        return CardSaid(words.verified(state), _sure(state), "qr-code" if shown else "shield-check")
    if state.way is Way.DOCUMENT:
        if state.tried.locked:
            said = words.locked()
            return CardSaid(said.title, said.line, "lock", good=False)
        return CardSaid(_("Compare photo and name"), _("No number is kept."), "info", good=False)
    if state.way is Way.PROXY:
        line = _("Look at a document of the proxy, or scan a pass: their own, or the order's.")
        none = state.purchase is not None and not state.purchase.proxies
        return CardSaid(_("The order names no proxy") if none else _("Named by the order"), line, "info", good=False)
    return None


def _sure(state: HandOutState) -> str:
    if state.proxy_pass:
        return proxy_words.sure(state)
    if state.word is Word.HELD:
        return _("No other terminal has handed this out.")
    return _("Decided on what this terminal knows.") if state.alone else _("Asking the order system")


def paid(state: HandOutState) -> tuple[str, str]:
    """How the order was paid: words and amount; empty where nobody told."""
    bought = state.purchase
    tenders = [x for x in bought.paid if x.amount] if bought is not None else []
    if bought is None or not tenders:
        return "", ""
    if state.paid is not None and state.paid.body.change:
        change = money(state.paid.body.change, bought.currency)
        return _("Paid here, change {amount}").format(amount=change), money(
            sum(x.amount for x in tenders), bought.currency
        )
    kinds = {x.kind.value for x in tenders}
    name = _(TENDERS.get(kinds.pop(), "")) if len(kinds) == 1 else _("Paid")
    return name or _("Paid"), money(sum(x.amount for x in tenders), bought.currency)


def received(state: HandOutState) -> str:
    """What is signed for."""
    n = len(state.chosen) or len(state.ready)
    return ngettext("I received {n} parcel,", "I received {n} parcels,", n).format(n=n)


def when(state: HandOutState) -> str:
    """Since when it is signed, or the moment now."""
    at = state.signed_at or state.now
    return f"{day(at, state.zone)}, {clock_time(at, state.zone)}"


# --- the end ---------------------------------------------------------------------------------------------------------


def action(state: HandOutState) -> Action:
    """The primary action."""
    if state.phase is Phase.DONE:
        return Action(_("Next customer"), "arrow-right", "back")
    if state.phase is Phase.STOPPED and state.unpaid and state.pays:
        return Action(_("Take payment"), "wallet", "pay")
    if state.phase is Phase.STOPPED:
        return Action(_("Back to the list"), "list", "back")
    n = len(state.chosen)
    text = ngettext("Hand out {n} parcel", "Hand out {n} parcels", n).format(n=n) if n else _("Hand out")
    busy = state.phase in (Phase.CLAIMING, Phase.RECORDING)
    return Action(text, "package-check", "hand_out", not (state.may_go_on or busy), busy)


def result(state: HandOutState) -> tuple[str, str]:
    """The large words of the end, and a line: what was given, or why nothing is."""
    if state.stopped is not None:
        return words.refusal(state, state.stopped)
    if state.done is None:
        return "", ""
    n = len(state.done.body.parcels)
    said = ngettext("{n} parcel handed out", "{n} parcels handed out", n).format(n=n)
    return said, words.left_over(state) or _("That was all of the order.")


def foot(state: HandOutState) -> str:
    """The line below the shelf."""
    if state.done is not None:
        return _("Slip {number}").format(number=state.done.body.receipt)
    number = _("Order {number}").format(number=state.number)
    return " · ".join(x for x in (number, state.name) if x) if state.number else ""


def steps(state: HandOutState) -> list[StepSaid]:
    """What was recorded and how it stands; where nothing is given, each parcel and how it stands."""
    if state.done is None:
        return _stands(state)
    at = clock_time(state.done.envelope.at, state.zone)
    how = proxy_words.proved(state) if state.proxy_pass else words.verified(state)
    recorded = StepSaid("done", _("Hand-out recorded"), how, at)
    signed = (
        [StepSaid("done", _("Signed"), _("Only a digest of it is kept."), icon="pen-line")] if state.signature else []
    )
    return [recorded, *signed, _hub(state), _paper(state)]


def _hub(state: HandOutState) -> StepSaid:
    if state.done is not None and state.done.body.claim:
        return StepSaid("done", _("The order system knows"), _("No other terminal has handed this out."))
    line = _("It is told once the network is back. Nothing is lost.")
    return StepSaid("next", _("Decided by this terminal"), line, icon="wifi-off")


def _paper(state: HandOutState) -> StepSaid:
    paper = state.slip.paper
    if paper is PaperState.PRINTED:
        return StepSaid("done", _("Slip printed"), _("Tear it off and hand it over."))
    if paper is PaperState.PRINTING:
        return StepSaid("now", _("Slip is printing"), _("The parcels can go already."))
    if paper is PaperState.ABSENT:
        return StepSaid("next", _("No printer here"), _("The hand-out is kept."), icon="printer")
    doubtful = paper is PaperState.DOUBTFUL
    said = _("The slip may be on paper") if doubtful else _("The slip is not printed")
    return StepSaid("fault", said, _("See below what to do."), icon="printer")


def heading(state: HandOutState) -> str:
    """What the steps are."""
    if state.done is not None:
        return _("How it stands")
    if state.parcels:
        return _("Parcels of the order")
    return _("In the order") if state.purchase is not None else _("What to do")


def _stands(state: HandOutState) -> list[StepSaid]:
    if not state.parcels:
        return _ordered(state)
    shown = state.parcels[:MOST_SHOWN]
    said = [_how(state, n, it) for n, it in enumerate(shown, 1)]
    rest = len(state.parcels) - len(shown)
    more = ngettext("and {n} parcel more", "and {n} parcels more", rest).format(n=rest) if rest else ""
    return [*said, *([StepSaid("next", more, "", icon="ellipsis")] if more else [])]


def _ordered(state: HandOutState) -> list[StepSaid]:
    """What was ordered, where nothing of it is packed; else how an order is found that this terminal does not know."""
    if state.purchase is None:
        return [
            StepSaid("next", _("Scan the order's pass"), _("It proves an order without the network."), icon="qr-code"),
            StepSaid("next", _("Look for it in the list"), _("By name, number or telephone."), icon="search"),
        ]
    goods = [x for x in state.purchase.lines if x.goods]
    said = [StepSaid("next", x.name, f"× {quantity(x.quantity)}", icon="package") for x in goods[:MOST_SHOWN]]
    rest = len(goods) - len(said)
    more = ngettext("and {n} article more", "and {n} articles more", rest).format(n=rest) if rest else ""
    return [*said, *([StepSaid("next", more, "", icon="ellipsis")] if more else [])]


def _how(state: HandOutState, n: int, it: Parcel) -> StepSaid:
    name = _("Parcel {n}").format(n=n)
    titles = {
        ParcelState.EXPECTED: (_("on its way"), "truck"),
        ParcelState.RECEIVED: (_("on no shelf yet"), "package"),
        ParcelState.READY: (_("ready"), "package-check"),
        ParcelState.CANCELLED: (_("order cancelled"), "x"),
        ParcelState.SENT_BACK: (_("sent back"), "undo-2"),
        ParcelState.HANDED_OUT: (_("handed out"), "check"),
    }
    how, icon = titles[it.state]
    place = state.around.places.get(it.location, it.location)
    line = " · ".join(x for x in (place, it.shelf) if x)
    if it.last is not None and it.state in (ParcelState.HANDED_OUT, ParcelState.CANCELLED, ParcelState.SENT_BACK):
        line = words.by_whom(state, it.last)
    return StepSaid("next", f"{name}: {how}", line, icon=icon)


def tint(state: HandOutState) -> str:
    """The window's tint, and what stands in it."""
    return "mint" if state.phase is Phase.DONE else "sand"


def sure(state: HandOutState) -> bool:
    """Whether the code that is shown is the order's."""
    return state.verified is Verified.CODE and not state.by_pass
