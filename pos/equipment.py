"""Which devices a terminal has, and with what its agent is started, by its settings."""

from collections.abc import Callable

from pos.devices.base import Inbox
from pos.terminal import Devices
from sync.settings import DeviceSettings, TerminalSettings, address


def equip(settings: DeviceSettings) -> Callable[[Inbox], Devices]:
    """A function that makes the devices for an inbox. Raises WrongSetting for an address that is none."""
    printer = address(settings.printer, "devices.printer") if settings.printer else None
    card = address(settings.card_terminal, "devices.card_terminal") if settings.card_terminal else None

    def made(inbox: Inbox) -> Devices:
        from pos.devices.card import CardSettings, TcpCardTerminal
        from pos.devices.encode import Paper
        from pos.devices.printer import EscposPrinter, PrinterDrawer, PrinterSettings

        paper = Paper(columns=settings.printer_columns)
        printing = (
            EscposPrinter(PrinterSettings(host=printer[0], port=printer[1], paper=paper), inbox) if printer else None
        )
        drawer = PrinterDrawer(printing) if printing and settings.drawer else None
        charging = TcpCardTerminal(CardSettings(host=card[0], port=card[1]), inbox) if card else None
        return Devices(printing, drawer, charging)

    return made


def agent_flags(settings: TerminalSettings) -> list[str]:
    """What the agent must be told besides its home: the hub's address now, and whose certificates to trust.

    Not the proxy, which may hold a password that every program here could read: `agent_environment` carries it.
    """
    hub = [f"--hub={settings.hub}"] if settings.hub else []
    return hub + ([f"--ca-file={settings.ca_file}"] if settings.ca_file else [])


def agent_environment(settings: TerminalSettings) -> dict[str, str]:
    """What the agent is told where only it can read it."""
    return {"STOREFLOOR_TERMINAL_PROXY": settings.proxy} if settings.proxy else {}
