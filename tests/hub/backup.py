"""A backup of a hub's database, whichever it is, and the day on which it is put back and nobody says so."""

from typing import Any

from sqlalchemy import Engine, select

from sync.hub import database, tables


class Backup:
    """All rows as they are now."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        with database.read(engine) as conn:
            self._rows = {t: [dict(row._mapping) for row in conn.execute(select(t))] for t in _tables()}

    def put_back(self) -> None:
        """The hub holds just these rows again, and serves on."""
        with database.write(self._engine) as conn:
            for table in reversed(_tables()):
                conn.execute(table.delete())
            for table, rows in self._rows.items():
                database.append(conn, table, rows)


def _tables() -> list[Any]:
    return list(tables.metadata.sorted_tables)
