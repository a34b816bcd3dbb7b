"""`python -m sync hub …`: serve the hub, import a retailer's files, enrol terminals, see how things stand."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from sync.domain.money import UnknownCurrency
from sync.flags import EPILOG, add_flags, read_settings
from sync.hub import channels, database, enrolment, ledger, pass_keys, report, roles, seed, shift_records, value_report
from sync.hub.csv_rows import Kind
from sync.hub.csv_source import FileRefused
from sync.hub.database import DatabaseProblem
from sync.hub.import_help import COLUMNS
from sync.hub.importing import ImportReport, import_files
from sync.hub.progress import shown
from sync.settings import Settings, WrongSetting, address

Run = Callable[[argparse.Namespace, Settings], int]


class CannotDo(Exception):
    """What was asked can't be done; the message says why, and what to do."""


class _Verb(argparse.ArgumentParser):
    """A verb's parser: settings that are not given after the verb leave those given before it alone."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        found, rest = super().parse_known_args(args, namespace)
        for name in [n for n, value in vars(found).items() if value is None and (n == "config" or "." in n)]:
            delattr(found, name)
        return found, rest


def register(subparsers: "argparse._SubParsersAction[Any]") -> None:
    """Add `hub` and its verbs. Without a verb it serves."""
    hub = subparsers.add_parser("hub", help="serve the hub, import files, enrol terminals", epilog=EPILOG)
    add_flags(hub, ("hub",))
    hub.set_defaults(run=_running(_serve))
    verbs = hub.add_subparsers(dest="hub_verb", metavar="VERB", parser_class=_Verb)
    _verb(verbs, "serve", "answer terminals and channels over HTTP (the default)", _serve)
    _add_import(verbs)
    _add_code(verbs)
    _verb(
        verbs,
        "report",
        "what stands in the hub: sales, stock below zero, terminals, attention, and whether its books agree",
        _report,
    )
    key = _verb(verbs, "channel-key", "admit a sales channel and print its API key, once", _channel_key)
    key.add_argument("--name", required=True, help="the channel's name, as in web; again: a new key, the old one ends")
    _add_pass_key(verbs)
    _add_value(verbs)
    _add_shut_out(verbs)
    _verb(
        verbs,
        "restored",
        "say that this database came back from a backup, before it is served again: terminals give again what it lacks",
        _restored,
    )
    _add_shifts(verbs)
    _verb(verbs, "demo", "fill the hub with the demo retailer; again changes nothing", _demo)


def _verb(verbs: Any, name: str, about: str, run: Run, epilog: str = EPILOG) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(
        name, help=about, description=about, epilog=epilog, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_flags(parser, ("hub",))
    parser.set_defaults(run=_running(run))
    return parser


def _running(run: Run) -> Callable[[argparse.Namespace], int]:
    """The verb with its settings read, and with what can go wrong said in one sentence. Status 1: it was not done."""

    def running(arguments: argparse.Namespace) -> int:
        settings = read_settings(arguments)
        try:
            return run(arguments, settings)
        except (CannotDo, DatabaseProblem, FileRefused, UnknownCurrency) as problem:
            return _say(str(problem))
        except SQLAlchemyError as problem:
            # The text of a statement says nothing to a person; what the database said of it does.
            return _say(f"The hub's database does not work: {getattr(problem, 'orig', None) or problem}")
        except OSError as problem:
            return _say(f"{problem.filename or 'A file'} can't be used: {problem.strerror or problem}.")

    return running


def _say(problem: str) -> int:
    print(f"storefloor: {problem}", file=sys.stderr)
    return 1


def _folder(settings: Settings) -> Path:
    folder = settings.hub.folder.expanduser()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _open(settings: Settings) -> Engine:
    _folder(settings)
    return database.open(settings.hub_database)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _serve(_: argparse.Namespace, settings: Settings) -> int:
    from sync.hub.serving import CantServe, Serving, serve

    own = settings.hub
    host, port = address(own.listen, "hub.listen")
    where = host.strip("[]"), port, own.certificate, own.key
    try:
        return serve(Serving(settings.hub_database, _folder(settings) / "snapshots", *where))
    except CantServe as problem:
        raise CannotDo(str(problem)) from None


def _add_import(verbs: Any) -> None:
    parser = _verb(verbs, "import", "import a retailer's own CSV files", _import, f"{COLUMNS}\n\n{EPILOG}")
    parser.add_argument(
        "source", nargs="?", type=Path, metavar="FOLDER", help="folder with locations.csv, products.csv and so on"
    )
    for kind in Kind:
        parser.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"file of {kind}")
    parser.add_argument("--strict", action="store_true", help="import nothing if one row is bad")
    parser.add_argument("--currency", help="ISO 4217 code of the prices (default: the retailer's setting, else KZT)")
    parser.add_argument(
        "--timezone", help="of dates in the files, as in Asia/Almaty (default: the retailer's, else UTC)"
    )


def _import(arguments: argparse.Namespace, settings: Settings) -> int:
    files = _files(arguments)
    engine = _open(settings)
    kept = seed.kept_settings(engine)
    currency = arguments.currency or str(kept.get("currency", "KZT"))
    zone = _zone(arguments.timezone or str(kept.get("timezone", "UTC")))
    with shown(sys.stderr) as watch:
        done = import_files(engine, files, currency=currency, strict=arguments.strict, progress=watch, zone=zone)
    return _print_import(done)


def _files(arguments: argparse.Namespace) -> dict[str, Path]:
    files: dict[str, Path] = {}
    if arguments.source is not None:
        if not arguments.source.is_dir():
            raise CannotDo(
                f"{arguments.source} is no folder. Name a file by its kind, as in --products {arguments.source}."
            )
        files = {kind: path for kind in Kind if (path := arguments.source / f"{kind}.csv").is_file()}
    files |= {kind: named for kind in Kind if (named := getattr(arguments, kind)) is not None}
    if not files:
        raise CannotDo(
            "There is nothing to import: give a folder that holds products.csv and so on, or --products FILE."
        )
    return files


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise WrongSetting(f"--timezone = {name!r} is not known here. Write it as Asia/Almaty.") from None


def _print_import(done: ImportReport) -> int:
    for row in done.bad:
        print(row, file=sys.stderr)
    if done.bad_count > len(done.bad):
        print(f"… and {done.bad_count - len(done.bad)} more bad rows.", file=sys.stderr)
    for kind, names in done.ignored.items():
        if names:
            print(f"{kind}: columns that nobody knows were passed over: {', '.join(names)}", file=sys.stderr)
    if done.refused:
        print(f"Nothing was imported: {done.bad_count} bad rows, and --strict was given.")
        return 1
    for kind, merged in done.counts.items():
        print(f"{kind:<12}{merged.added:>10} new{merged.changed:>10} changed{merged.unchanged:>10} as they were")
    if done.bad_count:
        print(f"{done.bad_count} bad rows were left out.")
    return 0


def _add_code(verbs: Any) -> None:
    parser = _verb(verbs, "code", "make a one-time code that enrols a terminal, and print it, once", _code)
    parser.add_argument("--location", required=True, help="where the terminal stands")
    parser.add_argument("--kind", required=True, choices=roles.KINDS, help="what it is")
    parser.add_argument("--name", required=True, help="what people call it, as in “Till 1”")
    parser.add_argument("--terminal", help="id of an existing terminal that gets a new machine (default: a new id)")


def _code(arguments: argparse.Namespace, settings: Settings) -> int:
    try:
        with database.write(_open(settings)) as conn:
            terminal = arguments.terminal or report.free_terminal_id(conn, arguments.location, arguments.kind)
            code = enrolment.create_code(
                conn,
                terminal_id=terminal,
                name=arguments.name,
                kind=arguments.kind,
                place=arguments.location,
                now=_now(),
            )
    except ValueError as wrong:
        raise CannotDo(str(wrong)) from None
    print(code)
    print(f"For {arguments.kind} {terminal} at {arguments.location}. It works once, within a day.", file=sys.stderr)
    return 0


def _channel_key(arguments: argparse.Namespace, settings: Settings) -> int:
    with database.write(_open(settings)) as conn:
        key = channels.register(conn, arguments.name, arguments.name, _now())
    print(key)
    print(f"The key of channel {arguments.name}. It is not kept here and can't be shown again.", file=sys.stderr)
    return 0


def _add_value(verbs: Any) -> None:
    about = "gift cards and store credit: what is on them, and one with all that happened to it"
    parser = _verb(verbs, "value", about, _value)
    which = "the last four digits of the code, or the beginning of the account; without it: the newest"
    parser.add_argument("account", nargs="?", default="", metavar="ACCOUNT", help=which)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--block", action="store_true", help="nobody pays with it any more, as when it was stolen")
    what.add_argument("--unblock", action="store_true", help="it may be paid with again")


def _value(arguments: argparse.Namespace, settings: Settings) -> int:
    engine = _open(settings)
    try:
        if arguments.block or arguments.unblock:
            value_report.block(engine, arguments.account, arguments.block)
        with database.read(engine) as conn:
            for line in value_report.lines(conn, arguments.account, _now()):
                print(line)
    except LookupError as wrong:
        raise CannotDo(str(wrong.args[0])) from None
    return 0


def _add_shut_out(verbs: Any) -> None:
    about = "shut a terminal out that was lost or stolen; the passes on its receipts hold no more"
    parser = _verb(verbs, "shut-out", about, _shut_out)
    parser.add_argument("terminal", metavar="TERMINAL", help="its id")


def _shut_out(arguments: argparse.Namespace, settings: Settings) -> int:
    with database.write(_open(settings)) as conn:
        if not enrolment.revoke(conn, arguments.terminal, _now()):
            raise CannotDo(f"There is no terminal {arguments.terminal!r}.")
    print(f"Terminal {arguments.terminal} is shut out. Its receipts are found by their numbers, with the network.")
    return 0


def _add_pass_key(verbs: Any) -> None:
    about = "the keys that sign passes: show them, let the next one sign, or take back what was signed"
    parser = _verb(verbs, "pass-key", about, _pass_key)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--rotate", action="store_true", help="the next key signs from now on; passes hold as before")
    what.add_argument("--revoke", metavar="KID", help="no pass that this key signed holds any more")
    what.add_argument("--revoke-passes", metavar="WHICH", help="a pass by its serial, or those of a purchase by its id")


def _pass_key(arguments: argparse.Namespace, settings: Settings) -> int:
    engine, now = _open(settings), _now()
    pass_keys.ensure(engine, now)
    _change_keys(engine, arguments, now)
    with database.read(engine) as conn:
        for line in pass_keys.lines(conn, now):
            print(line)
    return 0


def _change_keys(engine: Engine, arguments: argparse.Namespace, now: int) -> None:
    if arguments.rotate:
        pass_keys.rotate(engine, now)
    elif arguments.revoke:
        try:
            pass_keys.revoke(engine, arguments.revoke, now)
        except LookupError as wrong:
            raise CannotDo(f"{wrong.args[0]} `hub pass-key` lists them.") from None
    elif arguments.revoke_passes:
        taken = pass_keys.revoke_passes(engine, arguments.revoke_passes, now)
        if taken == 0:
            raise CannotDo(f"There is no pass of {arguments.revoke_passes!r} that holds.")
        print(f"{taken} passes hold no more, as soon as terminals hear of it.")


def _add_shifts(verbs: Any) -> None:
    about = "the newest shifts, each with what was counted, over or short, beside what the hub's own books say"
    parser = _verb(verbs, "shifts", about, _shifts)
    parser.add_argument("--location", default="", help="of this location alone (default: of all)")
    parser.add_argument("--most", type=int, default=50, help="how many (default: 50)")


def _shifts(arguments: argparse.Namespace, settings: Settings) -> int:
    with database.read(_open(settings)) as conn:
        for line in shift_records.lines(conn, arguments.location, max(1, arguments.most)):
            print(line)
    return 0


def _report(_: argparse.Namespace, settings: Settings) -> int:
    with database.read(_open(settings)) as conn:
        for line in report.lines(conn):
            print(line)
        different = [*ledger.faults(conn), *value_report.faults(conn)]
    for line in different:
        print(f"DIFFERS {line}")
    print(f"books: {len(different)} differences" if different else "books: every journal agrees with what was booked")
    return 1 if different else 0


def _restored(_: argparse.Namespace, settings: Settings) -> int:
    """Without it a restored hub would give out version numbers that terminals know with other contents."""
    with database.write(_open(settings)) as conn:
        epoch = database.new_epoch(conn)
    print(f"Epoch {epoch} begins. Terminals follow anew from snapshots and push again what this backup lacks.")
    return 0


def _demo(_: argparse.Namespace, settings: Settings) -> int:
    with shown(sys.stderr) as watch:
        done = seed.seed_demo(_open(settings), watch)
    return _print_import(done)
