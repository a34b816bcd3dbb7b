"""A real home of a terminal, as enrolment and a bootstrap leave it, with a small assortment; no hub is needed.

Staff: Aliya (PIN 1111, cashier), Marat (PIN 2222, manager), Old (PIN 3333, expired).
"""

import json
import secrets
import sqlite3
from pathlib import Path
from typing import Any

import argon2

from sync.domain import codes
from sync.domain.search import terms
from sync.local import Local, files, tables
from sync.local.tables import insert

NOW = 1_760_000_000_000
"""9 October 2025, 08:53:20 UTC."""
TERMINAL = "t-till-1"
INCARNATION = "11112222333344445555666677778888"
OWN = "store-centre"

_quick = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def gtin(body: str) -> str:
    """A GTIN-13 from its first twelve digits."""
    return body + codes.check_digit(body)


# id, sku, department, unit, VAT in basis points, barcode's first twelve digits, names en/ru/kk/ka, price, regular
PRODUCTS: list[tuple[str, str, str, str, int, str, tuple[str, str, str, str], int, int | None]] = [
    (
        "p-milk",
        "100001",
        "dairy",
        "pcs",
        1200,
        "487000000001",
        ("Milk 1 l", "Молоко 1 л", "Сүт 1 л", "რძე 1 ლ"),
        62000,
        None,
    ),
    ("p-kefir", "100002", "dairy", "pcs", 1200, "487000000002", ("Kefir", "Кефир", "Айран", "კეფირი"), 58000, 64000),
    (
        "p-bread",
        "100003",
        "bakery",
        "pcs",
        1200,
        "487000000003",
        ("Rye bread", "Хлеб ржаной", "Қара нан", "ჭვავის პური"),
        31000,
        None,
    ),
    ("p-bun", "100004", "bakery", "pcs", 1200, "487000000004", ("Bun", "Булочка", "Тоқаш", "ფუნთუშა"), 14550, None),
    ("p-apple", "100005", "fruit", "kg", 1200, "487000000005", ("Apples", "Яблоки", "Алма", "ვაშლი"), 79900, None),
    ("p-pear", "100006", "fruit", "kg", 1200, "487000000006", ("Pears", "Груши", "Алмұрт", "მსხალი"), 119900, None),
    (
        "p-tea",
        "100007",
        "drinks",
        "pcs",
        1200,
        "487000000007",
        ("Black tea", "Чай чёрный", "Қара шай", "შავი ჩაი"),
        129000,
        149000,
    ),
    (
        "p-water",
        "100008",
        "drinks",
        "pcs",
        1200,
        "487000000008",
        ("Water 0.5 l", "Вода 0,5 л", "Су 0,5 л", "წყალი 0,5 ლ"),
        25000,
        None,
    ),
    ("p-book", "100009", "books", "pcs", 0, "487000000009", ("Atlas", "Атлас", "Атлас", "ატლასი"), 450000, None),
    (
        "p-coat",
        "100010",
        "clothes",
        "pcs",
        1200,
        "487000000010",
        ("Wool coat", "Пальто шерстяное", "Жүн пальто", "შალის პალტო"),
        4599000,
        5999000,
    ),
    ("p-sock", "100011", "clothes", "pcs", 1200, "487000000011", ("Socks", "Носки", "Шұлық", "წინდები"), 99000, None),
    ("p-soap", "100012", "home", "pcs", 1200, "487000000012", ("Soap", "Мыло", "Сабын", "საპონი"), 35000, None),
    (
        "p-unpriced",
        "100013",
        "home",
        "pcs",
        1200,
        "487000000013",
        ("New lamp", "Новая лампа", "Жаңа шам", "ახალი ნათურა"),
        0,
        None,
    ),
]

DEPARTMENTS = {
    "dairy": ("Dairy", "Молочное", "Сүт өнімдері", "რძის ნაწარმი"),
    "bakery": ("Bakery", "Выпечка", "Нан", "პური"),
    "fruit": ("Fruit", "Фрукты", "Жеміс", "ხილი"),
    "drinks": ("Drinks", "Напитки", "Сусындар", "სასმელები"),
    "books": ("Books", "Книги", "Кітаптар", "წიგნები"),
    "clothes": ("Clothes", "Одежда", "Киім", "ტანსაცმელი"),
    "home": ("Home", "Дом", "Үй", "სახლი"),
    "empty": ("Garden", "Сад", "Бақ", "ბაღი"),
}

# id, kind, English name, latitude and longitude in millionths, sort
LOCATIONS = [
    (OWN, "store", "Centre", 43_238_000, 76_945_000, 1),
    ("store-far", "store", "Far", 51_169_000, 71_449_000, 2),
    ("store-near", "store", "Near", 43_256_000, 76_928_000, 3),
    ("wh-1", "warehouse", "Warehouse", 43_300_000, 76_900_000, 4),
    ("online", "online", "Online", None, None, 5),
]
FOLLOWED = (OWN, "store-near", "wh-1", "online")
"""Locations whose stock is known; that of store-far is not."""
STAFF = [
    ("s-aliya", "Aliya", "cashier", "1111", NOW + 10**10),
    ("s-marat", "Marat", "manager", "2222", NOW + 10**10),
    ("s-old", "Old", "cashier", "3333", NOW - 1),
]
SETTINGS: dict[str, Any] = {
    "retailer": "Dala Market",
    "currency": "KZT",
    "vat_included": True,
    "cash_step": 100,
    "timezone": "Asia/Almaty",
    "languages": ["en", "ru", "kk", "ka"],
    "tax_id": "123456789012",
    "receipt_footer": {"en": "Thank you", "ru": "Спасибо", "kk": "Рақмет", "ka": "გმადლობთ"},
}


def in_four(names: tuple[str, str, str, str]) -> str:
    """Words of the four languages as the replica stores them."""
    return json.dumps(dict(zip(("en", "ru", "kk", "ka"), names, strict=True)), ensure_ascii=False)


def make_terminal(
    tmp_path: Path, kind: str = "till", *, online: bool = True, now: int = NOW, terminal: str = TERMINAL
) -> Path:
    """An enrolled home in `tmp_path / terminal` with a filled replica; `online` is what its link status says."""
    home = tmp_path / terminal
    local = Local.open(home)
    with local.write() as db:
        identity(db, kind, terminal)
    local.close()
    path = files.current(home)
    assert path is not None
    replica = sqlite3.connect(path)
    with replica:
        fill(replica, now, kind)
        replica.execute("INSERT INTO link VALUES (1, ?, ?, 0, '', ?)", (int(online), now, now))
    replica.close()
    return home


def identity(db: sqlite3.Connection, kind: str = "till", terminal: str = TERMINAL) -> None:
    """Write the identity that enrolment would have written."""
    insert(tables.identity).run(
        db,
        id=1,
        terminal=terminal,
        name=f"{kind.capitalize()} 1",
        kind=kind,
        location=OWN,
        hub="http://127.0.0.1:9",
        incarnation=INCARNATION,
        key=secrets.token_bytes(32),
        enrolled_at=NOW,
    )


def fill(db: sqlite3.Connection, now: int = NOW, kind: str = "till") -> None:
    """Put the assortment into an empty replica, as version 1 of every scope."""
    for rank, row in enumerate(PRODUCTS, 1):
        _product(db, rank, row)
    for sort, (id, names) in enumerate(DEPARTMENTS.items()):
        db.execute("INSERT INTO department VALUES (?, ?, 'tag', ?, 1)", (id, in_four(names), sort))
    for id, place, name, latitude, longitude, sort in LOCATIONS:
        row = (id, place, json.dumps({"en": name}), "Abay 1", latitude, longitude, "09:00", "21:00", "base", sort)
        db.execute(f"INSERT INTO location VALUES ({', '.join('?' * 10)}, 1)", row)
    if kind != "kiosk":
        for id, name, role, pin, expires in STAFF:
            who = (id, name, role, OWN, _quick.hash(pin), expires)
            db.execute("INSERT INTO staff VALUES (?, ?, ?, ?, ?, ?, 1)", who)
    for key, value in SETTINGS.items():
        db.execute("INSERT INTO setting VALUES (?, ?, 1)", (key, json.dumps(value, ensure_ascii=False)))
    for scope in ("catalogue", "config", "pricelist:base", f"staff:{OWN}", *(f"location:{x}" for x in FOLLOWED)):
        db.execute("INSERT INTO cursor VALUES (?, 'epoch-1', 1, '', 0, ?, '')", (scope, now))
    db.execute("INSERT INTO search(search) VALUES ('rebuild')")


def _product(db: sqlite3.Connection, rank: int, row: tuple[Any, ...]) -> None:
    id, sku, department, unit, vat, body, names, price, regular = row
    details = in_four(("Fresh", "Свежее", "Жаңа", "ახალი"))
    found_by = terms(*names, sku)
    db.execute(
        "INSERT INTO product VALUES (?, ?, ?, ?, ?, ?, '', 'sand', ?, ?, '{}', ?, ?, 0, 1)",
        (rank, id, sku, department, unit, vat, in_four(names), details, 1000 - rank, found_by),
    )
    db.execute("INSERT INTO barcode VALUES (?, ?, ?, 1)", ("0" + gtin(body), id, rank))
    if price:
        db.execute(
            "INSERT INTO price VALUES (?, 'base', ?, ?, ?, NULL, NULL, '', 1)", (f"base:{id}", id, price, regular)
        )
    for place in FOLLOWED:
        db.execute("INSERT INTO stock VALUES (?, ?, ?, 1000, 'A-1', ?, 1)", (id, place, 10_000, NOW))
