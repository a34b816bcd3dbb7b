"""Which devices a terminal has, and with what its agent is started, by its settings."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pos.card_terminals import card_terminal
from pos.devices.base import Display, Inbox, Scale
from pos.devices.camera import Camera
from pos.devices.fiscal import FiscalPrinter
from pos.devices.scanner import LineScanner
from pos.printers import label_printer, receipt_printer
from pos.shopper_window import ShopperWindow, window_command
from pos.terminal import Devices
from sync.settings import (
    CameraSettings,
    CustomerDisplaySettings,
    DeviceSettings,
    FiscalSettings,
    LabelPrinterSettings,
    ScaleSettings,
    ScannerSettings,
    Settings,
    TerminalSettings,
    WrongSetting,
    address,
)


def equip(
    settings: DeviceSettings,
    camera: CameraSettings | None = None,
    label: LabelPrinterSettings | None = None,
    scale: ScaleSettings | None = None,
    scanner: ScannerSettings | None = None,
    fiscal: FiscalSettings | None = None,
    display: CustomerDisplaySettings | None = None,
) -> Callable[[Inbox], Devices]:
    """A function that makes the devices for an inbox. Raises WrongSetting for an address that is none."""
    if settings.card_terminal:
        address(settings.card_terminal, "devices.card_terminal")

    def made(inbox: Inbox) -> Devices:
        from pos.devices.printer import PrinterDrawer

        printing = receipt_printer(settings, inbox)
        drawer = PrinterDrawer(printing) if printing and settings.drawer is not False else None
        return Devices(
            printer=printing,
            drawer=drawer,
            card=card_terminal(settings, inbox),
            camera=seeing(camera, inbox) if camera else None,
            label=label_printer(label, inbox) if label else None,
            scale=weighing(scale, inbox) if scale else None,
            display=showing(display, inbox) if display else None,
            scanner=reading(scanner, inbox) if scanner else None,
            fiscal=fiscalising(fiscal, inbox) if fiscal else None,
        )

    return made


def equip_till(settings: Settings, drawer: bool) -> Callable[[Inbox], Devices]:
    """`equip` with all that a till may have; `drawer`: whether cash is taken and given at it."""
    made = equip(
        replace(settings.devices, drawer=drawer),
        settings.camera,
        settings.label_printer,
        settings.scale,
        settings.scanner,
        settings.fiscal,
        settings.customer_display,
    )
    return lambda inbox: replace(made(inbox), window=beside(settings, inbox))


def beside(settings: Settings, inbox: Inbox) -> ShopperWindow | None:
    """The window that shoppers look at, or None where the settings want none."""
    return ShopperWindow(window_command(settings), inbox) if settings.customer_display.window else None


def seeing(settings: CameraSettings, inbox: Inbox) -> Camera | None:
    """The camera, or None where the settings name none."""
    from pos.devices.frames import Source, Video4Linux
    from pos.devices.virtual.camera import PictureCamera

    source: Source
    if settings.folder is not None:
        source = PictureCamera(settings.folder.expanduser(), settings.width, settings.height)
    elif settings.device:
        source = Video4Linux(settings.device, settings.width, settings.height)
    else:
        return None
    return Camera(source, inbox)


def reading(settings: ScannerSettings, inbox: Inbox) -> LineScanner | None:
    """The scanner that has a port or a node of its own, or None where the settings name none."""
    from pos.devices.scanner_keys import EventKeys
    from pos.devices.scanner_serial import SerialCodes

    if settings.port:
        return LineScanner(SerialCodes(str(Path(settings.port).expanduser()), settings.baud), inbox)
    return LineScanner(EventKeys(settings.keys), inbox) if settings.keys else None


def showing(settings: CustomerDisplaySettings, inbox: Inbox) -> Display | None:
    """The customer display of two lines, or None where the settings name no port of one."""
    if not settings.port:
        return None
    from pos.devices.line_display import LineDisplay, LineDisplaySettings
    from pos.devices.serial_port import Line

    line = Line(settings.port, settings.baud, settings.bits)
    page, number = settings.code_page, settings.code_page_number
    return LineDisplay(LineDisplaySettings(line, "customer display", settings.protocol, page, number), inbox)


def weighing(settings: ScaleSettings, inbox: Inbox) -> Scale | None:
    """The scale, or None where the settings name none."""
    if not settings.port:
        return None
    from pos.devices.scale import ToledoScale, ToledoSettings
    from pos.devices.serial_port import Line

    return ToledoScale(ToledoSettings(Line(settings.port, settings.baud, settings.bits)), inbox)


def fiscalising(settings: FiscalSettings, inbox: Inbox) -> FiscalPrinter | None:
    """The fiscal printer, or None where the settings name none. Raises WrongSetting for a driver that there is not, and
    for an address that is none to it."""
    if not settings.driver:
        return None
    from pos.devices.fiscal import NoDriver, fiscal_printer

    try:
        return fiscal_printer(settings.driver, settings.address, inbox)
    except NoDriver as none:
        raise WrongSetting(f"fiscal.driver = {settings.driver!r}: {none}.") from none
    except WrongSetting:
        raise
    except ValueError as wrong:
        raise WrongSetting(f"fiscal.address = {settings.address!r}: {wrong}.") from wrong


def agent_flags(settings: TerminalSettings) -> list[str]:
    """What the agent must be told besides its home: the hub's address now, and whose certificates to trust.

    Not the proxy, which may hold a password that every program here could read: `agent_environment` carries it.
    """
    hub = [f"--hub={settings.hub}"] if settings.hub else []
    return hub + ([f"--ca-file={settings.ca_file}"] if settings.ca_file else [])


def agent_environment(settings: TerminalSettings) -> dict[str, str]:
    """What the agent is told where only it can read it."""
    return {"STOREFLOOR_TERMINAL_PROXY": settings.proxy} if settings.proxy else {}
