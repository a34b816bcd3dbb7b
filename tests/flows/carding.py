"""A sale that was paid by card at a desk, and its goods coming back there: for the tests of refunds by card."""

import json
from pathlib import Path
from typing import Any

from pos.card_back.state import Phase
from pos.devices.virtual.card import VirtualCardTerminal
from sync.domain.returns import Condition, Reason
from sync.protocol.operations import open_envelope
from sync.settings import DeviceSettings
from tests.flows.paying import Paying
from tests.flows.returning import Desk, Shop, code
from tests.link.store import OWN


class CardDesk(Desk):
    """A desk with a card terminal."""

    def __init__(self, shop: Shop, folder: Path, name: str = "till-1", *, online: bool = True) -> None:
        self.card = VirtualCardTerminal().start()
        super().__init__(shop, folder, name, online=online)

    def devices(self) -> DeviceSettings:
        return DeviceSettings(printer=f"127.0.0.1:{self.printer.port}", card_terminal=f"127.0.0.1:{self.card.port}")

    def stop(self) -> None:
        super().stop()
        self.card.stop()


def stocked(shop: Shop) -> None:
    """Mugs and lamps stand on the shelf."""
    for number in (2, 5):
        shop.move(number, OWN, 10)


def ready(desk: Any) -> None:
    """Wait until the card terminal answers."""
    desk.until(lambda: desk.till.card_back.at_hand)


def sold(desk: Any, *numbers: int, cash: str = "") -> str:
    """Sell goods, by card or with some whole units of cash; the receipt's number."""
    paying = Paying(desk)
    paying.goods(*numbers)
    for digit in cash:
        paying.flow.key(digit)
    if not cash:
        paying.flow.choose("card")
    paying.flow.charge()
    desk.until(lambda: desk.till.place == "done")
    receipt = desk.till.done.state.sale.body.receipt
    desk.till.next_customer()
    return str(receipt)


def on_counter(desk: Any, receipt: str, *numbers: int) -> None:
    """Find the sale by its receipt, and put goods of it on the counter, sealed."""
    desk.till.tab("returns")
    desk.find(receipt)
    for number in numbers:
        desk.scan(code(number))
        line = desk.flow.state.line
        desk.flow.reason(line, Reason.CHANGED_MIND)
        desk.flow.condition(line, Condition.SEALED)


def press(desk: Any) -> None:
    """The primary action, until the return is recorded and the card terminal is asked."""
    desk.flow.refund()
    desk.until(lambda: desk.done or desk.till.place == "card_back" or desk.flow.state.phase.value == "order")


def over(desk: Any) -> None:
    """Wait until the return is done."""
    desk.until(lambda: desk.done and desk.till.place == "returns")


def unknown(desk: Any) -> None:
    """Wait until the card terminal's answer is missing."""
    desk.until(lambda: desk.till.card_back.state.phase is Phase.UNKNOWN)


def payments(desk: Any) -> list[tuple[str, str]]:
    """What the journal says of refunds by card: attempt and state, oldest first."""
    rows = desk.local.raw.execute("SELECT bytes FROM op WHERE kind = 'payment' ORDER BY rowid").fetchall()
    said = [json.loads(bytes(open_envelope(row[0]).body)) for row in rows]
    return [(body["attempt"], body["state"]) for body in said if body.get("refund")]


def said(desk: Any) -> str:
    """What the screen of a refund by card says just happened."""
    happened = desk.till.card_back.state.happened
    return f"{happened.title} {happened.line}" if happened else ""
