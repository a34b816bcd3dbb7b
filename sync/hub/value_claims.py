"""Gift cards and store credit over the counter: what is on them, holding an amount for a sale, and letting go (F38).

An account's row is locked while a hold is looked at, as it is when a sale captures one: no two tills ever see the same
minor unit as free.
"""

from typing import Any

from sqlalchemy import Connection, Engine, select

from sync.domain.money import CURRENCIES
from sync.domain.value import BadCode, ValueKind, ValueState, account_of, hold_of, is_account, masked
from sync.domain.verdicts import Code
from sync.hub import attention, database, roles
from sync.hub.attention import Note
from sync.hub.channels import check_ids
from sync.hub.faults import Refusal
from sync.hub.feed import Recorder
from sync.hub.order_tables import order_payment
from sync.hub.said import money
from sync.hub.tables import sale, value_hold
from sync.hub.vault import CAPTURED, HELD, RELEASED, Account, Entry, Vault
from sync.protocol.messages import ChannelValue, HeldValue, HoldValue, IssuedValue, ValueAnswer

LEASE_MS = 15 * 60_000
"""How long an amount is held for a sale that is being paid: a shopper may look for another card meanwhile, and the
network may go before the sale is told."""
LARGEST = 10**12
"""Minor units of one hold or one gift card at most."""


def check_terminal(row: Any) -> None:
    """Raise Refusal unless staff sell with such a terminal."""
    if not roles.may_do(row.kind, "sale"):
        raise Refusal(403, "not_allowed", f"A {row.kind} takes no gift card and no store credit.")


def _check_account(account: str) -> None:
    if not is_account(account):
        raise Refusal(422, "bad_value", "That is no account of a gift card or of store credit.")


def ask(engine: Engine, row: Any, account: str, now: int) -> ValueAnswer:
    """What may be held of an account now. One that nobody issued has the state `unknown`, and is no fault."""
    check_terminal(row)
    _check_account(account)
    return database.retrying(engine, lambda conn: _ask(conn, account, now))


def _ask(conn: Connection, account: str, now: int) -> ValueAnswer:
    vault = Vault(conn)
    found = vault.find(account)
    if found is None or found.state == ValueState.UNKNOWN:
        return ValueAnswer("", "", 0, "", now, ValueState.UNKNOWN.value)
    free = _free(vault, found, now)
    state, held = found.state_at(now).value, found.balance - free
    return ValueAnswer(found.kind, found.masked, max(0, free), found.currency, now, state, held)


def _free(vault: Vault, account: Account, now: int, but: str = "") -> int:
    return account.balance - sum(int(hold.amount) for hold in vault.holds(account.account, now, but))


def hold(engine: Engine, row: Any, request: HoldValue, now: int) -> HeldValue:
    """Hold an amount for a sale of the terminal of that row. Raises Refusal as `HeldValue` says; of `value_short`,
    `have` is what may be held."""
    check_terminal(row)
    _check_account(request.account)
    check_ids(request.sale)
    if not 0 < request.amount <= LARGEST:
        raise Refusal(422, "bad_value", "Hold more than nothing, in minor units.")
    return database.retrying(engine, lambda conn: _hold(conn, row.id, request, now))


def _hold(conn: Connection, who: str, request: HoldValue, now: int) -> HeldValue:
    vault = Vault(conn)
    account = _usable(vault, request.account, now)
    name = hold_of(request.account, request.sale)
    known = _known(conn, who, name, request.sale)
    free = _free(vault, account, now, but=name)
    if request.amount > free:
        raise Refusal(409, "value_short", _short(vault, account, free, now, name), have=str(max(0, free)))
    values = {"amount": request.amount, "expires": now + LEASE_MS, "state": HELD}
    if known:
        conn.execute(value_hold.update().where(value_hold.c.hold == name).values(**values))
    else:
        made = {"hold": name, "account": request.account, "sale": request.sale, "terminal": who, "at": now}
        conn.execute(value_hold.insert().values(**made, **values))
    left = free - request.amount
    said = account.kind, account.masked, request.amount, left, account.currency
    return HeldValue(name, *said, now + LEASE_MS, now)


def _usable(vault: Vault, name: str, now: int) -> Account:
    account = vault.find(name)
    if account is None or account.state == ValueState.UNKNOWN:
        raise Refusal(404, "value_unknown", "No gift card and no store credit of that code is known here.")
    if not account.open_at(now):
        why = "is blocked" if account.state == ValueState.BLOCKED else "is past its end"
        raise Refusal(409, "value_closed", f"This {account.called} {why}.")
    return account


def _known(conn: Connection, who: str, name: str, sale_id: str) -> bool:
    """Whether there is a hold of that name. Raises Refusal if it can't be this one."""
    row = conn.execute(select(value_hold).where(value_hold.c.hold == name)).first()
    if row is not None and row.terminal != who:
        raise Refusal(403, "not_yours", "This sale is another terminal's.")
    asked = [
        select(sale.c.sale_id).where(sale.c.sale_id == sale_id),
        select(order_payment.c.payment).where(order_payment.c.payment == sale_id),
    ]
    recorded = any(conn.execute(query).first() is not None for query in asked)
    if recorded or (row is not None and row.state == CAPTURED):
        raise Refusal(409, "value_used", "The sale that this would pay for is recorded already.")
    return row is not None


def _short(vault: Vault, account: Account, free: int, now: int, but: str) -> str:
    said = f"This {account.called} has {money(max(0, free), account.currency)}"
    others = [f"{money(it.amount, account.currency)} at {it.terminal}" for it in vault.holds(account.account, now, but)]
    return said + (f"; held for other sales now: {', '.join(others)}." if others else ".")


def release(engine: Engine, row: Any, name: str) -> None:
    """Let go of a hold. One that is gone, or that paid already, is fine. Raises Refusal (403) if it is another's."""
    check_ids(name)

    def job(conn: Connection) -> None:
        mine = value_hold.c.hold == name
        owner = conn.execute(select(value_hold.c.terminal).where(mine)).scalar()
        if owner not in (None, row.id):
            raise Refusal(403, "not_yours", "This hold is another terminal's.")
        conn.execute(value_hold.update().where(mine, value_hold.c.state == HELD).values(state=RELEASED))

    database.retrying(engine, job)


def issue(engine: Engine, name: str, request: ChannelValue, now: int) -> tuple[IssuedValue, dict[str, int]]:
    """A channel sold or gave a gift card, or put more onto one. The same `value` again changes nothing. Answers moved
    heads too. Raises Refusal: 422 `bad_code`, `bad_value`, `bad_id`; 409 `value_differs`, `value_closed`."""
    check_ids(request.value)
    if not 0 < request.amount <= LARGEST or request.currency not in CURRENCIES:
        raise Refusal(422, "bad_value", "A gift card needs an amount above zero, in a currency that is known here.")
    if request.end is not None and not now < request.end <= 2**53:
        raise Refusal(422, "bad_value", "The end of a gift card lies ahead, or there is none.")
    try:
        account, end_of_code = account_of(request.code), masked(request.code)
    except BadCode as bad:
        raise Refusal(422, "bad_code", str(bad)) from None
    return database.retrying(engine, lambda conn: _issue(conn, name, request, account, end_of_code, now))


def _issue(
    conn: Connection, name: str, request: ChannelValue, account: str, known_by: str, now: int
) -> tuple[IssuedValue, dict[str, int]]:
    vault, recorder = Vault(conn), Recorder(now)
    kind = ValueKind.GIFT_CARD.value
    like = Account(account, kind, known_by, request.currency, ValueState.OPEN.value, request.end)
    found = vault.make(like, now)
    key = f"issue:{name}:{request.value}"
    if _issued(vault, key, account, request.amount, found.currency == request.currency):
        return IssuedValue(account, known_by, False), {}
    if found.currency != request.currency or found.state == ValueState.BLOCKED:
        raise Refusal(409, "value_closed", f"This {found.called} is in {found.currency} and {found.state}.")
    at = request.at if 0 <= request.at <= 2**53 else now
    vault.credit(like, Entry(key, account, request.amount, "issued", request.value, f"issued by {name}", at, now, name))
    vault.write()
    _settle(conn, vault.held[account], name, recorder)
    return IssuedValue(account, known_by, True), recorder.commit(conn)


def _issued(vault: Vault, key: str, account: str, amount: int, same_currency: bool) -> bool:
    row = vault.entry(key)
    if row is None:
        return False
    if (row.account, row.amount) != (account, amount) or not same_currency:
        raise Refusal(409, "value_differs", "This gift card was issued before with other contents.")
    return True


def _settle(conn: Connection, account: Account, name: str, recorder: Recorder) -> None:
    """What was paid with it before it was known is no riddle any more; what it does not cover is."""
    attention.settle(conn, Code.VALUE_UNKNOWN, [account.account], name, recorder)
    if account.balance < 0:
        detail = f"{account.called}: {money(account.balance, account.currency)} once it was issued by {name}"
        note = Note(Code.VALUE_OVERDRAWN, detail, "", name, "", 0, account.account, recorder.at, recorder)
        attention.add(conn, [note])
