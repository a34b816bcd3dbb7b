"""Every text of the source that a person can see: calls of `_` and `ngettext` in Python and in kv."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STRING = r'"((?:[^"\\]|\\.)*)"'
KV_SINGLE = re.compile(rf"(?<![\w.])_\(\s*{STRING}")
KV_PLURAL = re.compile(rf"(?<![\w.])ngettext\(\s*{STRING}\s*,\s*{STRING}")

Words = tuple[str, ...]  # one text, or singular and plural


def _of_python(path: Path) -> Iterator[Words]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        count = {"_": 1, "N_": 1, "ngettext": 2}.get(name, 0)
        texts = [a.value for a in node.args[:count] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if count and len(texts) == count:
            yield tuple(texts)


def _of_kv(path: Path) -> Iterator[Words]:
    text = path.read_text("utf-8")
    for found in KV_SINGLE.finditer(text):
        yield (ast.literal_eval(f'"{found[1]}"'),)
    for found in KV_PLURAL.finditer(text):
        yield tuple(ast.literal_eval(f'"{one}"') for one in found.groups())


def spoken() -> dict[Words, Path]:
    """Each text with one file that says it."""
    found: dict[Words, Path] = {}
    for top in ("pos", "kiosk"):
        for path in sorted((ROOT / top).rglob("*")):
            reader = {".py": _of_python, ".kv": _of_kv}.get(path.suffix)
            for words in reader(path) if reader else ():
                if words[0]:
                    found.setdefault(words, path.relative_to(ROOT))
    return found
