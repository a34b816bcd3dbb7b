"""What the right side of a return says: how the money goes, where the goods go, on what it stands, what to do next."""

from dataclasses import dataclass

from pos.receipt.returned import TENDERS
from pos.returns import words
from pos.returns.state import PIECE, Phase, ReturnState, WeighingBack
from pos.returns.view import lines
from pos.returns.ways import not_by_promise
from pos.ui.i18n import _, money, ngettext, quantity
from sync.domain.orders import BoughtLine, Paid, Purchase
from sync.domain.returns import Accepted, Basis, Destination, Disposition, Exceptional, Refund, ReturnRefusal

TENDER_ICONS = {
    "cash": "banknote",
    "card": "credit-card",
    "online": "globe",
    "points": "star",
    "gift_card": "gift",
    "store_credit": "ticket",
    "exchange": "ticket",
    "coupon": "ticket",
}


@dataclass(frozen=True, slots=True)
class Primary:
    """The one action: words, its consequence, icon; `verb` of the flow."""

    text: str
    line: str = ""
    icon: str = "arrow-right"
    verb: str = ""
    off: bool = False
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """On what the refund stands. `good`: it is confirmed; `action`: the hub can be asked now."""

    icon: str = ""
    title: str = ""
    line: str = ""
    good: bool = False
    action: str = ""


@dataclass(frozen=True, slots=True)
class TenderSaid:
    """One tender: what goes back by it, and how much of what it paid that is (0 to 1)."""

    icon: str
    name: str
    amount: str
    line: str
    share: float


@dataclass(frozen=True, slots=True)
class GoodsSaid:
    """Where goods go."""

    name: str
    where: str
    picture: str
    tint: str
    letters: str


def due(plan: Accepted | None) -> int:
    """What goes back, rounded as it is paid, in minor units."""
    return plan.total + plan.rounding if plan else 0


def tenders(state: ReturnState) -> list[TenderSaid]:
    """How the money goes back, by each way that it came; none where it becomes credit or other goods."""
    purchase, plan = state.purchase, state.accepted
    if purchase is None or (plan is not None and state.to is not Destination.TENDERS):
        return []
    back = {r.paid: r for r in plan.refunds} if plan else {}
    return [_tender(paid, back.get(paid.id), purchase.currency) for paid in purchase.paid]


def _tender(paid: Paid, refund: Refund | None, currency: str) -> TenderSaid:
    back = refund.amount if refund else 0
    line = _("of {amount} paid").format(amount=words.worth(paid.kind, paid.amount, currency))
    if paid.refunded:
        line += " · " + _("{amount} back before").format(amount=words.worth(paid.kind, paid.refunded, currency))
    if refund is not None and refund.to is Destination.COUNTER:
        line = _("fetched at any till")
    share = (paid.refunded + back) / paid.amount if paid.amount else 0.0
    name = words.tender(paid.kind, paid.masked)
    return TenderSaid(TENDER_ICONS[paid.kind], name, words.worth(paid.kind, back, currency), line, min(1.0, share))


def ways(plan: Accepted, purchase: Purchase) -> str:
    """The ways the money goes, in a few words: "Visa and points"."""
    short = {
        "cash": _("cash"),
        "card": _("the card"),
        "online": _("the account"),
        "points": _("points"),
        "gift_card": _("the gift card"),
        "store_credit": _("store credit"),
        "coupon": _("the coupon"),
    }
    masked = {paid.id: paid.masked for paid in purchase.paid}

    def named_way(r: Refund) -> str:
        if r.to is Destination.CREDIT:
            return short["store_credit"]
        if r.to is Destination.COUNTER:
            return _("cash at a till")
        return _brand(masked.get(r.paid, "")) or short.get(r.kind, TENDERS.get(r.kind, ""))

    named = list(dict.fromkeys(named_way(r) for r in plan.refunds))
    return " ".join((", ".join(named[:-1]), _("and"), named[-1])) if len(named) > 1 else "".join(named)


def _brand(masked: str) -> str:
    """The name before the digits of a card: "Visa"."""
    return " ".join(word for word in masked.split() if word.isalpha())


def goods(state: ReturnState) -> list[GoodsSaid]:
    """What happens to the goods."""
    plan, purchase = state.accepted, state.purchase
    if plan is None or purchase is None:
        return []
    said = {line.id: line for line in lines(state)}
    shipping = [
        GoodsSaid(_shipping_name(x.item.line, purchase), _("goes back, too"), "", "sky", "→")
        for x in plan.lines
        if x.item.line not in said
    ]
    return shipping + [
        GoodsSaid(
            _counted(said[x.item.line].name, purchase.line(x.item.line), x.item.quantity),
            _where(state, x.item.line, x.disposition),
            said[x.item.line].picture,
            said[x.item.line].tint,
            said[x.item.line].letters,
        )
        for x in plan.lines
        if x.item.line in said
    ]


def _shipping_name(line_id: str, purchase: Purchase) -> str:
    line = purchase.line(line_id)
    return (line.name if line else "") or _("Delivery")


def _counted(name: str, line: BoughtLine | None, quantity: int) -> str:
    return name if line is None or quantity == PIECE else f"{words.amount(line, quantity)} × {name}"


def _where(state: ReturnState, line_id: str, disposition: Disposition) -> str:
    if not state.why_of(line_id).said:
        return _("say why and how it came")
    if disposition is Disposition.QUARANTINE:
        return _("to the check desk")
    if disposition is Disposition.SEND_BACK:
        return _("back to the warehouse")
    line = state.purchase.line(line_id) if state.purchase else None
    shelf = state.copied.shelves.get(state.article(line), "") if line else ""
    return _("back to shelf {shelf}").format(shelf=shelf) if shelf else _("back to its shelf")


# ------------------------------------------------------------------------------------------- on what it stands


def box(state: ReturnState) -> Box:
    """On what the refund stands: the hub's word, a right held here, the till's allowance, or a promise."""
    purchase = state.purchase
    if purchase is None or purchase.received_at is None:
        return Box()
    if state.claimed:
        return Box("shield-check", _("Confirmed with the order system"), _alone(state), good=True)
    if state.by_hub:
        return Box(
            "lock-keyhole",
            _("The order system is asked first"),
            _("Once it says yes, no other till can refund these items. Then the money moves."),
        )
    action = _("Ask the order system") if state.copied.link.online else ""
    plan = state.accepted
    if plan is None:
        text = _("Scan what comes back. Then it stands here whether money or a promise goes with it.")
        return Box("wifi-off", _("Without the order system"), text, action=action)
    icon, heading, text = _offline(state, purchase, plan.basis)
    return Box(icon, heading, text, action=action)


def _alone(state: ReturnState) -> str:
    plan = state.accepted
    goods = {line.id for line in state.purchase.lines if line.goods} if state.purchase else set()
    n = sum(-(-x.item.quantity // PIECE) for x in plan.lines if x.item.line in goods) if plan else 0
    return ngettext(
        "No other till can refund this {n} item.", "No other till can refund these {n} items.", max(1, n)
    ).format(n=max(1, n))


def _offline(state: ReturnState, purchase: Purchase, basis: Basis) -> tuple[str, str, str]:
    if basis is Basis.HELD:
        text = _("It was handed over here, so this store holds the right to its refund. The network is not needed.")
        return "store", _("This store may pay"), text
    if basis is Basis.BUDGET:
        rules = state.copied.rules
        most = money(min(rules.budget, rules.cap), state.currency)
        text = _("Without the network this till may pay up to {amount}. This is less.").format(amount=most)
        return "wallet", _("Within this till's allowance"), text
    if purchase.location:
        text = _("This order was handed over in another store, so only the order system can free the money.")
    else:
        text = _("This order was delivered, so only the order system can free the money.")
    return "wifi-off", _("Goods now, money soon"), f"{text} {_('The till asks by itself when the network is back.')}"


def needs(state: ReturnState) -> list[str]:
    """What somebody must approve, as sentences."""
    plan = state.accepted
    if plan is None:
        return []
    said = {
        Exceptional.DEADLINE: _("Its time to come back has passed."),
        Exceptional.NOT_RETURNABLE: _("Some of it is sold as not returnable."),
        Exceptional.BUNDLE_PART: _("Only a part of a set comes back."),
    }
    return [said[need] for need in sorted(plan.needs)]


def primary(state: ReturnState) -> Primary:
    """What to do next."""
    if state.phase is Phase.DONE:
        return Primary(_("Next customer"), verb="next")
    if state.phase is Phase.CLAIMING:
        return Primary(_("Asking the order system"), _("No money has moved"), busy=True)
    if state.phase is Phase.RECORDING:
        return Primary(_("Recording the return"), busy=True)
    if state.phase is Phase.ASKING or state.purchase is None:
        busy = state.phase is Phase.ASKING
        return Primary(
            _("Find the order"), icon="search", verb="find", off=not (state.query.strip() or busy), busy=busy
        )
    return _refund(state, state.purchase)


def _weigh(weighing: WeighingBack) -> Primary:
    """What lies on the scale is taken if it may be; what was typed too high is said when it is taken."""
    weighed, too_much = f"{quantity(weighing.weight)} {_('kg')}", weighing.too_much and not weighing.by_hand
    if weighing.weight and not too_much:
        return Primary(_("Take {weight}").format(weight=weighed), icon="check", verb="weigh_done")
    text = _("Type what it weighs") if weighing.by_hand else _("Take the weight")
    return Primary(text, icon="check", verb="weigh_done", off=True)


def _refund(state: ReturnState, purchase: Purchase) -> Primary:
    plan = state.accepted
    if state.weighing is not None:
        return _weigh(state.weighing)
    if plan is None:
        return Primary(_("Refund"), _nothing(state), off=True)
    if state.unsaid is not None:
        return Primary(_("Refund"), _("Say why and how it came back"), off=True)
    amount = money(due(plan), purchase.currency)
    if state.exchanging:
        return _exchange(state, money(plan.total, purchase.currency))
    if plan.basis is Basis.PROMISE:
        # Several ways leave no room on the button for when; the box above it says so.
        said = _("{amount} to {ways}, later") if len(plan.refunds) == 1 else _("{amount} to {ways}")
        line = said.format(amount=amount, ways=ways(plan, purchase))
        return Primary(_("Take goods, print promise"), line, "printer", "refund")
    if plan.refunds and state.owed == due(plan):
        line = _("{amount} in cash at any till").format(amount=amount)
        return Primary(_("Take goods, print slip"), line, "printer", "refund")
    line = _("{amount} to {ways}").format(amount=amount, ways=ways(plan, purchase)) if plan.refunds else amount
    return Primary(_("Refund"), line, "arrow-right", "refund")


def _exchange(state: ReturnState, worth: str) -> Primary:
    if state.promised:
        return Primary(_("Choose other goods"), not_by_promise(), off=True)
    return Primary(_("Choose other goods"), _("{amount} to spend").format(amount=worth), "shopping-basket", "refund")


def _nothing(state: ReturnState) -> str:
    refused = state.plan
    if refused is not None and not isinstance(refused, Accepted) and refused.reason is ReturnRefusal.NOT_PAID:
        return _("Less was paid than is asked for")
    if state.purchase is not None and state.purchase.received_at is None:
        return _("The customer does not have it yet")
    return _("Nothing is on the counter yet")
