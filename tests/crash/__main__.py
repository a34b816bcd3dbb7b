"""`python -m tests.crash --kills N [--seed S]`: kill till, agent and hub at random moments and look each time."""

import argparse
import tempfile
from pathlib import Path

from tests.crash.storm import Storm


def main() -> None:
    """Print what was killed and what was left; an AssertionError names what was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=2_000, help="how many processes are killed (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="who is killed, and after how long (%(default)s)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the files here, for a look at a failure")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="storefloor-crash-") as folder:
        report = Storm(given.keep or Path(folder), given.seed).run(given.kills)
    killed = ", ".join(f"{name} {count}" for name, count in sorted(report.kills.items()))
    print(f"seed {given.seed}: {sum(report.kills.values())} kills ({killed}) in {report.seconds:.0f} s")
    print(f"{report.sales} sales, {report.printed} receipts on paper, {report.charged} cards charged")
    print(f"{report.operations} operations, every one at the hub once; nothing lost, nothing twice")


if __name__ == "__main__":
    main()
