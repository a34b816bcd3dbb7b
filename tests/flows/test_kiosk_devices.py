"""A kiosk's printer that is dead or has no paper: shoppers are served all the same, and staff hear of it, through the
hub; it goes from their screens by itself when the printer is back (F50)."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.ailing import Ailing
from kiosk.app import give_paper, papers
from kiosk.collect.flow import Step
from kiosk.collect.words import happened
from kiosk.visit import Rules, Visit
from pos.ailing import short
from pos.devices.owner import OwnedPrinter
from pos.devices.virtual.printer import VirtualPrinter
from pos.equipment import equip
from pos.printing import PaperState
from pos.runner import Direct
from pos.terminal import Terminal
from pos.till import Till
from pos.ui.i18n import set_language
from sync.hub import pass_keys
from sync.local import Local
from sync.local.ailing import own_ailing
from sync.local.pickups import parcels_of
from sync.settings import DeviceSettings
from tests.flows.arriving import ID, Clerk, order
from tests.link.store import Store, now


class Called(Store):
    called = {"k-2": "Kiosk 2"}  # noqa: RUF012 - it is a Mapping


class Kiosk:
    """A kiosk with a printer that says how it is, and the agent of its own."""

    def __init__(self, home: Path, printer: VirtualPrinter) -> None:
        self.local = Local.open(home)
        devices = papers(DeviceSettings(printer=f"127.0.0.1:{printer.port}"))
        self.terminal = Terminal(home, runner=Direct(self.local), devices=equip(devices))
        driver = self.terminal.devices.printer
        assert isinstance(driver, OwnedPrinter)
        driver._poll_s = 0.1
        self.visit = Visit(self.terminal, Rules(), now, lambda: time.monotonic_ns() // 1_000_000)
        give_paper(self.visit, self.terminal)
        Ailing(self.terminal)
        self.terminal.on_changed(self.visit.changed)
        self.visit.open()
        self.terminal.start()

    def kept(self) -> list[str]:
        return [each.fault for each in own_ailing(self.local.raw)]


class Staff:
    """A till or tablet of the store with its own agent."""

    def __init__(self, home: Path) -> None:
        self.local = Local.open(home)
        self.terminal = Terminal(home, runner=Direct(self.local))
        self.till = Till(self.terminal, lambda _place, _back: None, now)
        self.terminal.start()

    @property
    def bar(self) -> str:
        """What the top bar says."""
        return short(self.till.ailing.now())


class Shop:
    """A hub, a kiosk and staff; `until` is what their windows do."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store = folder, Called(folder / "hub")
        pass_keys.ensure(self.store.engine, now())
        self.printer = VirtualPrinter().start()
        self.terminals: list[Any] = []
        self.home = self.store.terminal(folder, "k-2", "kiosk")

    def kiosk(self) -> Kiosk:
        made = Kiosk(self.home, self.printer)
        self.terminals.append(made)
        return made

    def staff(self, kind: str) -> Staff:
        made = Staff(self.store.terminal(self.folder, f"{kind}-9", kind))
        self.terminals.append(made)
        return made

    def off(self, made: Any) -> None:
        self.terminals.remove(made)
        made.terminal.stop()
        made.local.close()

    def until(self, true: Callable[[], Any], what: str, seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"{what} did not come within {seconds} s"
            for made in self.terminals:
                made.local.refresh()
                made.terminal.pump()
            time.sleep(0.01)

    def stop(self) -> None:
        for made in list(self.terminals):
            self.off(made)
        self.printer.stop()
        self.store.stop()
        set_language("en")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.stop()


@pytest.mark.parametrize("kind", ["till", "tablet"])
def test_f50_no_paper_at_a_kiosk_stands_before_staff_and_goes_by_itself(shop: Shop, kind: str) -> None:
    kiosk, staff = shop.kiosk(), shop.staff(kind)
    assert staff.bar == ""
    shop.printer.faults.paper_out = True
    shop.until(lambda: staff.bar == "Kiosk 2: no paper", "the kiosk's state")
    (there,) = staff.till.ailing.now()
    assert "Put in a roll" in there.line and "its screen shows each shopper their number" in there.line
    assert there.icon == "printer" and "So since " in there.line
    set_language("ru")
    assert staff.bar == "Kiosk 2: нет бумаги"
    set_language("en")
    shop.printer.faults.paper_out, shop.printer.faults.cover_open = False, True
    shop.until(lambda: staff.bar == "Kiosk 2: printer open", "what is wrong now")
    shop.printer.faults.cover_open = False
    shop.until(lambda: staff.bar == "", "the end of it")
    assert kiosk.kept() == []


def test_f50_a_printer_that_dies_with_no_network_is_told_later_over_a_restart_of_the_kiosk(shop: Shop) -> None:
    staff, kiosk = shop.staff("till"), shop.kiosk()
    shop.store.stop()
    shop.printer.faults.off = True
    shop.until(lambda: kiosk.kept() == ["printer_off"], "what is kept")
    shop.off(kiosk)
    kiosk = shop.kiosk()
    assert kiosk.kept() == ["printer_off"], "nothing is known of the printer yet"
    shop.store.start()
    shop.until(lambda: staff.bar == "Kiosk 2: printer off", "the kiosk's state")
    shop.printer.faults.off = False
    shop.until(lambda: staff.bar == "", "the end of it")


def test_f50_a_shopper_is_served_without_a_ticket_of_paper_and_is_not_blamed(shop: Shop) -> None:
    clerk = Clerk(shop.store, shop.folder)
    order(shop.store)
    clerk.readies()
    kiosk = shop.kiosk()
    shop.printer.faults.paper_out = True
    shop.until(lambda: kiosk.kept() == ["paper_out"], "what is kept")
    shop.until(lambda: parcels_of(kiosk.local, ID), "what waits for her")
    made = pass_keys.pass_if_any(shop.store.engine, ID, now())
    assert made is not None
    kiosk.visit.scanned(made.text)
    state = kiosk.visit.collect
    shop.until(lambda: state.state.step is Step.TICKET, "the number")
    shop.until(lambda: state.state.ticket and state.state.ticket.paper is PaperState.FAILED, "the end of the print")
    said = happened(state.state)
    assert said is not None and said.title == "Remember this number" and "counts all the same" in said.line
    shop.printer.faults.paper_out = False
    shop.until(lambda: kiosk.kept() == [], "the printer")
    assert shop.printer.texts == [], "nothing comes out for who is gone"
    clerk.local.close()


def test_a_kiosk_whose_settings_have_no_printer_any_more_leaves_nothing(shop: Shop) -> None:
    kiosk = shop.kiosk()
    shop.printer.faults.paper_out = True
    shop.until(lambda: kiosk.kept() == ["paper_out"], "what is kept")
    shop.off(kiosk)
    local = Local.open(shop.home)
    Ailing(Terminal(shop.home, runner=Direct(local), devices=equip(replace(DeviceSettings(), printer=""))))
    assert own_ailing(local.raw) == []
    local.close()
