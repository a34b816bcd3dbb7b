"""Picking what stands in for something else, and units by their numbers: asked for, counted, packed, said on paper."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.hand_out.state import Phase as HandPhase
from pos.hand_out.state import Way
from pos.hand_out.view import goods
from pos.picking.state import Phase
from pos.picking.view import lines, primary
from pos.returns.state import items
from pos.returns.view import lines as return_lines
from sync.domain.pickups import Document, ParcelState
from sync.local.pickups import parcels_of
from tests.flows.collecting import MINUTE, Floor
from tests.flows.picking import Picker, ordered, wanted
from tests.flows.returning import code
from tests.flows.test_units import numbered
from tests.link.store import now

ORDER = "100-48399"


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path / "hub")
    wanted(made)
    yield made
    made.stop()


@pytest.fixture
def hire(floor: Floor, tmp_path: Path) -> Iterator[Callable[..., Picker]]:
    made: list[Picker] = []

    def one(*goods: tuple[int, int], instead: tuple[str, ...] | None = None) -> Picker:
        ordered(floor, ORDER, *goods, instead=instead, ready_by=now() - 60 * MINUTE)
        made.append(Picker(floor, tmp_path))
        made[-1].opens(ORDER)
        return made[-1]

    yield one
    for each in made:
        each.stop()


def test_what_is_short_is_replaced_by_what_the_order_lists(hire: Callable[..., Picker], floor: Floor) -> None:
    nino = hire((2, 3), instead=("p3",))
    nino.fetch(2, 2, 3)
    assert "may be given instead of Mug Shai: say first why" in nino.says and nino.pick.state.in_hand == 2
    nino.pick.open_line("1")
    [said] = lines(nino.pick.state)
    assert said.may == "May be given instead: Kettle Samal (A-03). Scan it."
    nino.pick.cant("1", "not_found")
    assert "Scan what you give instead" in nino.says
    nino.fetch(1)
    assert "Headphones Tau One is not given instead" in nino.says and "lists other articles" in nino.says
    nino.fetch(3)
    assert "Kettle Samal scanned 3 of 3, instead of Mug Shai" in nino.says
    assert nino.pick.state.settled and lines(nino.pick.state)[0].info == "Instead: Kettle Samal"
    nino.pick.undo()
    assert nino.pick.state.in_hand == 2
    nino.pick.open_line("1")
    nino.fetch(3)
    nino.packs()
    assert nino.in_phase(Phase.DONE) and nino.pick.state.given_back == 0
    [parcel] = parcels_of(nino.local, f"web:{ORDER}")
    assert [(x.product, x.quantity, x.instead_of) for x in parcel.lines] == [("p2", 2000, ""), ("p3", 1000, "p2")]
    nino.labels(1)
    assert "Instead: Kettle Samal" in nino.printer.texts[0]
    nino.hears()
    assert ORDER not in nino.known()


def test_an_order_that_allows_nothing_else_gets_nothing_else(hire: Callable[..., Picker]) -> None:
    nino = hire((2, 1))
    nino.fetch(3)
    assert "Kettle Samal is not in this order" in nino.says
    nino.pick.cant("1", "damaged")
    nino.fetch(3)
    assert "The order wants Mug Shai and nothing else" in nino.says and nino.pick.state.in_hand == 0
    nino.packs()
    assert nino.pick.state.given_back == 1, "it goes back to the order system, as ever"


def test_what_was_given_instead_is_shown_at_the_hand_out_and_comes_back_as_itself(hire: Callable[..., Picker]) -> None:
    nino = hire((2, 1), instead=())
    nino.pick.cant("1", "not_found")
    nino.fetch(3)
    nino.packs()
    nino.pick.shelve_first()
    nino.until(lambda: nino.till.collect.state.in_hand is not None)
    nino.till.scanned("STS1:C-07")
    [parcel] = parcels_of(nino.local, f"web:{ORDER}")
    nino.until(lambda: parcels_of(nino.local, f"web:{ORDER}")[0].state is ParcelState.READY)
    nino.hears()
    hand = nino.till.hand_out
    nino.till.hand_out_order(f"web:{ORDER}", f"STP1:{parcel.id}")
    nino.until(lambda: bool(hand.state.ready))
    assert [(x.name, x.instead) for x in goods(hand.state)] == [("Kettle Samal", "instead of Mug Shai")]
    nino.until(lambda: hand.state.phase is HandPhase.OPEN)
    hand.way(Way.DOCUMENT)
    hand.document(Document.ID_CARD)
    nino.until(lambda: hand.state.may_go_on)
    hand.hand_out()
    nino.until(lambda: hand.state.done is not None)
    back = nino.till.returns
    nino.till._comes_back(ORDER)
    nino.until(lambda: back.state.purchase is not None)
    nino.till.scanned(code(2))
    nino.until(lambda: back.state.happened is not None and "No more of Mug Shai" in back.state.happened.title)
    nino.till.scanned(code(3))
    nino.until(lambda: bool(back.state.taken))
    assert back.state.purchase is not None
    assert [it.product for it in items(back.state, back.state.purchase)] == ["p3"]
    [row] = return_lines(back.state)
    assert (row.name, row.info) == ("Kettle Samal", "instead of Mug Shai")


def test_a_unit_is_packed_by_its_number_and_the_number_is_known_later(hire: Callable[..., Picker]) -> None:
    nino = hire((1, 2), (2, 1))
    numbered(nino.home, "p1")
    nino.local.refresh()
    nino.fetch(1)
    assert nino.pick.state.numbering is not None and "scan its serial number" in nino.says
    assert nino.pick.state.in_hand == 0 and primary(nino.pick.state, shelves=True).off
    said = []
    for text in (code(2), code(1), "STF2:NOTHING", "AB", "tau-00417", "TAU-00417"):
        nino.till.scanned(text)
        said.append(nino.says)
        if text == "tau-00417":
            nino.fetch(1)
    assert "First the number of Headphones Tau One" in said[0] and "That is the barcode of" in said[1]
    assert "no serial number" in said[2] and "only half read" in said[3]
    assert "Headphones Tau One scanned 1 of 2" in said[4] and "in this order already" in said[5]
    assert nino.pick.state.in_hand == 1
    nino.pick.number_cancel()
    assert "was not counted" in nino.says
    nino.till.scanned(f"]C101{_gtin(1)}21TAU-00418")
    assert "scanned 2 of 2" in nino.says, "a label with both is one scan"
    nino.fetch(2)
    nino.packs()
    [parcel] = parcels_of(nino.local, f"web:{ORDER}")
    assert {x.product: x.serials for x in parcel.lines} == {"p2": (), "p1": ("TAU-00417", "TAU-00418")}


def _gtin(number: int) -> str:
    return code(number).zfill(14)


def test_the_number_can_be_typed(hire: Callable[..., Picker]) -> None:
    nino = hire((1, 1))
    numbered(nino.home, "p1")
    nino.local.refresh()
    nino.fetch(1)
    nino.pick.number_typed("sn 00")
    nino.pick.number_typed("sn 00419")
    action = primary(nino.pick.state, shelves=True)
    assert (action.verb, action.line, action.off) == ("number_done", "SN00419", False)
    nino.pick.number_done()
    assert nino.pick.state.put[0].serials == ("SN00419",) and nino.pick.state.settled
