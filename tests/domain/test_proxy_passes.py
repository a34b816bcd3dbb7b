"""A pass of their own for who collects an order for its shopper: one order, nothing but collecting, until it ends."""

from dataclasses import replace
from typing import Any

import pytest

from sync.domain.orders import Fulfilment
from sync.domain.passes import (
    DAY_MS,
    LONGEST_LIFE_MS,
    SHORTEST_LIFE_MS,
    SKEW_MS,
    Answer,
    ProxyPass,
    all_taken,
    check_proxy,
    proxy_life,
)
from sync.protocol import base45, passes, proxy_passes
from sync.protocol.passes import LONGEST_TEXT, BadPass, TooLarge
from tests.domain.passes import NOW, OTHER_SEED, RETAILER, SEED, bought, key_of, pass_of, proxy_pass


def answer(shown: ProxyPass | None = None, **changed: Any) -> Answer:
    usual: dict[str, Any] = {"now": NOW, "retailer": RETAILER, "revoked": {}, "taken": False, "key": key_of()}
    given = usual | changed
    return check_proxy(proxy_pass() if shown is None else shown, given.pop("key"), **given)


def test_it_holds_for_collecting_only_and_is_never_taken_for_the_orders_own() -> None:
    assert answer() is Answer.COLLECT_ONLY
    assert answer(taken=True) is Answer.TAKEN


def test_each_thing_that_is_wrong_with_it_has_an_answer_of_its_own() -> None:
    good = proxy_pass()
    assert answer(replace(good, retailer="f" * 16)) is Answer.FOREIGN
    assert answer(revoked={good.serial: good.expires}, taken=True) is Answer.REVOKED
    assert answer(revoked={"another": good.expires}) is Answer.COLLECT_ONLY
    assert answer(key=key_of(revoked=True)) is Answer.REVOKED
    assert answer(now=good.expires + SKEW_MS) is Answer.COLLECT_ONLY
    assert answer(now=good.expires + SKEW_MS + 1) is Answer.EXPIRED
    assert answer(now=good.issued - SKEW_MS - 1) is Answer.NOT_YET


def test_f45_an_order_is_all_taken_once_nothing_of_it_waits_and_something_was_given() -> None:
    lines = tuple(replace(x, fulfilment=Fulfilment.PICKUP, pickup_at="store-1") for x in bought().lines)
    first, second = lines
    order = replace(bought(received_at=None), lines=lines)
    assert not all_taken(order)
    part = replace(order, lines=(replace(first, handed=first.quantity), second))
    assert not all_taken(part)
    assert all_taken(replace(part, lines=(part.lines[0], replace(second, cancelled=second.quantity))))
    gone = tuple(replace(x, cancelled=x.quantity) for x in lines)
    assert not all_taken(replace(order, lines=gone)), "it was cancelled: that is another answer"


def test_it_ends_in_thirty_days_or_when_the_channel_says_and_within_what_keys_are_kept_for() -> None:
    assert proxy_life(NOW + 999) == (NOW, NOW + SHORTEST_LIFE_MS)
    assert proxy_life(NOW, NOW + DAY_MS + 1) == (NOW, NOW + DAY_MS)
    for until in (NOW, NOW - DAY_MS, NOW + LONGEST_LIFE_MS + 1000):
        with pytest.raises(ValueError, match="days"):
            proxy_life(NOW, until)


def test_what_is_written_is_read_and_is_a_third_of_what_its_qr_code_holds() -> None:
    for shown in (proxy_pass(), proxy_pass(number="48213", place=""), proxy_pass(name="Сәуле Ә.")):
        text = proxy_passes.write(shown, SEED)
        sealed = passes.read(text)
        assert proxy_passes.said_by(sealed) == shown
        assert sealed.signed_by(key_of().public) and not sealed.signed_by(key_of(OTHER_SEED).public)
        assert len(text) < LONGEST_TEXT // 3 and text.isascii()


def test_the_longest_name_and_ids_of_a_uuid_fit_and_what_fits_no_code_is_too_large() -> None:
    id = "web:1b4e28ba-2fa1-11d2-883f-0016d3cca427"
    assert len(proxy_passes.write(proxy_pass(name="Ә" * 60, order=id, number="100-48213"), SEED)) < LONGEST_TEXT // 2
    with pytest.raises(TooLarge):
        proxy_passes.write(proxy_pass(order="web:" + "o" * 128, number="n" * 128, name="Ә" * 60, place="s" * 240), SEED)


def test_a_pass_of_another_kind_is_none_and_an_older_terminal_reads_no_order_in_it() -> None:
    assert proxy_passes.said_by(passes.read(passes.write(pass_of(), SEED))) is None
    with pytest.raises(BadPass):
        passes.read(proxy_passes.write(proxy_pass(), SEED)).says()


def test_f52_whatever_byte_is_changed_it_is_no_pass_or_nobody_signed_it() -> None:
    text = proxy_passes.write(proxy_pass(), SEED)
    raw = base45.decode(text.removeprefix("STF2:"))
    public = key_of().public
    for at in range(len(raw)):
        changed = "STF2:" + base45.encode(raw[:at] + bytes([raw[at] ^ 0x01]) + raw[at + 1 :])
        try:
            sealed = passes.read(changed)
        except BadPass:
            continue
        assert sealed.kid != key_of().kid or not sealed.signed_by(public)


@pytest.mark.parametrize("said", [5, {}, {1: 7}, {1: "Saule A.", 3: 9}, {1: "a\nb"}])
def test_claims_that_make_no_sense_are_no_pass(said: Any) -> None:
    good = proxy_pass()
    claims = {1: RETAILER, 2: good.order, 4: 2_000_000_000, 6: 1_000, 7: b"12345678", -65539: said}
    with pytest.raises(BadPass):
        proxy_passes.said_by(passes.read(passes.sealed_text(good.kid, claims, SEED)))
