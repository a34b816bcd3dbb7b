"""A proxy's own pass is checked on the terminal alone: no hub is there in these tests."""

from pathlib import Path

import pytest

from sync.domain.passes import DAY_MS, SKEW_MS, Answer
from sync.local import Local
from sync.local.passes import ShownPass, verify_pass
from sync.protocol import base45, proxy_passes
from tests.domain.passes import OTHER_SEED, SEED, key_of, proxy_pass
from tests.local.bought import know, order
from tests.local.fixture import NOW
from tests.local.test_passes import flipped, told

MINE = proxy_pass(order=order().id, number=order().number)


@pytest.fixture
def trusting(home: Path) -> Path:
    """A terminal that knows the hub's key and has never heard of the order."""
    told(home, key_of())
    return home


def shown(local: Local, seed: bytes = SEED, now: int = NOW) -> ShownPass:
    return verify_pass(local, proxy_passes.write(MINE, seed), now)


def test_it_opens_the_hand_out_of_its_order_and_proves_no_purchase(local: Local, trusting: Path) -> None:
    found = shown(local)
    assert (found.answer, found.proxy, found.collects, found.number) == (
        Answer.COLLECT_ONLY,
        MINE,
        order().id,
        order().number,
    )
    assert (found.says, found.purchase, found.known) == (None, None, False)
    know(trusting, order())
    assert shown(local).purchase is None, "also where the order is known: nothing comes back on it"


def test_each_answer_has_its_cause_and_says_the_number_only_of_what_our_hub_signed(
    local: Local, home: Path, trusting: Path
) -> None:
    late = shown(local, now=MINE.expires + SKEW_MS + 1)
    assert (late.answer, late.collects, late.number, late.expires) == (Answer.EXPIRED, "", MINE.number, MINE.expires)
    strange = shown(local, OTHER_SEED)
    assert (strange.answer, strange.number, strange.proxy) == (Answer.ALTERED, "", None), "signed under our key's name"
    told(home, key_of(), revoked={MINE.serial: MINE.expires})
    assert (shown(local).answer, shown(local).collects) == (Answer.REVOKED, "")
    told(home, key_of(OTHER_SEED))
    assert shown(local).answer is Answer.FOREIGN
    told(home, key_of(), retailer="another")
    assert shown(local).answer is Answer.FOREIGN
    told(home, key_of(end=MINE.issued + DAY_MS))
    assert shown(local, now=MINE.issued + DAY_MS + SKEW_MS + 1).answer is Answer.EXPIRED


def test_a_changed_name_is_altered(local: Local, trusting: Path) -> None:
    raw = base45.decode(proxy_passes.write(MINE, SEED).removeprefix("STF2:"))
    assert verify_pass(local, flipped(raw, raw.index(b"Saule")), NOW).answer is Answer.ALTERED
