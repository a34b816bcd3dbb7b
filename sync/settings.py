"""Settings: one TOML file, then the environment, then flags; the later wins. A wrong setting names itself.

The file has a table for each part: `[terminal]`, `[devices]`, `[kiosk]` and `[hub]`. The environment writes
`STOREFLOOR_<TABLE>_<NAME>`, flags write `--name`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

Values = TypeVar("Values")
PREFIX = "STOREFLOOR_"


class WrongSetting(ValueError):
    """A setting that can't be used; the message says which, where it stands, and what it takes."""


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
    """`[devices]`. Addresses as `host:port`; empty: the terminal has no such device."""

    printer: str = ""
    printer_columns: int = 48
    drawer: bool = True
    card_terminal: str = ""


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
    "kiosk": KioskSettings,
    "hub": HubSettings,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """All tables, read once."""

    terminal: TerminalSettings
    devices: DeviceSettings
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
    return {f.name: convert(v, f.type, f"--{f.name.replace('_', '-')}") for f, v in given.items() if v is not None}


def convert(value: Any, kind: Any, where: str) -> Any:
    """A written value as the type of its field. Raises WrongSetting that names where it was written."""
    if kind is bool:
        return _truth(value, where)
    if kind is int:
        return _number(value, where)
    if not isinstance(value, str | Path):
        raise WrongSetting(f"{where} = {value!r} must be text.")
    if kind is str:
        return str(value)
    return Path(value) if str(value) else None


def _truth(value: Any, where: str) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise WrongSetting(f"{where} = {value!r} must be true or false.")


def _number(value: Any, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return int(value)
    raise WrongSetting(f"{where} = {value!r} must be a whole number.")


def _check(settings: Settings) -> None:
    terminal, devices, kiosk = settings.terminal, settings.devices, settings.kiosk
    _one_of("terminal.language", terminal.language, ("en", "ru", "kk", "ka"))
    _one_of("terminal.theme", terminal.theme, ("light", "dark"))
    _between("terminal.width", terminal.width, 800, 7680)
    _between("terminal.height", terminal.height, 600, 4320)
    _between("devices.printer_columns", devices.printer_columns, 24, 64)
    _between("kiosk.idle_seconds", kiosk.idle_seconds, 5, 3600)
    _between("kiosk.warning_seconds", kiosk.warning_seconds, 3, 300)
    if terminal.hub and not terminal.hub.startswith(("http://", "https://")):
        raise WrongSetting(f"terminal.hub = {terminal.hub!r} must start with http:// or https://.")
    if terminal.proxy and not _is_proxy(terminal.proxy):  # it may hold a password, so it is not repeated
        raise WrongSetting("terminal.proxy must be written as http://host:port or http://user:password@host:port.")
    if bool(settings.hub.certificate) != bool(settings.hub.key):
        raise WrongSetting("hub.certificate and hub.key must be given together, or neither.")
    for name in ("printer", "card_terminal"):
        if getattr(devices, name):
            address(getattr(devices, name), f"devices.{name}")
    address(settings.hub.listen, "hub.listen")
    if settings.hub.database and not settings.hub.database.startswith(("sqlite", "postgresql")):
        raise WrongSetting("hub.database must be a SQLAlchemy URL that starts with sqlite or postgresql.")


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
