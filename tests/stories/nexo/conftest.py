"""A shop, its card terminal, and a till at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.devices.nexoing import NexoProcess
from tests.flows.carding import stocked
from tests.flows.returning import Shop
from tests.stories.nexo.till import NexoTill


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "hub")
    stocked(made)
    yield made
    made.stop()


@pytest.fixture
def card(tmp_path: Path) -> Iterator[NexoProcess]:
    made = NexoProcess(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def till(shop: Shop, card: NexoProcess, tmp_path: Path) -> Iterator[NexoTill]:
    made = NexoTill(shop, tmp_path, "till-1", card)
    yield made
    made.stop()
