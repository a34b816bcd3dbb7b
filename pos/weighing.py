"""Weighing, for every task that weighs: what the scale says, or grams from the right by hand, as on a scale's own pad.

A scale that dies leaves the keypad, and comes back by itself. Between two items the scale must have been empty, so that
nothing is sold, or taken back, twice because it was left lying there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pos import weight_words
from pos.devices.base import DeviceEvent, ScaleAnswer, ScaleAsk
from pos.flow import Say
from pos.on_scale import OnScale, Weight
from pos.terminal import Terminal

W = TypeVar("W", bound=Weight)
Heard = Callable[[OnScale, OnScale], None]
"""What the scale said before, and what it says now."""


class Weigher:
    """The scale of a till. There is one for all its tasks: what one took off it, another must not take again.

    `on`: what it says; None where the settings name no scale.
    """

    def __init__(self, terminal: Terminal) -> None:
        self._scale = terminal.devices.scale
        self.on = OnScale(fault=self._scale.fault) if self._scale else None
        self._followers: list[Heard] = []
        self._asked: list[Callable[[ScaleAnswer], None]] = []
        self._at_work: set[int] = set()
        if self._scale is not None:
            terminal.on_device(self._heard)

    def follow(self, heard: Heard) -> None:
        """Tell `heard` whenever the scale says something else."""
        self._followers.append(heard)

    def begin(self, who: int) -> None:
        """Somebody weighs: the scale is asked more often. `who`: any number that is theirs alone."""
        self._at_work.add(who)
        self._watch()

    def over(self, who: int) -> None:
        """They weigh no more: the tare is over, and what was taken is looked after until it is off."""
        self._at_work.discard(who)
        if self._scale is not None:
            self._scale.clear()
            self._watch()

    def taken(self, key: str) -> None:
        """What lies there was taken as that."""
        if self.on is not None:
            self.on = replace(self.on, taken=key)
            self._watch()

    def ask(self, what: ScaleAsk, then: Callable[[ScaleAnswer], None]) -> None:
        """Take the load as tare or as zero; `then(answer)` follows."""
        if self._scale is not None:
            self._asked.append(then)
            self._scale.ask(what)

    def _watch(self) -> None:
        if self._scale is not None:
            self._scale.watch(bool(self._at_work) or bool(self.on and self.on.taken))

    def _heard(self, event: DeviceEvent) -> None:
        before = self.on
        if self._scale is None or before is None or event.device != self._scale.name:
            return
        if isinstance(event, ScaleAnswer):
            if self._asked:
                self._asked.pop(0)(event)
            return
        self.on = on = before.heard(event)
        self._watch()
        for heard in self._followers:
            heard(before, on)


class WeighPad(Generic[W]):
    """The verbs of one weight that is asked for: `now()` reads it from the flow's state, `show` puts another there."""

    def __init__(
        self, weigher: Weigher, now: Callable[[], W | None], show: Callable[[W], None], tell: Callable[[Say], None]
    ) -> None:
        self._weigher, self._now, self._show, self._tell = weigher, now, show, tell
        weigher.follow(self._heard)

    def begin(self, weight: W) -> W:
        """The weight as it begins: on the scale, or by hand where there is none or it is dead."""
        on = self._weigher.on
        self._weigher.begin(id(self))
        return replace(weight, scale=on, by_hand=on is None or on.fault is not None)

    def over(self) -> None:
        """No weight is asked for any more."""
        self._weigher.over(id(self))

    def taken(self, weight: W, key: str) -> None:
        """A weight was taken as `key`; what was typed did not need to lie on the scale."""
        if not weight.by_hand:
            self._weigher.taken(key)

    def key(self, key: str) -> None:
        """A digit or `delete`: grams from the right, where the weight is entered by hand."""
        weight = self._now()
        if weight is not None and weight.by_hand:
            self._show(weight.typed(key))

    def by_hand(self) -> None:
        """Type the weight, whatever the scale says."""
        weight = self._now()
        if weight is not None:
            self._show(replace(weight, by_hand=True))

    def on_scale(self) -> None:
        """Take the weight from the scale again; what was typed is forgotten."""
        weight = self._now()
        if weight is not None and weight.scale is not None and weight.scale.fault is None:
            self._show(replace(weight, by_hand=False, grams=0))

    def ask(self, what: ScaleAsk) -> None:
        """The empty container that lies there counts no more; or what the empty scale shows is nothing."""
        if self._now() is not None:
            self._weigher.ask(what, self._did)

    def _did(self, answer: ScaleAnswer) -> None:
        """The scale did what it was asked, or says why not."""
        if self._now() is not None:
            self._tell(lambda: weight_words.did(answer.ask, answer.done))

    def _heard(self, before: OnScale, on: OnScale) -> None:
        weight = self._now()
        if weight is None:
            return
        self._show(replace(weight, scale=on))
        if on.fault is not None and on.fault != before.fault:
            self._tell(lambda: weight_words.scale_gone(on))
        elif before.fault is not None and on.fault is None:
            self._tell(weight_words.scale_back)


class Weighs:
    """The verbs of a task that weighs, as the screen of a weight calls them."""

    _weight: WeighPad[Any]

    def weigh_key(self, key: str) -> None:
        """A digit or `delete`: grams from the right, where the weight is typed."""
        self._weight.key(key)

    def weigh_by_hand(self) -> None:
        """Type the weight, whatever the scale says."""
        self._weight.by_hand()

    def weigh_on_scale(self) -> None:
        """Take the weight from the scale again; what was typed is forgotten."""
        self._weight.on_scale()

    def weigh_tare(self) -> None:
        """What lies on the scale is an empty container: it counts no more until this weighing is over."""
        self._weight.ask(ScaleAsk.TARE)

    def weigh_zero(self) -> None:
        """What the empty scale shows is nothing."""
        self._weight.ask(ScaleAsk.ZERO)


@dataclass(frozen=True, slots=True)
class WeightSaid:
    """What the screen of a weight shows. `line`: small, under the name; `foot`: icon and words of what lies there;
    `amount`: what it costs, minor units, None where nothing is sold; `limit`: what may be taken at most, in words."""

    weight: Weight
    name: str
    line: str
    foot: tuple[str, str]
    picture: str = ""
    tint: str = "sand"
    letters: str = ""
    amount: int | None = None
    currency: str = ""
    limit: str = ""
