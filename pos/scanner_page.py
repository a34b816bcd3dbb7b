"""What leads to the page that learns a scanner, and how a terminal hears its scanners. A part of the till."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pos.devices.base import DeviceEvent, ScannerBurst
from pos.made import MadeFlows
from pos.scanners import Scanners
from pos.terminal import Terminal
from sync.actions.approve import may_approve
from sync.local import Staff

if TYPE_CHECKING:
    from pos.scanner.flow import ScannerFlow


class ScannerPage(MadeFlows):
    """Who may, opens it from their menu. `scanners` are those of the window once there is one."""

    terminal: Terminal
    place: Any
    actor: Staff | None
    returns: Any
    _show: Callable[..., None]
    _to_sale: Callable[[], None]
    _kept_here: Callable[[], bool]

    def make_scanners(self, terminal: Terminal) -> None:
        """Those that need no window; a window brings its keyboard."""
        self.scanners = Scanners(None, terminal.devices.scanner)
        terminal.on_device(self._heard_scanner)

    @cached_property
    def scanner(self) -> "ScannerFlow":
        """The page that learns a scanner."""
        from pos.scanner.flow import ScannerFlow

        return self._made(ScannerFlow(self.terminal, lambda: self.scanners, self._to_sale))

    @property
    def may_learn_scanner(self) -> bool:
        """Whether who is here may change how scanners are read: leads and managers."""
        return self.actor is not None and may_approve(self.actor, self._clock())

    def learn_scanner(self) -> None:
        """The page that learns a scanner."""
        if not self.may_learn_scanner or self.place == "scanner" or self._kept_here():
            return
        self.returns.away()
        self._show("scanner")
        self.scanner.start()

    def _leave_scanner(self, place: str) -> None:
        """Whoever goes elsewhere scans again."""
        if self.place == "scanner" != place:
            self.scanner.leave()

    def _heard_scanner(self, event: DeviceEvent) -> None:
        if isinstance(event, ScannerBurst):
            self.scanners.burst(event.device, event.presses)
