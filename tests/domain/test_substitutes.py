"""What may stand in for an ordered article, what packing it does to stock, and what a later return knows of it."""

from dataclasses import replace

from sync.domain.orders import BoughtLine, Fulfilment, Given, Paid, PaidBy, Purchase, Substitutes
from sync.domain.packing import Article, PackAccepted, PackRefusal, PackRefused, Put, decide_pack, may_stand_in
from sync.domain.pickups import Moved, Parcel, ParcelLine, ParcelState, handed_of, moved
from sync.domain.returns import Accepted, Basis, Condition, Item, Reason, Refused, ReturnRefusal, ReturnRules
from sync.domain.returns import decide_return as decide

HERE, NOW = "store-1", 1_760_000_000_000
MUG, CUP, BOWL = (Article(id, "kitchen", "pcs", numbered=False) for id in ("mug", "cup", "bowl"))
LINE = BoughtLine("1", "mug", "M", "Mug", 3000, 30_000, 1200, 3_214, fulfilment=Fulfilment.PICKUP, pickup_at=HERE)


def order(**more: object) -> Purchase:
    line = replace(LINE, **more)
    return Purchase("web:1", "1", "web", "", "KZT", NOW, None, (line,), (Paid("a", PaidBy.ONLINE, 30_000),))


def test_an_article_stands_in_only_as_the_order_says() -> None:
    listed = replace(LINE, substitutes=Substitutes.LISTED, substitute_ids=("cup",))
    similar = replace(LINE, substitutes=Substitutes.SIMILAR)
    assert not may_stand_in(LINE, MUG, CUP), "nothing was said"
    assert may_stand_in(listed, MUG, CUP) and not may_stand_in(listed, MUG, BOWL)
    assert may_stand_in(similar, MUG, BOWL) and not may_stand_in(similar, MUG, MUG)
    assert not may_stand_in(similar, MUG, replace(BOWL, department="garden"))
    assert not may_stand_in(similar, replace(MUG, department=""), replace(BOWL, department=""))
    assert not may_stand_in(listed, MUG, replace(CUP, unit="kg")), "weighed for counted"
    assert not may_stand_in(similar, MUG, replace(CUP, numbered=True)), "units by number for units without"


def test_a_parcel_names_what_is_in_it_and_never_holds_more_than_is_waited_for() -> None:
    put = (Put("1", "cup", "C", "Cup", 1000),)
    decided = decide_pack(order(), [], {"1": 2000}, put)
    assert isinstance(decided, PackAccepted)
    assert decided.lines == (
        ParcelLine("1", "mug", "M", "Mug", 2000),
        ParcelLine("1", "cup", "C", "Cup", 1000, "pcs", "mug", "Mug"),
    )
    assert decide_pack(order(), [], {"1": 3000}, put) == PackRefused(PackRefusal.TOO_MANY, "1", 3000)
    whole = decide_pack(order(), [], {}, (replace(put[0], quantity=3000),))
    assert isinstance(whole, PackAccepted) and [x.product for x in whole.lines] == ["cup"]


def test_what_is_packed_instead_is_promised_and_the_promise_of_what_was_ordered_ends() -> None:
    lines = (ParcelLine("1", "cup", "C", "Cup", 1000, "pcs", "mug", "Mug"), ParcelLine("1", "mug", "M", "Mug", 2000))
    here = Parcel("p", "web:1", "1", HERE, HERE, ParcelState.RECEIVED, 1, lines, here=True)
    assert moved(None, here) == [Moved(HERE, "mug", 0, -1000), Moved(HERE, "cup", 0, 1000)]
    away = replace(here, source="wh-1", here=False)
    assert moved(None, away) == [
        Moved("wh-1", "cup", -1000, 0), Moved("wh-1", "mug", 0, -1000), Moved("wh-1", "mug", -2000, -2000)
    ]  # fmt: skip


def given() -> Purchase:
    lines = (
        ParcelLine("1", "mug", "M", "Mug", 1000),
        ParcelLine("1", "cup", "C", "Cup", 2000, "pcs", "mug", "Mug"),
    )
    return handed_of(order(), lines, NOW)


def test_what_was_handed_out_instead_comes_back_as_itself_for_what_was_paid() -> None:
    bought = given()
    [line] = bought.lines
    assert line.given == (Given("cup", "C", "Cup", 2000),) and line.handed == 3000
    assert (line.left_as("cup"), line.left_as("mug"), line.left_as("bowl")) == (2000, 1000, 0)
    back = decide(bought, [_item(2000, "cup")], HERE, NOW, ReturnRules(), Basis.HELD)
    assert isinstance(back, Accepted) and back.total == 20_000, "two thirds of what was paid, whatever a cup costs"
    too_many = decide(bought, [_item(2000)], HERE, NOW, ReturnRules(), Basis.HELD)
    assert too_many == Refused(ReturnRefusal.TOO_MANY, "1", 1000)
    after = replace(line.taken_back({"cup": 2000}), returned=2000)
    assert (after.left_as("cup"), after.left_as("mug"), after.comes_as) == (0, 1000, "mug")


def _item(quantity: int, product: str = "") -> Item:
    return Item("1", quantity, Reason.CHANGED_MIND, Condition.SEALED, (), product)


def test_units_that_were_packed_by_number_are_known_to_a_later_return() -> None:
    units = ParcelLine("1", "mug", "M", "Mug", 2000, serials=("SN-1", "SN-2"))
    bought = handed_of(order(), [units], NOW)
    assert bought.lines[0].serials == ("SN-1", "SN-2")
    item = replace(_item(1000), serials=("SN-2",))
    assert isinstance(decide(bought, [item], HERE, NOW, ReturnRules(), Basis.HELD), Accepted)
    strange = decide(bought, [replace(item, serials=("SN-9",))], HERE, NOW, ReturnRules(), Basis.HELD)
    assert isinstance(strange, Refused) and strange.reason is ReturnRefusal.SERIAL_WRONG
