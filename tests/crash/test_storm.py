"""I-1, I-2, I-4, I-6, F6, F21, F25: till, agent and hub are killed from outside, again and again, at random moments."""

import os
import re
import subprocess
import sys

KILLS = 50


def test_i1_i2_i4_i6_f6_f21_f25_a_storm_of_kills_loses_nothing_and_doubles_nothing() -> None:
    seed = os.environ.get("STOREFLOOR_SEED", "7")
    storm = [sys.executable, "-m", "tests.crash", "--kills", str(KILLS), "--seed", seed]
    done = subprocess.run(storm, capture_output=True, text=True, timeout=170)
    assert done.returncode == 0, done.stderr[-4000:]
    sales, receipts = (int(n) for n in re.findall(r"(\d+) sales, (\d+) receipts on paper", done.stdout)[0])
    assert sales >= receipts > 5, done.stdout
    assert "nothing lost, nothing twice" in done.stdout
