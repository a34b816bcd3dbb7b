"""The number of a unit on the sale's window."""
