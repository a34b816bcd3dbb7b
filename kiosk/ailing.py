"""A kiosk's devices that can't do their work: shoppers are served without them, and the staff of the store hear of it.

What ails is kept on the disk, from where the agent tells the hub. It is a state: what is well again is not there.
"""

import logging
from collections.abc import Callable
from dataclasses import fields

from pos.ailing import ailments
from pos.devices.base import DeviceEvent, DeviceState, StatusUpdate
from pos.terminal import Terminal
from sync.actions.clock import now_ms
from sync.local.ailing import keep_ailing

log = logging.getLogger(__name__)

State = tuple[dict[str, str], frozenset[str]]
"""Faults by role, and the roles of which nothing is known yet."""


class Ailing:
    """Keeps what ails of the terminal's devices, from now on."""

    def __init__(self, terminal: Terminal, clock: Callable[[], int] = now_ms) -> None:
        self._terminal, self._clock = terminal, clock
        self._kept: State | None = None
        terminal.on_device(self._heard)
        terminal.on_changed(lambda _topics: self._keep())  # what the disk did not take is tried again
        self._keep()

    def _heard(self, event: DeviceEvent) -> None:
        if isinstance(event, StatusUpdate):
            self._keep()

    def _keep(self) -> None:
        state = self._state()
        if state == self._kept:
            return
        (found, undecided), now = state, self._clock()
        self._kept = state
        self._terminal.run(lambda local: keep_ailing(local, found, undecided, now), None, self._not_kept)

    def _state(self) -> State:
        devices = self._terminal.devices
        given = ((field.name, getattr(devices, field.name)) for field in fields(devices))
        undecided = frozenset(name for name, device in given if device and device.state is DeviceState.CLOSED)
        return {one.role: one.fault.kind for one in ailments(devices)}, undecided

    def _not_kept(self, error: Exception) -> None:
        """No shopper is troubled with it: what they do is said by itself if the disk takes nothing."""
        log.warning("what ails of the devices can't be kept, and is tried again: %s", error)
        self._kept = None
