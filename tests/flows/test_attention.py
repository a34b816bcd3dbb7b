"""Settling at a till without a window: who may, what it says offline, what comes and goes meanwhile."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.attention.cases import CASES
from pos.attention.state import Phase
from pos.attention.view import head, primary, rows, ways, windows
from pos.attention.words import way
from sync.domain.matters import CHOICES, Choice
from sync.domain.payments import AttemptState
from sync.domain.verdicts import Code
from sync.hub import records
from sync.local import link_status
from sync.local.attention import Matter, matters
from sync.protocol.matters import Facts
from tests.flows.attention import collisions, heard
from tests.flows.returning import Desk, Shop, link
from tests.link.store import now


class Counter(Desk):
    """A till whose cases come by rounds of its agent."""

    def hears(self) -> None:
        """A round of its agent, and the till is told what changed."""
        heard(self.home)
        self.local.refresh()
        self.till.changed(frozenset({"attention", "link"}))

    def said_now(self) -> str:
        happened = self.till.attention.state.happened
        return f"{happened.title} {happened.line}" if happened else ""

    def settle(self, choice: Choice) -> None:
        """Choose it and press, as Aliya, with Damir's PIN."""
        self.till.attention.pick(choice)
        self.till.attention.settle()
        self.till.attention.approver("s-2")
        for digit in "2222":
            self.till.attention.key(digit)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    yield made
    made.stop()


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Iterator[Counter]:
    made = Counter(shop, tmp_path)
    collisions(shop)
    made.hears()
    yield made
    made.stop()


def settled(desk: Counter) -> list[dict[str, object]]:
    """The words in the journal, oldest first."""
    rows = desk.local.raw.execute("SELECT bytes FROM op WHERE kind = 'settled' ORDER BY seq").fetchall()
    return [json.loads(row[0])["body"] for row in rows]


def test_every_code_has_words_and_every_choice_has_a_way() -> None:
    assert set(CASES) == set(CHOICES) == set(Code) - {Code.NONE}
    facts = Facts(currency="KZT", back=100)
    assert all(way(choice, facts).title for choice in Choice)
    assert Choice.PAY in CHOICES[Code.REFUND_RIGHT]


def test_a_cashier_sees_both_sides_and_settles_with_a_leads_pin_and_the_hub_hears_of_it_once(
    desk: Counter, shop: Shop
) -> None:
    assert link_status(desk.local, now()).needs_you == 4
    desk.till.needs()
    state = desk.till.attention.state
    assert [m.code for m in state.read.matters] == ["refund_right", "refund_right", "stock_below_zero", "clock_wrong"]
    assert state.matter == state.read.matters[0] and not primary(state).line and primary(state).off
    assert [row.chosen for row in rows(state)] == [True, False, False, False]
    sides = windows(state, state.read.matters[0])
    assert [side.who for side in sides] == ["till-3, offline", "till-2, store-2, offline"]
    assert head(state, state.read.matters[0]).line.startswith("Table lamp Kün · order 100-48230 · 14")
    assert [way.choice for way in ways(state.read.matters[0])] == [Choice.CALL, Choice.LOSS]
    _settles_with_a_pin(desk, shop)


def _settles_with_a_pin(desk: Counter, shop: Shop) -> None:
    first = desk.till.attention.state.open
    desk.till.attention.settle()
    assert desk.till.attention.state.phase is Phase.CASES, "nothing is chosen yet"
    desk.settle(Choice.LOSS)
    assert settled(desk) == [
        {"matter": first, "code": "refund_right", "choice": "loss", "note": "", "approved_by": "s-2"}
    ]
    assert desk.said_now() == "Settled: The same goods came back twice We take the loss"
    assert first not in [m.id for m in desk.till.attention.state.read.matters]
    assert records.report(shop.engine).attention["refund_right"] == 2, "the hub has not heard of it"
    desk.hears()
    assert records.report(shop.engine).attention == {"refund_right": 1, "stock_below_zero": 1, "clock_wrong": 1}
    assert len(desk.till.attention.state.read.matters) == 3 and desk.till.attention.state.read.waiting == 0


def test_a_wrong_pin_settles_nothing_and_a_scan_begins_to_sell(desk: Counter) -> None:
    desk.till.needs()
    desk.till.attention.pick(Choice.CALL)
    desk.till.attention.settle()
    desk.till.attention.approver("s-2")
    for digit in "9999":
        desk.till.attention.key(digit)
    assert desk.till.attention.state.phase is Phase.APPROVAL and desk.till.attention.state.approval.wrong
    desk.till.scanned("anything")
    assert "First the PIN" in desk.said_now() and desk.till.place == "attention"
    desk.till.attention.keep()
    assert desk.till.attention.state.phase is Phase.CASES and settled(desk) == []
    desk.till.scanned("nothing of ours")
    assert desk.till.place == "sale"
    desk.till.sign_out()
    assert desk.till.attention.state.choice is None and not desk.till.attention.state.ready


def test_without_the_network_it_is_settled_here_and_says_that_it_waits(desk: Counter, shop: Shop) -> None:
    shop.stop()
    link(desk.home, False)
    desk.till.changed(frozenset({"link"}))
    desk.till.needs()
    desk.settle(Choice.CALL)
    assert "is kept here and sent when the network is back" in desk.said_now()
    state = desk.till.attention.state
    assert state.read.waiting == 1 and len(state.read.matters) == 3
    assert link_status(desk.local, now()).needs_you == 3
    shop.start()
    desk.hears()
    assert records.report(shop.engine).attention["refund_right"] == 1


def test_a_case_that_somebody_settled_elsewhere_goes_and_is_said(desk: Counter, shop: Shop, tmp_path: Path) -> None:
    desk.till.needs()
    other = Counter(shop, tmp_path, "till-5")
    other.till.needs()
    other.settle(Choice.LOSS)
    other.hears()
    other.stop()
    desk.hears()
    assert "No longer open: The same goods came back twice" in desk.said_now()
    assert len(desk.till.attention.state.read.matters) == 3


def test_a_card_without_an_answer_and_what_this_till_alone_noted_are_on_the_list(desk: Counter) -> None:
    with desk.local.write() as db:
        db.execute(
            "INSERT INTO attempt VALUES ('a-1', 's-1', 249900, 'KZT', ?, '', '', '', 's-1', ?, ?, 0)",
            (AttemptState.UNKNOWN.value, now(), now()),
        )
    (card,) = [m for m in matters(desk.local) if m.code == Code.PAYMENT_UNKNOWN]
    assert card.choices == () and card.facts.amount == 249_900 and card.facts.sides[0].actor == "Aliya K."
    assert link_status(desk.local, now()).needs_you == 5
    with desk.local.write() as db:
        db.execute("UPDATE attempt SET state = 'declined' WHERE id = 'a-1'")
    assert link_status(desk.local, now()).needs_you == 4
    with desk.local.write() as db:
        db.execute("INSERT INTO attention VALUES ('journal_damaged', 'Operation 3 is not what was sealed.', 5, 0)")
    desk.till.changed(frozenset({"attention"}))
    desk.till.needs()
    oldest: Matter = desk.till.attention.state.read.matters[0]
    assert oldest.code == Code.JOURNAL_DIFFERS and oldest.id.startswith("here:")
    desk.settle(Choice.SUPPORT)
    assert link_status(desk.local, now()).needs_you == 4
    desk.hears()
    assert link_status(desk.local, now()).needs_you == 4
