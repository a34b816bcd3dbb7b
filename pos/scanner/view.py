"""What the page of a scanner shows, of its state. No window here."""

from dataclasses import dataclass

from pos.devices.scanner_learning import SHEET, Finding
from pos.scanner import words
from pos.scanner.state import ScannerState
from pos.ui.i18n import _


@dataclass(frozen=True, slots=True)
class RowSaid:
    """A code of the sheet in the list."""

    number: str
    name: str
    read: bool = False
    chosen: bool = False
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class FoundSaid:
    """One thing that was found."""

    text: str
    right: bool


def rows(state: ScannerState) -> list[RowSaid]:
    """Every code, with its number on the sheet."""
    past = state.number - 1 if state.wanted is not None else len(SHEET)
    return [
        RowSaid(
            str(at + 1), words.card(card.key), card.key in state.read, card == state.wanted,
            at < past and card.key not in state.read,
        )
        for at, card in enumerate(SHEET)
    ]  # fmt: skip


def found(state: ScannerState) -> list[FoundSaid]:
    """What was found; what is to be done first."""

    def said(finding: Finding) -> FoundSaid:
        return FoundSaid(words.finding(finding), finding.right)

    return [said(each) for each in sorted(state.findings, key=lambda each: each.right)]


def hint(state: ScannerState) -> str:
    """What to do, below the number."""
    if state.wanted is not None and state.wanted.optional:
        return _("Hold the scanner over the code with this number. Some scanners can't read it.")
    return _("Hold the scanner over the code with this number on the sheet.")


def sheet_hint(state: ScannerState) -> str:
    """Where the sheet comes from."""
    if state.prints:
        return _("The sheet comes out of the receipt printer. It leaves out code 6.")
    return _("Support prints the sheet: python -m pos.scanner_sheet --out sheet.pdf")
