"""A counter where orders are collected: a real hub with an order, its parcels packed and on a shelf, and a till."""

import json
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pos.hand_out.flow import HandOutFlow
from pos.hand_out.state import Phase, Word
from sync.actions.pack_parcel import pack_parcel
from sync.actions.shelve_parcel import shelve_parcel
from sync.domain import codes
from sync.domain.orders import Purchase
from sync.domain.pickups import Parcel
from sync.hub import orders, pass_keys, pickups
from sync.link.first import fill_replica
from sync.local import Local, Staff, attention, files, purchase_by_id, purchases_by_number
from sync.protocol.channel import ChannelReceived, OrderPayment, ReceivedLine
from sync.protocol.operations import open_envelope
from sync.protocol.pickups import ChannelCancelled
from tests.flows.returning import Desk, Shop, link
from tests.link.store import OWN, _put, _taken, now

NUMBER = "100-48351"
ID = f"web:{NUMBER}"
CODE = "7391"
ALIYA = Staff("s-1", "Aliya K.", "cashier", 1 << 50)
STROKES = (((10, 10), (60, 80), (110, 20), (160, 90)), ((170, 40), (240, 60)))
PAID = 7_198_000


def web_order(shop: Shop, number: str = NUMBER, place: str = OWN, **changed: Any) -> str:
    """Headphones and three mugs for Nino, to be picked up. Its purchase's id."""
    way = {"fulfilment": "pickup", "pickup_at": place}
    told: dict[str, Any] = {
        "order": number,
        "number": number,
        "lines": [
            ReceivedLine("1", "p1", 1000, 6_499_000, **way),  # type: ignore[arg-type]
            ReceivedLine("2", "p2", 3000, 699_000, **way),  # type: ignore[arg-type]
        ],
        "paid": [OrderPayment("a", "online", PAID)],
        "placed_at": now() - 3_600_000,
        "customer": "Nino O.",
        "collector": "Nino O.",
        "proxies": ("Daniyar M.", "Saule A."),
        "collect_code": CODE,
        "language": "ru",
    }
    orders.receive(shop.engine, "web", ChannelReceived(**{**told, **changed}), now())
    return f"web:{number}"


def cancel(shop: Shop, number: str = NUMBER) -> None:
    """The web shop cancels it."""
    pickups.cancel(shop.engine, "web", f"web:{number}", ChannelCancelled(number, now()), now())


def pass_text(shop: Shop, order: str = ID) -> str:
    """The collecting pass that the shopper has."""
    made = pass_keys.pass_if_any(shop.engine, order, now())
    assert made is not None
    return made.text


def label(parcel: str) -> str:
    """What the scanner reads on a parcel."""
    return codes.parcel_label(parcel)


class Packed(Shop):
    """A shop whose hub signs passes. `again` is one whose order is packed, and `till-1` there knows."""

    home: dict[str, bytes] | None = None

    @classmethod
    def again(cls, folder: Path) -> "Packed":
        """Files that were made once: filling a hub and packing takes longer than most tests."""
        hub, home = _made()
        shop = cls.__new__(cls)
        shop.folder, shop.tls, shop.port, shop.hub, shop.home = folder, None, 0, None, home
        _put(folder, hub)
        shop.start()
        return shop

    def till(
        self, folder: Path, name: str = "till-1", *, online: bool = True, place: str = OWN, kind: str = "till"
    ) -> Path:
        if self.home is None or name != "till-1":
            return super().till(folder, name, online=online, place=place, kind=kind)
        home = folder / name
        home.mkdir(mode=0o700)
        _put(home, self.home)
        with closing(sqlite3.connect(home / files.JOURNAL)) as journal, journal:
            journal.execute("UPDATE identity SET hub = ?", (self.url,))
        link(home, online)
        return home

    def fill(self) -> None:
        super().fill()
        pass_keys.ensure(self.engine, now())

    def ask_signature(self) -> None:
        """Who collects signs for it."""
        self.put("config", "setting", {"key": "pickup_signature", "value": "true"})


class Counter(Desk):
    """A till or a tablet that hands out. `online` is what its link says."""

    def __init__(self, shop: Shop, folder: Path, name: str = "till-1", *, online: bool = True, **more: Any) -> None:
        self.online = online
        super().__init__(shop, folder, name, online=online, **more)

    def meets(self) -> None:
        """What the agent does when there is a network: push, then pull."""
        fill_replica(self.home)
        link(self.home, self.online)
        self.local.refresh()
        self.terminal.pump()

    def goes(self, online: bool) -> None:
        """The link says something else."""
        self.online = online
        link(self.home, online)
        self.local.refresh()

    def order(self, number: str = NUMBER) -> Purchase:
        [found] = purchases_by_number(self.local, number)
        return found

    def packs(self, id: str, shelf: str = "C-07", number: str = NUMBER, at: int = 0, **lines: int) -> None:
        """Lines of the order into a parcel, and onto a shelf."""
        wanted = {line.removeprefix("n"): pieces * 1000 for line, pieces in lines.items()}
        made = pack_parcel(self.local, id, self.order(number), wanted, actor=ALIYA, now=at or now())
        assert isinstance(made, Parcel), made
        if shelf:
            assert isinstance(shelve_parcel(self.local, id, shelf, actor=ALIYA, now=at or now()), Parcel)

    def two(self) -> None:
        """Two parcels of the order, and the hub knows."""
        self.meets()
        self.packs("par-1", n1=1)
        self.packs("par-2", "C-08", n2=3)
        self.meets()

    @property
    def out(self) -> HandOutFlow:
        return self.till.hand_out

    @property
    def said(self) -> str:
        happened = self.out.state.happened
        return f"{happened.title} {happened.line}" if happened else ""

    def settled(self) -> None:
        """Pump until neither disk nor hub is at work."""
        state = lambda: self.out.state  # noqa: E731
        self.until(lambda: not (state().busy or state().checking or state().word is Word.ASKING))

    def opens(self, scanned: str = "", order: str = ID) -> None:
        """Open the order's hand-out."""
        self.till.hand_out_order(order, scanned)
        self.settled()

    def reads(self, *texts: str) -> None:
        """Scan, one after the other."""
        for text in texts:
            self.till.scanned(text)
            self.settled()

    def types(self, code: str) -> None:
        """Type a code."""
        for digit in code:
            self.out.key(digit)
        self.settled()

    def both(self) -> None:
        """Scan both parcels."""
        self.reads(label("par-1"), label("par-2"))

    def gives(self) -> None:
        """Press the primary action and wait for what comes of it."""
        self.out.hand_out()
        self.settled()

    @property
    def over(self) -> bool:
        return self.out.state.phase is Phase.DONE

    @property
    def matters(self) -> list[str]:
        return [matter.code for matter in attention.matters(self.local)]

    def hand_outs(self) -> list[dict[str, Any]]:
        """The hand-outs in the journal, oldest first."""
        rows = self.local.raw.execute("SELECT bytes FROM op WHERE kind = 'handed_out' ORDER BY seq").fetchall()
        return [json.loads(bytes(open_envelope(row[0]).body)) for row in rows]


def packed_beside(shop: Shop, folder: Path, order: str, *parcels: tuple[str, str, dict[str, int]]) -> None:
    """Another terminal of the store packs parcels of an order: id, shelf ("" for none yet) and thousandths by line."""
    home = shop.till(folder, "packer-9")
    local = Local.open(home)
    bought = purchase_by_id(local, order)
    assert bought is not None
    for id, shelf, lines in parcels:
        assert isinstance(pack_parcel(local, id, bought, lines, actor=ALIYA, now=now()), Parcel)
        if shelf:
            assert isinstance(shelve_parcel(local, id, shelf, actor=ALIYA, now=now()), Parcel)
    local.close()
    fill_replica(home)


@cache
def _made() -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of a hub with the order and its two parcels, and of the till that packed them."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        shop = Packed(folder / "hub")
        web_order(shop)
        counter = Counter(shop, folder)
        counter.two()
        counter.stop()
        shop.stop()
        return _taken(folder / "hub"), _taken(counter.home)
