"""A whole till without a window: real files, real virtual devices on sockets, jobs run at once."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pos.devices.base import Device
from pos.devices.card import TcpCardTerminal
from pos.devices.owner import OwnedPrinter
from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.printer import VirtualPrinter
from pos.equipment import equip
from pos.runner import Direct
from pos.terminal import Terminal
from pos.till import Till
from sync.local import Local
from sync.settings import DeviceSettings, LabelPrinterSettings, ScaleSettings
from tests.local.fixture import NOW, PRODUCTS, gtin, make_terminal

CODES = {row[0]: gtin(row[5]) for row in PRODUCTS}
"""Barcodes by product id."""


def _look_soon(device: Device) -> None:
    if isinstance(device, OwnedPrinter):
        device._poll_s = 0.1
    elif isinstance(device, TcpCardTerminal):
        device.settings = replace(device.settings, retry_s=0.1)


class Counter:
    """One till at a counter, with its printer, drawer and card terminal."""

    def __init__(
        self,
        folder: Path,
        *,
        devices: bool = True,
        home: Path | None = None,
        scale: str = "",
        sensor: str = "none",
        label: LabelPrinterSettings | None = None,
        quick: bool = False,
    ) -> None:
        """`quick`: its drivers look again soon, so that a test of a dead device need not wait for them."""
        self.now = NOW
        self.home = home or make_terminal(folder)
        self.printer, self.card = VirtualPrinter().start(), VirtualCardTerminal().start()
        self.settings = DeviceSettings(
            printer=f"127.0.0.1:{self.printer.port}" if devices else "",
            card_terminal=f"127.0.0.1:{self.card.port}" if devices else "",
            drawer_sensor=sensor,
        )
        self.scale, self.label, self.quick = ScaleSettings(port=scale), label, quick
        self.places: list[str] = []
        self.start()

    def start(self) -> None:
        """Switch the till on, over whatever its files hold."""
        self.local = Local.open(self.home)
        self.terminal = Terminal(
            self.home, runner=Direct(self.local), devices=equip(self.settings, None, self.label, self.scale)
        )
        for device in self.terminal.devices.all():
            if self.quick:
                _look_soon(device)
            device.open()
        self.till = Till(self.terminal, lambda place, _back: self.places.append(place), lambda: self.now)
        self.till.open()

    def kill(self) -> None:
        """The process is gone: nothing is closed in order, no answer is heard any more."""
        self.terminal.inbox.on_put = None
        for device in self.terminal.devices.all():
            device.close()
        self.local.close()

    def stop(self) -> None:
        """Everything off."""
        for device in self.terminal.devices.all():
            device.close()
        self.local.close()
        self.printer.stop()
        self.card.stop()

    def until(self, true: Callable[[], Any], what: str = "it", seconds: float = 20.0) -> None:
        """Pump until `true()`, a tenth of a second of its clock each time; AssertionError names what never came."""
        end = time.monotonic() + seconds
        while not true():
            self.now += 100
            if self.now % 1000 == 0:
                self.till.tick()
            assert time.monotonic() < end, f"{what} did not come within {seconds} s"
            self.terminal.pump()
            time.sleep(0.005)

    def sign_in(self, person: str = "s-aliya", pin: str = "1111") -> "Counter":
        """Sign in with a PIN, digit by digit."""
        self.till.signin.choose(person)
        for digit in pin:
            self.till.signin.key(digit)
        return self

    def scan(self, *products: str) -> None:
        """Scan the barcodes of products."""
        for product in products:
            self.till.scanned(CODES[product])

    @property
    def lines(self) -> dict[str, int]:
        """What lies in the cart: product and thousandths."""
        return {x.product.id: x.quantity for x in self.till.sale.state.cart.lines}

    @property
    def said(self) -> str:
        """What the screen that is up says just happened."""
        happened = getattr(self.till, self.till.place).state.happened
        return f"{happened.title} {happened.line}" if happened else ""

    def operations(self, kind: str) -> list[str]:
        """The bodies of the journal's operations of a kind, oldest first."""
        rows = self.local.raw.execute("SELECT bytes FROM op WHERE kind = ? ORDER BY seq", (kind,))
        return [bytes(row[0]).decode() for row in rows]
