"""A till whose retailer wants shifts: what a cashier does at its drawer, without a window."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pos.shift.state import Phase
from sync.local import files
from sync.protocol.operations import ShiftClosed
from tests.flows.till import Counter
from tests.local.fixture import make_terminal


def wants_shifts(home: Path, **more: Any) -> Path:
    """Turn shifts on, as the hub's settings do."""
    path = files.current(home)
    assert path is not None
    replica = sqlite3.connect(path)
    with replica:
        for key, value in {"shift_required": True, **more}.items():
            replica.execute("INSERT OR REPLACE INTO setting VALUES (?, ?, 2)", (key, json.dumps(value)))
    replica.close()
    return home


class Drawer(Counter):
    """A counter with shifts."""

    def __init__(self, folder: Path, *, devices: bool = True, **more: Any) -> None:
        super().__init__(folder, devices=devices, home=wants_shifts(make_terminal(folder), **more))

    @property
    def flow(self) -> Any:
        return self.till.shift

    @property
    def phase(self) -> Phase:
        return self.flow.state.phase

    def type(self, digits: str) -> None:
        """Touch keys."""
        for digit in digits:
            self.flow.key(digit)

    def open(self, tenge: str = "20000") -> "Drawer":
        """Aliya signs in and opens a shift with that float."""
        self.sign_in()
        self.type(tenge)
        self.flow.open_shift()
        return self

    def sell(self, product: str, given: int) -> None:
        """One article for cash, `given` minor units of it."""
        self.scan(product)
        self.till.sale.pay()
        self.till.payment.quick(given)
        self.till.payment.cash_received()
        self.till.next_customer()

    def count(self, pieces: Mapping[int, int]) -> None:
        """Begin the count (or go on with it) and type how many there are of each value in minor units."""
        if self.till.place != "shift":
            self.till.drawer()
        if self.phase is Phase.PAGE:
            self.flow.count()
        for value, number in pieces.items():
            self.flow.choose(value)
            self.type(str(number))

    @property
    def closed(self) -> ShiftClosed:
        """The last closed shift, as it stands in the journal."""
        from sync.local import closed_shifts

        return closed_shifts(self.local, 1)[0].body
