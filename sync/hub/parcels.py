"""Parcels as the hub has them in one transaction: held, moved on, with every change of custody written down (I-9)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from sync.domain.pickups import Custody, Parcel, ParcelState
from sync.hub import given
from sync.hub.feed import Recorder
from sync.hub.tables import custody, parcel
from sync.protocol.pickups import read, row_of

NO_STOCK = (ParcelState.SENT_BACK, ParcelState.CANCELLED)
"""What is in such a parcel is not waited for any more: its lines say so."""


@dataclass(frozen=True, slots=True)
class Word:
    """Who says so: the operation, the slip, and when the hub heard of it."""

    op: str
    receipt: str
    received_at: int


@dataclass
class Shelf:
    """The parcels that a transaction holds; `write` puts down what it did to them. Locked behind their orders."""

    conn: Connection
    held: dict[str, Parcel] = field(default_factory=dict)
    history: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """Changes of custody by parcel, in the order of fences: rows of the table `custody`."""
    _rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)
    _orders: set[str] = field(default_factory=set)
    _custody: list[dict[str, Any]] = field(default_factory=list)

    def hold(self, ids: Iterable[str]) -> None:
        """Lock those of the parcels that there are, in the order of ids, and read who had them."""
        wanted = sorted(set(ids) - set(self.held))
        if not wanted:
            return
        found = self.conn.execute(select(parcel).where(parcel.c.id.in_(wanted)).order_by(parcel.c.id).with_for_update())
        self._take(found, wanted)

    def hold_of(self, orders: Iterable[str]) -> None:
        """Lock all parcels of those orders."""
        wanted = sorted(set(orders) - self._orders)
        if not wanted:
            return
        query = select(parcel).where(parcel.c.order.in_(wanted)).order_by(parcel.c.id)
        rows = [row for row in self.conn.execute(query.with_for_update()) if row.id not in self.held]
        self._orders |= set(wanted)
        self._take(rows, [row.id for row in rows])

    def _take(self, rows: Iterable[Any], ids: list[str]) -> None:
        for row in rows:
            self.held[row.id] = read(row.body)
            self._known.add(row.id)
        query = select(custody).where(custody.c.parcel.in_(ids)).order_by(custody.c.parcel, custody.c.fence)
        for row in self.conn.execute(query).mappings():
            self.history[row["parcel"]].append(dict(row))

    def of_order(self, order: str) -> list[Parcel]:
        """The parcels of an order, as they stand."""
        return [it for it in self.held.values() if it.order == order]

    def packed_of(self, order: str) -> defaultdict[str, int]:
        """How much of each line is in parcels that wait, or were handed out; thousandths."""
        sums: defaultdict[str, int] = defaultdict(int)
        for it in self.of_order(order):
            for line in it.lines if it.state not in NO_STOCK else ():
                sums[line.line] += line.quantity
        return sums

    def hand_outs(self, id: str) -> list[dict[str, Any]]:
        """Each time that it was given away, as far as the hub knows."""
        return [row for row in self.history[id] if row["state"] == ParcelState.HANDED_OUT]

    def put(self, after: Parcel, recorder: Recorder) -> None:
        """How it stands from now on."""
        before = self.held.get(after.id)
        if before is not None and before.location != after.location:
            recorder.delete(f"location:{before.location}", "parcel", before.id)
        self.held[after.id] = after
        row = row_of(after)
        self._rows[after.id] = row | {"at": recorder.at}
        recorder.put(f"location:{after.location}", "parcel", row)

    def note(self, after: Parcel, by: Custody, word: Word) -> None:
        """Write down a change of custody, under the fence that it made."""
        last = self.history[after.id][-1]["fence"] if self.history[after.id] else 0
        row = {
            "parcel": after.id,
            "fence": max(after.fence, last + 1),
            "state": by.state.value,
            "order": after.order,
            "terminal": by.terminal,
            "location": by.location,
            "actor": by.actor,
            "receipt": word.receipt,
            "at": by.at,
            "received_at": word.received_at,
            "op": word.op,
        }
        self.history[after.id].append(row)
        self._custody.append(row)

    def write(self) -> None:
        """Write down the parcels and who had them."""
        new = [row for id, row in sorted(self._rows.items()) if id not in self._known]
        given.append(self.conn, parcel, new)
        given.update(self.conn, parcel, [row for id, row in sorted(self._rows.items()) if id in self._known])
        given.append(self.conn, custody, self._custody)
        self._known |= set(self._rows)
        self._rows, self._custody = {}, []
