"""Simulated gift cards and store credit: sold by the web channel, carried from till to till, looked at by the books."""

import random
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sync.actions.cart import Cart
from sync.actions.hold import drop_held, keep_held
from sync.domain.sales import STORED
from sync.domain.value import account_of, code_from
from sync.link.wire import NoAnswer
from sync.link.wire import Refused as SaidNo
from sync.local import Local
from sync.local.value import ended
from sync.protocol import operations
from sync.protocol.messages import AskValue, ChannelValue, HeldValue, HoldValue, ValueAnswer
from tests.sim.terminal import SimTerminal

RECENT = 3
"""Shoppers pay with one of the latest cards: so that the same one is shown to several tills."""
NAMED = ("value_overdrawn", "value_unknown")
_return = msgspec.json.Decoder(operations.Return)


@dataclass
class Purse:
    """Codes that shoppers hold, of gift cards and of store credit, the latest last."""

    codes: list[str] = field(default_factory=list)


def gift_card(purse: Purse, number: int, chance: random.Random, now: int) -> ChannelValue:
    """The web channel sells a card, or puts more onto one."""
    if not purse.codes or chance.random() < 0.7:
        purse.codes.append(code_from(chance.getrandbits(60)))
    return ChannelValue(f"G{number}", purse.codes[-1], chance.randint(1_000, 90_000), "KZT", now)


def pay(till: SimTerminal, local: Local, cart: Cart, due: int, purse: Purse, chance: random.Random, now: int) -> Cart:
    """The shopper shows a card: what is on it is held and kept with the cart, if the hub answers."""
    agent = till.agent
    if not purse.codes or agent is None or not agent.wires[0].token:
        return cart
    account = account_of(chance.choice(purse.codes[-RECENT:]))
    try:
        with till.as_agent():
            told = agent.wires[0].post("ask/value", AskValue(account), ValueAnswer)
            amount = min(due, told.balance)
            if amount <= 0 or told.state != "open" or any(held.account == account for held in cart.held):
                return cart
            held = agent.wires[0].post("claims/value", HoldValue(account, amount, cart.sale_id), HeldValue)
    except (NoAnswer, SaidNo):
        return cart  # the lease ends by itself
    return keep_held(local, cart, account, held, now)


def without_ended(local: Local, cart: Cart, now: int) -> Cart:
    """The cart without holds whose time is over: the shopper pays otherwise."""
    for hold in sorted(ended(local, cart.sale_id, now)):
        cart = drop_held(local, cart, hold)
    return cart


# When all is healed


def ledger_faults(issued: list[ChannelValue], db: sqlite3.Connection) -> list[str]:
    """What is wrong with the hub's ledger of stored value: [] if it is all that was issued and credited, less all that
    sales were paid with, each once, and every account below zero is somebody's matter."""
    entries = db.execute("SELECT * FROM value_entry").fetchall()
    return [
        *_differs("issued", _issued(issued), _of(entries, "issued")),
        *_differs("captured", _captured(db), _of(entries, "captured")),
        *_credits(db, _of(entries, "credited")),
        *_below_zero(db, entries),
        *_holds(db),
    ]


def _of(entries: list[Any], reason: str) -> Counter[str]:
    sums: Counter[str] = Counter()
    for row in entries:
        if row["reason"] == reason:
            sums[f"{row['account']} {row['about']}"] += row["amount"]
    return sums


def _issued(told: list[ChannelValue]) -> Counter[str]:
    return Counter({f"{account_of(it.code)} {it.value}": it.amount for it in told})


def _captured(db: sqlite3.Connection) -> Counter[str]:
    paid: Counter[str] = Counter()
    for row in db.execute("SELECT sale_id, kind, amount, reference FROM sale_tender"):
        if row["kind"] in STORED:
            paid[f"{row['reference']} {row['sale_id']}"] -= row["amount"]
    return paid


def _differs(what: str, should: Counter[str], stands: Counter[str]) -> list[str]:
    return [
        f"{what} {name}: {should[name]} by the books, {stands[name]} in the ledger"
        for name in sorted({*should, *stands})
        if should[name] != stands[name]
    ]


def _credits(db: sqlite3.Connection, stands: Counter[str]) -> list[str]:
    """A return gives its credit once and no more of it; less only where a person is told."""
    named = {row["about"] for row in db.execute("SELECT about FROM attention")}
    found = []
    for row in db.execute("SELECT return_id, body FROM taken_back"):
        body = _return.decode(row["body"])
        due, given = operations.credit_of(body), stands.pop(f"{body.credit} {body.return_id}", 0)
        # Where two tills rounded apart a unit of a line or two may be nobody's.
        short = due - given > len(body.lines) and body.return_id not in named
        if given > due or short:
            found.append(f"return {body.receipt}: credit of {due}, {given} in the ledger")
    for row in db.execute("SELECT return_id, receipt, credit, total FROM blind_return"):
        given = stands.pop(f"{row['credit']} {row['return_id']}", 0)
        if given != row["total"]:
            found.append(f"return {row['receipt']} with no proof: credit of {row['total']}, {given} in the ledger")
    return found + [f"credited {name}: by no return" for name in sorted(+stands)]


def _below_zero(db: sqlite3.Connection, entries: list[Any]) -> list[str]:
    balances: Counter[str] = Counter()
    sales: dict[str, set[str]] = {}
    for row in entries:
        balances[row["account"]] += row["amount"]
        sales.setdefault(row["account"], {row["account"]}).add(row["about"])
    named = {row["about"] for row in db.execute(f"SELECT about FROM attention WHERE code IN {NAMED}")}
    return [
        f"{account} stands at {amount}, and nobody is told"
        for account, amount in balances.items()
        if amount < 0 and not sales[account] & named
    ]


def _holds(db: sqlite3.Connection) -> list[str]:
    sold = {row["sale_id"] for row in db.execute("SELECT sale_id FROM sale")}
    rows = db.execute("SELECT hold, sale, state FROM value_hold").fetchall()
    return [
        f"hold {row['hold']} is {row['state']}, and its sale is {'' if row['sale'] in sold else 'not '}recorded"
        for row in rows
        if (row["state"] == "captured") and row["sale"] not in sold
    ]
