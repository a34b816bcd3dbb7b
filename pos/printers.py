"""The printers of a terminal, by its settings: one for receipts, and perhaps one for labels."""

from pos.devices.base import Inbox, Printer
from sync.printer_address import By, PrinterAddress
from sync.settings import DeviceSettings, LabelPrinterSettings, printer_at


def receipt_printer(settings: DeviceSettings, inbox: Inbox) -> Printer | None:
    """The receipt printer, or None where the settings name none. Raises WrongSetting for an address that is none."""
    if not settings.printer:
        return None
    from pos.devices.encode import Paper

    paper = Paper(columns=settings.printer_columns, logo=settings.logo.expanduser() if settings.logo else None)
    at = printer_at(settings.printer, "devices.printer")
    return _escpos("printer", at, paper, inbox, settings.printer_answers, settings.drawer_sensor)


def label_printer(settings: LabelPrinterSettings, inbox: Inbox) -> Printer | None:
    """The label printer, or None where the settings name none. Raises WrongSetting for an address that is none."""
    if not settings.address:
        return None
    from pos.devices.encode import Paper
    from pos.devices.label import LabelSettings, ZplPrinter, labels_encoded
    from pos.devices.zpl import LabelPaper

    at = printer_at(settings.address, "label_printer.address")
    if settings.language == "escpos":
        return _escpos("label printer", at, Paper(columns=48 if settings.width_mm >= 72 else 32), inbox)
    size = LabelPaper(settings.width_mm, settings.height_mm, settings.dpi)
    if at.by is By.QUEUE:
        from pos.devices.queue_printer import QueuePrinter, QueueSettings

        return QueuePrinter(QueueSettings("label printer", at.queue), inbox, labels_encoded(size))
    return ZplPrinter(LabelSettings(at=at, paper=size), inbox)


def _escpos(
    name: str, at: PrinterAddress, paper: object, inbox: Inbox, answers: bool = True, sensor: str = "none"
) -> Printer:
    from pos.devices.encode import Paper, encode
    from pos.devices.logo import logo_fault
    from pos.devices.printer import EscposPrinter, PrinterSettings
    from pos.devices.queue_printer import QueuePrinter, QueueSettings

    assert isinstance(paper, Paper)
    if at.by is not By.QUEUE:
        settings = PrinterSettings(name, at=at, paper=paper, answers_status=answers, drawer_sensor=sensor)
        return EscposPrinter(settings, inbox)
    printer = QueuePrinter(QueueSettings(name, at.queue), inbox, lambda page: encode(page, paper))
    printer.remark = lambda: logo_fault(paper.logo)
    return printer
