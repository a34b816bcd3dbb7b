"""Things that collided at a hub, as two stores and a web shop bring them about: for tests of what people settle."""

from pathlib import Path
from typing import Any

from sync.hub import channels
from sync.protocol.messages import ChannelMove, OrderPayment, ReceivedLine
from tests.flows.returning import DAY, Shop
from tests.hub.returning import return_of, stands
from tests.hub.terminals import Terminal, sale_of, terminal_at
from tests.link.rounds import Round
from tests.link.store import OWN, now

MINUTE = 60_000
AWAY = "store-2"


def brings_back(
    shop: Shop, tills: list[tuple[Terminal, str]], purchase: str, line: str, basis: str, ages: tuple[int, int]
) -> None:
    """The same line comes back at several tills that knew nothing of each other, so many minutes ago."""
    assert shop.hub is not None
    bought = stands(shop.hub, purchase)
    for (till, place), age in zip(tills, ages, strict=True):
        body = return_of(bought, {line: 1000}, basis, place, receipt=f"{till.name[-1]}QX3M-118")
        till.record(body, "return", at=now() - age * MINUTE, actor="s-2" if place == OWN else "s-9")
        assert till.push(len(till.raws)).status_code == 200


def heard(home: Path) -> None:
    """One round of that till's agent."""
    agent = Round(home)
    agent.run()
    agent.close()


def collisions(shop: Shop, *homes: Path) -> dict[str, Any]:
    """Four matters, each of another kind: a lamp that came back twice for cash, a promise of headphones held back, a
    kettle sold twice, a wrong clock. The homes' tills hear of them."""
    assert shop.hub is not None
    here, away = terminal_at(shop.hub, "till-3"), terminal_at(shop.hub, "till-2", place=AWAY)
    tills = [(here, OWN), (away, AWAY)]
    lamp = [ReceivedLine("1", "p5", 1000, 1_479_200, now() + 5 * DAY)]
    shop.receive("100-48230", lines=lamp, paid=[OrderPayment("a", "cash", 1_479_200)], customer="Dana R.")
    brings_back(shop, tills, "web:100-48230", "1", "budget", (95, 18))
    brings_back(shop, tills, shop.receive(), "1", "promise", (64, 12))
    channels.move_goods(shop.engine, "web", ChannelMove("M-1", OWN, "p3", -100_000, "sold", now() - 9 * MINUTE), now())
    here.record(sale_of({"p3": 1000}, place=OWN, receipt="3QX3M-119"), at=now() - 8 * MINUTE, actor="s-1")
    here.push(len(here.raws))
    here.record(sale_of({"p2": 1000}, place=OWN, receipt="3QX3M-120"), at=now() + 42 * MINUTE, actor="s-1")
    here.push(len(here.raws))
    for home in homes:
        heard(home)
    return {"here": here, "away": away}
