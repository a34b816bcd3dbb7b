"""Simulated shoppers who fetch cash that is owed to them, at whatever till; and what must hold of it (I-8)."""

import random
import sqlite3
from collections import Counter, defaultdict
from typing import Any

import msgspec

from sync.actions.clock import new_id
from sync.actions.pay_out import NotPaid, pay_out
from sync.domain.owed import OwedState
from sync.link.wire import Refused as SaidNo
from sync.local.drawer import has_drawer
from sync.protocol import operations
from sync.protocol.messages import AskOwed, ClaimedOwed, ClaimOwed, OwedAnswer
from tests.sim.edges import edges
from tests.sim.retailer import CASHIER
from tests.sim.terminal import SimTerminal
from tests.sim.told import Returns, Shop

_paid = msgspec.json.Decoder(operations.CashPaid)
_return = msgspec.json.Decoder(operations.Return)


def fetch(till: SimTerminal, shop: Shop, slip: str, chance: random.Random) -> None:
    """One shopper with a slip, from its number to the drawer. Without the hub nobody pays. To be called as the app."""
    local, now = till.open(), edges().clock(till.name)
    if not has_drawer(local):
        return
    try:
        told = till.ask("ask/owed", AskOwed(slip), OwedAnswer)
        for owed in told.owed if told else []:
            claimed = None
            if owed.state == OwedState.OPEN:
                claimed = till.ask("claims/owed", ClaimOwed(owed.key, chance.randbytes(8).hex()), ClaimedOwed)
            if claimed is not None:
                _pay(till, shop, claimed, now)
    except SaidNo:
        return  # another till pays it just now, or did


def _pay(till: SimTerminal, shop: Shop, claimed: ClaimedOwed, now: int) -> None:
    payout = new_id(now)
    until = now + max(0, claimed.expires - claimed.now)
    shop.returns.begun.add(payout)
    done = pay_out(till.open(), payout, claimed, until=until, actor=CASHIER, language="en", now=now)
    if not isinstance(done, NotPaid):
        shop.returns.paid_out[payout] = till.name, done.body


# When all is healed


def owed_faults(db: sqlite3.Connection, returns: Returns, lost: set[str]) -> list[str]:
    """What is wrong with debts and payments in the hub's books: what was paid is there, once or named, and so is what
    was promised; `lost`: payments that only a fork or a dead disk holds."""
    codes = "('owed_twice', 'owed_differs', 'refund_right', 'return_differs', 'purchase_unknown')"
    named = {row["about"] for row in db.execute(f"SELECT about FROM attention WHERE code IN {codes}")}
    paid = {row["payout"]: row for row in db.execute("SELECT * FROM cash_payout ORDER BY rowid")}
    debts = {row["key"]: row for row in db.execute("SELECT * FROM owed_cash")}
    return [
        *_told_and_there(returns, paid, lost),
        *_once(paid, debts, named),
        *_owed_of_returns(db, debts, named),
    ]


def _told_and_there(returns: Returns, paid: dict[str, Any], lost: set[str]) -> list[str]:
    there = {payout: (row["key"], row["amount"]) for payout, row in paid.items()}
    found = [f"{payout} was paid by nobody" for payout in there if payout not in returns.begun]
    for payout, (machine, body) in returns.paid_out.items():
        if there.get(payout, payout in lost or None) not in (True, (body.key, body.amount)):
            found.append(f"{body.receipt} of {machine} was paid, and is {there.get(payout, 'lost')}")
    return found


def _once(paid: dict[str, Any], debts: dict[str, Any], named: set[str]) -> list[str]:
    """Each debt is paid once, or whoever heard of the second time told somebody."""
    found, by_key = [], defaultdict[str, list[Any]](list)
    for row in paid.values():
        by_key[row["key"]].append(row)
    for key, rows in by_key.items():
        debt = debts.get(key)
        if debt is None or debt["payout"] != rows[0]["payout"]:
            found.append(f"{key} was paid by {rows[0]['terminal']}, and is not")
        elif not debt["at"] and key not in named:
            found.append(f"{key} was paid, and nobody owed it")
        found += [f"{key} was paid {len(rows)} times" for row in rows[1:] if row["payout"] not in named]
    return found + [f"{key} is paid by nobody" for key, row in debts.items() if row["payout"] and key not in by_key]


def _owed_of_returns(db: sqlite3.Connection, debts: dict[str, Any], named: set[str]) -> list[str]:
    """What a return owes is a debt, once: nobody with a slip waits for ever, and no other side is asked as well."""
    owed: Counter[str] = Counter()
    for row in debts.values():
        owed[row["return_id"]] += row["amount"] if row["at"] else 0
    asked = {row["key"] for row in db.execute("SELECT key FROM refund_request")}
    found = [f"{key} is owed here, and asked of the payment side" for key in asked & set(debts)]
    known = {row["id"] for row in db.execute("SELECT id FROM purchase")}
    for row in db.execute("SELECT return_id, purchase, body FROM taken_back"):
        body, given = _return.decode(row["body"]), owed.pop(row["return_id"], 0)
        due = operations.owed_of(body)
        short = due - given > len(body.lines) and row["return_id"] not in named and row["purchase"] in known
        # What two tills rounded apart goes by another tender of the same return: a minor unit or so, never more in all.
        if given - due > len(body.lines) or short:
            found.append(f"{body.receipt} owes {due}, and the hub pays {given}")
    return found + [f"{return_id}: nobody took that back" for return_id in +owed]


def paid_twice_by_itself(journal: dict[str, list[tuple[int, bytes]]]) -> list[str]:
    """Debts that one terminal paid more than once."""
    keys: Counter[str] = Counter()
    for rows in journal.values():
        for _, raw in rows:
            envelope = operations.open_envelope(raw)
            if envelope.kind == "cash_paid":
                keys[_paid.decode(envelope.body).key] += 1
    return [f"{key} was paid {times} times" for key, times in keys.items() if times > 1]
