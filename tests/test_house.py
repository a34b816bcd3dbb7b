"""The house rules that import-linter can't say: where Kivy may be, which files there are, and how long they get."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOP = {"kiosk", "pos", "sync", "assets", "tests", "pyproject.toml", "README.md", "LICENSE", "Makefile"}
TOP |= {"requirements.lock"}
SOURCES = sorted(p for part in ("kiosk", "pos", "sync") for p in (ROOT / part).rglob("*.py"))
TASKS = {part: sorted(p.parent.name for p in (ROOT / part).glob("*/flow.py")) for part in ("pos", "kiosk")}


def modules(path: Path) -> set[str]:
    """Every module that a file names in an import, at any depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def may_draw(path: Path) -> bool:
    """Only apps, screens and the kit of widgets know Kivy."""
    inside = path.relative_to(ROOT)
    return inside.parts[:2] == ("pos", "ui") or path.name in ("app.py", "screen.py")


@pytest.mark.parametrize("path", [p for p in SOURCES if not may_draw(p)], ids=lambda p: str(p.relative_to(ROOT)))
def test_kivy_is_imported_only_by_apps_screens_and_the_kit(path):
    assert not {m for m in modules(path) if m.split(".")[0] == "kivy"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_task_never_imports_another_task(path):
    inside = path.relative_to(ROOT)
    own = inside.parts[1] if len(inside.parts) > 2 else ""
    if own not in TASKS.get(inside.parts[0], []):
        # Not a task: the app switches between tasks. But kiosk never uses one of pos.
        others = [f"pos.{t}" for t in TASKS["pos"]] if inside.parts[0] == "kiosk" else []
    else:
        others = [f"{p}.{t}" for p in TASKS for t in TASKS[p] if (p, t) != (inside.parts[0], own)]
    assert not {m for m in modules(path) for o in others if m == o or m.startswith(o + ".")}


def test_the_top_level_holds_only_what_the_design_names():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = {line.split("/")[0] for line in tracked.splitlines()}
    assert {n for n in names if not n.startswith(".")} <= TOP


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_source_file_stays_readable(path):
    assert path.read_text(encoding="utf-8").count("\n") <= 400


def test_a_kv_file_stays_readable():
    long = [p for part in ("kiosk", "pos") for p in (ROOT / part).rglob("*.kv") if p.read_text().count("\n") > 250]
    assert not long


def test_no_two_tasks_name_a_widget_alike():
    """Kivy knows widgets by their bare name: the last one of a name would be drawn in both places."""
    named: dict[str, set[str]] = {}
    for path in (p for part in ("kiosk", "pos") for p in (ROOT / part).glob("*/screen.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                named.setdefault(node.name, set()).add(str(path.relative_to(ROOT)))
    assert {name: places for name, places in named.items() if len(places) > 1} == {}


def test_no_name_that_a_kv_file_sets_for_all_is_an_id_in_another() -> None:
    """What `#:set` names is global: an id of that name is hidden where both files are loaded."""
    texts = [path.read_text("utf-8") for top in ("pos", "kiosk") for path in (ROOT / top).rglob("*.kv")]
    named = {name for text in texts for name in re.findall(r"^#:set (\w+)", text, re.M)}
    ids = {name for text in texts for name in re.findall(r"^\s+id: (\w+)\s*$", text, re.M)}
    assert named and ids and named & ids == set()
