"""Returns of one transaction: each applied to its purchase's one state, whichever door it came by (F28, F32, I-8)."""

from collections import defaultdict
from dataclasses import InitVar, dataclass, field, replace
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, select

from sync.domain.orders import Purchase
from sync.domain.return_rules import read_rules
from sync.domain.returns import Destination, Refund, ReturnRules
from sync.domain.sales import STORED
from sync.domain.value import ValueKind, ValueState
from sync.domain.verdicts import Code
from sync.hub import attention, card_back, given, order_payments, owed_cash, purchases, settings, sides
from sync.hub.attention import Note
from sync.hub.events import Event
from sync.hub.feed import Recorder
from sync.hub.return_policy import departures
from sync.hub.right import Settled, settle
from sync.hub.said import money
from sync.hub.tables import operation, purchase, refund_request, taken_back
from sync.hub.vault import Account, Entry, Vault
from sync.protocol.operations import Return

NAMED = 4
"""Earlier returns that a sentence names, the latest ones."""

_body = msgspec.json.Decoder(Return)


@dataclass(frozen=True, slots=True)
class Fact:
    """A return as it was recorded: by a terminal's operation, whose id `key` is, or by a channel. Times UTC ms."""

    body: Return
    terminal: str
    incarnation: str
    seq: int
    key: str
    at: int
    received_at: int
    business_day: str = ""
    actor: str = ""

    @property
    def named(self) -> str:
        """Where it was, and what went back."""
        body = self.body
        where = f" ({body.location})" if body.location else ""
        return f"{body.receipt} at {self.terminal}{where}, {money(body.total, body.currency)}"

    @property
    def row(self) -> dict[str, Any]:
        """Its row of the table `taken_back`."""
        body = self.body
        return {
            "return_id": body.return_id,
            "purchase": body.purchase,
            "terminal": self.terminal,
            "incarnation": self.incarnation,
            "seq": self.seq,
            "receipt": body.receipt,
            "location": body.location,
            "currency": body.currency,
            "at": self.at,
            "business_day": self.business_day,
            "actor": self.actor,
            "received_at": self.received_at,
            "total": body.total,
            "vat": body.vat,
            "rounding": body.rounding,
            "basis": body.basis,
            "approved_by": body.approved_by,
            "body": msgspec.json.encode(body).decode(),
        }


@dataclass
class Book:
    """The purchases that a transaction holds, and what it does to them; `write` puts it down."""

    conn: Connection
    notes: list[Note]
    events: list[Event]
    held: dict[str, Purchase] = field(default_factory=dict)
    earlier: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    met: defaultdict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[str, str] = field(default_factory=dict)
    """Ids of operations by return, of this transaction: the ledger has them only at its end."""
    vault: InitVar[Vault | None] = None
    accounts: Vault = field(init=False)
    _asked: list[dict[str, Any]] = field(default_factory=list)
    _by_card: dict[str, int] = field(default_factory=dict)
    _at: int = 0
    _owed: list[tuple[dict[str, Any], Recorder]] = field(default_factory=list)
    _changed: set[str] = field(default_factory=set)
    _step: int | None = None

    def __post_init__(self, vault: Vault | None) -> None:
        self.accounts = vault or Vault(self.conn)

    def hold(self, ids: dict[str, Recorder]) -> None:
        """Lock purchases, each with the recorder whose feed it goes to. One that the hub hears of now gets the returns
        that came before it."""
        new = {id: recorder for id, recorder in ids.items() if id not in self.held}
        if not new:
            return
        made = purchases.make_of_sales(self.conn, sorted(new))
        found = purchases.locked(self.conn, new)
        self.held |= found
        for row in self._facts(sorted(set(found) - made)):
            self.earlier[row.body.purchase].append(row.named)
            self.met[row.body.purchase].append(row)
        for id in sorted(made):
            self.catch_up(id, new[id])

    def catch_up(self, id: str, recorder: Recorder) -> None:
        """A purchase is new to the hub: apply what came back of it while nobody knew it, and settle those matters."""
        recorder.put("orders", "purchase", purchases.row_of(self.held[id]))
        facts = self._facts([id])
        for fact in facts:
            settled = self.apply(fact, recorder)
            if settled is not None and settled.beyond:
                self.notes.append(self._collision(fact, settled, recorder))
        late = [fact.body.return_id for fact in facts]
        attention.settle(self.conn, Code.PURCHASE_UNKNOWN, late, "hub", recorder)
        # One that this very transaction found is not written down yet, and nobody needs to settle it any more.
        self.notes[:] = [n for n in self.notes if n.code is not Code.PURCHASE_UNKNOWN or n.about not in late]

    def _collision(self, fact: Fact, settled: Settled, recorder: Recorder) -> Note:
        detail = self.collision(fact, settled)
        where = (fact.body.location, fact.terminal, fact.incarnation, fact.seq)
        facts = sides.of_collision(self.met[fact.body.purchase], fact, settled)
        return Note(Code.REFUND_RIGHT, detail, *where, fact.body.return_id, recorder.at, recorder, facts)

    def collision(self, fact: Fact, settled: Settled) -> str:
        """Both sides of a return that exceeds its right, with the amounts."""
        body = fact.body
        others = [name for name in self.earlier[body.purchase] if name != fact.named][-NAMED:]
        before = f" Before it: {'; '.join(others)}." if others else ""
        beyond = money(settled.excess, body.currency)
        # A detail is cut where it is too long: both sides come first.
        return (
            f"{fact.named}, order {body.number}: {beyond} beyond the right.{before} Found: {'; '.join(settled.beyond)}."
        )

    def apply(self, fact: Fact, recorder: Recorder) -> Settled | None:
        """Add a return to its purchase; None if the hub does not know it. What is owed otherwise than in cash is asked
        of the payment side, once for each tender; cash that nobody gave yet is owed at any till."""
        body = fact.body
        before = self.held.get(body.purchase)
        if before is None:
            return None
        settled = settle(before, body, fact.at, self.step, self.rules.promised_cash)
        settled = replace(settled, differs=(*settled.differs, *departures(before, body, self.rules)))
        self.put(settled.purchase, recorder)
        self._give_back(fact, before, settled.asked, recorder)
        self._tell(fact, settled, recorder.at)
        self._by_card |= settled.by_card
        self._at = recorder.at
        self.earlier[body.purchase].append(fact.named)
        self.met[body.purchase].append(fact)
        return settled

    def ask(self, fact: Fact, refunds: tuple[Refund, ...], recorder: Recorder) -> None:
        """Give back more of a return; `key` of the fact makes it a request, or an entry of a ledger, of its own."""
        bought = self.held[fact.body.purchase]
        self._give_back(fact, bought, refunds, recorder)
        self._tell(fact, Settled(bought, refunds, (), (), 0), recorder.at)

    def _give_back(self, fact: Fact, bought: Purchase, asked: tuple[Refund, ...], recorder: Recorder) -> None:
        """What did not leave the drawer: onto store credit, onto the card that it came from, owed in cash, else the
        payment side is asked. Once for each tender, by the id of the operation."""
        now = recorder.at
        self._credit(fact, sum(refund.amount for refund in asked if refund.to is Destination.CREDIT), now)
        for refund in asked:
            if refund.to is Destination.COUNTER and refund.amount:
                self._owed.append((_debt(fact, bought, refund), recorder))
            elif refund.to is Destination.TENDERS and not self._put_back(fact, bought, refund, now):
                self._asked.append(_request(fact, bought, refund, now))

    def _credit(self, fact: Fact, amount: int, now: int) -> None:
        body = fact.body
        if not amount:
            return
        kind, state = ValueKind.STORE_CREDIT.value, ValueState.OPEN.value
        like = Account(body.credit, kind, body.credit_masked[:4], body.currency, state, None)
        if self.accounts.credit(like, _entry(fact, f"credit:{fact.key}", body.credit, amount, "credited", now)):
            told = {"return": body.return_id, "receipt": body.receipt, "account": body.credit, "amount": amount}
            told |= {"masked": body.credit_masked, "currency": body.currency, "language": body.language}
            self.events.append(Event("value_credited", body.purchase, now, told))

    def _put_back(self, fact: Fact, bought: Purchase, refund: Refund, now: int) -> bool:
        """Onto the gift card or credit that paid for it; False if it was paid otherwise, or elsewhere."""
        name = next((paid.reference for paid in bought.paid if paid.id == refund.paid), "")
        if refund.kind.value not in STORED or self.accounts.find(name) is None:
            return False
        key = f"refund:{fact.key}:{refund.paid}"
        self.accounts.post(_entry(fact, key, name, refund.amount, "refunded", now))
        return True

    def put(self, bought: Purchase, recorder: Recorder, *, told: bool = False) -> None:
        """The state of a held purchase from now on. What is paid beyond it by that is put before a person, unless
        whoever changes it says so (`told`)."""
        if not told:
            self.notes += order_payments.found_over(self.conn, self.held.get(bought.id), bought, recorder)
        self.held[bought.id] = bought
        self._changed.add(bought.id)
        recorder.put("orders", "purchase", purchases.row_of(bought))

    def _tell(self, fact: Fact, settled: Settled, now: int) -> None:
        masked = {tender.id: tender.masked for tender in settled.purchase.paid}
        told = {"return": fact.body.return_id, "number": settled.purchase.number, "receipt": fact.body.receipt}
        told |= {"currency": fact.body.currency, "language": settled.purchase.language or fact.body.language}
        by_tender = [r for r in settled.asked if r.to is Destination.TENDERS]
        if by_tender:
            refunds = [{"kind": r.kind, "amount": r.amount, "masked": masked[r.paid]} for r in by_tender]
            self.events.append(Event("refund_promised", fact.body.purchase, now, {**told, "refunds": refunds}))
        if cash := sum(r.amount for r in settled.asked if r.to is Destination.COUNTER):
            self.events.append(Event("cash_owed", fact.body.purchase, now, {**told, "amount": cash}))
        if settled.beyond:
            self.events.append(Event("refund_refused", fact.body.purchase, now, {**told, "amount": settled.excess}))

    @cached_property
    def rules(self) -> ReturnRules:
        """The retailer's rules of returns, as they are set now."""
        return read_rules(settings.kept(self.conn))

    @property
    def step(self) -> int:
        """The smallest coin, minor units."""
        if self._step is None:
            self._step = purchases.kept_number(self.conn, "cash_step")
        return self._step

    def _facts(self, ids: list[str]) -> list[Fact]:
        """The returns of purchases, in the order in which the hub heard of them."""
        same = [
            getattr(operation.c, name) == getattr(taken_back.c, name) for name in ("terminal", "incarnation", "seq")
        ]
        query = select(taken_back, operation.c.op_id).outerjoin(operation, and_(*same))
        query = query.where(taken_back.c.purchase.in_(ids))
        query = query.order_by(taken_back.c.received_at, taken_back.c.return_id)
        return [_fact(row, self.keys) for row in self.conn.execute(query)] if ids else []

    def write(self) -> None:
        """Write down the purchases, what is asked of the payment side, and what came onto accounts."""
        rows = [purchases.row_of(self.held[id]) for id in sorted(self._changed)]
        given.update(self.conn, purchase, rows)
        given.append(self.conn, refund_request, self._asked)
        owed_cash.make(self.conn, self._owed, self.notes)
        self.accounts.write()
        card_back.allot(self.conn, self._by_card, self._at, self.events)
        self._by_card = {}
        self._changed.clear()
        self._asked, self._owed = [], []


def _fact(row: Any, keys: dict[str, str]) -> Fact:
    return Fact(
        body=_body.decode(row.body),
        terminal=row.terminal,
        incarnation=row.incarnation,
        seq=row.seq,
        key=row.op_id or keys.get(row.return_id, row.return_id),
        at=row.at,
        received_at=row.received_at,
        business_day=row.business_day,
        actor=row.actor,
    )


def _request(fact: Fact, bought: Purchase, refund: Refund, now: int) -> dict[str, Any]:
    references = {tender.id: tender.reference for tender in bought.paid}
    return {
        "key": f"{fact.key}:{refund.paid}",
        "return_id": fact.body.return_id,
        "purchase": bought.id,
        "paid": refund.paid,
        "kind": refund.kind.value,
        "amount": refund.amount,
        "currency": bought.currency,
        "reference": references[refund.paid],
        "at": now,
        "done_at": None,
    }


def _debt(fact: Fact, bought: Purchase, refund: Refund) -> dict[str, Any]:
    return {
        "key": f"{fact.key}:{refund.paid}",
        "return_id": fact.body.return_id,
        "purchase": bought.id,
        "number": bought.number,
        "receipt": fact.body.receipt,
        "amount": refund.amount,
        "currency": bought.currency,
        "at": fact.at,
    }


def _entry(fact: Fact, key: str, account: str, amount: int, reason: str, now: int) -> Entry:
    return Entry(key, account, amount, reason, fact.body.return_id, fact.named, fact.at, now, fact.terminal)


def recorded(fact: Fact, now: int) -> Event:
    """That goods came back."""
    body = fact.body
    lines = [{"line": line.line, "quantity": line.quantity, "amount": line.amount} for line in body.lines]
    told = {"return": body.return_id, "number": body.number, "receipt": body.receipt, "location": body.location}
    told |= {"currency": body.currency, "language": body.language}
    return Event("return_recorded", body.purchase, now, {**told, "lines": lines, "total": body.total})
