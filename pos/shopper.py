"""What the shopper is shown of a sale, on a display of two lines and in a window of their own. No window here.

Nothing of staff is in it, nor anything that a bystander should not read. It is made anew with each state of the sale,
and sent on only when it differs; nobody waits for a display.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from pos.devices.base import N_, Display, Row
from pos.payment.state import Phase
from pos.receipt.words import words
from pos.shown import Shown, ShownLine
from pos.ui.i18n import language, money_parts, quantity
from sync.actions.cart import CartLine
from sync.domain.catalogue import Product
from sync.domain.exchange import ComingBack
from sync.domain.pricing import line_amount
from sync.settings import Settings

if TYPE_CHECKING:
    from pos.till import Till

_WELCOME, _TO_PAY, _CHANGE = N_("Welcome"), N_("To pay"), N_("Change")
_THANKS, _PAID, _CARD, _KG, _BACK = N_("Thank you"), N_("Paid"), N_("Card to the reader"), N_("kg"), N_("To give back")


Outlet = Callable[[Shown], None]


class Shopper:
    """Follows a till and tells every outlet what the shopper sees now. `language`: theirs; "": the till's own."""

    def __init__(self, till: "Till", outlets: Iterable[Outlet], language: str = "") -> None:
        self._till = till
        self._outlets = tuple(outlets)
        self._language = language
        self._last: Shown | None = None
        till.moved = self.look
        for flow in (till.signin, till.sale, till.payment, till.done):
            flow.also = self.look
        self.look()

    def look(self) -> None:
        """Look at the till, and tell what is new."""
        shown = shown_of(self._till, self._language or language())
        if shown == self._last:
            return
        self._last = shown
        for outlet in self._outlets:
            outlet(shown)


def shown_of(till: "Till", lang: str) -> Shown:
    """What the shopper sees of a till now, in their language."""
    facts = till.signin.state.facts
    brand = facts.settings.retailer if facts is not None else ""
    if till.actor is None:
        return Shown(language=lang, brand=brand)
    if till.place == "done" and till.done.state.sale is not None:
        shown = _done(till, lang)
    elif till.place == "payment" and till.payment.state.ready:
        shown = _paying(till, lang)
    else:
        shown = _selling(till, lang)
    return msgspec.structs.replace(shown, brand=brand)


def _selling(till: "Till", lang: str) -> Shown:
    state = till.sale.state
    lines = _lines(state.cart.lines, state.cart.back.lines if state.cart.back else (), lang)
    currency, weighing = state.settings.currency, None
    if state.weighing is not None:
        weighing = _line("", state.weighing.product, state.weighing.weight, state.weighing.amount, lang)
    if not lines and weighing is None:
        return Shown(language=lang, currency=currency)
    saved = sum(max(0, line_amount(x.count, x.regular) - x.amount) for x in lines if x.regular)
    back = sum(refund.amount for refund in state.left_over)
    return Shown(
        "sale",
        lang,
        currency,
        lines,
        state.hero,
        weighing,
        state.totals.total,
        saved,
        state.paid,
        state.owed,
        back=back,
    )


def _paying(till: "Till", lang: str) -> Shown:
    state = till.payment.state
    back = state.cart.back.lines if state.cart.back else ()
    cash = state.tender == "cash"
    return Shown(
        "pay",
        lang,
        state.settings.currency,
        _lines(state.cart.lines, back, lang),
        total=state.totals.total,
        paid=state.taken,
        due=state.cash_due if cash else state.rest,
        given=state.given if cash else 0,
        change=state.change if cash else 0,
        card=_CARD_PHASES.get(state.phase, "") if state.card is not None else "",
    )


_CARD_PHASES = {
    Phase.WAITING: "wait", Phase.RECORDING: "wait", Phase.STOPPING: "ask", Phase.UNKNOWN: "ask", Phase.DECLINED: "no",
}  # fmt: skip


def _done(till: "Till", lang: str) -> Shown:
    state = till.done.state
    assert state.sale is not None
    body, given_back = state.sale.body, state.given_back
    return Shown("done", lang, body.currency, total=body.total, due=body.due, change=body.change, back=given_back)


def _lines(lines: Iterable[CartLine], back: Iterable[ComingBack], lang: str) -> tuple[ShownLine, ...]:
    return (
        *(_coming_back(number, x, lang) for number, x in enumerate(back)),
        *(_line(x.line_id, x.product, x.quantity, x.amount, lang) for x in lines),
    )


def _line(line_id: str, product: Product, count: int, amount: int, lang: str) -> ShownLine:
    price = product.price
    each, regular = (price.unit, price.regular or 0) if price else (0, 0)
    return ShownLine(
        line_id, product.name(lang), count, product.unit, each, amount, regular, product.picture, product.tint
    )


def _coming_back(number: int, line: ComingBack, lang: str) -> ShownLine:
    product = line.product
    name = product.name(lang) if product else line.name
    picture, tint = (product.picture, product.tint) if product else ("", "sand")
    return ShownLine(f"back-{number}", name, line.quantity, line.unit, 0, -line.amount, 0, picture, tint, back=True)


# ------------------------------------------------------------------------------------------------------- two lines


def follow(till: "Till", settings: Settings, brand: str) -> None:
    """Have shoppers see what they buy, where the till has something to show it on."""
    outlets: list[Outlet] = []
    devices = till.terminal.devices
    if devices.display is not None:
        outlets.append(on_lines(devices.display, brand))
    if devices.window is not None:
        outlets.append(devices.window.show)
    if outlets:
        Shopper(till, outlets, settings.customer_display.language)


def on_lines(display: Display, brand: str) -> Outlet:
    """An outlet that writes to a display of two lines; `brand` stands there while the retailer's name is not known."""
    return lambda shown: display.show(*two_lines(shown, brand))


def two_lines(shown: Shown, brand: str) -> tuple[Row, Row]:
    """What stands on a display of two lines. Amounts have no sign: there is one currency, and few displays know it."""
    say = words(shown.language)

    def digits(minor: int) -> str:
        return money_parts(minor, shown.currency, shown.language)[0]

    if shown.phase == "done":
        what, amount = (_CHANGE, shown.change) if shown.change else (_PAID, shown.due)
        what, amount = (_BACK, shown.back) if shown.back else (what, amount)
        return Row(say(what), digits(amount)), Row(say(_THANKS), centred=True)
    if shown.phase == "pay":
        lower = Row(say(_CARD), centred=True) if shown.card == "wait" else Row()
        lower = Row(say(_CHANGE), digits(shown.change)) if shown.change else lower
        return Row(say(_TO_PAY), digits(shown.due)), lower
    if shown.weighing is not None:
        return _weight(shown.weighing, say(_KG), digits, shown.language)
    if shown.phase == "sale":
        return _added(shown, digits), Row(say(_TO_PAY), digits(shown.due))
    return Row(shown.brand or brand, centred=True), Row(say(_WELCOME), centred=True)


def _weight(line: ShownLine, kg: str, digits: Callable[[int], str], lang: str) -> tuple[Row, Row]:
    """Weight, price of a kilogram and amount: what a scale that sells has to show."""
    weight = f"{quantity(line.count, lang)} {kg}" if line.count else "-"
    return Row(line.name, weight), Row(f"{digits(line.each)}/{kg}", digits(line.amount) if line.count else "-")


def _added(shown: Shown, digits: Callable[[int], str]) -> Row:
    """The line that was last added."""
    line = next((x for x in shown.lines if x.id == shown.hero), shown.lines[-1])
    count = f"{quantity(line.count, shown.language)} x " if line.many else ""
    return Row(f"{count}{line.name}", digits(line.amount))
