"""Picking without a window: accepted, fetched by scans, packed, labelled; what goes wrong has a sentence (I-1, F45)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pos.collect_pages import unprinted_labels
from pos.picking.state import Phase
from pos.printing import PaperState
from sync.domain import codes
from sync.domain.pickups import LineRefusedFor, ParcelState
from sync.hub import pickups
from sync.local.pickups import parcels_of
from sync.protocol.pickups import ChannelCancelled
from tests.flows.collecting import MINUTE, Floor
from tests.flows.picking import FIRST, SECOND, THIRD, Picker, ordered, wanted
from tests.flows.returning import code
from tests.link.store import OWN, now, until


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path / "hub")
    wanted(made)
    yield made
    made.stop()


@pytest.fixture
def hire(floor: Floor, tmp_path: Path) -> Iterator[Callable[..., Picker]]:
    made: list[Picker] = []

    def one(name: str = "tablet-1", *, online: bool = True) -> Picker:
        made.append(Picker(floor, tmp_path, name, online=online))
        return made[-1]

    yield one
    for each in made:
        each.stop()


def test_the_most_urgent_order_is_open_and_what_is_packed_is_recorded_and_labelled(
    hire: Callable[..., Picker],
) -> None:
    nino = hire()
    assert nino.numbers() == [SECOND, FIRST, THIRD]
    assert nino.pick.state.chosen is not None and nino.pick.state.chosen.number == SECOND
    nino.opens(FIRST)
    assert nino.in_phase(Phase.PICK) and "Kept for you until" in nino.says
    nino.fetch(2, 2)
    assert "2 of 3" in nino.says
    nino.fetch(1, 2)
    assert nino.pick.state.settled and nino.pick.state.in_hand == 4
    nino.packs()
    [made] = nino.pick.state.made
    [parcel] = parcels_of(nino.local, f"web:{FIRST}")
    assert made.parcel == parcel and parcel.state is ParcelState.RECEIVED
    assert {x.line: x.quantity for x in parcel.lines} == {"1": 1000, "2": 3000}
    nino.labels(1)
    nino.until(lambda: nino.pick.state.made[0].label is PaperState.PRINTED)
    assert FIRST[-4:] in nino.printer.texts[0]
    assert nino.known() == [SECOND, THIRD]
    nino.pick.shelve_first()
    nino.until(lambda: nino.till.place == "collect" and nino.till.collect.state.in_hand is not None)
    assert nino.till.collect.state.in_hand == parcel


def test_each_wrong_scan_has_a_sentence_and_counts_nothing(hire: Callable[..., Picker]) -> None:
    nino = hire()
    nino.fetch(2)
    assert "Accept the order first" in nino.says
    nino.opens(FIRST)
    said = []
    for text in (code(3), "no such code", codes.parcel_label("par-1"), code(1)[:-1] + str((int(code(1)[-1]) + 1) % 10)):
        nino.till.scanned(text)
        said.append(nino.says)
    assert "Kettle Samal is not in this order" in said[0] and "Put it back" in said[0]
    assert "no such code" in said[1] and "That is a parcel" in said[2] and "misread" in said[3]
    nino.fetch(1, 1)
    assert "one too many" in nino.says and "Headphones Tau One" in nino.says
    assert nino.pick.state.in_hand == 1
    nino.pick.undo()
    assert nino.pick.state.in_hand == 0
    nino.pick.pack()
    assert "not packed" in nino.says and nino.in_phase(Phase.PICK)


def test_an_order_goes_into_several_parcels_and_each_has_its_label(hire: Callable[..., Picker]) -> None:
    nino = hire()
    nino.opens(FIRST)
    nino.fetch(2, 2)
    nino.packs()
    assert nino.in_phase(Phase.PICK) and "2 items are still to be fetched" in nino.says
    assert {x.id: x.quantity for x in nino.pick.state.lines} == {"1": 1000, "2": 1000}
    nino.fetch(1, 2)
    nino.packs()
    assert nino.in_phase(Phase.DONE) and len(nino.pick.state.made) == 2
    nino.labels(2)
    assert len(parcels_of(nino.local, f"web:{FIRST}")) == 2
    nino.hears()
    nino.pick.next()
    assert nino.numbers() == [SECOND, THIRD]


def test_f45_a_short_pick_is_packed_and_the_rest_goes_back_with_its_reason(
    hire: Callable[..., Picker], floor: Floor
) -> None:
    nino = hire()
    nino.opens(FIRST)
    nino.fetch(2, 2)
    nino.pick.cant("1", "not_found")
    assert "can't be given" in nino.says
    nino.pick.cant("2", "damaged")
    assert nino.pick.state.settled and nino.pick.state.reasons["2"] is LineRefusedFor.DAMAGED
    nino.packs()
    assert nino.in_phase(Phase.DONE) and nino.pick.state.given_back == 2
    assert nino.known() == [SECOND, THIRD]
    nino.hears()
    assert nino.known() == [SECOND, THIRD]
    ordered(floor, FIRST, (1, 1), (2, 3), ready_by=now() + 40 * MINUTE)
    nino.hears()
    assert nino.known() == [SECOND, THIRD], "this store is not asked again"


def test_f45_an_order_of_which_nothing_can_be_given_goes_back_whole(hire: Callable[..., Picker]) -> None:
    nino = hire()
    nino.opens(SECOND)
    nino.pick.cant("1", "no_time")
    nino.packs()
    assert nino.in_phase(Phase.DONE) and "went back" in nino.says and not nino.pick.state.made
    assert nino.known() == [FIRST, THIRD]


def test_two_staff_never_pick_one_order_and_the_second_sees_who_has_it(hire: Callable[..., Picker]) -> None:
    nino, other = hire(), hire("tablet-2")
    nino.opens(FIRST)
    other.opens(FIRST)
    assert other.in_phase(Phase.LIST) and "Aliya K., tablet-1 has it" in other.says
    assert [by.staff for by in other.pick.state.taken.values()] == ["Aliya K."]
    nino.pick.give_back()
    assert nino.in_phase(Phase.LIST) and "free again" in nino.says
    nino.until(lambda: not _opened(other))
    nino.fetch(1)
    assert "Accept the order first" in nino.says


def _opened(other: Picker) -> bool:
    """Ask until the order is free: its release is on its way."""
    other.opens(FIRST)
    return other.in_phase(Phase.LIST)


def test_offline_an_order_is_picked_without_a_claim_and_says_so(hire: Callable[..., Picker], floor: Floor) -> None:
    nino = hire(online=False)
    floor.stop()
    nino.opens(FIRST)
    assert nino.in_phase(Phase.PICK) and "a colleague may pick it too" in nino.says
    assert nino.pick.state.kept_until == 0
    nino.fetch(1, 2, 2, 2)
    nino.packs()
    assert nino.in_phase(Phase.DONE)
    floor.start()


def test_a_new_order_is_told_and_moves_nothing_until_somebody_looks(hire: Callable[..., Picker], floor: Floor) -> None:
    nino = hire()
    ordered(floor, "100-48399", (2, 1), ready_by=now() - 60 * MINUTE)
    nino.hears()
    assert nino.numbers() == [SECOND, FIRST, THIRD, "100-48399"] and "New order 100-48399" in nino.says
    assert nino.pick.waiting == 4
    nino.pick.act()
    assert nino.numbers()[0] == "100-48399" and nino.pick.state.chosen is not None
    assert nino.pick.state.chosen.number == "100-48399"


def test_an_order_that_is_cancelled_while_it_is_picked_says_so(hire: Callable[..., Picker], floor: Floor) -> None:
    nino = hire()
    nino.opens(SECOND)
    nino.fetch(3)
    pickups.cancel(floor.engine, "web", f"web:{SECOND}", ChannelCancelled(SECOND, now()), now())
    nino.hears()
    assert nino.in_phase(Phase.LIST) and "not to be picked any more" in nino.says and "Put back" in nino.says
    assert nino.numbers() == [FIRST, THIRD]


def test_with_goods_in_the_hand_nobody_goes_elsewhere_in_silence(hire: Callable[..., Picker]) -> None:
    nino = hire()
    nino.opens(FIRST)
    nino.fetch(1)
    nino.till.tab("sale")
    assert nino.till.place == "picking" and "in your hand" in nino.says
    nino.till.sign_out()
    assert nino.till.actor is not None
    nino.pick.undo()
    nino.till.tab("sale")
    assert nino.till.place == "sale"
    nino.till.pick()
    assert nino.in_phase(Phase.PICK), "the order goes on where it stood"


def test_a_label_that_does_not_come_out_is_told_and_printed_again(hire: Callable[..., Picker]) -> None:
    nino = hire()
    nino.printer.faults.paper_out = True
    nino.opens(SECOND)
    nino.fetch(3)
    nino.packs()
    nino.until(lambda: nino.pick.state.made[0].label is not PaperState.PRINTING)
    assert "label was not printed" in nino.says
    nino.printer.faults.paper_out = False
    nino.pick.label_again(nino.pick.state.made[0].parcel.id)
    nino.until(lambda: nino.pick.state.made[0].label is PaperState.PRINTED)
    assert len(parcels_of(nino.local, f"web:{SECOND}")) == 1


def test_i1_a_label_that_a_power_cut_took_is_named_and_printed_again(hire: Callable[..., Picker]) -> None:
    nino = hire()
    nino.printer.faults.paper_out = True
    nino.opens(SECOND)
    nino.fetch(3)
    nino.packs()
    nino.off()  # recorded, and nobody saw to the label
    nino.printer.faults.paper_out = False
    nino.start()
    nino.until(lambda: "label may be missing" in nino.says)
    assert SECOND in nino.says
    nino.pick.act()
    nino.labels(1)
    nino.until(lambda: unprinted_labels(nino.local) == [])
    assert "8302" in nino.printer.texts[0] and "Possible duplicate" in nino.printer.texts[0]


def test_the_lease_is_asked_for_again_while_it_is_picked(hire: Callable[..., Picker]) -> None:
    nino = hire()
    nino.opens(FIRST)
    before = nino.pick.state.kept_until
    later = before - 4 * MINUTE
    nino.pick._clock = lambda: later
    nino.pick.tick()
    nino.until(lambda: nino.pick.state.kept_until > before)


def test_f44_a_till_says_before_it_sells_what_is_promised(hire: Callable[..., Picker], floor: Floor) -> None:
    nino = hire()
    floor.move(3, OWN, -119)
    nino.hears()
    nino.till.tab("sale")
    nino.fetch(3)
    until(lambda: nino.terminal.pump() or "promised to an order" in nino.till.sale.state.happened.title, 10)
    nino.till.sale.undo()
    assert not nino.till.sale.state.cart.lines
    nino.fetch(2)
    assert "added" in nino.till.sale.state.happened.title
