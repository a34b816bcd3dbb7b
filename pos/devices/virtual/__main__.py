"""`python -m pos.devices.virtual printer|card`: a device to try the terminal with, where there is none."""

import argparse
import sys
from pathlib import Path

from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.printer import VirtualPrinter

_HELP = """While it runs, type faults on standard input, one a line: NAME VALUE, for example
  paper_out on      printer: off silent paper_out cover_open jam stuck_after dies_after paper_lines slow_s
  decline "no money"   card: off silent decline slow_s lose_answers reverse_after
and NAME off to end one. An end of input leaves it running; interrupt it to stop."""


def main(argv: list[str] | None = None) -> int:
    """Run one virtual device until it is interrupted. Returns the exit status."""
    options = _parser().parse_args(argv)
    device = _device(options)
    device.start()
    print(f"{options.device} listens on {device.host}:{device.port}", flush=True)
    try:
        _obey(device)
    except KeyboardInterrupt:
        print("stopped", flush=True)
    finally:
        device.stop()
    return 0


def _device(options: argparse.Namespace) -> VirtualPrinter | VirtualCardTerminal:
    if options.device == "printer":
        return VirtualPrinter(options.port, options.out, options.columns, options.host)
    return VirtualCardTerminal(options.port, options.host)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m pos.devices.virtual", description=__doc__, epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    kinds = parser.add_subparsers(dest="device", required=True)
    printer = kinds.add_parser("printer", help="a network receipt printer with a drawer")
    printer.add_argument("--port", type=int, default=9100, help="TCP port (9100; 0 takes a free one)")
    printer.add_argument("--out", type=Path, default=Path("receipts"), help="folder for the receipts (receipts)")
    printer.add_argument("--columns", type=int, choices=(32, 42, 48), default=48, help="columns of paper (48)")
    card = kinds.add_parser("card", help="a card terminal")
    card.add_argument("--port", type=int, default=9200, help="TCP port (9200; 0 takes a free one)")
    return parser


def _obey(device: VirtualPrinter | VirtualCardTerminal) -> None:
    for line in sys.stdin:
        name, _space, value = line.strip().partition(" ")
        if not name:
            continue
        try:
            device.set_fault(name, value.strip(' "') or "on")
            print(device.faults, flush=True)
        except ValueError as error:
            print(error, flush=True)
    device.wait_stopped()


if __name__ == "__main__":
    sys.exit(main())
