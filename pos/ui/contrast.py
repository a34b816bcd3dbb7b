"""Colours as numbers and the contrast between them (WCAG 2.2, relative luminance)."""

from __future__ import annotations

import re

Rgba = tuple[float, float, float, float]

_TINTS = ("sand", "mint", "sky", "blush", "lemon")

# Text and the grounds it stands on. A theme is checked against every one of them.
PAIRS = (
    *((text, ground) for text in ("ink", "ink_2", "ink_3") for ground in ("ground", "surface", "sunk")),
    ("ink_on_inverse", "inverse"),
    ("ink_2_on_inverse", "inverse"),
    ("ink_on_sun", "sun"),
    ("ink_on_sun", "sun_pressed"),
    ("surface", "alert"),
    *((tone, ground) for tone in ("good", "alert", "info") for ground in ("ground", "surface", f"{tone}_soft")),
    *((text, f"tint_{t}") for text in ("ink_on_tint", "ink_2_on_tint") for t in _TINTS),
)  # fmt: skip


def colour(text: object) -> Rgba:
    """`#RRGGBB` or `#RRGGBBAA` as four numbers from 0 to 1; ValueError says what is wrong."""
    if not isinstance(text, str) or not re.fullmatch(r"#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})", text):
        raise ValueError(f"{text!r} is not a colour like #1A1915.")
    parts = [int(text[i : i + 2], 16) / 255 for i in range(1, len(text), 2)]
    return (parts[0], parts[1], parts[2], parts[3] if len(parts) == 4 else 1.0)


def _luminance(rgba: Rgba) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgba[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Rgba, other: Rgba) -> float:
    """The contrast ratio of two opaque colours, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def failures(palette: dict[str, Rgba], floor: float) -> list[str]:
    """Each pair of text and ground below the floor, as "ink_3 on sunk is 4.1, wants 4.5"."""
    low = []
    for text, ground in PAIRS:
        ratio = contrast(palette[text], palette[ground])
        if ratio < floor:
            low.append(f"{text} on {ground} is {ratio:.2f}, wants {floor}")
    return low
