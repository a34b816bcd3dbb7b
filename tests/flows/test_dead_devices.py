"""A dead device is named with what still works, stops nobody, and its line goes when it is back (F46, F50)."""

import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from pos.ailing import _WORKS, NAMES, ailments, short
from pos.demo.labels import draw_labels
from pos.devices.base import DeviceState, Inbox
from pos.devices.camera import Camera
from pos.devices.virtual.camera import PictureCamera
from pos.devices.virtual.label import VirtualLabelPrinter
from pos.printing import PaperState
from pos.terminal import Devices
from pos.ui.i18n import set_language
from sync.settings import LabelPrinterSettings
from tests.flows.shifts import wants_shifts
from tests.flows.till import Counter
from tests.local.fixture import make_terminal


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path, quick=True)
    yield made
    made.stop()


def named(counter: Counter) -> dict[str, str]:
    """What the top bar's dialog says, by device."""
    return {one.role: one.line for one in counter.till.ailing.now(counter.till.has_drawer)}


def well(counter: Counter) -> bool:
    return not named(counter) and all(
        device.state is DeviceState.READY for device in counter.terminal.devices.all() if device.name[-6:] != "drawer"
    )


def pay_cash(counter: Counter) -> None:
    """From the cart to the end of the sale."""
    counter.till.sale.pay()
    counter.until(lambda: counter.till.payment.state.ready, "the payment")
    counter.till.payment.quick(62000)
    counter.till.payment.cash_received()
    counter.until(lambda: counter.till.place == "done", "the end of the sale")


def test_f50_a_printer_that_is_dead_at_the_start_is_named_and_all_of_a_sale_goes_on(counter: Counter) -> None:
    counter.kill()
    counter.printer.faults.off = True
    counter.start()
    counter.until(lambda: "off or not connected" in named(counter).get("printer", ""), "what ails the printer")
    assert "opens by its key" in named(counter)["printer"]
    counter.sign_in().scan("p-milk")
    pay_cash(counter)
    counter.until(lambda: counter.till.done.state.paper is PaperState.FAILED, "the end of the print")
    assert len(counter.operations("sale")) == 1
    counter.printer.faults.off = False
    counter.until(lambda: well(counter), "the printer")
    counter.till.done.print_again()
    counter.until(lambda: counter.till.done.state.paper is PaperState.PRINTED, "the receipt")


@pytest.mark.parametrize(
    ("fault", "said"), [("paper_out", "no paper"), ("cover_open", "cover is open"), ("jam", "jam")]
)
def test_f46_what_a_printer_lacks_is_named_before_anybody_prints(counter: Counter, fault: str, said: str) -> None:
    counter.sign_in().scan("p-milk")
    counter.until(lambda: well(counter), "both devices")
    setattr(counter.printer.faults, fault, True)
    counter.until(lambda: "printer" in named(counter), "the printer's name")
    assert said in named(counter)["printer"] and "printed later" in named(counter)["printer"]
    assert counter.lines == {"p-milk": 1000}, "the sale goes on"
    setattr(counter.printer.faults, fault, False)
    counter.until(lambda: well(counter), "the printer")


def test_f46_a_receipt_that_did_not_come_out_stops_blaming_a_printer_that_is_back(counter: Counter) -> None:
    counter.sign_in().scan("p-milk")
    counter.printer.faults.paper_out = True
    pay_cash(counter)
    counter.until(lambda: "The printer has no paper" in counter.said, "the fault")
    counter.printer.faults.paper_out = False
    counter.until(lambda: "The printer is ready again" in counter.said, "its end")
    happened = counter.till.done.state.happened
    assert happened is not None and "no paper" not in counter.said
    assert (happened.title, happened.action) == ("The receipt is not printed", "Print again")
    set_language("ru")
    try:
        counter.till.spoken()
        assert "The printer has no paper" not in counter.said
    finally:
        set_language("en")
    counter.till.done.act()
    counter.until(lambda: counter.till.done.state.paper is PaperState.PRINTED, "the receipt")
    assert "ready again" not in counter.said


def test_what_was_said_since_is_not_undone_by_a_printer_that_is_back(counter: Counter) -> None:
    counter.sign_in().scan("p-milk")
    counter.printer.faults.paper_out = True
    pay_cash(counter)
    counter.until(lambda: "The printer has no paper" in counter.said, "the fault")
    counter.till.next_customer()
    counter.scan("p-milk")
    before = counter.said
    counter.printer.faults.paper_out = False
    counter.until(lambda: well(counter), "the printer")
    assert counter.said == before


def test_f50_a_card_terminal_that_dies_is_named_cash_pays_and_it_comes_back(counter: Counter) -> None:
    counter.sign_in().scan("p-milk")
    counter.until(lambda: well(counter), "both devices")
    counter.card.faults.off = True
    counter.until(lambda: "card" in named(counter), "its name")
    assert "Cash and gift cards pay" in named(counter)["card"]
    counter.till.sale.pay()
    counter.until(lambda: counter.till.payment.state.ready, "the payment")
    counter.until(lambda: counter.till.payment.state.card_fault is not None, "its line in the payment")
    counter.till.payment.quick(62000)
    counter.till.payment.cash_received()
    assert counter.till.place == "done" and len(counter.operations("sale")) == 1
    counter.card.faults.off = False
    counter.until(lambda: not named(counter), "its return")
    counter.until(lambda: counter.till.payment.state.card_fault is None, "the end of its line")


def test_f30_a_charge_at_a_dead_card_terminal_took_nothing_and_its_line_goes_when_it_is_back(counter: Counter) -> None:
    counter.sign_in().scan("p-milk")
    counter.until(lambda: well(counter), "both devices")
    counter.till.sale.pay()
    counter.card.faults.off = True
    counter.until(lambda: "card" in named(counter), "its name")
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: "Nothing was charged" in counter.said, "the answer")
    counter.card.faults.off = False
    counter.until(lambda: "The card terminal is ready again" in counter.said, "its return")
    assert "off or not connected" not in counter.said
    counter.till.payment.charge()
    counter.until(lambda: counter.till.place == "done", "the payment")
    assert len(counter.card.charged) == 1


def test_several_dead_devices_are_counted_and_each_has_its_line(counter: Counter) -> None:
    counter.until(lambda: well(counter), "both devices")
    counter.printer.faults.paper_out = counter.card.faults.off = True
    counter.until(lambda: len(named(counter)) == 2, "both")
    assert short(counter.till.ailing.now()) == "2 devices"
    counter.printer.faults.paper_out = False
    counter.until(lambda: len(named(counter)) == 1, "one of them")
    assert short(counter.till.ailing.now()) == "Card terminal"


def test_a_terminal_without_a_drawer_sends_nobody_to_cash(counter: Counter) -> None:
    counter.card.faults.off = True
    counter.until(lambda: "card" in named(counter), "its name")
    (ailing,) = (one for one in ailments(counter.terminal.devices, has_drawer=False) if one.role == "card")
    assert "at a till" in ailing.works and "Cash and gift" not in ailing.works


@pytest.fixture
def labels() -> Iterator[VirtualLabelPrinter]:
    printer = VirtualLabelPrinter().start()
    yield printer
    printer.stop()


@pytest.mark.parametrize(
    ("fault", "said"), [("labels_out", "no labels"), ("head_open", "is open"), ("off", "off or not")]
)
def test_f46_a_label_printer_is_named_apart_and_receipts_go_on(
    tmp_path: Path, labels: VirtualLabelPrinter, fault: str, said: str
) -> None:
    counter = Counter(tmp_path, label=LabelPrinterSettings(address=f"127.0.0.1:{labels.port}"), quick=True)
    counter.until(lambda: well(counter), "all devices")
    setattr(labels.faults, fault, True)
    counter.until(lambda: "label" in named(counter), "its name")
    assert said in named(counter)["label"] and "labels are printed later" in named(counter)["label"]
    counter.sign_in().scan("p-milk")
    pay_cash(counter)
    counter.until(lambda: counter.till.done.state.paper is PaperState.PRINTED, "the receipt")
    setattr(labels.faults, fault, False)
    counter.until(lambda: well(counter), "the label printer")
    counter.stop()


def test_f46_a_report_of_the_drawer_that_did_not_come_out_is_printed_when_the_printer_is_back(tmp_path: Path) -> None:
    counter = Counter(tmp_path, home=wants_shifts(make_terminal(tmp_path)), quick=True).sign_in()
    for digit in "20000":
        counter.till.shift.key(digit)
    counter.till.shift.open_shift()
    counter.until(lambda: counter.printer.kicks and counter.till.place == "sale", "the drawer")
    counter.printer.faults.cover_open = True
    counter.till.drawer()
    counter.till.shift.print_x()
    counter.until(lambda: "cover is open" in counter.said, "the fault")
    counter.printer.faults.cover_open = False
    counter.until(lambda: "The printer is ready again" in counter.said, "its end")
    before = len(counter.printer.texts)
    counter.till.shift.act()
    counter.until(lambda: len(counter.printer.texts) > before, "the report")
    counter.stop()


def test_f50_a_tablet_names_what_is_dead_from_its_start_and_sells_on(tmp_path: Path) -> None:
    counter = Counter(tmp_path, home=make_terminal(tmp_path, "tablet"), quick=True)
    counter.kill()
    counter.printer.faults.off = counter.card.faults.off = True
    counter.start()
    counter.sign_in().scan("p-milk")
    counter.until(lambda: set(named(counter)) == {"printer", "card"}, "both")
    assert "at a till" in named(counter)["card"] and counter.lines == {"p-milk": 1000}
    counter.printer.faults.off = counter.card.faults.off = False
    counter.until(lambda: well(counter), "both devices")
    counter.till.sale.pay()
    counter.until(lambda: counter.till.payment.state.ready, "the payment")
    counter.till.payment.charge()
    counter.until(lambda: counter.till.place == "done", "the payment by card")
    counter.until(lambda: counter.till.done.state.paper is PaperState.PRINTED, "the receipt")
    counter.stop()


def test_f50_a_camera_that_is_not_there_is_named_before_anybody_looks_through_it_and_comes_back(tmp_path: Path) -> None:
    folder, gone = tmp_path / "labels", tmp_path / "gone"
    draw_labels(gone, [])
    inbox = Inbox()
    camera = Camera(PictureCamera(folder, rate=10), inbox)
    camera.open()
    until(lambda: [one.role for one in ailments(Devices(camera=camera))] == ["camera"])
    (ailing,) = ailments(Devices(camera=camera))
    assert "not connected" in ailing.line and "every number can be typed" in ailing.line
    gone.rename(folder)
    until(lambda: ailments(Devices(camera=camera)) == ())
    camera.close()
    assert camera.join(5)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)


def test_every_device_a_terminal_may_have_has_a_name_an_icon_and_what_works_without_it() -> None:
    assert {field.name for field in fields(Devices)} <= set(NAMES) == set(_WORKS)
