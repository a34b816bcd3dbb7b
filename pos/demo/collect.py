"""An order of the web shop that is collected in the store: picked, packed, put on a shelf, called for, handed out."""

import time

import httpx
import msgspec

from pos.demo.processes import DemoFault
from pos.demo.store import STORE, Store
from pos.demo.store import codes as store_codes
from pos.demo.walker import Walker
from sync.domain import codes
from sync.domain.catalogue import Product
from sync.local import Local, find_code
from sync.local.pickups import parcels_of
from sync.protocol.channel import ChannelReceived, OrderPayment, ReceivedLine

NUMBER, COLLECTOR, CODE = "100-48351", "Nino O.", "7391"
GOODS = ("120001", "100001")
"""What she ordered: a kettle and a lamp."""
SHELF = "C-07"
READY_IN_MS = 40 * 60_000


class _Given(msgspec.Struct):
    """The pass that the hub answers with."""

    text: str


class _Answer(msgspec.Struct):
    given: _Given = msgspec.field(name="pass")


def collect(store: Store, tablet: Walker, kiosk: Walker) -> None:
    """From the order to the slip. Somebody is signed in at the tablet."""
    shown = order(store)
    pick(tablet, _barcodes())
    is_here(kiosk, tablet, shown)
    hand_out(store, tablet)


def _barcodes() -> tuple[str, ...]:
    return tuple(store_codes()[article] for article in GOODS)


def order(store: Store) -> str:
    """Nino orders these goods in the web shop, one each, to collect them here. The text of her pass."""
    now = time.time_ns() // 1_000_000
    lines = [_line(str(n), product) for n, product in enumerate(_products(store, _barcodes(), now), 1)]
    paid = [OrderPayment("a", "online", sum(line.amount for line in lines))]
    named = {"collector": COLLECTOR, "collect_code": CODE, "ready_by": now + READY_IN_MS}
    return _told(store, ChannelReceived(NUMBER, NUMBER, lines, paid, now, **named))  # type: ignore[arg-type]


def _line(id: str, product: Product) -> ReceivedLine:
    amount = product.price.unit if product.price is not None else 0
    way = {"fulfilment": "pickup", "pickup_at": STORE, "source": STORE, "substitutes": "similar"}
    return ReceivedLine(id, product.id, 1000, amount, **way)  # type: ignore[arg-type]


def _products(store: Store, barcodes: tuple[str, ...], now: int) -> list[Product]:
    local = Local.open(store.tablet)
    try:
        found = [find_code(local, codes.read(code), now) for code in barcodes]
    finally:
        local.close()
    return [it.product for it in found if it is not None]


def _told(store: Store, told: ChannelReceived) -> str:
    headers = {"Authorization": f"Bearer {store.channel_key}"}
    answer = httpx.post(
        f"{store.hub}/v1/channel/received", content=msgspec.json.encode(told), headers=headers, trust_env=False
    )
    if not answer.is_success:
        raise DemoFault(f"the hub did not take the web order: {answer.text}")
    return msgspec.json.decode(answer.content, type=_Answer).given.text


def pick(tablet: Walker, barcodes: tuple[str, ...]) -> None:
    """It is on the tablet within a second; its goods are fetched by scans, packed, and put on a shelf."""
    tablet.touch("Collect")
    tablet.wait_for("Nobody waits")
    tablet.picture("collect")
    tablet.touch("Pick orders")
    tablet.wait_for(f"Order {NUMBER}")
    tablet.picture("to-pick")
    tablet.touch("Accept")
    tablet.wait_for(f"Order {NUMBER} is yours")
    for n, code in enumerate(barcodes, 1):
        tablet.display.scan(code)
        tablet.wait_for(f"{n} of {len(barcodes)}")
    tablet.picture("picked")
    tablet.touch("Pack the parcel")
    tablet.wait_for("Label printed")
    tablet.picture("packed")
    tablet.touch("On to the shelf")
    tablet.wait_for("Scan the shelf")
    tablet.display.scan(codes.shelf_label(SHELF))
    tablet.wait_for(f"Order {NUMBER} is on shelf {SHELF}")
    tablet.picture("on-its-shelf")


def is_here(kiosk: Walker, tablet: Walker, shown: str) -> None:
    """She scans her pass at the kiosk and gets a number; the tablet says so, and the kiosk that somebody goes."""
    kiosk.display.scan(shown)
    kiosk.wait_for("Your number")
    kiosk.picture("ticket")
    tablet.wait_for(f"{COLLECTOR} waits, ticket", 30)
    tablet.picture("she-is-here")
    tablet.touch("Bring it now")
    tablet.wait_for("You bring")
    kiosk.wait_for("We are bringing it", 30)
    kiosk.picture("somebody-brings-it")
    kiosk.touch("Done")


def hand_out(store: Store, tablet: Walker) -> None:
    """At the counter: the parcel's label, the code from her message, one button, the slip."""
    tablet.touch("Hand out")
    tablet.wait_for("0 of 1 parcels scanned")
    tablet.display.scan(codes.parcel_label(_parcel(store)))
    tablet.wait_for("Make sure who collects")
    tablet.picture("hand-out")
    tablet.display.type(CODE)  # typed: a number beside the bell reads like a key of the pad
    tablet.wait_for("Code matches")
    tablet.touch("package-check")  # the button by its icon: its words are the screen's own, too
    tablet.wait_for("Slip printed")
    tablet.picture("handed-out")
    tablet.touch("Next customer")


def _parcel(store: Store) -> str:
    local = Local.open(store.tablet)
    try:
        found = parcels_of(local, f"web:{NUMBER}")
    finally:
        local.close()
    if not found:
        raise DemoFault("the tablet packed no parcel")
    return found[0].id
