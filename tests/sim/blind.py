"""Simulated shoppers with nothing to prove a purchase, at one till after the other; and what must hold of it."""

import random
import sqlite3
from collections import Counter
from typing import Any

import msgspec

from sync.actions.clock import new_id
from sync.actions.take_back_blind import Refused, Velocity, take_back_blind
from sync.domain.blind import DAY_MS, BlindItem, shopper_of
from sync.domain.returns import Condition, Reason
from sync.link.wire import Refused as SaidNo
from sync.local.blind import blind_salt
from sync.local.value import credit_code
from sync.protocol import operations
from sync.protocol.blind import AskVelocity, VelocityAnswer
from tests.sim.edges import edges
from tests.sim.retailer import CASHIER, PRODUCTS, lead_of
from tests.sim.terminal import SimTerminal
from tests.sim.told import Shop

PHONES = ("+7 701 000 00 01", "8 702 000-00-02")
WINDOW = 30 * DAY_MS
"""Days that count towards the limits; nobody changes the setting."""
_blind = msgspec.json.Decoder(operations.BlindReturn)


def bring_without_proof(till: SimTerminal, shop: Shop, phone: str, chance: random.Random) -> None:
    """One shopper, from the counter to the slip with the credit's code. To be called as the app."""
    local, now = till.open(), edges().clock(till.name)
    if not blind_salt(local):
        return  # the hub has not told this terminal yet how shoppers are known
    shopper, heard = shopper_of(phone, blind_salt(local)), None
    if chance.random() < 0.5:
        try:
            heard = till.ask("ask/velocity", AskVelocity(shopper), VelocityAnswer)
        except SaidNo:
            return  # a terminal that may not ask takes nothing back
    goods = chance.sample([p for p in PRODUCTS if p != "p8"], chance.randint(1, 2))
    reasons, conditions = list(Reason), list(Condition)
    items = tuple(BlindItem(p, 1000, chance.choice(reasons), chance.choice(conditions)) for p in goods)
    return_id = new_id(now)
    shop.returns.begun.add(return_id)
    done = take_back_blind(
        local, return_id, items, Velocity(shopper, heard),
        approver=lead_of(till.place), actor=CASHIER, language="en", now=now,
    )  # fmt: skip
    if not isinstance(done, Refused):
        shop.returns.blind[return_id] = till.name, done.body
        shop.purse.codes.append(credit_code(local, return_id))


# When all is healed


def blind_faults(db: sqlite3.Connection, rules: dict[str, set[int]]) -> list[str]:
    """What is wrong with the limits in the hub's books: whichever return of two comes later must find both. `rules`:
    every value that a limit ever had; beyond all of them somebody must be told, within all of them nobody."""
    named = {row["about"] for row in db.execute("SELECT about FROM attention WHERE code = 'blind_limit'")}
    judged = db.execute("SELECT * FROM blind_return ORDER BY rowid").fetchall()
    found = []
    for n, row in enumerate(judged):
        sums = _sums(judged[:n], row)
        told = row["return_id"] in named
        if not told and any(sums[name] > max(rules[name]) for name in sums):
            found.append(f"return {row['receipt']} is beyond the limits, {dict(sums)}, and nobody is told")
        if told and all(sums[name] <= min(rules[name]) for name in sums):
            found.append(f"return {row['receipt']} is within the limits, {dict(sums)}, and somebody is told")
    return found


def _sums(before: list[Any], row: Any) -> Counter[str]:
    """With that return: how many and how much of its shopper in the days that count, how much at its till that day."""
    same = [it for it in before if it["shopper"] == row["shopper"] and abs(it["at"] - row["at"]) <= WINDOW]
    till = ("terminal", "business_day")
    here = [it for it in before if all(it[name] == row[name] for name in till)]
    return Counter(
        blind_limit_count=len(same) + 1,
        blind_limit_amount=sum(it["total"] for it in same) + row["total"],
        blind_till_amount_day=sum(it["total"] for it in here) + row["total"],
    )


def own_faults(journal: list[tuple[int, bytes]], rules: dict[str, set[int]]) -> list[str]:
    """Where a terminal by itself went beyond what it may, as far as it could know."""
    found, mine = [], list[tuple[int, operations.BlindReturn]]()
    for _, raw in journal:
        envelope = operations.open_envelope(raw)
        if envelope.kind != "blind_return":
            continue
        body = _blind.decode(envelope.body)
        before = [it for at, it in mine if it.shopper == body.shopper and at > envelope.at - WINDOW]
        count, amount = len(before) + 1, sum(it.total for it in before) + body.total
        mine.append((envelope.at, body))
        if count > max(rules["blind_limit_count"]) or amount > max(rules["blind_limit_amount"]):
            found.append(f"return {body.receipt} is number {count} of its shopper here, {amount} by then")
        if body.evidence == "till" and body.total > max(rules["blind_offline_amount"]):
            found.append(f"return {body.receipt} gave {body.total} without the hub")
    return found
