"""What the tables of journal.db are made of."""

from typing import Any

import sqlalchemy as sa

metadata = sa.MetaData()


def text(name: str, **options: Any) -> sa.Column[str]:
    """A word or a text; never NULL."""
    return sa.Column(name, sa.Text, nullable=False, **options)


def integer(name: str, **options: Any) -> sa.Column[int]:
    """An integer of 64 bits; never NULL."""
    return sa.Column(name, sa.BigInteger, nullable=False, **options)


def table(name: str, *columns: Any, keyed: bool = True) -> sa.Table:
    """A table; `keyed`: its rows lie by their key, without a number of their own."""
    return sa.Table(name, metadata, *columns, sqlite_with_rowid=not keyed)
