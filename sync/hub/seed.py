"""The demo retailer: the files of assets/demo and the settings that go with them."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from sync.domain.value import code_from
from sync.hub import database, feed, settings, value_claims
from sync.hub.csv_rows import Kind
from sync.hub.importing import ImportReport, Watch, import_files
from sync.hub.tables import stock
from sync.protocol.messages import ChannelValue

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo"
SETTINGS: Mapping[str, Any] = {
    "retailer": "Dala",
    "currency": "KZT",
    "cash_step": 500,
    "vat_included": True,
    "timezone": "Asia/Almaty",
    "languages": ["en", "ru", "kk", "ka"],
    "tax_id": "230140012345",
    "return_budget": 2_000_000,
    "return_cap": 2_000_000,
    "return_send_back": ["damaged"],
    "return_days": 14,
    "blind_limit_count": 3,
    "blind_limit_amount": 5_000_000,
    "blind_limit_days": 30,
    "blind_till_amount_day": 10_000_000,
    "blind_offline_amount": 2_000_000,
    "blind_weeks": 8,
    "store_refunds": "web",
    "shift_required": True,
    "shift_limit": 500_000,
    "scale_labels": ["21IIIIIIWwwwC"],
    "badge_prefixes": ["STAFF-"],
    "receipt_footer": {
        "en": "Thank you for coming. Keep the receipt: you can return goods within 14 days.",
        "ru": "Спасибо, что зашли. Сохраните чек: товар можно вернуть в течение 14 дней.",
        "kk": "Келгеніңізге рақмет. Чекті сақтаңыз: тауарды 14 күн ішінде қайтаруға болады.",
        "ka": "გმადლობთ მობრძანებისთვის. შეინახეთ ქვითარი: ნივთის დაბრუნება შეიძლება 14 დღის განმავლობაში.",
    },
}


GIFT_CARDS = ((493_011_225_813_000, 2_500_000), (493_011_225_814_000, 500_000))
"""Gift cards of the demo, as if its web shop had sold them: the digits before the check digit, and minor units."""


def kept_settings(engine: Engine) -> dict[str, Any]:
    """The retailer's settings as they stand in the hub."""
    with database.read(engine) as conn:
        return settings.kept(conn)


def set_settings(engine: Engine, values: Mapping[str, Any], now: int) -> int:
    """Set what differs, as JSON, and tell the terminals; answers how many settings that were."""
    kept = kept_settings(engine)
    changed = {key: value for key, value in values.items() if key not in kept or kept[key] != value}
    if not changed:
        return 0
    with feed.recording(engine, now) as (conn, recorder):
        for key, value in changed.items():
            settings.put(conn, recorder, key, value)
    return len(changed)


def seed_demo(engine: Engine, progress: Watch | None = None, folder: Path = DEMO) -> ImportReport:
    """Import the demo's files and set its settings. Again: nothing changes.

    The count of stock is imported once only: a hub that has stock keeps what sales and channels made of it.
    """
    now = time.time_ns() // 1_000_000
    set_settings(engine, SETTINGS, now)
    _sell_gift_cards(engine, str(SETTINGS["currency"]), now)
    files: dict[str, Path] = {kind: path for kind in Kind if (path := folder / f"{kind}.csv").is_file()}
    if _has_stock(engine):
        files.pop(Kind.STOCK, None)
    zone = ZoneInfo(str(SETTINGS["timezone"]))
    return import_files(engine, files, currency=str(SETTINGS["currency"]), progress=progress, zone=zone)


def _sell_gift_cards(engine: Engine, currency: str, now: int) -> None:
    for number, amount in GIFT_CARDS:
        sold = ChannelValue(f"gift-{number}", code_from(number), amount, currency, now)
        value_claims.issue(engine, "demo", sold, now)


def _has_stock(engine: Engine) -> bool:
    with database.read(engine) as conn:
        return conn.execute(select(stock.c.product).limit(1)).first() is not None
