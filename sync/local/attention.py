"""What a person must settle, as this terminal knows it: the hub's matters, its own, card payments without an answer.

What was settled here is off the list at once; it stays so until the replica includes it, whatever the hub says then.
"""

import sqlite3
from dataclasses import dataclass

import msgspec

from sync.domain.matters import Choice, choices_of
from sync.domain.verdicts import Code
from sync.local.database import Local
from sync.protocol.matters import Facts, Side

HERE = "here"
"""How the ids of matters begin that this terminal alone noted: `here:<terminal>:<what>`."""
CARD = "card"
"""How the ids of payment attempts begin that have no answer: they settle themselves once the card terminal is asked."""

_CODES = {
    "fork": Code.FORK,
    "journal_restored": Code.JOURNAL_LOST,
    "journal_damaged": Code.JOURNAL_DIFFERS,
    "proof": Code.JOURNAL_DIFFERS,
    "fiscal": Code.FISCAL_FAILED,
}
"""What a note of the journal's own is about, by the word that it begins with."""


@dataclass(frozen=True, slots=True)
class Matter:
    """One open matter. `at`: UTC ms, since when; `choices`: none if it settles itself."""

    id: str
    code: str
    at: int
    facts: Facts
    choices: tuple[Choice, ...]


_facts = msgspec.json.Decoder(Facts)

# A word of ours hides a matter until the replica includes it; of an earlier journal, until its verdict.
_SETTLED = """SELECT s.matter FROM settled s LEFT JOIN replica.cursor c ON c.scope = 'attention:' || :here
    LEFT JOIN verdict v ON v.incarnation = s.incarnation AND v.seq = s.seq
    WHERE CASE WHEN s.incarnation = (SELECT incarnation FROM identity)
        THEN s.seq > CASE WHEN c.incarnation = s.incarnation THEN c.included ELSE 0 END
        ELSE v.at IS NULL END"""
_TOLD = f"FROM replica.matter m WHERE m.location = :here AND m.id NOT IN ({_SETTLED})"
# Exceptions and forks are the hub's matters too, and stand in the scope; one that does not follow it shows its own.
# What a proof found here is shown until the hub has noted it, and again if it is settled and still found.
_OWN = """FROM attention a WHERE a.settled = 0
    AND NOT (a.what LIKE 'proof:%' AND EXISTS (SELECT 1 FROM replica.matter m WHERE m.code = 'journal_differs'
        AND json_extract(m.body, '$.terminal') = (SELECT terminal FROM identity)))
    AND (NOT (a.what LIKE 'applied_with_exception:%' OR a.what LIKE 'fork:%') OR NOT EXISTS
        (SELECT 1 FROM replica.cursor c WHERE c.scope = 'attention:' || :here))"""
_CARDS = f"""FROM attempt t WHERE t.sold = 0 AND t.state = 'unknown'
    AND NOT EXISTS (SELECT 1 FROM replica.matter m WHERE m.code = 'payment_unknown'
        AND json_extract(m.body, '$.about') = t.id)
    AND '{CARD}:' || t.id NOT IN ({_SETTLED})"""  # noqa: S608 - constants
_CARDS_BACK = f"""FROM card_refund t WHERE t.state = 'unknown'
    AND NOT EXISTS (SELECT 1 FROM replica.matter m WHERE m.code = 'card_back_unknown'
        AND json_extract(m.body, '$.about') = t.id)
    AND '{CARD}:' || t.id NOT IN ({_SETTLED})"""  # noqa: S608 - constants
_ALL = (_TOLD, _OWN, _CARDS, _CARDS_BACK)


_CARD_COLUMNS = "SELECT t.id, t.amount, t.currency, t.actor, t.changed_at, '{}' {}"


def needs_you(db: sqlite3.Connection) -> int:
    """How many matters a person must settle here. To be called inside one read."""
    here = _here(db)
    return sum(db.execute(f"SELECT count(*) {of}", {"here": here}).fetchone()[0] for of in _ALL)


def _here(db: sqlite3.Connection) -> str:
    row = db.execute("SELECT location FROM identity").fetchone()
    return str(row[0]) if row else ""


def matters(local: Local) -> list[Matter]:
    """What is open, the oldest first."""
    with local.read() as db:
        return _open(db, local)


def _open(db: sqlite3.Connection, local: Local) -> list[Matter]:
    here = {"here": _here(db)}
    told = [_told(*row) for row in db.execute(f"SELECT m.id, m.code, m.at, m.body {_TOLD}", here)]
    own = [_own(local, *row) for row in db.execute(f"SELECT a.what, a.detail, a.at {_OWN}", here)]
    cards = [_card(local, *row) for row in db.execute(_CARD_COLUMNS.format("payment_unknown", _CARDS), here)]
    back = [_card(local, *row) for row in db.execute(_CARD_COLUMNS.format("card_back_unknown", _CARDS_BACK), here)]
    found = [*told, *own, *cards, *back]
    return sorted(found, key=lambda each: (each.at, each.id))


def open_matter(local: Local, id: str) -> Matter | None:
    """Inside `local.write()` or `read()`: the matter of that id, if it is open here."""
    return next((each for each in _open(local.raw, local) if each.id == id), None)


def _told(id: str, code: str, at: int, body: str) -> Matter:
    facts = _facts.decode(body)
    known = choices_of(code)
    return Matter(id, code, at, facts, tuple(choice for choice in known if choice.value in facts.choices))


def _own(local: Local, what: str, detail: str, at: int) -> Matter:
    word, _, about = what.partition(":")
    first, _, rest = detail.partition(" ")
    judged = word in ("applied_with_exception", "refused")  # the detail begins with the code
    code = first if judged else _CODES.get(word, Code.JOURNAL_DIFFERS).value
    me = local.me
    side = Side("journal", at, me.terminal, me.name, me.location)
    facts = Facts(detail=rest if judged else detail, terminal=me.terminal, about=about, sides=[side])
    return Matter(f"{HERE}:{me.terminal}:{what}", code, at, facts, choices_of(code))


def _card(local: Local, id: str, amount: int, currency: str, actor: str, at: int, code: str) -> Matter:
    me = local.me
    person = local.raw.execute("SELECT name FROM replica.staff WHERE id = ?", (actor,)).fetchone()
    name = person[0] if person else ""
    side = Side("payment", at, me.terminal, me.name, me.location, name, amount=amount, tenders=["card"])
    facts = Facts(terminal=me.terminal, about=id, sides=[side], currency=currency, amount=amount)
    return Matter(f"{CARD}:{id}", code, at, facts, ())


def noted(local: Local) -> int:
    """How much this terminal ever noted by itself: where it grows, the hub noted something too."""
    return int(local.raw.execute("SELECT count(*) FROM attention").fetchone()[0])


def waiting_words(local: Local) -> int:
    """How many matters were settled here that the hub has not heard of."""
    query = """SELECT count(*) FROM settled s JOIN waiting w ON w.incarnation = s.incarnation AND w.seq = s.seq"""
    return int(local.raw.execute(query).fetchone()[0])
