"""The returns tab in a real window over a real hub: touches, scans, and what stands on the screen."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.printer import VirtualPrinter
from pos.equipment import equip
from pos.printing import PaperState
from pos.returns.state import Phase
from pos.terminal import Terminal
from sync.domain.returns import Condition, Reason
from sync.protocol.messages import OrderPayment, ReceivedLine
from sync.settings import DeviceSettings, ScaleSettings, TerminalSettings, load
from tests.flows.returning import DAY, ORDER, Shop, code
from tests.link.asking import Straight
from tests.link.store import now
from tests.screens.stage import Stage
from tests.screens.test_till import look, suns


class Desk:
    """A till, or a tablet, in the test's window that asks a real hub; both are stopped at the end."""

    kind = "till"

    def __init__(self, ui: Stage, window: Any, folder: Path) -> None:
        self.ui, self.window, self.folder = ui, window, folder
        self.shop = Shop(folder / "hub")
        self.printer, self.card = VirtualPrinter().start(), VirtualCardTerminal().start()

    def open(self, *, online: bool = True, scale: ScaleSettings | None = None) -> None:
        """Open the till at the returns tab, with Aliya signed in."""
        from pos.app import open_shell

        home = self.shop.till(self.folder, f"{self.kind}-1", online=online, kind=self.kind)
        self.asking = Straight(home)
        devices = DeviceSettings(f"127.0.0.1:{self.printer.port}", 48, True, f"127.0.0.1:{self.card.port}")
        settings = replace(load(None, {}, {}), terminal=TerminalSettings(home=home), devices=devices)
        self.terminal = Terminal(home, devices=equip(devices, scale=scale), asking=self.asking)
        self.ui.less_motion(True)
        self.shell = open_shell(settings, self.terminal, self.window)
        self.till = self.shell.till
        self.window.add_widget(self.shell.root)
        self.terminal.start(agent=False)
        self.ui.until(lambda: self.till.signin.state.ready, what="the names")
        self.till.signin.choose("s-1")
        for digit in "1111":
            self.till.signin.key(digit)
        self.ui.until(lambda: self.till.place == "sale" and self.till.sale.state.ready, what="the sale")
        self.till.tab("returns")
        self.ui.until(lambda: self.flow.state.copied.link.online is online, what="the link")
        self.ui.step(3)

    @property
    def flow(self) -> Any:
        return self.till.returns

    def order(self, number: str = ORDER) -> None:
        """Type an order's number and look for it."""
        self.ui.keys(number + "\n")
        self.ui.until(lambda: self.flow.state.phase is Phase.ORDER, what="the order")
        self.ui.step(3)

    def scan(self, number: int) -> None:
        """Scan goods."""
        before = self.flow.state
        self.ui.keys(code(number) + "\n")
        self.ui.until(lambda: self.flow.state is not before, what="an answer")
        self.ui.step(3)

    def counter(self) -> None:
        """Headphones by scan, two mugs by hand, why and how."""
        self.scan(1)
        self.flow.reason("1", Reason.NOT_AS_EXPECTED)
        self.flow.condition("1", Condition.OPENED)
        self.flow.set_quantity("2", 2000)
        self.flow.condition("2", Condition.SEALED)
        self.scan(1)
        self.ui.step(3)

    def paid_back(self) -> None:
        """Press, wait until the slip is out, and do what a person does on a machine that stands still at times: press
        again where the hub was late (F33), print again where the printer was."""
        self.flow.refund()
        self.ui.until(self._slip_is_out, 40, what="the slip")

    def _slip_is_out(self) -> bool:
        state = self.flow.state
        if state.late and state.phase is Phase.ORDER:
            self.flow.refund()
        elif state.slip.paper is PaperState.DOUBTFUL:
            self.flow.print_again()
        return bool(state.slip.paper is PaperState.PRINTED)

    def stop(self) -> None:
        self.ui.language("en")
        self.window.unbind(on_key_down=self.shell.key_down, on_textinput=self.shell.text_input)
        self.terminal.stop()
        self.asking.close()
        self.shop.stop()
        self.printer.stop()
        self.card.stop()


@pytest.fixture
def desk(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(ui, window, tmp_path)
    yield made
    made.stop()


def test_a_return_by_touches_and_scanner_keys_from_the_number_to_the_slip(desk: Desk) -> None:
    from pos.returns.cards.screen import LineCard
    from pos.ui.kit.stepper import HoldKey

    ui = desk.ui
    desk.shop.receive()
    desk.open()
    assert ui.sees("Scan the receipt") and ui.sees("The order system answers")
    desk.order()
    assert ui.sees("Order 100-48213") and ui.sees("Bought online") and suns(ui) == 0
    desk.scan(1)
    assert ui.sees("Headphones Tau One scanned") and suns(ui) == 0, "why and how are not said yet"
    ui.tap("Not as expected")
    ui.tap("Opened, complete")
    assert ui.sees("Goes to the check desk, not to the shelf.") and suns(ui) == 1
    ui.tap("Mug Shai")
    ui.step(3)
    mug = next(card for card in ui.all(LineCard) if card.name == "Mug Shai")
    ui.tap(next(key for key in ui.walk(mug) if isinstance(key, HoldKey) and key.icon == "plus"))
    assert desk.flow.state.taken == {"1": 1000, "2": 1000}, "the mug's own stepper"
    ui.tap("Undo")
    ui.step(3)
    assert desk.flow.state.taken == {"1": 1000}
    ui.tap("Refund")
    ui.until(lambda: ui.sees("Slip printed"), what="the end")
    assert ui.sees("Confirmed and recorded") and len(desk.printer.texts) == 1
    ui.tap("Next customer")
    assert desk.till.place == "sale"


def test_a_touch_opens_and_closes_a_card_and_what_came_back_before_is_greyed(desk: Desk) -> None:
    from pos.returns.cards.screen import LineCard

    ui = desk.ui
    desk.shop.receive()
    desk.open()
    desk.order()
    ui.tap("Kettle Samal")
    assert ui.sees("Reason") and desk.flow.state.line == "3"
    ui.wait(0.2)
    ui.tap("Kettle Samal")
    assert not ui.sees("Reason")
    desk.scan(3)
    desk.flow.reason("3", Reason.FAULTY)
    desk.flow.condition("3", Condition.SEALED)
    desk.flow.refund()
    ui.until(lambda: desk.flow.state.phase is Phase.DONE, what="the end")
    desk.till.next_customer()
    desk.till.tab("returns")
    desk.order()
    gone = next(card for card in ui.all(LineCard) if card.name == "Kettle Samal")
    assert gone.gone and gone.index == 2 and ui.sees("All of it came back before")


def test_a_scan_after_a_done_return_begins_the_next_sale(desk: Desk) -> None:
    desk.shop.receive()
    desk.open()
    desk.order()
    desk.counter()
    desk.flow.refund()
    desk.ui.until(lambda: desk.flow.state.phase is Phase.DONE, what="the end")
    desk.ui.keys(code(6) + "\n")
    desk.ui.until(lambda: desk.till.sale.state.cart.lines, what="the sale")
    assert desk.till.place == "sale" and desk.flow.state.phase is Phase.FIND


def test_an_order_stays_open_while_another_tab_is_looked_at(desk: Desk) -> None:
    ui = desk.ui
    desk.shop.receive()
    desk.open()
    desk.order()
    desk.counter()
    ui.tap("Stock")
    ui.tap("Returns")
    ui.step(3)
    assert ui.sees("Order 100-48213") and desk.flow.state.taken == {"1": 1000, "2": 2000}


def test_the_keyboard_on_the_screen_types_a_number(desk: Desk) -> None:
    ui = desk.ui
    desk.shop.receive("1234")
    desk.open()
    ui.tap("Order number, e-mail or phone")
    ui.step(3)
    for key in "1234":
        ui.tap(key)
    ui.tap("Find the order")
    ui.until(lambda: desk.flow.state.phase is Phase.ORDER, what="the order")
    assert desk.flow.state.purchase.number == "1234"


SIZES = [(1280, 800), (1920, 1080)]


def seen(ui: Stage, name: str) -> None:
    """A picture, in both sizes where words are shortest and where they are longest; nothing is cut, one thing is yellow
    at most."""
    for size in SIZES if "-en" in name or "-ru" in name else SIZES[:1]:
        ui.resize(*size)
        look(ui, f"{name}-{size[0]}")
    ui.resize(*SIZES[0])


SHADES = [("en", False), ("ru", True), ("kk", False), ("ka", False), ("ru", False)]


@pytest.mark.parametrize(("language", "dark"), SHADES)
def test_nothing_is_cut_online(desk: Desk, language: str, dark: bool) -> None:
    ui, shade = desk.ui, "-dark" if dark else ""
    desk.shop.receive()
    desk.open()
    ui.language(language)
    ui.dark(dark)
    seen(ui, f"returns-find-{language}{shade}")
    desk.order()
    desk.counter()
    seen(ui, f"returns-order-{language}{shade}")
    desk.paid_back()
    seen(ui, f"returns-done-{language}{shade}")


@pytest.mark.parametrize(("language", "dark"), [("en", True), ("ru", False), ("kk", False), ("ka", False)])
def test_nothing_is_cut_offline_and_while_somebody_approves(desk: Desk, language: str, dark: bool) -> None:
    ui, shade = desk.ui, "-dark" if dark else ""
    late = now() - DAY
    lines = [ReceivedLine("1", "p5", 1000, 3_849_000, late), ReceivedLine("2", "p4", 1250, 500_000, None, False)]
    desk.shop.receive(lines=lines, paid=[OrderPayment("a", "cash", 2_000_000), OrderPayment("b", "online", 2_349_000)])
    desk.open(online=False)
    desk.asking.close()  # else the hub waits for its connection
    desk.shop.stop()
    ui.language(language)
    ui.dark(dark)
    seen(ui, f"returns-offline-find-{language}{shade}")
    desk.order()
    desk.scan(5)
    desk.flow.reason("1", Reason.FAULTY)
    desk.flow.condition("1", Condition.DAMAGED)
    desk.scan(4)
    seen(ui, f"returns-promise-{language}{shade}")
    desk.flow.refund()
    ui.until(lambda: desk.flow.state.phase is Phase.APPROVAL, what="the approval")
    desk.flow.approver("s-2")
    for digit in "999":
        desk.flow.key(digit)
    seen(ui, f"returns-approval-{language}{shade}")
    for digit in "92222":
        desk.flow.key(digit)
        ui.until(lambda: not desk.flow.state.approval.busy, what="the PIN")
    ui.until(lambda: desk.flow.state.slip.paper.value == "printed", what="the slip")
    seen(ui, f"returns-promised-{language}{shade}")
