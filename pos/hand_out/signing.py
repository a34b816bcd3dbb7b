"""A signature on the glass. What is kept of it is a digest: the strokes are printed on nothing and kept nowhere."""

import hashlib
import json
from itertools import pairwise

Point = tuple[int, int]
Strokes = tuple[tuple[Point, ...], ...]
"""Each stroke from finger down to finger up, in pixels from the lower left corner of the pad."""
SHORTEST = 60
"""Pixels of line at least; less is a finger that rested on the glass."""


def is_signature(strokes: Strokes) -> bool:
    """Whether that is more than a dot."""
    return sum(_length(stroke) for stroke in strokes) >= SHORTEST


def digest_of(strokes: Strokes) -> str:
    """BLAKE2b-256 of the strokes in hex: two signatures differ, and nobody draws one again from it."""
    return hashlib.blake2b(json.dumps(strokes, separators=(",", ":")).encode(), digest_size=32).hexdigest()


def _length(stroke: tuple[Point, ...]) -> int:
    return sum(max(abs(bx - ax), abs(by - ay)) for (ax, ay), (bx, by) in pairwise(stroke))
