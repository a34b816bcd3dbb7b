"""Open matters as terminals follow them, and what settled those that are closed.

A matter's id is made of what it is about, so that a hub that lost it and finds it again knows it by the same name, and
a person's word on it counts again. It stands in the scope of each location that has a side in it.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, select

from sync.domain.matters import WITH_CONSEQUENCE, choices_of
from sync.hub import database, feed, given
from sync.hub.feed import Recorder
from sync.hub.tables import attention, channel, location, matter, settlement, staff, terminal
from sync.protocol.matters import Facts, Side
from sync.protocol.replica import key_of

SCOPE = "attention"
_facts = msgspec.json.Decoder(Facts)


def id_of(row: Mapping[str, Any]) -> str:
    """The id of a matter by its row of `attention`. What no operation caused has its time in the id."""
    names = ["code", "location", "terminal", "incarnation", "seq", "about", *([] if row["seq"] else ["at"])]
    return sha256("\x1f".join(str(row[name]) for name in names).encode()).hexdigest()[:32]


def settled_before(conn: Connection, ids: list[str]) -> dict[str, str]:
    """Which of them are settled, and by whom: told of again, or before the hub knew them (anew). A word that came early
    and has a consequence is asked for again, as it may not fit what the hub knows by now."""
    early_pay = (settlement.c.early == 1) & settlement.c.choice.in_([choice.value for choice in WITH_CONSEQUENCE])
    query = select(settlement.c.matter, settlement.c.by).where(settlement.c.matter.in_(ids), ~early_pay)
    return {row.matter: row.by for row in conn.execute(query)}


Opened = tuple[str, Mapping[str, Any], Facts, Recorder]


def open_all(conn: Connection, opened: list[Opened]) -> None:
    """Put matters before the people of their locations: id, row of `attention`, facts, and whose feed tells it. What
    stands there already stays as it is."""
    there = given.those_of(conn, "matter", "id", [id for id, *_ in opened])
    opened = [each for each in opened if each[0] not in there]
    if not opened:
        return
    named = _Names(conn, [row for _, row, _, _ in opened], [facts for _, _, facts, _ in opened])
    rows = []
    for id, row, facts, recorder in opened:
        body = msgspec.json.encode(named.filled(row, facts)).decode()
        for place in named.places(row, facts):
            made = {"id": id, "location": place, "code": row["code"], "at": row["at"], "body": body}
            recorder.put(f"{SCOPE}:{place}", "matter", made)
            rows.append(made)
    given.append(conn, matter, rows)


class _Names:
    """What people call the terminals and persons of some matters, and which locations there are."""

    def __init__(self, conn: Connection, rows: list[Mapping[str, Any]], facts: list[Facts]) -> None:
        sides = [side for each in facts for side in each.sides]
        machines = sorted({side.terminal for side in sides} | {row["terminal"] for row in rows})
        query = select(terminal.c.id, terminal.c.name, terminal.c.location).where(terminal.c.id.in_(machines))
        self._machines = {row.id: row for row in conn.execute(query)}
        people = sorted({side.actor for side in sides if side.actor})
        named = select(staff.c.id, staff.c.name).where(staff.c.id.in_(people)) if people else None
        self._people = {row.id: row.name for row in conn.execute(named)} if named is not None else {}
        shops = sorted({side.name for side in sides if side.name})
        titles = select(channel.c.id, channel.c.name).where(channel.c.id.in_(shops)) if shops else None
        self._channels = {row.id: row.name for row in conn.execute(titles)} if titles is not None else {}
        wanted = sorted({side.location for side in sides} | {row["location"] for row in rows})
        self._known = set(conn.execute(select(location.c.id).where(location.c.id.in_(wanted))).scalars())

    def places(self, row: Mapping[str, Any], facts: Facts) -> list[str]:
        """The locations that see it, its own first; one that the hub does not know is replaced by the terminal's."""
        machine = self._machines.get(row["terminal"])
        wanted = [row["location"], *(side.location for side in facts.sides)]
        places = dict.fromkeys(place for place in wanted if place in self._known)
        return list(places) or [machine.location if machine else row["location"]]

    def filled(self, row: Mapping[str, Any], facts: Facts) -> Facts:
        """The facts with what the row says, and with names in place of ids."""
        sides = [self._named(side) for side in facts.sides] or [self._side(row)]
        choices = facts.choices or [choice.value for choice in choices_of(row["code"])]
        told = {name: row[name] for name in ("detail", "terminal", "incarnation", "seq", "about")}
        return msgspec.structs.replace(facts, sides=sides, choices=choices, **told)

    def _side(self, row: Mapping[str, Any]) -> Side:
        return self._named(Side("journal", row["at"], row["terminal"], location=row["location"]))

    def _named(self, side: Side) -> Side:
        machine = self._machines.get(side.terminal)
        name = self._channels.get(side.name, side.name) or (machine.name if machine else side.terminal)
        return msgspec.structs.replace(side, name=name, actor=self._people.get(side.actor, ""))


def held(conn: Connection, ids: list[str]) -> dict[str, list[Any]]:
    """The rows of those that are open, by id, held until the transaction ends. Locks are taken in the order of ids."""
    query = select(matter).where(matter.c.id.in_(sorted(ids))).order_by(matter.c.id, matter.c.location)
    found: dict[str, list[Any]] = {}
    for row in conn.execute(query.with_for_update()):
        found.setdefault(row.id, []).append(row)
    return found


def facts_of(row: Any) -> Facts:
    """What a row of `matter` holds."""
    return _facts.decode(row.body)


def close_all(conn: Connection, ids: list[str], by: str, recorder: Recorder, **said: Any) -> None:
    """Take matters off every screen. `said`: the settlement's columns, if a person settled them."""
    rows = [row for of_one in held(conn, ids).values() for row in of_one]
    for row in rows:
        key = key_of("matter", {"id": row.id, "location": row.location})
        recorder.delete(f"{SCOPE}:{row.location}", "matter", key)
    gone = sorted({row.id: row.code for row in rows}.items())
    if gone:
        conn.execute(matter.delete().where(matter.c.id.in_([id for id, _ in gone])))
    for id, code in gone:
        settled(conn, {"matter": id, "code": code, "by": by, "at": recorder.at, "early": 0, **said})


_NOBODY = {"choice": "", "note": "", "terminal": "", "actor": "", "op": ""}


def settled(conn: Connection, row: dict[str, Any]) -> None:
    """Write down what settled a matter; the first word stands unless the hub had lost it."""
    values = _NOBODY | row
    statement = database.insert(conn, settlement).values(**values)
    rest = {name: values[name] for name in values if name != "matter"}
    conn.execute(statement.on_conflict_do_update(index_elements=["matter"], set_=rest))


def settlement_of(conn: Connection, id: str) -> Any:
    """What settled a matter: its row; None if nothing did."""
    return conn.execute(select(settlement).where(settlement.c.matter == id)).first()


def show_all(engine: Engine, now: int) -> int:
    """Show terminals the open matters that they were never shown, such as those of an older hub; how many."""
    with database.read(engine) as conn:
        if not _unseen(conn):
            return 0
    with feed.recording(engine, now) as (conn, recorder):
        unseen = _unseen(conn)
        open_all(conn, [(id, row, Facts(), recorder) for id, row in unseen.items()])
        return len(unseen)


def _unseen(conn: Connection) -> dict[str, Mapping[str, Any]]:
    rows = conn.execute(select(attention).where(attention.c.settled_at.is_(None))).all()
    shown = set(conn.execute(select(matter.c.id)).scalars()) if rows else set()
    open_rows = [dict(row._mapping) for row in rows]
    return {id: row for row in open_rows if (id := id_of(row)) not in shown}


def seen(conn: Connection, ids: list[str]) -> list[Any]:
    """The rows of those that are open, not held: the locks of what they lead to come first."""
    return list(conn.execute(select(matter).where(matter.c.id.in_(ids)).order_by(matter.c.id)))


def said_of(conn: Connection, actor: str, machine: str) -> str:
    """Who it was and where, as people say it."""
    person = conn.execute(select(staff.c.name).where(staff.c.id == actor)).scalar() or actor
    name = conn.execute(select(terminal.c.name).where(terminal.c.id == machine)).scalar() or machine
    return f"{person}, {name}" if person else name
