"""The scanners of a terminal as one: the keyboard that types into the window, and the one with a line of its own.

Both are read by what was learned of them and is kept in the terminal's home.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from pos.devices.scanner import LineScanner
from pos.devices.scanner_profile import Press, Profile, WrongProfile, load
from pos.keys import Keys

log = logging.getLogger(__name__)

WEDGE, LINE = "wedge", "scanner"
Heard = Callable[[str, tuple[Press, ...]], None]


class Scanners:
    """What a till hears codes with. `keys` is None where there is no window."""

    def __init__(self, keys: Keys | None, line: LineScanner | None) -> None:
        self._keys, self._line = keys, line
        self._heard: Heard | None = None

    def use_kept(self, home: Path) -> None:
        """Read both by what is kept of them. What can't be used is logged, and its scanner read as an unknown one."""
        for device in (WEDGE, LINE):
            try:
                self.use(device, load(home, device))
            except (WrongProfile, OSError) as error:
                log.error("the scanner %s is read as one that nobody learned: %s. Learn it again.", device, error)  # noqa: TRY400

    def use(self, device: str, profile: Profile) -> None:
        """Read that scanner so from now on."""
        if device == WEDGE and self._keys is not None:
            self._keys.use(profile)
        elif device == LINE and self._line is not None:
            self._line.use(profile)

    def learn(self, heard: Heard | None) -> None:
        """Give all that comes of both, as it came, until it is None."""
        self._heard = heard
        if self._keys is not None:
            self._keys.learn((lambda presses: heard(WEDGE, presses)) if heard is not None else None)
        if self._line is not None:
            self._line.learn(heard is not None)

    def burst(self, device: str, presses: tuple[Press, ...]) -> None:
        """What the scanner with a line of its own sent while it is learned."""
        if self._heard is not None:
            self._heard(device, presses)
