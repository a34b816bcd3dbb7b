"""`python -m pos.panel FILE`: a window over the virtual devices that FILE lists (see pos/devices/README.md)."""

import argparse
import fcntl
import sys
from pathlib import Path

from pos.devices.virtual.store import Standing
from pos.panel.flow import WrongList, read_list
from pos.ui.i18n import LANGUAGES


def main(argv: list[str] | None = None) -> int:
    """Show the panel until its window closes. Exit status 1, with a sentence: no display, or no list of devices."""
    options = _parser().parse_args(argv)
    try:
        listed = read_list(options.list)
    except WrongList as wrong:
        print(f"panel: {wrong}", file=sys.stderr)
        return 1
    with options.list.open() as mine:
        try:
            fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("panel: it is open already", file=sys.stderr)
            return 0
        return _open(listed, options)


def _open(listed: list[Standing], options: argparse.Namespace) -> int:
    from pos.ui.window import WindowError

    from pos.panel.app import run  # isort: skip  Kivy takes a second to import

    try:
        run(listed, options)
    except WindowError as fault:
        print(f"panel: {fault}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m pos.panel", description=__doc__)
    parser.add_argument("list", type=Path, metavar="FILE", help="devices.json in the virtual store's folder")
    parser.add_argument("--language", choices=tuple(LANGUAGES), default="en", help="of the panel (en)")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="of the panel (light)")
    parser.add_argument("--width", type=int, default=1280, help="of the window, in pixels (1280)")
    parser.add_argument("--height", type=int, default=800, help="of the window, in pixels (800)")
    parser.add_argument("--home", type=Path, help="answer a tour that looks for words in this window, there")
    return parser


if __name__ == "__main__":
    sys.exit(main())
