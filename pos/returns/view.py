"""What the open order of a return says: its head, its lines, what a condition leads to. No window here."""

from dataclasses import dataclass

from pos.goods_back import where
from pos.pictures import initials, path_of
from pos.returns.state import PIECE, Phase, ReturnState
from pos.ui.i18n import _, clock_time, day, language, money, quantity
from pos.weighing import WeightSaid
from pos.weight_words import state_of
from sync.domain.catalogue import in_language
from sync.domain.money import divide
from sync.domain.orders import BoughtLine, Purchase
from sync.domain.returns import Condition, disposition_of
from sync.domain.special import ShippingBack


@dataclass(frozen=True, slots=True)
class LineSaid:
    """One line of the order as a card. `text` is what the stepper shows; `most`: how far it goes."""

    id: str
    name: str
    info: str
    until: str
    alert: bool
    picture: str
    tint: str
    letters: str
    bought: str
    returned: str
    left: str
    value: int
    most: int
    text: str
    open: bool
    gone: bool
    reason: str
    condition: str
    where: str
    locked: bool
    weights: tuple[tuple[str, str], ...] = ()
    weight: str = ""


# ------------------------------------------------------------------------------------------------- the order


def title(purchase: Purchase) -> str:
    """What the order, or the sale in a store, is called."""
    text = _("Order {number}") if purchase.channel else _("Receipt {number}")
    return text.format(number=purchase.number)


def badge(state: ReturnState) -> tuple[str, str]:
    """Icon and words beside the title: where it was bought, or how old this terminal's own copy is."""
    purchase = state.purchase
    if purchase is None:
        return "", ""
    if not state.live:
        return "clock", as_of(state.seen, state.now, state.settings.timezone)
    return ("globe", _("Bought online")) if purchase.channel else ("store", _("Bought in a store"))


def as_of(seen: int, now: int, zone: str) -> str:
    """How old a copy is."""
    if not seen:
        return _("This till's own copy")
    return _("As of {time}").format(time=clock_time(seen, zone) if now - seen < 24 * 3600_000 else day(seen, zone))


def dates(state: ReturnState) -> str:
    """Who, when bought, when handed over."""
    purchase = state.purchase
    if purchase is None:
        return ""
    zone = state.settings.timezone
    shipping = [_shipping(state, line) for line in purchase.lines if not line.goods and not purchase.gift]
    bought = [] if shipping else [_("bought {day}").format(day=day(purchase.at, zone))]
    said = [purchase.customer, *bought]
    if purchase.received_at is not None:
        text = _("collected {day}") if purchase.location else _("delivered {day}")
        said.append(text.format(day=day(purchase.received_at, zone)))
    said += shipping
    if purchase.gift:
        said.append(_("a gift"))
    return " · ".join(x for x in said if x)


def _shipping(state: ReturnState, line: BoughtLine) -> str:
    """Shipping, and when it goes back."""
    said = f"{line.name or _('Delivery')} {money(line.amount, state.currency)}"
    if not line.left:
        return _("{shipping} went back").format(shipping=said)
    text = {
        ShippingBack.NEVER: _("{shipping} is not refunded"),
        ShippingBack.WHOLE: _("{shipping} goes back with the last item"),
        ShippingBack.ALWAYS: _("{shipping} goes back with the first item"),
    }[state.copied.rules.shipping]
    return text.format(shipping=said)


def lines(state: ReturnState) -> list[LineSaid]:
    """The lines of the order, those that still may come back first."""
    if state.purchase is None:
        return []
    said = [_line(state, line) for line in _grouped(state.purchase) if line.goods]
    return sorted(said, key=lambda x: x.gone)


def _grouped(purchase: Purchase) -> list[BoughtLine]:
    """The lines in their order, with the parts of a bundle together."""
    first = {line.bundle: n for n, line in reversed(list(enumerate(purchase.lines))) if line.bundle}
    placed = sorted(enumerate(purchase.lines), key=lambda pair: (first.get(pair[1].bundle, pair[0]), pair[0]))
    return [line for _n, line in placed]


def _line(state: ReturnState, line: BoughtLine) -> LineSaid:
    product, taken, why = state.product(line), state.taken.get(line.id, 0), state.why_of(line.id)
    name = product.name(language()) if product else state.called(line)
    picture = path_of(product.picture) if product else ""
    weighed = line.unit == "kg"
    most = 1 if weighed else -(-line.left // PIECE)
    value = min(1, taken) if weighed else -(-taken // PIECE)
    until, alert = _until(state, line)
    asked = state.weighing is not None and state.weighing.line_id == line.id
    return LineSaid(
        id=line.id,
        name=name,
        info=_info(state, line),
        until=until,
        alert=alert,
        picture=picture,
        tint=(product.tint if product else "") or "sand",
        letters="" if picture else initials(name),
        bought=quantity(line.quantity),
        returned=quantity(line.returned),
        left=quantity(line.left),
        value=value,
        most=most,
        text=quantity(taken) if weighed else "",
        open=state.line == line.id and line.left > 0,
        gone=line.left == 0,
        reason=why.reason or "",
        condition=why.condition or "",
        where=consequence(state, why.condition),
        locked=state.phase is not Phase.ORDER,
        weights=_weights(line) if weighed else (),
        weight="part" if asked or 0 < taken < line.left else "all" if taken else "",
    )


def _weights(line: BoughtLine) -> tuple[tuple[str, str], ...]:
    """How much of what was weighed comes back: key and words."""
    whole = f"{quantity(line.left)} {_('kg')}"
    return ("all", _("All of it: {weight}").format(weight=whole)), ("part", _("A part of it"))


def weight_said(state: ReturnState) -> WeightSaid | None:
    """While a weight is asked for: of what, how much by now, and what may still come back."""
    weighing = state.weighing
    line = state.purchase.line(weighing.line_id) if state.purchase and weighing else None
    if weighing is None or line is None:
        return None
    product = state.product(line)
    name = product.name(language()) if product else state.called(line)
    picture = path_of(product.picture) if product else ""
    return WeightSaid(
        weighing,
        name,
        _("What comes back weighs"),
        state_of(weighing),
        picture,
        (product.tint if product else "") or "sand",
        "" if picture else initials(name),
        limit=f"{quantity(line.left)} {_('kg')}",
    )


def _until(state: ReturnState, line: BoughtLine) -> tuple[str, bool]:
    """Until when it may come back, and whether that takes an approval."""
    if line.left == 0:
        return "", False
    if not line.returnable:
        return _("Not returnable"), True
    if line.until is None:
        return "", False
    when = day(line.until, state.settings.timezone)
    if state.now > line.until:
        return _("Only until {day}").format(day=when), True
    return _("Returnable until {day}").format(day=when), False


def _info(state: ReturnState, line: BoughtLine) -> str:
    """What it cost, of which set it is a part, which units lie on the counter. Of a gift nobody says the price."""
    if not line.left:
        return _("All of it came back before")
    units = state.serials.get(line.id, ())
    if state.article(line) != line.product:
        return " · ".join((_("instead of {name}").format(name=line.name), *units))
    instead = [it.name for it in line.given if it.quantity]
    if instead:
        names = ", ".join((*instead, *units))
        return _("Handed out instead: {names}").format(names=names)
    if units:
        return _("number {serials}").format(serials=", ".join(units))
    if line.serials:
        return _("by its serial number")
    if line.bundle:
        return _("part of {bundle}").format(bundle=line.bundle)
    return "" if state.purchase is not None and state.purchase.gift else _price(state, line)


def _price(state: ReturnState, line: BoughtLine) -> str:
    product, currency = state.product(line), state.currency
    one = money(divide(line.amount * PIECE, line.quantity), currency) if line.quantity else ""
    if line.unit == "kg":
        return _("{price} a kilogram").format(price=one)
    if line.quantity > PIECE:
        return _("{price} each").format(price=one)
    details = in_language(product.details, language()) if product else ""
    return f"{details} · {one}" if details and len(details) <= 12 else one


def consequence(state: ReturnState, condition: Condition | None) -> str:
    """Where the goods go, as a sentence."""
    return where(disposition_of(condition, state.copied.rules) if condition else None)
