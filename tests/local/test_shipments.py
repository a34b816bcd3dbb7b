"""What comes from elsewhere, at the terminal: a unit as a whole, what is too much or missing told once."""

from dataclasses import replace
from pathlib import Path

from sync.actions.parcel_surplus import parcel_surplus
from sync.actions.parcels_missing import parcels_missing
from sync.actions.receive_parcel import receive_parcel, receive_unit
from sync.actions.shelve_parcel import shelve_parcel
from sync.domain.codes import check_digit
from sync.domain.pickups import Custody, Parcel, ParcelLine, ParcelState
from sync.local import Local
from sync.local.journal import head
from sync.local.pickups import parcel_by_id
from sync.local.proof import prove
from tests.local.collecting import told
from tests.local.fixture import NOW, OWN
from tests.local.tills import CASHIER

SSCC = "34870000000000001" + check_digit("34870000000000001")
WHO = {"actor": CASHIER, "now": NOW}
LINE = ParcelLine("1", "p-coat", "100010", "Wool coat", 1000)
BY = Custody(ParcelState.EXPECTED, "wh-till", "wh-1", "s-1", NOW)
PARCEL = Parcel("par-1", "web:1", "1", OWN, "wh-1", ParcelState.EXPECTED, 1, (LINE,), last=BY, sscc=SSCC)


def seq(local: Local) -> int:
    """How many operations there are."""
    return head(local.raw).seq


def test_a_transport_unit_is_received_with_all_that_is_in_it_and_again_changes_nothing(
    local: Local, home: Path
) -> None:
    others = [replace(PARCEL, id="par-2"), replace(PARCEL, id="par-3", sscc="")]
    told(home, PARCEL, *others)
    receive_parcel(local, "par-2", **WHO)
    came, before = receive_unit(local, SSCC, **WHO)
    assert ([it.id for it in came], [it.id for it in before]) == (["par-1"], ["par-2"])
    other = parcel_by_id(local, "par-3")
    assert other is not None and other.state is ParcelState.EXPECTED, "it comes in no unit"
    again, known = receive_unit(local, SSCC, **WHO)
    assert (again, [it.id for it in known]) == ([], ["par-1", "par-2"])
    assert receive_unit(local, SSCC[:-1] + "x", **WHO) == ([], [])
    assert not prove(local)


def test_a_label_that_nobody_expects_is_recorded_once(local: Local) -> None:
    before = seq(local)
    assert parcel_surplus(local, SSCC, **WHO) == NOW
    assert parcel_surplus(local, SSCC, actor=CASHIER, now=NOW + 5) == NOW
    assert seq(local) == before + 1 and not prove(local)


def test_what_did_not_come_is_told_once_and_is_forgotten_when_it_lies_on_a_shelf(local: Local, home: Path) -> None:
    told(home, PARCEL)
    assert [it.missing for it in parcels_missing(local, "web:1", ("par-1",), **WHO)] == [NOW]
    assert parcels_missing(local, "web:1", ("par-1",), **WHO) == []
    assert parcels_missing(local, "web:1", ("par-9",), **WHO) == []
    receive_unit(local, SSCC, **WHO)
    found = parcel_by_id(local, "par-1")
    assert found is not None and found.missing is None and found.here
    assert parcels_missing(local, "web:1", ("par-1",), **WHO), "it came with its unit by the list, and is not there"
    shelve_parcel(local, "par-1", "B-4", **WHO)
    assert parcels_missing(local, "web:1", ("par-1",), **WHO) == []
    assert not prove(local)
