"""Requests and answers of the hub's face. JSON; bodies over 1 KiB are zstd (`Content-Encoding: zstd`).

Binary values are lower-case hex. Unknown fields are ignored, so either side may be newer.
"""

from typing import Any

import msgspec

PUSH_MOST = 500
"""Operations in one push."""
PUSH_BYTES = 8 * 1024 * 1024
"""Bytes of operations in one push, unless a single one is larger."""
PULL_ROWS = 2000
"""A pull page ends at the first whole version at or past this many rows."""


class Enrol(msgspec.Struct, frozen=True):
    """POST /v1/enrol: a one-time code for an identity. Repeated with the same key it gives the same answer."""

    code: str
    public_key: str
    incarnation: str
    software: str = ""


class Enrolled(msgspec.Struct, frozen=True):
    """Who the terminal is from now on."""

    terminal: str
    name: str
    kind: str
    location: str
    hub: str
    now: int


class Hello(msgspec.Struct, frozen=True):
    """POST /v1/hello, signed: `signature` is Ed25519 over `hello:{terminal}:{incarnation}:{at}:{nonce}` in ASCII."""

    terminal: str
    incarnation: str
    at: int
    nonce: str
    signature: str
    software: str = ""


class Scope(msgspec.Struct, frozen=True):
    """A slice that this terminal follows, and where it stands at the hub. `bytes` is the size of its snapshot."""

    name: str
    epoch: str
    version: int
    floor: int


class Welcome(msgspec.Struct, frozen=True):
    """The hub's answer: a bearer token (valid until `expires`, UTC ms), its clock, and where it stands with us."""

    token: str
    expires: int
    now: int
    epoch: str
    last_seq: int
    last_hash: str
    scopes: list[Scope]
    schemas: dict[str, int]
    older: list[tuple[str, int]] = []
    """Earlier incarnations of this terminal that the hub knows, with their last number."""


class Push(msgspec.Struct, frozen=True):
    """POST /v1/push. `ops` are the recorded bytes as UTF-8 text, consecutive. `signature`: Ed25519 over
    `push:{terminal}:{incarnation}:{last seq}:{hex of the last hash}` in ASCII."""

    terminal: str
    incarnation: str
    epoch: str
    first: int
    ops: list[str]
    signature: str


class Judged(msgspec.Struct, frozen=True):
    """One operation's verdict: outcome, code and detail as in `sync.domain.verdicts`."""

    seq: int
    outcome: str
    code: str = ""
    detail: str = ""


class Pushed(msgspec.Struct, frozen=True):
    """Verdicts in order; the hub now stands at `last_seq`."""

    verdicts: list[Judged]
    last_seq: int
    last_hash: str


class Change(msgspec.Struct, frozen=True):
    """One row of a version: `row` holds the columns of `entity`; none means deleted."""

    entity: str
    key: str
    row: dict[str, Any] | None = None


class Version(msgspec.Struct, frozen=True):
    """One whole version of a scope: what one commit at the hub changed in it."""

    version: int
    at: int
    changes: list[Change]


class Page(msgspec.Struct, frozen=True):
    """GET /v1/pull?scope=&epoch=&since=: whole versions in order, no gap. `included` is the last number of the asking
    terminal's current journal whose effects in this scope lie at or below `upto`; `head` is where the scope stands."""

    scope: str
    epoch: str
    since: int
    upto: int
    head: int
    included: int
    now: int
    versions: list[Version]


class SnapshotInfo(msgspec.Struct, frozen=True):
    """GET /v1/snapshot/{scope}?encoding=: an immutable file at `/v1/blob/{digest}` (Range allowed); `digest` is its
    SHA-256.

    `raw_size` and `raw_digest` are those of the SQLite file inside; `encoding` is `zstd` or, if asked for, `identity`.
    `format` is that of its tables (`replica.FORMAT`)."""

    scope: str
    epoch: str
    version: int
    included: int
    digest: str
    size: int
    encoding: str
    raw_digest: str
    raw_size: int
    format: int = 1


class Live(msgspec.Struct, frozen=True):
    """One event of GET /v1/live (SSE): a scope moved. With `page`, the change itself, if it is small."""

    scope: str
    epoch: str
    version: int


class Fault(msgspec.Struct, frozen=True):
    """Every answer that is not 2xx. `code` for programs, `message` for people; `want` is the number a gap wants."""

    code: str
    message: str
    want: int | None = None
    have: str = ""


class StockAt(msgspec.Struct, frozen=True):
    """Stock of one location, in thousandths; `at`: when it last changed at the hub, UTC ms."""

    location: str
    on_hand: int
    reserved: int
    shelf: str
    at: int


class StockAnswer(msgspec.Struct, frozen=True):
    """GET /v1/ask/stock/{product}: what the hub knows at `now`, by location."""

    product: str
    now: int
    levels: list[StockAt]


class OrderLine(msgspec.Struct, frozen=True):
    """One line of a channel's order, quantity in thousandths."""

    product: str
    quantity: int
    unit_price: int = 0


class ChannelOrder(msgspec.Struct, frozen=True):
    """POST /v1/channel/orders: goods promised from a location. The same `order` again changes nothing."""

    order: str
    location: str
    lines: list[OrderLine]
    at: int


class ChannelMove(msgspec.Struct, frozen=True):
    """POST /v1/channel/moves: goods came or went. `order` given: its reservation is consumed. Idempotent by `move`."""

    move: str
    location: str
    product: str
    delta: int
    reason: str
    at: int
    order: str = ""


class ChannelProduct(msgspec.Struct, frozen=True):
    """What a channel may sell: `unit` is `pcs` or `kg`, `unit_price` in minor units (0: no price now)."""

    id: str
    sku: str
    unit: str
    unit_price: int = 0


class ChannelLocation(msgspec.Struct, frozen=True):
    """A place that a channel may promise goods from: kind `store`, `warehouse` or `online`."""

    id: str
    kind: str


class ChannelCatalogue(msgspec.Struct, frozen=True):
    """GET /v1/channel/products?after=&limit=: products by id; `next` is the `after` of the next page, "" at the end."""

    products: list[ChannelProduct]
    locations: list[ChannelLocation]
    next: str = ""
