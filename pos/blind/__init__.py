"""Goods that come back with nothing to prove their purchase: for store credit, within rules that everybody sees."""
