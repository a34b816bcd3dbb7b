"""One pushed operation before the judge, and reading it: whatever its bytes are, it comes out as a case (I-5, F12)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection

from sync.domain.verdicts import APPLIED, Code, Outcome, Verdict
from sync.hub import sides
from sync.hub.attention import NO_FACTS, Note
from sync.hub.events import Event
from sync.hub.feed import Recorder
from sync.hub.vault import Vault
from sync.protocol.arrivals import BODIES as ARRIVALS
from sync.protocol.matters import Facts
from sync.protocol.operations import (
    BlindReturn,
    CashMoved,
    CashPaid,
    Envelope,
    Gap,
    Payment,
    Return,
    Sale,
    Settled,
    ShiftClosed,
    ShiftOpened,
    open_envelope,
)
from sync.protocol.order_payments import OrderPaid
from sync.protocol.pickups import BODIES as PICKUPS

if TYPE_CHECKING:
    from sync.hub.parcels import Shelf
    from sync.hub.returned import Book

LONGEST_ID = 128
"""Characters of an id: databases can't index much longer ones."""
LARGEST_NUMBER = 10**15
"""Beyond any quantity, time or amount of money; sums of such still fit 64 bits."""

Body = dict[str, Any]
Upcaster = Callable[[Body], Body]


@dataclass(frozen=True)
class Reader:
    """How the bodies of a kind are read: `upcasters[n]` turns a body of schema n into one of schema n + 1."""

    newest: int
    body: Any
    upcasters: dict[int, Upcaster] = field(default_factory=dict)

    def read(self, schema: int, raw: msgspec.Raw) -> Any:
        """The body in the newest schema. Every schema that was ever released is read (I-7)."""
        if schema == self.newest:
            return msgspec.json.decode(raw, type=self.body)
        body = msgspec.json.decode(raw, type=dict[str, Any])
        for step in range(schema, self.newest):
            body = self.upcasters[step](body)
        return msgspec.convert(body, type=self.body)


READERS: dict[str, Reader] = {
    "sale": Reader(1, Sale),
    "payment": Reader(1, Payment),
    "return": Reader(1, Return),
    "blind_return": Reader(1, BlindReturn),
    "gap": Reader(1, Gap),
    "shift_opened": Reader(1, ShiftOpened),
    "cash_moved": Reader(1, CashMoved),
    "shift_closed": Reader(1, ShiftClosed),
    "settled": Reader(1, Settled),
    "cash_paid": Reader(1, CashPaid),
    "order_paid": Reader(1, OrderPaid),
    **{kind: Reader(1, body) for kind, body in (PICKUPS | ARRIVALS).items()},
}
"""The kinds that this hub knows."""


@dataclass(frozen=True, slots=True)
class Who:
    """The terminal whose push it is."""

    terminal: str
    kind: str
    location: str
    incarnation: str


@dataclass
class Court:
    """What judging needs: the transaction, what a person will have to settle, what other systems are told; the
    purchases that its returns and hand-outs concern, the parcels, and the accounts that its sales and returns do."""

    conn: Connection
    notes: list[Note] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    book: "Book | None" = None
    shelf: "Shelf | None" = None
    vault: Vault = field(init=False)

    def __post_init__(self) -> None:
        self.vault = Vault(self.conn)


@dataclass(slots=True)
class Case:
    """An operation of a push and what was found about it. `recorder` is that push's. `aside`: nothing was applied."""

    who: Who
    recorder: Recorder
    seq: int
    raw: bytes
    hash: bytes
    envelope: Envelope | None = None
    body: Any = None
    aside: bool = False
    verdict: Verdict = APPLIED

    @property
    def now(self) -> int:
        """The hub's time of this push, UTC ms."""
        return self.recorder.at

    def note(
        self,
        court: Court,
        code: Code,
        detail: str,
        about: str,
        location: str = "",
        seq: int | None = None,
        facts: Facts = NO_FACTS,
    ) -> None:
        """Put a matter before a person; `facts` of both sides, else of this operation alone."""
        who, seq = self.who, self.seq if seq is None else seq
        place = location or who.location
        facts = facts if facts.sides else sides.alone(self, facts)
        where = (place, who.terminal, who.incarnation, seq, about, self.now)
        court.notes.append(Note(code, detail, *where, self.recorder, facts))

    def find(
        self, court: Court, code: Code, detail: str, about: str = "", location: str = "", facts: Facts = NO_FACTS
    ) -> None:
        """An exception: the first one found is the verdict, each is put before a person. Facts are never refused."""
        if self.verdict is APPLIED:
            self.verdict = Verdict(Outcome.EXCEPTION, code, detail[:500])
        self.note(court, code, detail, about or self.op_id, location, facts=facts)

    def set_aside(self, court: Court, code: Code, detail: str) -> None:
        """Keep its bytes, apply nothing of it."""
        self.aside = True
        self.find(court, code, detail)

    @property
    def op_id(self) -> str:
        """Its id, "" if it can't be read."""
        return self.envelope.op_id if self.envelope else ""


class Unfit(ValueError):
    """The bytes are JSON of the right shape but hold what no record can hold."""


def read(court: Court, case: Case, readers: dict[str, Reader] = READERS) -> None:
    """Open an operation. One that can't be read, or is of a kind or schema not known here, is set aside."""
    try:
        _check_bytes(case.raw)
        case.envelope = _envelope(case.seq, case.raw)
        reader = readers.get(case.envelope.kind)
        if reader is None:
            case.set_aside(court, Code.KIND_UNKNOWN, f"kind {case.envelope.kind}")
        elif not 1 <= case.envelope.schema <= reader.newest:
            case.set_aside(court, Code.SCHEMA_UNKNOWN, f"{case.envelope.kind} schema {case.envelope.schema}")
        else:
            case.body = reader.read(case.envelope.schema, case.envelope.body)
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        # An upcaster may stumble over a missing field too: a KeyError or TypeError here is about these bytes.
        case.set_aside(court, Code.UNREADABLE, f"{type(fault).__name__}: {fault}"[:300].replace("\x00", ""))


def _envelope(seq: int, raw: bytes) -> Envelope:
    envelope = open_envelope(raw)
    check_ids(envelope.op_id, envelope.kind)
    if not envelope.op_id or not envelope.kind:
        raise Unfit("the operation has no id or no kind")
    if len(envelope.actor) > LONGEST_ID or len(envelope.business_day) > LONGEST_ID:
        raise Unfit("the actor or the business day is too long")
    if envelope.seq != seq:
        raise Unfit(f"it calls itself number {envelope.seq} and stands as number {seq}")
    return envelope


def check_ids(*ids: str) -> None:
    """Raise Unfit if an id is longer than a database can index."""
    for text in ids:
        if len(text) > LONGEST_ID:
            raise Unfit(f"an id of {len(text)} characters is too long")


_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_MANY_DIGITS = b"0" * 16


def _check_bytes(raw: bytes) -> None:
    """Databases hold no NUL in text and no number above 64 bits. Only bytes that might contain one are walked."""
    if b"\\u0000" in raw or _MANY_DIGITS in raw.translate(_DIGITS):
        _walk(msgspec.json.decode(raw))


def _walk(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise Unfit("a text holds a NUL character")
    elif isinstance(value, dict):
        for key, item in value.items():
            _walk(key)
            _walk(item)
    elif isinstance(value, list):
        for item in value:
            _walk(item)
    elif isinstance(value, int | float) and abs(value) > LARGEST_NUMBER:
        raise Unfit("a number is beyond what can be")
