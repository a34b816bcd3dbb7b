"""Money by amount or by pieces, on the window."""
