"""What came from elsewhere: received by its label or by that of its transport unit; what is too much, and what did not
come, is recorded and told to the hub."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from pos.collect import words
from pos.collect.finding import FindFlow
from pos.collect.listing import Filter
from pos.collect.local import CameInUnit, Labelled, take_in, take_in_unit
from sync.actions.parcels_missing import parcels_missing
from sync.domain.pickups import Parcel, ParcelState
from sync.local import Local

T = TypeVar("T")


class ReceiveFlow(FindFlow, ABC):
    """Verbs of receiving, and how a step is recorded."""

    def _record(self, job: Callable[[Local], T], then: Callable[[T], None]) -> None:
        def done(result: T) -> None:
            self.state = replace(self.state, working=False)
            then(result)
            self._terminal.notice(frozenset({"link"}))

        self._to(working=True)
        self._terminal.run(job, done, self._not_recorded)

    def _not_recorded(self, error: Exception) -> None:
        reason = self._terminal.reason_of(error)
        self._say(lambda: words.not_recorded(reason), working=False)

    # ------------------------------------------------------------------------------------------------- receiving

    def _receive(self) -> None:
        """Without a scan of its label: somebody has it in the hand all the same, and the record says so."""
        focus = self.state.focus
        if focus is not None:
            self._label(focus.id, by_hand=True)

    def _label(self, parcel_id: str, by_hand: bool = False) -> None:
        actor = self._actor
        if actor is not None:
            job = take_in(parcel_id, actor, self._clock(), by_hand)
            self._terminal.run(job, self._labelled, self._not_recorded)

    def _labelled(self, found: Labelled) -> None:
        """What is expected came; what came is put on a shelf; what lies there is opened."""
        parcel, read = found.parcel, self.state.read
        if found.told is not None:
            self._tell_surplus(found.told)
        elif found.refused is not None or parcel is None:
            refused = found.refused
            self._say(words.nobody_knows if refused is None else lambda: words.refused(refused, read))
        elif parcel.location != read.here or parcel.state in (ParcelState.HANDED_OUT, ParcelState.SENT_BACK):
            self._say(lambda: words.as_it_is(parcel, read))
        elif parcel.state is ParcelState.RECEIVED:
            self._look()
            self._ask_shelf(parcel, found.came)
        else:
            now = self._clock()
            self._look(lambda: self._open(parcel.order, parcel))
            self._say(lambda: words.opened(parcel, now))
        if found.came or found.told is not None:
            self._terminal.notice(frozenset({"link"}))

    def _unit(self, sscc: str) -> None:
        """The number of a transport unit: everything that is expected in it came."""
        actor = self._actor
        if actor is not None and not self.state.working:
            self._record(take_in_unit(sscc, actor, self._clock()), self._came_in)

    def _came_in(self, found: CameInUnit) -> None:
        if found.told is not None:
            self._tell_surplus(found.told)
        elif len(found.came) == 1:
            self._look()
            self._ask_shelf(found.came[0], True)
        else:
            self._list(filter=Filter.WAY, finding=False, query="", hits=None, order="", parcel="")
            self._look()
            self._say(lambda: words.unit_came(len(found.came), len(found.before)))

    def not_come(self) -> None:
        """The parcel that is open was expected by now, and is not there: the hub is asked to look for it."""
        focus, actor, now = self.state.focus, self._actor, self._clock()
        if focus is None or actor is None or self.state.working:
            return

        def job(local: Local) -> list[Parcel]:
            return parcels_missing(local, focus.order, (focus.id,), actor=actor, now=now)

        self._record(job, lambda after: self._not_there(focus, after))

    def _not_there(self, parcel: Parcel, after: list[Parcel]) -> None:
        read = self.state.read
        self._say((lambda: words.missing(parcel, read)) if after else (lambda: words.missing_before(parcel)))
        self._look()

    def _tell_surplus(self, told: int) -> None:
        zone = self.state.read.settings.timezone
        self._say(lambda: words.surplus(told, zone))

    # ---------------------------------------------------------------------------------------------- what follows

    @abstractmethod
    def _ask_shelf(self, parcel: Parcel | None, came: bool = False) -> None: ...

    @abstractmethod
    def _open(self, order: str, parcel: Parcel | None = None) -> None: ...
