"""Command-line flags for settings, the same for `python -m pos`, `python -m kiosk` and `python -m sync`."""

import argparse
import os
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from sync.settings import PREFIX, TABLES, Settings, load

HELP = {
    "terminal.home": "folder of this terminal's own files (journal and replica)",
    "terminal.hub": "address of the hub, as in https://hub.example",
    "terminal.ca_file": "PEM file of the private authority that signed the hub's certificate",
    "terminal.proxy": "HTTP proxy on the way to the hub: http://192.0.2.3:3128; a password belongs into the file",
    "terminal.language": "en, ru, kk or ka; the language that a screen starts in",
    "terminal.theme": "light or dark",
    "terminal.theme_file": "your own theme.toml: colours, type, radii",
    "terminal.width": "width of the window in pixels",
    "terminal.height": "height of the window in pixels",
    "terminal.fullscreen": "true: the window covers the screen",
    "terminal.less_motion": "true: cuts instead of movement",
    "devices.printer": "receipt printer as host:port (ESC/POS, usually port 9100)",
    "devices.printer_columns": "characters in a printed line: 48 for 80 mm paper, 32 for 58 mm",
    "devices.drawer": "true: a cash drawer is plugged into the printer",
    "devices.card_terminal": "card terminal as host:port",
    "kiosk.idle_seconds": "seconds without a touch until the kiosk warns",
    "kiosk.warning_seconds": "seconds from the warning until everything is wiped",
    "hub.database": "SQLAlchemy URL: sqlite:////srv/hub.db or postgresql+psycopg://user@host/name",
    "hub.folder": "folder of the hub's SQLite file and snapshots",
    "hub.listen": "host:port to listen on",
    "hub.certificate": "PEM file of the hub's certificate (and of those between it and its authority): speaks TLS",
    "hub.key": "PEM file of the certificate's private key",
}
EPILOG = f"""Settings come from the file named by --config (or {PREFIX}CONFIG), then from the environment
({PREFIX}TERMINAL_HOME and so on, by table and name), then from flags; the later wins."""


def add_flags(parser: argparse.ArgumentParser, tables: Iterable[str]) -> None:
    """Give the parser `--config` and one flag for each setting of these tables."""
    parser.add_argument("--config", type=Path, default=None, metavar="FILE", help="settings file (TOML)")
    for table in tables:
        group = parser.add_argument_group(f"settings of [{table}]")
        for f in fields(TABLES[table]):
            flag = f"--{f.name.replace('_', '-')}"
            name = f"{table}.{f.name}"
            group.add_argument(flag, dest=name, default=None, metavar=f.name.upper(), help=_help(name, f.default))


def _help(name: str, default: Any) -> str:
    shown = "none" if default in ("", None) else str(default).lower() if isinstance(default, bool) else default
    return f"{HELP[name]} (default: {shown})".replace("%", "%%")


def read_settings(arguments: argparse.Namespace) -> Settings:
    """The settings of a parsed command line. Raises WrongSetting."""
    environment = dict(os.environ)
    named = getattr(arguments, "config", None) or environment.get(f"{PREFIX}CONFIG")
    return load(Path(named) if named else None, environment, vars(arguments))
