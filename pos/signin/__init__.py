"""Signing in with a PIN, with or without a network."""
