"""Simulated card terminals that give money of returns back; and what must hold of it: one side gives it, once."""

import random
import sqlite3
from collections import Counter

from sync.actions.give_back import card_refunds_of, open_card_refunds, resolve_refund
from sync.domain.payments import AttemptState
from sync.hub.matters import id_of
from sync.local import Local
from tests.sim.bank import Bank
from tests.sim.edges import edges
from tests.sim.told import Shop

OPEN = (AttemptState.PENDING, AttemptState.UNKNOWN)


def give(local: Local, shop: Shop, return_id: str, now: int) -> None:
    """The card terminal is asked for what a return recorded, each attempt once. To be called as the app."""
    for each in card_refunds_of(local, return_id):
        if each.state is AttemptState.PENDING:
            luck = random.Random(each.id)  # of its own: shoppers do the same whatever the bank says
            edges().step(edges().process)
            answer = shop.bank.give_back(each.id, each.original, each.amount, luck)
            edges().step(edges().process)
            resolve_refund(local, each.id, answer, f"back-{each.id}", "", now)


def ask_about(local: Local, shop: Shop, now: int) -> None:
    """What is not known to have ended is asked about, and never given again. To be called as the app."""
    for each in open_card_refunds(local):
        resolve_refund(local, each.id, shop.bank.ask_back(each.id), f"back-{each.id}", "asked", now)


# When all is healed


def asked_instead(db: sqlite3.Connection) -> set[str]:
    """Attempts whose money the payment side was asked for."""
    return {row["attempt"] for row in db.execute("SELECT attempt FROM card_back WHERE asked_at IS NOT NULL")}


def card_faults(db: sqlite3.Connection, bank: Bank, alive: set[str]) -> list[str]:
    """What is wrong with money that card terminals were asked for: given and asked for elsewhere, neither of both, or
    without an end. `alive`: terminals that still have what they recorded."""
    said = _people_said_no(db)
    asks = Counter(row["key"] for row in db.execute("SELECT key FROM refund_request"))
    found = [
        f"{original}: {bank.given(original)} given back, {charge.amount} was charged"
        for original, charge in bank.charges.items()
        if bank.given(original) > charge.amount
    ]
    who = {row["return_id"]: row["terminal"] for row in db.execute("SELECT return_id, terminal FROM taken_back")}
    for row in db.execute("SELECT * FROM card_back"):
        gave, asked = bank.ask_back(row["attempt"]) is AttemptState.APPROVED, asks[row["key"]]
        ended = row["state"] not in OPEN
        if asked and gave and row["attempt"] not in said:
            found.append(f"{row['key']}: the card terminal gave it, and the payment side is asked as well")
        if who.get(row["return_id"]) in alive and not ended:
            found.append(f"{row['key']} is {row['state']} for ever")
        if row["state"] == AttemptState.APPROVED and not gave:
            found.append(f"{row['key']} is approved, and the bank gave nothing")
        if row["state"] == AttemptState.DECLINED and row["fits"] > 0 and not asked:
            found.append(f"{row['key']}: the card terminal did not give it, and nobody is asked")
    return found


_SAID = "SELECT matter FROM settlement WHERE choice IN ('not_given', 'not_charged')"


def _people_said_no(db: sqlite3.Connection) -> set[str]:
    """Attempts of which somebody said that the card terminal gave nothing: they may be wrong."""
    words = {row["matter"] for row in db.execute(_SAID)}
    return {row["about"] for row in db.execute("SELECT * FROM attention") if id_of(dict(row)) in words}
