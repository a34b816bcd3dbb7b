"""The look as data: `assets/theme.toml`, and over it a retailer's own file.

`theme` is the one object that screens read. Its colours are Kivy properties, so a rule that says
`theme.ink` follows a switch between light and dark by itself. Measures are dp, times milliseconds.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakMethod

from pos.ui import i18n, window

window.prepare()

from kivy.event import EventDispatcher  # noqa: E402
from kivy.metrics import dp  # noqa: E402
from kivy.properties import (  # noqa: E402
    BooleanProperty,
    ColorProperty,
    DictProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)

from pos.ui.contrast import Rgba, colour, failures  # noqa: E402

ASSETS = Path(__file__).resolve().parents[2] / "assets"
DEFAULT = ASSETS / "theme.toml"
KINDS = ("till", "tablet", "kiosk")
WEIGHTS = ("regular", "medium", "semibold", "bold")


class ThemeError(ValueError):
    """A theme file that cannot be used; the message names the file, the setting and what is wrong."""


@dataclass(frozen=True)
class Style:
    """One role of text: size in dp, a registered font name, the line height as a factor of the size."""

    size: float
    font: str
    line: float

    @property
    def px(self) -> float:
        return dp(self.size)


def _read(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as wrong:
        raise ThemeError(f"theme {path}: cannot be read ({wrong.strerror}).") from wrong
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise ThemeError(f"theme {path}: is not TOML: {wrong}.") from wrong


def _over(base: dict, own: dict, path: Path, where: str = "") -> dict:
    """`own` laid over `base`; a name that the base does not know is a spelling fault and says so."""
    merged = dict(base)
    for key, value in own.items():
        name = f"{where}{key}"
        known = where.startswith("type.") or key in base
        if not known:
            raise ThemeError(f"theme {path}: there is no setting {name}.")
        if isinstance(base.get(key), dict) and isinstance(value, dict):
            merged[key] = _over(base[key], value, path, f"{name}.")
        else:
            _same_kind(base.get(key), value, path, name)
            merged[key] = value
    return merged


def _same_kind(shipped: object, value: object, path: Path, name: str) -> None:
    """A number stays a number and a section a section; a measure may be one number or one for each kind."""
    if shipped is None or name.startswith("size."):
        return  # a style of its own, or a measure: checked where they are read
    number = isinstance(shipped, (int, float)) and not isinstance(shipped, bool)
    kinds = (int, float) if number else type(shipped)
    if not isinstance(value, kinds) or (number and isinstance(value, bool)):
        wanted = "a section" if isinstance(shipped, dict) else "a number" if number else type(shipped).__name__
        raise ThemeError(f"theme {path}: {name}: wants {wanted}, not {value!r}.")


def _fonts(raw: dict, path: Path) -> dict[str, str]:
    files = {}
    for key, value in raw["fonts"].items():
        found = next((p for p in (path.parent / value, ASSETS / value) if p.is_file()), None)
        if found is None:
            raise ThemeError(f"theme {path}: fonts.{key}: there is no file {value}.")
        files[key] = str(found)
    return files


def _colours(raw: dict, path: Path) -> dict[str, dict[str, Rgba]]:
    palettes: dict[str, dict[str, Rgba]] = {}
    for shade in ("light", "dark"):
        palettes[shade] = {}
        for name, value in raw["color"][shade].items():
            try:
                palettes[shade][name] = colour(value)
            except ValueError as wrong:
                raise ThemeError(f"theme {path}: color.{shade}.{name}: {wrong}") from wrong
        low = failures(palettes[shade], raw["contrast"]["floor"])
        if low:
            raise ThemeError(f"theme {path}: color.{shade}: too little contrast: {'; '.join(low)}.")
    return palettes


def _style(path: Path, where: str, value: object) -> Style:
    if not isinstance(value, dict) or set(value) != {"size", "weight", "line"}:
        raise ThemeError(f"theme {path}: {where}: wants size, weight and line.")
    if value["weight"] not in WEIGHTS:
        raise ThemeError(f"theme {path}: {where}.weight: {value['weight']!r} is none of {', '.join(WEIGHTS)}.")
    if not all(isinstance(value[k], (int, float)) and 0 < value[k] <= 1000 for k in ("size", "line")):
        raise ThemeError(f"theme {path}: {where}: size and line are numbers above 0.")
    return Style(float(value["size"]), font_name(value["weight"]), float(value["line"]))


def font_name(weight: str) -> str:
    """The name under which a weight ("regular" … "bold", "icons") is registered with Kivy."""
    return f"storefloor-{weight}"


def _styles(raw: dict, path: Path) -> dict[str, dict[str, Style]]:
    styles = {
        kind: {role: _style(path, f"type.{kind}.{role}", value) for role, value in raw["type"][kind].items()}
        for kind in KINDS
    }
    for kind in ("tablet", "kiosk"):  # a role that a kind does not set is the till's
        styles[kind] = styles["till"] | styles[kind]
    return styles


def _sizes(raw: dict, path: Path, kind: str) -> dict[str, float]:
    sizes = {}
    for name, value in raw["size"].items():
        one = value.get(kind) if isinstance(value, dict) else value
        if isinstance(one, bool) or not isinstance(one, (int, float)) or one < 0:
            raise ThemeError(f"theme {path}: size.{name}: wants a number of dp for {kind}, not {one!r}.")
        sizes[name] = dp(one)
    return sizes


@dataclass(frozen=True)
class Look:
    """A theme file, read and checked."""

    path: Path
    raw: dict
    fonts: dict[str, str]
    colours: dict[str, dict[str, Rgba]]
    styles: dict[str, dict[str, Style]]
    icons: dict[str, str]


def read(path: Path | str | None = None) -> Look:
    """Read a theme over the one that ships. Raises ThemeError with the setting that is wrong."""
    path = Path(path) if path else DEFAULT
    raw = _read(DEFAULT)
    if path != DEFAULT:
        raw = _over(raw, _read(path), path)
    fonts = _fonts(raw, path)
    names = json.loads(Path(fonts.pop("icon_names")).read_text("utf-8"))
    icons = {name: chr(code) for name, code in names.items()}
    for kind in KINDS:
        _sizes(raw, path, kind)
    return Look(path, raw, fonts, _colours(raw, path), _styles(raw, path), icons)


_SHIPPED = read()

# One Kivy property for each colour that the shipped file names: `theme.ink` in kv binds to it. No name may begin
# with "on_", which Kivy would take for the handler of another property.
_Colours = type("_Colours", (EventDispatcher,), {n: ColorProperty() for n in _SHIPPED.colours["light"]})


class Theme(_Colours):  # type: ignore[misc,valid-type]
    """What screens read. Set `dark`, `kind`, `less_motion`; everything else follows."""

    dark = BooleanProperty(False)
    kind = OptionProperty("till", options=KINDS)
    less_motion = BooleanProperty(False)
    language = StringProperty("en")
    brand = StringProperty("")
    revision = NumericProperty(0)  # changes when the type or the measures change
    painted = NumericProperty(0)  # changes when the colours have changed, all of them
    size = DictProperty({})

    def __init__(self, look: Look, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._registered: set[str] = set()
        self._following: dict[str, dict[WeakMethod, None]] = {}
        self.use(look)
        self.fbind("dark", self._paint)
        self.fbind("kind", self._measure)
        i18n.listen(self._spoken)

    def use(self, look: Look) -> None:
        """Take another look, at any time."""
        self.look = look
        self.brand = look.raw["brand"]["name"]
        self.less_motion = bool(look.raw["motion"]["less"])
        self._registered.clear()
        self._paint()
        self._measure()

    def follow(self, **methods: Callable[..., object]) -> None:
        """Call a widget's method(theme, value) whenever a property changes, for as long as the widget lives.

        Not Kivy's bind: that keeps an entry of every widget that is gone until the property changes, and walks them
        all to add one; a till that makes rows all day would grow slower all day. Not fbind: it keeps widgets alive.
        """
        for name, method in methods.items():
            if name not in self._following:
                self._following[name] = {}
                self.fbind(name, self._tell, name)
            followers = self._following[name]
            followers[WeakMethod(method, lambda gone, held=followers: held.pop(gone, None))] = None

    def _tell(self, name: str, *args: object) -> None:
        for one in list(self._following[name]):
            method = one()
            if method is not None:
                method(*args)

    def style(self, role: str) -> Style:
        """The style of a role on this kind of device; an unknown role raises ThemeError."""
        try:
            return self.look.styles[self.kind][role]
        except KeyError:
            raise ThemeError(f"there is no text style {role!r} for a {self.kind}.") from None

    def tint(self, name: str, _painted: float = 0) -> Rgba:
        """The colour of a tone: a tint ("mint") or a ground ("surface"); in kv theme.tint(self.tone, theme.painted)."""
        return getattr(self, f"tint_{name}" if f"tint_{name}" in self.look.colours["light"] else name)

    def icon(self, name: str) -> str:
        """The character of an icon; an unknown name raises ThemeError."""
        try:
            return self.look.icons[name]
        except KeyError:
            raise ThemeError(f"there is no icon {name!r}; icons.json names those there are.") from None

    def seconds(self, motion: str) -> float:
        """How long a movement takes, 0 under less motion."""
        return 0.0 if self.less_motion else self.look.raw["motion"][motion] / 1000

    def font(self, name: str) -> str:
        """A registered font; registers it on first use, so a start pays only for the weights it draws."""
        if name not in self._registered:
            from kivy.core.text import LabelBase

            LabelBase.register(name, self.look.fonts[name.removeprefix("storefloor-")])
            self._registered.add(name)
        return name

    def _paint(self, *_args: object) -> None:
        for name, value in self.look.colours["dark" if self.dark else "light"].items():
            setattr(self, name, value)
        self.painted += 1

    def _measure(self, *_args: object) -> None:
        self.size = _sizes(self.look.raw, self.look.path, self.kind)
        self.revision += 1

    def _spoken(self, language: str) -> None:
        self.language = language


theme = Theme(_SHIPPED)
