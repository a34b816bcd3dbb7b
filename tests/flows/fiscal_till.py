"""A till of its own process: sells one bottle of milk, and again at each start until its fiscal receipt is known.

python -m tests.flows.fiscal_till HOME PORT
"""

import sys
import threading
import time
from pathlib import Path

from pos.equipment import equip
from pos.fiscal import Fiscal
from pos.terminal import Terminal
from sync.local import Local, last_sale
from sync.local.fiscal import FiscalRow, FiscalState, fiscal_of
from sync.settings import DeviceSettings, FiscalSettings
from tests.local.tills import sold


def _row(local: Local) -> FiscalRow | None:
    sale = last_sale(local) or sold(local, "p-milk")
    return fiscal_of(local, sale.body.receipt)


def main(home: Path, port: int) -> None:
    """Go on until the sale is fiscalised, and say its number."""
    stir, found = threading.Event(), list[FiscalRow | None]()
    fiscal_settings = FiscalSettings("simulated", f"127.0.0.1:{port}")
    terminal = Terminal(home, devices=equip(DeviceSettings(), fiscal=fiscal_settings), wake=stir.set)
    fiscal = Fiscal(terminal)
    terminal.start(agent=False)
    tick_at = 0.0
    while not (found and found[-1] is not None and found[-1].state is FiscalState.DONE):
        stir.wait(0.02)
        stir.clear()
        terminal.pump()
        if time.monotonic() >= tick_at:
            tick_at = time.monotonic() + 0.1
            fiscal.tick()
            terminal.run(_row, found.append)
    terminal.stop()
    assert found[-1] is not None
    print(found[-1].number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
