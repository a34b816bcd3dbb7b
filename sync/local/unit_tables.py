"""The table of units that were sold by a number or a code of their own."""

from sync.local.columns import integer as _int
from sync.local.columns import table as _table
from sync.local.columns import text as _text

sold_unit = _table(
    "sold_unit",
    _text("product", primary_key=True),
    _text("unit", primary_key=True),
    _text("sale_id"),
    _int("line"),
)
"""In which sale of this terminal a unit was sold last, and as which line of it, from 1. `unit`: its serial number, or
the serial in its marking code. Whether it came back since, the purchase says (`sync.actions.sold_units`)."""
