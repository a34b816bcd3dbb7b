"""`python -m sync journal verify`: is what was printed here what the hub holds? (F13)"""

import argparse
import time

from sync.flags import EPILOG, add_flags, read_settings
from sync.link import verify
from sync.link.agent import now_ms, software
from sync.link.reasons import advice
from sync.link.session import hello
from sync.link.wire import NoAnswer, Refused, Wire
from sync.local import Local, NotEnrolled, files
from sync.local.proof import prove
from sync.settings import Settings

SAME, DIFFERENT, NOT_COMPARED = 0, 1, 3


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb `journal`."""
    journal = subparsers.add_parser("journal", help="prove this terminal's journal", epilog=EPILOG)
    verbs = journal.add_subparsers(dest="journal_verb", metavar="VERB", required=True)
    about = "check the journal by itself, then compare it with what the hub holds, and name every difference"
    verb = verbs.add_parser("verify", help=about, description=f"{about}. Changes no operation.", epilog=EPILOG)
    add_flags(verb, ["terminal"])
    verb.add_argument("--offline", action="store_true", help="check by itself only; asks nobody")
    verb.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Exit status 0: all the same; 1: differences; 3: sound by itself, but the hub could not be asked."""
    settings = read_settings(arguments)
    if not (settings.home / files.JOURNAL).exists():
        print(f"There is no journal in {settings.home}.")
        return DIFFERENT
    local = Local.open(settings.home)
    try:
        here = _by_itself(local)
        return here if arguments.offline else max(here, _with_hub(local, settings), key=_rank)
    finally:
        local.close()


def _rank(status: int) -> int:
    return (SAME, NOT_COMPARED, DIFFERENT).index(status)


def _by_itself(local: Local) -> int:
    found = prove(local)
    for text in found:
        print(f"HERE    {text}")
    count = local.raw.execute("SELECT count(*) FROM op").fetchone()[0]
    waits = local.raw.execute("SELECT count(*) FROM waiting").fetchone()[0]
    if not found:
        print(f"By itself: sound. {count} operations, {waits} of them wait for the hub.")
    return DIFFERENT if found else SAME


def _with_hub(local: Local, settings: Settings) -> int:
    own = settings.terminal
    try:
        wire = Wire(own.hub or local.me.hub, own.ca_file, proxy=own.proxy)
    except NotEnrolled as no:
        print(f"With the hub: not compared. {no}")
        return NOT_COMPARED
    began = time.monotonic()
    try:
        done = verify.prove(local, wire, hello(local, wire, now_ms, software()), now_ms)
    except NoAnswer as no:
        why = advice(no.reason)
        print(f"With the hub: not compared, {why.said}. {why.do}")
        return NOT_COMPARED
    except Refused as no:
        print(f"With the hub: not compared, the hub said no: {no.fault.message}")
        return NOT_COMPARED
    except verify.NoProof as no:
        print(f"With the hub: not compared. {no}")
        return NOT_COMPARED
    finally:
        wire.close()
    for text in done.found:
        print(f"DIFFERS {text}")
    said = f"{len(done.found)} differences" if done.found else "the same"
    print(f"With the hub: {said}. {done.operations} operations compared in {time.monotonic() - began:.1f} s.")
    return DIFFERENT if done.found else SAME
