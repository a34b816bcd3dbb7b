"""An order that is not paid: its payment is taken first, at this terminal, and then the hand-out goes on where it was.
The payment is on the disk by then; its receipt and the drawer are told of here."""

from collections.abc import Callable

from pos.hand_out import words
from pos.hand_out.labels import LabelFlow
from pos.hand_out.local import maybe_unprinted, receipt_maybe_unprinted
from pos.hand_out.state import Phase
from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.terminal import Terminal
from sync.domain.orders import PaidBy, Purchase
from sync.local.order_payments import RecordedOrderPaid
from sync.local.pickups import RecordedHandOut
from sync.protocol.order_payments import ORDER_PAID


class PayingFlow(LabelFlow):
    """Verbs of the payment. `on_pay` leads to it, with the order and what opened it: its pass or a label, which open it
    again afterwards (None: nothing leads there)."""

    def __init__(self, terminal: Terminal, printing: Printing, clock: Callable[[], int]) -> None:
        super().__init__(terminal, clock)
        self._printing = printing
        self._led_by = ""
        self._paper = PaperState.ABSENT
        self.on_pay: Callable[[Purchase, str], None] | None = None

    def pay(self) -> None:
        """The primary action of an order that is due."""
        if self.state.unpaid and self.on_pay is not None and self.state.purchase is not None:
            self.on_pay(self.state.purchase, self._led_by)

    def _paid_now(self, paid: RecordedOrderPaid | None) -> None:
        """It was paid a moment ago: the drawer opens for cash, and the receipt prints."""
        self._to(paid=paid)
        if paid is None:
            return
        if any(tender.kind == PaidBy.CASH for tender in paid.body.tenders):
            self._printing.open_drawer(paid.body.receipt)
        self._paper = self._printing.order_paid(paid).state

    def _tell_paid(self) -> bool:
        """Say what was received and what goes back; False if nothing was paid now."""
        paid = self.state.paid
        if paid is not None:
            self._tell(lambda: words.paid(paid, self.state.zone))
        return paid is not None

    def _look_for_papers(self) -> None:
        """The terminal may have stopped between a payment and its receipt, or a hand-out and its slip."""
        self._terminal.run(receipt_maybe_unprinted, self._receipt_missing)
        self._terminal.run(maybe_unprinted, self._came_back)

    def _came_back(self, done: RecordedHandOut | None) -> None:
        printer = self._terminal.devices.printer is not None
        if done is not None and printer and self.state.phase is Phase.OPEN and not self._printing.busy:
            self._tell(lambda: words.maybe_unprinted(done), lambda: self._print_old(done))

    def _print_old(self, done: RecordedHandOut) -> None:
        paper = self._printing.hand_out_slip(done, doubtful=True)
        self._tell(lambda: words.printing(done, paper.state is PaperState.ABSENT))

    def _receipt_missing(self, paid: RecordedOrderPaid | None) -> None:
        printer = self._terminal.devices.printer is not None
        if paid is not None and printer and self.state.phase is Phase.OPEN and not self._printing.busy:
            self._tell(lambda: words.receipt_may_lack(paid), lambda: self._print_receipt(paid))

    def _print_receipt(self, paid: RecordedOrderPaid) -> None:
        self._paper = self._printing.order_paid(paid, doubtful=self._paper is not PaperState.FAILED).state
        self._tell(lambda: words.printing_receipt(paid))

    def _heard_of_payment(self, said: Paper | DrawerSaid) -> bool:
        """What printer and drawer say of it; False: they speak of something else."""
        paid = self.state.paid
        ref = said.ref if isinstance(said, DrawerSaid) else said.receipt
        if paid is None or ref != paid.body.receipt:
            return False
        if isinstance(said, DrawerSaid):
            if not said.opened:
                self._tell(lambda: words.drawer_shut(paid))
        elif said.what == ORDER_PAID:
            self._paper = said.state
            if said.state in (PaperState.FAILED, PaperState.DOUBTFUL):
                self._tell(lambda: words.no_receipt(paid, said), lambda: self._print_receipt(paid))
        return True
