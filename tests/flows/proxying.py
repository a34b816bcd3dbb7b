"""Somebody whom a shopper sends: named by the web shop, with a pass of their own."""

from sync.hub import proxies
from sync.protocol.pickups import ChannelProxy, GivenProxyPass, WithdrawProxy
from tests.flows.handing import NUMBER
from tests.flows.returning import Shop
from tests.link.store import now

SAULE = "Saule A."


def named(
    shop: Shop, proxy: str = "x-1", name: str = SAULE, order: str = NUMBER, until: int | None = None
) -> GivenProxyPass:
    """The web shop names somebody for an order."""
    return proxies.name(shop.engine, "web", ChannelProxy(order, proxy, name, until), now())


def withdrawn(shop: Shop, proxy: str = "x-1", order: str = NUMBER) -> None:
    """The shopper sends them no more."""
    proxies.withdraw(shop.engine, "web", WithdrawProxy(order, proxy), now())
