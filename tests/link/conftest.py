"""A hub and an enrolled till, for each test anew."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.link.agent import Agent
from sync.local import Local
from tests.link.store import Store


@pytest.fixture
def store(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    made = Store(tmp_path / "hub", till="home" in request.fixturenames)
    yield made
    made.stop()


@pytest.fixture
def home(store: Store, tmp_path: Path) -> Path:
    return store.installed(tmp_path)


@pytest.fixture
def local(home: Path) -> Iterator[Local]:
    opened = Local.open(home)
    yield opened
    opened.close()


@pytest.fixture
def run_agent() -> Iterator[Callable[..., Agent]]:
    """Runs agents in threads of their own, with what `Agent` takes; they end with the test."""
    running: list[tuple[Agent, threading.Thread]] = []

    def run(home: Path, **how: Any) -> Agent:
        agent = Agent(home, **how)
        thread = threading.Thread(target=agent.run, daemon=True)
        thread.start()
        running.append((agent, thread))
        return agent

    yield run
    for agent, _ in running:
        agent.stop()
    for _, thread in running:
        thread.join(15)
        assert not thread.is_alive()
