"""`python -m pos.demo`: a whole store on this machine. With no display: a tour with pictures in demo-out/."""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from pos.demo.collect import order
from pos.demo.processes import DemoFault, Parts
from pos.demo.store import Store, open_store

PINS = "assets/demo/README.md"


def main(argv: list[str] | None = None) -> int:
    """Exit status 0 when the demo did all it set out to do; 1 with a sentence when a part failed."""
    parser = argparse.ArgumentParser(prog="python -m pos.demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo-out"), help="folder of pictures, receipts, logs")
    parser.add_argument("--tour", action="store_true", help="take the tour on a virtual screen although there is one")
    arguments = parser.parse_args(argv)
    out = arguments.out.resolve()
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    seen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    try:
        with Parts(out / "logs") as parts:
            store = open_store(parts, out / "data", out / "receipts")
            return stay_open(parts, store) if seen and not arguments.tour else take_tour(parts, store, out)
    except DemoFault as fault:
        print(f"demo: {fault}", file=sys.stderr)
        return 1


def app_flags(store: Store, home: Path) -> list[str]:
    """The flags that every app takes in the demo."""
    return ["--home", str(home), "--hub", store.hub, "--demo"]


def stay_open(parts: Parts, store: Store) -> int:
    """Open the windows and wait until the till's is closed."""
    camera = ["--camera-folder", str(store.labels)]
    devices = ["--config", str(store.till_settings)]
    till = parts.start("till", "pos", *app_flags(store, store.till), *devices, STOREFLOOR_PANEL=str(store.devices))
    parts.start("panel", "pos.panel", str(store.devices))
    parts.start("tablet", "pos", *app_flags(store, store.tablet), "--printer", store.printer, *camera)
    size = ["--width", "1280", "--height", "800"]
    paper = {"STOREFLOOR_DEVICES_PRINTER": store.printer}  # for tickets
    parts.start("kiosk", "kiosk", *app_flags(store, store.kiosk), *size, *camera, **paper)
    order(store)
    print(f"The store is open. PINs stand in {PINS}. Close the till's window to end.")
    print("The window of the virtual store presses the till's devices: scan there, hold a card, end the paper.")
    print("F12 in the till's window opens the workbench: the network, the journal, and that window again.")
    try:
        while till.alive:
            time.sleep(0.3)
    except KeyboardInterrupt:
        print("Closing the store.")
    return 0


def take_tour(parts: Parts, store: Store, out: Path) -> int:
    """Walk through the apps on virtual screens and say what there is to look at."""
    from pos.demo.tour import tour

    tour(parts, store, out)
    write_texts(store)
    receipts = sorted(store.receipts.glob("*.png"))
    pictures = sorted(out.glob("*.png"))
    print(f"\nThe store was open and everybody was served. Look at {out}:")
    print(f"  {len(pictures)} pictures, {pictures[0].name} to {pictures[-1].name}")
    print(f"  {len(receipts)} receipts as PNG and text in receipts/, logs in logs/")
    return 0


def write_texts(store: Store) -> None:
    """Each sale's receipt as text, from the journal: the printer got lines with ₸ as pictures."""
    from pos.printing import page
    from pos.receipt.layout import as_text
    from sync.local import Local, last_sale, sale_by_receipt

    local = Local.open(store.till)
    newest = last_sale(local)
    if newest is not None:
        series, _, count = newest.body.receipt.rpartition("-")
        for number in range(1, int(count) + 1):
            sale = sale_by_receipt(local, f"{series}-{number}")
            if sale is not None:
                (store.receipts / f"{sale.body.receipt}.txt").write_text(as_text(page(local, sale), 48), "utf-8")
    local.close()


if __name__ == "__main__":
    sys.exit(main())
