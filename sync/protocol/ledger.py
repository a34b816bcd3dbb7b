"""What terminal and hub tell each other to prove that they hold the same journal (F13).

A span of numbers is summed up by a digest over each operation's hash and verdict: a hundred thousand operations that
are the same cost one short answer, and one that differs is found by asking for the parts of the span that differ.
"""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from sync.domain.verdicts import Code
from sync.protocol.operations import BlindReturn, CashPaid, Return, Sale
from sync.protocol.order_payments import OrderPaid

PARTS = 16
"""Parts that a span which differs is asked for in."""
ROWS_MOST = 256
"""A span of so many numbers that differs is asked for row by row."""
UNBOOKED = (
    Code.DUPLICATE_SALE,
    Code.DUPLICATE_RETURN,
    Code.DUPLICATE_OPERATION,
    Code.UNREADABLE,
    Code.KIND_UNKNOWN,
    Code.SCHEMA_UNKNOWN,
    Code.NOT_ALLOWED,
)
"""Sales and returns with these verdicts may not be booked; totals leave them out on both sides."""


class Held(msgspec.Struct, frozen=True):
    """One operation as held: its chain hash in hex, and its verdict ("" while it waits)."""

    seq: int
    hash: str
    outcome: str
    code: str


class Span(msgspec.Struct, frozen=True):
    """Operations `first` to `last`: how many are held, and the digest over them in hex."""

    first: int
    last: int
    count: int
    digest: str


class Ledger(msgspec.Struct, frozen=True):
    """GET /v1/journal?incarnation=&first=&last=&parts=: spans, or with `parts=0` the rows (at most ROWS_MOST)."""

    spans: list[Span] = []
    rows: list[Held] = []


class DayTotal(msgspec.Struct, frozen=True):
    """Of a business day: `of` is `due` (sales and what was due), `change`, a kind of tender, `returned` (returns and
    what goes back for them), `blind` (those with no proof, and their credit), `owed` (cash that was owed and paid), or
    `order` (orders that were paid and what was due; `order:` and a kind of tender, `order:change`). Minor units."""

    day: str
    currency: str
    of: str
    count: int
    amount: int


class Totals(msgspec.Struct, frozen=True):
    """GET /v1/journal/totals?incarnation=&first=&last=: what the hub booked of these operations."""

    totals: list[DayTotal]


class Differs(msgspec.Struct, frozen=True):
    """POST /v1/journal/differs: a terminal found these differences; they are put before a person at the hub."""

    incarnation: str
    found: list[str]


Row = tuple[int, bytes, str, str]
"""Number, hash, outcome, code."""


def parts_of(first: int, last: int, parts: int) -> list[tuple[int, int]]:
    """The numbers `first` to `last` in about `parts` spans of the same length, without a hole."""
    step = max(1, -(-(last - first + 1) // parts))
    return [(start, min(last, start + step - 1)) for start in range(first, last + 1, step)]


def spans(rows: Iterable[Row], first: int, last: int, parts: int) -> list[Span]:
    """Sum up rows, which come in the order of their numbers, all within `first` to `last`."""
    bounds = parts_of(first, last, parts)
    step = bounds[0][1] - bounds[0][0] + 1
    counts, digests = [0] * len(bounds), [hashlib.sha256() for _ in bounds]
    for seq, sealed, outcome, code in rows:
        at = (seq - first) // step
        counts[at] += 1
        digests[at].update(b"%d\0%b\0%b\0%b\n" % (seq, sealed, outcome.encode(), code.encode()))
    return [Span(*bound, n, d.hexdigest()[:32]) for bound, n, d in zip(bounds, counts, digests, strict=True)]


Sums = dict[tuple[str, str, str], list[int]]
"""By business day, currency and what: how many, and minor units."""


def add_sale(sums: Sums, day: str, body: Sale) -> None:
    """Count a recorded sale into the totals of its day."""
    amounts = [("due", body.due), *((t.kind, t.amount) for t in body.tenders)]
    for of, amount in [*amounts, ("change", body.change)] if body.change else amounts:
        _add(sums, (day, body.currency, of), amount)


def add_return(sums: Sums, day: str, body: Return) -> None:
    """Count a recorded return into the totals of its day."""
    _add(sums, (day, body.currency, "returned"), body.total)


def add_blind(sums: Sums, day: str, body: BlindReturn) -> None:
    """Count goods that were taken back with no proof into the totals of their day."""
    _add(sums, (day, body.currency, "blind"), body.total)


def add_owed(sums: Sums, day: str, body: CashPaid) -> None:
    """Count cash that was owed and paid into the totals of its day."""
    _add(sums, (day, body.currency, "owed"), body.amount)


def add_order(sums: Sums, day: str, body: OrderPaid) -> None:
    """Count the payment of an order into the totals of its day."""
    amounts = [("order", body.due), *((f"order:{t.kind}", t.amount) for t in body.tenders)]
    for of, amount in [*amounts, ("order:change", body.change)] if body.change else amounts:
        _add(sums, (day, body.currency, of), amount)


def _add(sums: Sums, key: tuple[str, str, str], amount: int) -> None:
    total = sums.setdefault(key, [0, 0])
    total[0] += 1
    total[1] += amount


def unlike(ours: Sums, theirs: Sums, here: str, there: str) -> Iterator[str]:
    """A sentence for each total that differs; `here` and `there` say whose they are."""
    for key in sorted({**ours, **theirs}):
        (count, amount), (their_count, their_amount) = ours.get(key, [0, 0]), theirs.get(key, [0, 0])
        if (count, amount) != (their_count, their_amount):
            day, currency, of = key
            yield (
                f"totals of {day}, {of} in {currency}: {count} for {amount} minor units {here}, "
                f"{their_count} for {their_amount} {there}"
            )
