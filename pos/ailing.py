"""Which of a terminal's devices can't do their work now, and what still works. No window here.

A device says so itself, in its state; it comes back by itself, and then so does what is said here. What just happened
on a screen may still say what ailed it: that sentence goes, too. Those of other terminals at the store, of which the
hub told, stand behind the own ones.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from pos.ailing_there import AilmentThere, read_there
from pos.devices.base import N_, Device, DeviceEvent, DeviceFault, DeviceState, OutputComplete, StatusUpdate
from pos.flow import Flow
from pos.terminal import Devices, Terminal
from pos.ui.i18n import _, ngettext
from sync.actions.clock import now_ms
from sync.local import Local

log = logging.getLogger(__name__)

NAMES: Mapping[str, tuple[str, str]] = {
    "printer": (N_("Receipt printer"), "printer"),
    "label": (N_("Label printer"), "tag"),
    "drawer": (N_("Drawer"), "banknote"),
    "card": (N_("Card terminal"), "credit-card"),
    "camera": (N_("Camera"), "scan-barcode"),
    "scanner": (N_("Scanner"), "scan-barcode"),
    "scale": (N_("Scale"), "layers"),
    "display": (N_("Customer display"), "eye"),
    "fiscal": (N_("Fiscal printer"), "receipt"),
    "window": (N_("Customer screen"), "eye"),
}
"""By the name in `Devices`: what it is called, and its icon."""
_WORKS: Mapping[str, str] = {
    "printer": N_("Everything else works; what does not come out now is printed later."),
    "label": N_("Parcels are received and packed as ever; their labels are printed later."),
    "drawer": N_("Its key opens it; selling goes on."),
    "card": N_("Cash and gift cards pay as ever."),
    "camera": N_("The scanner reads as ever, and every number can be typed."),
    "scanner": N_("Type the number, or find the article by its name."),
    "scale": N_("Type the weight by hand."),
    "display": N_("The total stands on this screen and on the receipt."),
    "fiscal": N_("Selling goes on."),
    "window": N_("The total stands on this screen and on the receipt."),
}
_NO_DRAWER = N_("Gift cards pay as ever. Cash and cards are taken at a till.")
_KEY = N_("The drawer opens by its key.")
_BACK: Mapping[str, str] = {
    "printer": N_("The printer is ready again. What did not come out can be printed now."),
    "label": N_("The label printer is ready again. What did not come out can be printed now."),
    "card": N_("The card terminal is ready again."),
}
"""What takes the place of a fault's sentence once the device is well."""
_LASTING = ("card_lost", "card_not_back")
"""Faults of which something stays: an answer that is missing, money that goes back by the bank."""


@dataclass(frozen=True, slots=True)
class Ailment:
    """A device that can't work now: its `role` (its name in `Devices`), what is wrong, and what still works."""

    role: str
    fault: DeviceFault
    works: str

    @property
    def name(self) -> str:
        """What it is called."""
        return _(NAMES[self.role][0])

    @property
    def icon(self) -> str:
        """Its icon."""
        return NAMES[self.role][1]

    @property
    def line(self) -> str:
        """What is wrong, and what still works."""
        return f"{self.fault.sentence} {self.works}"


def ailments(devices: Devices, has_drawer: bool = True) -> tuple[Ailment, ...]:
    """Every device that can't work now. `has_drawer`: cash is taken at this terminal."""
    found = ((field.name, getattr(devices, field.name)) for field in fields(devices))
    return tuple(
        Ailment(role, device.fault, _works(role, device, devices, has_drawer))
        for role, device in found
        if role in NAMES and device is not None and _ails(device)
    )


def short(found: Sequence[Ailment | AilmentThere]) -> str:
    """So much of it as the top bar has room for."""
    if len(found) == 1:
        return found[0].name
    return ngettext("{n} device", "{n} devices", len(found)).format(n=len(found)) if found else ""


def _ails(device: Device) -> bool:
    return device.fault is not None and device.state not in (DeviceState.READY, DeviceState.CLOSED)


def _works(role: str, device: Device, devices: Devices, has_drawer: bool) -> str:
    if role == "card" and not has_drawer:
        return _(_NO_DRAWER)
    drawer = role == "printer" and devices.drawer is not None and device.state is DeviceState.OFF
    return f"{_(_WORKS[role])} {_(_KEY)}" if drawer else _(_WORKS[role])


class Ailing:
    """Listens to a terminal's devices, and to what the hub tells of others'. `changed` is called when one ails or is
    well again."""

    def __init__(self, terminal: Terminal, flows: Sequence[Flow[Any]], clock: Callable[[], int] = now_ms) -> None:
        self.changed: Callable[[], None] = lambda: None
        self.works: dict[str, Callable[[], str]] = {}  # by role: what else can be said of what works, "" for nothing
        self._terminal, self._flows, self._clock = terminal, flows, clock
        self._heard_of: dict[str, set[DeviceFault]] = {}
        self._there: tuple[AilmentThere, ...] = ()
        terminal.on_device(self._heard)
        terminal.on_changed(self._news)
        terminal.run_after_frame(self._read, self._told, self._unread)

    def now(self, has_drawer: bool = True) -> tuple[Ailment | AilmentThere, ...]:
        """What ails now, the own devices first."""
        return *self._own(has_drawer), *self._there

    def _own(self, has_drawer: bool) -> tuple[Ailment, ...]:
        found = ailments(self._terminal.devices, has_drawer)
        said = [(one, self.works[one.role]() if one.role in self.works else "") for one in found]
        return tuple(replace(one, works=words) if words else one for one, words in said)

    def _heard(self, event: DeviceEvent) -> None:
        fault = event.fault if isinstance(event, StatusUpdate | OutputComplete) else None
        if fault is not None and fault.kind not in _LASTING:
            self._heard_of.setdefault(event.device, set()).add(fault)
        if isinstance(event, StatusUpdate):
            if event.state is DeviceState.READY and event.fault is None:
                self._mended(event.device)
            self.changed()

    def _news(self, topics: frozenset[str]) -> None:
        if "attention" in topics:
            self._terminal.run(self._read, self._told, self._unread)

    def _read(self, local: Local) -> tuple[AilmentThere, ...]:
        return read_there(local, self._clock())

    def _told(self, there: tuple[AilmentThere, ...]) -> None:
        self._there = there
        self.changed()

    def _unread(self, error: Exception) -> None:
        """The files can't be worked on, as the screen says; the next news is looked at again."""
        log.warning("what ails at other terminals can't be read yet: %s", error)

    def _mended(self, name: str) -> None:
        """No screen goes on saying that a device is dead that is not."""
        faults = frozenset(self._heard_of.pop(name, ()))
        back = _BACK.get(self._role(name))
        if faults and back is not None:
            for flow in self._flows:
                flow.mended(faults, back)

    def _role(self, name: str) -> str:
        devices = self._terminal.devices
        found = ((field.name, getattr(devices, field.name)) for field in fields(devices))
        return next((role for role, device in found if device is not None and device.name == name), "")
