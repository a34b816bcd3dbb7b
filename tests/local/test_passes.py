"""A pass is checked on the terminal alone: no hub is there in these tests."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sync.domain.orders import Purchase
from sync.domain.passes import DAY_MS, SKEW_MS, Answer, Pass, PassKey, carried
from sync.domain.returns import Basis, Refused, ReturnRefusal
from sync.local import Local, RecordedReturn
from sync.local.passes import verify_pass
from sync.protocol import base45
from tests.domain.passes import OTHER_SEED, RETAILER, key_of, pass_of, text_of
from tests.local.bought import DAY, allow, asked, item, know, order, taken
from tests.local.fixture import NOW


def told(home: Path, *keys: PassKey, revoked: dict[str, int] | None = None, retailer: str = RETAILER) -> None:
    """What the hub said of passes."""
    said = {k.kid: {"public": k.public, "from": k.start, "until": k.end, "revoked": k.revoked} for k in keys}
    allow(home, pass_keys=said, pass_revoked=revoked or {}, pass_retailer=retailer)


@pytest.fixture
def trusting(home: Path) -> Path:
    """A terminal that knows the hub's key and has never heard of the order."""
    told(home, key_of())
    return home


def shown(purchase: Purchase | None = None, **more: Any) -> Pass:
    return pass_of(order() if purchase is None else purchase, **more)


def answer(local: Local, text: str, now: int = NOW) -> Answer:
    return verify_pass(local, text, now).answer


def test_an_order_that_was_never_heard_of_is_proved_by_its_pass(local: Local, trusting: Path) -> None:
    found = verify_pass(local, f" {text_of(shown())}\r\n", NOW)
    assert (found.answer, found.known, found.says) == (Answer.OK, False, shown())
    assert found.purchase is not None
    assert replace(found.purchase, lines=()) == replace(carried(order()), lines=())
    assert [(line.sku, line.name, line.left) for line in found.purchase.lines] == [
        ("100010", "Wool coat", 3000),
        ("100007", "Black tea", 1000),
    ]


def test_goods_are_named_in_the_shoppers_language_and_by_their_id_where_the_catalogue_lacks_them(
    local: Local, trusting: Path
) -> None:
    coat, tea = order().lines
    strange = order(lines=(coat, replace(tea, product="p-gone")), language="ru")
    found = verify_pass(local, text_of(shown(strange)), NOW).purchase
    assert found is not None
    assert [(line.sku, line.name) for line in found.lines] == [("100010", "Пальто шерстяное"), ("p-gone", "p-gone")]


def test_what_a_pass_proves_can_be_taken_back_to_the_last_unit_with_no_network(local: Local, trusting: Path) -> None:
    found = verify_pass(local, text_of(shown()), NOW).purchase
    assert found is not None
    done = taken(local, found, item("1", 3), item("2"))
    assert (done.body.total, done.body.number, done.body.basis) == (150_000, order().number, "promise")
    assert [(r.paid, r.kind, r.masked) for r in done.body.refunds] == [("a", "online", "**** 4242"), ("b", "cash", "")]


def test_f32_the_same_pass_again_shows_what_came_back_here_and_then_that_it_is_used(
    local: Local, trusting: Path
) -> None:
    text = text_of(shown())
    for left in (3000, 2000, 1000):
        found = verify_pass(local, text, NOW)
        assert (found.answer, found.purchase and found.purchase.lines[0].left) == (Answer.OK, left)
        assert found.purchase is not None
        taken(local, found.purchase, item("1"))
    found = verify_pass(local, text, NOW)
    assert found.purchase is not None
    assert asked(local, found.purchase, item("1")) == Refused(ReturnRefusal.TOO_MANY, "1", 0)
    taken(local, found.purchase, item("2"))
    found = verify_pass(local, text, NOW)
    assert (found.answer, found.purchase and found.purchase.lines[0].left) == (Answer.USED, 0)


def test_f32_what_the_replica_knows_to_be_back_counts_whatever_the_pass_says(local: Local, trusting: Path) -> None:
    coat, tea = order().lines
    know(trusting, order(lines=(replace(coat, returned=3000), replace(tea, returned=1000))))
    assert answer(local, text_of(shown())) is Answer.USED


def test_f32_what_the_pass_knows_to_be_back_counts_whatever_the_replica_says(local: Local, trusting: Path) -> None:
    know(trusting, order(received_at=None))
    coat, tea = order().lines
    found = verify_pass(local, text_of(shown(order(lines=(replace(coat, returned=2000, refunded=9), tea)))), NOW)
    assert found.purchase is not None
    assert found.known
    assert [(line.returned, line.refunded) for line in found.purchase.lines] == [(2000, 9), (0, 0)]
    assert (found.purchase.customer, found.purchase.received_at) == ("Daniyar M.", carried(order()).received_at)


def test_f32_what_came_back_here_counts_once_whoever_else_knows_of_it(local: Local, trusting: Path) -> None:
    know(trusting, order())
    text = text_of(shown())
    for left in (3000, 2000, 1000):
        found = verify_pass(local, text, NOW)
        assert found.purchase is not None
        assert (found.known, found.purchase.lines[0].left) == (True, left)
        taken(local, found.purchase, item("1"))


def test_a_pass_that_carries_only_a_part_is_not_used_up_by_that_part(local: Local, trusting: Path) -> None:
    coat, _ = order().lines
    part = shown(order(lines=(replace(coat, returned=3000),)), whole=False)
    assert answer(local, text_of(part)) is Answer.OK
    assert answer(local, text_of(replace(part, whole=True))) is Answer.USED
    know(trusting, order())
    found = verify_pass(local, text_of(part), NOW)
    assert found.purchase is not None
    assert [line.left for line in found.purchase.lines] == [0, 1000], "the replica has the other line"


def test_each_thing_that_is_wrong_with_a_pass_has_its_own_answer(local: Local, home: Path) -> None:
    good = shown()
    text = text_of(good)
    stranger = text_of(pass_of(order(), OTHER_SEED), OTHER_SEED)
    told(home, key_of())
    assert answer(local, text) is Answer.OK
    assert answer(local, stranger) is Answer.FOREIGN
    assert answer(local, text, good.expires + SKEW_MS + 1) is Answer.EXPIRED
    assert answer(local, text, good.issued - SKEW_MS - 1) is Answer.NOT_YET
    assert answer(local, text[:-20]) is Answer.UNREADABLE
    assert answer(local, "STF1:ABC-17") is Answer.UNREADABLE
    told(home, key_of(), retailer="another")
    assert answer(local, text) is Answer.FOREIGN
    told(home, key_of(revoked=True))
    assert answer(local, text) is Answer.REVOKED
    told(home, key_of(), revoked={good.serial: good.expires})
    assert answer(local, text) is Answer.REVOKED
    told(home, key_of(end=good.issued + DAY), key_of(OTHER_SEED))
    assert answer(local, text) is Answer.OK
    assert answer(local, stranger) is Answer.OK
    assert answer(local, text, good.issued + DAY + SKEW_MS + 1) is Answer.EXPIRED


def test_a_terminal_that_was_told_no_keys_knows_no_pass(local: Local) -> None:
    found = verify_pass(local, text_of(shown()), NOW)
    assert (found.answer, found.says, found.purchase) == (Answer.FOREIGN, None, None)


def test_only_what_a_key_of_ours_signed_says_a_number(local: Local, trusting: Path) -> None:
    late = NOW + 90 * DAY_MS
    found = verify_pass(local, text_of(shown()), late)
    assert (found.answer, found.purchase) == (Answer.EXPIRED, None)
    assert found.says is not None
    assert found.says.purchase.number == order().number


def flipped(raw: bytes, at: int) -> str:
    return "STF2:" + base45.encode(raw[:at] + bytes([raw[at] ^ 0x01]) + raw[at + 1 :])


def test_a_pass_that_is_altered_in_any_byte_is_altered_foreign_or_unreadable(local: Local, trusting: Path) -> None:
    raw = base45.decode(text_of(shown()).removeprefix("STF2:"))
    answers = {answer(local, flipped(raw, at)) for at in range(len(raw))}
    assert answers == {Answer.ALTERED, Answer.FOREIGN, Answer.UNREADABLE}


def test_a_changed_amount_and_a_changed_date_are_altered(local: Local, trusting: Path) -> None:
    text = text_of(shown())
    raw = base45.decode(text.removeprefix("STF2:"))
    more = raw.replace((100_000).to_bytes(4, "big"), (900_000).to_bytes(4, "big"))
    later = raw.replace((shown().expires // 1000).to_bytes(4, "big"), ((NOW + 900 * DAY) // 1000).to_bytes(4, "big"))
    for changed in (more, later):
        assert changed != raw
        assert answer(local, "STF2:" + base45.encode(changed)) is Answer.ALTERED


def test_a_pass_signed_by_another_under_our_keys_name_is_altered(local: Local, trusting: Path) -> None:
    assert answer(local, text_of(shown(), OTHER_SEED)) is Answer.ALTERED


def test_f33_a_used_pass_takes_nothing_back_again(local: Local, trusting: Path) -> None:
    text = text_of(shown())
    found = verify_pass(local, text, NOW).purchase
    assert found is not None
    done = asked(local, found, item("1", 3), item("2"), basis=Basis.PROMISE)
    assert isinstance(done, RecordedReturn)
    used = verify_pass(local, text, NOW)
    assert used.answer is Answer.USED
    assert used.purchase is not None
    assert asked(local, used.purchase, item("2")) == Refused(ReturnRefusal.TOO_MANY, "2", 0)


@pytest.mark.parametrize("make", [lambda text: text.lower(), lambda text: text[5:], lambda text: text + "0", repr])
def test_f52_a_text_that_is_nearly_a_pass_is_unreadable(
    local: Local, trusting: Path, make: Callable[[str], str]
) -> None:
    assert answer(local, make(text_of(shown()))) is Answer.UNREADABLE
