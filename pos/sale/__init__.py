"""The sale: scan, cart, totals."""
