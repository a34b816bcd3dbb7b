"""Sets the demo store up: hub with its retailer, web channel, virtual devices, a till and a kiosk that are enrolled."""

import socket
from dataclasses import dataclass
from pathlib import Path

from pos.demo.processes import Parts

STORE = "almaty-abay"


@dataclass(frozen=True, slots=True)
class Store:
    """Where everything of a running demo store is."""

    folder: Path
    hub: str
    hub_flags: list[str]
    printer: str
    card: str
    till: Path
    kiosk: Path
    receipts: Path


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def free_pair() -> int:
    """A free port whose next one is free too: a virtual device takes its faults there, from the workbench."""
    while True:
        port = free_port()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port + 1)) != 0:
                return port


def open_store(parts: Parts, folder: Path, receipts: Path) -> Store:
    """Start hub, channel and devices and enrol two terminals. Raises DemoFault."""
    hub_flags = ["--folder", str(folder / "hub"), "--database", f"sqlite:///{folder / 'hub' / 'hub.db'}"]
    (folder / "hub").mkdir(parents=True, exist_ok=True)
    print("Filling the hub with the demo retailer", flush=True)
    parts.run("seed", "sync", "hub", "demo", *hub_flags)
    hub = f"http://127.0.0.1:{free_port()}"
    start_hub(parts, hub_flags, hub)
    printer, card = f"127.0.0.1:{free_pair()}", f"127.0.0.1:{free_pair()}"
    _devices(parts, printer, card, receipts)
    key = parts.secret("channel-key", "sync", "hub", "channel-key", "--name", "web", *hub_flags)
    parts.start("channel", "sync", "channel", "--hub", hub, "--rate", "40", STOREFLOOR_CHANNEL_KEY=key)
    store = Store(folder, hub, hub_flags, printer, card, folder / "till", folder / "kiosk", receipts)
    _enrol(parts, hub_flags, store, "till", "Till 2", store.till)
    _enrol(parts, hub_flags, store, "kiosk", "Kiosk 1", store.kiosk)
    return store


def start_hub(parts: Parts, hub_flags: list[str], hub: str) -> None:
    """Start the hub at that address and wait until it answers."""
    listen = hub.removeprefix("http://")
    parts.start("hub", "sync", "hub", "serve", *hub_flags, "--listen", listen).wait_for("http://")


def _devices(parts: Parts, printer: str, card: str, receipts: Path) -> None:
    receipts.mkdir(parents=True, exist_ok=True)
    for name, where, more in (("printer", printer, ["--out", str(receipts)]), ("card", card, [])):
        port = int(where.rpartition(":")[2])
        flags = ["--port", str(port), "--control", str(port + 1), *more]
        parts.start(name, "pos.devices.virtual", name, *flags).wait_for("127.0.0.1")


def _enrol(parts: Parts, hub_flags: list[str], store: Store, kind: str, name: str, home: Path) -> None:
    said = ["--location", STORE, "--kind", kind, "--name", name]
    code = parts.secret(f"code-{kind}", "sync", "hub", "code", *said, *hub_flags)
    parts.run(f"enrol-{kind}", "sync", "enrol", "--home", str(home), "--hub", store.hub, "--code", code)
