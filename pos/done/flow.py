"""After the sale: how much change to give, how the receipt and the drawer stand. The sale itself is on the disk."""

from dataclasses import dataclass

from pos.back_by_card import with_newest
from pos.devices.base import DeviceEvent, DeviceFault, DrawerMoved
from pos.devices.drawer import DRAWER_SHUT
from pos.fiscal import Fiscal
from pos.flow import Flow
from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.terminal import Terminal
from pos.ui.happened import Happened
from pos.ui.i18n import _, money
from sync.domain.sales import TenderKind
from sync.local import RecordedReturn, RecordedSale
from sync.local.card_back import CardRefund
from sync.local.card_slips import to_sign
from sync.local.fiscal import FiscalRow
from sync.protocol.operations import cash_of

FAULTY = (PaperState.FAILED, PaperState.DOUBTFUL)


@dataclass(frozen=True, slots=True)
class DoneState:
    """`back`: what came back for it, in an exchange; `cards`: what of that goes back to cards. `paper`: how the receipt
    stands; `gift`: the one without prices, None if nobody wanted it. `drawer_fault`: why the drawer stayed shut;
    `drawer`: it was asked to open; `drawer_open`: what its sensor saw since, None where nothing can tell.
    `signs`: the customer signs a slip of the card. `fiscalises`: there is a fiscal printer; `fiscal`: how its receipt
    stands, `hindered` what is in its way."""

    sale: RecordedSale | None = None
    back: RecordedReturn | None = None
    cards: tuple[CardRefund, ...] = ()
    paper: PaperState = PaperState.ABSENT
    fault: DeviceFault | None = None
    gift: PaperState | None = None
    gift_fault: DeviceFault | None = None
    drawer: bool = False
    drawer_fault: DeviceFault | None = None
    drawer_open: bool | None = None
    signs: bool = False
    fiscalises: bool = False
    fiscal: FiscalRow | None = None
    hindered: str = ""
    zone: str | None = None
    happened: Happened | None = None

    @property
    def cash(self) -> bool:
        """Whether cash was taken, or is to be given."""
        return self.given_back > 0 or (self.sale is not None and any(t.kind == "cash" for t in self.sale.body.tenders))

    @property
    def given_back(self) -> int:
        """Cash for goods that came back, minor units."""
        return cash_of(self.back.body) if self.back is not None else 0


class DoneFlow(Flow[DoneState]):
    """Verbs of the last screen of a sale."""

    def __init__(self, terminal: Terminal, printing: Printing, fiscal: Fiscal | None = None) -> None:
        super().__init__(DoneState())
        self._terminal = terminal
        self._printing = printing
        self._left_open = False
        self._fiscal = fiscal or Fiscal(terminal)
        self._fiscal.listen(self._fiscal_told)
        printing.listen(self._heard)
        terminal.on_device(self._drawer_moved)

    def start(self, sale: RecordedSale, back: RecordedReturn | None = None, cards: tuple[CardRefund, ...] = ()) -> None:
        """A sale was recorded, and what came back for it: open the drawer once if cash changes hands, then print.
        `cards`: what of it the card terminal was asked to give back, and how that stands."""
        at_hand, why = self._fiscal.at_hand, self._fiscal.why
        self.state = DoneState(sale, back, cards, zone=self.state.zone, fiscalises=at_hand, hindered=why)
        drawer = self.state.cash and self._printing.open_drawer(sale.body.receipt)
        paper = self._printing.receipt(sale)
        self._to(drawer=drawer, drawer_open=True if drawer and self._left_open else None, paper=paper.state)
        self._say(self._sold)
        cards_paid = [tender.attempt for tender in sale.body.tenders if tender.kind == TenderKind.CARD]
        if cards_paid:
            self._terminal.run(lambda local: to_sign(local, cards_paid), lambda signs: self._signs(sale, signs))

    def _signs(self, sale: RecordedSale, signs: bool) -> None:
        if self.state.sale is sale and signs:
            self._to(signs=True)
            self._say(self._sold)

    def in_zone(self, zone: str) -> None:
        """The store's time zone, by which times are shown."""
        self._to(zone=zone)

    def card_told(self, new: CardRefund) -> None:
        """Money on its way back to a card went on."""
        if any(part.id == new.id for part in self.state.cards):
            self._to(cards=with_newest(self.state.cards, new))

    def _fiscal_told(self, row: FiscalRow | None) -> None:
        """A document moved on, or the fiscal printer did."""
        sale = self.state.sale
        if sale is not None and row is not None and row.ref == sale.body.receipt:
            self._to(fiscal=row)
        if sale is not None and self.state.hindered != self._fiscal.why:
            self._to(hindered=self._fiscal.why)

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

    def print_gift(self) -> None:
        """Print the paper without prices, for whoever gets the goods; once more is one more."""
        if self.state.sale is not None and self.state.gift is not PaperState.PRINTING:
            self._to(gift=self._printing.gift(self.state.sale).state, gift_fault=None)
            self._say(self._sold)

    def act(self) -> None:
        """The action beside what just happened: the paper that did not come out."""
        if self.state.paper in FAULTY or self.state.gift not in FAULTY:
            self.print_again()
        else:
            self.print_gift()

    def changed(self, topics: frozenset[str]) -> None:
        """Nothing underneath changes a sale that is done."""

    def _drawer_moved(self, event: DeviceEvent) -> None:
        """Its sensor saw the drawer open, by the pulse or by its key, or shut."""
        if not isinstance(event, DrawerMoved):
            return
        was, self._left_open = self._left_open, event.open
        if self.state.sale is not None and self.state.drawer and (event.open or was):
            self._to(drawer_open=event.open, drawer_fault=None if event.open else self.state.drawer_fault)
            self._say(self._sold)

    def _heard(self, said: Paper | DrawerSaid) -> None:
        if self.state.sale is None:
            return
        if (said.ref if isinstance(said, DrawerSaid) else said.receipt) != self.state.sale.body.receipt:
            return  # of another sale, a return, or the drawer's own page
        if isinstance(said, DrawerSaid):
            self._to(drawer_fault=None if said.opened else said.fault)
        elif said.gift:
            self._to(gift=said.state, gift_fault=said.fault)
        else:
            self._to(paper=said.state, fault=said.fault)
        self._say(self._sold)

    def _sold(self) -> Happened:
        """The sale is kept whatever the devices say; a device fault comes first, as it needs a hand."""
        sale, state = self.state.sale, self.state
        assert sale is not None
        if state.paper in FAULTY or state.gift in FAULTY:
            return self._paper_fault()
        if state.drawer_fault is not None:
            shut = state.drawer_fault == DRAWER_SHUT
            title = _("The drawer stayed shut") if shut else _("The drawer did not open")
            return Happened("fault", title, _("Open it by its key. The sale is kept."), icon="lock")
        text = _("Sale {receipt} is done") if state.back is None else _("Exchange {receipt} is done")
        title = text.format(receipt=sale.body.receipt)
        line = _("{amount} · kept here").format(amount=money(sale.body.due, sale.body.currency))
        return Happened("good", title, _("Have the customer sign the slip of the card.") if state.signs else line)

    def _paper_fault(self) -> Happened:
        title, fault = _("The receipt is not printed"), self.state.fault
        if self.state.paper not in FAULTY:
            title, fault = _("The gift receipt is not printed"), self.state.gift_fault
        elif self.state.paper is PaperState.DOUBTFUL:
            title = _("The receipt may be on paper")
        line = fault.sentence if fault else _("The sale is kept.")
        return Happened("fault", title, line, icon="printer", action=_("Print again"), action_icon="printer")
