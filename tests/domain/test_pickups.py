"""Where a parcel is, what a step does to stock, and what a hand-out is told (F44, F45, I-9)."""

from dataclasses import replace
from itertools import product as every

import pytest

from sync.domain.orders import BoughtLine, Fulfilment, Paid, PaidBy, Purchase
from sync.domain.packing import PackAccepted, PackRefusal, PackRefused, decide_pack
from sync.domain.passes import Purpose, carried, purpose_of, together, used_up
from sync.domain.pickups import (
    Accepted,
    Custody,
    HandOutRefusal,
    HandOutRequest,
    Moved,
    Parcel,
    ParcelLine,
    ParcelState,
    Refused,
    StepRefusal,
    StepRefused,
    cancelled,
    cant_step,
    decide_hand_out,
    ended_of,
    handed,
    handed_of,
    moved,
    packed,
    received,
    refused_by,
    sent_back,
    shelved,
)
from sync.protocol import passes
from tests.domain.passes import NOW, bought, pass_of, text_of

HERE, OTHER, WAREHOUSE = "store-1", "store-2", "wh-1"
LINE = ParcelLine("1", "p-coat", "100010", "Wool coat", 2000)


def by(state: ParcelState = ParcelState.RECEIVED) -> Custody:
    return Custody(state, "till-1", HERE, "s-1", NOW)


def parcel(source: str = HERE, **more: object) -> Parcel:
    new = Parcel("par-1", "web:1", "1", HERE, source, ParcelState.EXPECTED, 0, (LINE,))
    return replace(packed(new, by()), **more)


def ready(**more: object) -> Parcel:
    return replace(shelved(parcel(), "B-4", NOW + 1000), **more)


def order(**more: object) -> Purchase:
    lines = (
        BoughtLine("1", "p-coat", "100010", "Wool coat", 3000, 90_000, 1200, 0, fulfilment=Fulfilment.PICKUP,
                   pickup_at=HERE),
        BoughtLine("2", "p-tea", "100007", "Tea", 1000, 10_000, 1200, 0, fulfilment=Fulfilment.PICKUP,
                   pickup_at=HERE),
    )  # fmt: skip
    paid = (Paid("a", PaidBy.ONLINE, 100_000),)
    return replace(Purchase("web:1", "1", "web", "", "KZT", NOW - 9, None, lines, paid), **more)


def asked(*parcels: Parcel, ids: tuple[str, ...] = ("par-1",), due: int = 0, now: int = NOW) -> Accepted | Refused:
    return decide_hand_out(parcels, HandOutRequest("web:1", ids, HERE, due), now)


def test_a_parcel_packed_where_it_is_collected_is_here_and_another_is_expected() -> None:
    assert (parcel().state, parcel().here, parcel().fence) == (ParcelState.RECEIVED, True, 1)
    far = parcel(WAREHOUSE)
    assert (far.state, far.here, far.fence) == (ParcelState.EXPECTED, False, 1)
    came = received(far, by())
    assert (came.state, came.here, came.fence) == (ParcelState.RECEIVED, True, 2)
    assert received(came, by()) == came, "it comes once"


def test_another_shelf_is_no_change_of_custody_and_makes_it_wait_no_longer() -> None:
    one = shelved(parcel(), "B-4", 100)
    two = shelved(one, "C-1", 900)
    assert (one.state, one.fence, two.shelf, two.fence, two.expires) == (ParcelState.READY, 1, "C-1", 1, 100)
    assert shelved(parcel(WAREHOUSE), "B-4", 100) == parcel(WAREHOUSE), "what did not come can't lie there"


def test_I9_each_change_of_custody_raises_the_fence_and_what_ended_stays_ended() -> None:
    steps = (received, handed, sent_back, cancelled)
    for one, two, three in every(steps, repeat=3):
        it = parcel(WAREHOUSE)
        for step in (one, two, three):
            after = step(it, by())
            assert after.fence == it.fence + (after != it)
            if it.state is ParcelState.HANDED_OUT:
                assert after.state is ParcelState.HANDED_OUT
            it = after


def test_F44_whatever_happens_to_a_parcel_stock_and_promise_come_to_the_same() -> None:
    """Of what is packed either all is given, or all is on hand again, or gone elsewhere; nothing stays promised."""
    for source in (HERE, WAREHOUSE):
        for end, to, given in ((handed, "", -2000), (sent_back, "", 0), (sent_back, WAREHOUSE, -2000)):
            start = parcel(source)
            it, moves = start, moved(None, start)
            for step in (received, lambda p, b: shelved(p, "B-4", 9), end):
                after = step(it, by())
                moves += moved(it, after, to if step is end else "")
                it = after
            here = [m for m in moves if m.location == HERE]
            assert sum(m.on_hand for m in here) == given + (2000 if source == WAREHOUSE else 0)
            # What is packed here was promised as a line, and its parcel lets go of it.
            assert sum(m.reserved for m in here) == (0 if source == WAREHOUSE else -2000)


def test_what_was_on_sale_again_and_is_given_all_the_same_is_gone_and_twice_is_not() -> None:
    back = sent_back(ready(), by())
    assert moved(back, handed(back, by())) == [Moved(HERE, "p-coat", -2000, 0)]
    gone = handed(ready(), by())
    assert moved(gone, handed(gone, by())) == []


# --- handing out -----------------------------------------------------------------------------------------------------


def test_what_is_ready_here_and_paid_is_handed_out_and_the_rest_is_told() -> None:
    rest = replace(ready(), id="par-2")
    assert asked(ready(), rest, handed(replace(rest, id="par-3"), by())) == Accepted((ready(),), (rest,))


ANSWERS = {
    HandOutRefusal.WRONG_STORE: ready(location=OTHER),
    HandOutRefusal.ALREADY_TAKEN: handed(ready(), by(ParcelState.HANDED_OUT)),
    HandOutRefusal.CANCELLED: cancelled(ready(), by()),
    HandOutRefusal.EXPIRED: ready(expires=NOW - 1),
    HandOutRefusal.NOT_READY: parcel(),
    HandOutRefusal.OTHER_ORDER: ready(order="web:2"),
}


@pytest.mark.parametrize("reason", ANSWERS)
def test_each_reason_is_an_answer_of_its_own(reason: HandOutRefusal) -> None:
    assert asked(ANSWERS[reason]) == Refused(reason, ANSWERS[reason])


def test_sent_back_is_expired_and_expected_is_not_ready_and_nothing_is_nothing() -> None:
    assert asked(sent_back(ready(), by())).reason is HandOutRefusal.EXPIRED  # type: ignore[union-attr]
    assert asked(parcel(WAREHOUSE)).reason is HandOutRefusal.NOT_READY  # type: ignore[union-attr]
    assert asked(ready(), ids=()) == Refused(HandOutRefusal.NOTHING)
    assert asked(ids=("par-9",)) == Refused(HandOutRefusal.UNKNOWN)


def test_what_is_not_paid_is_told_with_how_much_and_only_if_nothing_else_is_wrong() -> None:
    assert asked(ready(), due=500) == Refused(HandOutRefusal.UNPAID, ready(), 500)
    taken = handed(ready(), by())
    assert asked(taken, due=500) == Refused(HandOutRefusal.ALREADY_TAKEN, taken)


def test_a_taken_parcel_is_taken_wherever_it_is_asked_for() -> None:
    taken = handed(ready(location=OTHER), by())
    assert asked(taken) == Refused(HandOutRefusal.ALREADY_TAKEN, taken)


def test_of_two_parcels_the_first_that_is_wrong_is_the_answer() -> None:
    taken = replace(handed(ready(), by()), id="par-2")
    assert asked(ready(), taken, ids=("par-1", "par-2")) == Refused(HandOutRefusal.ALREADY_TAKEN, taken)


# --- other steps -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("it", "wanted", "reason"),
    [
        (None, ParcelState.RECEIVED, StepRefusal.UNKNOWN),
        (parcel(location=OTHER), ParcelState.RECEIVED, StepRefusal.WRONG_STORE),
        (handed(ready(), by()), ParcelState.READY, StepRefusal.ENDED),
        (cancelled(ready(), by()), ParcelState.READY, StepRefusal.CANCELLED),
        (parcel(WAREHOUSE), ParcelState.READY, StepRefusal.NOT_HERE),
        (parcel(WAREHOUSE), ParcelState.SENT_BACK, StepRefusal.NOT_HERE),
    ],
)
def test_what_cant_be_done_with_a_parcel_is_told(it: Parcel | None, wanted: ParcelState, reason: StepRefusal) -> None:
    assert cant_step(it, HERE, wanted) == StepRefused(reason, it)


def test_what_can_be_done_is() -> None:
    for it, wanted in (
        (parcel(WAREHOUSE), ParcelState.RECEIVED),
        (parcel(), ParcelState.READY),
        (cancelled(ready(), by()), ParcelState.SENT_BACK),
    ):
        assert cant_step(it, HERE, wanted) is None


def test_never_more_is_packed_than_is_waited_for() -> None:
    line = ParcelLine("1", "p-coat", "100010", "Wool coat", 3000)
    assert decide_pack(order(), [], {"1": 3000}) == PackAccepted((line,), HERE)
    assert decide_pack(order(), [parcel()], {"1": 2000}) == PackRefused(PackRefusal.TOO_MANY, "1", 1000)
    assert isinstance(decide_pack(order(), [parcel()], {"1": 1000, "2": 1000}), PackAccepted)
    gone = handed(ready(), by())
    after = handed_of(order(), gone.lines, NOW)
    assert decide_pack(after, [gone], {"1": 2000}) == PackRefused(PackRefusal.TOO_MANY, "1", 1000)
    assert decide_pack(order(), [], {}) == PackRefused(PackRefusal.NOTHING)
    assert decide_pack(order(), [], {"9": 1000}) == PackRefused(PackRefusal.LINE_UNKNOWN, "9")
    assert decide_pack(order(), [], {"1": 0}) == PackRefused(PackRefusal.TOO_MANY, "1", 3000)


# --- the order -------------------------------------------------------------------------------------------------------


def test_F45_nothing_but_hand_outs_completes_an_order() -> None:
    part = handed_of(order(), [LINE], NOW)
    assert (part.received_at, part.complete, [x.left for x in part.lines]) == (NOW, False, [2000, 0])
    rest = [replace(LINE, quantity=1000), ParcelLine("2", "p-tea", "100007", "Tea", 1000)]
    whole = handed_of(part, rest, NOW + 5)
    assert (whole.received_at, whole.complete, whole.awaited) == (NOW, True, False)
    assert handed_of(whole, rest, NOW + 9) == whole, "never more than was bought"


def test_what_nobody_will_hand_out_is_no_longer_waited_for_and_never_returnable() -> None:
    after = ended_of(handed_of(order(), [LINE], NOW), [replace(LINE, quantity=9000)])
    coat = after.lines[0]
    assert (coat.handed, coat.cancelled, coat.awaited, coat.left) == (2000, 1000, 0, 2000)
    assert ended_of(order(), [LINE]).complete is False


def test_what_is_due_leaves_out_what_was_cancelled() -> None:
    assert order().due == 0
    unpaid = order(paid=(Paid("a", PaidBy.ONLINE, 10_000),))
    assert unpaid.due == 90_000
    assert ended_of(unpaid, [replace(LINE, quantity=1000)]).due == 60_000


def test_F45_a_store_that_refused_a_line_is_remembered_once() -> None:
    after = refused_by(refused_by(order(), "1", HERE), "1", HERE)
    assert [(x.pickup_at, x.refused) for x in after.lines] == [("", (HERE,)), (HERE, ())]


def test_a_pass_of_what_is_not_handed_out_is_for_collecting_and_then_for_returning() -> None:
    part = handed_of(order(), [LINE], NOW)
    whole = handed_of(part, [LINE, ParcelLine("2", "p-tea", "", "", 1000)], NOW)
    assert [purpose_of(x) for x in (order(), part, whole)] == [Purpose.COLLECT, Purpose.COLLECT, Purpose.RETURN]
    assert [used_up(x) for x in (order(), part, whole)] == [False, False, False]
    assert used_up(ended_of(order(), [replace(x, quantity=9000) for x in (LINE, ParcelLine("2", "", "", "", 1))]))


def test_the_later_word_of_what_was_handed_out_counts() -> None:
    part = handed_of(order(), [LINE], NOW)
    assert together(order(), part).lines[0].handed == together(part, order()).lines[0].handed == 2000
    assert carried(refused_by(order(), "1", OTHER)).lines[0].refused == ()


def test_a_pass_says_where_an_order_is_collected_and_what_was_handed_out_of_it() -> None:
    lines = bought(4).lines
    asked = (
        replace(lines[0], fulfilment=Fulfilment.PICKUP, pickup_at="store-1"),
        replace(lines[1], fulfilment=Fulfilment.PICKUP, pickup_at="store-2", handed=500, cancelled=2),
        lines[2],
        replace(lines[3], fulfilment=Fulfilment.PICKUP),
    )
    shown = pass_of(replace(bought(4), lines=asked, received_at=None), purpose=Purpose.COLLECT)
    assert passes.read(text_of(shown)).says() == shown
