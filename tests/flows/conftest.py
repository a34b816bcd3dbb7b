"""What flows of returns and of hand-outs stand on: a hub with a shop in it, and a till of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pos.ui.i18n import set_language
from tests.flows.handing import Counter, Packed
from tests.flows.returning import Desk, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    yield made
    set_language("en")
    made.stop()


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Iterator[Desk]:
    shop.receive()
    made = Desk(shop, tmp_path)
    yield made
    made.stop()


@pytest.fixture
def packed(tmp_path: Path) -> Iterator[Packed]:
    made = Packed.again(tmp_path / "hub")
    yield made
    set_language("en")
    made.stop()


@pytest.fixture
def counter(packed: Packed, tmp_path: Path) -> Iterator[Counter]:
    """A counter that hands out parcels; tests of other counters have one of their own."""
    made = Counter(packed, tmp_path)
    yield made
    made.stop()
