"""A store whose shoppers bring things back: a real hub with orders, and a till of it, enrolled and filled."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import argon2

from pos.devices.base import Inbox
from pos.devices.virtual.printer import VirtualPrinter
from pos.equipment import equip
from pos.printing import PaperState
from pos.returns.flow import ReturnsFlow
from pos.returns.state import Phase
from pos.runner import Direct
from pos.terminal import Devices, Terminal
from pos.till import Till
from sync.domain.returns import Condition, Reason
from sync.domain.search import terms
from sync.hub import orders
from sync.local import Local, files
from sync.protocol.messages import ChannelReceived, OrderPayment, ReceivedLine
from sync.protocol.operations import open_envelope
from sync.settings import DeviceSettings
from tests.link.asking import Straight
from tests.link.store import OWN, Store, gtin, now, until

DAY = 24 * 3_600_000
# number, names en/ru/kk/ka, details, picture, tint, unit, shelf
GOODS: list[tuple[int, tuple[str, str, str, str], tuple[str, str, str, str], str, str, str, str]] = [
    (1, ("Headphones Tau One", "Наушники Tau One", "Tau One құлаққабы", "ყურსასმენი Tau One"),
     ("sand", "песочные", "құм түсті", "ქვიშისფერი"), "headphones-sand", "mint", "pcs", "C-07"),
    (2, ("Mug Shai", "Кружка «Шай»", "«Шай» кесесі", "ფინჯანი „შაი“"),
     ("", "", "", ""), "mug-oat", "sky", "pcs", "C-02"),
    (3, ("Kettle Samal", "Чайник «Самал»", "«Самал» шәйнегі", "ჩაიდანი „სამალი“"),
     ("red", "красный", "қызыл", "წითელი"), "kettle-clay", "sand", "pcs", ""),
    (4, ("Dried apricots", "Курага", "Өрік қағы", "ჩირი"), ("", "", "", ""), "jar-sun", "lemon", "kg", ""),
    (5, ("Table lamp Kün", "Настольная лампа «Кюн»", "«Күн» үстел шамы", "მაგიდის ლამპა „ქიუნი“"),
     ("amber", "янтарь", "кәріптас", "ქარვისფერი"), "lamp-sun", "blush", "pcs", ""),
]  # fmt: skip
ORDER = "100-48213"
OTHER = "store-2"
"""Another store of the retailer; the same people work in both."""
STAFF = (
    ("s-1", "Aliya K.", "cashier", "1111"),
    ("s-2", "Damir T.", "lead", "2222"),
    ("s-3", "Gulnara B.", "manager", "3333"),
)
BUDGET = {"return_budget": 2_000_000, "return_cap": 2_000_000, "return_send_back": ["damaged"]}


def in_four(names: tuple[str, str, str, str]) -> str:
    """Words of the four languages as the replica stores them."""
    return json.dumps(dict(zip(("en", "ru", "kk", "ka"), names, strict=True)), ensure_ascii=False)


class Shop(Store):
    """The hub of such a store. `receive` tells it that a shopper has an order; `till` is a till's home."""

    def fill(self) -> None:
        super().fill()
        for number, names, details, picture, tint, unit, _shelf in GOODS:
            row = {
                "id": f"p{number}", "sku": f"{1000 + number}", "department": "all", "unit": unit, "vat_rate": 1200,
                "picture": picture, "tint": tint, "names": in_four(names), "details": in_four(details),
                "descriptions": "{}", "popularity": 0, "terms": terms(*names),
                "serial": 0,
            }  # fmt: skip
            self.put("catalogue", "product", row)
        for key, value in {**BUDGET, "cash_step": 500, "timezone": "Asia/Almaty", "retailer": "Dala"}.items():
            self.put("config", "setting", {"key": key, "value": json.dumps(value)})
        quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        for id, name, role, pin in STAFF:
            who = {"id": id, "name": name, "role": role, "location": "", "expires": now() + 30 * DAY}
            person = {**who, "verifier": quick.hash(pin)}
            for place in (OWN, OTHER):
                self.put(f"staff:{place}", "staff", person)

    def receive(self, number: str = ORDER, **changed: Any) -> str:
        """The order of the pictures: headphones, six mugs, a kettle; paid by card and points. Its purchase's id."""
        told: dict[str, Any] = {
            "order": number,
            "number": number,
            "lines": [
                ReceivedLine("1", "p1", 1000, 6_499_000, now() + 5 * DAY),
                ReceivedLine("2", "p2", 6000, 1_974_000, now() + 5 * DAY),
                ReceivedLine("3", "p3", 1000, 2_499_000, now() + 5 * DAY),
            ],
            "paid": [
                OrderPayment("a", "card", 9_972_000, "Visa •• 4821", "r-1"),
                OrderPayment("b", "points", 1_000_000),
            ],
            "placed_at": now() - 9 * DAY,
            "received_at": now() - 6 * DAY,
            "customer": "Daniyar M.",
            "email": "daniyar@example.com",
            "phone": "+7 701 555 01 02",
            "language": "ru",
        }
        orders.receive(self.engine, "web", ChannelReceived(**{**told, **changed}), now())
        return f"web:{number}"

    def till(
        self, folder: Path, name: str = "till-1", *, online: bool = True, place: str = OWN, kind: str = "till"
    ) -> Path:
        """The home of a till or a tablet, enrolled and filled; `online` is what its link says."""
        home = self.terminal(folder, name, kind, place)
        link(home, online)
        return home


def link(home: Path, online: bool) -> None:
    """Write the link's status, as the agent does."""
    path = files.current(home)
    assert path is not None
    replica = sqlite3.connect(path)
    with replica:
        row = (int(online), now(), "" if online else "no_connection", now())
        replica.execute("INSERT OR REPLACE INTO link VALUES (1, ?, ?, 0, ?, ?)", row)
    replica.close()


def code(number: int) -> str:
    """The barcode of goods by their number."""
    return gtin(number)


class Desk:
    """A till at the returns tab, without a window: real files, a real printer on a socket, a real hub to ask."""

    def __init__(
        self,
        shop: Shop,
        folder: Path,
        name: str = "till-1",
        *,
        online: bool = True,
        place: str = OWN,
        kind: str = "till",
    ) -> None:
        self.shop, self.folder = shop, folder
        self.home = shop.till(folder, name, online=online, place=place, kind=kind)
        self.printer = VirtualPrinter().start()
        self.asking = self.made_asking()
        self.start()

    def made_asking(self) -> Straight | None:
        """Who asks the hub: a wire of its own. None: the till's agent."""
        return Straight(self.home)

    def devices(self) -> DeviceSettings:
        """What stands on the counter."""
        return DeviceSettings(printer=f"127.0.0.1:{self.printer.port}")

    def start(self) -> None:
        """Switch it on, over whatever its files hold."""
        self.local = Local.open(self.home)
        self.terminal = Terminal(self.home, runner=Direct(self.local), devices=self.equipped(), asking=self.asking)
        self.open()
        self.till = Till(self.terminal, lambda _place, _back: None)
        self.till.open()
        self.till.signin.choose("s-1")
        for digit in "1111":
            self.till.signin.key(digit)
        self.till.tab("returns")

    def equipped(self) -> Callable[[Inbox], Devices]:
        """The devices that its settings name."""
        return equip(self.devices())

    def open(self) -> None:
        """Open the devices."""
        for device in self.terminal.devices.all():
            device.open()

    def off(self) -> None:
        """Switch it off, as a power cut does: nothing is closed in order."""
        self.terminal.inbox.on_put = None
        for device in self.terminal.devices.all():
            device.close()
        self.local.close()

    def stop(self) -> None:
        """Everything off."""
        self.off()
        if self.asking is not None:
            self.asking.close()
        self.printer.stop()

    @property
    def flow(self) -> ReturnsFlow:
        return self.till.returns

    @property
    def said(self) -> str:
        """What the screen says just happened."""
        happened = self.flow.state.happened
        return f"{happened.title} {happened.line}" if happened else ""

    def until(self, true: Any) -> None:
        """Pump until `true()`."""
        until(lambda: self.terminal.pump() or true(), 30)

    def settled(self) -> None:
        """Pump until nobody is asked any more."""
        self.until(lambda: not self.flow.state.busy)

    def printed(self, count: int) -> None:
        """Wait until so many slips are on paper, and the screen knows; the drawer opens before a slip."""
        self.until(lambda: len(self.printer.texts) == count and self.flow.state.slip.paper is not PaperState.PRINTING)

    def find(self, text: str = ORDER) -> None:
        """Look for an order as it was typed."""
        self.flow.find(text)
        self.settled()

    def scan(self, text: str) -> None:
        """Scan any code."""
        self.till.scanned(text)
        self.settled()

    def goods(self, number: int) -> None:
        """Scan goods, not as expected and opened."""
        self.scan(code(number))
        line = self.flow.state.line
        self.flow.reason(line, Reason.NOT_AS_EXPECTED)
        self.flow.condition(line, Condition.OPENED)

    def refund(self) -> None:
        """Press the primary action and wait for what comes of it."""
        self.flow.refund()
        self.settled()

    @property
    def done(self) -> bool:
        return self.flow.state.phase is Phase.DONE

    def returns(self) -> list[dict[str, Any]]:
        """The returns in the journal, oldest first."""
        rows = self.local.raw.execute("SELECT bytes FROM op WHERE kind = 'return' ORDER BY seq").fetchall()
        return [json.loads(bytes(open_envelope(row[0]).body)) for row in rows]


CASH = [OrderPayment("a", "cash", 1_849_000)]


def lamp(number: str = "200-1", **changed: object) -> dict[str, object]:
    """One lamp that was paid in cash."""
    return {"number": number, "lines": [ReceivedLine("1", "p5", 1000, 1_849_000)], "paid": CASH, **changed}
