"""The panel of the virtual store, over devices at the wire."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.devices.base import Outcome, OutputComplete
from pos.devices.card import CardSettings, TcpCardTerminal
from pos.devices.printer import EscposPrinter, PrinterSettings
from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.control import Control
from pos.devices.virtual.printer import VirtualPrinter
from pos.devices.virtual.scale import VirtualScale
from pos.devices.virtual.scanner import VirtualScanner
from pos.devices.virtual.store import Standing
from pos.panel import words
from pos.panel.flow import PanelFlow, WrongList, read_list
from pos.panel.samples import samples
from pos.receipt.document import Cut, Document, Row
from pos.ui.i18n import set_language
from tests.devices.conftest import Heard


class Desk:
    """A printer and a card terminal with their control ports, and the panel over them."""

    def __init__(self, folder: Path) -> None:
        self.printer, self.card = VirtualPrinter(out=folder).start(), VirtualCardTerminal().start()
        self.controls = {"printer": Control(self.printer, 0), "card": Control(self.card, 0)}
        listed = [Standing(kind, "here", control.port, str(folder)) for kind, control in self.controls.items()]
        self.panel = PanelFlow(listed)
        self.panel.start()
        self.until(lambda: all(seen.alive for seen in self.panel.state.devices.values()), "the first look")

    def until(self, true: Callable[[], object], what: str, seconds: float = 20.0) -> None:
        """Pump until it is true."""
        end = time.monotonic() + seconds
        while not true():
            self.panel.pump()
            assert time.monotonic() < end, f"{what} did not come within {seconds} s"
            time.sleep(0.01)

    @property
    def said(self) -> str:
        """What just happened, as the panel says it."""
        happened = self.panel.state.happened
        return f"{happened.title} {happened.line}" if happened else ""

    def stop(self) -> None:
        """Everything off."""
        self.panel.stop()
        for control in self.controls.values():
            control.stop()
        self.printer.stop()
        self.card.stop()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.stop()


def test_a_payment_waits_until_somebody_holds_a_card_to_the_terminal(desk: Desk, heard: Heard) -> None:
    till = TcpCardTerminal(CardSettings(port=desk.card.port), heard.inbox)
    till.open()
    desk.until(lambda: desk.card.faults.by_hand, "by hand")
    till.start("a-1", 12_990_00, "KZT")
    desk.until(lambda: "The till asks for" in desk.said, "the question")
    assert words.asked(desk.panel.state.devices["card"])[1] == "Hold a card to it" and not desk.card.charged
    desk.panel.press("card", "tap")
    desk.until(lambda: "Approved" in desk.said, "the approval")
    assert desk.card.charged == [("a-1", 12_990_00)]
    till.start("a-2", 5_00, "KZT")
    desk.until(lambda: "The till asks for" in desk.said, "the second question")
    desk.panel.press("card", "refuse")
    desk.until(lambda: "Declined" in desk.said, "the refusal")
    assert len(desk.card.charged) == 1
    till.close()
    assert till.join(5)


def test_paper_that_came_out_lies_on_the_panel_and_what_is_held_back_is_said(desk: Desk, heard: Heard) -> None:
    till = EscposPrinter(PrinterSettings(port=desk.printer.port, poll_s=0), heard.inbox)
    till.open()
    till.print("1", Document((Row("Bread"), Cut())))
    desk.until(lambda: desk.panel.state.devices["printer"].papers, "the receipt")
    assert all(Path(paper).is_file() for paper in desk.panel.state.devices["printer"].papers)
    assert heard.wait(OutputComplete).outcome is Outcome.PRINTED
    desk.panel.fault("printer", "paper_out", "on")
    desk.until(lambda: "No paper" in desk.said, "the fault")
    assert words.standing(desk.panel.state.devices["printer"]) == ("No paper", False)
    desk.panel.fault("printer", "paper_out", "on")
    desk.until(lambda: words.standing(desk.panel.state.devices["printer"])[1], "the end of the fault")
    till.close()
    assert till.join(5)


def test_f50_a_device_that_is_gone_is_named_and_the_panel_goes_on_with_the_others(desk: Desk) -> None:
    desk.controls["printer"].stop()
    port = desk.controls["printer"].port
    desk.panel.watch._lines["printer"].close()
    desk.until(lambda: not desk.panel.state.devices["printer"].alive, "the loss")
    assert "Receipt printer is gone" in desk.said
    desk.panel.fault("card", "off", "on")
    desk.until(lambda: desk.card.faults.off, "the card terminal's fault")
    desk.controls["printer"] = Control(desk.printer, port)
    desk.until(lambda: desk.panel.state.devices["printer"].alive, "the printer")
    assert "Receipt printer is back" in desk.said


def test_a_touch_scans_a_weight_is_put_on_the_scale_and_an_unplugged_scanner_says_so(tmp_path: Path) -> None:
    scanner, scale = VirtualScanner(tmp_path / "scanner").start(), VirtualScale(tmp_path / "scale").start()
    controls = {"scanner": Control(scanner, 0), "scale": Control(scale, 0)}
    panel = PanelFlow([Standing(kind, "here", control.port) for kind, control in controls.items()])
    panel.start()
    desk = Desk.__new__(Desk)
    desk.panel = panel
    desk.until(lambda: all(seen.alive for seen in panel.state.devices.values()), "the first look")
    with (tmp_path / "scanner").open("rb", buffering=0) as port:
        panel.scan("4870012100212")
        read = b""
        while not read.endswith(b"\r"):
            read += port.read(64) or b""
    assert read == b"4870012100212\r" and "Scanned 4870012100212" in desk.said
    panel.weigh(1955)
    desk.until(lambda: words.weight(panel.state.devices["scale"]) == "1.955", "the weight")
    panel.fault("scanner", "unplugged", "on")
    desk.until(lambda: words.standing(panel.state.devices["scanner"]) == ("Unplugged", False), "the plug")
    panel.scan("1")
    assert "Nothing was scanned" in desk.said
    panel.stop()
    for control in controls.values():
        control.stop()
    scanner.stop()
    scale.stop()


@pytest.mark.parametrize("language", ("en", "ru", "kk", "ka"))
def test_every_sample_is_what_its_name_says(language: str) -> None:
    set_language(language)
    try:
        found = {sample.code: sample for sample in samples()}
    finally:
        set_language("en")
    assert len(found) == 11 and all(sample.name for sample in found.values())
    assert all(not sample.picture or Path(sample.picture).is_file() for sample in found.values())
    assert well_formed("4870012109871") and well_formed("4006381333931") and not well_formed("4870000000001")
    goods = [sample.code for sample in found.values() if sample.picture]
    assert len(goods) == 4 and all(well_formed(code) for code in goods)


def well_formed(code: str) -> bool:
    """Whether the last digit of an EAN-13 is the one that the others make."""
    return sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(code)) % 10 == 0


def test_whoever_leaves_the_panel_leaves_no_payment_waiting(desk: Desk) -> None:
    desk.until(lambda: desk.card.faults.by_hand, "by hand")
    desk.panel.stop()
    assert not desk.card.faults.by_hand


def test_a_list_that_is_none_has_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(WrongList, match="Is the virtual store running"):
        read_list(tmp_path / "devices.json")
    (tmp_path / "devices.json").write_text('{"devices": [1]}')
    with pytest.raises(WrongList, match="no list of virtual devices"):
        read_list(tmp_path / "devices.json")
