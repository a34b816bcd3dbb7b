"""Search as you type, by any part of a word, in any language: how words are folded and how a query is asked.

The index is FTS5 with the trigram tokenizer over `terms`. Two spaces stand before every word, so that one typed
letter is the trigram "␣␣x" and two are "␣xy": short queries find beginnings of words from the same index.
"""

import unicodedata

SHOWN = 64
"""Rows of one answer."""
LONGEST = 64
"""Characters of a query that count."""


def fold(text: str) -> str:
    """One form for letters that people type in several ways: case, ё and е, accents on Latin letters, spaces."""
    flat = unicodedata.normalize("NFKD", text.casefold().replace("ё", "е").replace("й", "\ue000"))
    kept = "".join(c for c in flat if not unicodedata.combining(c)).replace("\ue000", "й")
    return " ".join("".join(c if c.isalnum() else " " for c in kept).split())


def terms(*texts: str) -> str:
    """The indexed text of a product: each different folded word once, two spaces before each."""
    words = dict.fromkeys(w for text in texts for w in fold(text).split())
    return "".join("  " + w for w in words)


def match(query: str) -> tuple[str, list[str]] | None:
    """The FTS5 expression of a query and the pieces that must stand in `terms`; None if nothing was asked.

    The index stores no positions (it would be three times the size), so each piece is checked again by `instr`.
    """
    words = fold(query[:LONGEST]).split()
    pieces = [w if len(w) >= 3 else (" " * (3 - len(w)) + w) for w in words]
    grams = dict.fromkeys(p[i : i + 3] for p in pieces for i in range(len(p) - 2))
    if not grams:
        return None
    return " AND ".join(f'"{g}"' for g in grams), pieces
