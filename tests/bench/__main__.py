"""`python -m tests.bench NAME [SIZE]`: run one bench, `all` of them, or `list` their names.

A bench is a module here with a function `figures(size) -> Iterator[Figure]`; SIZE scales it where that makes sense.
"""

import importlib
import pkgutil
import sys
from types import ModuleType

from tests import bench
from tests.bench.figures import show


def benches() -> dict[str, ModuleType]:
    """All benches by name."""
    names = sorted(m.name for m in pkgutil.iter_modules(bench.__path__) if not m.name.startswith("_"))
    modules = {name: importlib.import_module(f"tests.bench.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "figures") and name != "figures"}


def main(argv: list[str]) -> int:
    """Exit status 2 for an unknown name, else 0: figures never fail a run."""
    name, size = [*argv, "list"][0], int(argv[1]) if len(argv) > 1 else None
    known = benches()
    if name == "list":
        for each, module in known.items():
            print(f"{each:<16}{(module.__doc__ or '').strip().splitlines()[0]}")
        return 0
    if name not in known and name != "all":
        print(f"There is no bench {name!r}. There are: {', '.join(known)}, all.", file=sys.stderr)
        return 2
    for each in known if name == "all" else [name]:
        show(known[each].figures(size))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
