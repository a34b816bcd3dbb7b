"""Parcels at the terminal: recorded once, whole or not at all, and shown at once (F45, I-1, I-9)."""

from dataclasses import replace
from pathlib import Path

from sync.actions.pack_parcel import pack_parcel
from sync.actions.receive_parcel import receive_parcel
from sync.actions.refuse_line import refuse_line
from sync.actions.send_back_parcel import send_back_parcel
from sync.actions.shelve_parcel import shelve_parcel
from sync.domain.packing import PackRefusal, PackRefused
from sync.domain.pickups import (
    HandOutRefusal,
    LineRefusedFor,
    Parcel,
    ParcelState,
    Refused,
    SentBackFor,
    StepRefusal,
    StepRefused,
    cancelled,
    handed,
    received,
)
from sync.local import Local, link_status, purchase_by_id, stock_here, stock_rows
from sync.local.journal import KEPT_MS, Ruling, head, prune, rule
from sync.local.pickups import (
    DAY_MS,
    hand_out_by_id,
    hand_out_by_receipt,
    parcel_by_id,
    parcels_here,
    parcels_of,
)
from sync.local.proof import prove
from tests.local import jobs
from tests.local.bought import allow, know
from tests.local.collecting import CODE, asks, given, packed, pick_up, told
from tests.local.fixture import INCARNATION, NOW, OWN, make_terminal
from tests.local.tills import CASHIER, sold
from tests.local.victim import killed_at_every_step

WHO = {"actor": CASHIER, "now": NOW}


def stock(local: Local, product: str = "p-coat") -> tuple[int, int]:
    """Pieces on hand and promised. There are ten, of which one is promised to somebody else."""
    level = stock_here(local, [product])[product]
    return level.on_hand // 1000, level.reserved // 1000


def test_i1_a_hand_out_is_recorded_with_its_parcels_stock_and_number(local: Local, home: Path) -> None:
    know(home, pick_up())
    packed(local, pick_up())
    done = given(local, pick_up(), id="h-1")
    body = done.body
    assert (done.envelope.kind, done.envelope.actor, done.envelope.at) == ("handed_out", CASHIER.id, NOW)
    assert (body.order, body.number, body.location, body.verified) == ("web:100-48213", "100-48213", OWN, "code")
    assert [(x.parcel, x.fence, [y.quantity for y in x.lines]) for x in body.parcels] == [("par-1", 1, [3000, 1000])]
    assert hand_out_by_id(local, "h-1") == hand_out_by_receipt(local, body.receipt) == done
    assert link_status(local, NOW).waiting == 3
    assert stock(local) == (7, -2), "three are gone, and so is the promise of three that the hub knows of"
    assert prove(local) == []


def test_f44_goods_that_were_handed_out_leave_as_many_to_be_sold_as_before(local: Local, home: Path) -> None:
    before = stock_here(local, ["p-coat"])["p-coat"].available
    know(home, pick_up())
    packed(local, pick_up())
    given(local, pick_up())
    here = stock_here(local, ["p-coat"])["p-coat"]
    assert here.on_hand - here.reserved == before
    row = next(row for row in stock_rows(local, "p-coat", NOW) if row.own)
    assert row.level is not None and (row.level.on_hand, row.level.reserved) == (here.on_hand, here.reserved)


def test_i9_the_same_parcel_is_not_handed_out_again_before_the_hub_has_heard_of_it(local: Local, home: Path) -> None:
    know(home, pick_up())
    packed(local, pick_up())
    first = given(local, pick_up(), id="h-1")
    again = asks(local, pick_up())
    assert isinstance(again, Refused) and again.reason is HandOutRefusal.ALREADY_TAKEN
    assert again.parcel is not None and again.parcel.last is not None
    assert (again.parcel.last.terminal, again.parcel.last.at) == ("t-till-1", NOW)
    assert given(local, pick_up(), id="h-1") == first, "the same hand-out again is what is recorded"


def test_f45_what_was_handed_out_here_is_returnable_here_and_the_rest_is_not(local: Local, home: Path) -> None:
    know(home, pick_up())
    packed(local, pick_up(), "par-1", n1=3000)
    packed(local, pick_up(), "par-2", n2=1000)
    given(local, pick_up(), "par-1")
    known = purchase_by_id(local, "web:100-48213")
    assert known is not None
    assert (known.received_at, known.complete, [x.left for x in known.lines]) == (NOW, False, [3000, 0])
    given(local, pick_up(), "par-2")
    whole = purchase_by_id(local, "web:100-48213")
    assert whole is not None and whole.complete


def test_what_the_replica_includes_is_not_counted_twice(local: Local, home: Path) -> None:
    know(home, pick_up())
    it = packed(local, pick_up(), n1=1000)
    given(local, pick_up())
    assert stock(local) == (9, 0)
    know(home, replace(pick_up(), lines=(replace(pick_up().lines[0], handed=1000), pick_up().lines[1])),
         journal=INCARNATION, included=3)  # fmt: skip
    told(home, handed(it, it.last), journal=INCARNATION, included=3)  # type: ignore[arg-type]
    known = purchase_by_id(local, "web:100-48213")
    assert known is not None and [x.handed for x in known.lines] == [1000, 0]
    assert stock(local) == (10, 1), "the page that includes it brings the stock as it is"
    assert parcel_by_id(local, "par-1") == handed(it, it.last)  # type: ignore[arg-type]


def test_a_cancellation_that_came_meanwhile_counts_and_a_hand_out_stays_one(local: Local, home: Path) -> None:
    know(home, pick_up())
    it = packed(local, pick_up())
    told(home, cancelled(it, it.last))  # type: ignore[arg-type]
    assert asks(local, pick_up()) == Refused(HandOutRefusal.CANCELLED, cancelled(it, it.last))  # type: ignore[arg-type]
    told(home, it)
    given(local, pick_up())
    told(home, cancelled(it, it.last))  # type: ignore[arg-type]
    assert parcel_by_id(local, "par-1").state is ParcelState.HANDED_OUT  # type: ignore[union-attr]


def test_what_the_hub_said_when_it_was_claimed_counts(local: Local, home: Path) -> None:
    know(home, pick_up())
    it = packed(local, pick_up())
    gone = handed(it, replace(it.last, terminal="t-till-9"))  # type: ignore[type-var]
    said = replace(CODE, claim="c-1", told=(gone,))
    assert asks(local, pick_up(), said=said) == Refused(HandOutRefusal.ALREADY_TAKEN, gone)


def test_a_parcel_that_was_packed_here_says_at_once_what_is_to_be_paid(local: Local, home: Path) -> None:
    unpaid = pick_up(paid=())
    know(home, unpaid)
    made = packed(local, unpaid)
    assert made == parcel_by_id(local, "par-1")
    assert (made.due, made.currency) == (unpaid.due, unpaid.currency) and made.due > 0


def test_each_answer_of_a_hand_out(local: Local, home: Path) -> None:
    """Wrong store, expired, not ready, unpaid, unknown; each its own."""
    know(home, pick_up())
    it = packed(local, pick_up(), shelf="")
    reasons = [asks(local, pick_up()).reason]  # type: ignore[union-attr]
    shelve_parcel(local, it.id, "B-4", **WHO)  # type: ignore[arg-type]
    reasons.append(asks(local, pick_up(), now=NOW + 8 * DAY_MS).reason)  # type: ignore[union-attr]
    reasons.append(asks(local, pick_up(paid=())).reason)  # type: ignore[union-attr]
    reasons.append(asks(local, pick_up(), "par-9").reason)  # type: ignore[union-attr]
    told(home, replace(it, id="par-far", location="store-near", state=ParcelState.READY))
    reasons.append(asks(local, pick_up(), "par-far").reason)  # type: ignore[union-attr]
    assert reasons == [
        HandOutRefusal.NOT_READY,
        HandOutRefusal.EXPIRED,
        HandOutRefusal.UNPAID,
        HandOutRefusal.UNKNOWN,
        HandOutRefusal.WRONG_STORE,
    ]
    assert given(local, pick_up()).body.parcels[0].parcel == "par-1"


def test_a_parcel_from_elsewhere_is_received_once_shelved_and_found(local: Local, home: Path) -> None:
    know(home, pick_up())
    here = packed(local, pick_up(), shelf="")
    far = replace(here, id="par-far", source="wh-1", state=ParcelState.EXPECTED, here=False)
    told(home, far)
    assert [x.id for x in parcels_here(local, ParcelState.EXPECTED)] == ["par-far"]
    assert shelve_parcel(local, "par-far", "B-1", **WHO) == StepRefused(StepRefusal.NOT_HERE, far)  # type: ignore[arg-type]
    came = receive_parcel(local, "par-far", **WHO)  # type: ignore[arg-type]
    assert came == received(far, came.last)  # type: ignore[union-attr, arg-type]
    assert receive_parcel(local, "par-far", **WHO) == came  # type: ignore[arg-type]
    assert receive_parcel(local, "par-none", **WHO) == StepRefused(StepRefusal.UNKNOWN)  # type: ignore[arg-type]
    assert stock(local) == (13, 4)
    shelve_parcel(local, "par-far", "B-1", **WHO)  # type: ignore[arg-type]
    assert [(x.id, x.shelf) for x in parcels_here(local, ParcelState.READY)] == [("par-far", "B-1")]
    assert [x.id for x in parcels_of(local, "web:100-48213")] == ["par-1", "par-far"]


def test_an_expired_parcel_goes_back_to_stock_and_is_not_handed_out(local: Local, home: Path) -> None:
    know(home, pick_up())
    allow(home, pickup_days=3)
    it = packed(local, pick_up())
    assert it.expires == NOW + 3 * DAY_MS
    done = send_back_parcel(local, it.id, SentBackFor.EXPIRED, **WHO)  # type: ignore[arg-type]
    assert isinstance(done, Parcel) and stock(local) == (10, -2)
    assert asks(local, pick_up()) == Refused(HandOutRefusal.EXPIRED, done)
    again = send_back_parcel(local, it.id, SentBackFor.EXPIRED, **WHO)  # type: ignore[arg-type]
    assert again == StepRefused(StepRefusal.ENDED, done)


def test_f45_a_line_is_refused_once(local: Local, home: Path) -> None:
    know(home, pick_up())
    assert refuse_line(local, pick_up(), "1", LineRefusedFor.NOT_FOUND, **WHO)  # type: ignore[arg-type]
    for _ in range(2):
        assert not refuse_line(local, pick_up(), "1", LineRefusedFor.NOT_FOUND, **WHO)  # type: ignore[arg-type]
    known = purchase_by_id(local, "web:100-48213")
    assert known is not None and [(x.pickup_at, x.refused) for x in known.lines] == [("", (OWN,)), (OWN, ())]
    refusal = pack_parcel(local, "par-1", known, {"1": 1000}, **WHO)  # type: ignore[arg-type]
    assert refusal == PackRefused(PackRefusal.LINE_UNKNOWN, "1")


def test_never_more_is_packed_than_is_waited_for(local: Local, home: Path) -> None:
    know(home, pick_up())
    packed(local, pick_up(), n1=2000)
    more = pack_parcel(local, "par-2", pick_up(), {"1": 2000}, **WHO)  # type: ignore[arg-type]
    assert more == PackRefused(PackRefusal.TOO_MANY, "1", 1000)
    again = pack_parcel(local, "par-1", pick_up(), {"1": 1000}, **WHO)  # type: ignore[arg-type]
    assert isinstance(again, Parcel) and again.lines[0].quantity == 2000


def test_what_an_earlier_journal_did_counts_until_the_replica_is_newer_than_its_verdict(
    local: Local, home: Path
) -> None:
    know(home, pick_up())
    packed(local, pick_up())
    given(local, pick_up())
    with local.write() as db:
        db.execute("UPDATE identity SET incarnation = 'another'")
    assert asks(local, pick_up()).reason is HandOutRefusal.ALREADY_TAKEN  # type: ignore[union-attr]
    assert stock(local) == (7, -2)
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(n, "applied") for n in (1, 2, 3)], NOW - 10 * 60_000)
    assert parcel_by_id(local, "par-1") is None, "the replica was seen whole since, and has no such parcel"
    assert stock(local) == (10, 1)


def test_what_is_pruned_leaves_nothing_behind(local: Local, home: Path) -> None:
    know(home, pick_up())
    packed(local, pick_up())
    given(local, pick_up())
    sold(local, "p-milk")
    with local.write() as db:
        rule(db, INCARNATION, [Ruling(n, "applied") for n in (1, 2, 3)], NOW)
    assert prune(local, NOW + KEPT_MS + 1) == 3
    for table in ("parcel_step", "promised", "handed_out", "line_refused"):
        assert local.raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert prove(local) == []


def test_a_journal_whose_parcels_disagree_with_its_operations_is_named(local: Local, home: Path) -> None:
    know(home, pick_up())
    packed(local, pick_up())
    given(local, pick_up(), id="h-1")
    with local.write() as db:
        db.execute("UPDATE handed_out SET receipt = 'other'")
        db.execute("DELETE FROM parcel_step WHERE seq = 3")
        db.execute("DELETE FROM effect WHERE seq = 3")
    said = "\n".join(prove(local))
    assert "is not found by its number" in said and "its parcels" in said and "did to stock disagree" in said


def test_i1_i9_a_till_killed_at_every_step_of_a_hand_out_has_it_whole_or_not_at_all(tmp_path: Path) -> None:
    home, said, steps = make_terminal(tmp_path), [], 0
    bought = pick_up(lines=(replace(pick_up().lines[0], quantity=900_000), pick_up().lines[1]))
    know(home, bought)
    for step, receipt in killed_at_every_step(jobs.collect, home):
        steps = max(steps, step)
        said += [receipt] if receipt else []
        local = Local.open(home)
        assert prove(local) == []
        outs = local.raw.execute("SELECT count(*) FROM handed_out").fetchone()[0]
        kinds = [row[0] for row in local.raw.execute("SELECT kind FROM op ORDER BY seq")]
        packs = kinds.count("parcel_packed")
        assert kinds.count("handed_out") == outs and head(local.raw).seq == len(kinds)
        assert stock(local) == (10 - outs, 1 - outs)
        states = [x.state for x in parcels_of(local, bought.id)]
        assert states.count(ParcelState.HANDED_OUT) == outs and len(states) == packs
        assert all(hand_out_by_receipt(local, number) for number in said)
        assert len(set(said)) == len(said) <= outs
        known = purchase_by_id(local, bought.id)
        assert known is not None and known.lines[0].handed == 1000 * outs
        local.close()
    assert steps > 30
