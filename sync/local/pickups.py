"""Parcels as they stand here: what the hub told, and laid over it what this terminal did with them since (I-9).

A parcel in the replica is as old as the replica. What this terminal packed, received, shelved, handed out or sent back
is laid over it until the replica includes it, as sales are laid over stock.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec

from sync.domain.orders import Fulfilment, Purchase
from sync.domain.pickups import Moved, Parcel, ParcelState, handed_of, refused_by
from sync.local import tables
from sync.local.database import Local
from sync.local.journal import Effect, Recorded
from sync.local.tables import insert
from sync.protocol import operations
from sync.protocol.pickups import HandedOut, read, row_of

DAY_MS = 24 * 3_600_000
USUAL_DAYS = 7
"""How long a parcel waits where the setting `pickup_days` is not there."""
LATE_MS = 60_000
"""An earlier journal's step counts until the replica was seen whole so long after its verdict."""

_step = insert(tables.parcel_step)
_promised = insert(tables.promised)
_handed = insert(tables.handed_out)
_refused = insert(tables.line_refused)
_surplus = insert(tables.surplus)
_body = msgspec.json.Decoder(HandedOut)


@dataclass(frozen=True, slots=True)
class RecordedHandOut:
    """A hand-out as it stands in the journal."""

    envelope: operations.Envelope
    body: HandedOut


def lacking(table: str, scope: str) -> str:
    """What of a table the replica of a scope does not show yet. Of an earlier journal the replica does not say how far
    it includes it; the time of the verdict does. A scope that is not followed shows nothing: the verdict is enough."""
    return f"""LEFT JOIN verdict v ON v.incarnation = {table}.incarnation AND v.seq = {table}.seq
    LEFT JOIN replica.cursor c ON c.scope = {scope}
    WHERE coalesce(v.outcome, '') <> 'refused' AND CASE WHEN c.scope IS NULL THEN v.outcome IS NULL
    WHEN {table}.incarnation = (SELECT incarnation FROM identity)
    THEN {table}.seq > CASE WHEN c.incarnation = {table}.incarnation THEN c.included ELSE 0 END
    ELSE v.at IS NULL OR v.at + {LATE_MS} > coalesce(c.seen_at, 0) END"""  # noqa: S608 - our own names


def by_key(query: str) -> str:
    """A query of own steps `s` that `lacking` ends, in three: of this journal those that the replica lacks are found by
    their key, and three months of steps that it includes are not read. It takes what `own_keys` gives."""
    parts = ("s.incarnation = :me AND s.seq > :included", "s.incarnation < :me", "s.incarnation > :me")
    return " UNION ALL ".join(f"{query} AND {part}" for part in parts)


def own_keys(local: Local) -> dict[str, str | int]:
    """Inside `local.read()`: this store, this journal, and how far the replica of the store includes it."""
    here, me = local.me.location, local.me.incarnation
    row = local.raw.execute(_INCLUDED, (f"location:{here}", me)).fetchone()
    return {"here": here, "me": me, "included": int(row[0]) if row else 0}


_OF_PLACE = "'location:' || s.location"
_STEPS = f"""SELECT s.body FROM parcel_step s {lacking("s", _OF_PLACE)} AND {{which}}
    ORDER BY s.at, s.seq"""  # noqa: S608 - constants
_OWN_OF_ORDER = _STEPS.format(which='s."order" = ?')
_OWN_OF_PARCEL = _STEPS.format(which="s.parcel = ?")
_OWN_HERE = f"""SELECT s.body, s.at, s.seq FROM parcel_step s {lacking("s", _OF_PLACE)}
    AND s.location = :here"""  # noqa: S608 - constants
_OWN_ALL = f"{by_key(_OWN_HERE)} ORDER BY 2, 3"
_INCLUDED = "SELECT included FROM replica.cursor WHERE scope = ? AND incarnation = ?"
_OF_ORDER = 'SELECT body FROM replica.parcel WHERE "order" = ?'
_OF_PARCEL = "SELECT body FROM replica.parcel WHERE id = ?"
_IN_UNIT = "SELECT body FROM replica.parcel WHERE location = ? AND instr(body, ?)"
_OWN_IN_UNIT = "SELECT body FROM parcel_step WHERE location = ? AND instr(body, ?)"
_IN_STATE = """SELECT body FROM replica.parcel WHERE location = ? AND state IN ({marks})"""


def parcels_of(local: Local, order: str) -> list[Parcel]:
    """The parcels of an order (a purchase's id) that are known here, by id; wherever they are collected."""
    with local.read():
        return parcels_now(local, order)


def parcel_by_id(local: Local, id: str) -> Parcel | None:
    """One parcel, as its label names it; None if it is not known here."""
    with local.read():
        return parcel_now(local, id)


def parcel_now(local: Local, id: str) -> Parcel | None:
    """As `parcel_by_id`, inside `local.read()` or `write()`."""
    found = laid_over(_read(local.raw, _OF_PARCEL, id), _read(local.raw, _OWN_OF_PARCEL, id))
    return _less_paid(local, found)[0] if found else None


def parcels_now(local: Local, order: str) -> list[Parcel]:
    """As `parcels_of`, inside `local.read()` or `write()`."""
    found = laid_over(_read(local.raw, _OF_ORDER, order), _read(local.raw, _OWN_OF_ORDER, order))
    return _less_paid(local, found)


def parcels_in(local: Local, sscc: str) -> list[Parcel]:
    """Inside `local.read()` or `write()`: the parcels of this store that come in that transport unit, or came in it."""
    here, needle = local.me.location, f'"sscc":"{sscc}"'
    ids = {it.id for it in _read(local.raw, _IN_UNIT, here, needle)}
    ids |= {it.id for it in _read(local.raw, _OWN_IN_UNIT, here, needle)}
    found = (parcel_now(local, id) for id in sorted(ids))
    return [it for it in found if it is not None and it.sscc == sscc]


def surplus_at(local: Local, label: str) -> int | None:
    """Inside `local.read()` or `write()`: when this terminal told that nobody expects that label (UTC ms)."""
    row = local.raw.execute("SELECT at FROM surplus WHERE label = ?", (label,)).fetchone()
    return int(row[0]) if row else None


def keep_surplus(local: Local, done: Recorded, label: str, location: str, at: int) -> None:
    """Inside `local.write()`: it was told."""
    _surplus.run(local.raw, label=label, location=location, incarnation=done.incarnation, seq=done.seq, at=at)


def parcels_here(local: Local, *states: ParcelState) -> list[Parcel]:
    """The parcels that are collected at this store and are in one of those states: what is expected, what is not on a
    shelf yet, what waits, what is to be put back."""
    with local.read():
        return parcels_here_now(local, *states)


def parcels_here_now(local: Local, *states: ParcelState) -> list[Parcel]:
    """As `parcels_here`, inside `local.read()`."""
    db, here, marks = local.raw, local.me.location, ", ".join("?" * len(states))
    own = own_here(local)
    rows = db.execute(_IN_STATE.format(marks=marks), (here, *(state.value for state in states))).fetchall()
    told = [read(row[0]) for row in rows]
    known, last = {it.id for it in told}, {it.id: it for it in own}
    others = [id for id, it in last.items() if it.state in states and id not in known]
    told += [it for id in others for it in _read(db, _OF_PARCEL, id)]
    return _less_paid(local, [it for it in laid_over(told, own) if it.state in states])


def own_here(local: Local) -> list[Parcel]:
    """Inside `local.read()`: own steps of parcels of this store that the replica lacks, in the order they were made."""
    return [read(row[0]) for row in local.raw.execute(_OWN_ALL, own_keys(local)).fetchall()]


def _read(db: sqlite3.Connection, query: str, *values: str) -> list[Parcel]:
    return [read(row[0]) for row in db.execute(query, values).fetchall()]


def laid_over(told: Iterable[Parcel], own: Iterable[Parcel]) -> list[Parcel]:
    """Own steps, in the order they were made, over what the hub told. Custody that changed since without this terminal
    is the hub's to say; what was handed out here is handed out, whatever the hub says."""
    found = {it.id: it for it in told}
    for step in own:
        before = found.get(step.id)
        if before is None or step.state is ParcelState.HANDED_OUT or step.fence >= before.fence:
            found[step.id] = step
    return [found[id] for id in sorted(found)]


def _less_paid(local: Local, parcels: list[Parcel]) -> list[Parcel]:
    """Of orders that were paid at this terminal, and the replica lacks it, so much less is due."""
    if not any(it.due for it in parcels):
        return parcels
    paid = dict(local.raw.execute(_PAID).fetchall())
    return [replace(it, due=max(0, it.due - paid.get(it.order, 0))) if it.due else it for it in parcels]


def given_out(local: Local, purchase: Purchase) -> Purchase:
    """Inside `local.read()` or `write()`: a purchase of the replica with what this terminal handed out and refused of
    it, and the replica lacks."""
    if not any(line.fulfilment is Fulfilment.PICKUP for line in purchase.lines):
        return purchase
    for line, location in local.raw.execute(_OWN_REFUSED, (purchase.id,)).fetchall():
        purchase = refused_by(purchase, line, location)
    for at, raw in local.raw.execute(_OWN_HANDED, (purchase.id,)).fetchall():
        body = _body.decode(operations.open_envelope(raw).body)
        purchase = handed_of(purchase, [line for it in body.parcels for line in it.lines], at)
    return purchase


_PAID = f"""SELECT p."order", sum(p.amount) FROM order_paid p {lacking("p", "'location:' || p.location")}
    GROUP BY p."order" """  # noqa: S608 - constants
_OWN_HANDED = f"""SELECT h.at, o.bytes FROM handed_out h JOIN op o ON o.incarnation = h.incarnation AND o.seq = h.seq
    {lacking("h", "'orders'")} AND h."order" = ? ORDER BY h.at, h.seq"""  # noqa: S608 - constants
_OWN_REFUSED = f"""SELECT r.line, r.location FROM line_refused r
    {lacking("r", "'orders'")} AND r."order" = ?"""  # noqa: S608 - constants
_PROMISED = f"""SELECT p.product, sum(p.delta) FROM json_each(:products) asked
    CROSS JOIN promised p ON p.product = asked.value {lacking("p", "'location:' || p.location")}
    AND p.location = :here GROUP BY p.product"""  # noqa: S608 - constants


def promised_here(local: Local, products: list[str]) -> dict[str, int]:
    """Inside `local.read()`: what is to be added to what the replica says is reserved at the own location; thousandths.
    Goods that were handed out here are promised to nobody any more."""
    place = local.identity.location if local.identity else ""
    rows = local.raw.execute(_PROMISED, {"products": json.dumps(products), "here": place}).fetchall()
    return dict(rows)


# --- recording -------------------------------------------------------------------------------------------------------


def effects_of(moves: list[Moved]) -> list[Effect]:
    """What steps do to what is on hand."""
    return [Effect(it.location, it.product, it.on_hand) for it in moves if it.on_hand]


def keep_step(local: Local, done: Recorded, after: list[Parcel], moves: list[Moved], at: int) -> None:
    """Inside `local.write()`: how parcels stand after the operation `done`, and what it did to what is promised."""
    keys = {"incarnation": done.incarnation, "seq": done.seq}
    for parcel in after:
        row = row_of(parcel)
        same = {name: row[name] for name in ("order", "location", "state", "fence", "body")}
        _step.run(local.raw, **keys, parcel=parcel.id, at=at, **same)
    sums: dict[tuple[str, str], int] = {}
    for it in moves:
        sums[it.location, it.product] = sums.get((it.location, it.product), 0) + it.reserved
    for (place, product), delta in sums.items():
        if delta:
            _promised.run(local.raw, **keys, location=place, product=product, delta=delta)


def keep_hand_out(local: Local, done: Recorded, body: HandedOut, at: int) -> None:
    """Inside `local.write()`: a hand-out is found by its id."""
    keys = {"incarnation": done.incarnation, "seq": done.seq, "at": at}
    _handed.run(local.raw, hand_out=body.hand_out, receipt=body.receipt, order=body.order, **keys)


def keep_refusal(local: Local, done: Recorded, order: str, line: str, location: str, at: int) -> None:
    """Inside `local.write()`: this store refused a line."""
    keys = {"incarnation": done.incarnation, "seq": done.seq, "at": at}
    _refused.run(local.raw, order=order, line=line, location=location, **keys)


def was_refused(local: Local, order: str, line: str) -> bool:
    """Whether this terminal refused that line already."""
    query = 'SELECT 1 FROM line_refused WHERE "order" = ? AND line = ?'
    return local.raw.execute(query, (order, line)).fetchone() is not None


def hand_out_by_id(local: Local, id: str) -> RecordedHandOut | None:
    """The hand-out with that id, recorded here."""
    return _recorded(local, "h.hand_out = ?", id)


def hand_out_by_receipt(local: Local, receipt: str) -> RecordedHandOut | None:
    """The hand-out with that slip's number."""
    return _recorded(local, "h.receipt = ?", receipt)


def _recorded(local: Local, which: str, value: str) -> RecordedHandOut | None:
    row = local.raw.execute(
        f"SELECT o.bytes FROM handed_out h JOIN op o ON o.incarnation = h.incarnation AND o.seq = h.seq WHERE {which}",  # noqa: S608 - constants
        (value,),
    ).fetchone()
    if row is None:
        return None
    envelope = operations.open_envelope(row[0])
    return RecordedHandOut(envelope, _body.decode(envelope.body))


def waits_until(local: Local, now: int) -> int:
    """Until when a parcel that is shelved now is kept, UTC ms: by the setting `pickup_days`."""
    row = local.raw.execute("SELECT value FROM replica.setting WHERE key = 'pickup_days'").fetchone()
    text = row[0] if row else ""
    days = int(text) if text.isascii() and text.isdigit() and 0 < int(text) <= 365 else USUAL_DAYS
    return now + days * DAY_MS
