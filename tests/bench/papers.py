"""A receipt of 40 lines as bytes for the printer: CPU and size as text, with a sum in a sign that needs a picture, and
all of it as a picture; with a logo and without."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from statistics import median

from PIL import Image, ImageDraw

from pos.devices.encode import Paper, encode
from pos.receipt.document import Document
from pos.receipt.page import ReceiptVat, Shop
from pos.receipt.sale import ReceiptLine, ReceiptTender, SaleReceipt, sale_receipt
from tests.bench.figures import Figure

SHOP = Shop("Dala", ("10 Abay Ave, Almaty",), "123456789012")
MOST_MS, PICTURE_MS = 10.0, 50.0


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: how often each page is encoded (default 60)."""
    times = size or 60
    with tempfile.TemporaryDirectory() as name:
        logo = _logo(Path(name))
        text = _receipt("Kettle Samal", "USD")
        yield _cpu("text alone", text, Paper(), times, MOST_MS)
        yield _cpu("text, 58 mm", text, Paper(columns=32), times, MOST_MS)
        yield _cpu("text, its total in ₸ a picture", _receipt("Чайник Самал", "KZT", "ru"), Paper(), times, MOST_MS)
        yield _cpu("the same with a logo", _receipt("Чайник Самал", "KZT", "ru"), Paper(logo=logo), times, MOST_MS)
        yield _cpu("all of it a picture", _receipt("ჩაიდანი სამალი", "GEL", "ka"), Paper(), times, PICTURE_MS)


def _receipt(name: str, currency: str, lang: str = "en") -> Document:
    """20 articles, each two lines."""
    line = ReceiptLine(name, 2000, 12990_00, 25980_00, 1200)
    lines = tuple(replace(line, name=f"{name} {n}") for n in range(20))
    total = sum(each.amount for each in lines)
    vat, paid = (ReceiptVat(1200, total, 55671_43),), (ReceiptTender("cash", total, given=total),)
    sale = SaleReceipt("T1", "000177", "Aigerim S.", datetime(2026, 11, 24, 14, 26), currency, lines, total, vat, paid)
    return sale_receipt(sale, SHOP, lang)


def _cpu(what: str, page: Document, paper: Paper, times: int, most: float) -> Figure:
    data, taken = encode(page, paper), []
    for _time in range(times):
        start = time.thread_time_ns()
        data = encode(page, paper)
        taken.append((time.thread_time_ns() - start) / 1e6)
    taken.sort()
    note = f"p99 {taken[int(len(taken) * 0.99)]:.1f} ms, {len(data)} bytes"
    return Figure(f"40 lines, {what}", median(taken), "ms CPU", "", None, f"<= {most:g}", note)


def _logo(folder: Path) -> Path:
    drawn = Image.new("RGBA", (700, 360), (0, 0, 0, 0))
    pen = ImageDraw.Draw(drawn)
    pen.pieslice((200, 60, 500, 360), 180, 360, fill=(255, 196, 30, 255))
    pen.rectangle((150, 215, 550, 235), fill=(20, 20, 20, 255))
    drawn.save(folder / "logo.png")
    return folder / "logo.png"
