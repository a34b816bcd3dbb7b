"""`python -m tests.sim`: simulated worlds from seeds, checked; a failure prints its seed and its shortest history."""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.sim.plan import Shape, Step, plan
from tests.sim.plants import PLANTS
from tests.sim.run import Result, run, shortest


def main() -> int:
    """Run the seeds that were asked for. Exit status 0: all held; 1: one did not."""
    arguments = _arguments()
    shape = Shape(arguments.stores, arguments.terminals, arguments.steps, arguments.days)
    if arguments.seed is not None:
        return _one(arguments.seed, shape, arguments.only, arguments.plant)
    return _many(
        range(arguments.first, arguments.first + arguments.count), shape, arguments.plant, 0 if arguments.as_is else 3
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("--seed", type=int, help="this world, its history and its shortest failing history")
    parser.add_argument("--only", help="of that world only these steps, as a failure prints them: 3,17,40")
    parser.add_argument("--first", type=int, default=1, help="the first seed (default: 1)")
    parser.add_argument("--count", type=int, default=1000, help="how many seeds (default: 1000)")
    parser.add_argument("--days", type=int, default=1, help="days, each of --steps steps (default: 1)")
    parser.add_argument("--steps", type=int, default=Shape.steps, help="steps a day")
    parser.add_argument("--terminals", type=int, default=Shape.terminals)
    parser.add_argument("--stores", type=int, default=Shape.stores)
    parser.add_argument("--plant", default="", choices=["", *PLANTS], help="a fault to plant: it must be found")
    parser.add_argument("--as-is", action="store_true", help="don't look for the shortest history of a failure")
    return parser.parse_args()


def _one(seed: int, shape: Shape, only: str | None, plant: str) -> int:
    steps = plan(seed, shape)
    if only is not None:
        wanted = {int(n) for n in only.split(",")}
        steps = [s for s in steps if s.number in wanted]
    result = run(seed, shape, steps, plant)
    if not result.what:
        done = f"{len(steps)} steps, {result.sales} sales, {result.requests} requests"
        print(f"Seed {seed} held: {done}; {result.digest[:12]}.")
        return 0
    again = partial(run, seed, shape, plant=plant)
    _tell(result, shape, steps if only is not None else shortest(result, steps, again), plant)
    return 1


def _tell(result: Result, shape: Shape, steps: list[Step], plant: str) -> None:
    final = run(result.seed, shape, steps, plant)
    print(f"Seed {result.seed} broke {result.what} at {result.at}.\n{result.detail}", file=sys.stderr)
    print(f"The shortest history found ({len(steps)} steps) ends with:\n{final.detail}", file=sys.stderr)
    print("\n".join(final.history), file=sys.stderr)
    numbers = ",".join(str(s.number) for s in steps)
    flags = f"--stores {shape.stores} --terminals {shape.terminals} --steps {shape.steps} --days {shape.days}" + (
        f" --plant {plant}" if plant else ""
    )
    print(f"Again: python -m tests.sim --seed {result.seed} {flags} --only {numbers}", file=sys.stderr)


def _many(seeds: range, shape: Shape, plant: str, shrunk: int) -> int:
    began, failed, sales, requests = time.monotonic(), list[Result](), 0, 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(partial(run, shape=shape, plant=plant), seeds, chunksize=4):
            sales, requests = sales + result.sales, requests + result.requests
            if result.what:
                failed.append(result)
                print(f"Seed {result.seed} broke {result.what} at {result.at}: {result.detail[-300:]}", file=sys.stderr)
    took = time.monotonic() - began
    print(f"{len(seeds)} worlds, {len(failed)} broken; {sales} sales, {requests} requests; {took:.0f} s.")
    for result in failed[:shrunk]:
        steps = plan(result.seed, shape)
        _tell(result, shape, shortest(result, steps, partial(run, result.seed, shape, plant=plant)), plant)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
