"""A promise made without the network, its cash fetched at another store's till: once, whoever tries when (I-8)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.returns.owed.said import primary, slip
from pos.returns.state import Phase
from sync.domain.owed import OwedState
from sync.local.proof import prove
from sync.protocol.operations import open_envelope
from tests.flows.returning import OTHER, Shop, lamp
from tests.stories.at_the_desk import Counter, cases, desk, paid_back

OWED = 1_849_000


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    made.put("config", "setting", {"key": "return_budget", "value": "0"})
    made.receive(**lamp())
    yield made
    made.stop()


def promised(shop: Shop, till: Counter) -> str:
    """The lamp comes back while there is no network. The number on the slip."""
    shop.stop()
    till.offline()
    till.find("200-1")
    till.goods(5)
    till.refund()
    assert till.done and till.printer.kicks == 0
    till.printed(1)
    body = till.returns()[-1]
    assert (body["basis"], [(r["kind"], r["to"]) for r in body["refunds"]]) == ("promise", [("cash", "counter")])
    assert body["receipt"] in till.printer.texts[0] and "18 490" in till.printer.texts[0].replace("\u202f", " ")
    return str(body["receipt"])


def looks(till: Counter, number: str) -> str:
    """Scan the slip; what the screen says."""
    till.scan(f"STF1:{number}")
    return till.said


def pays(till: Counter) -> None:
    """Press the primary action and wait for what comes of it."""
    till.flow.pay_out()
    till.settled()


def payments(till: Counter) -> list[dict[str, Any]]:
    """What this till's journal says that it paid."""
    rows = till.local.raw.execute("SELECT bytes FROM op WHERE kind = 'cash_paid' ORDER BY seq").fetchall()
    return [json.loads(bytes(open_envelope(row[0]).body)) for row in rows]


def confirmed(shop: Shop, till: Counter) -> None:
    """The network is back, and the hub has heard of the return."""
    shop.start()
    till.online()


def test_i8_two_tills_want_to_pay_at_once_one_does_and_the_other_hears_when_and_where(
    shop: Shop, tmp_path: Path
) -> None:
    here, there, third = desk(shop, tmp_path), desk(shop, tmp_path, "till-2", OTHER), desk(shop, tmp_path, "till-3")
    number = promised(shop, here)
    there.offline()
    assert "once the network is back" in looks(there, number) and there.flow.state.phase is Phase.FIND
    confirmed(shop, here)
    for till in (there, third):
        till.online()
        assert looks(till, number).startswith("18\u202f490\u00a0₸ is owed in cash")
        assert (primary(till.flow.state).text, primary(till.flow.state).verb) == ("Pay out", "pay_out")

    there.flow.pay_out()
    third.flow.pay_out()
    for till in (there, third):
        till.settled()
    [payer] = [till for till in (there, third) if till.flow.state.phase is Phase.PAID]
    [other] = [till for till in (there, third) if till is not payer]
    assert "Nothing was paid here" in other.said and payments(other) == [] and other.printer.kicks == 0
    payer.until(lambda: payer.printer.kicks == 1 and len(payer.printer.texts) == 1)
    [paid] = payments(payer)
    assert (paid["amount"], paid["number"]) == (OWED, number)
    assert number in payer.printer.texts[0] and paid["receipt"] in payer.printer.texts[0]
    payer.online()

    pays(other)
    shown = slip(other.flow.state)
    assert other.said.startswith("This slip was paid already") and payer.local.me.terminal in other.said
    assert shown is not None and shown.headline == "Paid before" and not other.flow.state.payable
    assert looks(here, number).startswith("This slip was paid already")
    assert paid_back(shop) == [] and cases(shop) == []
    for till in (here, there, third):
        assert prove(till.local) == [] and len(payments(till)) == (till is payer)
        till.stop()


def test_a_till_that_stops_between_the_record_and_the_drawer_asks_whether_the_cash_was_given(
    shop: Shop, tmp_path: Path
) -> None:
    till = desk(shop, tmp_path)
    number = promised(shop, till)
    confirmed(shop, till)
    looks(till, number)
    drawer = till.terminal.devices.drawer
    till.terminal.devices.drawer = None  # the power goes before the pulse
    till.flow._printing._terminal.devices.printer = None
    pays(till)
    assert len(payments(till)) == 1 and till.printer.kicks == 0 and drawer is not None
    till.off()
    till.start()
    assert "Was the cash given? 18\u202f490\u00a0₸" in till.said
    till.flow.act()
    till.until(lambda: any("Possible duplicate" in text for text in till.printer.texts))
    till.online()
    assert looks(till, number).startswith("This slip was paid already")
    assert len(payments(till)) == 1 and cases(shop) == []
    assert prove(till.local) == []
    till.stop()


def test_with_the_hub_out_of_reach_nothing_is_paid_and_a_sentence_says_so(shop: Shop, tmp_path: Path) -> None:
    till = desk(shop, tmp_path)
    number = promised(shop, till)
    confirmed(shop, till)
    looks(till, number)
    shop.stop()
    till.flow.pay_out()
    till.settled()
    assert till.said.startswith("The order system did not answer") and "Nothing was paid" in till.said
    assert payments(till) == [] and till.printer.kicks == 0 and till.flow.state.payable
    till.offline()
    till.flow.another()
    assert "once the network is back" in looks(till, number)
    shop.start()
    till.online()
    looks(till, number)
    pays(till)
    assert len(payments(till)) == 1
    till.stop()


def test_a_slip_of_a_return_that_collided_is_held_back_and_one_that_nobody_knows_of_waits(
    shop: Shop, tmp_path: Path
) -> None:
    first, second = desk(shop, tmp_path), desk(shop, tmp_path, "till-2", OTHER)
    numbers = [promised(shop, first), promised(shop, second)]
    confirmed(shop, first)
    second.online()
    held = next(number for number in numbers if looks(second, number).startswith("This slip is held back"))
    assert second.flow.state.debt is not None and second.flow.state.debt.state == OwedState.WITHHELD
    assert primary(second.flow.state).verb == "another" and cases(shop) == ["refund_right"]
    [good] = [number for number in numbers if number != held]
    assert looks(second, good).startswith("18\u202f490\u00a0₸ is owed in cash")
    assert looks(second, f"{good.partition('-')[0]}-999").startswith("This return is not confirmed yet")
    assert looks(second, "ZZZZZZ-1").startswith("No order by")
    for till in (first, second):
        till.stop()
