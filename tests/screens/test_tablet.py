"""The tablet in a real window: the till's screens for a hand-held terminal, which takes no cash and has no drawer."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.returns.state import Phase
from sync.domain.returns import Condition, Reason
from sync.protocol.messages import OrderPayment, ReceivedLine
from tests.flows.attention import collisions
from tests.flows.returning import code
from tests.flows.without_proof import allow
from tests.screens.stage import Stage
from tests.screens.test_returns import Desk
from tests.screens.test_till import cut, look

FINGER = 48
"""The smallest side of what a thumb touches on a tablet, in dp."""
SHADES = [("en", False), ("ru", True), ("kk", False), ("ka", True)]
PAID = [OrderPayment("a", "card", 849_000, "Visa •• 4821", "r-1"), OrderPayment("b", "cash", 1_000_000)]


class Tablet(Desk):
    """A tablet in the test's window over a real hub."""

    kind = "tablet"

    def open(self, *, online: bool = True) -> None:
        self.ui.device("tablet")
        self.shop.receive("200-1", lines=[ReceivedLine("1", "p5", 1000, 1_849_000)], paid=PAID)
        super().open(online=online)

    def sell(self) -> None:
        """Two mugs and a lamp in the cart."""
        self.till.tab("sale")
        for number in (2, 2, 5):
            self.till.scanned(code(number))
        self.ui.until(lambda: len(self.till.sale.state.cart.lines) == 2, what="the cart")

    def pay(self) -> None:
        """From the cart to the payment."""
        self.till.sale.pay()
        self.ui.until(lambda: self.till.place == "payment" and self.till.payment.state.ready, what="payment")

    def take_back(self) -> None:
        """The lamp of 200-1 on the counter."""
        self.till.tab("returns")
        self.order("200-1")
        self.scan(5)
        self.flow.reason("1", Reason.FAULTY)
        self.flow.condition("1", Condition.OPENED)


@pytest.fixture
def tablet(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Tablet]:
    made = Tablet(ui, window, tmp_path)
    yield made
    made.stop()


def small(ui: Stage) -> list[str]:
    """What is too small for a thumb, with its size."""
    from pos.ui.kit.touch import Pressable

    found = [w for w in ui.all(Pressable) if not w.off and w.width and w.height and min(w.size) < FINGER]
    return [f"{type(w).__name__} {w.width:.0f} x {w.height:.0f}" for w in found]


def seen(ui: Stage, name: str) -> None:
    """In every language, light or dark: nothing is cut, one thing is yellow at most, everything is for thumbs."""
    for language, dark in SHADES:
        ui.language(language)
        ui.dark(dark)
        look(ui, f"tablet-{name}-{language}{'-dark' if dark else ''}")
    assert small(ui) == []
    ui.language("en")
    ui.dark(False)
    ui.step(2)


def test_a_tablets_top_bar_menu_and_payment_know_no_cash_and_no_drawer(tablet: Tablet) -> None:
    ui = tablet.ui
    tablet.open()
    assert ui.sees("tablet-1")
    tablet.shell.show_person()
    ui.step(3)
    assert ui.sees("Sign out") and not ui.sees("Drawer and shift")
    look(ui, "tablet-menu-en")
    ui.tap("Close")
    ui.wait(0.3)
    tablet.sell()
    tablet.pay()
    ui.step(3)
    assert ui.sees("Cash is taken at a till.") and "Cash" not in ui.texts() and ui.sees("Charge the card")
    ui.tap("Charge the card")
    ui.until(lambda: tablet.till.place == "done", what="the end")
    ui.until(lambda: ui.sees("Receipt printed"), what="the paper")
    assert tablet.printer.kicks == 0 and not ui.sees("Drawer opened")


def test_a_return_on_a_tablet_by_touches_says_where_the_cash_is(tablet: Tablet) -> None:
    ui = tablet.ui
    tablet.open()
    tablet.take_back()
    ui.step(3)
    assert ui.sees("fetched at any till") and ui.sees("18\u202f490\u00a0₸ to Visa and cash at a till")
    ui.tap("Refund")
    ui.until(lambda: ui.sees("Slip printed"), what="the slip")
    number = tablet.flow.state.recorded.body.receipt
    assert ui.sees("Cash to fetch at a till") and ui.sees(f"in cash for number {number}.")
    assert tablet.printer.kicks == 0 and tablet.printer.texts[0].count(number) == 3


def test_nothing_is_cut_from_sign_in_to_attention(tablet: Tablet) -> None:
    ui, shown = tablet.ui, tablet
    allow(tablet.shop)
    tablet.open()
    shown.till.sign_out()
    ui.until(lambda: shown.till.place == "signin", what="sign-in")
    shown.till.signin.choose("s-1")
    seen(ui, "sign-in")
    for digit in "1111":
        shown.till.signin.key(digit)
    ui.until(lambda: shown.till.place == "sale" and shown.till.sale.state.ready, what="the sale")
    for name, go in steps(tablet).items():
        go()
        ui.step(3)
        seen(ui, name)


def steps(tablet: Tablet) -> dict[str, Callable[[], Any]]:
    """One after the other: how to come to each place."""
    return {
        "sale": tablet.sell,
        "lookup": lambda: _lookup(tablet),
        "payment": lambda: (tablet.till.tab("sale"), tablet.pay()),
        "payment-value": lambda: tablet.till.payment.choose("value"),
        "done": lambda: _charge(tablet),
        "return": lambda: (tablet.till.next_customer(), tablet.take_back()),
        "returned": lambda: _refund(tablet),
        "blind": lambda: _blind(tablet),
        "attention": lambda: _attention(tablet),
    }


def _lookup(tablet: Tablet) -> None:
    lookup = tablet.till.lookup
    tablet.till.find("lamp")
    tablet.ui.until(lambda: lookup.state.results, what="what was found")
    lookup.choose(lookup.state.results[0].id)
    tablet.ui.until(lambda: lookup.state.rows, what="its stock")


def _charge(tablet: Tablet) -> None:
    pay = tablet.till.payment
    pay.choose("card")
    pay.charge()
    tablet.ui.until(lambda: tablet.till.place == "done", what="the end")
    tablet.ui.until(lambda: tablet.till.done.state.paper.value == "printed", what="the paper")


def _refund(tablet: Tablet) -> None:
    tablet.paid_back()
    tablet.ui.until(lambda: tablet.flow.state.phase is Phase.DONE, what="the end")


def _blind(tablet: Tablet) -> None:
    till, blind = tablet.till, tablet.till.blind
    till.next_customer()
    till.tab("returns")
    till.without_proof()
    tablet.ui.until(lambda: blind.state.known.rules.allowed, what="the page")
    till.scanned(code(2))
    tablet.ui.until(lambda: blind.state.lines, what="the goods")


def _attention(tablet: Tablet) -> None:
    collisions(tablet.shop, tablet.terminal.home)
    tablet.till.changed(frozenset({"link", "attention"}))
    tablet.till.needs()
    attention = tablet.till.attention
    tablet.ui.until(lambda: attention.state.ready and attention.state.matter, what="a case")
    tablet.shell.tick()


def test_upright_it_says_to_turn_it_and_no_touch_reaches_what_stands_behind(tablet: Tablet, window: Any) -> None:
    from pos.ui.upright import Watch

    ui = tablet.ui
    tablet.open()
    tablet.sell()
    watch = Watch(window)
    before = tablet.till.sale.state.cart
    ui.resize(800, 1280)
    for language, dark in SHADES:
        ui.language(language)
        ui.dark(dark)
        ui.step(3)
        ui.picture(f"tablet-upright-{language}{'-dark' if dark else ''}")
        assert _cut_over(ui) == []
    for x, y in ((400, 60), (700, 60), (400, 640), (400, 1200)):
        ui.touch(x, y)
    assert tablet.till.place == "sale" and tablet.till.sale.state.cart == before
    ui.resize(1280, 800)
    ui.language("en")
    ui.dark(False)
    ui.step(3)
    assert ui.sees("Take payment") and not ui.sees("Turn it on its side")
    watch.stop()


def _cut_over(ui: Stage) -> list[str]:
    """What is cut of what stands over the window; the rest is behind it."""
    from pos.ui.kit.text import StyleLabel
    from pos.ui.upright import Upright

    over = [label.text for label in ui.walk(ui.all(Upright)[0]) if isinstance(label, StyleLabel)]
    assert len([text for text in over if text]) >= 2
    return [text for text in cut(ui) if text in over]
