"""Command-line flags for settings, the same for `python -m pos`, `python -m kiosk` and `python -m sync`."""

import argparse
import os
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

from sync.settings import PREFIX, TABLES, Settings, flag, load

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
    "devices.printer": "receipt printer: host:port, usb:04b8:0e15, serial:/dev/ttyUSB0@115200, cups:NAME or a path",
    "devices.printer_columns": "characters in a printed line: 48 or 42 for 80 mm paper, 32 for 58 mm",
    "devices.printer_answers": "false: this model of printer never says how it is, so nobody asks it",
    "devices.logo": "picture for the top of receipts (PNG or JPEG), printed in black and white",
    "devices.drawer": "false: no cash is taken here, as on a tablet; true: a drawer is plugged into the printer",
    "devices.drawer_sensor": "level of the drawer's sensor while it is open: high, low, learn (found out) or none",
    "devices.card_terminal": "card terminal as host:port",
    "devices.card_protocol": "what the card terminal speaks: storefloor or nexo",
    "devices.card_poi_id": "nexo: the card terminal's own name (POIID)",
    "devices.card_sale_id": "nexo: this till's name at the card terminal (SaleID), another one for each till",
    "devices.card_ca_file": "nexo: PEM file of the authority that signed the card terminal's certificate",
    "devices.card_certificate_name": "nexo: the name on that certificate, where it is not the address",
    "devices.card_key_file": "nexo: TOML file of identifier, version and passphrase, where messages are sealed",
    "camera.device": "camera that reads codes, as in /dev/video0",
    "camera.folder": "folder of pictures, or a video file, that stands for a camera",
    "camera.width": "width of the camera's frames in pixels",
    "camera.height": "height of the camera's frames in pixels",
    "label_printer.address": "printer of parcels' labels, written as the receipt printer",
    "label_printer.language": "what it speaks: zpl or escpos",
    "label_printer.width_mm": "width of a label in millimetres",
    "label_printer.height_mm": "height of a label in millimetres",
    "label_printer.dpi": "dots an inch of the label printer: 203, 300 or 600",
    "scanner.port": "serial port of the scanner, USB too, as in /dev/serial/by-id/usb-…",
    "scanner.keys": "node of a scanner that is a keyboard, as in /dev/input/by-id/usb-…-event-kbd; it is taken alone",
    "scanner.baud": "speed of the scanner's port, in bits a second; USB takes no notice of it",
    "scale.port": "serial port of the scale (Toledo 8217), as in /dev/ttyUSB0",
    "scale.baud": "speed of the scale's port, in bits a second",
    "scale.bits": "how the scale is set: data bits, parity and stop bits, as in 7E1",
    "fiscal.driver": "driver of the fiscal printer: simulated, or the name of an installed one",
    "fiscal.address": "the fiscal printer's address, as its driver takes it; host:port for simulated",
    "customer_display.language": "language of shoppers: en, ru, kk or ka; none: the till's own",
    "customer_display.port": "serial port of a display of two lines of 20 letters, as in /dev/ttyUSB1",
    "customer_display.protocol": "what it speaks: escpos or cd5220",
    "customer_display.baud": "speed of its port, in bits a second",
    "customer_display.bits": "how it is set: data bits, parity and stop bits, as in 8N1",
    "customer_display.code_page": "its letters, as in cp866, cp437, cp1251 or kz1048",
    "customer_display.code_page_number": "how it calls them, where receipt printers do otherwise; -1: as they do",
    "customer_display.window": "true: a window for shoppers, on a second screen",
    "customer_display.width": "width of that window in pixels",
    "customer_display.height": "height of that window in pixels",
    "customer_display.left": "its left edge in pixels of the desktop; -1: where the desktop puts it",
    "customer_display.top": "its upper edge in pixels of the desktop; -1: where the desktop puts it",
    "customer_display.fullscreen": "true: it covers its screen",
    "customer_display.theme": "light or dark; none: as the till starts",
    "customer_display.art": "picture that it shows while nothing is sold",
    "sound.volume": "how loud the bell is, in percent; 0: silence",
    "sound.bell": "collect: it rings once who is signed in has opened Collect; always: for everybody",
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
            name = f"{table}.{f.name}"
            group.add_argument(
                flag(table, f.name), dest=name, default=None, metavar=f.name.upper(), help=_help(name, f.default)
            )


def _help(name: str, default: Any) -> str:
    shown = "none" if default in ("", None) else str(default).lower() if isinstance(default, bool) else default
    shown = "as its kind has one" if name == "devices.drawer" else shown
    return f"{HELP[name]} (default: {shown})".replace("%", "%%")


def read_settings(arguments: argparse.Namespace) -> Settings:
    """The settings of a parsed command line. Raises WrongSetting."""
    environment = dict(os.environ)
    named = getattr(arguments, "config", None) or environment.get(f"{PREFIX}CONFIG")
    return load(Path(named) if named else None, environment, vars(arguments))
