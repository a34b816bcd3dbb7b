"""Somebody else collects: named by the web shop, known by a pass of their own, with the network down."""

from collections.abc import Callable

from sync.actions.hand_out import Said
from sync.domain.passes import Answer, Purpose
from sync.domain.pickups import HandOutRefusal, Verified
from sync.hub import pass_keys, proxies
from sync.local.passes import verify_pass
from sync.local.pickups import RecordedHandOut
from sync.protocol.pickups import ChannelProxy, WithdrawProxy
from tests.link.store import Store, now
from tests.stories.test_collect import ID, ORDER, Staff, at_hub, hire, store, told, web_order

__all__ = ["hire", "store"]


def test_a_proxy_collects_offline_with_a_pass_of_their_own_and_another_ones_was_withdrawn(
    store: Store, hire: Callable[..., Staff]
) -> None:
    aliya = hire()
    web_order(store, collector="Daniyar M.")
    aliya.meets()
    aliya.packs("par-1", n1=2)
    aliya.packs("par-2", n2=1)
    aliya.shelves("par-1")
    aliya.shelves("par-2", "B-5")
    aigerim, marat = (
        proxies.name(store.engine, "web", ChannelProxy(ORDER, id, name), now())
        for id, name in (("x-1", "Aigerim S."), ("x-2", "Marat B."))
    )
    proxies.withdraw(store.engine, "web", WithdrawProxy(ORDER, "x-2"), now())
    aliya.meets()
    assert told(store) == ["proxy_named", "proxy_named", "proxy_withdrawn", "parcel_ready", "parcel_ready"]
    store.stop()

    assert verify_pass(aliya.local, marat.text, now()).answer is Answer.REVOKED, "the shopper changed her mind"
    shown = verify_pass(aliya.local, aigerim.text, now())
    assert (shown.answer, shown.collects, shown.purchase) == (Answer.COLLECT_ONLY, ID, None)
    assert shown.proxy is not None
    said = Said(Verified.PROXY, proxy=shown.proxy.name, proxy_pass=shown.proxy.serial)
    first = aliya.gives("par-1", said=said)
    assert isinstance(first, RecordedHandOut)
    assert (first.body.proxy, first.body.proxy_pass) == ("Aigerim S.", aigerim.serial)
    assert verify_pass(aliya.local, aigerim.text, now()).answer is Answer.COLLECT_ONLY, "something waits still"
    assert isinstance(aliya.gives("par-2", said=said), RecordedHandOut)
    assert verify_pass(aliya.local, aigerim.text, now()).answer is Answer.TAKEN
    assert aliya.gives("par-1", said=said) is HandOutRefusal.ALREADY_TAKEN

    store.start()
    aliya.meets()
    assert at_hub(store).complete and aliya.matters == []
    own = pass_keys.pass_if_any(store.engine, ID, now())
    assert own is not None
    back = verify_pass(aliya.local, own.text, now())
    assert back.answer is Answer.OK and back.says is not None and back.says.purpose is Purpose.RETURN, "hers holds"
