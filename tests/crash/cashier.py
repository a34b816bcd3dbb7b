"""A cashier that never rests: signs in, scans, takes cash or a card and goes on, over the till's own flows."""

import random
import threading
import time
from pathlib import Path

from pos.equipment import equip
from pos.payment.state import PayState, Phase
from pos.printing import PaperState
from pos.terminal import Terminal
from pos.till import Till
from sync.settings import DeviceSettings
from tests.link.store import CASHIER, gtin

GOODS = 12
"""So many of the store's products are sold here."""
SOON_S = 0.02


class Cashier:
    """One till without a window, and hands that press whatever comes next."""

    def __init__(self, home: Path, printer: int, card: int, seed: int) -> None:
        self._chance = random.Random(seed)
        self._stir = threading.Event()
        self._wanted = 0
        devices = DeviceSettings(printer=f"127.0.0.1:{printer}", card_terminal=f"127.0.0.1:{card}")
        self.terminal = Terminal(home, devices=equip(devices), wake=self._stir.set)
        self.till = Till(self.terminal, lambda _place, _back: None)
        self._tick_at = time.monotonic()

    def work(self) -> None:
        """Sell for ever."""
        self.terminal.start(agent=False)
        self.till.open()
        while True:
            self.step()

    def step(self) -> None:
        """What came in, and then the next move."""
        self._stir.wait(SOON_S)
        self._stir.clear()
        self.terminal.pump()
        if time.monotonic() >= self._tick_at:
            self._tick_at += 1.0
            self.till.tick()
        getattr(self, f"_at_{self.till.place}")()

    def idle(self) -> bool:
        """Whether nobody's money is between the cart and the journal."""
        return self.till.place in ("sale", "done") and not self.till.sale.state.locked

    def _at_signin(self) -> None:
        state = self.till.signin.state
        if state.ready and not state.busy:
            self.till.signin.choose(CASHIER.id)
            for digit in "1111":
                self.till.signin.key(digit)

    def _at_sale(self) -> None:
        state = self.till.sale.state
        sold = self.till.done.state.sale
        if not state.ready or (sold and sold.body.sale_id == state.cart.sale_id):
            return  # the next cart is on its way
        self._wanted = self._wanted or self._chance.randint(1, 3)
        if state.pieces >= self._wanted:
            self._wanted = 0
            self.till.sale.pay()
        else:
            self.till.scanned(gtin(self._chance.randint(1, GOODS)))

    def _at_lookup(self) -> None:
        self.till.tab("sale")

    def _at_payment(self) -> None:
        state = self.till.payment.state
        if not state.ready or state.phase not in (Phase.CHOOSING, Phase.DECLINED, Phase.UNKNOWN):
            return
        if state.phase is Phase.UNKNOWN:
            return  # it asks again by itself
        if state.phase is Phase.DECLINED or self._chance.random() < 0.5:
            self._cash(state)
        else:
            self.till.payment.charge()

    def _cash(self, state: PayState) -> None:
        self.till.payment.choose("cash")
        self.till.payment.quick(state.quick[0])
        self.till.payment.cash_received()

    def _at_done(self) -> None:
        """Most shoppers get their receipt before the next one is served; a few don't wait for it."""
        sale = self.till.done.state.sale
        waits = sale is not None and int(sale.body.receipt.rpartition("-")[2]) % 4 > 0
        if not waits or self.till.done.state.paper is not PaperState.PRINTING:
            self.till.next_customer()
