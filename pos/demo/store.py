"""Sets the demo store up: hub with its retailer, web channel, virtual devices; a till, a tablet, a kiosk, enrolled."""

import csv
import socket
from dataclasses import dataclass, field
from pathlib import Path

from pos.demo.labels import draw_labels
from pos.demo.processes import Parts
from pos.devices.virtual.store import LIST
from pos.panel.flow import read_list

STORE = "almaty-abay"
DEMO_FILES = Path(__file__).resolve().parents[2] / "assets" / "demo"
SHOWN = ("100001", "130001")
"""Articles whose labels are held to the demo's cameras."""


@dataclass(frozen=True, slots=True)
class Store:
    """Where everything of a running demo store is."""

    folder: Path
    hub: str
    hub_flags: list[str]
    printer: str
    till: Path
    tablet: Path
    kiosk: Path
    receipts: Path
    channel_key: str = field(repr=False)

    @property
    def devices(self) -> Path:
        """The list of the virtual devices, for their panel."""
        return self.receipts.parent / LIST

    @property
    def till_settings(self) -> Path:
        """The settings file of the till: all of its devices."""
        return self.receipts.parent / "till.toml"

    @property
    def labels(self) -> Path:
        """What is held to the cameras: a counter, then labels."""
        return self.folder / "labels"


def codes() -> dict[str, str]:
    """The first barcode of each article of the demo retailer."""
    return {row["sku"]: row["barcode"] for row in reversed(_rows("barcodes.csv"))}


def name_of(article: str) -> str:
    """Its English name."""
    return next(row["name_en"] for row in _rows("products.csv") if row["sku"] == article)


def _rows(file: str) -> list[dict[str, str]]:
    with (DEMO_FILES / file).open(encoding="utf-8-sig", newline="") as rows:
        return list(csv.DictReader(rows))


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def open_store(parts: Parts, folder: Path, receipts: Path) -> Store:
    """Start hub, channel and devices and enrol the terminals. Raises DemoFault."""
    hub_flags = ["--folder", str(folder / "hub"), "--database", f"sqlite:///{folder / 'hub' / 'hub.db'}"]
    (folder / "hub").mkdir(parents=True, exist_ok=True)
    print("Filling the hub with the demo retailer", flush=True)
    parts.run("seed", "sync", "hub", "demo", *hub_flags)
    hub = f"http://127.0.0.1:{free_port()}"
    start_hub(parts, hub_flags, hub)
    receipts.mkdir(parents=True, exist_ok=True)
    where = _devices(parts, receipts.parent)
    key = parts.secret("channel-key", "sync", "hub", "channel-key", "--name", "web", *hub_flags)
    parts.start("channel", "sync", "channel", "--hub", hub, "--rate", "40", STOREFLOOR_CHANNEL_KEY=key)
    till, tablet, kiosk = (folder / kind for kind in ("till", "tablet", "kiosk"))
    store = Store(folder, hub, hub_flags, where["printer"], till, tablet, kiosk, receipts, key)
    _enrol(parts, hub_flags, store, "till", "Till 2", store.till)
    _enrol(parts, hub_flags, store, "tablet", "Tablet 3", store.tablet)
    _enrol(parts, hub_flags, store, "kiosk", "Kiosk 1", store.kiosk)
    draw_labels(store.labels, [(name_of(article), codes()[article]) for article in SHOWN])
    return store


def start_hub(parts: Parts, hub_flags: list[str], hub: str) -> None:
    """Start the hub at that address and wait until it answers."""
    listen = hub.removeprefix("http://")
    parts.start("hub", "sync", "hub", "serve", *hub_flags, "--listen", listen).wait_for("http://")


def _devices(parts: Parts, folder: Path) -> dict[str, str]:
    """Start every virtual device of a till, and return their addresses by what they are."""
    flags = ["--headless", "--free", "--out", str(folder), "--write", str(folder / "till.toml")]
    parts.start("devices", "pos.devices.virtual", *flags).wait_for("is open")
    return {one.kind: one.address for one in read_list(folder / LIST)}


def _enrol(parts: Parts, hub_flags: list[str], store: Store, kind: str, name: str, home: Path) -> None:
    said = ["--location", STORE, "--kind", kind, "--name", name]
    code = parts.secret(f"code-{kind}", "sync", "hub", "code", *said, *hub_flags)
    parts.run(f"enrol-{kind}", "sync", "enrol", "--home", str(home), "--hub", store.hub, "--code", code)
