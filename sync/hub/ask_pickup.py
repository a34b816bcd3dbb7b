"""What a kiosk asks of an order whose number somebody typed: whether something waits for her here, and nothing else.

Whoever types numbers on end learns no names, and soon nothing at all.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from sqlalchemy import Connection, select

from sync.domain.arrivals import ArrivalRefusal, NotNow, Ready, decide_arrival
from sync.domain.orders import Fulfilment, Purchase, number_key
from sync.hub import purchases
from sync.hub.cases import LONGEST_ID
from sync.hub.faults import Refusal
from sync.hub.tables import parcel, purchase
from sync.protocol.arrivals import PickupAnswer
from sync.protocol.pickups import read

MOST = 30
"""Questions of one terminal within a window."""
MISSES = 10
"""Of these with a number that nothing waits for."""
WINDOW_SECONDS = 300.0
REMEMBERED = 10_000
"""Terminals that are kept in mind."""
SAME = 5
"""Orders of several channels that may have one number."""


class Patience:
    """Counts what a terminal asked, and how often in vain. `clock`: seconds that nobody sets."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._asked: OrderedDict[str, deque[tuple[float, bool]]] = OrderedDict()

    def check(self, terminal: str) -> None:
        """Raise Refusal (409: a 429 would be a busy hub to its agent) if it asked too much of late."""
        asked, late = self._asked.get(terminal, deque()), self._clock() - WINDOW_SECONDS
        while asked and asked[0][0] <= late:
            asked.popleft()
        if len(asked) >= MOST or sum(missed for _, missed in asked) >= MISSES:
            raise Refusal(409, "too_many", "Too many numbers were typed here. Scan the code, or wait some minutes.")

    def count(self, terminal: str, *, missed: bool) -> None:
        """It asked; `missed`: nothing waits under that number."""
        self._asked.setdefault(terminal, deque()).append((self._clock(), missed))
        self._asked.move_to_end(terminal)
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)


def find(conn: Connection, text: str, here: str, now: int) -> PickupAnswer:
    """What waits at the store `here` under a typed number. Raises Refusal: 422 `bad_question`."""
    key = number_key(text)
    if not key or len(text) > LONGEST_ID or not text.isprintable():
        raise Refusal(422, "bad_question", "Type the number of an order.")
    query = select(purchase.c.body).where(purchase.c.number == key).order_by(purchase.c.at.desc()).limit(SAME)
    found = [purchases.read(body) for body in conn.execute(query).scalars()]
    answers = [_stands(conn, bought, here, now) for bought in found if _picked_up(bought)]
    unknown = PickupAnswer(ArrivalRefusal.UNKNOWN.value)
    return next((x for x in answers if x.state == "ready"), answers[0] if answers else unknown)


def _picked_up(bought: Purchase) -> bool:
    return any(line.fulfilment is Fulfilment.PICKUP for line in bought.lines)


def _stands(conn: Connection, bought: Purchase, here: str, now: int) -> PickupAnswer:
    query = select(parcel.c.body).where(parcel.c.order == bought.id).order_by(parcel.c.id)
    decided = decide_arrival([read(body) for body in conn.execute(query).scalars()], here, now, bought)
    match decided:
        case Ready(parcels):
            return PickupAnswer("ready", bought.id, bought.number, parcels, here)
        case NotNow(reason, place, due, currency):
            return PickupAnswer(reason.value, location=place, due=due, currency=currency)
