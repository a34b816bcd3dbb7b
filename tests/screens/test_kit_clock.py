"""The clock that sleeps until it is needed, measured in a loop of its own."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from pos.ui import clock
from tests.screens.words import ROOT


def test_a_still_screen_costs_at_most_one_percent_and_a_touch_is_drawn_within_a_frame() -> None:
    probe = subprocess.run(
        [sys.executable, "-m", "tests.screens.clock_probe"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    seen = json.loads(probe.stdout.splitlines()[-1])
    assert seen["idle_cpu_percent"] <= 1.0, seen
    assert seen["touch_to_frame_ms_p50"] <= 17, seen
    assert seen["thread_to_ui_ms_p50"] <= 17, seen


def test_without_sdls_wait_kivys_own_clock_stays_and_the_log_says_so(
    ui: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clock, "_sdl", None)
    monkeypatch.setattr(clock, "_library", lambda: None)
    with caplog.at_level(logging.WARNING, logger="pos.ui.clock"):
        assert clock.install() is False
    assert "Kivy's own clock stays" in caplog.text
    clock.wake()


def test_threads_that_end_its_wait_and_a_window_that_is_sized_never_wait_for_each_other() -> None:
    """Once a picture that was loaded ended the wait while the window got its size: both waited for ever."""
    command = [sys.executable, "-m", "tests.screens.waking_probe"]
    probe = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90, check=True)
    sized, woken = map(int, probe.stdout.splitlines()[-1].split())
    assert sized > 20 and woken > 100
