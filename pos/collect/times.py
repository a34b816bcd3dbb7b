"""How an order stands in time: since when somebody waits, how long it has, how long it is kept. No window here."""

from dataclasses import dataclass

from pos.collect import words
from pos.collect.listing import Filter, late, on_shelf, over
from pos.collect.state import CollectState
from pos.ui.i18n import _, clock_time
from sync.domain.pickups import ParcelState
from sync.local.collecting import ToCollect

MINUTE, HOUR, DAY = 60_000, 3_600_000, 24 * 3_600_000
PATIENCE = 5 * MINUTE
"""Who waits longer than this is too long here."""
AHEAD, KEPT = 2 * HOUR, 7 * DAY
"""What a bar begins from: two hours before a promise, a week of lying on a shelf."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How an order stands in time. `tone`: now, good, alert or quiet; `share` 0 to 1000 of its bar, -1: it has none."""

    icon: str = ""
    words: str = ""
    tone: str = "quiet"
    share: int = -1
    target: str = ""


def lasting(ms: int) -> str:
    """A time as long as it is: 4 min, 1 h 3 min, 5 d."""
    minutes = max(1, ms // MINUTE)
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    if ms >= 2 * DAY:
        return _("{n} d").format(n=ms // DAY)
    hours, rest = divmod(minutes, 60)
    return _("{h} h {n} min").format(h=hours, n=rest) if rest and hours < 10 else _("{n} h").format(n=hours)


def timing(order: ToCollect, state: CollectState) -> Timing:
    """Since when somebody waits; else how long it has until it is promised, or kept."""
    zone, now = state.read.settings.timezone, state.now
    arrival, which = order.arrival, state.of_filter
    if arrival is not None and which in (Filter.BRING, None):
        waits = now - arrival.at
        tone = "alert" if waits > PATIENCE else "now"
        said = _("waits {time}").format(time=lasting(waits))
        return Timing("hand", said, tone, _share(waits, PATIENCE), clock_time(arrival.at, zone))
    return _ended(order, state) or _promised(order, state) or _kept(order, state)


def _ended(order: ToCollect, state: CollectState) -> Timing | None:
    """What has to go back."""
    ended = [it for it in order.parcels if over(it, state.now)]
    if not ended or state.of_filter in (Filter.READY, Filter.WAY):
        return None
    gone = next((it for it in ended if it.state is ParcelState.CANCELLED), None)
    if gone is not None:
        return Timing("x", _("cancelled"), "alert")
    until = min(it.expires or 0 for it in ended)
    said = _("{time} over").format(time=lasting(state.now - until))
    return Timing("triangle-alert", said, "alert", 1000, words.when(until, state.now, state.read.settings.timezone))


def _promised(order: ToCollect, state: CollectState) -> Timing | None:
    """What is not ready yet."""
    coming = [it for it in order.parcels if it.state in (ParcelState.EXPECTED, ParcelState.RECEIVED)]
    if state.of_filter is Filter.READY or not coming:
        return None
    if order.ready_by is None:
        came = any(it.here for it in coming)
        return Timing("package-open", _("on no shelf")) if came else Timing("truck", _("on the way"))
    left, target = order.ready_by - state.now, words.when(order.ready_by, state.now, state.read.settings.timezone)
    if late(order, state.now):
        return Timing("triangle-alert", _("{time} late").format(time=lasting(-left)), "alert", 1000, target)
    return Timing("timer", _("{time} left").format(time=lasting(left)), "good", 1000 - _share(left, AHEAD), target)


def _kept(order: ToCollect, state: CollectState) -> Timing:
    """How long it is kept."""
    ends = [it.expires for it in order.parcels if it.expires is not None and on_shelf(it, state.now)]
    if not ends:
        return Timing()
    left, target = min(ends) - state.now, words.when(min(ends), state.now, state.read.settings.timezone)
    return Timing("timer", _("{time} left").format(time=lasting(left)), "good", 1000 - _share(left, KEPT), target)


def _share(part: int, whole: int) -> int:
    return min(1000, max(0, part * 1000 // whole))
