"""What a camera sees, on the window: the picture, where to hold a label, what it read. Pictures are not kept.

`camera` is a pos.devices.camera.Camera, or None. It is on only between `start()` and `stop()`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pos.ui.kit  # noqa: F401  the names that the rules use
from pos.devices.base import DeviceState
from pos.devices.hints import Hint
from pos.ui.i18n import _
from pos.ui.kit.buttons import WordButton
from pos.ui.kit.shape import notch
from pos.ui.theme import theme

from kivy.clock import Clock  # isort: skip
from kivy.graphics import Color, Line, Rectangle  # isort: skip
from kivy.graphics.texture import Texture  # isort: skip
from kivy.lang import Builder  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty  # isort: skip
from kivy.uix.boxlayout import BoxLayout  # isort: skip
from kivy.uix.floatlayout import FloatLayout  # isort: skip

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

LOOKS_S = 1 / 15
"""How often the picture is looked at. Each new one is a frame to draw."""
IDLE_S = 60
"""A tray that read nothing for so long closes by itself: the camera is off when nobody scans."""
FOCUS_S = 1.2
"""How long the picture says that it focuses, and takes no other wish to."""
VEIL = (0, 0, 0, 0.38)


def label_of(code: str) -> str:
    """A code as it can be compared with the label: short ones whole, of long ones both ends."""
    plain = "".join(c for c in code if c.isprintable())
    return plain if len(plain) <= 16 else f"{plain[:8]} … {plain[-4:]}"


def advice_of(view: Any) -> tuple[str, str, str]:
    """Icon, title and line that help the camera to read; empty where nothing is wrong. `view`: a camera's View."""
    if view.hint is Hint.DARK and view.lit is False:
        return "lightbulb", _("It is too dark"), _("Hold it under more light, or switch the light on.")
    if view.hint is Hint.BLURRED and view.focuses:
        return "eye", _("The picture is blurred"), _("Hold it still, or touch the picture.")
    known = {
        Hint.DARK: ("lightbulb", _("It is too dark"), _("Hold it under more light.")),
        Hint.BLURRED: ("eye", _("The picture is blurred"), _("Hold it still, a little farther away.")),
        Hint.GLARE: ("sun", _("A light shines on it"), _("Tilt it a little.")),
    }
    return known.get(view.hint, ("", "", ""))


class LightButton(WordButton):
    """A camera's light, on or off again: a pill that lies on its picture."""


class Viewfinder(FloatLayout):
    """The camera's picture over all of the box, its middle clear and the rest veiled; `trouble` says what is wrong.

    `radius` (pixels) rounds the corners, `behind` is the tone that the box stands on. `text` is what is read, `advice`
    what helps to read it; both are said in the picture where `names`. A camera that has a light gets a button for it
    while it is too dark, and until it is put out; one that can focus does so where the picture is touched.
    """

    camera = ObjectProperty(None, allownone=True)
    on = BooleanProperty(False)
    seeing = BooleanProperty(False)
    radius = NumericProperty(0)
    behind = StringProperty("ground")
    trouble = StringProperty("")
    hint = StringProperty("")
    text = StringProperty("")
    accepted = BooleanProperty(False)
    names = BooleanProperty(True)
    advice = ListProperty(["", "", ""])
    dark = BooleanProperty(False)
    lit = BooleanProperty(False)
    focuses = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_read")
        self._timer: Any = None
        self._view: Any = None
        self._focused = -FOCUS_S
        super().__init__(**kwargs)
        with self.canvas.before:  # below the rule's own children
            self._ground = Color()
            self._blank = Rectangle()
            self._light = Color(1, 1, 1, 0)
            self._box = Rectangle()
            self._veil = Color(*VEIL[:3], 0)
            self._sides = [Rectangle() for _n in range(4)]
            self._mark = Color(1, 1, 1, 0)
            self._corners = [Line(width=dp(2.5), cap="square", joint="miter") for _n in range(4)]
            self._found = Color(1, 1, 1, 0)
            self._outline = Line(width=dp(3), close=True, joint="round")
        with self.canvas.after:
            self._around = Color()
            self._notches = [Rectangle() for _n in range(4)]
        theme.follow(painted=self._round)
        for name in ("pos", "size", "radius", "behind"):
            self.fbind(name, self._round)
        for name in ("pos", "size"):
            self.fbind(name, self._place)

    def on_read(self, text: str) -> None:
        """A code was accepted."""

    def start(self) -> None:
        """Switch the camera on."""
        if self.camera is not None and self._timer is None:
            self.camera.look(True)
            self.on = True
            self._timer = Clock.schedule_interval(self._look, LOOKS_S)
            self._look()

    def stop(self) -> None:
        """Switch it off, and show nothing of it any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self.camera.look(False)
        self._view = None
        self._box.texture = None
        self.on = self.seeing = self.accepted = False
        self.text = self.trouble = self.hint = ""
        self._advise(None)
        self._dim()

    def switch_light(self) -> None:
        """The camera's light on, or off again."""
        self.camera.light(not self.lit)

    def focus(self) -> None:
        """Let the camera focus anew."""
        if time.monotonic() - self._focused >= FOCUS_S:
            self._focused = time.monotonic()
            self.camera.focus()

    def on_touch_down(self, touch: Any) -> bool:
        """A touch of the picture focuses, where the camera can."""
        if super().on_touch_down(touch):
            return True
        if not (self.focuses and self.collide_point(*touch.pos)) or touch.is_mouse_scrolling:
            return False
        self.focus()
        return True

    def _look(self, *_args: Any) -> None:
        fault, state = self.camera.fault, self.camera.state
        well = state in (DeviceState.READY, DeviceState.CLOSED)
        self.trouble = "" if well or fault is None else fault.sentence
        self.hint = fault.sentence if well and fault is not None else ""
        view = self.camera.view
        if view is None and self.trouble and self.seeing:
            self.seeing, self.text, self.accepted = False, "", False
            self._advise(None)
            self._dim()
        if view is not None and view is not self._view:
            self._draw(view)

    def _draw(self, view: Any) -> None:
        new = view.accepted and not (self.accepted and self.text == label_of(view.text))
        self._view, self.seeing = view, True
        self.text, self.accepted = label_of(view.text), view.accepted
        self._advise(view)
        texture = self._box.texture
        if texture is None or texture.size != (view.width, view.height):
            texture = self._box.texture = Texture.create(size=(view.width, view.height), colorfmt="rgb")
        texture.blit_buffer(view.pixels, colorfmt="rgb", bufferfmt="ubyte")
        self._place()
        self.canvas.ask_update()
        if new:
            self.dispatch("on_read", view.text)

    def _advise(self, view: Any) -> None:
        """What helps the camera, by its last view; nothing without one."""
        self.focuses = view is not None and view.focuses
        self.lit = view is not None and bool(view.lit)
        self.dark = view is not None and view.lit is False and view.hint is Hint.DARK
        if self.focuses and time.monotonic() - self._focused < FOCUS_S:
            self.advice = ["eye", _("Focusing"), _("Hold it still.")]
        else:
            self.advice = advice_of(view) if view is not None else ["", "", ""]

    def _dim(self) -> None:
        for colour in (self._light, self._veil, self._mark, self._found):
            colour.a = 0

    # Where things lie. Shares of the picture count from its top left; the picture covers the box, cut evenly.

    def _cut(self) -> tuple[float, float, float, float]:
        """The part of the picture that is seen: left, top, right, bottom in its shares."""
        view = self._view
        share = (self.width / max(1, self.height)) / (view.width / view.height)
        across, down = min(1.0, share), min(1.0, 1 / max(share, 1e-6))
        return (1 - across) / 2, (1 - down) / 2, (1 + across) / 2, (1 + down) / 2

    def _at(self, x: float, y: float) -> tuple[float, float]:
        """Where a place of the picture lies on the window, inside the box."""
        left, top, right, bottom = self._cut()
        x = min(1.0, max(0.0, (x - left) / (right - left)))
        y = min(1.0, max(0.0, (y - top) / (bottom - top)))
        return round(self.x + x * self.width), round(self.top - y * self.height)

    def _place(self, *_args: Any) -> None:
        if self._view is None or self.width < 2 or self.height < 2:
            return
        left, top, right, bottom = self._cut()
        self._box.pos, self._box.size = self.pos, self.size
        self._box.tex_coords = (left, bottom, right, bottom, right, top, left, top)
        x, y, wide, high = self._view.region
        self._frame(*self._at(x, y + high), *self._at(x + wide, y))
        points = [self._at(*corner) for corner in self._view.corners]
        self._outline.points = [n for point in points for n in point]
        self._light.a, self._veil.a = 1, VEIL[3]
        # On a picture, which is neither light nor dark, the same in both themes.
        self._mark.rgb = theme.look.colours["light"]["surface"][:3]
        self._found.rgb = theme.look.colours["dark"]["good"][:3]
        self._mark.a, self._found.a = 1, 1 if points else 0

    def _round(self, *_args: Any) -> None:
        """The ground while there is no picture; the four corners covered with what the box stands on."""
        self._ground.rgba = theme.sunk
        self._blank.pos, self._blank.size = self.pos, self.size
        size = round(self.radius)
        self._around.rgba = (*theme.tint(self.behind)[:3], 1 if size else 0)
        if size:
            spots = ((0, 1), (1, 1), (1, 0), (0, 0))  # top left, top right, bottom right, bottom left
            for box, (east, north) in zip(self._notches, spots, strict=True):
                box.texture, box.size = notch(size), (size, size)
                box.pos = (self.right - size if east else self.x, self.top - size if north else self.y)
                left, low = (1, 0) if east else (0, 1), (0, 1) if north else (1, 0)
                box.tex_coords = (left[0], low[0], left[1], low[0], left[1], low[1], left[0], low[1])

    def _frame(self, left: float, low: float, right: float, high: float) -> None:
        """The clear middle: a veil on its four sides, a bracket in each corner."""
        boxes = (
            (self.x, self.y, self.width, low - self.y),
            (self.x, high, self.width, self.top - high),
            (self.x, low, left - self.x, high - low),
            (right, low, self.right - right, high - low),
        )
        for side, (x, y, wide, tall) in zip(self._sides, boxes, strict=True):
            side.pos, side.size = (x, y), (max(0, wide), max(0, tall))
        arm = min(dp(36), (right - left) / 4, (high - low) / 4)
        ends = ((left, low, 1, 1), (right, low, -1, 1), (left, high, 1, -1), (right, high, -1, -1))
        for line, (x, y, across, up) in zip(self._corners, ends, strict=True):
            line.points = [x + across * arm, y, x, y, x, y + up * arm]


class CameraTray(BoxLayout):
    """A quiet button; touched, it opens to a small viewfinder and switches the camera on, until it is closed."""

    camera = ObjectProperty(None, allownone=True)
    open = BooleanProperty(False)
    title = StringProperty("")
    line = StringProperty("")
    last = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        self._used = 0.0
        super().__init__(**kwargs)
        finder = self.ids.finder
        for name in ("trouble", "hint", "text", "accepted", "seeing", "advice"):
            finder.fbind(name, self._tell)
        finder.bind(on_read=self._read)
        theme.follow(language=self._tell)
        self._tell()

    def show(self) -> None:
        """Open, and switch the camera on."""
        self.open, self.last, self._used = True, "", time.monotonic()
        self.ids.finder.start()
        Clock.schedule_interval(self._idle, 1)
        self._tell()

    def close(self) -> None:
        """Switch the camera off and show the button alone."""
        Clock.unschedule(self._idle)
        self.ids.finder.stop()
        self.open = False

    def _read(self, _finder: Any, text: str) -> None:
        self._used, self.last = time.monotonic(), label_of(text)
        self._tell()

    def _idle(self, _dt: float) -> None:
        if time.monotonic() - self._used > IDLE_S:
            self.close()

    def _tell(self, *_args: Any) -> None:
        finder = self.ids.finder
        if finder.trouble:
            self.title, self.line = _("The camera gives no picture"), finder.trouble
        elif finder.advice[1]:
            self.title, self.line = finder.advice[1:]
        elif self.last:
            self.title, self.line = _("Read: {code}").format(code=self.last), _("Take it away, then hold the next one.")
        else:
            self.title, self.line = _("Hold the code to the camera"), finder.hint or _("Inside the corners, and flat.")


def with_tray(screen: Any, camera: Any) -> Any:
    """The sale's screen with a tray below its rows. Whoever leaves the screen leaves the camera off."""
    tray = CameraTray(camera=camera)
    screen.ids.rows.parent.add_widget(tray)
    screen.hidden = tray.close
    return screen
