"""Approving goods past their expiry on the sale's window."""
