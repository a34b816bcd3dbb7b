"""Goods with nothing to prove their purchase, at the till: real files, a real hub to ask, no window."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from pos.blind.state import Phase
from pos.blind.view import cards, primary, rules
from pos.printing import PaperState
from sync.domain.returns import Condition
from sync.domain.value import account_of
from tests.flows.returning import Desk, Shop, code
from tests.flows.without_proof import PHONE, Bare, allow, desk_at
from tests.link.rounds import Round

NUMBERS = count(1)
"""Of tills: each is another one to the hub."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    made = Shop(tmp_path_factory.mktemp("hub"))
    allow(made)
    yield made
    made.stop()


@pytest.fixture
def online(shop: Shop, tmp_path: Path) -> Iterator[Bare]:
    desk, bare = desk_at(shop, tmp_path, name=f"till-{next(NUMBERS)}")
    yield bare
    desk.stop()


@pytest.fixture
def offline(shop: Shop, tmp_path: Path) -> Iterator[Bare]:
    desk, bare = desk_at(shop, tmp_path, name=f"till-{next(NUMBERS)}", online=False)
    yield bare
    desk.stop()


def pushed(desk: Desk) -> None:
    """Bring what the till recorded to the hub, as its agent does."""
    work = Round(desk.home)
    work.run()
    work.close()


def outcomes(bare: Bare) -> dict[str, str]:
    return {rule.words: rule.outcome for rule in rules(bare.flow.state)}


def test_from_scan_to_slip_with_every_rule_on_the_screen(online: Bare) -> None:
    assert online.till.place == "blind"
    assert set(outcomes(online).values()) == {"holds", "missing"}, "what will be looked at stands there from the start"
    online.goods(1, Condition.DAMAGED)
    online.goods(2)
    assert [(c.name, c.today, c.lowest) for c in cards(online.flow.state)] == [
        ("Mug Shai", "100.02", "79"), ("Headphones Tau One", "100.01", "100.01"),
    ]  # fmt: skip
    assert "Lowest until" in cards(online.flow.state)[0].info
    assert primary(online.flow.state).verb == "ask_phone"
    online.phone()
    assert "Within the limits" in online.said
    assert [words for words, outcome in outcomes(online).items() if outcome == "missing"] == ["Approved by"]
    online.approve()
    assert online.done, online.said
    body = online.recorded()[0]
    assert (body["total"], body["approved_by"], body["evidence"]) == (7_900 + 10_001, "s-2", "hub")
    assert PHONE not in str(body) and "015550123" not in str(body)
    online.desk.printed(1)
    online.desk.until(lambda: online.flow.state.slip.paper is PaperState.PRINTED)
    paper = online.desk.printer.texts[0]
    digits = "".join(c for line in paper.splitlines() if line.replace(" ", "").isdigit() for c in line if c.isdigit())
    assert account_of(digits[-16:]) == body["credit"]
    assert online.flow.state.slip.code == "", "the paper has it, the screen needs not"
    assert online.desk.printer.kicks == 0, "no money left the drawer"


def test_a_proof_that_is_scanned_is_no_goods(online: Bare) -> None:
    online.till.scanned("STF1:AAAAAA-12")
    assert "That is a proof" in online.said and not online.flow.state.lines
    online.flow.find_order()
    assert online.till.place == "returns"


ELSE = {
    "4870000000998": "misread",
    " ": "half read",
    "": "half read",
    "4006381333931": "not ours",
    code(4): "sold by weight",
}


def test_a_scan_of_anything_else_gets_a_sentence_and_changes_nothing(online: Bare) -> None:
    online.goods(1)
    for scanned, words in ELSE.items():
        online.till.scanned(scanned)
        assert words in online.said, scanned
        assert len(online.flow.state.lines) == 1


def test_quantities_undo_and_what_is_said_of_the_next_one(online: Bare) -> None:
    online.goods(1)
    online.till.scanned(code(1))
    assert online.flow.state.lines[0].quantity == 2000
    online.flow.undo()
    assert online.flow.state.lines[0].quantity == 1000
    online.till.scanned(code(2))
    assert online.flow.state.lines[1].said, "goods of one shopper often come back for one reason"
    online.flow.set_quantity("p1", 0)
    assert [line.product.id for line in online.flow.state.lines] == ["p2"]
    online.flow.set_quantity("p2", 100)
    assert online.flow.state.lines[0].quantity == 1000, "a hundred is no shopper's"


def test_an_approval_is_for_what_lay_on_the_counter(online: Bare) -> None:
    online.goods(1)
    online.phone()
    online.flow.give()
    assert online.flow.state.phase is Phase.APPROVAL
    online.till.scanned(code(2))
    assert "First the approval" in online.said
    online.flow.keep_goods()
    assert online.flow.state.phase is Phase.GOODS and not online.recorded()
    online.approve("s-2", "9999")
    assert online.flow.state.phase is Phase.APPROVAL and online.flow.state.approval.wrong


def test_what_is_no_phone_number_is_not_asked_about(online: Bare) -> None:
    online.goods(1)
    online.phone("123")
    assert online.flow.state.phase is Phase.PHONE and "no phone number" in online.said
    assert primary(online.flow.state).off
    online.till.scanned(code(2))
    assert "First the phone number" in online.said and len(online.flow.state.lines) == 1
    online.flow.keep_goods()
    assert online.flow.state.phase is Phase.GOODS


def test_the_hub_knows_of_other_tills_and_the_rule_that_fails_is_named(shop: Shop, tmp_path: Path) -> None:
    phone = "77019990011"
    for n in (1, 2):
        desk, bare = desk_at(shop, tmp_path, name=f"till-a{n}")
        bare.goods(1)
        bare.phone(phone)
        bare.approve()
        assert bare.done
        pushed(desk)
        desk.stop()
    desk, bare = desk_at(shop, tmp_path, name="till-a3")
    bare.goods(1)
    bare.phone(phone)
    assert "A rule does not allow it" in bare.said
    action = primary(bare.flow.state)
    assert action.off and action.line == "Visits in 30 days: 3 of 2"
    bare.flow.give()
    assert bare.flow.state.phase is Phase.GOODS and bare.recorded() == []
    bare.phone("77019990012")
    assert primary(bare.flow.state).verb == "give", "another shopper may"
    desk.stop()


def test_without_the_hub_the_tills_own_numbers_and_its_cap_hold(offline: Bare) -> None:
    offline.goods(1)
    offline.phone()
    assert "gave no answer" in offline.said
    assert outcomes(offline)["Without the network"] == "holds"
    offline.till.scanned(code(1))
    offline.till.scanned(code(1))
    assert outcomes(offline)["Without the network"] == "fails"
    assert primary(offline.flow.state).line == "Without the network: 300.03 of 300\u00a0₸"
    offline.flow.undo()
    offline.approve()
    assert offline.done and offline.recorded()[0]["evidence"] == "till"


def test_where_no_paper_comes_the_screen_shows_the_code_until_the_next_customer(online: Bare) -> None:
    online.desk.terminal.devices.printer = None
    online.goods(1)
    online.phone()
    online.approve()
    assert online.done
    shown = online.flow.state.slip.code
    assert account_of(shown.replace(" ", "")) == online.recorded()[0]["credit"]
    online.till.scanned(code(2))
    assert online.till.place == "sale"
    online.till.tab("returns")
    online.till.returns.blind()
    assert online.flow.state.phase is Phase.GOODS and online.flow.state.slip.code == ""


def test_f28_a_till_that_stops_before_the_slip_prints_it_again_and_gives_nothing_twice(online: Bare) -> None:
    online.goods(1)
    online.phone()
    online.desk.printer.stop()
    online.approve()
    assert online.done
    online.desk.off()
    online.desk.start()
    again = Bare(online.desk)
    assert "is recorded" in again.said and "may be missing" in again.said
    assert len(again.recorded()) == 1


def test_who_signs_out_leaves_nothing_of_the_shopper(online: Bare) -> None:
    online.goods(1)
    online.phone()
    online.till.sign_out()
    state = online.flow.state
    assert (state.lines, state.phone, state.velocity, state.ready) == ((), "", None, False)


def test_the_button_is_there_only_where_the_retailer_allows_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "strict")
    desk, _bare = desk_at(shop, tmp_path)
    assert not desk.till.returns.state.copied.blind and desk.till.place == "returns"
    desk.stop()
    shop.stop()
