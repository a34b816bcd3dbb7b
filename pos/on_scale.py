"""What lies on the till's scale, and a weight that is asked for. Pure: no device, no window."""

from dataclasses import dataclass, replace
from typing import TypeVar

from pos.devices.base import DeviceEvent, DeviceFault, Load, ScaleReading, StatusUpdate

MOST_GRAMS = 99_999
"""No shop scale weighs more; what is typed beyond it is a slip of the finger."""

W = TypeVar("W", bound="Weight")


@dataclass(frozen=True, slots=True)
class OnScale:
    """What the scale says. `load`: None before it said anything, and while a `fault` stands. `net`: a tare is off.

    `taken`: what the load was weighed for; nothing else is weighed before the scale was empty.
    """

    load: Load | None = None
    grams: int = 0
    net: bool = False
    fault: DeviceFault | None = None
    taken: str = ""

    def heard(self, event: DeviceEvent) -> "OnScale":
        """After one more event of the scale."""
        if isinstance(event, ScaleReading):
            taken = "" if event.load is Load.EMPTY and not event.net else self.taken
            return OnScale(event.load, event.grams, event.net, None, taken)
        if isinstance(event, StatusUpdate) and event.fault is not None:
            return OnScale(fault=event.fault, taken=self.taken)
        if isinstance(event, StatusUpdate):
            return replace(self, fault=None)
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """A weight that is asked for. `line_id`: the line whose weight it is, "" where there is none yet.

    `scale`: what the scale says, None where there is none. `by_hand`: `grams` are typed instead. `most`: thousandths of
    a kilogram that may be taken, None where nothing sets a limit.
    """

    line_id: str = ""
    grams: int = 0
    scale: OnScale | None = None
    by_hand: bool = True
    most: int | None = None

    def typed(self: W, key: str) -> W:
        """With one more digit, or one less after `delete`."""
        if key == "delete":
            return replace(self, grams=self.grams // 10)
        grams = self.grams * 10 ** len(key) + int(key) if key.isascii() and key.isdigit() else self.grams
        return replace(self, grams=grams) if grams <= MOST_GRAMS else self

    @property
    def key(self) -> str:
        """What the load is taken for, among all that this till weighs; "": something new."""
        return self.line_id

    @property
    def blocked(self) -> bool:
        """Whether what lies on the scale was taken already, as something else."""
        return self.scale is not None and self.scale.taken not in ("", self.key)

    @property
    def weight(self) -> int:
        """What would be taken now, in thousandths of a kilogram; 0: nothing."""
        if self.by_hand or self.scale is None:
            return self.grams
        return self.scale.grams if self.scale.load is Load.STEADY and not self.blocked else 0

    @property
    def too_much(self) -> bool:
        """Whether that is more than may be taken."""
        return self.most is not None and self.weight > self.most
