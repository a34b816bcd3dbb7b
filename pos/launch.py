"""From the command line to a window: what every app of a terminal does before it opens."""

import argparse
import sys
from collections.abc import Callable

from sync.flags import EPILOG, add_flags, read_settings
from sync.local import Local
from sync.settings import Settings, WrongSetting

NOT_ENROLLED = """storefloor: this {kind} is not enrolled yet; its files would lie in {home}.
Make a code at the hub for a terminal of kind {kind}, then run:
python -m sync enrol --home {home} --hub ADDRESS --code CODE"""
Run = Callable[[Settings, bool], None]


def parser_of(prog: str, description: str | None, demo: str, sections: tuple[str, ...]) -> argparse.ArgumentParser:
    """All flags of an app; `demo` says what --demo does, `sections` which settings it has."""
    parser = argparse.ArgumentParser(prog=prog, description=description, epilog=EPILOG)
    parser.add_argument("--demo", action="store_true", help=demo)
    add_flags(parser, sections)
    return parser


def launch(arguments: argparse.Namespace, kind: str, run: Run) -> int:
    """Run an app until its window closes. Exit status 1: not enrolled, open already, or no display; 2: a setting is
    wrong."""
    try:
        settings = read_settings(arguments)
    except WrongSetting as wrong:
        print(f"storefloor: {wrong}", file=sys.stderr)
        return 2
    if not _enrolled(settings):
        print(NOT_ENROLLED.format(kind=kind, home=settings.home), file=sys.stderr)
        return 1
    return _open(settings, arguments.demo, run)


def _enrolled(settings: Settings) -> bool:
    """Whether this home belongs to a terminal that a hub knows."""
    local = Local.open(settings.home)
    try:
        return local.identity is not None
    finally:
        local.close()


def _open(settings: Settings, demo: bool, run: Run) -> int:
    # Kivy takes a second to import and reads the arguments of whoever imports it.
    from pos.terminal import AlreadyOpen
    from pos.ui.theme import ThemeError
    from pos.ui.window import WindowError

    try:
        run(settings, demo)
    except (WindowError, ThemeError, AlreadyOpen) as fault:
        print(f"storefloor: {fault}", file=sys.stderr)
        return 1
    return 0
