"""The window that shoppers look at. A till starts it and tells it on standard input, a line of JSON for each state."""

import argparse
import os
import sys
from pathlib import Path

WIDE, HIGH = 1280, 800
"""The size that everything is drawn for, in dp; other windows show it larger or smaller."""


def main(argv: list[str] | None = None) -> int:
    """Show until the till ends it: with its standard input. Exit status 1: no window could be opened."""
    options = _parser().parse_args(argv)
    # Read by Kivy when it is imported: all measures grow with the window.
    os.environ["KIVY_METRICS_DENSITY"] = f"{min(options.width / WIDE, options.height / HIGH):.4f}"
    from pos.customer.app import run
    from pos.ui.theme import ThemeError
    from pos.ui.window import WindowError

    try:
        run(options)
    except (WindowError, ThemeError) as fault:
        print(f"storefloor customer display: {fault}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m pos.customer", description=__doc__)
    parser.add_argument("--width", type=int, default=WIDE, help=f"width of the window in pixels ({WIDE})")
    parser.add_argument("--height", type=int, default=HIGH, help=f"height of the window in pixels ({HIGH})")
    parser.add_argument("--left", type=int, help="its left edge in pixels of the desktop (where the desktop puts it)")
    parser.add_argument("--top", type=int, help="its upper edge in pixels of the desktop")
    parser.add_argument("--fullscreen", action="store_true", help="it covers the screen")
    parser.add_argument("--dark", action="store_true", help="dark, not light")
    parser.add_argument("--theme-file", type=Path, help="a retailer's own theme")
    parser.add_argument("--art", type=Path, help="a picture that is shown while nothing is sold")
    return parser


if __name__ == "__main__":
    sys.exit(main())
