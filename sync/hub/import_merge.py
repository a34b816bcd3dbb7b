"""Merging staged rows into the hub's tables by whole sets, and telling the feed what changed.

Only rows that differ are touched: the same file again bumps no version and moves no stock.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from sync.hub import price_past, tables
from sync.hub.csv_rows import Kind
from sync.hub.feed import BULK, Recorder
from sync.hub.import_kinds import SHAPES, Reference
from sync.hub.import_stage import Stage

COUNTED = "count"
"""The reason of movements that bring on hand to what a stock file counted."""


@dataclass(frozen=True, slots=True)
class Merged:
    """How many rows of one kind were new, different, or as they were."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def strangers(stage: Stage, kind: Kind) -> Iterator[tuple[int, Reference, str]]:
    """Staged rows that refer to what neither hub nor files have: line, reference, value. They leave the stage."""
    for reference in SHAPES[kind].references:
        where = _unknown(stage, kind, reference)
        rows = stage.rows[kind]
        query = select(rows.c.line, rows.c[reference.column]).where(where).order_by(rows.c.line)
        found = 0
        for line, value in stage.conn.execute(query, execution_options={"yield_per": 1000}):
            found += 1
            yield line, reference, value
        if found:
            stage.conn.execute(rows.delete().where(where))


def _unknown(stage: Stage, kind: Kind, reference: Reference) -> ColumnElement[bool]:
    named = stage.rows[kind].c[reference.column]
    places = [SHAPES[reference.kind].table]
    if reference.kind in stage.rows:
        places.append(stage.rows[reference.kind])
    conditions = [~exists(select(literal(1)).select_from(t).where(t.c.id == named)) for t in places]
    return and_(named != "" if reference.optional else literal(1) == 1, *conditions)


def merge(stage: Stage, kind: Kind, recorder: Recorder, run: str) -> Merged:
    """Add and change what differs, and put it into the recorder. `run` names this import in movements' keys."""
    if kind is Kind.STOCK and stage.conn.dialect.name == "postgresql":
        # Sales must not move what is being counted between the reading and the writing of it.
        stage.conn.exec_driver_sql("LOCK TABLE stock IN SHARE ROW EXCLUSIVE MODE")
    merged = _compare(stage, kind)
    if not merged.added and not merged.changed:
        return merged
    if kind is Kind.STAFF:
        _forget_moved(stage, recorder)
    if kind is Kind.STOCK:
        _move(stage, recorder.at, run)
    if merged.changed and kind is Kind.PRICES:
        price_past.keep(stage, recorder)
    if merged.changed:
        _change(stage, kind, recorder.at)
    if merged.added:
        _add(stage, kind, recorder.at)
    _tell(stage, kind, recorder)
    return merged


def _compare(stage: Stage, kind: Kind) -> Merged:
    rows, news, shape = stage.rows[kind], stage.news[kind], SHAPES[kind]
    target = shape.table
    same = and_(*(target.c[name] == rows.c[name] for name in shape.key))
    missing = target.c[shape.key[0]].is_(None)
    differs = [_differs(kind, rows.c[c], target.c[c]) for c in shape.columns if c not in shape.key]
    query = select(rows.c.line, case((missing, 1), else_=0)).select_from(rows.outerjoin(target, same))
    stage.conn.execute(insert(news).from_select(["line", "fresh"], query.where(or_(missing, *differs))))
    fresh = func.coalesce(func.sum(news.c.fresh), 0)
    everything, added = stage.conn.execute(select(func.count(), fresh)).one()
    staged = stage.conn.execute(select(func.count()).select_from(rows)).scalar_one()
    return Merged(int(added), int(everything - added), int(staged - everything))


def _differs(kind: Kind, staged: Column[Any], standing: Column[Any]) -> ColumnElement[bool]:
    if kind is Kind.STOCK and staged.name == "shelf":
        # A count that names no shelf says nothing of shelves.
        return and_(staged != "", standing != staged)
    return standing.is_distinct_from(staged)


def _new_rows(stage: Stage, kind: Kind, fresh: int) -> ColumnElement[bool]:
    rows, news = stage.rows[kind], stage.news[kind]
    return and_(news.c.line == rows.c.line, news.c.fresh == fresh)


def _change(stage: Stage, kind: Kind, at: int) -> None:
    rows, shape = stage.rows[kind], SHAPES[kind]
    target = shape.table
    values: dict[str, Any] = {c: rows.c[c] for c in shape.columns if c not in shape.key}
    if kind is Kind.STOCK:
        values |= {"at": at, "shelf": case((rows.c.shelf == "", target.c.shelf), else_=rows.c.shelf)}
    same = and_(*(target.c[name] == rows.c[name] for name in shape.key))
    stage.conn.execute(update(target).values(values).where(same, _new_rows(stage, kind, 0)))


def _add(stage: Stage, kind: Kind, at: int) -> None:
    rows, news, shape = stage.rows[kind], stage.news[kind], SHAPES[kind]
    columns: dict[str, Any] = {c: rows.c[c] for c in shape.columns}
    order: list[Any] = [rows.c[name] for name in shape.key]
    if kind is Kind.PRODUCTS:
        # The most popular first: ranks are the order of answers to a search.
        order = [rows.c.popularity.desc(), rows.c.line]
        last = stage.conn.execute(select(func.coalesce(func.max(tables.product.c.rank), 0))).scalar_one()
        columns["rank"] = func.row_number().over(order_by=order) + last
    if kind is Kind.STOCK:
        columns |= {"reserved": literal(0), "at": literal(at)}
    query = select(*(value.label(name) for name, value in columns.items()))
    query = query.select_from(rows.join(news, _new_rows(stage, kind, 1))).order_by(*order)
    stage.conn.execute(insert(shape.table).from_select(list(columns), query))


def _move(stage: Stage, at: int, run: str) -> None:
    """A count becomes the movement that leads to it, so that movements go on adding up to what is on hand."""
    rows, news, stock = stage.rows[Kind.STOCK], stage.news[Kind.STOCK], tables.stock
    delta = rows.c.on_hand - func.coalesce(stock.c.on_hand, 0)
    here = and_(stock.c.product == rows.c.product, stock.c.location == rows.c.location)
    columns: dict[str, Any] = {
        "key": literal(f"{COUNTED}:{run}:") + cast(rows.c.line, Text),
        "product": rows.c.product,
        "location": rows.c.location,
        "delta": delta,
        "reason": literal(COUNTED),
        "at": literal(at),
        "received_at": literal(at),
        "source": literal("import"),
    }
    joined = rows.join(news, news.c.line == rows.c.line).outerjoin(stock, here)
    query = select(*(value.label(name) for name, value in columns.items())).select_from(joined)
    stage.conn.execute(insert(tables.movement).from_select(list(columns), query.where(delta != 0)))


def _forget_moved(stage: Stage, recorder: Recorder) -> None:
    """Whoever works elsewhere from now on is taken off the terminals of the place before."""
    rows, staff = stage.rows[Kind.STAFF], tables.staff
    query = select(staff.c.id, staff.c.location, rows.c.location).join(rows, rows.c.id == staff.c.id)
    for person, before, now in stage.conn.execute(query.where(staff.c.location != rows.c.location)).all():
        for scope in set(_staff_scopes(stage.conn, before)) - set(_staff_scopes(stage.conn, now)):
            recorder.delete(scope, "staff", person)


def _staff_scopes(conn: Connection, location: str) -> list[str]:
    """Someone with no location works at all of them."""
    places = [location] if location else conn.execute(select(tables.location.c.id)).scalars()
    return [f"staff:{place}" for place in places]


def _tell(stage: Stage, kind: Kind, recorder: Recorder) -> None:
    """Small scopes row by row until BULK rows are told; larger ones as a whole, for followers to take the snapshot."""
    rows, news = stage.rows[kind], stage.news[kind]
    told = 0
    by = _grouped_by(kind)
    group = rows.c[by] if by else literal("")
    query = select(group, func.count()).select_from(rows.join(news, news.c.line == rows.c.line)).group_by(group)
    for value, count in sorted(stage.conn.execute(query).all(), key=lambda row: (row[1], row[0])):
        scopes = _scopes(stage.conn, kind, value)
        told += count * len(scopes)
        if told <= BULK:
            _put(stage, kind, recorder, scopes, group == value)
        else:
            for scope in scopes:
                recorder.bulk(scope)


def _grouped_by(kind: Kind) -> str:
    return {Kind.PRICES: "list", Kind.STOCK: "location", Kind.STAFF: "location"}.get(kind, "")


def _scopes(conn: Connection, kind: Kind, value: str) -> list[str]:
    if kind is Kind.STAFF:
        return _staff_scopes(conn, value)
    named: dict[Kind, Callable[[], str]] = {
        Kind.PRICES: lambda: f"pricelist:{value}",
        Kind.STOCK: lambda: f"location:{value}",
        Kind.LOCATIONS: lambda: "config",
    }
    return [named.get(kind, lambda: "catalogue")()]


def _put(stage: Stage, kind: Kind, recorder: Recorder, scopes: list[str], which: ColumnElement[bool]) -> None:
    rows, news, shape = stage.rows[kind], stage.news[kind], SHAPES[kind]
    target = shape.table
    same = and_(*(target.c[name] == rows.c[name] for name in shape.key))
    query = select(target).join(rows, same).join(news, news.c.line == rows.c.line).where(which).order_by(rows.c.line)
    for row in stage.conn.execute(query, execution_options={"yield_per": 5000}):
        for scope in scopes:
            recorder.put(scope, str(target.name), row._asdict())
