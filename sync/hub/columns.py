"""What the hub's tables are made of."""

from sqlalchemy import BigInteger, Column, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import TEXT as PG_TEXT

metadata = MetaData()

# The same byte order on both databases: sorted locks and sorted answers may not depend on a server's locale.
TEXT = Text().with_variant(PG_TEXT(collation="C"), "postgresql")
# SQLite makes a row id, without an index of its own, of INTEGER only.
ROWID = BigInteger().with_variant(Integer, "sqlite")


def key(name: str) -> Column[str]:
    """A word that is the key, or a part of it."""
    return Column(name, TEXT, primary_key=True)


def text(name: str, default: str | None = None) -> Column[str]:
    """A word or a text."""
    return Column(name, TEXT, nullable=False, default=default)


def number(name: str, default: int | None = None) -> Column[int]:
    """An integer of 64 bits."""
    return Column(name, BigInteger, nullable=False, default=default)


def maybe(name: str) -> Column[int]:
    """An integer that may be missing."""
    return Column(name, BigInteger, nullable=True)


def flag(name: str) -> Column[int]:
    """1 or 0; rows of a database that is older than the column have 0."""
    return Column(name, BigInteger, nullable=False, server_default="0")
