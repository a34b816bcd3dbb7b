"""The retailer's settings: rows of JSON values that every terminal follows in the scope `config`."""

import json
from typing import Any

from sqlalchemy import Connection, select

from sync.hub import database
from sync.hub.feed import Recorder
from sync.hub.tables import setting


def kept(conn: Connection) -> dict[str, Any]:
    """All settings as they stand in the hub."""
    return {row.key: json.loads(row.value) for row in conn.execute(select(setting))}


def put(conn: Connection, recorder: Recorder, key: str, value: Any) -> None:
    """Set one, and tell the terminals."""
    row = {"key": key, "value": json.dumps(value, ensure_ascii=False)}
    statement = database.insert(conn, setting).values(row)
    conn.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": row["value"]}))
    recorder.put("config", "setting", row)
