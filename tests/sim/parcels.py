"""Simulated staff who see to parcels at whatever terminal, by the real actions: they pick, pack, receive, shelve, send
back, call shoppers and hand out. Where the hub answers they claim first, without it they go on."""

import random
from collections import Counter
from typing import Any

import msgspec

from sync.actions.check_code import check_code
from sync.actions.clock import new_id
from sync.actions.hand_out import Said, hand_out
from sync.actions.move_arrival import move_arrival
from sync.actions.pack_parcel import pack_parcel
from sync.actions.receive_parcel import receive_parcel
from sync.actions.refuse_line import refuse_line
from sync.actions.send_back_parcel import send_back_parcel
from sync.actions.shelve_parcel import shelve_parcel
from sync.domain.arrivals import ArrivalState
from sync.domain.orders import Purchase
from sync.domain.pickups import Document, LineRefusedFor, Parcel, ParcelState, SentBackFor, Verified
from sync.link.wire import Refused as SaidNo
from sync.local import purchases_by_number
from sync.local.arrivals import arrivals_here
from sync.local.passes import verify_pass
from sync.local.picking import OrderToPick, to_pick
from sync.local.pickups import RecordedHandOut, parcels_here, parcels_of
from sync.protocol.pickups import ClaimedParcels, ClaimedPick, ClaimParcels, ClaimPick, ReleaseParcels, ReleasePick
from tests.sim.edges import edges
from tests.sim.retailer import CASHIER
from tests.sim.terminal import SimTerminal
from tests.sim.told import Collected
from tests.sim.world import Broken

CODE = "4711"
"""What every shopper says who was given a code."""
WAITS = (ParcelState.EXPECTED, ParcelState.RECEIVED, ParcelState.READY, ParcelState.CANCELLED)
CALLED = (ArrivalState.BRINGING, ArrivalState.AT_COUNTER, ArrivalState.LEFT)


def tend(one: SimTerminal, number: str, chance: random.Random) -> None:
    """What somebody does with the parcels of a store next; `number`: an order that is asked about. To be called as the
    app."""
    local, now = one.open(), edges().clock(one.name)
    for order in to_pick(local)[:2]:
        _pick(one, order, chance, now)
    for bought in purchases_by_number(local, number) if chance.random() < 0.15 else []:
        _pack(one, bought, {x.id: x.awaited for x in bought.lines if x.awaited}, chance, now)  # nobody was asked to
    for _ in range(2):
        for it in parcels_here(local, *WAITS)[-5:]:
            _move_on(one, it, chance, now)
    for arrival in arrivals_here(local)[:2] if chance.random() < 0.4 else []:
        move_arrival(local, arrival.id, chance.choice(CALLED), actor=CASHIER, now=now, counter="1")


def _pick(one: SimTerminal, order: OrderToPick, chance: random.Random, now: int) -> None:
    claim = chance.randbytes(8).hex()
    try:
        asked = chance.random() < 0.5
        told = one.ask("claims/pick", ClaimPick(claim, order.order, CASHIER.id), ClaimedPick) if asked else None
    except SaidNo:
        return  # somebody else walks for it, or did
    if chance.random() < 0.1:
        reason = chance.choice(list(LineRefusedFor))
        refuse_line(one.open(), order.purchase, order.lines[0].id, reason, actor=CASHIER, now=now)
    _pack(one, order.purchase, {line.id: line.quantity for line in order.lines}, chance, now)
    if told is not None and chance.random() < 0.5:  # else the lease ends by itself
        _let_go(one, "claims/pick/release", ReleasePick(claim))


def _pack(one: SimTerminal, bought: Purchase, lines: dict[str, int], chance: random.Random, now: int) -> None:
    """All of the lines, or a part of them; what can't be packed (any more) is said, and stays."""
    wanted = {id: chance.choice([left, left, 1000]) for id, left in lines.items() if chance.random() < 0.8}
    if wanted:
        pack_parcel(one.open(), new_id(now), bought, wanted, actor=CASHIER, now=now)


def _move_on(one: SimTerminal, it: Parcel, chance: random.Random, now: int) -> None:
    local = one.open()
    who: dict[str, Any] = {"actor": CASHIER, "now": now}
    if chance.random() < 0.2:
        return
    if it.state is ParcelState.EXPECTED:
        receive_parcel(local, it.id, **who)
    elif it.state is ParcelState.RECEIVED:
        shelve_parcel(local, it.id, f"B-{chance.randint(1, 9)}", **who)
    elif it.state is ParcelState.CANCELLED:
        send_back_parcel(local, it.id, SentBackFor.CANCELLED, **who)
    elif chance.random() < (0.7 if it.expires is not None and it.expires < now else 0.06):
        send_back_parcel(local, it.id, SentBackFor.EXPIRED, to=chance.choice(["", "wh-1"]), **who)


def serve(one: SimTerminal, collected: Collected, number: str, shown: str, chance: random.Random) -> None:
    """A shopper comes to collect, with the number of an order or its pass (`shown`, "" without). To be called as the
    app."""
    local, now = one.open(), edges().clock(one.name)
    if shown:
        said = verify_pass(local, shown, now).purchase
        found = [] if said is None else [said]
    else:
        found = purchases_by_number(local, number)
    for bought in found[:1]:
        here = [x for x in parcels_of(local, bought.id) if x.state is ParcelState.READY and x.location == one.place]
        if len(here) > 1 and chance.random() < 0.4:
            here = chance.sample(here, 1)
        said_how = _who(one, bought, chance, now)
        if here and said_how is not None:
            _give(one, collected, bought, here, said_how, chance, now)


def _who(one: SimTerminal, bought: Purchase, chance: random.Random, now: int) -> Said | None:
    """How the shopper is made sure of; None if she is not."""
    if bought.collect_check and chance.random() < 0.6:
        tried = check_code(one.open(), bought, CODE if chance.random() < 0.7 else "0000", now)
        return Said(Verified.CODE) if tried.right else None
    if bought.proxies and chance.random() < 0.3:
        return Said(Verified.PROXY, proxy=bought.proxies[0])
    return Said(Verified.DOCUMENT, document=Document.ID_CARD.value) if chance.random() < 0.5 else Said(Verified.CODE)


def _give(
    one: SimTerminal,
    collected: Collected,
    bought: Purchase,
    here: list[Parcel],
    said: Said,
    chance: random.Random,
    now: int,
) -> None:
    ids = tuple(it.id for it in here)
    if chance.random() < 0.5:
        try:
            claimed = _claimed(one, collected, ids, chance)
        except SaidNo:
            return  # another terminal gives them just now, or did
        if claimed is not None:
            if chance.random() < 0.15:  # she has to fetch her document, and the parcels go back
                _back(one, collected, claimed)
                return
            said = Said(said.verified, claim=claimed.claim, told=tuple(claimed.parcels), proxy=said.proxy)
    number = new_id(now)
    for again in [number, number, new_id(now)][: chance.randint(1, 3)]:  # pressed twice; then the pass is shown again
        collected.begun.add(again)
        done = hand_out(one.open(), again, bought, ids, said, actor=CASHIER, language="en", now=now)
        if isinstance(done, RecordedHandOut):
            collected.told[again] = one.name, done.body
    _no_second_time(one, collected)


def _claimed(
    one: SimTerminal, collected: Collected, ids: tuple[str, ...], chance: random.Random
) -> ClaimedParcels | None:
    """What the hub lets this terminal give: nothing that it let another give, until that lease is over (I-9)."""
    told = one.ask("claims/parcel", ClaimParcels(chance.randbytes(8).hex(), list(ids)), ClaimedParcels)
    for id in ids if told is not None else ():
        whose, until = collected.mine.get(id, ("", 0))
        if whose not in ("", one.identity) and told.now < until:
            raise Broken("I-9", f"parcel {id} is {whose}'s for {until - told.now} ms, and {one.identity}'s")
        collected.mine[id] = one.identity, told.expires
    return told


def _back(one: SimTerminal, collected: Collected, claimed: ClaimedParcels) -> None:
    _let_go(one, "claims/parcel/release", ReleaseParcels(claimed.claim))
    for it in claimed.parcels:
        collected.mine.pop(it.id, None)


def _let_go(one: SimTerminal, path: str, body: Any) -> None:
    try:
        one.ask(path, body, msgspec.Raw)
    except SaidNo:
        return  # it is another's by now


def _no_second_time(one: SimTerminal, collected: Collected) -> None:
    """No terminal gives a parcel twice (I-9)."""
    if not one.alone:
        return
    mine = (body for name, body in collected.told.values() if name == one.name)
    times = Counter(it.parcel for body in mine for it in body.parcels)
    twice = [id for id, count in times.items() if count > 1]
    if twice:
        raise Broken("I-9", f"{one.name} gave {twice} again")
