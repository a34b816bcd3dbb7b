"""What no kill and no power cut may do.

`python -m tests.crash --kills N [--seed S]`: kill till, agent and hub at random moments, and look each time.
`python -m tests.crash power --states N [--seed S]`: build the disks that a power cut may leave, and open each.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.crash import power
from tests.crash.storm import Storm
from tests.local.fixture import TERMINAL


def main(words: list[str]) -> None:
    """Print what was done and what was left; an AssertionError names what was lost, doubled or wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("kill", "power"), default="kill")
    parser.add_argument("--kills", type=int, default=2_000, help="how many processes are killed (%(default)s)")
    parser.add_argument("--states", type=int, default=2_000, help="how many disks are built (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which till, which dice (%(default)s)")
    parser.add_argument("--state", help="build this one disk again, in the folder of --keep, as a failure named it")
    parser.add_argument("--careless", action="store_true", help="a till that never syncs: it must be found out")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the files here, for a look at a failure")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="storefloor-crash-") as folder:
        (_power if given.what == "power" else _kill)(given, given.keep or Path(folder))


def _kill(given: argparse.Namespace, folder: Path) -> None:
    report = Storm(folder, given.seed).run(given.kills)
    killed = ", ".join(f"{name} {count}" for name, count in sorted(report.kills.items()))
    print(f"seed {given.seed}: {sum(report.kills.values())} kills ({killed}) in {report.seconds:.0f} s")
    print(f"{report.sales} sales, {report.printed} receipts on paper, {report.charged} cards charged")
    print(f"{report.operations} operations, every one at the hub once; nothing lost, nothing twice")


def _power(given: argparse.Namespace, folder: Path) -> None:
    story = power.record(folder / "day", given.seed, careless=given.careless)
    home = folder / "after" / TERMINAL
    if given.state:
        print(power.try_all(story, [power.State.read(given.state)], home))
        return
    print(f"seed {given.seed}: {len(story.events)} events of {power.SALES} sales, {len(story.journal)} operations")
    kept = power.try_all(story, power.honest(story, given.states - given.states // 3), home)
    print(f"honest disks: {kept.total()}, all of them whole")
    lied = power.try_all(story, power.lying(story, given.states // 3), home)
    print(f"lying disks: {lied.total()}, {lied['damaged']} found damaged, {lied['behind']} back at an earlier moment,")
    print(
        f"{lied['whole']} whole, {lied['replica behind']} with an old row in the replica; no journal wrong in silence"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
