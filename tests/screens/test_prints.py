"""The list of prints in a real window: reached from the person's menu, nothing cut, nothing moves when paper comes."""

from pathlib import Path
from typing import Any

from sync.actions.printing import keep_papers, queue
from sync.domain.card_slips import CARD_CASHIER, CASHIER, SlipLine, slip
from sync.domain.payments import AttemptState
from sync.local.card_back import CardRefund, put
from tests.screens.stage import Stage
from tests.screens.test_tablet import SHADES
from tests.screens.test_till import Store, look, suns


class PrintStore(Store):
    """A till that has sold."""

    def sell(self) -> None:
        """One sale for cash, by the flow: other tests touch it."""
        self.till.next_customer()
        self.ui.until(lambda: self.till.sale.state.ready, what="the sale")
        self.scan("p-milk")
        self.scan("p-bun")
        self.till.sale.pay()
        self.ui.until(lambda: self.till.place == "payment" and self.till.payment.state.quick, what="payment")
        self.till.payment.quick(100000)
        self.till.payment.cash_received()
        self.ui.until(lambda: self.till.place == "done", what="the end of the sale")
        self.ui.until(lambda: not self.till.printing.busy, what="the printer's word")

    def sees(self) -> None:
        """By the person's menu."""
        self.shell.show_person()
        self.ui.step(3)
        self.ui.tap("Prints")
        self.ui.until(lambda: self.till.place == "prints" and self.till.prints.state.sheet_ready, what="the list")
        self.ui.step(4)


def test_prints_are_reached_from_the_menu_and_printed_again_and_nothing_moves(
    ui: Stage, window: Any, tmp_path: Path
) -> None:
    from pos.prints.screen import PrintRow

    store = PrintStore(ui, window, tmp_path)
    try:
        store.sign_in()
        store.sees()
        assert ui.sees("Nothing was printed here yet.") and suns(ui) == 0
        look(ui, "prints-none")
        store.printer.faults.paper_out = True
        store.sell()
        store.sees()
        rows = sorted(ui.all(PrintRow), key=lambda row: -row.y)
        assert [row.line for row in rows] == ["Not printed"] and suns(ui) == 1
        stood = [(tuple(row.pos), tuple(row.size)) for row in rows]
        store.printer.faults.paper_out = False
        ui.tap("Print again")
        ui.until(lambda: ui.sees("All of it is on paper."), what="the paper")
        ui.step(3)
        assert stood == [(tuple(row.pos), tuple(row.size)) for row in rows] and rows[0].line == "Printed"
        assert ui.sees("Print a copy")
        _in_all_languages(store)
    finally:
        store.stop()


def _in_all_languages(store: PrintStore) -> None:
    ui = store.ui
    receipt = store.till.prints.state.prints[0].job.ref
    store.terminal.run(lambda local: _more(local, receipt))
    store.till.prints.start()
    ui.until(lambda: len(store.till.prints.state.prints) == 7, what="the list")
    for what in ("copy", CARD_CASHIER, "x"):
        job = next(it.job.id for it in store.till.prints.state.prints if it.job.what == what)
        store.till.prints.choose(job)
        ui.until(lambda: store.till.prints.state.sheet_ready, what="the page")
        for language, dark in SHADES[3:] if what == "x" else SHADES[:2] if what == CARD_CASHIER else SHADES[1::2]:
            ui.language(language)
            ui.dark(dark)
            ui.until(lambda: store.till.prints.state.sheet_ready, what="the page")
            look(ui, f"prints-{what}-{language}{'-dark' if dark else ''}")


def _more(local: Any, receipt: str) -> None:
    """A copy and papers of other kinds, as a till leaves them that stopped."""
    with local.write():
        queue(local, receipt, "copy", 1_700_000_000_000)
        for number, what in enumerate(("x", "pick", "label", "ticket")):
            queue(local, f"T-{number}", what, 1_700_000_000_000)
        put(local, CardRefund("a1", "r1", "T-1", "s1", "p1", 500_00, "KZT", "1@2", "•• 4242", AttemptState.APPROVED))
        lines = [
            SlipLine("MERCHANT COPY", bold=True, centred=True),
            SlipLine("AMOUNT", "KZT 500.00"),
            SlipLine("REFUND"),
        ]
        keep_papers(local, "a1", AttemptState.APPROVED, (slip(CASHIER, lines, signature=True),), 1_700_000_000_000)
