"""A whole till with a fiscal printer, without a window."""

from dataclasses import replace
from pathlib import Path

from pos.devices.base import DeviceState
from pos.devices.fiscal_tcp import TcpFiscalPrinter
from pos.devices.virtual.fiscal import VirtualFiscalPrinter
from pos.equipment import equip
from pos.printing import PaperState
from pos.runner import Direct
from pos.terminal import Terminal
from pos.till import Till
from sync.local import Local
from sync.local.fiscal import FiscalRow, FiscalState, fiscal_of
from sync.settings import FiscalSettings
from tests.flows.shifts import Drawer
from tests.flows.till import Counter


class TaxedCounter(Counter):
    """A counter whose till has a fiscal printer."""

    def __init__(self, folder: Path) -> None:
        self.tax = VirtualFiscalPrinter(out=folder / "fiscal").start()
        super().__init__(folder)

    def start(self) -> None:
        """Switch the till on; its fiscal printer is asked at once and often."""
        self.local = Local.open(self.home, fiscal=True)
        fiscal = FiscalSettings("simulated", f"127.0.0.1:{self.tax.port}")
        self.terminal = Terminal(self.home, runner=Direct(self.local), devices=equip(self.settings, fiscal=fiscal))
        printer = self.terminal.devices.fiscal
        assert isinstance(printer, TcpFiscalPrinter)
        printer.settings = replace(printer.settings, poll_s=0.05)
        for device in self.terminal.devices.all():
            device.open()
        self.till = Till(self.terminal, lambda place, _back: self.places.append(place), lambda: self.now)
        self.till.open()
        self.sign_in()

    def stop(self) -> None:
        """Everything off."""
        super().stop()
        self.tax.stop()

    def ready(self) -> None:
        """Wait until the till knows that its fiscal printer is well."""
        printer = self.terminal.devices.fiscal
        assert printer is not None
        self.until(lambda: printer.state is DeviceState.READY, "a fiscal printer that is ready")

    def down(self) -> None:
        """Switch it off, and wait until the till knows."""
        self.tax.faults.off = True
        printer = self.terminal.devices.fiscal
        assert printer is not None
        self.until(lambda: printer.state is DeviceState.OFF, "a fiscal printer that is off")

    def sell(self) -> str:
        """Sell a bottle of milk for cash; returns the receipt's number once its paper is out."""
        if self.till.place == "done":
            self.till.next_customer()
        self.scan("p-milk")
        self.till.sale.pay()
        self.till.payment.quick(100000)
        self.till.payment.cash_received()
        assert self.till.place == "done"
        self.until(lambda: self.till.done.state.paper is PaperState.PRINTED, "the paper")
        sale = self.till.done.state.sale
        assert sale is not None
        return sale.body.receipt

    def row(self, receipt: str) -> FiscalRow:
        """How the document of that receipt stands."""
        found = fiscal_of(self.local, receipt)
        assert found is not None
        return found

    def is_done(self, receipt: str) -> bool:
        """Whether it is fiscalised."""
        return self.row(receipt).state is FiscalState.DONE

    @property
    def step(self) -> str:
        """What the last screen of the sale says of the fiscal receipt."""
        from pos.fiscal_words import step_of

        state = self.till.done.state
        return step_of(state.fiscal, state.hindered).title

    @property
    def paper(self) -> str:
        """The last paper, in one line."""
        return " ".join(self.printer.texts[-1].split())


class TaxedDrawer(TaxedCounter, Drawer):
    """A till with a fiscal printer whose retailer wants shifts."""

    def papers(self, count: int) -> str:
        """The newest paper, in one line, once so many are out."""
        self.until(lambda: len(self.printer.texts) >= count, f"paper {count}")
        return " ".join(self.printer.texts[count - 1].split())

    def moved(self, kind: str, tenge: str, reason: str) -> str:
        """Move cash by hand; the movement's id."""
        self.till.drawer()
        self.flow.move(kind)
        self.type(tenge)
        self.flow.because(reason)
        self.flow.record()
        return str(self.flow.state.around.moves[-1].move)
