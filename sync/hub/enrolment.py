"""Enrolling a terminal with a one-time code, and its hello: who it is and where the hub stands with it."""

import secrets
from typing import Any

from sqlalchemy import Connection, Engine, select

from sync.domain.verdicts import Code
from sync.hub import ailing, anew, attention, database, feed, roles, seals, signers
from sync.hub.attention import Note
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.signatures import TOKEN_MS, Token, digest, make_token, read_key, signed
from sync.hub.tables import enrol_code, incarnation, location, terminal
from sync.protocol.messages import Enrol, Enrolled, Hello, Scope, Welcome
from sync.protocol.operations import GENESIS, SCHEMAS

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and digits that are not mistaken for each other when read aloud or copied."""
CODE_LENGTH = 12
"""Of 31 letters: 59 bits, too many to guess within a code's life."""


def hash_code(code: str) -> str:
    """How a code is kept. Spaces, dashes and case don't count, so that people can copy it."""
    return digest("".join(c for c in code.upper() if c.isalnum()))


def create_code(
    conn: Connection, *, terminal_id: str, name: str, kind: str, place: str, now: int, valid_ms: int = 24 * 3_600_000
) -> str:
    """A one-time code for a terminal: a new one, or a new machine for an existing one. Shown once, kept as a hash.

    Raises ValueError when the kind is none or the location is not known.
    """
    if kind not in roles.KINDS:
        raise ValueError(f"{kind!r} is no kind of terminal. Kinds are {', '.join(roles.KINDS)}.")
    if conn.execute(select(location.c.id).where(location.c.id == place)).first() is None:
        raise ValueError(f"There is no location {place!r}.")
    letters = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    row = {"terminal": terminal_id, "name": name, "kind": kind, "location": place, "created_at": now}
    conn.execute(enrol_code.insert().values(code_hash=hash_code(letters), expires=now + valid_ms, **row))
    return "-".join(letters[i : i + 4] for i in range(0, CODE_LENGTH, 4))


def enrol(engine: Engine, request: Enrol, now: int) -> Enrolled:
    """Give the code's identity to the key. Again with the same key: the same answer (F1). Raises Refusal."""
    read_key(request.public_key)
    check_incarnation(request.incarnation)
    key = request.public_key.lower()
    return database.retrying(engine, lambda conn: _enrol(conn, request, key, now))


def _enrol(conn: Connection, request: Enrol, key: str, now: int) -> Enrolled:
    code = _claim(conn, hash_code(request.code), key, now)
    if code.used_by != key:
        _install(conn, code, request, key, now)
    return Enrolled(code.terminal, code.name, code.kind, code.location, database.hub_row(conn).id, now)


def check_incarnation(name: str) -> None:
    """Raise Refusal unless that can name a journal."""
    if not (1 <= len(name) <= 64 and name.isascii() and name.isalnum()):
        raise Refusal(400, "bad_incarnation", "The incarnation must be 1 to 64 letters and digits.")


def _claim(conn: Connection, code_hash: str, key: str, now: int) -> Any:
    code = conn.execute(select(enrol_code).where(enrol_code.c.code_hash == code_hash).with_for_update()).first()
    if code is None:
        raise Refusal(403, "code_unknown", "This code is not known. Check it, or ask for a new one.")
    if code.used_by and code.used_by != key:
        raise Refusal(409, "code_used", "This code was used by another machine. Ask for a new one.")
    if not code.used_by:
        if code.expires <= now:
            raise Refusal(410, "code_expired", "This code has expired. Ask for a new one.")
        mine = enrol_code.c.code_hash == code_hash
        conn.execute(enrol_code.update().where(mine).values(used_by=key, used_at=now))
    return code


def _install(conn: Connection, code: Any, request: Enrol, key: str, now: int) -> None:
    row = {
        "name": code.name,
        "kind": code.kind,
        "location": code.location,
        "public_key": key,
        "incarnation": request.incarnation,
        "enrolled_at": now,
        "software": request.software[:64].replace("\x00", ""),
        "revoked_at": None,
    }
    statement = database.insert(conn, terminal).values(id=code.terminal, **row)
    conn.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row))
    start_journal(conn, code.terminal, request.incarnation, now)
    recorder = Recorder(now)
    signers.enrolled(conn, recorder, code.terminal, code.name, code.kind, code.location, key)
    recorder.commit(conn)


def start_journal(conn: Connection, name: str, journal: str, now: int) -> None:
    """Know a journal of a terminal, empty, unless it is known."""
    row = {"last_seq": 0, "last_hash": GENESIS, "started_at": now, "pushed_at": 0}
    statement = database.insert(conn, incarnation).values(terminal=name, incarnation=journal, **row)
    conn.execute(statement.on_conflict_do_nothing())


def revoke(conn: Connection, name: str, now: int) -> bool:
    """Shut a terminal out, and with it the passes on its receipts; the transaction's last statements. False if there is
    none of that id."""
    found = conn.execute(terminal.update().where(terminal.c.id == name).values(revoked_at=now)).rowcount > 0
    recorder = Recorder(now)
    signers.revoke(conn, recorder, name)
    ailing.forget(conn, recorder, name)
    recorder.commit(conn)
    return found


def admitted(conn: Connection, name: str, lock: bool = False) -> Any:
    """The terminal's row; `lock` holds it until the transaction ends. Raises Refusal if unknown or revoked."""
    query = select(terminal).where(terminal.c.id == name)
    return check_admitted(conn.execute(query.with_for_update() if lock else query).first())


def locked(conn: Connection, names: list[str]) -> dict[str, Any]:
    """The rows of those terminals that there are, locked in sorted order until the transaction ends."""
    query = select(terminal).where(terminal.c.id.in_(names)).order_by(terminal.c.id).with_for_update()
    return {row.id: row for row in conn.execute(query)}


def check_admitted(row: Any) -> Any:
    """The terminal's row. Raises Refusal if there is none or if it is revoked."""
    if row is None:
        raise Refusal(401, "terminal_unknown", "This hub does not know this terminal. Enrol it.")
    if row.revoked_at is not None:
        raise Refusal(403, "revoked", "This terminal was shut out at the hub. Enrol it anew.")
    return row


def hello(engine: Engine, request: Hello, now: int) -> Welcome:
    """Check the signature and say where the hub stands. A wrong clock is measured, not refused (F41)."""
    check_incarnation(request.incarnation)
    if "\x00" in request.terminal:
        raise Refusal(401, "terminal_unknown", "This hub does not know this terminal. Enrol it.")
    return database.retrying(engine, lambda conn: _hello(conn, request, now))


def _hello(conn: Connection, request: Hello, now: int) -> Welcome:
    row = admitted(conn, request.terminal, lock=True)
    text = f"hello:{request.terminal}:{request.incarnation}:{request.at}:{request.nonce}"
    if not signed(row.public_key, request.signature, text):
        raise Refusal(401, "signature", "The signature is not that of the enrolled key. Enrol the terminal anew.")
    _meet_journal(conn, row, request.incarnation, now)
    _hear_of_loss(conn, row, request, now)
    skew = max(-(2**53), min(2**53, request.at - now))
    seen = {"seen_at": now, "skew": skew, "software": request.software[:64].replace("\x00", "")}
    conn.execute(terminal.update().where(terminal.c.id == row.id).values(**seen))
    ailing.told(conn, row, request, now)
    return _welcome(conn, row, request.incarnation, now)


def _meet_journal(conn: Connection, row: Any, journal: str, now: int) -> None:
    if journal == row.incarnation:
        return
    mine = (incarnation.c.terminal == row.id, incarnation.c.incarnation == journal)
    if conn.execute(select(incarnation.c.last_seq).where(*mine)).first() is None:
        start_journal(conn, row.id, journal, now)
        conn.execute(terminal.update().where(terminal.c.id == row.id).values(incarnation=journal))
        return
    detail = "An earlier journal of this terminal speaks again: two machines use one identity. Enrol one anew."
    recorder = Recorder(now)
    attention.add_once(conn, Note(Code.TWIN, detail, row.location, row.id, journal, 0, row.id, now, recorder))
    recorder.commit(conn)


def _hear_of_loss(conn: Connection, row: Any, request: Hello, now: int) -> None:
    """Fewer operations here than this hub said, under its seal, that it has: it was restored from a backup."""
    if not request.seal:
        return
    mine = (incarnation.c.terminal == row.id, incarnation.c.incarnation == request.incarnation)
    here = conn.execute(select(incarnation.c.last_seq).where(*mine)).scalar_one()
    own, what = database.hub_row(conn), seals.of_journal(row.id, request.incarnation)
    if request.told > here and seals.made_here(own, what, request.told, request.seal):
        anew.begin(conn, own.epoch, row.id, f"a verdict on operation {request.told}", now)


def _welcome(conn: Connection, row: Any, journal: str, now: int) -> Welcome:
    query = select(incarnation).where(incarnation.c.terminal == row.id).order_by(incarnation.c.started_at)
    journals = {j.incarnation: j for j in conn.execute(query)}
    mine = journals.pop(journal)
    own = database.hub_row(conn)
    scopes = roles.followed(conn, row.kind, row.location)
    heads = feed.heads(conn, scopes)
    sealed = seals.of_heads(conn, own, scopes)
    return Welcome(
        token=make_token(own.secret, Token(row.id, journal, now + TOKEN_MS)),
        expires=now + TOKEN_MS,
        now=now,
        epoch=own.epoch,
        last_seq=mine.last_seq,
        last_hash=mine.last_hash.hex(),
        scopes=[Scope(s, heads[s].epoch, heads[s].version, heads[s].floor, sealed.get(s, "")) for s in scopes],
        schemas=SCHEMAS,
        older=[(j.incarnation, j.last_seq) for j in journals.values()],
    )
