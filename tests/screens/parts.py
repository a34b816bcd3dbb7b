"""Every part and its states on one page, light and dark: `python -m tests.screens.parts OUT`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from tests.screens.stage import Stage, private_display

SIZE = (1160, 1560)


def page() -> Any:
    """The page with every part on it."""
    import pos.ui.kit as kit
    from pos.ui.happened import Happened, Light

    from kivy.factory import Factory  # isort: skip
    from kivy.lang import Builder  # isort: skip
    from kivy.properties import BooleanProperty  # isort: skip

    if "PartsPage" not in Factory.classes:
        type("PartsPage", (kit.Panel,), {"choose": BooleanProperty(False)})
        Builder.load_file(str(Path(__file__).with_suffix(".kv")))
    made = Factory.PartsPage()
    lights = (Light("online"), Light("sending", waiting=3), Light("offline", "14:02", 3), Light("attention", needs=1))
    for light in lights:
        made.ids.lights.add_widget(kit.NetworkLight(light=light, pos_hint={"center_y": 0.5}))
    for happened in (
        Happened("good", "Kettle Samal added", "Scanned 14:26 · line 2 of 5", action="Undo"),
        Happened(
            "refused",
            "Code 4870 … 112 is not ours",
            "Nothing was added. Scan again or find it.",
            action="Find",
            action_icon="search",
        ),
        Happened("working", "Sent 139 922 ₸ to card terminal 1", "14:27:06 · it has answered: ready", icon="nfc"),
        Happened(
            "fault",
            "Printer has no paper",
            "The sale is kept.",
            icon="printer",
            action="Send by e‑mail",
            action_icon="send",
        ),
    ):
        made.ids.strips.add_widget(_strip(kit, happened))
    dialog = kit.Dialog(
        title="Void this sale?",
        text="8 items stay on record as not sold. No money has moved.",
        keep_text="Keep it",
        act_text="Void the sale",
        act_icon="trash-2",
        danger=True,
        pos_hint={"x": 0, "y": 0},
    )
    dialog.fbind("veil", lambda one, _value: setattr(one, "veil", (0, 0, 0, 0)))
    dialog.veil = (0, 0, 0, 0)
    dialog.ids.card.width = 400
    made.ids.dialog.add_widget(dialog)
    made.ids.pad.children[-2].pressed = True
    return made


def _strip(kit: Any, happened: Any) -> Any:
    from kivy.factory import Factory

    strip = Factory.Strip()
    strip.add_widget(kit.JustHappened(happened=happened))
    return strip


def main(out: str) -> None:
    """Draw the page in light and dark into the folder `out`."""
    os.environ["STOREFLOOR_PICTURES"] = out
    with private_display():
        from pos.ui import window

        stage = Stage(window.open_window("Parts", SIZE))
        stage.reset()
        stage.resize(*SIZE)
        stage.show(page())
        for name, dark in (("parts", False), ("parts-dark", True)):
            stage.dark(dark)
            stage.wait(0.3)
            print(stage.picture(name))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "build/pictures")
