"""A hand-out in a real window over a real hub: touches, scans, a finger that signs, and what stands on the screen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.hand_out.state import Phase, Way, Word
from pos.ui.kit.signature import SignaturePad
from sync.actions.arrive import arrive
from sync.domain.pickups import Document
from tests.flows.handing import CODE, ID, STROKES, Packed, cancel, label, packed_beside, pass_text, web_order
from tests.flows.returning import OTHER, link
from tests.link.store import now
from tests.screens.stage import Stage
from tests.screens.test_returns import Desk, seen
from tests.screens.test_till import look, suns

TWO = (("par-1", "C-07", {"1": 1000}), ("par-2", "C-07", {"2": 3000}))


class Counter(Desk):
    """A till in the test's window, at a store where orders are collected."""

    def __init__(self, ui: Stage, window: Any, folder: Path) -> None:
        super().__init__(ui, window, folder)
        self.shop.stop()
        self.shop = Packed(folder / "counter")
        web_order(self.shop)
        self.parcels: tuple[tuple[str, str, dict[str, int]], ...] = TWO

    def open(self, *, online: bool = True) -> None:
        """Open it at the sale: where a person begins."""
        if self.parcels:
            packed_beside(self.shop, self.folder, ID, *self.parcels)
        super().open(online=online)
        self.till.tab("sale")
        self.ui.step(3)

    @property
    def out(self) -> Any:
        return self.till.hand_out

    def settled(self) -> None:
        """Until neither disk nor hub is at work."""
        state = lambda: self.out.state  # noqa: E731
        self.ui.until(lambda: not (state().busy or state().checking or state().word is Word.ASKING), what="an answer")
        self.ui.step(3)

    def shows(self, scanned: str = "", order: str = ID) -> None:
        """Open the order."""
        self.till.hand_out_order(order, scanned)
        self.settled()

    def reads(self, text: str) -> None:
        """Scan, as a keyboard scanner does."""
        before = self.out.state
        self.ui.keys(text + "\n")
        self.ui.until(lambda: self.out.state is not before, what="an answer to the scan")
        self.settled()

    def signs(self) -> None:
        """A finger on the glass."""
        pad = self.ui.all(SignaturePad)[0]
        for stroke in STROKES:
            (x, y), *rest = [pad.to_window(pad.x + px, pad.y + py) for px, py in stroke]
            finger = self.ui.press(x, y)
            for px, py in rest:
                finger.touch_move(px, py)
            finger.touch_up()
            self.ui.step(2)

    def gives(self) -> None:
        """Press the primary action, until the slip is out."""
        self.out.hand_out()
        self.ui.until(lambda: self.out.state.phase is Phase.DONE, what="the hand-out")
        self.ui.until(lambda: self.out.state.slip.paper.value == "printed", what="the slip")
        self.ui.step(3)


@pytest.fixture
def counter(ui: Stage, window: Any, tmp_path: Path) -> Iterator[Counter]:
    made = Counter(ui, window, tmp_path)
    yield made
    made.stop()


def test_from_home_to_the_slip_of_two_parcels_takes_six_touches_and_scans_with_a_signature(counter: Counter) -> None:
    ui, count = counter.ui, 0
    counter.shop.ask_signature()
    text = pass_text(counter.shop)
    counter.open()
    assert counter.till.place == "sale"
    ui.tap("Collect")
    ui.until(lambda: counter.till.place == "collect" and counter.till.collect.state.ready, what="the list")
    count += 1
    ui.keys(text + "\n")
    ui.until(lambda: counter.till.place == "hand_out" and counter.out.state.phase is Phase.OPEN, what="the hand-out")
    counter.settled()
    count += 1
    assert ui.sees("Hand out to Nino O.") and ui.sees("C-07") and suns(ui) == 0
    for parcel in ("par-1", "par-2"):
        counter.reads(label(parcel))
        count += 1
    assert ui.sees("2 of 2 scanned") and suns(ui) == 0
    counter.signs()
    count += 1
    assert suns(ui) == 1
    ui.tap("Hand out 2 parcels")
    count += 1
    ui.until(lambda: ui.sees("Slip printed"), what="the slip")
    assert ui.sees("2 parcels handed out") and len(counter.printer.texts) == 1
    assert count <= 6
    ui.tap("Next customer")
    assert counter.till.place == "collect"


def test_f52_a_label_that_is_scanned_while_the_order_is_looked_up_counts(counter: Counter) -> None:
    counter.open()
    counter.till.hand_out_order(ID, pass_text(counter.shop))
    assert counter.out.state.phase is Phase.OPENING
    counter.till.scanned(label("par-2"))
    counter.settled()
    assert set(counter.out.state.scanned) == {"par-2"}


def test_a_code_is_touched_on_the_keys_and_part_of_it_given(counter: Counter) -> None:
    ui = counter.ui
    counter.open()
    counter.shows()
    for digit in CODE:
        ui.tap(digit)
        ui.step(2)
    counter.settled()
    assert ui.sees("Code matches") and ui.sees("No other terminal has handed this out.")
    counter.reads(label("par-1"))
    ui.tap("Only some parcels")
    ui.tap("Hand out 1 parcel")
    ui.until(lambda: counter.out.state.phase is Phase.DONE, what="the hand-out")
    ui.until(lambda: counter.out.state.slip.paper.value == "printed", what="the slip")
    ui.step(3)
    assert ui.sees("1 parcel of the order is left.")
    ui.tap("Print a copy")
    ui.until(lambda: len(counter.printer.texts) == 2, what="the copy")
    ui.tap("Something comes back")
    ui.until(lambda: counter.till.place == "returns" and counter.till.returns.state.purchase, what="the return")


def test_the_glass_is_wiped_and_nobody_signs_for_another(counter: Counter) -> None:
    counter.shop.ask_signature()
    counter.open()
    counter.shows(pass_text(counter.shop))
    counter.signs()
    pad = counter.ui.all(SignaturePad)[0]
    assert counter.out.state.signature and not pad.empty
    counter.ui.tap("Sign again")
    assert not counter.out.state.signature and pad.empty
    counter.signs()
    counter.ui.tap("Document")
    counter.ui.step(2)
    counter.ui.tap("Passport")
    counter.ui.step(2)
    assert not counter.out.state.signature and pad.empty


SHADES = [("en", False), ("en", True), ("ru", False), ("ru", True), ("kk", False), ("ka", True)]
EACH = [("en", True), ("ru", False), ("kk", False), ("ka", True)]
"""Each language once: what is cut is so in any shade."""


@pytest.mark.parametrize(("language", "dark"), EACH)
def test_nothing_is_cut_on_the_way(counter: Counter, language: str, dark: bool) -> None:
    ui, name = counter.ui, f"{language}{'-dark' if dark else ''}"
    counter.shop.ask_signature()
    counter.open()
    ui.language(language)
    ui.dark(dark)
    counter.shows()
    seen(ui, f"hand-out-open-{name}")
    for digit in "7392":
        counter.out.key(digit)
    counter.settled()
    look(ui, f"hand-out-wrong-{name}")
    for digit in CODE:
        counter.out.key(digit)
    counter.settled()
    counter.out.touch_parcel("par-1")
    look(ui, f"hand-out-unreadable-{name}")
    counter.out.act()
    look(ui, f"hand-out-by-hand-{name}")
    counter.reads(label("par-2"))
    counter.signs()
    seen(ui, f"hand-out-signed-{name}")
    counter.out.way(Way.DOCUMENT)
    look(ui, f"hand-out-document-{name}")
    counter.out.document(Document.ID_CARD)
    look(ui, f"hand-out-seen-{name}")
    counter.out.way(Way.PROXY)
    look(ui, f"hand-out-proxies-{name}")
    counter.out.proxy("Daniyar M.")
    look(ui, f"hand-out-proxy-{name}")
    counter.signs()
    counter.gives()
    seen(ui, f"hand-out-done-{name}")


@pytest.mark.parametrize(("language", "dark"), [("en", False), ("ru", True), ("kk", False), ("ka", False)])
def test_nothing_is_cut_without_a_signature_and_without_the_hub(counter: Counter, language: str, dark: bool) -> None:
    ui, name = counter.ui, f"{language}{'-dark' if dark else ''}"
    counter.parcels = (
        ("par-1", "C-07", {"1": 1000}),
        *((f"par-{n}", "C-08", {"2": 1000}) for n in (2, 3, 4)),
    )
    ui.device("tablet")
    text = pass_text(counter.shop)
    counter.open(online=False)
    came: list[str] = []
    counter.terminal.run(
        lambda local: arrive(local, ID, "100-48351", language="en", now=now()), lambda it: came.append(it.ticket)
    )
    ui.until(lambda: came, what="the ticket")
    ui.language(language)
    ui.dark(dark)
    counter.shows(text)
    counter.reads(label("par-1"))
    assert ui.sees(came[0])
    seen(ui, f"hand-out-inside-{name}")
    counter.out.some()
    counter.gives()
    seen(ui, f"hand-out-part-{name}")


def _cancelled(counter: Counter) -> None:
    counter.shows()
    cancel(counter.shop)
    for parcel in ("par-1", "par-2"):
        counter.reads(label(parcel))
    for digit in CODE:
        counter.out.key(digit)
    counter.settled()
    counter.out.hand_out()


def _unpaid(counter: Counter) -> None:
    web_order(counter.shop, paid=[])
    _pulled(counter)
    counter.shows()


def _elsewhere(counter: Counter) -> None:
    web_order(counter.shop, "100-2", OTHER)
    _pulled(counter)
    counter.shows(order="web:100-2")


def _taken(counter: Counter) -> None:
    counter.shows(pass_text(counter.shop))
    counter.reads(label("par-1"))
    counter.reads(label("par-2"))
    counter.gives()
    counter.shows()


def _pulled(counter: Counter) -> None:
    from sync.link.first import fill_replica
    from sync.local import Local

    home = counter.terminal.home
    fill_replica(home)
    link(home, True)
    done: list[bool] = []

    def again(local: Local) -> None:
        local.refresh()

    counter.terminal.run(again, lambda _none: done.append(True))
    counter.ui.until(lambda: done, what="the new copy")


REFUSALS: dict[str, Callable[[Counter], None]] = {
    "cancelled": _cancelled,
    "unpaid": _unpaid,
    "elsewhere": _elsewhere,
    "taken": _taken,
}


@pytest.mark.parametrize("name", list(REFUSALS))
def test_each_refusal_stands_on_the_screen_whole_in_every_language(counter: Counter, name: str) -> None:
    counter.open()
    REFUSALS[name](counter)
    counter.ui.until(lambda: counter.out.state.phase is Phase.STOPPED, what="the refusal")
    for language, dark in SHADES:
        counter.ui.language(language)
        counter.ui.dark(dark)
        seen(counter.ui, f"hand-out-{name}-{language}{'-dark' if dark else ''}")
    counter.ui.language("en")
    assert suns(counter.ui) == 1
    if name == "unpaid":
        counter.ui.tap("Take payment")
        counter.ui.until(lambda: counter.till.payment.state.ready, what="what is due")
        assert counter.till.place == "payment" and counter.ui.sees("Order 100-48351")
        seen(counter.ui, "hand-out-pays")
        counter.ui.tap("Back to the hand-out")
        assert counter.till.place == "hand_out"
    else:
        counter.ui.tap("Back to the list")
        assert counter.till.place == "collect"
