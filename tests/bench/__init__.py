"""Figures, each measured beside its limit or a peer in the same run. A figure is shown; it fails nothing."""
