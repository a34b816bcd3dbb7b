"""The kit: every part that screens are made of. Importing it tells kv the names; each part loads when first used."""

from __future__ import annotations

import importlib
from typing import Any

from pos.ui.theme import theme

from kivy.factory import Factory  # isort: skip
from kivy.lang import global_idmap  # isort: skip
from kivy.lang import Observable  # isort: skip

from pos.ui import i18n

_PARTS = {
    "shape": "Boxed",
    "text": "StyleLabel Icon",
    "numbers": "MoneyText",
    "picture": "Picture",
    "touch": "Pressable",
    "frame": "Panel HairLine Mark Thumb Dot Circle Ring",
    "buttons": "PrimaryButton SecondaryButton QuietButton DangerButton TileButton PillButton IconButton Chip",
    "stepper": "Stepper",
    "light": "NetworkLight",
    "topbar": "TopBar",
    "shelf": "Shelf JustHappened",
    "window": "ShopWindow",
    "rows": "CartRow ListRow StockRow Age",
    "keypad": "Keypad Key PinDots",
    "lists": "VirtualList TallList",
    "field": "SearchField TillField",
    "keyboard": "OnScreenKeyboard",
    "dialog": "Dialog",
    "states": "EmptyState LoadingState ErrorState",
    "signature": "SignaturePad",
    "screens": "Screens",
}
_HOME = {name: module for module, names in _PARTS.items() for name in names.split()}
__all__ = sorted(_HOME)


class _Translator(Observable):
    """`_` in kv files: translates, and lets kv rules follow a change of language."""

    def __init__(self) -> None:
        super().__init__()
        self._bound: dict[int, tuple[Any, tuple]] = {}
        self._next = 0
        i18n.listen(self._spoken)

    def __call__(self, text: str) -> str:
        return i18n._(text)

    def fbind(self, name: str, func: Any, *args: Any, **kwargs: Any) -> int:
        self._next += 1
        self._bound[self._next] = (func, args)
        return self._next

    def funbind(self, name: str, func: Any, *args: Any, **kwargs: Any) -> None:
        self._drop(next((uid for uid, held in self._bound.items() if held == (func, args)), 0))

    def unbind_uid(self, name: str, uid: int) -> None:
        self._drop(uid)

    def _drop(self, uid: int) -> None:
        self._bound.pop(uid, None)

    def _spoken(self, _language: str) -> None:
        for func, args in list(self._bound.values()):
            func(*args, None, None)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"pos.ui.kit.{_HOME[name]}"), name)
    raise AttributeError(f"the kit has no part {name!r}")


def _introduce() -> None:
    for name, module in _HOME.items():
        Factory.register(name, module=f"pos.ui.kit.{module}")
    global_idmap["theme"] = theme
    global_idmap["_"] = _Translator()
    for name in ("ngettext", "money", "quantity", "number"):
        global_idmap[name] = getattr(i18n, name)


_introduce()
