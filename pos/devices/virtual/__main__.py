"""A device to try the terminal with, where there is none."""

import argparse
import signal
import sys
from pathlib import Path

from pos.devices.virtual.card import VirtualCardTerminal
from pos.devices.virtual.control import Control, obey
from pos.devices.virtual.printer import VirtualPrinter

_HELP = """While it runs, say what is wrong with it, one line each, on standard input or on the control port:
  NAME VALUE, for example "paper_out on" or "slow_s 0.5"; "NAME off" ends it.
  printer: off silent paper_out cover_open jam stuck_after dies_after paper_lines line_s no_turns slow_s
  card:    off silent decline slow_s lose_answers reverse_after
The end of standard input leaves it running; interrupt it to stop."""

_Device = VirtualPrinter | VirtualCardTerminal


def main(argv: list[str] | None = None) -> int:
    """Run one virtual device until it is interrupted. Returns the exit status."""
    options = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like an interrupt, with all files whole
    device = _device(options)
    control = Control(device, options.control, options.host) if options.control is not None else None
    print(f"{options.device} listens on {device.host}:{device.port}", flush=True)
    if control is not None:
        print(f"faults on {options.host}:{control.port}", flush=True)
    try:
        for line in sys.stdin:
            print(obey(device, line), flush=True)
        device.wait_stopped()
    except KeyboardInterrupt:
        print("stopped", flush=True)
    finally:
        device.stop()
    return 0


def _device(options: argparse.Namespace) -> _Device:
    if options.device == "printer":
        return VirtualPrinter(options.port, options.out, options.columns, options.host).start()
    return VirtualCardTerminal(options.port, options.host).start()


def _parser() -> argparse.ArgumentParser:
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        "python -m pos.devices.virtual", description=__doc__, epilog=_HELP, formatter_class=layout
    )
    kinds = parser.add_subparsers(dest="device", required=True)
    printer = kinds.add_parser("printer", help="a network receipt printer", epilog=_HELP, formatter_class=layout)
    printer.add_argument("--out", type=Path, default=Path("receipts"), help="folder for the receipts (receipts)")
    printer.add_argument("--columns", type=int, choices=(32, 42, 48), default=48, help="columns of paper (48)")
    card = kinds.add_parser("card", help="a card terminal", epilog=_HELP, formatter_class=layout)
    for kind, port in ((printer, 9100), (card, 9200)):
        kind.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
        kind.add_argument("--port", type=int, default=port, help=f"TCP port ({port}; 0 takes a free one)")
        kind.add_argument("--control", type=int, help="TCP port that takes faults (none; 0 takes a free one)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
