"""Stored value in one transaction: accounts under their rows' locks, and a ledger that is only ever added to (F38).

A balance is the sum of an account's entries and is kept nowhere. Each entry has a key that can be there once, so that
whatever is told twice counts once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from sync.domain.value import ValueKind, ValueState
from sync.hub import database, given
from sync.hub.tables import value_account, value_entry, value_hold

NAMED = 4
"""Earlier entries that a sentence names, the latest ones."""
HELD = "open"
"""The state of a hold that keeps its amount from others, until its lease is over."""
CAPTURED, RELEASED = "captured", "released"


@dataclass(slots=True)
class Account:
    """An account as this transaction has it: `balance` in minor units, entries of this transaction in it."""

    account: str
    kind: str
    masked: str
    currency: str
    state: str
    end: int | None
    balance: int = 0

    def open_at(self, now: int) -> bool:
        """Whether it may be paid with at `now` (UTC ms)."""
        return self.state == ValueState.OPEN and (self.end is None or now < self.end)

    def state_at(self, now: int) -> ValueState:
        """Its state as it is told."""
        over = self.state == ValueState.OPEN and self.end is not None and now >= self.end
        return ValueState.ENDED if over else ValueState(self.state)

    @property
    def called(self) -> str:
        """As people know it."""
        return f"{'gift card' if self.kind == ValueKind.GIFT_CARD else 'store credit'} …{self.masked}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger; columns as in the table. `amount` above 0 came onto the account."""

    key: str
    account: str
    amount: int
    reason: str
    about: str
    named: str
    at: int
    received_at: int
    source: str


@dataclass
class Vault:
    """The accounts that a transaction holds; `write` puts the new entries down."""

    conn: Connection
    held: dict[str, Account] = field(default_factory=dict)
    _new: list[Entry] = field(default_factory=list)

    def lock(self, accounts: Iterable[str]) -> None:
        """Hold those that there are, in the order of their names, so that no two transactions wait in a ring."""
        wanted = sorted(set(accounts) - set(self.held))
        if not wanted:
            return
        mine = value_account.c.account.in_(wanted)
        rows = self.conn.execute(
            select(value_account).where(mine).order_by(value_account.c.account).with_for_update()
        ).all()
        sums = select(value_entry.c.account, func.sum(value_entry.c.amount)).group_by(value_entry.c.account)
        found = {row[0]: int(row[1]) for row in self.conn.execute(sums.where(value_entry.c.account.in_(wanted)))}
        for row in rows:
            self.held[row.account] = _account(row, found.get(row.account, 0))

    def find(self, account: str) -> Account | None:
        """An account, held from here on; None if there is none."""
        self.lock([account])
        return self.held.get(account)

    def make(self, like: Account, now: int) -> Account:
        """The account of that name: the one that is there, else a new one as given."""
        known = self.find(like.account)
        if known is not None:
            return known
        names = ("account", "kind", "masked", "currency", "state", "end")
        row = {name: getattr(like, name) for name in names} | {"at": now}
        self.conn.execute(database.insert(self.conn, value_account).values(row).on_conflict_do_nothing())
        made = self.find(like.account)  # another transaction may have been faster
        assert made is not None  # one of the two has made it
        return made

    def opened(self, account: Account, kind: str, masked: str) -> None:
        """An account of which only a payment was known is a real one from now on."""
        if account.state == ValueState.UNKNOWN:
            account.state, account.kind, account.masked = ValueState.OPEN.value, kind, masked or account.masked
            changed = {"state": account.state, "kind": account.kind, "masked": account.masked}
            self.conn.execute(
                value_account.update().where(value_account.c.account == account.account).values(**changed)
            )

    def credit(self, like: Account, entry: Entry) -> bool:
        """Put an entry's amount onto an account, which is made if need be; False if that key is there already."""
        account = self.make(like, entry.received_at)
        self.opened(account, like.kind, like.masked)
        return self.post(entry)

    def post(self, entry: Entry) -> bool:
        """Add to the ledger of an account that is held; False if that key is there already: then nothing changes."""
        if any(entry.key == it.key for it in self._new) or self.known([entry.key]):
            return False
        self._new.append(entry)
        self.held[entry.account].balance += entry.amount
        return True

    def known(self, keys: list[str]) -> set[str]:
        """Which of these keys the ledger has."""
        return given.those_of(self.conn, "value_entry", "key", keys)

    def entry(self, key: str) -> Any:
        """The row of that key, or None."""
        return self.conn.execute(select(value_entry).where(value_entry.c.key == key)).first()

    def holds(self, account: str, now: int, but: str = "") -> list[Any]:
        """Open holds of an account whose lease is not over at `now`, but for one."""
        mine = (value_hold.c.account == account, value_hold.c.state == HELD, value_hold.c.expires > now)
        return list(
            self.conn.execute(select(value_hold).where(*mine, value_hold.c.hold != but).order_by(value_hold.c.hold))
        )

    def paid_before(self, account: str) -> list[str]:
        """What was last paid with an account, as people call it, the oldest first."""
        query = select(value_entry.c.named).where(value_entry.c.account == account, value_entry.c.amount < 0)
        rows = self.conn.execute(query.order_by(value_entry.c.id.desc()).limit(NAMED)).scalars().all()
        new = [it.named for it in self._new if it.account == account and it.amount < 0]
        return [*reversed(rows), *new][-NAMED:]

    def write(self) -> None:
        """Put the new entries down."""
        names = Entry.__slots__
        given.append(self.conn, value_entry, [{name: getattr(it, name) for name in names} for it in self._new])
        self._new = []


def _account(row: Any, balance: int) -> Account:
    return Account(row.account, row.kind, row.masked, row.currency, row.state, row.end, balance)
