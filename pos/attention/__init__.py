"""Attention: what a person must settle."""
