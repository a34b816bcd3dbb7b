"""Gift cards and store credit in an open cart: what the hub holds is kept beside the draft, so that it is paid with or
given back whatever happens to the till (F38). The hub is asked before, by whoever calls."""

from dataclasses import replace

from sync.actions.cart import Cart, keep
from sync.actions.pay import AlreadySold
from sync.domain.value import HeldTender, ValueKind
from sync.local import Local, value
from sync.protocol.messages import HeldValue


def keep_held(local: Local, cart: Cart, account: str, held: HeldValue, now: int) -> Cart:
    """The hub answered `claims/value` for this cart: keep the hold with it, fsynced. The same hold again replaces it.

    Raises AlreadySold if the cart's sale is recorded; the hold is given back then. Raises NotRecorded: the agent was
    told that the answer was taken, so let it end by its lease, or ask again.
    """
    made = HeldTender(ValueKind(held.kind), account, held.masked, held.hold, held.amount, held.expires, held.left)
    with local.write():
        open_still = keep(local, cart)
        value.put(local, cart.sale_id, made, now + max(0, held.expires - held.now))
        if not open_still:
            value.give_back(local, cart.sale_id)
    if not open_still:
        raise AlreadySold(cart.sale_id)
    return with_held(local, cart)


def drop_held(local: Local, cart: Cart, hold: str) -> Cart:
    """A hold is not paid with after all: the agent gives it back, now or when there is a network. Again: nothing."""
    with local.write():
        value.give_back(local, cart.sale_id, hold)
    return with_held(local, cart)


def with_held(local: Local, cart: Cart) -> Cart:
    """The cart with what is held for it now."""
    return replace(cart, held=value.held_for(local, cart.sale_id))
