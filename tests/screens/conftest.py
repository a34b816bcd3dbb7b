"""A real window under a private X server, driven by touches and keys, with pictures kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.screens.stage import Stage, private_display


@pytest.fixture(scope="session")
def window() -> Iterator[Any]:
    """The one window of the session: Kivy can open only one in a process."""
    with private_display():
        from pos.ui import window as windows

        yield windows.open_window("Storefloor tests", (1280, 800))


@pytest.fixture
def ui(window: Any) -> Iterator[Stage]:
    """A clean stage: light, English, a till of 1280 x 800, nothing on it."""
    stage = Stage(window)
    stage.reset()
    yield stage
    stage.leave()
