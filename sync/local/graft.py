"""Moving whole tables from one SQLite file into an empty table of another, page by page.

A million prices take a second of processor as rows, and a twentieth as pages. What is done is what the file format says
(https://sqlite.org/fileformat2.html, sections 1.3 and 1.6): pages of a B-tree name each other by number only in their
inner pages, so all others move as they are. Anything out of the ordinary is left to SQL.
"""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

_INNER, _LEAF = (2, 5), (10, 13)
_AHEAD = 1 << 20
_HEADER = 100


class _File:
    """A SQLite file that nobody else has open, read and written by page. Page 1 is the header and the schema."""

    def __init__(self, path: Path, writable: bool = False) -> None:
        self.number = os.open(path, (os.O_RDWR if writable else os.O_RDONLY) | os.O_CLOEXEC)
        head = os.pread(self.number, 100, 0)
        size = int.from_bytes(head[16:18], "big")
        self.page_size = 65536 if size == 1 else size
        self.pages = int.from_bytes(head[28:32], "big")
        # Reserved bytes, a freelist, auto-vacuum and another text encoding are what we don't do; and a size that the
        # header does not vouch for.
        self.plain = head[20] == 0 and not any(head[32:40]) and not any(head[52:56]) and head[56:60] == b"\0\0\0\1"
        self.plain &= head[24:28] == head[92:96] and os.fstat(self.number).st_size == self.pages * self.page_size

    def read(self, page: int) -> bytes:
        return os.pread(self.number, self.page_size, (page - 1) * self.page_size)

    def write(self, page: int, content: bytes) -> None:
        os.pwrite(self.number, content, (page - 1) * self.page_size)

    def write_size(self, pages: int) -> None:
        os.pwrite(self.number, pages.to_bytes(4, "big"), 28)

    def close(self) -> None:
        os.close(self.number)


def graft(source: Path, target: Path, tables: tuple[str, ...]) -> bool:
    """Move `tables` with their indexes, all of them empty in `target`; whether it was done, else nothing was changed.

    Both files are closed, of one schema, and not in WAL mode or checkpointed. A crash may leave `target` torn: it is
    one that nobody relies on yet. OSError, sqlite3.Error where the disk fails.
    """
    here, there = _roots(target, tables), _roots(source, tables)
    if here.keys() != there.keys() or len(here) < len(tables):
        return False
    old, new = _File(source), _File(target, writable=True)
    try:
        if not (old.plain and new.plain) or old.page_size != new.page_size:
            return False
        trees = {name: _Tree(old, root) for name, root in _roots(source, None).items()}
        # No pages but those of the trees, so none holds what did not fit into its cell: those would name each other.
        if sum(len(tree.pages) for tree in trees.values()) + _schema_pages(old) != old.pages:
            return False
        if any(not _empty(new, root) for root in here.values()):
            return False
        for name, root in here.items():
            _move(old, trees[name], new, root)
    finally:
        old.close()
        new.close()
    return True


def _roots(path: Path, tables: tuple[str, ...] | None) -> dict[str, int]:
    """The root pages of the tables and of their indexes, by name; None: of all."""
    db = sqlite3.connect(path)
    try:
        found = db.execute("SELECT name, tbl_name, rootpage FROM sqlite_schema WHERE rootpage > 0").fetchall()
    finally:
        db.close()
    return {name: root for name, table, root in found if tables is None or table in tables}


def _schema_pages(file: _File) -> int:
    """Pages of the schema's own table: its root is page 1, behind the file's header. 0: deeper than any schema is."""
    root = file.read(1)
    if root[_HEADER] == _LEAF[1]:
        return 1
    cells = range(int.from_bytes(root[_HEADER + 3 : _HEADER + 5], "big"))
    found = [_HEADER + 8, *(int.from_bytes(root[at : at + 2], "big") for at in (_HEADER + 12 + 2 * n for n in cells))]
    leaves = [file.read(_child(root, at))[0] == _LEAF[1] for at in found]
    return 1 + len(leaves) if all(leaves) else 0


class _Tree:
    """A B-tree: all its `pages`, the root first, and the content of the inner ones."""

    def __init__(self, file: _File, root: int) -> None:
        self.pages = [root]
        self.inner: dict[int, bytes] = {}
        level = [root]
        for _ in range(_depth(file, root)):  # all leaves lie equally deep: none has to be read
            found = {page: file.read(page) for page in level}
            level = [_child(content, at) for content in found.values() for at in _pointers(content)]
            self.inner |= found
            self.pages += level


def _depth(file: _File, root: int) -> int:
    depth, content = 0, file.read(root)
    while content[0] in _INNER:
        depth, content = depth + 1, file.read(_child(content, 8))
    return depth


def _child(inner: bytes, at: int) -> int:
    return int.from_bytes(inner[at : at + 4], "big")


def _pointers(inner: bytes) -> Iterator[int]:
    """Where an inner page names its children: the last one in its head, the others first in each cell."""
    yield 8
    for n in range(int.from_bytes(inner[3:5], "big")):
        yield int.from_bytes(inner[12 + 2 * n : 14 + 2 * n], "big")


def _empty(file: _File, root: int) -> bool:
    content = file.read(root)
    return content[0] in _LEAF and content[3:5] == b"\0\0"


def _move(old: _File, tree: _Tree, new: _File, place: int) -> None:
    """One tree: its root to `place`, the other pages behind the last one, in the order in which they lay."""
    root, rest = tree.pages[0], sorted(tree.pages[1:])
    where = {page: new.pages + n for n, page in enumerate(rest, 1)} | {root: place}
    _append(old, rest, new)
    if not tree.inner:
        new.write(place, old.read(root))
    for page, content in tree.inner.items():
        new.write(where[page], _renumbered(content, where))
    new.pages += len(rest)
    new.write_size(new.pages)


def _renumbered(content: bytes, where: dict[int, int]) -> bytes:
    changed = bytearray(content)
    for at in _pointers(content):
        changed[at : at + 4] = where[_child(content, at)].to_bytes(4, "big")
    return bytes(changed)


def _append(old: _File, pages: list[int], new: _File) -> None:
    """Copy runs of neighbours at once: the hub wrote each table in one go."""
    at, end = new.pages * new.page_size, 0
    for begin in range(len(pages)):
        if begin < end:
            continue
        end = begin + 1
        while end < len(pages) and pages[end] == pages[end - 1] + 1 and (end - begin) * old.page_size < _AHEAD:
            end += 1
        size = (end - begin) * old.page_size
        piece = os.pread(old.number, size, (pages[begin] - 1) * old.page_size)
        os.pwrite(new.number, piece, at)
        at += size
