"""The tour: real touches and scanner keystrokes through till and kiosk, online and with the hub gone."""

import csv
from pathlib import Path

from pos.demo.display import Display
from pos.demo.processes import Parts
from pos.demo.store import STORE, Store, start_hub
from pos.demo.walker import Walker

HEADPHONES, LAMP, KETTLE, BACKPACK = "130001", "100001", "120001", "160001"
CASHIER, PIN = "Asel K.", "2580"  # of the made-up staff in assets/demo
DEMO_FILES = Path(__file__).resolve().parents[2] / "assets" / "demo"


def codes() -> dict[str, str]:
    """The first barcode of each article of the demo retailer."""
    with (DEMO_FILES / "barcodes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["sku"]: row["barcode"] for row in reversed(rows)}


def tour(parts: Parts, store: Store, out: Path) -> None:
    """Walk through both apps; raises DemoFault where something expected does not appear."""
    code = codes()
    screens = {"till": Display(1280, 800), "kiosk": Display(1920, 1080)}
    try:
        till, kiosk = open_apps(parts, store, out, screens)
        sign_in(till)
        cash_sale(till, code)
        card_sale(till, code)
        browse(parts, store, kiosk, code)
        offline(parts, store, till, kiosk, code)
        online_again(parts, store, till)
    finally:
        for display in screens.values():
            display.stop()


def open_apps(parts: Parts, store: Store, out: Path, screens: dict[str, Display]) -> tuple[Walker, Walker]:
    """Start till and kiosk, each on its own screen, and wait for their first pictures."""
    flags = ["--hub", store.hub, "--demo"]
    devices = ["--printer", store.printer, "--card-terminal", store.card]
    parts.start("till", "pos", "--home", str(store.till), *flags, *devices, DISPLAY=screens["till"].name)
    size = ["--width", "1920", "--height", "1080"]
    parts.start("kiosk", "kiosk", "--home", str(store.kiosk), *flags, *size, DISPLAY=screens["kiosk"].name)
    till = Walker("till", screens["till"], store.till, out)
    kiosk = Walker("kiosk", screens["kiosk"], store.kiosk, out)
    till.wait_for("Who is it?", 40)
    kiosk.wait_for("Start", 40)
    return till, kiosk


def sign_in(till: Walker) -> None:
    """A cashier chooses her name and types her PIN."""
    till.picture("sign-in")
    till.touch(CASHIER)
    till.keypad(PIN)
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
