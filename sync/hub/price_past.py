"""What prices were before they were raised, kept where an import changes them, by whole sets: the lowest price of the
last weeks is what goods are worth that come back with no proof (`sync.domain.blind`).

Only what may still be the lowest is kept: no price that a later one undercuts, none older than a year.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, delete, func, literal, or_, select

from sync.hub import database
from sync.hub.csv_rows import Kind
from sync.hub.feed import BULK, Recorder
from sync.hub.import_stage import Stage
from sync.hub.tables import price, price_past
from sync.protocol.replica import COLUMNS

KEPT_MS = 366 * 24 * 3_600_000
"""How far back a retailer may look for the lowest price."""


def keep(stage: Stage, recorder: Recorder) -> None:
    """Before staged prices replace those that differ: keep the ones that are raised, and forget what can't be the
    lowest any more. Both are told to the followers of the list."""
    _forget(stage, recorder, _undercut(stage))
    _forget(stage, recorder, select(price_past.c.id).where(price_past.c.until < recorder.at - KEPT_MS))
    raised = _raised(stage, recorder.at)
    made = database.insert(stage.conn, price_past).from_select(list(raised.selected_columns.keys()), raised)
    stage.conn.execute(made.on_conflict_do_nothing())
    _tell(stage, recorder)


def _changed(stage: Stage) -> ColumnElement[bool]:
    rows, news = stage.rows[Kind.PRICES], stage.news[Kind.PRICES]
    return and_(news.c.line == rows.c.line, news.c.fresh == 0)


def _key(at: int, of: Any) -> ColumnElement[str]:
    return literal(f"{at}:") + cast(of, Text)


def _raised(stage: Stage, at: int) -> Select[Any]:
    """What is asked until now and will not be: a price that never began to hold was never asked."""
    rows, news = stage.rows[Kind.PRICES], stage.news[Kind.PRICES]
    until = case((price.c.end < at, price.c.end), else_=literal(at))
    columns = (
        _key(at, price.c.id).label("id"),
        price.c.id.label("price"),
        price.c.list,
        price.c.product,
        price.c.unit,
        until.label("until"),
    )
    began = or_(price.c.start.is_(None), price.c.start < at)
    query = select(*columns).select_from(news.join(rows, _changed(stage)).join(price, price.c.id == rows.c.id))
    return query.where(rows.c.unit > price.c.unit, began)


def _undercut(stage: Stage) -> Select[Any]:
    """Earlier prices that the new one, which holds from now on with no end, is not above."""
    rows, news = stage.rows[Kind.PRICES], stage.news[Kind.PRICES]
    query = select(price_past.c.id).select_from(
        price_past.join(rows, rows.c.id == price_past.c.price).join(news, _changed(stage))
    )
    return query.where(rows.c.unit <= price_past.c.unit, rows.c.start.is_(None), rows.c.end.is_(None))


def _forget(stage: Stage, recorder: Recorder, which: Select[Any]) -> None:
    of = price_past.c.id.in_(which)
    counted = select(price_past.c.list, func.count()).where(of).group_by(price_past.c.list)
    for name, count in stage.conn.execute(counted).all():
        if count > BULK:
            recorder.bulk(f"pricelist:{name}")
            continue
        for id in stage.conn.execute(select(price_past.c.id).where(of, price_past.c.list == name)).scalars():
            recorder.delete(f"pricelist:{name}", "price_past", id)
    stage.conn.execute(delete(price_past).where(of))


def _tell(stage: Stage, recorder: Recorder) -> None:
    rows, news = stage.rows[Kind.PRICES], stage.news[Kind.PRICES]
    fresh = news.join(rows, _changed(stage)).join(price_past, price_past.c.id == _key(recorder.at, rows.c.id))
    counted = select(price_past.c.list, func.count()).select_from(fresh).group_by(price_past.c.list)
    counts: dict[str, int] = {name: count for name, count in stage.conn.execute(counted)}
    for name in [name for name, count in counts.items() if count > BULK]:
        recorder.bulk(f"pricelist:{name}")
    columns = (price_past.c[name] for name in COLUMNS["price_past"])
    told = price_past.c.list.in_([name for name, count in counts.items() if count <= BULK])
    query = select(*columns).select_from(fresh).where(told)
    for row in stage.conn.execute(query, execution_options={"yield_per": 5000}):
        recorder.put(f"pricelist:{row.list}", "price_past", row._asdict())
