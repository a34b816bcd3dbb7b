"""Simulated people who settle what collided, by the real action; and what must hold of matters when all is healed."""

import json
import random
import sqlite3
from collections import Counter

from sync.actions.settle import settle
from sync.domain.verdicts import Code, Outcome
from sync.hub.matters import id_of
from sync.local import Staff
from sync.local.attention import HERE, matters
from tests.sim.edges import edges
from tests.sim.terminal import SimTerminal
from tests.sim.world import Broken, World

LEAD = Staff("s-2", "Damir", "lead", 1 << 50)
FIRST = (Outcome.APPLIED.value, "")
SECOND = (Code.SETTLED_ALREADY.value, Code.MATTER_UNKNOWN.value)


def settle_one(till: SimTerminal, chance: random.Random) -> None:
    """Somebody settles one of the matters that this terminal shows. To be called as the app."""
    if till.kind == "kiosk" or "code" in till.pending:
        return
    local, now = till.open(), edges().clock(till.name)
    found = [each for each in matters(local) if each.choices]
    if not found:
        return
    one = found[0] if chance.random() < 0.7 else chance.choice(found)  # so that two people settle the same one
    settle(local, one.id, chance.choice(one.choices), "", approver=None, actor=LEAD, now=now)


def require(holds: bool, what: str, detail: str) -> None:
    """Raise Broken unless it holds."""
    if not holds:
        raise Broken(what, detail)


def matters_are_right(world: World, db: sqlite3.Connection) -> None:
    """Every collision is named until it is settled, and settled once, by the first word that the hub heard."""
    shown = {row["id"] for row in db.execute("SELECT id FROM matter")}
    known = {row["id"] for row in db.execute("SELECT id FROM location")}
    noted: set[str] = set()
    for row in db.execute("SELECT * FROM attention WHERE settled_at IS NULL"):
        noted.add(id_of(dict(row)))
        there = id_of(dict(row)) in shown
        require(there, "attention", f"{row['code']} of {row['terminal']} is open, and no terminal is shown it")
    require(shown <= noted or world.restored > 0, "attention", f"{len(shown - noted)} matters are shown and not noted")
    _settled_once(db)
    for one in world.terminals:
        _lists_agree(db, one, known)


def _settled_once(db: sqlite3.Connection) -> None:
    words: Counter[str] = Counter()
    for row in db.execute("SELECT raw, outcome, code FROM operation WHERE kind = 'settled' ORDER BY received_at"):
        body = json.loads(bytes(row["raw"]))["body"]
        if body["matter"].startswith(HERE):
            continue
        words[body["matter"]] += (row["outcome"], row["code"]) == FIRST
        right = (row["outcome"], row["code"]) == FIRST or row["code"] in (*SECOND, Code.CLOCK_WRONG.value)
        require(right, "attention", f"a word on {body['code']} got {row['code']}")
    twice = [matter for matter, count in words.items() if count > 1]
    require(not twice, "attention", f"{len(twice)} matters were settled twice, and nobody was told")
    _two_words_are_told(db)
    of_words = {row["op"] for row in db.execute("SELECT op FROM settlement WHERE op <> ''")}
    kept = {row["op_id"] for row in db.execute("SELECT op_id FROM operation WHERE kind = 'settled'")}
    require(of_words <= kept, "attention", "a matter was settled by an operation that the hub does not have")


def _two_words_are_told(db: sqlite3.Connection) -> None:
    """Where two people decided differently, not knowing of each other, a third one hears of it."""
    named = {row["about"] for row in db.execute("SELECT about FROM attention WHERE code = 'settled_already'")}
    first = {row["matter"]: row["choice"] for row in db.execute("SELECT * FROM settlement WHERE op <> ''")}
    for row in db.execute("SELECT raw FROM operation WHERE kind = 'settled' AND code = 'settled_already'"):
        body = json.loads(bytes(row["raw"]))["body"]
        other = first.get(body["matter"], body["choice"])
        told = body["matter"] in named or body["code"] in SECOND
        require(told or other == body["choice"], "attention", f"{body['code']} was settled as {other} and otherwise")


def _lists_agree(db: sqlite3.Connection, one: SimTerminal, known: set[str]) -> None:
    if one.kind == "kiosk" or not one.alone or one.place not in known:
        return
    with one.as_app():
        here = {each.id for each in matters(one.open()) if not each.id.startswith((HERE, "card:"))}
    there = {row["id"] for row in db.execute("SELECT id FROM matter WHERE location = ?", (one.place,))}
    require(here == there, "attention", f"{one.name} lists {len(here)} matters, the hub has {len(there)} there")
