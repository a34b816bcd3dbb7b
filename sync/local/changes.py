"""Changes of the feed into the replica's tables, at the speed of SQLite.

After a night of counting hundreds of thousands of rows come at once. So rows stay JSON until it is known that they
count, become tuples without being dicts before, many go into one statement, and an index is written only if a column
of it changed.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import msgspec

from sync.protocol.pages import SentVersion
from sync.protocol.replica import COLUMNS, KEYS

MANY = 32
"""Rows in one statement: nearly all of what a statement costs beside its rows is saved, and its text stays short."""
Row = tuple[Any, ...]
Found = dict[str, tuple[int, msgspec.Raw]]
"""The last version of each key, with its row."""


class BadPage(ValueError):
    """A page that does not continue what the replica holds, or that can't be stored; nothing of it was applied."""


def _named(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _or_update(table: str, at: Sequence[str], columns: Iterable[str]) -> str:
    """What becomes of a row that is there: its columns are set if the version is greater."""
    values = ", ".join(f'"{c}" = excluded."{c}"' for c in columns if c not in at)
    return f' ON CONFLICT ({_named(at)}) DO UPDATE SET {values} WHERE excluded.v > "{table}".v'


class _Put:
    """Rows given as tuples of `columns` are put into a table; `ends` say what becomes of those that are there.

    A column given as a pair is named by its first part, and its second is the expression for its value.
    """

    def __init__(self, table: str, columns: Sequence[str | tuple[str, str]], *ends: str) -> None:
        names = [c if isinstance(c, str) else c[0] for c in columns]
        row = f"({', '.join('?' if isinstance(c, str) else c[1] for c in columns)})"
        begin, end = f'INSERT INTO "{table}" ({_named(names)}) VALUES ', "".join(ends)  # noqa: S608 - our own names
        self._one = begin + row + end
        self._many = begin + ", ".join([row] * MANY) + end

    def run(self, db: sqlite3.Connection, rows: list[Row]) -> None:
        """Put them in this order."""
        whole = len(rows) - len(rows) % MANY
        for at in range(0, whole, MANY):
            db.execute(self._many, list(chain.from_iterable(rows[at : at + MANY])))
        db.executemany(self._one, rows[whole:])


_LIES_BY = {"price": ("product", "list", "id")}
"""The columns that rows lie by in their table, where these are not the key of the feed."""
_INDEXED = ("id", "sku", "department")
"""Columns of a product that are in indexes; they hardly ever change."""
_RANK_OF = ("rank", "(SELECT p.rank FROM product p WHERE p.id = ?)")


def _put(entity: str) -> _Put:
    columns, key, lies = (*COLUMNS[entity], "v"), KEYS[entity], _LIES_BY.get(entity)
    if entity == "barcode":
        return _Put(entity, (*columns, _RANK_OF), _or_update(entity, key, (*columns, "rank")))
    # SQLite writes an index if a column of it is set, even to what it is: where the row stays, its place is not set.
    stays = [_or_update(entity, lies, columns)] if lies else []
    return _Put(entity, columns, *stays, _or_update(entity, key, columns))


def _put_product(columns: Iterable[str]) -> _Put:
    return _Put("product", ("rank", *COLUMNS["product"], "v"), _or_update("product", ("rank",), columns))


def _delete(entity: str) -> str:
    same = " AND ".join(f'"{key}" = ?' for key in KEYS[entity])
    return f'DELETE FROM "{entity}" WHERE {same} AND v < ?'  # noqa: S608 - our own names


def _decoder(entity: str) -> msgspec.json.Decoder[Any]:
    """Reads a row into a struct with its columns and `v`. Columns that it lacks are null, others are passed over."""
    fields = [(name, Any, None) for name in (*COLUMNS[entity], "v")]
    return msgspec.json.Decoder(msgspec.defstruct(entity, fields, gc=False) | None)


_PUT = {entity: _put(entity) for entity in COLUMNS if entity != "product"}
_DELETE = {entity: _delete(entity) for entity in COLUMNS if entity != "product"}
_READ = {entity: _decoder(entity).decode for entity in COLUMNS}
_PUT_PRODUCT = _put_product((*COLUMNS["product"], "v"))
_PUT_IN_PLACE = _put_product([c for c in (*COLUMNS["product"], "v") if c not in _INDEXED])
_NAMES = tuple(COLUMNS["product"])
_TERMS = 1 + _NAMES.index("terms")
_placed = itemgetter(*(1 + _NAMES.index(c) for c in _INDEXED))
_rank = itemgetter(0)


def apply(db: sqlite3.Connection, versions: Iterable[SentVersion]) -> bool:
    """Apply versions, in this order; whether they held a change. Raises sqlite3.Error, BadPage, ValueError.

    Only the last change of a key counts. In the order of their keys, so that neighbours share a page; products come
    before the barcodes that look for them.
    """
    latest: defaultdict[str, Found] = defaultdict(dict)
    for each in versions:
        for change in each.changes:
            latest[change.entity][change.key] = each.version, change.row
    for entity in COLUMNS:  # a newer hub may speak of more
        found = latest.get(entity)
        if found and entity == "product":
            _apply_products(db, found)
        elif found:
            _apply_rows(db, entity, found)
    return bool(latest)


def _apply_rows(db: sqlite3.Connection, entity: str, found: Found) -> None:
    read, astuple = _READ[entity], msgspec.structs.astuple
    gone: list[Row] = []
    rows: list[Row] = []
    for key in sorted(found):
        version, raw = found[key]
        row = read(raw)
        if row is None:
            gone.append((*_parts(entity, key), version))
        else:
            row.v = version
            rows.append(astuple(row))
    if entity == "barcode":
        rows = [(*row, row[1]) for row in rows]  # the product once more, for its rank
    db.executemany(_DELETE[entity], gone)
    _PUT[entity].run(db, rows)


def _parts(entity: str, key: str) -> list[str]:
    parts = key.split("\x1f")
    if len(parts) != len(KEYS[entity]):
        raise BadPage(f"{key!r} is no key of {entity}")
    return parts


_OLD = (
    "SELECT p.id, p.rank, p.terms, p.v, p.sku, p.department"
    " FROM json_each(?) asked CROSS JOIN product p ON p.id = asked.value"
)
_FORGET_WORDS = "INSERT INTO search(search, rowid, terms) VALUES ('delete', ?, ?)"
_LEARN_WORDS = "INSERT INTO search(rowid, terms) VALUES (?, ?)"


def _apply_products(db: sqlite3.Connection, found: Found) -> None:
    """Products and their words in the search index, which holds no text of its own and must be told the old words.

    In the order of rank: each step backwards makes FTS5 write what it has gathered as a segment of its own.
    """
    keys = sorted(found)
    old = {row[0]: row for row in db.execute(_OLD, (json.dumps(keys),))}
    last = db.execute("SELECT coalesce(max(rank), 0) FROM product").fetchone()[0]
    gone: list[tuple[int, str]] = []
    rows: list[tuple[Row, Row | None]] = []
    for key in keys:
        version, raw = found[key]
        was, row = old.get(key), _READ["product"](raw)
        if was is not None and (was[3] >= version or row is None):
            gone += [(was[1], was[2])] if was[3] < version else []
        elif row is not None:
            last += was is None
            row.v = version
            rows.append(((was[1] if was else last, *msgspec.structs.astuple(row)), was))
    rows.sort(key=lambda pair: pair[0][0])
    _store_products(db, gone, rows)


def _store_products(db: sqlite3.Connection, gone: list[tuple[int, str]], rows: list[tuple[Row, Row | None]]) -> None:
    """`rows` are in the order of rank, each with what was there before (a row of _OLD)."""
    renamed = [(row[0], row[_TERMS], was) for row, was in rows if was is None or was[2] != row[_TERMS]]
    forgotten = gone + [(rank, was[2]) for rank, _, was in renamed if was is not None]
    db.executemany(_FORGET_WORDS, sorted(forgotten))
    db.executemany("DELETE FROM product WHERE rank = ?", [(rank,) for rank, _ in gone])
    in_place = [row for row, was in rows if was is not None and _placed(row) == (was[0], was[4], was[5])]
    anew = [row for row, was in rows if was is None or _placed(row) != (was[0], was[4], was[5])]
    _PUT_IN_PLACE.run(db, in_place)
    _PUT_PRODUCT.run(db, anew)
    db.executemany(_LEARN_WORDS, [(rank, terms) for rank, terms, _ in renamed])
