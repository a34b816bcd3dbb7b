"""The demo retailer: the files of assets/demo and the settings that go with them."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from sync.hub import database, feed
from sync.hub.csv_rows import Kind
from sync.hub.importing import ImportReport, Watch, import_files
from sync.hub.tables import setting, stock

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo"
SETTINGS: Mapping[str, Any] = {
    "retailer": "Dala",
    "currency": "KZT",
    "cash_step": 500,
    "vat_included": True,
    "timezone": "Asia/Almaty",
    "languages": ["en", "ru", "kk", "ka"],
    "tax_id": "230140012345",
    "receipt_footer": {
        "en": "Thank you for coming. Keep the receipt: you can return goods within 14 days.",
        "ru": "Спасибо, что зашли. Сохраните чек: товар можно вернуть в течение 14 дней.",
        "kk": "Келгеніңізге рақмет. Чекті сақтаңыз: тауарды 14 күн ішінде қайтаруға болады.",
        "ka": "გმადლობთ მობრძანებისთვის. შეინახეთ ქვითარი: ნივთის დაბრუნება შეიძლება 14 დღის განმავლობაში.",
    },
}


def kept_settings(engine: Engine) -> dict[str, Any]:
    """The retailer's settings as they stand in the hub."""
    with database.read(engine) as conn:
        return {row.key: json.loads(row.value) for row in conn.execute(select(setting))}


def set_settings(engine: Engine, values: Mapping[str, Any], now: int) -> int:
    """Set what differs, as JSON, and tell the terminals; answers how many settings that were."""
    kept = kept_settings(engine)
    changed = {key: value for key, value in values.items() if key not in kept or kept[key] != value}
    if not changed:
        return 0
    with feed.recording(engine, now) as (conn, recorder):
        for key, value in changed.items():
            row = {"key": key, "value": json.dumps(value, ensure_ascii=False)}
            statement = database.insert(conn, setting).values(row)
            conn.execute(statement.on_conflict_do_update(index_elements=["key"], set_={"value": row["value"]}))
            recorder.put("config", "setting", row)
    return len(changed)


def seed_demo(engine: Engine, progress: Watch | None = None, folder: Path = DEMO) -> ImportReport:
    """Import the demo's files and set its settings. Again: nothing changes.

    The count of stock is imported once only: a hub that has stock keeps what sales and channels made of it.
    """
    set_settings(engine, SETTINGS, time.time_ns() // 1_000_000)
    files: dict[str, Path] = {kind: path for kind in Kind if (path := folder / f"{kind}.csv").is_file()}
    if _has_stock(engine):
        files.pop(Kind.STOCK, None)
    zone = ZoneInfo(str(SETTINGS["timezone"]))
    return import_files(engine, files, currency=str(SETTINGS["currency"]), progress=progress, zone=zone)


def _has_stock(engine: Engine) -> bool:
    with database.read(engine) as conn:
        return conn.execute(select(stock.c.product).limit(1)).first() is not None
