"""What must hold of returns when all is healed: I-8, that every collision is named, and that nothing is lost."""

import json
import sqlite3
from collections import Counter, defaultdict
from typing import Any

import msgspec

from sync.protocol import operations
from tests.sim.cards import asked_instead, card_faults
from tests.sim.owed import owed_faults, paid_twice_by_itself
from tests.sim.terminal import SimTerminal
from tests.sim.world import Broken, World

NAMED = ("refund_right", "return_differs", "purchase_unknown")
_return = msgspec.json.Decoder(operations.Return)
_blind = msgspec.json.Decoder(operations.BlindReturn)


_ONTO_CARDS = """SELECT t.purchase, e.key, e.amount FROM value_entry e JOIN taken_back t ON t.return_id = e.about
    WHERE e.reason = 'refunded'"""
Taken = defaultdict[str, list[tuple[str, operations.Return]]]
"""By purchase: who took it back, a terminal or the channel, and what."""


def require(holds: bool, what: str, detail: str) -> None:
    """Raise Broken unless it holds."""
    if not holds:
        raise Broken(what, detail)


def returns_are_right(world: World, db: sqlite3.Connection) -> None:
    """All checks of the hub's books."""
    taken: Taken = defaultdict(list)
    for row in db.execute("SELECT purchase, body, terminal FROM taken_back"):
        taken[row["purchase"]].append((row["terminal"], _return.decode(row["body"])))
    asked: Counter[tuple[str, str]] = Counter()
    for row in db.execute("SELECT purchase, paid, amount FROM refund_request"):
        asked[row["purchase"], row["paid"]] += row["amount"]
    for row in db.execute(_ONTO_CARDS):  # what a gift card paid goes back onto it, and nobody is asked
        asked[row["purchase"], row["key"].rpartition(":")[2]] += row["amount"]
    told = {row["about"] for row in db.execute(f"SELECT about FROM attention WHERE code IN {NAMED}")}
    for row in db.execute("SELECT id, body FROM purchase"):
        bought = json.loads(row["body"])
        _never_more_than_was_paid(bought, asked)
        _collisions_are_named(bought, taken[row["id"]], told)
    _told_returns_are_there_once(world, db)
    _promises_are_kept(world, taken, asked, told, asked_instead(db))
    _exchanges_are_whole(db, taken)
    aside = {_id_in(bytes(row["raw"])) for row in db.execute("SELECT raw FROM fork")}
    owed = owed_faults(db, world.returns, aside | world.ledger.dead_disks)
    require(not owed, "owed", "; ".join(owed[:3]))
    _no_more_goes_out_than_came_in(db, taken, asked, told)
    alive = {one.identity for one in world.terminals if one.alone}
    cards = card_faults(db, world.shop.bank, alive)
    require(not cards, "card", "; ".join(cards[:3]))


def _never_more_than_was_paid(bought: dict[str, Any], asked: Counter[tuple[str, str]]) -> None:
    for line in bought["lines"]:
        fits = 0 <= line["returned"] <= line["quantity"] and 0 <= line["refunded"] <= line["amount"]
        require(fits, "I-8", f"{bought['id']}, line {line}")
    for paid in bought["paid"]:
        given = asked[bought["id"], paid["id"]]
        require(given <= paid["refunded"] <= paid["amount"], "I-8", f"{bought['id']}: {given} asked of {paid}")


def _collisions_are_named(bought: dict[str, Any], taken: list[tuple[str, operations.Return]], told: set[str]) -> None:
    back: Counter[str] = Counter()
    for _, body in taken:
        for line in body.lines:
            back[line.line] += line.quantity
    for line in bought["lines"]:
        if back[line["id"]] > line["quantity"]:
            named = told & {body.return_id for _, body in taken}
            require(bool(named), "I-8", f"{bought['id']}: {back[line['id']]} came back of {line}, and nobody is told")


def _told_returns_are_there_once(world: World, db: sqlite3.Connection) -> None:
    at_hub = {row["return_id"]: row for row in db.execute("SELECT * FROM taken_back")}
    aside = {_id_in(bytes(row["raw"])) for row in db.execute("SELECT raw FROM fork")}
    for return_id, (machine, body) in world.returns.told.items():
        row = at_hub.get(return_id)
        if row is None:
            lost = return_id in world.ledger.dead_disks or return_id in aside
            require(lost, "I-1", f"return {body.receipt} of {machine} was told to a shopper and is lost")
            continue
        require(_return.decode(row["body"]) == body, "F16", f"return {body.receipt} is recorded with other contents")
    terminals = {one.identity for one in world.terminals}
    invented = {r for r, row in at_hub.items() if row["terminal"] in terminals} - world.returns.begun
    require(not invented, "I-2", f"the hub holds returns that nobody made: {sorted(invented)[:3]}")
    _told_blind_returns_are_there(world, db, aside)


def _told_blind_returns_are_there(world: World, db: sqlite3.Connection, aside: set[str]) -> None:
    at_hub = {row["return_id"]: _blind.decode(row["body"]) for row in db.execute("SELECT * FROM blind_return")}
    for return_id, (machine, body) in world.returns.blind.items():
        lost = return_id in world.ledger.dead_disks or return_id in aside
        require(return_id in at_hub or lost, "I-1", f"{body.receipt} of {machine}, with no proof, was told and is lost")
        require(at_hub.get(return_id, body) == body, "F16", f"return {body.receipt} is recorded with other contents")
    invented = set(at_hub) - world.returns.begun
    require(not invented, "I-2", f"the hub holds returns that nobody made: {sorted(invented)[:3]}")


def _id_in(raw: bytes) -> str:
    try:
        body = json.loads(raw)["body"]
        return str(body.get("return_id", body.get("payout_id", "")))
    except (ValueError, KeyError):
        return ""


def _promises_are_kept(
    world: World, taken: Taken, asked: Counter[tuple[str, str]], told: set[str], instead: set[str]
) -> None:
    """Where nothing collided, all that was promised or paid otherwise than in cash is asked of the payment side. What
    a channel took back it refunds itself."""
    terminals = {one.identity for one in world.terminals}
    for purchase, pairs in taken.items():
        bodies = [body for who, body in pairs if who in terminals]
        if told & {body.return_id for body in bodies}:
            continue
        due: Counter[str] = Counter()
        for body in bodies:
            for refund in body.refunds:
                if refund.attempt and refund.attempt not in instead:
                    continue  # the card terminal gave it
                if not refund.to and (refund.kind != "cash" or body.basis == "promise"):
                    due[refund.paid] += refund.amount
        for paid, amount in due.items():
            given = asked[purchase, paid]
            require(abs(given - amount) <= len(bodies), "money", f"{purchase}: {amount} due by {paid}, {given} asked")


def _exchanges_are_whole(db: sqlite3.Connection, taken: Taken) -> None:
    """What goods paid with came back for just that sale: neither side of an exchange stands alone."""
    gave = {
        (body.exchange, body.return_id, operations.exchanged_of(body))
        for pairs in taken.values()
        for _, body in pairs
        if body.exchange
    }
    query = "SELECT sale_id, reference, amount FROM sale_tender WHERE kind = 'exchange'"
    took = {tuple(row) for row in db.execute(query)}
    named = {row["about"] for row in db.execute("SELECT about FROM attention WHERE code = 'exchange_differs'")}
    alone = [f"{sale}: {amount} by return {ret}" for sale, ret, amount in gave ^ took if sale not in named]
    require(not alone, "exchange", f"one side alone: {alone[:3]}")
    require(not named, "exchange", f"two sides that were recorded as one differ: {sorted(named)[:3]}")


_ONTO_CREDIT = """SELECT t.purchase, sum(e.amount) FROM value_entry e JOIN taken_back t ON t.return_id = e.about
    WHERE e.reason = 'credited' GROUP BY t.purchase"""
_OWED = "SELECT purchase, sum(amount) FROM owed_cash WHERE at > 0 GROUP BY purchase"


def _no_more_goes_out_than_came_in(
    db: sqlite3.Connection, taken: Taken, asked: Counter[tuple[str, str]], told: set[str]
) -> None:
    """By whatever way: drawers, payment side, gift cards, credit, other goods. More only where a person is told."""
    instead = asked_instead(db)
    later = Counter({purchase: amount for purchase, amount in db.execute(_ONTO_CREDIT)})
    later.update({purchase: amount for purchase, amount in db.execute(_OWED)})
    for row in db.execute("SELECT id, body FROM purchase"):
        bought, bodies = json.loads(row["body"]), [body for _, body in taken[row["id"]]]
        out = sum(amount for (purchase, _), amount in asked.items() if purchase == row["id"])
        out += later[row["id"]] + sum(_gone(body, instead) for body in bodies)
        paid = sum(each["amount"] for each in bought["paid"])
        named = told & {body.return_id for body in bodies}
        require(out <= paid or bool(named), "I-8", f"{row['id']}: {paid} was paid, {out} went back, nobody is told")
        back = sum(each["refunded"] for each in bought["paid"])
        require(
            out == back or bool(named), "money", f"{row['id']}: {out} went back by the books, {back} of its tenders"
        )


def _gone(body: operations.Return, instead: set[str]) -> int:
    """What nothing calls back: from a drawer, by a card terminal, into other goods, or by a channel itself."""
    if body.basis == "channel":
        return sum(refund.amount for refund in body.refunds)
    by_card = sum(r.amount for r in body.refunds if r.attempt and r.attempt not in instead)
    return operations.exchanged_of(body) + operations.cash_of(body) + by_card


def no_terminal_took_more_than_it_knew(one: SimTerminal, journal: dict[str, list[tuple[int, bytes]]]) -> None:
    """A terminal that was never cloned and never lost its disk takes nothing back twice by itself (F32)."""
    back: Counter[tuple[str, str]] = Counter()
    bought: dict[tuple[str, str], int] = {}
    for rows in journal.values():
        for _, raw in rows:
            envelope = operations.open_envelope(raw)
            if envelope.kind == "return":
                body = _return.decode(envelope.body)
                for line in body.lines:
                    back[body.purchase, line.line] += line.quantity
    with one.as_app():
        for (text,) in one.open().raw.execute("SELECT body FROM replica.purchase"):
            whole = json.loads(text)
            bought |= {(whole["id"], line["id"]): line["quantity"] for line in whole["lines"]}
    twice = paid_twice_by_itself(journal) if one.alone else []
    require(not twice, "F32", f"{one.name}: {twice[:3]}")
    for key, quantity in back.items():
        if key in bought and one.alone:
            require(quantity <= bought[key], "F32", f"{one.name} took {quantity} of {bought[key]} of {key} back itself")
