"""Another article packed in place of what was ordered, at the terminal: allowed by its order, counted at once."""

from dataclasses import replace
from pathlib import Path

from sync.actions.pack_parcel import pack_parcel
from sync.actions.shelve_parcel import shelve_parcel
from sync.domain.orders import Purchase, Substitutes
from sync.domain.packing import PackRefusal, PackRefused, Put
from sync.domain.pickups import Parcel
from sync.domain.returns import Basis
from sync.local import Local, purchase_by_id, stock_here
from tests.flows.test_units import numbered
from tests.local.bought import item, know, taken
from tests.local.collecting import given, pick_up
from tests.local.fixture import NOW, OWN
from tests.local.tills import CASHIER

WHO = {"actor": CASHIER, "now": NOW}
WATER = Put("2", "p-water", "100008", "Water 0.5 l", 1000)


def order(**said: object) -> Purchase:
    """Its tea may be replaced, as `said`."""
    bought = pick_up(location=OWN)
    return replace(bought, lines=(bought.lines[0], replace(bought.lines[1], **said)))


def reserved(local: Local, *products: str) -> list[int]:
    """Pieces promised."""
    return [stock_here(local, [id])[id].reserved // 1000 for id in products]


def test_another_article_is_packed_promised_handed_out_and_comes_back_as_itself(local: Local, home: Path) -> None:
    bought = order(substitutes=Substitutes.SIMILAR)
    know(home, bought)
    before = reserved(local, "p-tea", "p-water")
    made = pack_parcel(local, "par-1", bought, {"1": 3000}, put=(WATER,), **WHO)
    assert isinstance(made, Parcel)
    assert [(x.product, x.instead_of, x.instead_name) for x in made.substituted] == [("p-water", "p-tea", "Black tea")]
    assert reserved(local, "p-tea", "p-water") == [before[0] - 1, before[1] + 1]
    shelve_parcel(local, "par-1", "B-4", **WHO)
    given(local, bought)
    shelf = stock_here(local, ["p-water"])["p-water"].on_hand
    known = purchase_by_id(local, bought.id)
    assert known is not None and known.lines[1].comes_as == "p-water"
    done = taken(local, known, replace(item("2"), product="p-water"), basis=Basis.HELD)
    assert [(x.line, x.product, x.name, x.amount) for x in done.body.lines] == [("2", "p-water", "Water 0.5 l", 50_000)]
    assert stock_here(local, ["p-water"])["p-water"].on_hand == shelf + 1000
    after = purchase_by_id(local, bought.id)
    assert after is not None and after.lines[1].given[0].back == 1000 and after.lines[1].left == 0


def test_what_the_order_does_not_allow_is_not_packed(local: Local, home: Path) -> None:
    for said in ({}, {"substitutes": Substitutes.LISTED, "substitute_ids": ("p-milk",)}):
        answer = pack_parcel(local, "par-1", order(**said), {"1": 3000}, put=(WATER,), **WHO)
        assert answer == PackRefused(PackRefusal.NO_SUBSTITUTE, "2", 1000)
    strange = replace(WATER, product="p-nobody")
    answer = pack_parcel(local, "par-1", order(substitutes=Substitutes.SIMILAR), {}, put=(strange,), **WHO)
    assert answer == PackRefused(PackRefusal.NO_SUBSTITUTE, "2", 1000)


def test_units_with_numbers_are_packed_by_them_and_handed_out_with_them(local: Local, home: Path) -> None:
    numbered(home, "p-tea")
    local.refresh()
    bought = pick_up()
    know(home, bought)
    assert pack_parcel(local, "par-1", bought, {"1": 3000, "2": 1000}, **WHO) == PackRefused(
        PackRefusal.NO_NUMBER, "2", 1000
    )
    tea = Put("2", "p-tea", "100007", "Black tea", 1000, ("SN-00417",))
    made = pack_parcel(local, "par-1", bought, {"1": 3000}, put=(tea,), **WHO)
    assert isinstance(made, Parcel) and made.lines[1].serials == ("SN-00417",) and not made.substituted
    shelve_parcel(local, "par-1", "B-4", **WHO)
    given(local, bought)
    known = purchase_by_id(local, bought.id)
    assert known is not None and known.lines[1].serials == ("SN-00417",)
