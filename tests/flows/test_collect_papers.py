"""Papers of orders that are collected, from the till: which printer they come from, what is journaled, what after a
fault or a power cut."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos.collect_pages import unprinted_labels
from pos.devices.host_status import LABELS_OUT
from pos.devices.virtual.label import VirtualLabelPrinter
from pos.devices.virtual.printer import VirtualPrinter
from pos.equipment import equip
from pos.printing import DrawerSaid, Paper, PaperState, Printing
from pos.runner import Direct
from pos.terminal import Terminal
from sync.actions.printing import unprinted
from sync.actions.shelve_parcel import shelve_parcel
from sync.domain.arrivals import Arrival, ArrivalState
from sync.domain.catalogue import Words
from sync.domain.orders import Purchase
from sync.domain.pickups import Parcel, ParcelState, cancelled
from sync.local import Local
from sync.local.picking import LineToPick, OrderToPick
from sync.settings import DeviceSettings, LabelPrinterSettings
from tests.local.bought import know
from tests.local.collecting import given, packed, pick_up, told
from tests.local.fixture import NOW, OWN, make_terminal
from tests.local.tills import CASHIER

ORDER = replace(pick_up(), collector="Nino O.", ready_by=NOW + 3_600_000)
ARRIVAL = Arrival("a-1", "web:100-48213", "100-48213", OWN, "K42", ArrivalState.WAITING, NOW, language="ru")


class Counter:
    """A till with a receipt printer and, unless told not to, a label printer."""

    def __init__(self, folder: Path, receipts: bool = True, labels: bool = True) -> None:
        self.home = make_terminal(folder)
        know(self.home, ORDER)
        self.receipts, self.labels = VirtualPrinter().start(), VirtualLabelPrinter().start()
        self.devices = DeviceSettings(printer=f"127.0.0.1:{self.receipts.port}" if receipts else "")
        self.label = LabelPrinterSettings(f"127.0.0.1:{self.labels.port}" if labels else "")
        self.start()

    def start(self) -> None:
        """Switch it on, over whatever its files hold."""
        self.local = Local.open(self.home)
        self.terminal = Terminal(self.home, runner=Direct(self.local), devices=equip(self.devices, None, self.label))
        for device in self.terminal.devices.all():
            device.open()
        self.printing = Printing(self.terminal, lambda: NOW)
        self.heard: list[Paper] = []
        self.printing.listen(self._told)

    def _told(self, said: Paper | DrawerSaid) -> None:
        assert isinstance(said, Paper)
        self.heard.append(said)

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + 20
        while not true():
            assert time.monotonic() < end, "it did not come in time"
            self.terminal.pump()
            time.sleep(0.005)

    def ended(self, paper: Paper, count: int = 1) -> Paper:
        """What came of a paper, once so many have ended."""
        assert paper.state is PaperState.PRINTING
        self.until(lambda: len(self.heard) >= count)
        assert (self.heard[-1].receipt, self.heard[-1].what) == (paper.receipt, paper.what)
        return self.heard[-1]

    def jobs(self) -> list[tuple[str, str, str]]:
        """What did not come out for certain."""
        return [(job.ref, job.what, job.state.value) for job in unprinted(self.local)]

    def off(self) -> None:
        """A power cut: nothing is closed in order."""
        self.terminal.inbox.on_put = None
        for device in self.terminal.devices.all():
            device.close()
        self.local.close()

    def stop(self) -> None:
        self.off()
        self.receipts.stop()
        self.labels.stop()


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path)
    yield made
    made.stop()


def pack(counter: Counter, id: str = "par-1", shelf: str = "", bought: Purchase = ORDER, **lines: int) -> Parcel:
    return packed(counter.local, bought, id, shelf, **lines)


def test_a_label_comes_from_the_label_printer_and_says_where_the_parcel_lies_now(counter: Counter) -> None:
    parcel = pack(counter)
    shelve_parcel(counter.local, parcel.id, "B-12", actor=CASHIER, now=NOW)
    assert counter.ended(counter.printing.label(parcel)).state is PaperState.PRINTED
    (text,) = counter.labels.texts
    for fact in ("8213", "STP1:par-1", "Nino O.", "Shelf B-12", "Kept until 16.10.2025"):
        assert fact in text
    assert counter.receipts.receipts == [] and counter.jobs() == []


def test_without_a_label_printer_a_label_comes_from_the_receipt_printer(tmp_path: Path) -> None:
    counter = Counter(tmp_path, labels=False)
    assert counter.ended(counter.printing.label(pack(counter))).state is PaperState.PRINTED
    assert "STP1:par-1" in counter.receipts.texts[0]
    counter.stop()


def test_a_label_printer_alone_prints_labels_and_no_slips(tmp_path: Path) -> None:
    counter = Counter(tmp_path, receipts=False)
    parcel = pack(counter, shelf="B-4")
    assert counter.ended(counter.printing.label(parcel)).state is PaperState.PRINTED
    assert counter.printing.hand_out_slip(given(counter.local, ORDER)).state is PaperState.ABSENT
    counter.stop()


def test_without_any_printer_a_label_is_absent_and_nothing_waits(tmp_path: Path) -> None:
    counter = Counter(tmp_path, receipts=False, labels=False)
    assert counter.printing.label(pack(counter)).state is PaperState.ABSENT
    assert not counter.printing.busy
    counter.stop()


def test_f46_a_label_that_failed_is_printed_again_as_the_same_job_and_is_no_copy(counter: Counter) -> None:
    parcel = pack(counter)
    job = unprinted(counter.local)[0].id
    counter.labels.faults.labels_out = True
    failed = counter.ended(counter.printing.label(parcel))
    assert (failed.state, failed.fault) == (PaperState.FAILED, LABELS_OUT)
    assert counter.jobs() == [("par-1", "label", "failed")]
    counter.labels.faults.labels_out = False
    assert counter.ended(counter.printing.label(parcel), 2).state is PaperState.PRINTED
    assert counter.jobs() == []
    assert [row[0] for row in counter.local.raw.execute("SELECT id FROM print_job")] == [job]
    assert "Copy" not in counter.labels.texts[0] and "duplicate" not in counter.labels.texts[0]


def test_f48_a_doubtful_label_says_so_when_it_is_printed_again(counter: Counter) -> None:
    parcel = pack(counter)
    counter.labels.faults.silent = True
    assert counter.ended(counter.printing.label(parcel)).state is PaperState.DOUBTFUL
    counter.labels.faults.silent = False
    assert counter.ended(counter.printing.label(parcel, doubtful=True), 2).state is PaperState.PRINTED
    assert counter.labels.texts[-1].startswith("Possible duplicate")


def test_a_label_that_was_printed_is_a_copy_the_next_time(counter: Counter) -> None:
    parcel = pack(counter)
    counter.ended(counter.printing.label(parcel))
    again = counter.ended(counter.printing.label(parcel, copy=True), 2)
    assert (again.copy, again.state) == (True, PaperState.PRINTED)
    assert counter.labels.texts[-1].startswith("Copy")


def test_i1_a_label_that_a_power_cut_took_waits_in_the_print_journal(counter: Counter) -> None:
    pack(counter)
    counter.off()  # after packing, before anything was sent to a printer
    counter.start()
    assert counter.jobs() == [("par-1", "label", "queued")]
    (parcel,) = unprinted_labels(counter.local)
    assert (parcel.id, parcel.state) == ("par-1", ParcelState.RECEIVED)
    assert counter.ended(counter.printing.label(parcel)).state is PaperState.PRINTED
    assert counter.jobs() == [] and unprinted_labels(counter.local) == []


def test_i1_a_slip_that_a_power_cut_took_waits_in_the_print_journal(counter: Counter) -> None:
    pack(counter, shelf="B-4")
    done = given(counter.local, ORDER)
    counter.off()
    counter.start()
    assert (done.body.receipt, "hand_out", "queued") in counter.jobs()
    assert counter.ended(counter.printing.hand_out_slip(done)).state is PaperState.PRINTED
    assert (done.body.receipt, "hand_out", "queued") not in counter.jobs()


def test_which_of_how_many_is_said_once_the_whole_order_is_packed(counter: Counter) -> None:
    first = pack(counter, "par-1", n1=3000)
    counter.ended(counter.printing.label(first))
    assert " of " not in counter.labels.texts[0], "the tea is still to be packed"
    second = pack(counter, "par-2", n2=1000)
    counter.ended(counter.printing.label(second), 2)
    counter.ended(counter.printing.label(first, copy=True), 3)
    assert "2 of 2" in counter.labels.texts[1]
    assert "1 of 2" in counter.labels.texts[2]


def test_a_parcel_that_was_cancelled_is_none_of_how_many(counter: Counter) -> None:
    first, second = pack(counter, "par-1", n1=3000), pack(counter, "par-2", n2=1000)
    assert second.last is not None
    told(counter.home, replace(cancelled(second, second.last), fence=9))
    counter.ended(counter.printing.label(first))
    assert " of " not in counter.labels.texts[0]


def test_a_slip_says_in_the_shoppers_language_what_was_given_and_by_whom(counter: Counter) -> None:
    pack(counter, "par-1", "B-4", n1=2000)
    pack(counter, "par-2", "B-5", n1=1000, n2=1000)
    done = given(counter.local, ORDER, "par-1", "par-2")
    assert counter.ended(counter.printing.hand_out_slip(done)).state is PaperState.PRINTED
    text = counter.receipts.texts[0]
    assert "Wool coat" in text and "x 3" in text, "a line is named once, in whatever parcels it lay"
    assert "Заказ 100-48213" in text and "[ STF1:100-48213 ]" in text and "Aliya" in text
    again = counter.ended(counter.printing.hand_out_slip(done, copy=True, sealed="STF2:6BF"), 2)
    assert again.copy and "[ STF2:6BF ]" in counter.receipts.texts[1]
    assert "Копия" in counter.receipts.texts[1]


def test_a_ticket_comes_from_the_receipt_printer_and_names_no_person(counter: Counter) -> None:
    assert counter.ended(counter.printing.ticket(ARRIVAL)).state is PaperState.PRINTED
    assert "K42" in counter.receipts.texts[0] and "100-48213" in counter.receipts.texts[0]
    assert "Nino" not in counter.receipts.texts[0]
    assert counter.labels.labels == []


def test_a_ticket_in_a_language_without_words_speaks_that_of_the_screen(counter: Counter) -> None:
    counter.ended(counter.printing.ticket(replace(ARRIVAL, language="xx")))
    assert "Order 100-48213" in counter.receipts.texts[0]


def to_fetch() -> list[OrderToPick]:
    tea: Words = {"en": "Black tea", "ru": "Чёрный чай"}
    lines = (
        LineToPick("1", "p-coat", "100010", {"en": "Wool coat"}, 3000, "pcs", "d-far", {"en": "Clothes"}, "C-10"),
        LineToPick("2", "p-tea", "100007", tea, 1500, "kg", "d-near", {"en": "Food"}, "A-2"),
    )
    return [OrderToPick(ORDER.id, ORDER.number, OWN, ORDER.ready_by, ORDER.at, lines, ORDER)]


def test_a_pick_list_is_printed_again_after_a_fault_as_the_same_job(counter: Counter) -> None:
    counter.receipts.faults.paper_out = True
    failed = counter.ended(counter.printing.pick_list(to_fetch()))
    assert failed.state is PaperState.FAILED
    counter.receipts.faults.paper_out = False
    done = counter.ended(counter.printing.pick_list(to_fetch(), ref=failed.receipt), 2)
    assert (done.receipt, done.state) == (failed.receipt, PaperState.PRINTED)
    assert counter.jobs() == []
    text = counter.receipts.texts[0]
    assert "[ ] 3 x Wool coat" in text and "[ ] 1.5 kg Black tea" in text and "C-10" in text
    assert text.index("Clothes") > text.index("Order 100-48213")
