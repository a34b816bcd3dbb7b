"""What `hub import --help` says of files, made from the columns that are read."""

from datetime import UTC

from sync.hub.csv_rows import Column, Kind, shape

_FORM = """files: CSV in UTF-8 (with or without BOM) or cp1251, separated by “,” or “;”; the first line names columns.
Only what is marked * must be there. Words (…_en, …_ru, …_kk, …_ka, or without a language for all) are one column for
each language. Amounts: 64990 or 64990.50; quantities: 12 or 0.350; VAT in percent: 16; dates: 2026-11-22. A stock file
is a count: what it says is what is on hand. Rows that are in the hub and not in the file stay as they are. A bad row is
named by line, column and reason and left out. The same file again changes nothing."""


def _column(column: Column) -> str:
    return column.name + ("_…" if column.words else "") + ("*" if column.required else "")


def _kind(kind: Kind) -> str:
    return f"  {kind + '.csv':<17}" + ", ".join(_column(c) for c in shape(kind, "KZT", UTC).columns)


COLUMNS = "\n".join([_FORM, "", *(_kind(kind) for kind in Kind)])
"""The text."""
