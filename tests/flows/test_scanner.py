"""Learning a scanner at a till: the sheet is scanned, what was found is kept, and codes are read by it from then on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.app import hear
from pos.devices.base import ScanRead
from pos.devices.scanner_learning import SHEET, Found
from pos.devices.scanner_profile import GS, Profile, load
from pos.devices.scanner_serial import presses_of
from pos.devices.virtual.scanner import VirtualScanner
from pos.equipment import equip
from pos.runner import Direct
from pos.scanner.view import found, rows
from pos.terminal import Terminal
from pos.till import Till
from sync.local import Local
from sync.settings import ScannerSettings
from tests.flows.kiosk import CODES as KIOSK_CODES
from tests.flows.kiosk import Store
from tests.flows.till import CODES, Counter
from tests.local.fixture import PRODUCTS

MANAGER = ("s-marat", "2222")


class ScannerCounter(Counter):
    """A till with a serial scanner, and its manager at it."""

    def __init__(self, folder: Path) -> None:
        self.virtual = VirtualScanner(folder / "scanner").start()
        super().__init__(folder)

    def start(self) -> None:
        self.local = Local.open(self.home)
        devices = equip(self.settings, scanner=ScannerSettings(port=str(self.virtual.link)))
        self.terminal = Terminal(self.home, runner=Direct(self.local), devices=devices)
        for device in self.terminal.devices.all():
            device.open()
        self.till = Till(self.terminal, lambda place, _back: self.places.append(place), lambda: self.now)
        self.till.scanners.use_kept(self.home)
        self.till.open()
        scanner = self.terminal.devices.scanner
        assert scanner is not None
        self.until(lambda: scanner.state.value == "ready", "the scanner")

    def stop(self) -> None:
        super().stop()
        self.virtual.stop()

    def learn(self, cards: int = len(SHEET)) -> None:
        """Scan the sheet from its top: the first code over the wire, the others as they come from it."""
        self.till.learn_scanner()
        self.virtual.scan(SHEET[0].text)
        self.until(lambda: SHEET[0].key in self.till.scanner.state.read, SHEET[0].key)
        for card in SHEET[1:cards]:
            self.till.scanners.burst("scanner", tuple(presses_of(self.virtual.sends(card.text))))

    def found(self) -> set[Found]:
        return {finding.found for finding in self.till.scanner.state.findings}


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[ScannerCounter]:
    made = ScannerCounter(tmp_path)
    yield made
    made.stop()


def test_one_sheet_sets_prefix_suffix_and_case_and_the_next_scan_is_read_by_it(counter: ScannerCounter) -> None:
    counter.sign_in(*MANAGER)
    for fault in ("prefix ~", "suffix tab", "swaps_case on"):
        counter.virtual.set_fault(*fault.split(" "))
    counter.learn()
    assert counter.found() == {Found.WELL, Found.PREFIX, Found.SUFFIX, Found.SWAPPED, Found.SEPARATORS}
    counter.till.scanner.go_on()
    counter.virtual.scan("Ab1")
    counter.until(lambda: counter.said == "Read Ab1", "what was read")
    counter.till.scanner.go_on()
    assert counter.till.place == "sale"
    counter.virtual.scan(CODES["p-milk"])
    counter.until(lambda: counter.lines == {"p-milk": 1000}, "the milk")


def test_what_was_learned_holds_after_a_start(counter: ScannerCounter) -> None:
    counter.sign_in(*MANAGER)
    counter.virtual.set_fault("prefix", "ID:")
    counter.learn()
    counter.till.scanner.keep()
    assert load(counter.home, "scanner") == Profile(learned=True, prefix="ID:", suffix="\r")
    counter.kill()
    counter.start()
    counter.sign_in(*MANAGER)
    counter.virtual.scan(CODES["p-milk"])
    counter.until(lambda: counter.lines == {"p-milk": 1000}, "the milk")


def test_swallowed_separators_are_said_with_what_to_set(counter: ScannerCounter) -> None:
    counter.sign_in(*MANAGER)
    counter.virtual.set_fault("swallows_gs", "on")
    counter.learn()
    first = found(counter.till.scanner.state)[0]
    assert not first.right
    assert first.text.startswith("It swallows separators: marking codes won't be read whole. Set it to send GS")


def test_while_the_sheet_is_scanned_nothing_of_it_is_sold_or_searched(counter: ScannerCounter) -> None:
    counter.sign_in(*MANAGER)
    counter.till.learn_scanner()
    counter.virtual.scan(CODES["p-milk"])
    counter.until(lambda: counter.said.startswith("That was not a code of the sheet"), "its sentence")
    assert counter.lines == {} and counter.till.place == "scanner"


def test_whoever_leaves_scans_again_and_nothing_was_changed(counter: ScannerCounter) -> None:
    counter.sign_in(*MANAGER)
    counter.virtual.set_fault("prefix", "~")
    counter.learn()
    counter.till.tab("sale")
    counter.virtual.set_fault("prefix", "off")
    counter.virtual.scan(CODES["p-milk"])
    counter.until(lambda: counter.lines == {"p-milk": 1000}, "the milk")
    assert load(counter.home, "scanner") == Profile()


def test_a_scanner_that_reads_lines_alone_skips_the_last_codes(counter: ScannerCounter) -> None:
    counter.sign_in(*MANAGER)
    counter.learn(5)
    for _n in range(2):
        counter.till.scanner.skip()
    assert counter.found() >= {Found.NO_MATRIX, Found.SEPARATORS_UNTRIED}
    assert [row.skipped for row in rows(counter.till.scanner.state)] == [False] * 5 + [True] * 2


def test_f51_ten_scans_at_once_are_ten_lines_of_the_cart(counter: ScannerCounter) -> None:
    counter.sign_in()
    products = [row[0] for row in PRODUCTS if row[3] == "pcs"][:5]
    for product in products * 2:
        counter.virtual.scan(CODES[product])
    counter.until(lambda: sum(counter.lines.values()) == 10_000, "ten units")
    assert set(counter.lines) == set(products)


def test_a_cashier_can_not_change_how_scanners_are_read(counter: ScannerCounter) -> None:
    counter.sign_in()
    assert not counter.till.may_learn_scanner
    counter.till.learn_scanner()
    assert counter.till.place == "sale"


def test_a_disk_that_takes_nothing_is_said_and_the_page_stays(counter: ScannerCounter) -> None:
    counter.sign_in(*MANAGER)
    counter.learn()
    (counter.home / "scanner.json").mkdir()
    counter.till.scanner.keep()
    assert counter.said.startswith("What was learned could not be kept") and counter.till.place == "scanner"
    assert not counter.till.scanner.state.keeping


def test_a_kept_file_that_is_damaged_stops_no_scan(counter: ScannerCounter) -> None:
    counter.kill()
    (counter.home / "scanner.json").write_bytes(os.urandom(64))
    counter.start()
    counter.sign_in(*MANAGER)
    counter.virtual.scan(CODES["p-milk"])
    counter.until(lambda: counter.lines == {"p-milk": 1000}, "the milk")


def test_the_sheet_comes_out_of_the_receipt_printer(counter: ScannerCounter) -> None:
    counter.sign_in(*MANAGER)
    counter.till.learn_scanner()
    counter.till.scanner.print_sheet()
    counter.until(lambda: counter.said.startswith("The sheet was printed"), "the sheet")
    text = counter.printer.texts[-1]
    assert all(part in text for part in ("Learn a scanner", "aBcDeFgHiJkLm1", "7"))
    for card in SHEET[:5]:
        counter.till.scanners.burst("scanner", tuple(presses_of(counter.virtual.sends(card.text))))
    assert counter.till.scanner.state.number == 7, "code 6 is not on that paper"


def test_a_printer_that_is_out_of_paper_is_said_and_learning_goes_on(counter: ScannerCounter) -> None:
    counter.printer.set_fault("paper_out", "on")
    counter.sign_in(*MANAGER)
    counter.till.learn_scanner()
    counter.till.scanner.print_sheet()
    counter.until(lambda: counter.said.startswith("The sheet was not printed"), "why not")
    counter.virtual.scan(SHEET[0].text)
    counter.until(lambda: counter.till.scanner.state.number == 2, "the next code")


def test_codes_that_stand_for_a_separator_are_put_back_in_a_marking_code(counter: ScannerCounter) -> None:
    counter.sign_in(*MANAGER)
    counter.till.learn_scanner()
    for card in SHEET:
        sent = counter.virtual.sends(card.text.replace(GS, "^"))
        counter.till.scanners.burst("scanner", tuple(presses_of(sent)))
    assert Found.SEPARATORS_STAND_IN in counter.found()


def test_a_kiosk_hears_its_scanner_on_any_page_and_the_camera_only_where_it_looks(tmp_path: Path) -> None:
    kiosk = Store(tmp_path)
    heard = hear(kiosk.visit)
    heard(ScanRead(device="camera", text=KIOSK_CODES["milk"]))
    assert kiosk.visit.state.place == "attract"
    heard(ScanRead(device="scanner", text=KIOSK_CODES["milk"]))
    assert kiosk.visit.state.place == "product"
    kiosk.local.close()
