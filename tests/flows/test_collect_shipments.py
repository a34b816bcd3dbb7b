"""Receiving what comes from elsewhere: by its transport unit, too much, not come; each is said and recorded."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.collect.listing import Filter
from pos.collect.state import Phase
from pos.collect.view import also, facts
from sync.domain import codes
from sync.domain.pickups import ParcelState
from sync.hub import announced
from sync.local.attention import matters
from sync.local.pickups import parcel_by_id
from sync.protocol.pickups import AnnouncedLine, AnnouncedParcel, ChannelParcels
from tests.flows.collecting import Floor
from tests.flows.picking import Picker, ordered
from tests.link.store import OWN, now

OTHER = "wh-1"

SSCC = "34870000000000001" + codes.check_digit("34870000000000001")


class Receiver(Picker):
    """Somebody who receives, on a tablet."""

    def start(self) -> None:
        super().start()
        self.till._to_collect()
        self.until(lambda: self.flow.state.ready)

    @property
    def flow(self):
        return self.till.collect

    @property
    def says(self) -> str:
        happened = self.flow.state.happened
        return f"{happened.title} {happened.line}".strip() if happened else ""

    def scans(self, text: str) -> str:
        """Scan, and wait for what it says."""
        self.flow._say(None)
        self.till.scanned(text)
        self.until(lambda: bool(self.says) and not self.flow.state.working)
        return self.says

    def state_of(self, parcel: str) -> ParcelState:
        found = parcel_by_id(self.local, parcel)
        assert found is not None
        return found.state


def comes(floor: Floor, *parcels: str, sscc: str = SSCC) -> None:
    """A transport unit of parcels, one mug each, is on its way from another store."""
    for n, parcel in enumerate(parcels, 1):
        ordered(floor, f"100-7{n:04}", (2, 1), source=OTHER)
        line = [AnnouncedLine("1", 1000)]
        told = AnnouncedParcel(parcel, f"100-7{n:04}", line)
        announced.announce(floor.engine, "web", ChannelParcels(OTHER, OWN, [told], now(), sscc), now())


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path / "hub")
    yield made
    made.stop()


@pytest.fixture
def hire(floor: Floor, tmp_path: Path) -> Iterator[Callable[[], Receiver]]:
    made: list[Receiver] = []

    def one() -> Receiver:
        made.append(Receiver(floor, tmp_path))
        return made[-1]

    yield one
    for each in made:
        each.stop()


def test_one_scan_of_a_transport_unit_receives_all_that_is_in_it(hire: Callable[[], Receiver], floor: Floor) -> None:
    comes(floor, "par-1", "par-2", "par-3")
    aigul = hire()
    aigul.scans(codes.parcel_label("par-2"))
    assert aigul.flow.state.phase is Phase.SHELVING
    aigul.flow.keep()
    assert "Received: 2 parcels 1 more came before. Scan each label" in aigul.scans(f"]C100{SSCC}")
    assert [aigul.state_of(f"par-{n}") for n in (1, 2, 3)] == [ParcelState.RECEIVED] * 3
    aigul.until(lambda: len(aigul.flow.state.listing.rows) == 3)
    assert aigul.flow.state.filter is Filter.WAY
    assert "3 parcels of this unit came before" in aigul.scans(f"(00){SSCC}")
    aigul.hears()
    assert aigul.state_of("par-1") is ParcelState.RECEIVED


def test_one_parcel_in_a_unit_goes_straight_to_its_shelf(hire: Callable[[], Receiver], floor: Floor) -> None:
    comes(floor, "par-1")
    aigul = hire()
    assert "Received: a parcel of order 100-70001" in aigul.scans(SSCC)
    assert aigul.flow.state.phase is Phase.SHELVING


def test_what_nobody_expects_is_recorded_once_and_a_person_is_asked(hire: Callable[[], Receiver]) -> None:
    aigul = hire()
    for text in (codes.parcel_label("par-9"), f"00{SSCC}"):
        assert aigul.scans(text) == (
            "Nobody expects this parcel Put it aside. It is recorded, and a lead finds it under Attention."
        )
        assert "It was recorded before" in aigul.scans(text)
    assert "misread" in aigul.scans(f"(00){SSCC[:-1]}{(int(SSCC[-1]) + 1) % 10}")
    aigul.hears()
    found = matters(aigul.local)
    assert sorted((it.code, it.facts.sides[0].receipt) for it in found) == [
        ("parcel_surplus", SSCC), ("parcel_surplus", "STP1:par-9")
    ]  # fmt: skip


def test_what_did_not_come_is_told_looked_for_and_received_when_it_comes(
    hire: Callable[[], Receiver], floor: Floor
) -> None:
    comes(floor, "par-1", sscc="")
    aigul = hire()
    aigul.flow.choose_filter(Filter.WAY)
    assert also(aigul.flow.state) == ("not_come", "It did not come")
    aigul.flow.not_come()
    aigul.until(lambda: "did not come" in aigul.says)
    assert "is asked to look for it" in aigul.says
    aigul.until(lambda: also(aigul.flow.state) == ("", ""))
    chosen = aigul.flow.state.chosen
    assert chosen is not None and any("Looked for since" in x.words for x in facts(aigul.flow.state, chosen))
    aigul.hears()
    assert [it.code for it in matters(aigul.local)] == ["parcel_missing"]
    assert "Received" in aigul.scans(codes.parcel_label("par-1"))
    aigul.hears()
    aigul.hears()  # what its own push settled comes with the next round
    assert matters(aigul.local) == [] and aigul.state_of("par-1") is ParcelState.RECEIVED
