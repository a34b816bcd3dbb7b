"""A card terminal by nexo in a process of its own, and a till's client to it."""

from collections.abc import Iterator

import pytest

from pos.devices.base import DeviceState, StatusUpdate
from pos.devices.nexo import NexoTerminal
from tests.devices.conftest import Heard
from tests.devices.nexoing import NexoProcess, ended


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NexoProcess]:
    made = NexoProcess(tmp_path_factory.mktemp("nexo"))
    yield made
    made.stop()


@pytest.fixture
def bank(process: NexoProcess) -> Iterator[NexoProcess]:
    yield process
    process.well()


@pytest.fixture
def till(bank: NexoProcess, heard: Heard) -> Iterator[NexoTerminal]:
    made = bank.till(heard)
    heard.wait(StatusUpdate, lambda event: event.state is DeviceState.READY)
    yield made
    ended(made)
