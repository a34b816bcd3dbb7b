"""The drawer's sensor: what the level on the kick connector's third pin means, set or learned. No thread, no wire.

Bit 2 of the answer to DLE EOT 1 is that level. Which of the two means open depends on the drawer's switch, so it is set
("high", "low") or learned from pulses ("learn").
"""

from pos.devices.base import N_, DeviceFault

DRAWER_SHUT = DeviceFault(
    "drawer_shut", N_("The drawer stayed shut although it was told to open. Open it by its key. The sale is kept.")
)
PIN = 0x04
"""The bit of the answer to DLE EOT 1."""
_ALIKE = 2
"""Pulses in a row that must move the level the same way until it is believed: somebody may have shut the drawer by
hand in that very moment."""


class DrawerSensor:
    """What the levels mean. `mode`: which of them is open, "high" or "low"; "learn"; or "none"."""

    def __init__(self, mode: str) -> None:
        self._open_at: bool | None = {"high": True, "low": False}.get(mode)
        self._learns = mode == "learn"
        self._moved: list[bool] = []

    @property
    def there(self) -> bool:
        """Whether there is a sensor, its meaning known or not."""
        return self._learns or self._open_at is not None

    def seen(self, level: bool) -> bool | None:
        """A level was read: whether the drawer is open, None while nobody knows."""
        return None if self._open_at is None else level is self._open_at

    def pulsed(self, before: bool, after: bool) -> bool | None:
        """The levels before and after a pulse: whether the drawer is open now, None while nobody knows."""
        if self._learns and self._open_at is None and before is not after:
            self._moved.append(after)
            if self._moved[-_ALIKE:] == [after] * _ALIKE:
                self._open_at = after
        return self.seen(after)
