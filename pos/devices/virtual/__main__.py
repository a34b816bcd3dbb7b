"""Devices to try a till with, where there are none: all of them with a panel to press them, or one."""

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path

from pos.devices.nexo_seal import read_key
from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.control import Control, obey
from pos.devices.virtual.display import VirtualDisplay
from pos.devices.virtual.fiscal import VirtualFiscalPrinter
from pos.devices.virtual.held import HeldCamera
from pos.devices.virtual.label import VirtualLabelPrinter
from pos.devices.virtual.nexo import VirtualNexo, serving
from pos.devices.virtual.printer import VirtualPrinter
from pos.devices.virtual.scale import VirtualScale
from pos.devices.virtual.scanner import VirtualScanner
from pos.devices.virtual.store import LIST, StoreFault, VirtualStore

_HELP = """While one runs, say what is wrong with it, one line each, on standard input or on the control port:
  NAME VALUE, for example "paper_out on" or "slow_s 0.5"; "NAME off" ends it.
  printer: off silent paper_out cover_open jam stuck_after dies_after paper_lines line_s no_turns slow_s
  label:   off silent labels_out ribbon_out head_open paused stuck_after dies_after labels_left label_s slow_s
  card:    off silent decline slow_s lose_answers reverse_after partial by_hand
  nexo:    those of card, and drop_requests logged_out no_bank wrong
  scanner: "scan TEXT" reads a label (<GS> is a separator); unplugged cut_after gap_ms prefix suffix aim swallows_gs
           swaps_case
  fiscal:  off silent lose_answers slow_s shift_hours memory_full clock_wrong refuse ("press z" closes its shift)
  scale:   weight motion over under off silent garbled pounds no_tare ("weight 1.234" puts kilograms on it)
  camera:  "hold CODE" holds a label to it ("press away" ends it); busy silent unplugged
  display: off dark ("look" is answered with its two lines)
  "look" is answered with how it stands; "press NAME" does what a hand would (printer: shut; card: tap, refuse).
The end of standard input leaves it running; interrupt it to stop."""

_Device = (
    VirtualPrinter
    | VirtualLabelPrinter
    | HeldCamera
    | VirtualCardTerminal
    | VirtualNexo
    | VirtualFiscalPrinter
    | VirtualScanner
    | VirtualScale
    | VirtualDisplay
)


def main(argv: list[str] | None = None) -> int:
    """Run one virtual device, or all of them, until it is interrupted. Returns the exit status."""
    options = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like an interrupt, with all files whole
    return _one(options) if options.device else _all(options)


def _all(options: argparse.Namespace) -> int:
    """Every device of a till. Ends with its panel, or by an interrupt."""
    without, say = options.without.split(","), lambda line: print(line, flush=True)
    store = VirtualStore(options.out, free=options.free, without=without, say=say)
    try:
        store.start()
        if options.write is not None:
            options.write.write_text(store.settings(), "utf-8")
            print(f"Settings for a till are in {options.write}: python -m pos --config {options.write}", flush=True)
        else:
            print(f"\n{store.settings()}", flush=True)
        return _tend(store, options)
    except StoreFault as fault:
        print(f"virtual store: {fault}. Another one may be running: --free takes other ports.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", flush=True)
        return 0
    finally:
        store.stop()


def _tend(store: VirtualStore, options: argparse.Namespace) -> int:
    panel = None
    if not options.headless:  # a window of its own process: no import leads from devices to windows
        panel = subprocess.Popen([sys.executable, "-m", "pos.panel", str(store.out / LIST)])
    print("The virtual store is open.", flush=True)
    try:
        while panel is None or panel.poll() is None:
            store.tend()
            time.sleep(0.2)
        return panel.returncode
    finally:
        if panel is not None and panel.poll() is None:
            panel.terminate()


def _one(options: argparse.Namespace) -> int:
    device = _device(options)
    control = Control(device, options.control, options.host) if options.control is not None else None
    print(f"{options.device} listens on {_where(device)}", flush=True)
    if control is not None:
        print(f"faults on {options.host}:{control.port}", flush=True)
    try:
        for line in sys.stdin:
            print(obey(device, line), flush=True)
        if not options.held:
            device.wait_stopped()
    except KeyboardInterrupt:
        print("stopped", flush=True)
    finally:
        device.stop()
    return 0


def _device(options: argparse.Namespace) -> _Device:
    if options.device == "printer":
        return VirtualPrinter(options.port, options.out, options.columns, options.host).start()
    if options.device == "label":
        return VirtualLabelPrinter(options.port, options.out, options.host).start()
    if options.device == "fiscal":
        return VirtualFiscalPrinter(options.port, options.out, options.host).start()
    if options.device == "scale":
        return VirtualScale(options.link).start()
    if options.device == "display":
        return VirtualDisplay(options.link).start()
    if options.device == "camera":
        return HeldCamera(options.link).start()
    if options.device == "scanner":
        return VirtualScanner(options.link).start()
    if options.device == "nexo":
        tls, seal = serving(options.certificate, options.key), options.key_file and read_key(options.key_file)
        return VirtualNexo(options.port, options.host, options.poi_id, tls, seal).start()
    return VirtualCardTerminal(options.port, options.host).start()


def _where(device: _Device) -> str:
    """Where a driver finds it."""
    if isinstance(device, VirtualScale | VirtualDisplay | HeldCamera):
        return device.path
    return device.port if isinstance(device, VirtualScanner) else f"{device.host}:{device.port}"


def _parser() -> argparse.ArgumentParser:
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m pos.devices.virtual", description=__doc__, epilog=_HELP, formatter_class=layout
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="write a till's settings file for all of them")
    parser.add_argument("--headless", action="store_true", help="no panel: for tests, and where there is no display")
    parser.add_argument("--free", action="store_true", help="take free ports, not the usual ones")
    parser.add_argument("--without", default="", metavar="KINDS", help="leave these devices out, as fiscal,display")
    parser.add_argument("--out", type=Path, default=Path("virtual-store"), help="folder of all files (virtual-store)")
    kinds = parser.add_subparsers(dest="device", help="one device alone; without it, all of them and a panel")
    printer = kinds.add_parser("printer", help="a network receipt printer", epilog=_HELP, formatter_class=layout)
    printer.add_argument("--out", type=Path, default=Path("receipts"), help="folder for the receipts (receipts)")
    printer.add_argument("--columns", type=int, choices=(32, 42, 48), default=48, help="columns of paper (48)")
    label = kinds.add_parser("label", help="a network label printer", epilog=_HELP, formatter_class=layout)
    label.add_argument("--out", type=Path, default=Path("labels"), help="folder for the labels (labels)")
    card = kinds.add_parser("card", help="a card terminal", epilog=_HELP, formatter_class=layout)
    nexo = kinds.add_parser("nexo", help="a card terminal by nexo Sale to POI", epilog=_HELP, formatter_class=layout)
    nexo.add_argument("--poi-id", default="P400-1", help="its own name (P400-1)")
    nexo.add_argument("--certificate", type=Path, help="PEM file of its certificate: speaks HTTPS")
    nexo.add_argument("--key", type=Path, help="PEM file of the certificate's private key")
    nexo.add_argument("--key-file", type=Path, help="TOML file of the passphrase that seals messages")
    scanner = kinds.add_parser("scanner", help="a serial scanner", epilog=_HELP, formatter_class=layout)
    scanner.add_argument("--link", type=Path, required=True, help="path that becomes the scanner's serial port")
    fiscal = kinds.add_parser("fiscal", help="a fiscal printer", epilog=_HELP, formatter_class=layout)
    fiscal.add_argument("--out", type=Path, default=Path("fiscal"), help="folder of its memory and papers (fiscal)")
    for kind, port in ((printer, 9100), (label, 9102), (card, 9200), (nexo, 9210), (fiscal, 9300)):
        kind.add_argument("--port", type=int, default=port, help=f"TCP port ({port}; 0 takes a free one)")
    scale = kinds.add_parser("scale", help="a scale at a serial port", epilog=_HELP, formatter_class=layout)
    scale.add_argument("--link", type=Path, help="name of its end of the line, as /tmp/scale (the system's own)")
    camera = kinds.add_parser("camera", help="pictures for a camera", epilog=_HELP, formatter_class=layout)
    camera.add_argument("--link", type=Path, required=True, help="folder that a terminal plays as its camera")
    display = kinds.add_parser("display", help="a customer display", epilog=_HELP, formatter_class=layout)
    display.add_argument("--link", type=Path, help="name of its end of the line (the system's own)")
    for kind in (printer, label, card, nexo, fiscal, scale, scanner, display, camera):
        kind.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        kind.add_argument("--control", type=int, help="TCP port that takes faults (none; 0 takes a free one)")
        kind.add_argument("--held", action="store_true", help="end with the end of standard input")
    return parser


if __name__ == "__main__":
    sys.exit(main())
