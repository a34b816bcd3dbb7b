"""Cash that the hub of a shop owes to whoever has a slip, made as a till's promise makes it: for tests."""

from sync.domain.verdicts import Code
from sync.hub import attention, database, given
from sync.hub.attention import Note
from sync.hub.feed import Recorder
from sync.hub.returned import Book, Fact
from sync.hub.tables import owed_cash, taken_back
from sync.protocol.operations import Return
from tests.flows.returning import OTHER, Shop, lamp
from tests.hub.returning import return_of
from tests.link.store import OWN, now

SLIP, AGAIN = "K7Q2ZD-4", "K7Q2ZD-9"
AMOUNT = 1_849_000
HOUR = 3_600_000


def owes(shop: Shop) -> None:
    """The lamp of an order came back yesterday under two slips: the first is owed, the second is held back."""
    name = shop.receive(**lamp())
    with database.write(shop.engine) as conn:
        recorder, book = Recorder(now()), Book(conn, [], [])
        book.hold({name: recorder})
        bought = book.held[name]
        held = [return_of(bought, {"1": 1000}, "promise", OWN, receipt=slip) for slip in (SLIP, AGAIN)]
        for body in held:
            _apply(book, body, recorder)
        where = (OWN, "till-7", "journal-7", 1, held[1].return_id, now())
        attention.add(conn, [Note(Code.REFUND_RIGHT, "more came back than was bought", *where, recorder)])
        book.write()
        recorder.commit(conn)


def _apply(book: Book, body: Return, recorder: Recorder) -> None:
    at = now() - 26 * HOUR
    fact = Fact(body, "till-7", "journal-7", 1, f"op-{body.receipt}", at, at)
    book.apply(fact, recorder)
    given.append(book.conn, taken_back, [fact.row])


def paid_elsewhere(shop: Shop) -> None:
    """Another store's till paid the first slip two hours ago."""
    values = {"payout": "p-1", "paid_at": now() - 2 * HOUR, "paid_by": "till-8", "paid_where": OTHER}
    with database.write(shop.engine) as conn:
        conn.execute(owed_cash.update().values(**values))
