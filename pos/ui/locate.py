"""Where a widget is, by the words on it: for the demo's tour and for tests, which then touch that pixel for real.

The answerer listens only in demo mode, on an abstract Unix socket named after the terminal's folder.
"""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.widget import Widget

from pos.ui.asking import WAIT_SECONDS, address

WORDS = ("text", "name", "title", "place", "key", "line")


def seen(root: Widget) -> Iterator[Widget]:
    """All widgets that are drawn, the last drawn (topmost) first."""
    for child in root.children:
        if child.opacity > 0 and child.width > 0 and child.height > 0:
            yield from seen(child)
            yield child


def says(widget: Widget, words: str, whole: bool) -> bool:
    """Whether these words stand on the widget."""
    texts = [str(getattr(widget, a, "") or "") for a in WORDS]
    return any(words == t if whole else words in t for t in texts)


def centre(widget: Widget) -> tuple[int, int]:
    """The widget's middle in pixels of the window, counted from the top left."""
    x, y = widget.to_window(*widget.center)
    return round(x), round(Window.height - y)


def find(words: str) -> tuple[int, int] | None:
    """The middle of the uppermost widget in view with these words: the same text first, else a part of one.

    What floats over the screen goes first. Rows of a list that stand below the shelf come last.
    """
    for whole in (True, False):
        for top in Window.children:
            found = [centre(w) for w in [*seen(top), top] if says(w, words, whole)]
            found = [(x, y) for x, y in found if 0 <= x < Window.width and 0 <= y < Window.height]
            if found:
                return min(found, key=lambda at: (at[1], at[0]))
    return None


def texts() -> list[str]:
    """Every text in view, for what a tour checks."""
    widgets = (w for top in Window.children for w in [*seen(top), top])
    return [str(w.text) for w in widgets if getattr(w, "text", "")]


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to `{"find": words}` or `{"texts": true}`; runs on the UI thread."""
    if "find" in question:
        at = find(str(question["find"]))
        return {"x": at[0], "y": at[1]} if at else {"missing": question["find"]}
    return {"texts": texts(), "title": Window.title}


def listen(home: Path) -> None:
    """Answer questions for this folder until the process ends."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(address(home))
    server.listen(2)
    threading.Thread(target=_serve, args=(server,), daemon=True, name="locate").start()


def _serve(server: socket.socket) -> None:
    while True:
        line, _ = server.accept()
        with line:
            line.settimeout(WAIT_SECONDS)
            line.sendall(json.dumps(_reply(line)).encode() + b"\n")


def _reply(line: socket.socket) -> dict[str, Any]:
    try:
        question = json.loads(line.makefile().readline(4096))
    except (ValueError, OSError) as fault:
        return {"missing": f"not a question: {fault}"}
    if not isinstance(question, dict):
        return {"missing": "a question is an object"}
    done, box = threading.Event(), {}

    def on_ui(_: float) -> None:
        box.update(answer(question))
        done.set()

    Clock.schedule_once(on_ui)
    return dict(box) if done.wait(WAIT_SECONDS) else {"missing": "the screen did not answer in time"}
