"""A card terminal as it stands in a window: its display with the amount, its keys."""

from pathlib import Path

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.ui.kit.shape import Boxed

from kivy.lang import Builder  # isort: skip
from kivy.properties import StringProperty  # isort: skip
from kivy.uix.relativelayout import RelativeLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class CardMachine(RelativeLayout):
    """The card terminal; `amount` is money as people read it."""

    amount = StringProperty("")


class MachineKey(Boxed):
    """One of its keys."""
