"""`python -m sync doctor`: everything a support person would ask for, and what to do about it. Changes nothing."""

import argparse
import importlib.metadata
import os
import platform
import shutil
import socket
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sync.fiscal_look import printer, receipts
from sync.flags import EPILOG, add_flags, read_settings
from sync.hub.records import Report
from sync.link.reasons import advice
from sync.link.wire import NoAnswer, Refused, Wire
from sync.local import Link, Local, files, ledger, link_status
from sync.local import settings as retailer_settings
from sync.local.disk import Reason, Space, locked, reason_of, space
from sync.local.proof import prove
from sync.printer_address import By, printer_address
from sync.settings import Settings, address

SKEW_LIMIT_MS = 60_000
OLD_REPLICA_MS = 24 * 3_600_000
OLD_PROOF_MS = 3 * 24 * 3_600_000
LITTLE_SPACE = 500 * 1024 * 1024


class Health(msgspec.Struct, frozen=True):
    """What GET /v1/health tells of a hub."""

    hub: str
    now: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One checked thing. `grade` is `ok`, `look` (works, but look at it) or `wrong`; `do` says what to do."""

    grade: str
    what: str
    seen: str
    do: str = ""


def ok(what: str, seen: str) -> Finding:
    """As it should be."""
    return Finding("ok", what, seen)


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser("doctor", help="check this terminal (and hub) and say what to do", epilog=EPILOG)
    add_flags(parser, ["terminal", "devices", "label_printer", "scale", "customer_display", "scanner", "fiscal", "hub"])
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print all findings; status 1 if something is wrong."""
    settings = read_settings(arguments)
    found = list(examine(settings, int(time.time() * 1000)))
    for finding in found:
        print(f"{finding.grade:<6}{finding.what:<30}{finding.seen}")
        if finding.do:
            print(f"{'':<36}→ {finding.do}")
    wrong = sum(f.grade == "wrong" for f in found)
    print(f"{len(found)} checked, {wrong} wrong, {sum(f.grade == 'look' for f in found)} to look at")
    return 1 if wrong else 0


def examine(settings: Settings, now: int) -> Iterator[Finding]:
    """All findings for this machine; `now` is UTC in ms."""
    yield from versions()
    home = settings.home
    if (home / files.JOURNAL).exists():
        yield from terminal(home, now)
    else:
        yield Finding("look", "terminal", f"no journal in {home}", "Enrol it: python -m sync enrol --home … --code …")
    hub = settings.terminal.hub or _hub_of(home)
    if hub:
        yield from reach(hub, settings, now)
    yield from devices(settings)
    yield from _fiscal(printer(settings.fiscal), "fiscal printer")
    yield from hub_database(settings)


def versions() -> Iterator[Finding]:
    """What runs here."""
    try:
        own = importlib.metadata.version("storefloor")
    except importlib.metadata.PackageNotFoundError:
        own = "a checkout"
    yield ok("storefloor", own)
    yield ok("python, sqlite", f"{platform.python_version()}, {sqlite3.sqlite_version} on {platform.platform()}")


def terminal(home: Path, now: int) -> Iterator[Finding]:
    """The terminal's own files."""
    yield from _private(home)
    yield storage(home, _file_system(home))
    yield _disk(home)
    journal = _sqlite("journal", home / files.JOURNAL, "Stop the till, copy the folder, call support; keep the file.")
    yield journal
    if journal.grade == "wrong":
        return
    replica = files.current(home)
    if replica is not None:
        yield _sqlite("replica", replica, "It is filled anew once the hub answers; nothing is lost.", files.fault)
    try:
        local = Local.open(home)
    except (sqlite3.Error, OSError) as fault:
        yield Finding("wrong", "terminal", f"its files can't be opened: {fault}", "See the lines above; call support.")
        return
    try:
        yield from _journal(local, now)
        yield from _replica(local, now)
        yield from _fiscal(receipts(local, lambda at: _age(now - at)), "fiscal receipts")
        yield from _codes(local)
    finally:
        local.close()


def _disk(home: Path) -> Finding:
    free = shutil.disk_usage(home).free
    seen = f"{free // 2**20:,} MiB free"
    how = space(home)
    if how is Space.READ_ONLY or locked(home):
        said = "Check the disk (dmesg, fsck), mount it writable or start this machine anew."
        return Finding("wrong", "disk", f"{seen}, mounted read-only", said)
    if how is Space.LOW:
        return Finding("wrong", "disk", f"{seen}, sales use the reserve", "Make room now: sales go on for a while.")
    return (
        ok("disk", seen)
        if free > LITTLE_SPACE
        else Finding("wrong", "disk", seen, "Make room: a full disk stops sales.")
    )


_FLEETING = ("tmpfs", "ramfs")
_CACHES = ("/tmp", "/var/tmp", "/var/cache", "/run", "/dev/shm")


def storage(home: Path, kind: str) -> Finding:
    """Whether the home lies where nobody tidies up: storage of cache class loses unsent sales (F7). `kind`: of the
    file system."""
    where = home.expanduser().resolve()
    caches = [Path(name) for name in _CACHES] + [Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()]
    if kind in _FLEETING:
        seen = f"{home} lies in memory ({kind})"
    elif any(where.is_relative_to(cache) for cache in caches):
        seen = f"{home} lies where files are tidied away"
    else:
        return ok("storage", f"{home} on {kind or 'a disk'}")
    return Finding("wrong", "storage", seen, "Move the home to a disk that keeps files, and set terminal.home.")


def _file_system(path: Path) -> str:
    """The kind of the file system that holds a path; "" where the system does not say."""
    try:
        mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return ""
    holding = [(len(m[1]), m[2]) for m in mounts if path.resolve().is_relative_to(m[1])]
    return max(holding)[1] if holding else ""


def _private(home: Path) -> Iterator[Finding]:
    open_to_all = [p.name for p in home.iterdir() if p.is_file() and stat.S_IMODE(p.stat().st_mode) & 0o077]
    if open_to_all:
        names = ", ".join(sorted(open_to_all)[:4])
        yield Finding("wrong", "permissions", f"others may read {names}", f"chmod 600 {home}/*")
    else:
        yield ok("permissions", f"{home} is private")


def _sqlite(what: str, path: Path, do: str, check: Callable[[sqlite3.Connection], str] = files.checked) -> Finding:
    try:
        with closing(sqlite3.connect(files.uri(path, "ro"), uri=True)) as db:
            said = check(db)
    except sqlite3.Error as fault:
        if reason_of(fault, path.parent) is Reason.READ_ONLY:
            return Finding("look", what, f"{path.name} can't be checked on a read-only disk", "See the disk's line.")
        said = str(fault)
    size = f"{path.name}, {path.stat().st_size // 1024:,} KiB" if path.exists() else f"{path.name} is missing"
    return ok(what, f"{size}, sound") if not said else Finding("wrong", what, f"{size}: {said}", do)


def _journal(local: Local, now: int) -> Iterator[Finding]:
    me = local.identity
    if me is None:
        yield Finding("look", "identity", "not enrolled", "Enrol it: python -m sync enrol --home … --code …")
        return
    yield ok("identity", f"{me.name} ({me.kind} {me.terminal}) at {me.location}, hub {me.hub}")
    broken = prove(local)
    yield (
        Finding("wrong", "hash chain", broken[0], "Copy the folder, call support.")
        if broken
        else ok("hash chain", "every operation seals the one before it")
    )
    link = link_status(local, now)
    waits = f"{link.waiting} waiting" + (f", the oldest {_age(now - link.oldest)}" if link.oldest else "")
    yield (
        ok("what waits", waits)
        if not link.waiting or link.online
        else Finding("look", "what waits", waits, "Nothing is lost; it is sent when the hub answers.")
    )
    if link.needs_you:
        yield Finding("look", "attention", f"{link.needs_you} to settle", "Open Attention on the till.")
    skewed = abs(link.skew_ms) > SKEW_LIMIT_MS
    yield (
        Finding("wrong", "clock", f"{link.skew_ms / 1000:+.1f} s off the hub's", "Set the clock (timedatectl).")
        if (skewed)
        else ok("clock", f"{link.skew_ms / 1000:+.1f} s off the hub's")
    )
    yield from _agent(link, now)
    yield from _proof(local, now)


def _agent(link: Link, now: int) -> Iterator[Finding]:
    state = f"{'online' if link.online else 'offline'} for {_age(now - link.since)}"
    if link.online:
        yield ok("agent", state)
    else:
        why = advice(link.reason)
        yield Finding("look", "agent", f"{state}: {why.said}", why.do)


def _proof(local: Local, now: int) -> Iterator[Finding]:
    """What the last comparison of journal and hub found (F13)."""
    last = ledger.proved(local.raw)
    if last is None:
        yield Finding(
            "look", "daily proof", "not compared with the hub yet", "python -m sync journal verify compares now."
        )
        return
    at, different = last
    seen = f"compared {_age(now - at)} ago"
    if different:
        named = "python -m sync journal verify names them; call support."
        yield Finding("wrong", "daily proof", f"{seen}: {different} differences from the hub", named)
    elif now - at > OLD_PROOF_MS:
        yield Finding("look", "daily proof", f"{seen}: the same", "See why the hub is not reached; it is done daily.")
    else:
        yield ok("daily proof", f"{seen}: the same as the hub")


def _replica(local: Local, now: int) -> Iterator[Finding]:
    rows = local.raw.execute("SELECT scope, version, seen_at FROM replica.cursor ORDER BY scope").fetchall()
    if not rows:
        yield Finding("look", "scopes", "nothing fetched yet", "Start the agent: python -m sync agent.")
    for scope, version, seen_at in rows:
        seen = f"version {version}, seen {_age(now - seen_at)} ago"
        yield (
            ok(scope, seen)
            if now - seen_at < OLD_REPLICA_MS
            else Finding("look", scope, seen, "Prices and stock are as old as this: see to the network.")
        )


def _codes(local: Local) -> Iterator[Finding]:
    """Settings about scales and cards that can't be used: what they were meant for is an unknown code."""
    do = "Set it anew at the hub; how a template is written stands in sync/domain/code_rules.py."
    for fault in retailer_settings(local).codes.wrong:
        yield Finding("wrong", "codes", fault, do)


def _fiscal(found: tuple[str, str, str] | None, what: str) -> Iterator[Finding]:
    if found is not None:
        yield Finding(found[0], what, found[1], found[2])


def _hub_of(home: Path) -> str:
    if not (home / files.JOURNAL).exists():
        return ""
    try:
        local = Local.open(home)
    except (sqlite3.Error, OSError):  # a damaged journal, or a disk that fails, has a finding of its own
        return ""
    try:
        return local.identity.hub if local.identity else ""
    finally:
        local.close()


def reach(hub: str, settings: Settings, now: int) -> Iterator[Finding]:
    """Whether the hub answers, and as a hub does."""
    wire = Wire(hub, settings.terminal.ca_file, proxy=settings.terminal.proxy)
    try:
        told = wire.get("health", Health, timeout=5.0)
    except (NoAnswer, Refused) as no:
        why = advice(no.reason if isinstance(no, NoAnswer) else no.fault.code)
        yield Finding("wrong", "hub", f"{hub}: {why.said}", f"{why.do} Sales go on.")
        return
    finally:
        wire.close()
    through = " through the proxy" if settings.terminal.proxy else ""
    yield ok("hub", f"{hub} answers{through}, clock {(now - told.now) / 1000:+.1f} s")


def devices(settings: Settings) -> Iterator[Finding]:
    """Whether something listens where the devices should be; the till itself asks them for their state."""
    wired, label = settings.devices, settings.label_printer
    for name, where in (("printer", wired.printer), ("label printer", label.address)):
        yield _printer(name, where) if where else ok(name, "none is set")
    if settings.scale.port:
        yield _node("scale", Path(settings.scale.port).expanduser(), "dialout")
    if settings.customer_display.port:
        yield _node("customer display", Path(settings.customer_display.port).expanduser(), "dialout")
    scanner = settings.scanner
    if scanner.port or scanner.keys:
        yield _node("scanner", Path(scanner.port or scanner.keys).expanduser(), "dialout" if scanner.port else "input")
    yield _listens("card terminal", wired.card_terminal) if wired.card_terminal else ok("card terminal", "none is set")


def _printer(name: str, where: str) -> Finding:
    """Whether a printer is where its address says, as far as the system can tell without it."""
    at = printer_address(where)
    if at.by is By.NETWORK:
        return _listens(name, where)
    if at.by in (By.PATH, By.SERIAL):
        return _node(name, Path(at.path).expanduser(), "dialout" if at.by is By.SERIAL else "lp")
    return ok(name, f"{where}; the till itself asks it")


def _listens(name: str, where: str) -> Finding:
    """Whether something takes connections at an address."""
    try:
        socket.create_connection(address(where, f"devices.{name}"), timeout=1).close()
    except OSError as fault:
        seen = f"{where}: {fault.strerror or fault}"
        return Finding("wrong", name, seen, "Check power, cable and address. Sales go on without it.")
    return ok(name, f"{where} takes connections")


def _node(name: str, node: Path, group: str = "lp") -> Finding:
    """Whether a device that hangs at this machine may be written to."""
    there = node.exists()
    if os.access(node if there else node.parent, os.W_OK) and (there or not node.is_relative_to("/dev")):
        return ok(name, f"{node} can be written to")
    seen = f"{node} can't be written to" if there else f"{node} is not there"
    advice = f"Check power and cable; its user must be in group {group}. Sales go on without it."
    return Finding("wrong", name, seen, advice)


def hub_database(settings: Settings) -> Iterator[Finding]:
    """The hub's own database, where this machine has one."""
    url = settings.hub_database
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return
    from sqlalchemy.exc import SQLAlchemyError

    from sync.hub import database
    from sync.hub.records import report

    try:
        engine = database.open(url)
        told = report(engine)
    except (SQLAlchemyError, database.DatabaseProblem, OSError) as fault:
        # A driver's own words may hold the URL, and with it a password.
        seen = str(fault) if isinstance(fault, database.DatabaseProblem) else type(fault).__name__
        yield Finding("wrong", "hub database", seen, "Check hub.database and that the server runs.")
        return
    yield from _hub_report(told)


def _hub_report(told: Report) -> Iterator[Finding]:
    sales = sum(row.sales for row in told.sales)
    yield ok(
        "hub database", f"epoch {told.epoch}, {told.products:,} products, {told.locations} locations, {sales} sales"
    )
    for journal in told.journals:
        seen = f"{journal.kind} at {journal.location}, journal up to {journal.last_seq}"
        if journal.forked:
            seen = f"{seen}, {journal.forked} forked"
            yield Finding("wrong", journal.name, seen, "Two machines share one identity: enrol one of them anew.")
        else:
            yield ok(journal.name, seen)
    for code, count in told.attention.items():
        yield Finding("look", "attention", f"{count} × {code}", "python -m sync hub report names them.")
    for what, ids in (("unknown payments", told.unknown_payments), ("paid, no sale", told.paid_without_sale)):
        if ids:
            yield Finding("look", what, f"{len(ids)}: {', '.join(ids[:3])}", "Ask the card terminal's own records.")


def _age(ms: int) -> str:
    seconds = max(0, ms) // 1000
    for size, word in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {word}"
    return f"{seconds} s"
