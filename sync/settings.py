"""Settings: one TOML file, then the environment, then flags; the later wins. A wrong setting names itself.

The file has a table for each part, `[terminal]` and so on: `TABLES`. The environment writes
`STOREFLOOR_<TABLE>_<NAME>`, flags write `--name`, and `--camera-name`, `--scale-name` and so on for the tables of
`_OWN_FLAGS`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sync.card_settings import card_problem
from sync.printer_address import PrinterAddress, printer_address
from sync.setting_values import WrongSetting as WrongSetting
from sync.setting_values import convert as convert

Values = TypeVar("Values")
PREFIX = "STOREFLOOR_"
SERIAL_BITS = ("7E1", "7O1", "7N1", "8N1", "8E1", "8O1", "7E2", "8N2")
"""Data bits, parity and stop bits that a serial port may be set to."""
DISPLAY_PAGES = {"cp437": 0, "cp852": 18, "cp858": 19, "cp866": 17, "cp1251": 46, "cp1252": 16, "kz1048": 53}
"""Code pages of a display, and the number by which ESC/POS devices select them."""


@dataclass(frozen=True, slots=True)
class TerminalSettings:
    """`[terminal]`. `home` holds the terminal's own files; `hub` is the address to enrol with and to talk to.

    `proxy`: the HTTP proxy on the way to the hub; the environment's own proxies don't count.
    """

    home: Path = Path("~/.local/share/storefloor")
    hub: str = ""
    ca_file: Path | None = None
    proxy: str = ""
    language: str = "en"
    theme: str = "light"
    theme_file: Path | None = None
    width: int = 1280
    height: int = 800
    fullscreen: bool = False
    less_motion: bool = False


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """`[devices]`. `card_terminal` as `host:port`, `printer` as `sync.printer_address` says; empty: the terminal has no
    such device. `logo`: a picture's file for the top of receipts. `printer_answers`: False for a model that never says
    how it is.

    `drawer`: whether cash is taken and given here; None: as its kind says, a till does and a tablet does not.
    `drawer_sensor`: the level of its sensor while it is open, `high` or `low`; `learn`: found out; `none`: it has none.

    `card_protocol`: what the card terminal speaks, `storefloor` or `nexo`; the rest of `card_` is for nexo: its name
    and this till's, who signed its certificate and the name on that, and the file of the passphrase that both know.
    """

    printer: str = ""
    printer_columns: int = 48
    drawer: bool | None = None
    card_terminal: str = ""
    printer_answers: bool = True
    logo: Path | None = None
    drawer_sensor: str = "none"
    card_protocol: str = "storefloor"
    card_poi_id: str = ""
    card_sale_id: str = ""
    card_ca_file: Path | None = None
    card_certificate_name: str = ""
    card_key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """`[camera]` that reads codes. `device`: a camera of this machine, as /dev/video0; `folder`: pictures, or a video
    file, that stand for a camera. Neither: there is none. `width` and `height` are asked of the device, in pixels."""

    device: str = ""
    folder: Path | None = None
    width: int = 1280
    height: int = 720


@dataclass(frozen=True, slots=True)
class LabelPrinterSettings:
    """`[label_printer]` for the labels of parcels. `address`: as that of the receipt printer;
    empty: there is none, and labels come from the receipt printer. `language`: what it speaks, zpl or escpos.
    `width_mm` and `height_mm` of a label, and the printer's dots an inch (203, 300 or 600), count for zpl."""

    address: str = ""
    language: str = "zpl"
    width_mm: int = 58
    height_mm: int = 40
    dpi: int = 203


@dataclass(frozen=True, slots=True)
class ScaleSettings:
    """`[scale]` for goods that are sold by weight. `port`: a serial port of this machine, as /dev/ttyUSB0 or its name
    under /dev/serial/by-id; empty: there is none. It speaks Toledo 8217. `baud` and `bits` as the scale is set."""

    port: str = ""
    baud: int = 9600
    bits: str = "7E1"


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """`[scanner]` that has a port or a node of its own; none is needed for one that types into the window. `port`: a
    serial port, USB too, by its path under /dev/serial/by-id; `baud` as it is set. `keys`: the node of a scanner that
    is a keyboard, under /dev/input/by-id: it is taken alone. One of the two, or neither."""

    port: str = ""
    keys: str = ""
    baud: int = 9600


@dataclass(frozen=True, slots=True)
class FiscalSettings:
    """`[fiscal]` printer, which by law registers what is paid. `driver`: the name of an installed plugin (entry point
    of the group `storefloor.fiscal`), `simulated` for the virtual one; empty: there is none. `address`: as that driver
    takes it, host:port for `simulated`."""

    driver: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class CustomerDisplaySettings:
    """`[customer_display]`: what shoppers see of their sale. `language`: theirs; empty: the till's own.

    `port`: the serial port of a display of two lines of twenty letters; empty: there is none. `protocol`: escpos or
    cd5220; `baud` and `bits` as it is set. `code_page`: its letters (what they lack is transliterated), and the number
    by which it calls them, where that is not the one of receipt printers (-1).

    `window`: a window of their own, on a second screen: `width` and `height` in pixels, `left` and `top` of the desktop
    (-1: where it puts it) or `fullscreen`; `theme`: light or dark, empty: as the till starts; `art`: a picture that is
    shown while nothing is sold.
    """

    language: str = ""
    port: str = ""
    protocol: str = "escpos"
    baud: int = 9600
    bits: str = "8N1"
    code_page: str = "cp866"
    code_page_number: int = -1
    window: bool = False
    width: int = 1280
    height: int = 800
    left: int = -1
    top: int = -1
    fullscreen: bool = False
    theme: str = ""
    art: Path | None = None


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """`[sound]`. `volume` of the bell in percent, 0: silence. `bell`: for whom it rings, when orders to be picked and
    shoppers come; `collect`: who is signed in and has opened Collect, `always`: everybody, signed in or not."""

    volume: int = 70
    bell: str = "collect"


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """`[kiosk]`. Seconds without a touch until the warning, and from the warning until everything is wiped."""

    idle_seconds: int = 60
    warning_seconds: int = 20


@dataclass(frozen=True, slots=True)
class HubSettings:
    """`[hub]`. `database` is a SQLAlchemy URL (SQLite or PostgreSQL); `folder` holds snapshots.

    With `certificate` and `key` (PEM files) the hub speaks TLS itself.
    """

    database: str = ""
    folder: Path = Path("~/.local/share/storefloor-hub")
    listen: str = "127.0.0.1:8710"
    certificate: Path | None = None
    key: Path | None = None


TABLES: dict[str, type] = {
    "terminal": TerminalSettings,
    "devices": DeviceSettings,
    "camera": CameraSettings,
    "label_printer": LabelPrinterSettings,
    "scale": ScaleSettings,
    "customer_display": CustomerDisplaySettings,
    "scanner": ScannerSettings,
    "fiscal": FiscalSettings,
    "sound": SoundSettings,
    "kiosk": KioskSettings,
    "hub": HubSettings,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """All tables, read once."""

    terminal: TerminalSettings
    devices: DeviceSettings
    camera: CameraSettings
    label_printer: LabelPrinterSettings
    scale: ScaleSettings
    customer_display: CustomerDisplaySettings
    scanner: ScannerSettings
    fiscal: FiscalSettings
    sound: SoundSettings
    kiosk: KioskSettings
    hub: HubSettings

    @property
    def home(self) -> Path:
        """The terminal's folder, `~` expanded."""
        return self.terminal.home.expanduser()

    @property
    def hub_database(self) -> str:
        """The hub's database URL: the one set, or SQLite in the hub's folder."""
        folder = self.hub.folder.expanduser()
        return self.hub.database or f"sqlite:///{folder}/hub.db"


def load(file: Path | None, environment: Mapping[str, str], flags: Mapping[str, Any]) -> Settings:
    """Read all settings. `flags` maps `table.name` to a value; None means not given. Raises WrongSetting."""
    written = _read(file) if file else {}
    unknown = sorted(set(written) - set(TABLES))
    if unknown:
        raise WrongSetting(f"{file}: there is no table [{unknown[0]}]. Tables are {', '.join(TABLES)}.")
    parts = {}
    for table, kind in TABLES.items():
        values = _from_file(file, table, kind, written.get(table, {}))
        values |= _from_environment(table, kind, environment)
        values |= _from_flags(table, kind, flags)
        parts[table] = kind(**values)
    settings = Settings(**parts)
    _check(settings)
    return settings


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WrongSetting(f"The settings file {file} does not exist.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise WrongSetting(f"The settings file {file} is not TOML: {fault}.") from None
    except OSError as fault:
        raise WrongSetting(f"The settings file {file} can't be read: {fault.strerror}.") from None


def _from_file(file: Path | None, table: str, kind: type, written: Any) -> dict[str, Any]:
    if not isinstance(written, dict):
        raise WrongSetting(f"{file}: [{table}] must be a table of settings.")
    known = {f.name: f.type for f in fields(kind)}
    for name in written:
        if name not in known:
            raise WrongSetting(f"{file}: [{table}] has no setting {name!r}. It has {', '.join(known)}.")
    return {n: convert(v, known[n], f"{file}: [{table}] {n}") for n, v in written.items()}


def _from_environment(table: str, kind: type, environment: Mapping[str, str]) -> dict[str, Any]:
    names = {f.name: f"{PREFIX}{table}_{f.name}".upper() for f in fields(kind)}
    return {
        f.name: convert(environment[names[f.name]], f.type, f"environment {names[f.name]}")
        for f in fields(kind)
        if names[f.name] in environment
    }


def _from_flags(table: str, kind: type, flags: Mapping[str, Any]) -> dict[str, Any]:
    given = {f: flags.get(f"{table}.{f.name}") for f in fields(kind)}
    return {f.name: convert(v, f.type, flag(table, f.name)) for f, v in given.items() if v is not None}


_OWN_FLAGS = ("camera", "customer_display", "fiscal", "label_printer", "scale", "scanner", "sound")
"""Tables whose flags carry the table's name."""


def flag(table: str, name: str) -> str:
    """How a setting is written on a command line."""
    own = f"{table}-" if table in _OWN_FLAGS else ""
    return f"--{own}{name}".replace("_", "-")


def _check(settings: Settings) -> None:
    terminal, devices, kiosk = settings.terminal, settings.devices, settings.kiosk
    _one_of("terminal.language", terminal.language, ("en", "ru", "kk", "ka"))
    _one_of("terminal.theme", terminal.theme, ("light", "dark"))
    _between("terminal.width", terminal.width, 800, 7680)
    _between("terminal.height", terminal.height, 600, 4320)
    _one_of("devices.drawer_sensor", devices.drawer_sensor, ("none", "high", "low", "learn"))
    if devices.printer_columns not in (32, 42, 48):
        raise WrongSetting(f"devices.printer_columns = {devices.printer_columns} must be 32, 42 or 48.")
    _between("camera.width", settings.camera.width, 320, 3840)
    _between("camera.height", settings.camera.height, 240, 2160)
    if settings.camera.device and settings.camera.folder:
        raise WrongSetting("camera.device and camera.folder can't both be set: a terminal has one camera.")
    _check_label_printer(settings.label_printer)
    _check_customer_display(settings.customer_display)
    _one_of("scale.bits", settings.scale.bits, SERIAL_BITS)
    _between("scanner.baud", settings.scanner.baud, 300, 921_600)
    if settings.scanner.port and settings.scanner.keys:
        raise WrongSetting("scanner.port and scanner.keys can't both be set: name the one that the scanner has.")
    _between("scale.baud", settings.scale.baud, 300, 115_200)
    if bool(settings.fiscal.driver) != bool(settings.fiscal.address):
        raise WrongSetting("fiscal.driver and fiscal.address must be given together, or neither.")
    _between("sound.volume", settings.sound.volume, 0, 100)
    _one_of("sound.bell", settings.sound.bell, ("collect", "always"))
    _between("kiosk.idle_seconds", kiosk.idle_seconds, 5, 3600)
    _between("kiosk.warning_seconds", kiosk.warning_seconds, 3, 300)
    if terminal.hub and not terminal.hub.startswith(("http://", "https://")):
        raise WrongSetting(f"terminal.hub = {terminal.hub!r} must start with http:// or https://.")
    if terminal.proxy and not _is_proxy(terminal.proxy):  # it may hold a password, so it is not repeated
        raise WrongSetting("terminal.proxy must be written as http://host:port or http://user:password@host:port.")
    if bool(settings.hub.certificate) != bool(settings.hub.key):
        raise WrongSetting("hub.certificate and hub.key must be given together, or neither.")
    if devices.printer:
        printer_at(devices.printer, "devices.printer")
    if devices.card_terminal:
        address(devices.card_terminal, "devices.card_terminal")
    if why := card_problem(devices):
        raise WrongSetting(why)
    address(settings.hub.listen, "hub.listen")
    if settings.hub.database and not settings.hub.database.startswith(("sqlite", "postgresql")):
        raise WrongSetting("hub.database must be a SQLAlchemy URL that starts with sqlite or postgresql.")


def _check_customer_display(shown: CustomerDisplaySettings) -> None:
    _one_of("customer_display.language", shown.language, ("", "en", "ru", "kk", "ka"))
    _one_of("customer_display.protocol", shown.protocol, ("escpos", "cd5220"))
    _one_of("customer_display.bits", shown.bits, SERIAL_BITS)
    _between("customer_display.baud", shown.baud, 300, 115_200)
    _one_of("customer_display.code_page", shown.code_page, tuple(DISPLAY_PAGES))
    _one_of("customer_display.theme", shown.theme, ("", "light", "dark"))
    _between("customer_display.width", shown.width, 640, 7680)
    _between("customer_display.height", shown.height, 400, 4320)
    _between("customer_display.left", shown.left, -1, 32_767)
    _between("customer_display.top", shown.top, -1, 32_767)
    _between("customer_display.code_page_number", shown.code_page_number, -1, 255)


def _check_label_printer(label: LabelPrinterSettings) -> None:
    _one_of("label_printer.language", label.language, ("zpl", "escpos"))
    _between("label_printer.width_mm", label.width_mm, 25, 120)
    _between("label_printer.height_mm", label.height_mm, 15, 300)
    if label.dpi not in (203, 300, 600):
        raise WrongSetting(f"label_printer.dpi = {label.dpi} must be 203, 300 or 600.")
    if label.address:
        printer_at(label.address, "label_printer.address")


def _is_proxy(text: str) -> bool:
    parts = urlsplit(text)
    try:
        return parts.scheme in ("http", "https") and bool(parts.hostname) and bool(parts.port)
    except ValueError:  # a port that is no number
        return False


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise WrongSetting(f"{name} = {value!r} must be one of {', '.join(known)}.")


def _between(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise WrongSetting(f"{name} = {value} must lie between {least} and {most}.")


def address(text: str, name: str) -> tuple[str, int]:
    """`host:port` in its two parts. Raises WrongSetting."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise WrongSetting(f"{name} = {text!r} must be host:port, as in 192.0.2.7:9100.")
    return host, int(port)


def printer_at(text: str, name: str) -> PrinterAddress:
    """Where a printer is. Raises WrongSetting."""
    try:
        return printer_address(text)
    except ValueError as wrong:
        raise WrongSetting(f"{name} = {text!r} {wrong}.") from None
