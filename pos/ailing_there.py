"""Devices of other terminals at this store that can't do their work: a kiosk's, where nobody of the staff stands.

The hub told of them, by the role of each and the driver's word for what is wrong; what is said of it is said here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pos.devices.base import N_
from pos.network import since
from pos.ui.i18n import _
from sync.local import Local, settings
from sync.local.ailing import AilsThere, ailing_there

ICONS: Mapping[str, str] = {"printer": "printer", "camera": "scan-barcode", "scanner": "scan-barcode"}
_OTHER = (N_("a device"), N_("One of its devices does not work. Tell support."))
_DEVICES: Mapping[str, tuple[str, str]] = {
    "printer": (N_("printer"), N_("Its printer does not work. Switch it off and on; if it stays so, tell support.")),
    "camera": (N_("camera"), N_("Its camera sees nothing. Look at its cable; if it stays so, tell support.")),
    "scanner": (N_("scanner"), N_("Its scanner reads nothing. Look at its cable; if it stays so, tell support.")),
}
"""By role: what it is called, and what is to be done whatever is wrong with it."""
_FAULTS: Mapping[str, tuple[str, str]] = {
    "paper_out": (N_("no paper"), N_("Its printer has no paper. Put in a roll.")),
    "cover_open": (N_("printer open"), N_("The cover of its printer is open. Close it.")),
    "printer_jam": (N_("paper jam"), N_("Its printer reports a jam. Free its cutter.")),
    "printer_off": (N_("printer off"), N_("Its printer is off or not connected. Switch it on.")),
    "printer_offline": (
        N_("printer paused"),
        N_("Its printer has paused itself. Press its feed button."),
    ),
}
"""What is wrong in two words, and what is to be done, by the driver's word where that is more."""
_WORKS: Mapping[str, str] = {
    "printer": N_("Until then its screen shows each shopper their number, and all else works there."),
    "camera": N_("Codes can be scanned or typed there."),
    "scanner": N_("Numbers can be typed there."),
}


@dataclass(frozen=True, slots=True)
class AilmentThere:
    """A device there. `now`: when that was read, UTC ms; `zone`: the store's."""

    told: AilsThere
    now: int
    zone: str

    @property
    def role(self) -> str:
        """Which device of which terminal."""
        return f"{self.told.terminal}/{self.told.device}"

    @property
    def name(self) -> str:
        """Where it is and what is wrong, "Kiosk 2: no paper"."""
        return _("{terminal}: {what}").format(terminal=self.told.terminal, what=_(self._words[0]))

    @property
    def icon(self) -> str:
        """The device's icon."""
        return ICONS.get(self.told.device, "triangle-alert")

    @property
    def line(self) -> str:
        """What is to be done, what still works, and since when it is so."""
        works = _WORKS.get(self.told.device, "")
        began = _("So since {time}.").format(time=since(self.told.since, self.now, self.zone))
        return " ".join(part for part in (_(self._words[1]), _(works) if works else "", began) if part)

    @property
    def _words(self) -> tuple[str, str]:
        return _FAULTS.get(self.told.fault) or _DEVICES.get(self.told.device) or _OTHER


def read_there(local: Local, now: int) -> tuple[AilmentThere, ...]:
    """What ails at other terminals of this store, as the hub last told. `now`: UTC ms."""
    found = ailing_there(local)
    zone = settings(local).timezone if found else ""
    return tuple(AilmentThere(each, now, zone) for each in found)
