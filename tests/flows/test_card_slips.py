"""What is read from the slip of a card, however somebody types it."""

from datetime import date
from pathlib import Path

import pytest

from pos.returns.card_slip import read_slip
from sync.actions.day import business_day
from sync.protocol.messages import CardPaid, OrderPayment
from tests.flows.returning import ORDER, Desk, Shop
from tests.link.store import now

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "minor", "day"),
    [
        ("4821 12990 9.11", 1_299_000, "2026-11-09"),
        ("**** 4821 12 990.50 09.11.2026", 1_299_050, "2026-11-09"),
        ("•• 4821  12 990,5  9/11/26", 1_299_050, "2026-11-09"),
        ("4821 100 24.12", 10_000, "2025-12-24"),
        ("4821 100 23.11", 10_000, "2026-11-23"),
    ],
)
def test_a_card_slip_is_read_however_it_is_typed(typed: str, minor: int, day: str) -> None:
    assert read_slip(typed, "KZT", TODAY) == CardPaid("4821", minor, day)


@pytest.mark.parametrize(
    "typed", ["100-48213", "4821 12990", "482 12990 9.11", "4821 0 9.11", "4821 12990 31.2", "+7 701 555 01 02", ""]
)
def test_what_is_no_card_slip_is_looked_for_otherwise(typed: str) -> None:
    assert read_slip(typed, "KZT", TODAY) is None


def test_an_order_is_found_by_its_card_slip_its_account_and_its_payment_and_offline_it_is_said(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "hub")
    shop.receive(
        account="C-7001",
        paid=[OrderPayment("a", "card", 10_972_000, "Visa •• 4821", "RRN-8812")],
        placed_at=now(),
        received_at=now(),
    )
    desk = Desk(shop, tmp_path)
    today = date.fromisoformat(business_day(now(), "Asia/Almaty"))
    slip = f"4821 109720 {today.day}.{today.month}"
    for typed in (slip, "c7001", "rrn 8812"):
        desk.find(typed)
        assert desk.flow.state.purchase is not None and desk.flow.state.purchase.number == ORDER, desk.said
        desk.flow.another()
    desk.asking.close()
    shop.stop()
    desk.find(slip)
    assert "Not without the network" in desk.said
    desk.asking = None
    desk.stop()
