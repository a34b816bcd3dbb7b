"""Blind returns at a terminal, for tests: what is set, what lies on the counter, who came."""

from pathlib import Path
from typing import Any

from sync.actions.clock import new_id
from sync.actions.take_back_blind import Velocity, take_back_blind
from sync.domain.blind import BlindItem, Refused, shopper_of
from sync.domain.returns import Condition, Reason
from sync.local import Local, RecordedBlind
from sync.local.replica import Replica
from sync.protocol.blind import VelocityAnswer
from tests.local.bought import MANAGER
from tests.local.fixture import NOW
from tests.local.tills import CASHIER

SALT = "salt-of-tests"
SHOPPER = shopper_of("+7 701 555 01 23", SALT)
SETTINGS: dict[str, object] = {
    "blind_salt": SALT,
    "blind_limit_count": 2,
    "blind_limit_amount": 20_000_000,
    "blind_limit_days": 30,
    "blind_till_amount_day": 10_000_000,
    "blind_offline_amount": 5_000_000,
    "blind_weeks": 8,
}


def goods(product: str = "p-tea", pieces: int = 1, condition: Condition = Condition.SEALED) -> BlindItem:
    """Pieces on the counter."""
    return BlindItem(product, pieces * 1000, Reason.CHANGED_MIND, condition)


def heard(count: int = 0, amount: int = 0, own: tuple[int, int] = (0, 0)) -> Velocity:
    """What the hub said of the shopper."""
    return Velocity(SHOPPER, VelocityAnswer(NOW, 30, count, amount, *own))


def taken_blind(local: Local, *items: BlindItem, **changed: Any) -> RecordedBlind | Refused:
    """Take them back: approved, the hub having answered that nobody knows the shopper."""
    values: dict[str, Any] = {"approver": MANAGER, "actor": CASHIER, "language": "ru", "now": NOW}
    velocity = changed.pop("velocity", heard())
    return_id = changed.pop("return_id", new_id(NOW))
    return take_back_blind(local, return_id, items or (goods(),), velocity, **{**values, **changed})


def was(home: Path, product: str, unit: int, until: int, name: str = "base") -> None:
    """A price that was asked until then and raised, as the feed tells it."""
    replica = Replica(home)
    with replica.write() as db:
        row = (f"{until}:{product}", name, product, unit, until)
        db.execute("INSERT INTO price_past VALUES (?, ?, ?, ?, ?, 1)", row)
    replica.close()
