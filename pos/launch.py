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
OTHER_KIND = """storefloor: {home} is enrolled as a {found}, and this is the app of a {kind}. Nothing was changed.
Run python -m {app} here, or give this app a home of its own with --home."""
APPS = {"kiosk": "kiosk", "till": "pos", "tablet": "pos"}
"""Which app a terminal runs, by the kind that it is enrolled as."""
Run = Callable[[Settings, bool, str], None]
"""Opens an app with its settings, with the demo's helpers or not, as the kind of terminal that it is enrolled as."""


def parser_of(prog: str, description: str | None, demo: str, sections: tuple[str, ...]) -> argparse.ArgumentParser:
    """All flags of an app; `demo` says what --demo does, `sections` which settings it has."""
    parser = argparse.ArgumentParser(prog=prog, description=description, epilog=EPILOG)
    parser.add_argument("--demo", action="store_true", help=demo)
    add_flags(parser, sections)
    return parser


def launch(arguments: argparse.Namespace, app: str, run: Run) -> int:
    """Run `app` ("pos" or "kiosk") until its window closes. Exit status 1: not enrolled, or as another kind of
    terminal, open already, or no display; 2: a setting is wrong."""
    try:
        settings = read_settings(arguments)
    except WrongSetting as wrong:
        print(f"storefloor: {wrong}", file=sys.stderr)
        return 2
    found = _enrolled_as(settings)
    if APPS.get(found) != app:
        kinds = " or ".join(kind for kind, runs in APPS.items() if runs == app)
        said = OTHER_KIND if found else NOT_ENROLLED
        print(said.format(kind=kinds, home=settings.home, found=found, app=APPS.get(found, "pos")), file=sys.stderr)
        return 1
    return _open(settings, arguments.demo, found, run)


def _enrolled_as(settings: Settings) -> str:
    """The kind of terminal that this home belongs to; "" while no hub knows it."""
    local = Local.open(settings.home)
    try:
        return local.identity.kind if local.identity else ""
    finally:
        local.close()


def _open(settings: Settings, demo: bool, kind: str, run: Run) -> int:
    # Kivy takes a second to import and reads the arguments of whoever imports it.
    from pos.terminal import AlreadyOpen
    from pos.ui.theme import ThemeError
    from pos.ui.window import WindowError

    try:
        run(settings, demo, kind)
    except WrongSetting as wrong:  # one that only a device's driver could tell
        print(f"storefloor: {wrong}", file=sys.stderr)
        return 2
    except (WindowError, ThemeError, AlreadyOpen) as fault:
        print(f"storefloor: {fault}", file=sys.stderr)
        return 1
    return 0
