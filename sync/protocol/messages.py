"""Requests and answers of the hub's face. JSON; bodies over 1 KiB are zstd (`Content-Encoding: zstd`).

Binary values are lower-case hex. Unknown fields are ignored, so either side may be newer.
"""

from typing import Any

import msgspec

from sync.domain.orders import Purchase
from sync.protocol.channel import ChannelCatalogue as ChannelCatalogue
from sync.protocol.channel import ChannelEvent as ChannelEvent
from sync.protocol.channel import ChannelEvents as ChannelEvents
from sync.protocol.channel import ChannelLocation as ChannelLocation
from sync.protocol.channel import ChannelMove as ChannelMove
from sync.protocol.channel import ChannelOrder as ChannelOrder
from sync.protocol.channel import ChannelProduct as ChannelProduct
from sync.protocol.channel import ChannelReceived as ChannelReceived
from sync.protocol.channel import ChannelReturn as ChannelReturn
from sync.protocol.channel import ChannelValue as ChannelValue
from sync.protocol.channel import GivenPass as GivenPass
from sync.protocol.channel import IssuedValue as IssuedValue
from sync.protocol.channel import OrderLine as OrderLine
from sync.protocol.channel import OrderPayment as OrderPayment
from sync.protocol.channel import ReceivedBundle as ReceivedBundle
from sync.protocol.channel import ReceivedLine as ReceivedLine
from sync.protocol.channel import RefundAsked as RefundAsked
from sync.protocol.channel import RefundDone as RefundDone
from sync.protocol.channel import RefundsAsked as RefundsAsked

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


class Ails(msgspec.Struct, frozen=True):
    """A device that can't do its work: its role ("printer"), the word for what is wrong ("paper_out"), since when (UTC
    ms by the terminal's clock)."""

    device: str
    fault: str
    since: int


class Hello(msgspec.Struct, frozen=True, omit_defaults=True):
    """POST /v1/hello, signed: `signature` is Ed25519 over `hello:{terminal}:{incarnation}:{at}:{nonce}` in ASCII."""

    terminal: str
    incarnation: str
    at: int
    nonce: str
    signature: str
    software: str = ""
    told: int = 0
    """The last number of this journal that a hub said it holds, """
    seal: str = ""
    """and that hub's seal on it (`Pushed.seal`)."""
    ails: list[Ails] = []
    """All of its devices that staff elsewhere have to see to; none: all is well with it."""


class Scope(msgspec.Struct, frozen=True):
    """A slice that this terminal follows, and where it stands at the hub. `seal` is the hub's own, on this version
    and no other of the same number; empty where there is none yet."""

    name: str
    epoch: str
    version: int
    floor: int
    seal: str = ""


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


class Ended(Push, frozen=True):
    """POST /v1/ended: operations of a journal that its terminal writes no more, for a hub that was restored to before
    it had them. `aside`: no hub ever took them; they are chained onto `before` (hex) and kept aside as a fork. Others
    are judged as a push of them is."""

    aside: bool = False
    before: str = ""


class Judged(msgspec.Struct, frozen=True):
    """One operation's verdict: outcome, code and detail as in `sync.domain.verdicts`."""

    seq: int
    outcome: str
    code: str = ""
    detail: str = ""


class Pushed(msgspec.Struct, frozen=True):
    """Verdicts in order; the hub now stands at `last_seq`, and `seal` is its own on that."""

    verdicts: list[Judged]
    last_seq: int
    last_hash: str
    seal: str = ""


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
    """GET /v1/pull?scope=&epoch=&since=&seal=: whole versions in order, no gap. `included` is the last number of the
    asking terminal's current journal whose effects in this scope lie at or below `upto`; `head` is where the scope
    stands; `seal` is the hub's own on version `upto`, to be shown with the next pull."""

    scope: str
    epoch: str
    since: int
    upto: int
    head: int
    included: int
    now: int
    versions: list[Version]
    seal: str = ""


class SnapshotInfo(msgspec.Struct, frozen=True):
    """GET /v1/snapshot/{scope}?encoding=: an immutable file at `/v1/blob/{digest}` (Range allowed); `digest` is its
    SHA-256.

    `raw_size` and `raw_digest` are those of the SQLite file inside; `encoding` is `zstd` or, if asked for, `identity`.
    `format` is that of its tables (`replica.FORMAT`), `seal` the hub's own on `version`."""

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
    seal: str = ""


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


class CardPaid(msgspec.Struct, frozen=True):
    """What a card slip shows: the last four digits, minor units, and the local day, YYYY-MM-DD."""

    digits: str
    amount: int
    day: str


class FindOrders(msgspec.Struct, frozen=True):
    """POST /v1/ask/orders: by exactly one of these. `number`: of an order or a receipt, and where there is none, any of
    the two after `phone`. `account`: of a customer or a loyalty card; `payment`: what the payment side calls it."""

    number: str = ""
    email: str = ""
    phone: str = ""
    account: str = ""
    payment: str = ""
    card: CardPaid | None = None


class FoundOrders(msgspec.Struct, frozen=True):
    """Purchases (`sync.domain.orders.Purchase`) as the hub has them at `now`, the newest first, at most 20."""

    now: int
    purchases: list[Purchase]


class ClaimRight(msgspec.Struct, frozen=True):
    """POST /v1/claims/refund: the right to refund quantities (thousandths) of lines of a purchase. `claim` is made by
    the terminal; the same again gives the same answer, and a longer lease."""

    claim: str
    purchase: str
    lines: list[tuple[str, int]]


class ClaimedRight(msgspec.Struct, frozen=True):
    """The right is this terminal's until `expires` (UTC ms, the hub's clock), and the purchase as it stands without it.

    A right that someone else has, or that is used up: Fault 409 `right_gone`, its message naming where.
    """

    claim: str
    expires: int
    now: int
    purchase: Purchase


class ReleaseRight(msgspec.Struct, frozen=True):
    """POST /v1/claims/release: the shopper changed their mind. A claim that is gone already is fine."""

    claim: str


class AskValue(msgspec.Struct, frozen=True):
    """POST /v1/ask/value: what is on a gift card or store credit. `account`: that of its code (`domain.value`)."""

    account: str


class ValueAnswer(msgspec.Struct, frozen=True):
    """`balance`: minor units that may be held now, less `held`, which sales that are being paid hold already. `kind`: a
    `ValueKind`, "" if unknown; `state`: a `ValueState`; `masked` the end of its code; `now` the hub's clock, UTC ms."""

    kind: str
    masked: str
    balance: int
    currency: str
    now: int
    state: str
    held: int = 0


class HoldValue(msgspec.Struct, frozen=True):
    """POST /v1/claims/value: keep `amount` minor units of an account for a sale that is being paid. The same sale and
    account again: the same hold, with a longer lease; for another amount, the hold is of that amount from then on."""

    account: str
    amount: int
    sale: str


class HeldValue(msgspec.Struct, frozen=True):
    """`amount` is held under `hold` until `expires`, `left` may be held besides (minor units; UTC ms, the hub's clock).

    Faults: 404 `value_unknown`; 409 `value_short` (`have`: minor units that may be held), `value_used` (that sale is
    recorded), `value_closed` (blocked, or past its end); 403 `not_allowed`; 422 `bad_value`.
    """

    hold: str
    kind: str
    masked: str
    amount: int
    left: int
    currency: str
    expires: int
    now: int


class ReleaseValue(msgspec.Struct, frozen=True):
    """POST /v1/claims/value/release: it is not paid with. A hold that is gone already is fine."""

    hold: str


class AskOwed(msgspec.Struct, frozen=True):
    """POST /v1/ask/owed: what cash is owed to whoever has this slip. `number`: the return's receipt, as printed."""

    number: str


class Owed(msgspec.Struct, frozen=True):
    """Cash that is owed for a return (minor units), `receipt` being that return's. `state` as in `OwedState`.

    `at`: UTC ms; of what is paid, when it was, and `why` the location; else when the goods were taken, and `why` the
    code of the matter that keeps it back, or "". `till`: which terminal paid it. `number`: the order or sale."""

    key: str
    receipt: str
    amount: int
    currency: str
    state: str
    why: str
    at: int
    till: str = ""
    number: str = ""


class OwedAnswer(msgspec.Struct, frozen=True):
    """What the hub knows of that slip at `now` (UTC ms). Nothing in `owed`: no return of that number owes cash."""

    owed: list[Owed]
    now: int


class ClaimOwed(msgspec.Struct, frozen=True):
    """POST /v1/claims/owed: this till is about to pay it. `claim` is made by the terminal; the same again gives the
    same answer, and a longer lease."""

    key: str
    claim: str


class ClaimedOwed(msgspec.Struct, frozen=True):
    """No other till pays it until `expires` (UTC ms, the hub's clock). `amount`: minor units to pay.

    Faults: 404 `owed_unknown`; 409 `owed_paid`, `owed_claimed` (the message says where); 403 `not_allowed`."""

    key: str
    claim: str
    receipt: str
    amount: int
    currency: str
    expires: int
    now: int


class ReleaseOwed(msgspec.Struct, frozen=True):
    """POST /v1/claims/owed/release: it is not paid now. A claim that is gone already is fine."""

    key: str
    claim: str
