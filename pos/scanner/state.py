"""Learning a scanner on the screen: which codes of the sheet were read, and what was found. No window, no work."""

from dataclasses import dataclass

from pos.devices.scanner_learning import SHEET, Card, Finding
from pos.devices.scanner_profile import Profile
from pos.ui.happened import Happened


@dataclass(frozen=True, slots=True)
class ScannerState:
    """`read`: keys of the cards that were read, `wanted` the next one. With `profile` the sheet is done and `findings`
    say what was found; `keeping`: it is on its way to the disk, `kept`: it lies there. `prints`: a receipt printer can
    print the sheet, `paper`: it does just now."""

    read: frozenset[str] = frozenset()
    wanted: Card | None = SHEET[0]
    profile: Profile | None = None
    findings: tuple[Finding, ...] = ()
    keeping: bool = False
    kept: bool = False
    prints: bool = False
    paper: bool = False
    happened: Happened | None = None

    @property
    def number(self) -> int:
        """The number of the wanted card on the sheet, from 1; 0: none is wanted."""
        return SHEET.index(self.wanted) + 1 if self.wanted is not None else 0

    @property
    def right(self) -> bool:
        """Whether nothing that was found wants another setting."""
        return all(finding.right for finding in self.findings)
