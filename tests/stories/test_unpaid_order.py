"""An order that is not paid: paid in cash at the till, handed out, and what comes of it goes back in cash, never more
than was paid. Two tills without a network take the money both, and hear of each other (I-8). A card that paid as the
till stopped is not charged again (F29)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pos.hand_out.state import Phase
from pos.payment.state import Phase as Paying
from pos.returns.state import Phase as Returned
from pos.ui.i18n import set_language
from sync.actions.settle import RecordedWord, settle
from sync.domain.matters import Choice
from sync.domain.pickups import Verified
from sync.domain.returns import Condition, Reason
from sync.local import Staff, attention
from sync.local.proof import prove
from sync.protocol.operations import open_envelope
from tests.flows.carding import CardDesk
from tests.flows.handing import CODE, Counter, Packed, label, pass_text, web_order
from tests.flows.returning import code
from tests.link.store import now
from tests.stories.at_the_desk import paid_back

NUMBER, ID = "100-4", "web:100-4"
WORTH = 7_198_000
HEADPHONES = 6_499_000
LEAD = Staff("s-2", "Damir T.", "lead", 1 << 50)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Packed]:
    made = Packed.again(tmp_path / "hub")
    web_order(made, NUMBER, paid=[])
    yield made
    set_language("en")
    made.stop()


class CardCounter(CardDesk, Counter):
    """A counter with a card terminal."""


def opened(shop: Packed, folder: Path, kind: type[Counter] = Counter) -> Counter:
    """A till at which the order's one parcel lies, and nobody has paid."""
    counter = kind(shop, folder)
    counter.meets()
    counter.packs("par-4", "B-03", NUMBER, n1=1, n2=3)
    counter.meets()
    return counter


def bodies(counter: Counter, kind: str) -> list[dict[str, Any]]:
    rows = counter.local.raw.execute("SELECT bytes FROM op WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
    return [json.loads(bytes(open_envelope(row[0]).body)) for row in rows]


def to_payment(counter: Counter, scanned: str = "") -> None:
    """Open the order, and press what its screen offers."""
    counter.opens(scanned, order=ID)
    assert counter.out.state.unpaid and "is not paid" in counter.said
    counter.out.pay()
    counter.until(lambda: counter.till.place == "payment" and counter.till.payment.state.ready)
    assert counter.till.payment.state.rest == WORTH


def in_cash(counter: Counter, given: int = 7_200_000) -> None:
    counter.till.payment.quick(given)
    counter.till.payment.cash_received()
    counter.until(lambda: counter.till.place == "hand_out" and counter.out.state.phase is Phase.OPEN)
    counter.settled()


def given(counter: Counter) -> None:
    """The parcel goes over the counter."""
    counter.reads(label("par-4"))
    counter.gives()
    assert counter.over, counter.said


def comes_back(counter: Counter) -> list[dict[str, Any]]:
    """The headphones are not wanted, in the same visit. The returns in the journal."""
    counter.out.comes_back()
    calm = lambda: not counter.flow.state.busy  # noqa: E731
    counter.until(lambda: calm() and counter.flow.state.purchase)
    counter.till.scanned(code(1))
    counter.until(lambda: calm() and counter.flow.state.line)
    counter.flow.reason(counter.flow.state.line, Reason.NOT_AS_EXPECTED)
    counter.flow.condition(counter.flow.state.line, Condition.OPENED)
    counter.flow.refund()
    counter.until(lambda: calm() and bodies(counter, "return"))
    return bodies(counter, "return")


def test_i8_paid_in_cash_handed_out_and_what_comes_back_goes_back_in_cash_and_no_more(
    shop: Packed, tmp_path: Path
) -> None:
    counter = opened(shop, tmp_path)
    to_payment(counter, pass_text(shop, ID))
    in_cash(counter)
    said = counter.said.replace("\u202f", " ").replace("\u00a0", " ")
    assert said.startswith("71 980 ₸ paid Give 20 ₸ change.")
    state = counter.out.state
    assert (state.verified, state.by_pass, state.purchase and state.purchase.due) == (Verified.CODE, True, 0)
    assert counter.printer.wait(receipts=1, kicks=1)
    [paid] = bodies(counter, "order_paid")
    assert (paid["order"], paid["amount"], paid["change"]) == (ID, WORTH, 2_000)
    assert paid["receipt"].partition("-")[0] in counter.printer.texts[0] and NUMBER in counter.printer.texts[0]
    given(counter)
    counter.until(lambda: counter.out.state.slip.paper.value == "printed")
    counter.meets()
    assert counter.matters == []

    [back] = comes_back(counter)
    assert [(r["paid"], r["kind"], r["amount"]) for r in back["refunds"]] == [
        (f"till:{paid['receipt']}:1", "cash", HEADPHONES)
    ]
    counter.meets()
    [tender] = counter.order(NUMBER).paid
    assert (tender.amount, tender.refunded, tender.left) == (WORTH, HEADPHONES, WORTH - HEADPHONES)
    assert prove(counter.local) == [] and counter.matters == []
    counter.stop()


def test_i8_two_tills_without_a_network_take_it_both_are_named_and_one_gives_it_back(
    shop: Packed, tmp_path: Path
) -> None:
    here = opened(shop, tmp_path)
    there = Counter(shop, tmp_path, "till-2")
    there.meets()
    for counter in (here, there):
        counter.goes(False)
        counter.opens(order=ID)
        assert "There is no network: this is known as of" in counter.out.state.happened.line
        counter.out.pay()
        counter.until(lambda counter=counter: counter.till.payment.state.ready)
        in_cash(counter, WORTH)
    here.goes(True), there.goes(True)
    here.meets(), there.meets(), here.meets()
    for counter in (here, there):
        [matter] = attention.matters(counter.local)
        assert (matter.code, matter.facts.amount) == ("order_overpaid", WORTH)
        taken = [bodies(each, "order_paid")[0]["receipt"] for each in (here, there)]
        assert [side.receipt for side in matter.facts.sides] == taken
    [matter] = attention.matters(there.local)
    word = settle(there.local, matter.id, Choice.PAY, "", approver=None, actor=LEAD, now=now())
    assert isinstance(word, RecordedWord)
    there.meets(), here.meets()
    assert here.matters == there.matters == []

    receipt = matter.facts.sides[-1].receipt
    kicks = here.printer.kicks
    here.till.tab("returns")
    here.flow.find(receipt)
    here.until(lambda: here.flow.state.phase is Returned.OWED)
    here.flow.pay_out()
    here.until(lambda: here.flow.state.phase is Returned.PAID and here.printer.kicks == kicks + 1)
    assert [(x["amount"], x["number"]) for x in bodies(here, "cash_paid")] == [(WORTH, receipt)]
    here.meets()
    assert sum(tender.left for tender in here.order(NUMBER).paid) == WORTH and here.matters == []
    for counter in (here, there):
        assert prove(counter.local) == []
        counter.stop()


def test_f29_a_card_that_paid_while_the_till_stopped_pays_once_and_the_hand_out_goes_on(
    shop: Packed, tmp_path: Path
) -> None:
    counter = opened(shop, tmp_path, CardCounter)
    counter.card.faults.lose_answers = 1
    to_payment(counter)
    counter.till.payment.choose("card")
    counter.till.payment.charge()
    counter.until(lambda: counter.till.payment.state.phase in (Paying.WAITING, Paying.UNKNOWN))
    counter.off()
    counter.start()
    counter.until(lambda: counter.till.place == "hand_out" and counter.out.state.phase is Phase.OPEN)
    counter.settled()
    [paid] = bodies(counter, "order_paid")
    assert [(t["kind"], t["amount"]) for t in paid["tenders"]] == [("card", WORTH)]
    assert len(counter.card.charged) == 1
    counter.types(CODE)
    given(counter)
    counter.meets()
    assert counter.matters == [] and counter.order(NUMBER).due == 0

    counter.until(lambda: counter.till.card_back.at_hand)
    [back] = comes_back(counter)
    [refund] = back["refunds"]
    assert (refund["kind"], refund["amount"], bool(refund["attempt"])) == ("card", HEADPHONES, True)
    counter.until(lambda: counter.till.place == "returns" and counter.flow.state.phase is Returned.DONE)
    counter.meets()
    [tender] = counter.order(NUMBER).paid
    assert (tender.refunded, paid_back(shop), counter.matters) == (HEADPHONES, [], []), "by the card terminal, once"
    assert prove(counter.local) == []
    counter.stop()
