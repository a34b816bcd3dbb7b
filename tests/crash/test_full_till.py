"""What a cashier meets when the till's disk is full or locked: words, a drawer that stays shut, a card charged once."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.equipment import equip
from pos.payment.state import Phase
from pos.payment.view import headline, primary
from pos.terminal import Terminal
from pos.till import Till
from pos.ui.i18n import set_language
from sync.local import Local, Reason, Space
from sync.local.proof import prove
from tests.crash.small_disk import SmallDisk
from tests.flows.till import CODES, Counter
from tests.local.fixture import NOW, make_terminal


class Filled(Counter):
    """A till whose files lie on a small disk, worked on by its own database thread as in a window."""

    def start(self) -> None:
        """Switch it on."""
        self.troubles: list[Exception] = []
        self.terminal = Terminal(self.home, devices=equip(self.settings))
        self.terminal.on_trouble = self.troubles.append
        for device in self.terminal.devices.all():
            device.open()
        self.till = Till(self.terminal, lambda place, _back: self.places.append(place), lambda: self.now)
        self.till.open()

    def kill(self) -> None:
        """Gone, as far as its devices and its flows can tell."""
        self.terminal.inbox.on_put = None
        self.terminal.stop()

    def stop(self) -> None:
        """Everything off."""
        self.terminal.stop()
        self.printer.stop()
        self.card.stop()

    def at_payment(self, *products: str) -> "Filled":
        """Signed in, with goods in the cart, ready to take money."""
        self.until(lambda: self.till.signin.state.ready, "the names")
        self.sign_in()
        self.until(lambda: self.till.sale.state.ready, "the sale")
        self.scan(*products)
        self.until(lambda: len(self.lines) == len(products), "the goods")
        self.till.sale.pay()
        self.until(lambda: self.till.payment.state.ready, "the payment")
        return self

    def charged_while_it_fills(self, disk: SmallDisk) -> None:
        """A card was charged, and then the disk was full: nothing of it could be recorded."""
        self.at_payment("p-tea")
        self.card.faults.slow_s = 0.4
        self.till.payment.charge()
        self.until(lambda: self.phase is Phase.WAITING, "the card terminal")
        disk.fill()
        self.until(lambda: self.phase is Phase.HELD, "the refusal")

    def place_is(self, place: str) -> bool:
        """Whether that screen is up."""
        return self.till.place == place

    @property
    def phase(self) -> Phase:
        return self.till.payment.state.phase

    def sales(self) -> int:
        """Recorded sales, in a journal that is sound."""
        local = Local.open(self.home)
        assert prove(local) == []
        count = int(local.raw.execute("SELECT count(*) FROM sale").fetchone()[0])
        local.close()
        return count


@pytest.fixture
def till(disk: SmallDisk) -> Iterator[Filled]:
    set_language("en")
    made = Filled(disk.path, home=make_terminal(disk.path))
    yield made
    made.stop()


def cash(till: Filled) -> None:
    till.till.payment.quick(till.till.payment.state.quick[0])
    till.till.payment.cash_received()


def test_a_cash_sale_on_a_full_disk_is_not_told_as_done_and_is_recorded_once_when_there_is_room(
    till: Filled, disk: SmallDisk
) -> None:
    till.at_payment("p-milk")
    disk.fill()
    cash(till)
    till.until(lambda: till.phase is Phase.HELD, "the refusal")
    assert "not recorded" in till.said and "The disk is full" in till.said
    assert headline(till.till.payment.state) == (
        "The disk is full",
        "The cart is kept. The drawer stays shut and nothing is printed."
        " Free some space on this till's disk, or call support.",
    )
    assert till.printer.kicks == 0 and till.printer.receipts == [] and till.troubles == []
    assert till.till.payment.state.can_leave and primary(till.till.payment.state).verb == "record_again"
    till.till.payment.record_again()
    till.until(lambda: till.phase is Phase.HELD, "the next refusal")
    disk.empty()
    till.till.payment.record_again()
    till.until(lambda: till.place_is("done"), "the sale")
    till.until(lambda: till.printer.receipts and till.printer.kicks, "the receipt and the drawer")
    assert till.sales() == 1 and len(till.printer.receipts) == 1


def test_f30_a_card_is_not_asked_for_when_the_attempt_can_not_be_written_down(till: Filled, disk: SmallDisk) -> None:
    till.at_payment("p-tea")
    disk.fill()
    till.till.payment.charge()
    till.until(lambda: "was not asked" in till.said, "the words")
    assert till.phase is Phase.CHOOSING and till.card.ledger == {}
    disk.empty()
    till.till.payment.charge()
    till.until(lambda: till.place_is("done"), "the sale")
    assert len(till.card.charged) == 1 and till.sales() == 1


def test_f29_f31_a_card_that_was_charged_while_the_disk_filled_is_kept_and_charged_once(
    till: Filled, disk: SmallDisk
) -> None:
    till.charged_while_it_fills(disk)
    assert till.till.payment.state.charged and "charged once" in till.said
    assert not till.till.payment.state.can_leave
    till.till.sign_out()
    till.till.tab("sale")
    assert till.till.place == "payment", "nobody walks away from a charge that is not recorded"
    disk.empty()
    till.until(lambda: till.place_is("done"), "the sale, by itself", seconds=15)
    assert len(till.card.charged) == 1 and till.sales() == 1


def test_f29_a_till_that_dies_with_a_charge_it_could_not_record_asks_and_charges_nothing_again(
    till: Filled, disk: SmallDisk
) -> None:
    till.charged_while_it_fills(disk)
    till.kill()
    disk.empty()
    till.start()
    till.until(lambda: till.till.signin.state.ready, "the names")
    till.sign_in()
    till.until(lambda: till.place_is("done"), "the sale", seconds=15)
    assert len(till.card.charged) == 1 and till.sales() == 1


def test_goods_that_could_not_be_kept_stay_on_the_screen_and_are_never_paid_for_before_they_are(
    till: Filled, disk: SmallDisk
) -> None:
    till.at_payment("p-milk")
    till.till.payment.back()
    till.until(lambda: till.till.place == "sale", "the sale")
    disk.fill()
    till.scan("p-coat")
    till.until(lambda: till.till.sale.state.unkept, "the refusal")
    assert till.lines == {"p-milk": 1000, "p-coat": 1000} and "The disk is full: the cart is not kept" in till.said
    till.till.sale.pay()
    till.until(lambda: not till.till.sale._keeping, "the next refusal")
    assert "not kept" in till.said and till.till.place == "sale"
    till.till.sign_out()
    till.until(lambda: till.till.sale.state.link.space is Space.FULL, "the light")
    assert till.till.place == "sale", "nobody signs out over a cart that would be lost"
    disk.empty()
    till.until(lambda: not till.till.sale.state.unkept, "the next try", seconds=15)
    assert "kept again" in till.said
    till.till.sale.pay()
    till.until(lambda: till.till.payment.state.ready, "the payment")
    assert till.till.payment.state.rest == 62_000 + 4_599_000


def test_a_wrong_pin_that_can_not_be_counted_waits_and_says_why(till: Filled, disk: SmallDisk) -> None:
    till.until(lambda: till.till.signin.state.ready, "the names")
    disk.fill()
    till.sign_in(pin="9999")
    till.until(lambda: till.till.signin.state.wrong, "the refusal")
    assert "The disk is full" in till.till.signin.state.notice
    till.sign_in(pin="9998")
    till.until(lambda: not till.till.signin.state.busy, "an answer")
    assert till.till.signin.state.notice.startswith("Too many wrong PINs"), "no try counts before its time"
    till.now += 31_000
    till.sign_in()
    till.until(lambda: till.till.place == "sale", "the sale")


def test_a_till_on_a_locked_disk_says_so_and_opens_by_itself_when_it_is_unlocked(
    disk: SmallDisk, tmp_path: Path
) -> None:
    set_language("en")
    home = make_terminal(disk.path)
    disk.lock()
    till = Filled(disk.path, home=home)
    till.until(lambda: till.till.signin.state.wrong, "the words")
    assert till.till.signin.state.notice.startswith("The disk can't be written. Call support")
    assert till.troubles == []
    disk.unlock()
    till.until(lambda: till.till.signin.state.ready, "the names", seconds=15)
    assert till.till.signin.state.notice == ""
    till.now += 5_000
    till.till.tick()
    till.until(lambda: till.till.card_back.state.settings.retailer, "what is open of cards is read too", seconds=15)
    till.stop()


def test_every_reason_has_its_words() -> None:
    from pos.trouble import cause, remedy

    said = {(cause(reason), remedy(reason)) for reason in (*Reason, None)}
    assert len(said) == len(Reason) + 1


def test_a_kiosk_on_a_locked_disk_shows_that_it_rests_and_serves_again_when_it_is_unlocked(disk: SmallDisk) -> None:
    from kiosk.app import _trouble
    from kiosk.visit import Rules, Visit

    home = make_terminal(disk.path, "kiosk")
    disk.lock()
    terminal, now = Terminal(home), [0]
    visit = Visit(terminal, Rules(), lambda: NOW, lambda: now[0])
    terminal.on_trouble = lambda error: _trouble(visit, error)
    visit.open()
    wait(terminal, lambda: visit.state.ill)
    disk.unlock()
    visit.tick()
    wait(terminal, lambda: not visit.state.ill and visit.state.retailer == "Dala Market")
    assert visit.state.retailer == "Dala Market"
    disk.fill()
    visit.scanned(CODES["p-milk"])
    wait(terminal, lambda: visit.state.place == "product")
    assert visit.state.place == "product"
    terminal.stop()


def wait(terminal: Terminal, true: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "it did not come"
        terminal.pump()
        time.sleep(0.01)
