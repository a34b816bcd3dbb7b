"""What must hold: while the world runs, of what a terminal shows; and when all is healed, of everything."""

import json
import sqlite3
from collections import Counter, defaultdict
from typing import Any

from sync.local import link_status, stock_rows
from sync.local.journal import integrity
from sync.local.value import to_release
from sync.protocol.messages import ChannelValue
from sync.protocol.replica import COLUMNS, KEYS, scope_entities
from tests.sim.blind import blind_faults, own_faults
from tests.sim.edges import edges
from tests.sim.moved import let_go_by, taken_by
from tests.sim.office import matters_are_right
from tests.sim.parcel_faults import given_faults, parcel_faults, shown_faults
from tests.sim.purse import ledger_faults
from tests.sim.retailer import FIRST_STOCK, PRODUCTS, places
from tests.sim.rights import no_terminal_took_more_than_it_knew, returns_are_right
from tests.sim.shifts import shifts_are_right
from tests.sim.terminal import SimTerminal
from tests.sim.world import Broken, World


def require(holds: bool, what: str, detail: str) -> None:
    """Raise Broken unless it holds."""
    if not holds:
        raise Broken(what, detail)


def _books(world: World) -> sqlite3.Connection:
    """The hub's database, read beside the hub."""
    return sqlite3.connect(f"file:{world.hub.folder}/hub.db?mode=ro", uri=True)


def _journal(one: SimTerminal, after: int = 0) -> dict[str, list[tuple[int, bytes]]]:
    """The operations of a home with numbers above `after`, by incarnation. To be called as nobody."""
    db = sqlite3.connect(f"file:{one.home}/journal.db?mode=ro", uri=True)
    try:
        found: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
        query = "SELECT incarnation, seq, bytes FROM op WHERE seq > ? ORDER BY incarnation, seq"
        for incarnation, seq, raw in db.execute(query, (after,)):
            found[incarnation].append((seq, bytes(raw)))
        return found
    finally:
        db.close()


# While it runs


def shown(world: World, one: SimTerminal) -> None:
    """What a terminal shows of its stock is the hub's number at its cursor, less its own sales that are not in it."""
    given_stays_given(world)
    if not one.alone or one.local is None or world.excused(one) or one.pending or world.restored:
        return
    with one.as_app():
        local, now = one.open(), edges().clock(one.name)
        _within_budget(world, local, one)
        cursor = local.raw.execute(
            "SELECT version, epoch, incarnation FROM replica.cursor WHERE scope = ?", (f"location:{one.place}",)
        ).fetchone()
        if cursor is None:
            return
        mine = local.me.incarnation
        seen = {p: next(r for r in stock_rows(local, p, now) if r.own).level for p in PRODUCTS}
        _counts_what_waits(local, now, one)
    db = _books(world)
    try:
        _agrees(db, one, cursor[0], mine, seen)
    finally:
        db.close()


def given_stays_given(world: World) -> None:
    """No terminal shows as waiting what it gave (I-9)."""
    gave = {name for name, _ in world.shop.collected.told.values()}
    for one in world.terminals:
        if one.name in gave and one.alone and one.local is not None and not world.excused(one) and not one.pending:
            with one.as_app():
                undone = list(given_faults(one, world.shop.collected))
            require(not undone, "I-9", "; ".join(undone[:3]))


def _counts_what_waits(local: Any, now: int, one: SimTerminal) -> None:
    unruled = local.raw.execute(
        "SELECT count(*) FROM op o WHERE NOT EXISTS"
        " (SELECT 1 FROM verdict v WHERE v.incarnation = o.incarnation AND v.seq = o.seq)"
    ).fetchone()[0]
    waiting = link_status(local, now).waiting
    require(waiting == unruled, "I-6", f"{one.name} counts {waiting} waiting, {unruled} have no verdict")


_UNJUDGED = """SELECT t.receipt, t.total FROM taken_back t LEFT JOIN verdict v
    ON v.incarnation = t.incarnation AND v.seq = t.seq WHERE t.basis = 'budget' AND v.outcome IS NULL"""


def _within_budget(world: World, local: Any, one: SimTerminal) -> None:
    """What a terminal paid back without a right, and nobody judged yet, is never more than it was once allowed."""
    paid = local.raw.execute(_UNJUDGED).fetchall()
    budget, cap = (max(world.shop.rules[key]) for key in ("return_budget", "return_cap"))
    fits = sum(total for _, total in paid) <= budget and all(total <= cap for _, total in paid)
    require(fits, "budget", f"{one.name} paid {paid} without the hub, {budget} may be, {cap} of one")


def _agrees(db: sqlite3.Connection, one: SimTerminal, version: int, journal: str, seen: dict[str, Any]) -> None:
    scope = f"location:{one.place}"
    row = db.execute(
        "SELECT coalesce(max(seq), 0) FROM version"
        " WHERE scope = ? AND version <= ? AND terminal = ? AND incarnation = ?",
        (scope, version, one.identity, journal),
    ).fetchone()
    told = "SELECT key, row FROM change WHERE scope = ? AND version <= ? AND entity = 'stock' ORDER BY version, n"
    rows = [json.loads(text) for text in dict(db.execute(told, (scope, version))).values()]
    levels = {stock["product"]: (stock["on_hand"], stock["reserved"]) for stock in rows}
    sold: Counter[tuple[str, str]] = Counter()
    let_go: Counter[tuple[str, str]] = Counter()
    for _, raw in _journal(one, row[0]).get(journal, []):
        sold.update(taken_by(raw))
        let_go.update(let_go_by(raw))
    for product, level in seen.items():
        found = (0, 0) if level is None else (level.on_hand, level.reserved)
        on_hand, reserved = levels.get(product, (0, 0))
        wanted = on_hand - sold[one.place, product], reserved - let_go[one.place, product]
        said = f"{one.name} shows {found} of {product}, not {wanted} (version {version}, included {row[0]})"
        require(found == wanted, "overlay", said)


# When all is healed


def healed(world: World) -> None:
    """Everything that the design promises, of a world at rest."""
    db = _books(world)
    db.row_factory = sqlite3.Row
    try:
        for one in world.terminals:
            _journal_is_whole(world, one)
            _verdicts_agree(world, db, one)
            _replica_agrees(world, db, one)
        _sales_are_there_once(world, db)
        returns_are_right(world, db)
        blind = blind_faults(db, world.shop.rules)
        require(not blind, "limits", "; ".join(blind[:3]))
        matters_are_right(world, db)
        shifts_are_right(world, db)
        _money_is_conserved(world, db)
        _value_is_conserved(world, db)
        _stock_is_conserved(world, db)
        _feed_is_dense(db)
        _channel_is_there_once(world, db)
        _parcels_are_right(world, db)
    finally:
        db.close()


def _journal_is_whole(world: World, one: SimTerminal) -> None:
    journal = _journal(one)
    no_terminal_took_more_than_it_knew(one, journal)
    for rows in journal.values() if one.alone else ():
        beyond = own_faults(rows, world.shop.rules)
        require(not beyond, "limits", f"{one.name}: {'; '.join(beyond[:2])}")
    with one.as_app():
        local = one.open()
        faults = integrity(local)
        require(not faults, "I-1", f"{one.name}: {faults}")
        _counts_what_waits(local, edges().clock(one.name), one)


def _verdicts_agree(world: World, db: sqlite3.Connection, one: SimTerminal) -> None:
    """Each operation has one verdict, the hub's; or the hub keeps it aside as a fork and a person is told."""
    home = sqlite3.connect(f"file:{one.home}/journal.db?mode=ro", uri=True)
    rows = home.execute(
        "SELECT o.incarnation, o.seq, o.bytes, v.outcome, v.code FROM op o LEFT JOIN verdict v"
        " ON v.incarnation = o.incarnation AND v.seq = o.seq"
    ).fetchall()
    home.close()
    for journal, seq, raw, outcome, code in rows:
        where = f"operation {seq} of {one.name}, journal {journal[:6]}"
        mine = (one.identity, journal, seq)
        kept = db.execute(
            "SELECT raw, outcome, code FROM operation WHERE terminal = ? AND incarnation = ? AND seq = ?", mine
        ).fetchone()
        if kept is None or bytes(kept["raw"]) != bytes(raw):
            forks = db.execute("SELECT raw FROM fork WHERE terminal = ? AND incarnation = ? AND seq = ?", mine)
            aside = any(bytes(f["raw"]) == bytes(raw) for f in forks)
            untold = outcome is None or world.restored > 0  # a hub that was restored since had told its verdict
            require(not one.alone and aside and untold, "I-2", f"{where} is not at the hub")
            continue
        require(outcome is not None, "I-4", f"{where} still waits")
        # A hub restored from a backup judges anew what it lost: the fact is the same, what it collides with may not be.
        require(
            (outcome, code) == (kept["outcome"], kept["code"]) or world.restored > 0,
            "I-2",
            f"{where}: {outcome} {code} here, {kept['outcome']} {kept['code']} at the hub",
        )
        require(outcome != "refused", "I-3", f"{where} was refused")


def _sales_are_there_once(world: World, db: sqlite3.Connection) -> None:
    ledger = world.ledger
    at_hub = {r["sale_id"]: r for r in db.execute("SELECT * FROM sale")}
    aside = {_id_in(bytes(r["raw"]), "sale_id") for r in db.execute("SELECT raw FROM fork")}
    for sale_id, (machine, body) in ledger.told.items():
        row = at_hub.get(sale_id)
        if row is None:
            lost = sale_id in ledger.dead_disks or sale_id in aside
            require(lost, "I-1", f"sale {body.receipt} of {machine} was told to a shopper and is lost")
            continue
        told = (body.receipt, body.total, body.vat, body.due, body.change, len(body.lines))
        recorded = tuple(row[c] for c in ("receipt", "total", "vat", "due", "change", "lines"))
        require(told == recorded, "F16", f"sale {body.receipt}: told {told}, recorded {recorded}")
    invented = set(at_hub) - ledger.begun
    require(not invented, "I-2", f"the hub holds sales that nobody made: {sorted(invented)[:3]}")
    kept = [r[0] for r in db.execute("SELECT op_id FROM operation WHERE op_id IS NOT NULL")]
    require(len(kept) == len(set(kept)), "I-2", "an operation is recorded twice")


def _id_in(raw: bytes, name: str) -> str:
    try:
        return str(json.loads(raw)["body"].get(name, ""))
    except (ValueError, KeyError):
        return ""


def _value_is_conserved(world: World, db: sqlite3.Connection) -> None:
    """Gift cards and store credit: all that was issued and credited, less what was paid with, each once (F38)."""
    faults = ledger_faults([body for body in world.web.done if isinstance(body, ChannelValue)], db)
    require(not faults, "F38", "; ".join(faults[:3]))
    for one in world.terminals:
        with one.as_app():
            left = to_release(one.open())
        require(not left or not one.alone, "F38", f"{one.name} never told the hub of {left}")


def _money_is_conserved(world: World, db: sqlite3.Connection) -> None:
    """What the bank took for a sale is on the sale; a card is charged once for an attempt (F29, F30, F31)."""
    for attempt, charge in world.shop.bank.charges.items():
        require(charge.times == 1, "F29", f"attempt {attempt} was charged {charge.times} times")
    by_card: Counter[str] = Counter()
    for row in db.execute("SELECT sale_id, amount FROM sale_tender WHERE kind = 'card'"):
        by_card[row["sale_id"]] += row["amount"]
    for sale_id, amount in by_card.items():
        taken = world.shop.bank.taken(sale_id)
        require(taken == amount, "money", f"sale {sale_id}: {amount} by card on the receipt, {taken} taken")


def _stock_is_conserved(world: World, db: sqlite3.Connection) -> None:
    """On hand is the sum of movements, and the movements are what happened: first stock, counts, moves and sales."""
    sums: Counter[tuple[str, str]] = Counter()
    sold: Counter[tuple[str, str]] = Counter()
    for row in db.execute("SELECT product, location, delta, reason FROM movement"):
        sums[row["location"], row["product"]] += row["delta"]
        if row["reason"] in ("sale", "return"):
            sold[row["location"], row["product"]] -= row["delta"]
    for row in db.execute("SELECT product, location, on_hand FROM stock"):
        key = (row["location"], row["product"])
        require(row["on_hand"] == sums[key], "stock", f"{key}: {row['on_hand']} on hand, movements say {sums[key]}")
    recorded: Counter[tuple[str, str]] = Counter()
    for row in db.execute("SELECT s.location, l.product, l.quantity FROM sale s JOIN sale_line l USING (sale_id)"):
        recorded[row["location"], row["product"]] += row["quantity"]
    for raw in _of_returns(db):
        recorded.update(taken_by(raw))
    require(
        sold == recorded, "stock", f"sold {dict(recorded - sold)} that no movement took, took {dict(sold - recorded)}"
    )
    for place in places(world.shape.stores):
        for product in PRODUCTS:
            require((place, product) in sums and FIRST_STOCK > 0, "stock", f"nothing moved of {product} at {place}")


def _of_returns(db: sqlite3.Connection) -> list[bytes]:
    """The operations of recorded returns, with proof and without."""
    same = "o.terminal = t.terminal AND o.incarnation = t.incarnation AND o.seq = t.seq"
    tables = ("taken_back", "blind_return")
    return [bytes(r[0]) for it in tables for r in db.execute(f"SELECT o.raw FROM {it} t JOIN operation o ON {same}")]


def _parcels_are_right(world: World, db: sqlite3.Connection) -> None:
    """Orders that are picked up: promised, given once or named, the same everywhere (F44, F45, I-9)."""
    lost = {_id_in(bytes(row["raw"]), "hand_out") for row in db.execute("SELECT raw FROM fork")}
    lost |= world.ledger.dead_disks
    faults = list(parcel_faults(db, world.shop.collected, world.web.done, lost, edges().clock("hub")))
    for one in world.terminals:
        if one.alone:
            with one.as_app():
                faults += shown_faults(one, db)
    require(not faults, "parcels", "; ".join(faults[:4]))


def _feed_is_dense(db: sqlite3.Connection) -> None:
    """Versions of a scope are 1, 2, 3 … up to its head."""
    for row in db.execute("SELECT scope, version, floor FROM head").fetchall():
        numbers = [
            r[0] for r in db.execute("SELECT version FROM version WHERE scope = ? ORDER BY version", (row["scope"],))
        ]
        first = numbers[0] if numbers else row["version"] + 1
        require(numbers == list(range(first, row["version"] + 1)), "feed", f"{row['scope']} has a gap: {numbers[-5:]}")


def _channel_is_there_once(world: World, db: sqlite3.Connection) -> None:
    require(not world.web.asked, "I-4", "the web channel still waits")
    keys = Counter(r[0] for r in db.execute("SELECT key FROM movement"))
    require(max(keys.values()) == 1, "I-2", "a movement is there twice")
    for body in world.web.done:
        if hasattr(body, "move"):
            require(f"move:web:{body.move}" in keys, "I-4", f"move {body.move} was acknowledged and is lost")


def _replica_agrees(world: World, db: sqlite3.Connection, one: SimTerminal) -> None:
    """Every followed scope stands at the hub's head and holds the hub's rows; and queries say the same."""
    with one.as_app():
        local, now = one.open(), edges().clock(one.name)
        cursors = dict(local.raw.execute("SELECT scope, version FROM replica.cursor"))
        for scope, version in cursors.items():
            head = db.execute("SELECT version FROM head WHERE scope = ?", (scope,)).fetchone()
            stands = head["version"] if head else 0
            require(version == stands, "replica", f"{one.name} stands at {version} of {scope}, the hub at {stands}")
        wanted = {f"location:{one.place}", "catalogue", "config", "pricelist:base"}
        wanted |= {"orders", f"attention:{one.place}"} if one.kind != "kiosk" else set()
        missing = wanted - set(cursors)
        require(not missing, "replica", f"{one.name} does not follow {missing}")
        for scope in cursors:
            _rows_agree(local.raw, db, one, scope)
        _queries_agree(local, db, one, now)


_OF = {"location": "location", "pricelist": "list", "staff": "location", "attention": "location"}


def _rows_agree(local: sqlite3.Connection, db: sqlite3.Connection, one: SimTerminal, scope: str) -> None:
    kind, _, of = scope.partition(":")
    for entity in scope_entities(scope):
        names = ", ".join(f'"{c}"' for c in COLUMNS[entity])
        where = f" WHERE {_OF[kind]} = '{of}'" if kind in _OF and of else ""
        order = ", ".join(f'"{c}"' for c in KEYS[entity])
        here = [tuple(r) for r in local.execute(f"SELECT {names} FROM replica.{entity}{where} ORDER BY {order}")]
        there = [tuple(r) for r in db.execute(f"SELECT {names} FROM {entity}{where} ORDER BY {order}")]
        differ = [pair for pair in zip(here, there, strict=False) if pair[0] != pair[1]][:1]
        detail = f"{one.name}, {entity} of {scope}: {len(here)} rows here, {len(there)} at the hub; {differ}"
        require(here == there, "replica", detail)


def _queries_agree(local: Any, db: sqlite3.Connection, one: SimTerminal, now: int) -> None:
    for product in PRODUCTS:
        for row in stock_rows(local, product, now):
            kept = db.execute(
                "SELECT on_hand, reserved FROM stock WHERE product = ? AND location = ?", (product, row.location.id)
            ).fetchone()
            if row.level is not None and (one.alone or not row.own):
                found = (row.level.on_hand, row.level.reserved)
                require(
                    found == tuple(kept),
                    "query",
                    f"{one.name} shows {found} of {product} at {row.location.id}, hub {tuple(kept)}",
                )
