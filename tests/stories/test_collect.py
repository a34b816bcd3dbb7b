"""Click and collect, from the web order to the hand-out, with and without the network, told with what screens call."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from sync.actions.clock import new_id
from sync.actions.hand_out import Said, hand_out
from sync.actions.pack_parcel import pack_parcel
from sync.actions.receive_parcel import receive_parcel
from sync.actions.refuse_line import refuse_line
from sync.actions.send_back_parcel import send_back_parcel
from sync.actions.shelve_parcel import shelve_parcel
from sync.domain.orders import Purchase
from sync.domain.passes import Answer, Purpose
from sync.domain.pickups import HandOutRefusal, LineRefusedFor, Parcel, ParcelState, Refused, SentBackFor, Verified
from sync.hub import database, orders, pass_keys, pickups, purchases, tables
from sync.link.first import fill_replica
from sync.local import Local, attention, link_status, purchase_by_id, purchases_by_number, stock_here
from sync.local.passes import verify_pass
from sync.local.pickups import DAY_MS, RecordedHandOut, parcel_by_id, parcels_here
from sync.protocol.messages import ChannelReceived, OrderPayment, ReceivedLine
from sync.protocol.pickups import ChannelCancelled, ClaimedParcels, ClaimParcels
from tests.link.asking import Straight
from tests.link.store import CASHIER, OWN, Store, now, sell_one

ORDER = "100-48213"
ID = f"web:{ORDER}"
CODE = Said(Verified.CODE)


class Staff:
    """Somebody with a terminal. `meets` is what its agent does when there is a network: push, then pull."""

    def __init__(self, store: Store, folder: Path, name: str, place: str = OWN) -> None:
        self.home = store.terminal(folder, name, "till", place)
        self.local = Local.open(self.home)

    def meets(self) -> None:
        fill_replica(self.home)
        self.local.refresh()

    def order(self) -> Purchase:
        [found] = purchases_by_number(self.local, ORDER)
        return found

    def packs(self, id: str, **wanted: int) -> None:
        lines = {line.removeprefix("n"): pieces * 1000 for line, pieces in wanted.items()}
        assert isinstance(pack_parcel(self.local, id, self.order(), lines, actor=CASHIER, now=now()), Parcel)

    def shelves(self, id: str, shelf: str = "B-4") -> None:
        done = shelve_parcel(self.local, id, shelf, actor=CASHIER, now=now())
        assert isinstance(done, Parcel) and done.state is ParcelState.READY, done

    def gives(self, *ids: str, at: int = 0, said: Said = CODE, order: Purchase | None = None) -> object:
        """Hand out: the recorded slip, or the reason why not."""
        bought, moment = order or self.order(), at or now()
        done = hand_out(self.local, new_id(moment), bought, ids, said, actor=CASHIER, language="en", now=moment)
        return done.reason if isinstance(done, Refused) else done

    def level(self, number: int = 1) -> tuple[int, int]:
        """Pieces on hand and available, as this screen would show them."""
        found = stock_here(self.local, [f"p{number}"])[f"p{number}"]
        return found.on_hand // 1000, found.available // 1000

    @property
    def matters(self) -> list[str]:
        return [matter.code for matter in attention.matters(self.local)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "hub")
    yield made
    made.stop()


@pytest.fixture
def hire(store: Store, tmp_path: Path) -> Iterator[Callable[..., Staff]]:
    """Somebody with a terminal, whose files are closed at the end."""
    with ExitStack() as stack:

        def made(name: str = "till-1", place: str = OWN) -> Staff:
            staff = Staff(store, tmp_path, name, place)
            stack.callback(staff.local.close)
            return staff

        yield made


def web_order(store: Store, *, paid: int = 40_000, place: str = OWN, source: str = "", **more: object) -> None:
    """Two of product 1 and one of product 2, to be picked up."""
    way = {"fulfilment": "pickup", "pickup_at": place, "source": source}
    lines = [ReceivedLine("1", "p1", 2000, 30_000, **way), ReceivedLine("2", "p2", 1000, 10_000, **way)]
    told = {"customer": "Daniyar M.", "phone": "+7 701 555 01 02", **more}
    payments = [OrderPayment("a", "online", paid)] if paid else []
    order = ChannelReceived(ORDER, ORDER, lines, payments, now(), **told)  # type: ignore[arg-type]
    orders.receive(store.engine, "web", order, now())


def at_hub(store: Store) -> Purchase:
    with database.read(store.engine) as conn:
        return purchases.read(
            conn.execute(select(tables.purchase.c.body).where(tables.purchase.c.id == ID)).scalar_one()
        )


def told(store: Store) -> list[str]:
    """What the retailer's own systems were told."""
    with database.read(store.engine) as conn:
        return list(conn.execute(select(tables.event.c.kind).order_by(tables.event.c.number)).scalars())


def test_f44_f45_an_order_is_reserved_packed_put_on_a_shelf_and_given_to_who_shows_the_pass(
    store: Store, hire: Callable[..., Staff]
) -> None:
    aliya = hire()
    aliya.meets()
    before = aliya.level()
    web_order(store)
    aliya.meets()
    assert aliya.level() == (before[0], before[1] - 2), "the till's own number leaves out what is promised"

    aliya.packs("par-1", n1=2, n2=1)
    aliya.shelves("par-1")
    aliya.meets()
    assert told(store) == ["parcel_ready"] and not at_hub(store).complete

    text = pass_keys.pass_if_any(store.engine, ID, now())
    assert text is not None
    aliya.meets()
    shown = verify_pass(aliya.local, text.text, now())
    assert (shown.answer, shown.says.purpose if shown.says else None) == (Answer.OK, Purpose.COLLECT)
    assert [(x.id, x.shelf, x.state) for x in parcels_here(aliya.local, ParcelState.READY)] == [
        ("par-1", "B-4", ParcelState.READY)
    ]
    slip = aliya.gives("par-1", order=shown.purchase)
    assert isinstance(slip, RecordedHandOut)
    aliya.meets()
    assert at_hub(store).complete and told(store) == ["parcel_ready", "parcel_handed_out"]
    assert aliya.level() == (before[0] - 2, before[1] - 2) and aliya.matters == []
    assert link_status(aliya.local, now()).waiting == 0


def test_a_part_is_collected_today_and_the_rest_tomorrow(store: Store, hire: Callable[..., Staff]) -> None:
    aliya = hire()
    web_order(store)
    aliya.meets()
    aliya.packs("par-1", n1=2)
    aliya.packs("par-2", n2=1)
    aliya.shelves("par-1")
    assert aliya.gives("par-1", "par-2") is HandOutRefusal.NOT_READY
    assert isinstance(aliya.gives("par-1"), RecordedHandOut)
    aliya.meets()
    assert [line.left for line in at_hub(store).lines] == [2000, 0] and not at_hub(store).complete
    aliya.shelves("par-2")
    assert isinstance(aliya.gives("par-2"), RecordedHandOut)
    aliya.meets()
    assert at_hub(store).complete and aliya.matters == []


def test_somebody_whom_the_order_names_collects_for_her_and_stands_in_the_record(
    store: Store, hire: Callable[..., Staff]
) -> None:
    aliya = hire()
    web_order(store, collector="Daniyar M.", proxies=["Aigerim S."])
    aliya.meets()
    aliya.packs("par-1", n1=2, n2=1)
    aliya.shelves("par-1")
    assert aliya.order().proxies == ("Aigerim S.",)
    slip = aliya.gives("par-1", said=Said(Verified.PROXY, document="id_card", proxy="Aigerim S."))
    assert isinstance(slip, RecordedHandOut)
    assert (slip.body.verified, slip.body.proxy, slip.body.document) == ("proxy", "Aigerim S.", "id_card")
    aliya.meets()
    assert at_hub(store).complete and aliya.matters == []


def test_who_comes_to_the_wrong_store_is_told_where_it_waits(store: Store, hire: Callable[..., Staff]) -> None:
    here, there = hire(), hire("till-2", "store-2")
    web_order(store)
    here.meets()
    here.packs("par-1", n1=2, n2=1)
    here.shelves("par-1")
    here.meets()
    there.meets()
    assert there.gives("par-1") is HandOutRefusal.WRONG_STORE
    found = parcel_by_id(there.local, "par-1")
    assert found is not None and (found.location, found.shelf) == (OWN, "B-4")


def test_an_order_that_was_cancelled_a_minute_ago_is_not_given_and_goes_back_on_sale(
    store: Store, hire: Callable[..., Staff]
) -> None:
    aliya = hire()
    web_order(store)
    aliya.meets()
    start = aliya.level()[0]
    aliya.packs("par-1", n1=2, n2=1)
    aliya.shelves("par-1")
    aliya.meets()
    pickups.cancel(store.engine, "web", ID, ChannelCancelled(ORDER, now()), now())
    aliya.meets()
    assert aliya.gives("par-1") is HandOutRefusal.CANCELLED
    assert [x.id for x in parcels_here(aliya.local, ParcelState.CANCELLED)] == ["par-1"]
    assert isinstance(send_back_parcel(aliya.local, "par-1", SentBackFor.CANCELLED, actor=CASHIER, now=now()), Parcel)
    aliya.meets()
    assert aliya.level() == (start, start) and aliya.matters == []


def test_i3_a_cancellation_that_an_offline_terminal_did_not_hear_of_is_named(
    store: Store, hire: Callable[..., Staff]
) -> None:
    aliya = hire()
    web_order(store)
    aliya.meets()
    aliya.packs("par-1", n1=2, n2=1)
    aliya.shelves("par-1")
    aliya.meets()
    pickups.cancel(store.engine, "web", ID, ChannelCancelled(ORDER, now()), now())
    assert isinstance(aliya.gives("par-1"), RecordedHandOut), "it knows nothing of it"
    aliya.meets()
    assert aliya.matters == ["parcel_differs"]
    [matter] = attention.matters(aliya.local)
    assert [side.what for side in matter.facts.sides] == ["cancelled", "handed_out"]


def test_what_is_not_paid_is_not_given_until_it_is(store: Store, hire: Callable[..., Staff]) -> None:
    aliya = hire()
    web_order(store, paid=0)
    aliya.meets()
    aliya.packs("par-1", n1=2, n2=1)
    aliya.shelves("par-1")
    assert aliya.gives("par-1") is HandOutRefusal.UNPAID
    aliya.meets()
    web_order(store)
    aliya.meets()
    assert isinstance(aliya.gives("par-1"), RecordedHandOut)


def test_a_parcel_from_the_warehouse_is_handed_out_offline_and_synced_later(
    store: Store, hire: Callable[..., Staff]
) -> None:
    aliya, worker = hire(), hire("wh-till", "wh-1")
    store.move(1, "wh-1", 9)
    store.move(2, "wh-1", 9)
    web_order(store, source="wh-1")
    worker.meets()
    aliya.meets()
    start = aliya.level()
    worker.packs("par-1", n1=2, n2=1)
    worker.meets()
    aliya.meets()
    assert [x.id for x in parcels_here(aliya.local, ParcelState.EXPECTED)] == ["par-1"]
    store.stop()
    assert isinstance(receive_parcel(aliya.local, "par-1", actor=CASHIER, now=now()), Parcel)
    assert aliya.level() == (start[0] + 2, start[1]), "it is here, and promised"
    aliya.shelves("par-1")
    assert isinstance(aliya.gives("par-1"), RecordedHandOut)
    assert aliya.level() == start
    store.start()
    aliya.meets()
    worker.meets()
    assert aliya.level() == start and aliya.matters == []
    assert at_hub(store).complete
    assert parcel_by_id(worker.local, "par-1").state is ParcelState.HANDED_OUT  # type: ignore[union-attr]


def test_i9_one_parcel_given_at_two_terminals_that_are_offline_is_named_to_both_when_they_meet(
    store: Store, hire: Callable[..., Staff]
) -> None:
    aliya, damir = hire(), hire("till-2")
    web_order(store)
    aliya.meets()
    start = aliya.level()[0]
    aliya.packs("par-1", n1=2, n2=1)
    aliya.shelves("par-1")
    aliya.meets()
    damir.meets()
    store.stop()
    first, second = aliya.gives("par-1"), damir.gives("par-1")
    assert isinstance(first, RecordedHandOut) and isinstance(second, RecordedHandOut)
    assert aliya.gives("par-1") is HandOutRefusal.ALREADY_TAKEN, "nobody gives it twice at one terminal"
    store.start()
    damir.meets()
    aliya.meets()
    damir.meets()
    assert aliya.matters == damir.matters == ["handed_out_twice"]
    [matter] = attention.matters(damir.local)
    sides = [(side.name, side.location, side.receipt, side.at) for side in matter.facts.sides]
    assert sides == [
        ("till-2", OWN, second.body.receipt, second.envelope.at),
        ("till-1", OWN, first.body.receipt, first.envelope.at),
    ]
    assert aliya.level() == damir.level() == (start - 2, start - 2), "two pieces are gone, not four"
    assert [line.handed for line in at_hub(store).lines] == [2000, 1000]


def test_i9_with_a_network_the_second_is_told_where_it_is_given_now(store: Store, hire: Callable[..., Staff]) -> None:
    aliya, damir = hire(), hire("till-2")
    web_order(store)
    aliya.meets()
    aliya.packs("par-1", n1=2, n2=1)
    aliya.shelves("par-1")
    aliya.meets()
    damir.meets()
    one, two = Straight(aliya.home), Straight(damir.home)
    claimed = one.ask("claims/parcel", ClaimParcels("c-1", ["par-1"]), ClaimedParcels, 3)
    refused = two.ask("claims/parcel", ClaimParcels("c-2", ["par-1"]), ClaimedParcels, 3)
    assert refused.fault.code == "parcel_claimed" and "till-1" in refused.fault.message  # type: ignore[union-attr]
    said = Said(Verified.DOCUMENT, claim="c-1", told=tuple(claimed.value.parcels))  # type: ignore[union-attr]
    assert isinstance(aliya.gives("par-1", said=said), RecordedHandOut)
    aliya.meets()
    gone = two.ask("claims/parcel", ClaimParcels("c-2", ["par-1"]), ClaimedParcels, 3)
    assert gone.fault.code == "parcel_gone"  # type: ignore[union-attr]
    one.close()
    two.close()


def test_what_nobody_collects_goes_back_to_stock(store: Store, hire: Callable[..., Staff]) -> None:
    aliya = hire()
    web_order(store)
    aliya.meets()
    start = aliya.level()[0]
    aliya.packs("par-1", n1=2, n2=1)
    aliya.shelves("par-1")
    assert aliya.gives("par-1", at=now() + 8 * DAY_MS) is HandOutRefusal.EXPIRED
    done = send_back_parcel(aliya.local, "par-1", SentBackFor.EXPIRED, actor=CASHIER, now=now())
    assert isinstance(done, Parcel)
    aliya.meets()
    assert aliya.level() == (start, start) and told(store) == ["parcel_ready", "parcel_expired"]
    assert not at_hub(store).awaited and not at_hub(store).complete


def test_f45_a_store_that_cant_give_a_line_is_not_asked_again_and_another_one_is(
    store: Store, hire: Callable[..., Staff]
) -> None:
    aliya, other = hire(), hire("till-2", "store-2")
    web_order(store)
    aliya.meets()
    start = aliya.level()[0]
    assert refuse_line(aliya.local, aliya.order(), "1", LineRefusedFor.NOT_FOUND, actor=CASHIER, now=now())
    aliya.meets()
    assert told(store) == ["line_refused"] and aliya.level() == (start, start)
    web_order(store)
    aliya.meets()
    assert aliya.order().lines[0].pickup_at == "" and aliya.level() == (start, start), "told again, and not asked again"
    web_order(store, place="store-2")
    other.meets()
    assert [line.pickup_at for line in other.order().lines] == ["store-2", "store-2"]
    other.packs("par-1", n1=2, n2=1)
    other.meets()
    assert other.matters == []


def test_f44_a_till_that_sells_the_last_one_all_the_same_is_told_of(store: Store, hire: Callable[..., Staff]) -> None:
    aliya = hire()
    web_order(store)
    aliya.meets()
    on_hand, available = aliya.level()
    assert available == on_hand - 2
    sell_one(aliya.local, pieces=on_hand)
    assert aliya.level() == (0, 0)
    aliya.packs("par-1", n1=2, n2=1)
    aliya.shelves("par-1")
    assert isinstance(aliya.gives("par-1"), RecordedHandOut)
    aliya.meets()
    assert "stock_below_zero" in aliya.matters


def test_a_hub_that_was_restored_hears_of_everything_again(store: Store, hire: Callable[..., Staff]) -> None:
    """Its matter is settled by the order, which the channel tells again."""
    aliya = hire()
    web_order(store)
    aliya.meets()
    aliya.packs("par-1", n1=2, n2=1)
    aliya.shelves("par-1")
    aliya.gives("par-1")
    with database.write(store.engine) as conn:
        for table in (tables.purchase, tables.pickup_line):
            conn.execute(table.delete())
    aliya.meets()
    assert set(aliya.matters) == {"purchase_unknown"}
    web_order(store)
    aliya.meets()
    assert at_hub(store).complete and aliya.matters == []
    assert purchase_by_id(aliya.local, ID).complete  # type: ignore[union-attr]
