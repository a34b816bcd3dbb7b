"""Learning a scanner by one sheet: from the codes as they come to a profile that this terminal keeps.

While it is up nothing that is scanned or typed is taken for anything else.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from pos.devices.base import N_, DeviceEvent, DeviceFault, Outcome, OutputComplete
from pos.devices.scanner_learning import Learning
from pos.devices.scanner_profile import Press, Profile, save
from pos.flow import Flow
from pos.receipt.scanner_sheet import NOT_PRINTED, scanner_sheet
from pos.scanner import words
from pos.scanner.state import ScannerState
from pos.terminal import Terminal
from pos.ui.i18n import language

log = logging.getLogger(__name__)

SHEET_JOB = "scanner-sheet"
WEDGE = "wedge"
"""The device of a profile for scanners that type into the window."""
NO_PAPER = DeviceFault("sheet_failed", N_("The printer did not print it. Look at the printer and print it again."))
Heard = Callable[[str, tuple[Press, ...]], None]


class Ears(Protocol):
    """Every scanner of this terminal (see pos.scanners.Scanners)."""

    def learn(self, heard: Heard | None) -> None:
        """Give all that comes, with its device, until it is None."""

    def use(self, device: str, profile: Profile) -> None:
        """Read that device so from now on."""


class ScannerFlow(Flow[ScannerState]):
    """Verbs of the page. `on_left` leads back."""

    def __init__(self, terminal: Terminal, ears: Callable[[], Ears], on_left: Callable[[], None]) -> None:
        super().__init__(ScannerState())
        self._terminal, self._ears, self._on_left = terminal, ears, on_left
        self._learning, self._device, self._sheets = Learning(), WEDGE, 0
        self._short_sheet = False
        terminal.on_device(self._papered)

    def start(self) -> None:
        """Begin with an unread sheet."""
        self._begin(WEDGE)
        self._ears().learn(self.heard)

    def leave(self) -> None:
        """Whoever signs out, or goes elsewhere: scans are scans again, and what was not kept is gone."""
        self._ears().learn(None)
        self._begin(WEDGE)

    def scanned(self, text: str) -> None:
        """Once it is learned, whatever is scanned shows how it is read. A camera's code is nothing to learn from."""
        self._say((lambda: words.tried(text)) if self.state.kept else words.strange)

    def heard(self, device: str, presses: tuple[Press, ...]) -> None:
        """What came of one press of the trigger."""
        if self.state.profile is not None:
            return
        if device != self._device:
            self._begin(device)
        if self._learning.heard(presses) is None:
            self._say(words.strange)
            return
        self._look()

    def skip(self) -> None:
        """The scanner can't read the wanted code."""
        self._learning.skip()
        self._look()

    def again(self) -> None:
        """Learn it anew."""
        if not self.state.keeping:
            self._begin(self._device)
            self._ears().learn(self.heard)

    def keep(self) -> None:
        """Read this scanner so from now on, and after every start."""
        profile, device, home = self.state.profile, self._device, self._terminal.home
        if profile is None or self.state.keeping or self.state.kept:
            return
        self._ears().use(device, profile)
        self._to(keeping=True)
        self._terminal.run(lambda _local: _save(home, device, profile), self._kept)

    def go_on(self) -> None:
        """The primary action: keep it, and then back to the sale."""
        if self.state.kept:
            self.back()
        else:
            self.keep()

    def back(self) -> None:
        """Back to where it came from; what was not kept is gone."""
        self._on_left()

    def print_sheet(self) -> None:
        """Print the sheet on the receipt printer. It is no paper of the business, so no journal has it."""
        printer = self._terminal.devices.printer
        if self.state.paper or printer is None:
            return
        self._sheets += 1
        self._say(words.printing, paper=True)
        printer.print(self._job, scanner_sheet(words.card, language()))

    @property
    def _job(self) -> str:
        return f"{SHEET_JOB}-{self._sheets}"

    def _begin(self, device: str) -> None:
        self._learning, self._device = Learning(), device
        if self._short_sheet:
            self._learning.leave_out(NOT_PRINTED)
        self.state = ScannerState(prints=self._terminal.devices.printer is not None, paper=self.state.paper)
        self._say(None)

    def _look(self) -> None:
        """Which code is next, or what was found."""
        if self._learning.wanted is not None:
            self._say(None, read=self._learning.read, wanted=self._learning.wanted)
            return
        profile, findings = self._learning.result()
        self._say(None, read=self._learning.read, wanted=None, profile=profile, findings=findings)

    def _kept(self, done: bool) -> None:
        if self.state.profile is None:
            return  # somebody went elsewhere meanwhile
        if done:
            self._ears().learn(None)
            self._say(words.learned, keeping=False, kept=True)
        else:
            self._say(words.not_kept, keeping=False)

    def _papered(self, event: DeviceEvent) -> None:
        if not isinstance(event, OutputComplete) or event.job_id != self._job or not self.state.paper:
            return
        if event.outcome is Outcome.PRINTED:
            self._short_sheet = True
            self._learning.leave_out(NOT_PRINTED)
            self._say(words.printed, paper=False, wanted=self._learning.wanted)
        else:
            why = event.fault or NO_PAPER
            self._say(lambda: words.not_printed(why.sentence), paper=False)


def _save(home: Path, device: str, profile: Profile) -> bool:
    """False: the disk took nothing, and the log says why."""
    try:
        save(home, device, profile)
    except OSError as error:
        log.error("what was learned of the scanner %s could not be kept: %s", device, error)  # noqa: TRY400
        return False
    return True
