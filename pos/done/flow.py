"""After the sale: how much change to give, how the receipt and the drawer stand. The sale itself is on the disk."""

from dataclasses import dataclass

from pos.devices.base import DeviceFault
from pos.flow import Flow
from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.terminal import Terminal
from pos.ui.happened import Happened
from pos.ui.i18n import _, money
from sync.local import RecordedSale


@dataclass(frozen=True, slots=True)
class DoneState:
    """`paper`: how the receipt stands. `drawer_fault`: why the drawer stayed shut; `drawer`: it was asked to open."""

    sale: RecordedSale | None = None
    paper: PaperState = PaperState.ABSENT
    fault: DeviceFault | None = None
    drawer: bool = False
    drawer_fault: DeviceFault | None = None
    zone: str | None = None
    happened: Happened | None = None

    @property
    def cash(self) -> bool:
        """Whether cash was taken."""
        return self.sale is not None and any(t.kind == "cash" for t in self.sale.body.tenders)


class DoneFlow(Flow[DoneState]):
    """Verbs of the last screen of a sale."""

    def __init__(self, terminal: Terminal, printing: Printing) -> None:
        super().__init__(DoneState())
        self._terminal = terminal
        self._printing = printing
        printing.listen(self._heard)

    def start(self, sale: RecordedSale) -> None:
        """A sale was recorded: open the drawer if cash changed hands, then print."""
        self.state = DoneState(sale, zone=self.state.zone)
        drawer = self.state.cash and self._printing.open_drawer(sale.body.receipt)
        paper = self._printing.receipt(sale)
        self._to(drawer=drawer, paper=paper.state)
        self._say(self._sold)

    def in_zone(self, zone: str) -> None:
        """The store's time zone, by which times are shown."""
        self._to(zone=zone)

    def print_again(self) -> None:
        """Print the receipt once more: after a fault the same job, else a copy."""
        sale = self.state.sale
        if sale is None or self.state.paper is PaperState.PRINTING:
            return
        copy = self.state.paper is PaperState.PRINTED
        doubtful = self.state.paper is PaperState.DOUBTFUL
        paper = self._printing.receipt(sale, copy=copy, doubtful=doubtful)
        self._to(paper=paper.state, fault=None)
        self._say(self._sold)

    def changed(self, topics: frozenset[str]) -> None:
        """Nothing underneath changes a sale that is done."""

    def _heard(self, said: Paper | DrawerSaid) -> None:
        if self.state.sale is None:
            return
        if isinstance(said, DrawerSaid):
            self._to(drawer_fault=None if said.opened else said.fault)
        elif said.receipt == self.state.sale.body.receipt:
            self._to(paper=said.state, fault=said.fault)
        self._say(self._sold)

    def _sold(self) -> Happened:
        """The sale is kept whatever the devices say; a device fault comes first, as it needs a hand."""
        sale, state = self.state.sale, self.state
        assert sale is not None
        if state.paper in (PaperState.FAILED, PaperState.DOUBTFUL):
            return self._paper_fault()
        if state.drawer_fault is not None:
            return Happened(
                "fault", _("The drawer did not open"), _("Open it by its key. The sale is kept."), icon="lock"
            )
        title = _("Sale {receipt} is done").format(receipt=sale.body.receipt)
        line = _("{amount} · kept here").format(amount=money(sale.body.due, sale.body.currency))
        return Happened("good", title, line)

    def _paper_fault(self) -> Happened:
        title = _("The receipt is not printed")
        if self.state.paper is PaperState.DOUBTFUL:
            title = _("The receipt may be on paper")
        line = self.state.fault.sentence if self.state.fault else _("The sale is kept.")
        return Happened("fault", title, line, icon="printer", action=_("Print again"), action_icon="printer")
