"""The tour: real touches and scanner keystrokes through till, tablet and kiosk, online and with the hub gone."""

import re
import time
from pathlib import Path

from pos.cash import Piece, count_out
from pos.demo.collect import collect
from pos.demo.display import Display
from pos.demo.processes import DemoFault, Parts
from pos.demo.store import STORE, Store, codes, start_hub
from pos.demo.walker import Walker
from pos.devices.virtual.control import tell
from pos.panel.flow import read_list
from pos.pictures import initials
from pos.ui.i18n import money_parts
from sync.local import Local, last_sale, open_shift_of, totals

HEADPHONES, LAMP, KETTLE, BACKPACK = "130001", "100001", "120001", "160001"
CASHIER, PIN = "Asel K.", "2580"  # of the made-up staff in assets/demo
FLOAT, DROP = "20000", "50000"  # typed: a number beside the bell reads like a key of the pad


def tour(parts: Parts, store: Store, out: Path) -> None:
    """Walk through the apps; raises DemoFault where something expected does not appear."""
    code = codes()
    screens = {"till": Display(1280, 800), "tablet": Display(1280, 800), "kiosk": Display(1920, 1080)}
    try:
        till, tablet, kiosk = open_apps(parts, store, out, screens)
        sign_in(till)
        cash_sale(till, code)
        sold = last_receipt(store)
        card_sale(till, code)
        not_fiscalised(till, store, code)
        on_duty(tablet)
        collect(store, tablet, kiosk)
        browse(parts, store, kiosk, code)
        hold_to_the_camera(kiosk)
        orders = received(parts)
        take_back(till, orders.pop(0))
        fetch_cash(till, on_the_tablet(tablet, sold))
        offline(parts, store, till, kiosk, code)
        promise(till, orders)
        online_again(parts, store, till)
        drop(till)
        close_shift(till, store)
    finally:
        for display in screens.values():
            display.stop()


def open_apps(parts: Parts, store: Store, out: Path, screens: dict[str, Display]) -> tuple[Walker, Walker, Walker]:
    """Start till, tablet and kiosk, each on its own screen, and wait for their first pictures."""
    flags = ["--hub", store.hub, "--demo"]
    devices = ["--config", str(store.till_settings)]
    parts.start("till", "pos", "--home", str(store.till), *flags, *devices, DISPLAY=screens["till"].name)
    printer = ["--printer", store.printer]
    parts.start("tablet", "pos", "--home", str(store.tablet), *flags, *printer, DISPLAY=screens["tablet"].name)
    size = ["--width", "1920", "--height", "1080"]
    size += ["--camera-folder", str(store.labels)]
    paper = {"STOREFLOOR_DEVICES_PRINTER": store.printer}  # for tickets
    parts.start("kiosk", "kiosk", "--home", str(store.kiosk), *flags, *size, DISPLAY=screens["kiosk"].name, **paper)
    till = Walker("till", screens["till"], store.till, out)
    tablet = Walker("tablet", screens["tablet"], store.tablet, out)
    kiosk = Walker("kiosk", screens["kiosk"], store.kiosk, out)
    till.wait_for("Who is it?", 40)
    tablet.wait_for("Who is it?", 40)
    kiosk.wait_for("Start", 40)
    return till, tablet, kiosk


def sign_in(till: Walker) -> None:
    """A cashier chooses her name, types her PIN, and says how much cash her shift begins with."""
    till.picture("sign-in")
    till.touch(CASHIER)
    till.keypad(PIN)
    till.wait_for("your shift begins")
    till.display.type(FLOAT)
    till.wait_for("float 20")
    till.picture("float")
    till.touch("Open the shift")
    till.wait_for("Find item")
    till.picture("ready")


def cash_sale(till: Walker, code: dict[str, str]) -> None:
    """Scans, a code that is not ours, a search, cash with change."""
    for article in (LAMP, KETTLE, HEADPHONES, HEADPHONES):
        till.display.scan(code[article])
    till.wait_for("now 2")
    till.picture("sale")
    till.display.scan("4006381333931")
    till.wait_for("This code is not ours")
    till.picture("unknown-code")
    till.touch("Find item")
    till.display.type("backp")
    till.wait_for("Backpack")
    till.picture("find")
    till.touch("Backpack Tulpar")
    till.wait_for("Add to the sale")
    till.picture("card-of-a-product")
    till.touch("Add to the sale")
    till.touch("Take payment")
    till.touch("exact")
    till.picture("cash")
    till.touch("Cash received")
    till.wait_for("Receipt printed")
    till.wait_for("Fiscal receipt 1")
    till.picture("done")
    till.touch("Next customer")


def card_sale(till: Walker, code: dict[str, str]) -> None:
    """One item, paid by card on the simulated card terminal."""
    till.wait_for("Scan the first item")
    till.display.scan(code[BACKPACK])
    till.touch("Take payment")
    till.touch("Card")
    till.wait_for("Charge the card")
    till.picture("card")
    till.touch("Charge the card")
    till.wait_for("Receipt printed")
    till.picture("paid-by-card")
    till.touch("Next customer")


def not_fiscalised(till: Walker, store: Store, code: dict[str, str]) -> None:
    """The fiscal printer is dead: what is paid is paid, and fiscalised as soon as it is back (F49)."""
    (fiscal,) = [one for one in read_list(store.devices) if one.kind == "fiscal"]
    tell(fiscal.control, "off on")
    till.wait_for("Fiscal printer")
    till.wait_for("Scan the first item")
    till.display.scan(code[LAMP])
    till.touch("Take payment")
    till.touch("exact")
    till.touch("Cash received")
    till.wait_for("Fiscal receipt waits")
    till.wait_for("Receipt printed")
    till.picture("paid-not-fiscalised")
    tell(fiscal.control, "off off")
    till.wait_for("Fiscal receipt 3")
    till.picture("fiscalised-later")
    till.touch("Next customer")


def received(parts: Parts, count: int = 4, seconds: float = 240) -> list[str]:
    """Numbers of orders that the simulated web shop's shoppers have by now; it waits until there are so many."""
    end = time.monotonic() + seconds
    while True:
        found = re.findall(r"has it as (\S+)", (parts.logs / "channel.log").read_text(encoding="utf-8"))
        if len(found) >= count:
            return found
        if time.monotonic() > end:
            raise DemoFault(f"the web shop's shoppers received {len(found)} orders only; see {parts.logs}")
        time.sleep(0.5)


def find_order(till: Walker, number: str, seen: str) -> None:
    """Type an order's number at the returns and wait until it is open."""
    till.wait_for("Scan the receipt")
    till.display.type(number)
    till.touch("Find the order")
    till.wait_for(seen)


def on_the_counter(till: Walker) -> None:
    """One more of the first line, by its stepper, whose plus stands right of its numbers; and why it came back."""
    x, y = till.wait_for("Returnable")
    till.display.touch(x + 184, y - 16)
    till.wait_for("Say why and how it came back")
    till.touch("Not as expected")
    till.touch("Opened, complete")
    till.wait_for("Goes to the check desk")


def take_back(till: Walker, number: str) -> None:
    """An online order comes back to the store: the hub grants the right, then the money goes back."""
    till.touch("Returns")
    till.picture("returns")
    find_order(till, number, "Bought online")
    on_the_counter(till)
    till.picture("return")
    till.touch("Refund")
    till.wait_for("Slip printed")
    till.picture("refunded")
    till.touch("Next customer")


def on_duty(tablet: Walker) -> None:
    """She takes the tablet, too: there is no drawer, so no shift is opened."""
    tablet.touch(CASHIER)
    tablet.keypad(PIN)
    tablet.wait_for("Find item")
    tablet.picture("ready")


def on_the_tablet(tablet: Walker, number: str) -> str:
    """What was paid in cash at the till comes back to somebody with a tablet; the number for which a till pays it."""
    tablet.touch("Returns")
    find_order(tablet, number, "Bought in a store")
    on_the_counter(tablet)
    tablet.wait_for("fetched at any till")
    tablet.picture("return")
    tablet.touch("Take goods, print slip")
    tablet.wait_for("Slip printed")
    tablet.picture("cash-at-a-till")
    said = re.search(r"in cash for number (\S+-\d+)", " ".join(tablet.texts()))
    if said is None:
        raise DemoFault("the tablet names no number for the cash")
    tablet.touch("Next customer")
    return said[1]


def fetch_cash(till: Walker, number: str) -> None:
    """The shopper fetches the cash at the till: the slip's number finds it, and it is paid once."""
    till.touch("Returns")
    find_order(till, number, "Pay out")
    till.picture("owed")
    till.touch("Pay out")
    till.wait_for("Slip printed")
    till.picture("paid-out")
    till.touch("Next customer")


def last_receipt(store: Store) -> str:
    """The number of the till's last receipt. Raises DemoFault where nothing was sold."""
    local = Local.open(store.till)
    try:
        sale = last_sale(local)
    finally:
        local.close()
    if sale is None:
        raise DemoFault("the till has sold nothing")
    return sale.body.receipt


def promise(till: Walker, numbers: list[str]) -> None:
    """Without the network: the first order that the till may not pay by itself is taken back for a promise."""
    till.touch("Returns")
    for number in numbers:
        find_order(till, number, "As of")
        on_the_counter(till)
        if "Take goods, print promise" in till.texts():
            till.picture("promise")
            till.touch("Take goods, print promise")
            till.wait_for("Slip printed")
            till.picture("promised")
            till.touch("Next customer")
            return
        till.touch("Another order")
    till.touch("Sale")


def browse(parts: Parts, store: Store, kiosk: Walker, code: dict[str, str]) -> None:
    """A shopper chooses Russian, scans, and sees the stock change as the hub changes it."""
    kiosk.picture("attract")
    kiosk.touch("Русский")
    kiosk.picture("attract-ru")
    kiosk.display.scan(code[BACKPACK])
    kiosk.wait_for("Рюкзак")
    kiosk.picture("product-ru")
    change_stock(parts, store, BACKPACK, 7)
    kiosk.wait_for("7")
    kiosk.picture("product-after-a-change-at-the-hub")


def hold_to_the_camera(kiosk: Walker) -> None:
    """She holds a label to the kiosk's camera, which is on as long as its page is."""
    kiosk.touch("Назад")
    kiosk.touch("Сканировать")
    kiosk.wait_for("Или наберите номер")
    kiosk.picture("camera-ru")
    kiosk.wait_for("Настольная лампа", 30)
    kiosk.picture("product-by-camera-ru")


def change_stock(parts: Parts, store: Store, article: str, pieces: int) -> None:
    """What a stocktaker does: import a counted number at the hub."""
    counted = store.folder / "counted.csv"
    counted.write_text(f"sku,location,on_hand\n{article},{STORE},{pieces}\n", encoding="utf-8")
    parts.run("count", "sync", "hub", "import", "--stock", str(counted), *store.hub_flags)


def offline(parts: Parts, store: Store, till: Walker, kiosk: Walker, code: dict[str, str]) -> None:
    """The hub is gone: the till sells on, the kiosk says how old its numbers are."""
    parts.stop("hub")
    till.wait_for("Offline since", 90)
    till.display.scan(code[LAMP])
    till.wait_for("Table lamp")
    till.touch("Take payment")
    till.touch("exact")
    till.touch("Cash received")
    till.wait_for("Receipt printed")
    till.wait_for("waiting")
    till.picture("sold-without-the-hub")
    till.touch("Next customer")
    kiosk.display.scan(code[HEADPHONES])
    kiosk.wait_for("Нет связи", 60)
    kiosk.picture("product-offline-ru")


def online_again(parts: Parts, store: Store, till: Walker) -> None:
    """The hub is back: what waited goes up by itself."""
    start_hub(parts, store.hub_flags, store.hub)
    till.wait_for("Online", 90)
    till.picture("online-again")


def drop(till: Walker) -> None:
    """Notes go to the safe: recorded first, then the drawer opens and the slip prints."""
    till.touch(initials(CASHIER))
    till.touch("Drawer and shift")
    till.wait_for("Count and close")
    till.touch("Drop")
    till.wait_for("type the amount")
    till.display.type(DROP)
    till.touch("Into the safe")
    till.picture("drop")
    till.touch("Record the drop")
    till.wait_for("Recorded. The slip goes with the cash.")
    till.picture("drawer")


def close_shift(till: Walker, store: Store) -> None:
    """The blind count, no difference, the Z report. The simulated drawer holds what it should."""
    till.touch("Count and close")
    till.wait_for("Count the drawer")
    for piece in in_the_drawer(store):
        till.touch(money_parts(piece.value, "KZT")[0])
        till.display.type(str(piece.count))
        till.wait_for("Kept at")
    till.picture("count")
    till.touch("That is all of it")
    till.wait_for("The drawer is exact")
    till.picture("exact")
    till.touch(next(words for words in till.texts() if words in ("Close the shift",) or "hand over" in words))
    till.wait_for("Z report printed")
    till.wait_for("fiscal number 1")
    till.picture("z-report")
    till.touch("Sign in")
    till.wait_for("Who is it?")


def in_the_drawer(store: Store) -> tuple[Piece, ...]:
    """What hands would find: the cash of the open shift, in notes and coins."""
    local = Local.open(store.till)
    try:
        shift = open_shift_of(local)
        if shift is None:
            raise DemoFault("no shift is open at the end of the tour")
        return count_out(totals(local, shift).expected, shift.currency)
    finally:
        local.close()
