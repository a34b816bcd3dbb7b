"""An order comes in, is picked by scans, packed, labelled and put on its shelf; the shop hears that it is ready."""

from pathlib import Path

from sqlalchemy import select

from pos.picking.state import Phase
from pos.printing import PaperState
from sync.domain.pickups import ParcelState
from sync.hub import database, tables
from sync.local.pickups import parcels_of
from tests.flows.collecting import MINUTE, Floor
from tests.flows.picking import Picker, ordered
from tests.link.store import OWN, now


def test_an_order_comes_in_and_is_picked_packed_and_on_its_shelf(tmp_path: Path) -> None:
    floor = Floor(tmp_path / "hub")
    floor.move(2, OWN, 20)
    nino = Picker(floor, tmp_path)
    try:
        assert nino.in_phase(Phase.LIST) and "Nothing is to be picked" in nino.says
        ordered(floor, "100-48377", (1, 1), (2, 2), ready_by=now() + 30 * MINUTE, collector="Nino O.")
        nino.hears()
        assert nino.pick.waiting == 1 and "New order 100-48377" in nino.says
        nino.opens("100-48377")
        nino.fetch(2, 1, 2)
        nino.packs()
        nino.labels(1)
        nino.until(lambda: nino.pick.state.made[0].label is PaperState.PRINTED)
        nino.pick.shelve_first()
        nino.until(lambda: nino.till.collect.state.in_hand is not None)
        nino.till.scanned("STS1:C-07")
        nino.until(lambda: parcels_of(nino.local, "web:100-48377")[0].state is ParcelState.READY)
        nino.hears()
        [parcel] = parcels_of(nino.local, "web:100-48377")
        assert (parcel.shelf, parcel.state) == ("C-07", ParcelState.READY)
        with database.read(floor.engine) as conn:
            told = list(conn.execute(select(tables.event.c.kind)).scalars())
            left = conn.execute(select(tables.pick)).all()
        assert told == ["parcel_ready"] and left == []
        nino.till.pick()
        assert nino.known() == [] and "Nothing is to be picked" in nino.says
    finally:
        nino.stop()
        floor.stop()
