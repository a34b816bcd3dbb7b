"""`python -m sync`: hub, agent, enrolment, the proof of a journal, the simulated channel, and the doctor."""

import argparse
import importlib
import sys

from sync.flags import EPILOG

PARTS = {
    "hub": "sync.hub.cli",
    "agent": "sync.link.cli",
    "enrol": "sync.link.cli",
    "journal": "sync.link.journal",
    "channel": "sync.connectors.simulated",
    "doctor": "sync.doctor",
}
"""Which module registers which verb. Only the one that is asked for is imported: an agent needs no hub."""


def build_parser(verb: str = "") -> argparse.ArgumentParser:
    """The parser of one verb, or of all when the verb is none of ours (for `--help` and for mistakes)."""
    parser = argparse.ArgumentParser(prog="python -m sync", description=__doc__, epilog=EPILOG)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    modules = [PARTS[verb]] if verb in PARTS else list(dict.fromkeys(PARTS.values()))
    for name in modules:
        importlib.import_module(name).register(verbs)
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one verb. Exit status 0: done; 1: it could not be done; 2: the words or a setting were wrong."""
    from sync.settings import WrongSetting

    words = sys.argv[1:] if argv is None else argv
    arguments = build_parser(words[0] if words else "").parse_args(words)
    try:
        return int(arguments.run(arguments) or 0)
    except WrongSetting as wrong:
        print(f"storefloor: {wrong}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
