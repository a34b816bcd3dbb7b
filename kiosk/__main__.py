"""`python -m kiosk`: the screen that shoppers touch. It knows no staff functions and no way out by touch."""

import argparse
import sys

from sync.flags import EPILOG, add_flags, read_settings
from sync.local import Local
from sync.settings import Settings, WrongSetting

NOT_ENROLLED = """storefloor: this kiosk is not enrolled yet; its files would lie in {home}.
Make a code at the hub for a terminal of kind kiosk, then run:
python -m sync enrol --home {home} --hub ADDRESS --code CODE"""


def build_parser() -> argparse.ArgumentParser:
    """All flags."""
    parser = argparse.ArgumentParser(prog="python -m kiosk", description=__doc__, epilog=EPILOG)
    parser.add_argument("--demo", action="store_true", help="answer the demo's tour: where which words stand")
    add_flags(parser, ("terminal", "kiosk"))
    return parser


def enrolled(settings: Settings) -> bool:
    """Whether this home belongs to a terminal that a hub knows."""
    local = Local.open(settings.home)
    try:
        return local.identity is not None
    finally:
        local.close()


def main(argv: list[str] | None = None) -> int:
    """Serve shoppers. Exit status 1: not enrolled, open already, or no display; 2: a setting is wrong."""
    arguments = build_parser().parse_args(argv)
    try:
        settings = read_settings(arguments)
    except WrongSetting as wrong:
        print(f"storefloor: {wrong}", file=sys.stderr)
        return 2
    if not enrolled(settings):
        print(NOT_ENROLLED.format(home=settings.home), file=sys.stderr)
        return 1
    return _serve(settings, arguments.demo)


def _serve(settings: Settings, demo: bool) -> int:
    from kiosk.app import run
    from pos.terminal import AlreadyOpen
    from pos.ui.theme import ThemeError
    from pos.ui.window import WindowError

    try:
        run(settings, demo=demo)
    except (WindowError, ThemeError, AlreadyOpen) as fault:
        print(f"storefloor: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
