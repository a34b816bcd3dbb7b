"""A list of any length: row widgets for what is in view and no more, moved by a finger with a little momentum."""

from __future__ import annotations

from typing import Any

from pos.ui.theme import theme

from kivy.clock import Clock  # isort: skip
from kivy.factory import Factory  # isort: skip
from kivy.graphics import Callback  # isort: skip
from kivy.graphics.opengl import GL_SCISSOR_TEST, glDisable, glEnable, glScissor  # isort: skip
from kivy.metrics import dp  # isort: skip
from kivy.properties import NumericProperty, ObjectProperty  # isort: skip
from kivy.uix.widget import Widget  # isort: skip

SLOP = 12  # dp a finger moves before it scrolls instead of touching
FRICTION = 4.0  # share of the speed lost each second, exponentially
STILL = 12  # dp a second: slower than this stands still
WHEEL = 72  # dp for one notch


class Clipped(Widget):
    """Draws nothing outside itself. A stencil would draw its whole area twice more; a scissor costs nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.canvas.before.insert(0, Callback(self._clip))
        self.canvas.after.add(Callback(self._unclip))

    def _clip(self, _drawing: Any) -> bool:
        """Asked for at each frame, where the widget is then: screens slide."""
        x, y = self.to_window(*self.pos)
        glEnable(GL_SCISSOR_TEST)
        glScissor(round(x), round(y), max(0, round(self.width)), max(0, round(self.height)))
        return True  # drawn: the frame need not be drawn again

    def _unclip(self, _drawing: Any) -> bool:
        glDisable(GL_SCISSOR_TEST)
        return True


class VirtualList(Clipped):
    """Shows `rows` (anything with len() and [index]) as widgets of `row_class`, which have `item` and `index`.

    `row_class` is a class or a name known to kv. `row_height` and `gap` in pixels, `offset` is how far it is
    scrolled. A row with `on_tap` reports through `on_row(index)`. Only rows in view exist, so a million cost nothing.
    """

    rows = ObjectProperty(())
    row_class = ObjectProperty(None)
    row_height = NumericProperty(76)
    gap = NumericProperty(0)
    offset = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_row")
        self._shown: dict[int, Any] = {}
        self._spare: list[Any] = []
        self._ready: list[Any] = []  # built ahead, never shown yet
        self._stale = False  # the rows are others, the widgets still show those before
        self._finger: Any = None
        self._speed = 0.0
        self._glide: Any = None
        self._lay = Clock.create_trigger(self._update, -1)
        super().__init__(**kwargs)
        for name in ("size", "pos", "offset", "row_height", "gap"):
            self.fbind(name, self._lay)
        self.fbind("rows", self._replaced)
        self.fbind("row_class", self._reset)
        theme.follow(language=self._spoken)
        self._lay()

    def on_row(self, index: int) -> None:
        """The row with this index was touched."""

    # ---------------------------------------------------------------- what is in view

    @property
    def step(self) -> float:
        return self.row_height + self.gap

    @property
    def furthest(self) -> float:
        """The largest offset there is."""
        return max(0.0, len(self.rows) * self.step - self.gap - self.height)

    def refresh(self) -> None:
        """The sequence is the same, its contents have changed."""
        self._replaced()

    def build_ahead(self, count: int) -> None:
        """Build the widgets of so many rows now; they come in when rows do."""
        self._ready += [self._made() for _n in range(count - len(self._ready) - len(self.children))]

    def scroll_to(self, index: int) -> None:
        """Bring a row into view, with no more movement than that takes."""
        top, bottom = index * self.step, index * self.step + self.row_height
        self.offset = min(max(self.offset, bottom - self.height), top)

    def _replaced(self, *_args: Any) -> None:
        self._stale = True
        self._lay()

    def _spoken(self, *_args: Any) -> None:
        """Rows say the same in another language."""
        for widget in self._shown.values():
            widget.property("item").dispatch(widget)

    def _reset(self, *_args: Any) -> None:
        self.clear_widgets()
        self._shown.clear()
        self._spare.clear()
        self._ready.clear()
        self._lay()

    def _update(self, *_args: Any) -> None:
        if self.row_class is None or self.height <= 0 or self.step <= 0:
            return
        if not 0 <= self.offset <= self.furthest:
            self.offset = min(max(self.offset, 0), self.furthest)
        first, last = self._in_view()
        if self._stale:
            self._stale = False
            self._keep(first, last)
        for index in [i for i in self._shown if not first <= i <= last]:
            self._spare.append(self._shown.pop(index))
        for index in range(first, last + 1):
            self._show(index)
        for widget in self._spare:
            widget.top = self.y - 10 * self.row_height

    def _in_view(self) -> tuple[int, int]:
        """The first and the last row of which something is seen."""
        first = int(self.offset // self.step)
        return first, min(len(self.rows) - 1, int((self.offset + self.height) // self.step))

    def _keep(self, first: int, last: int) -> None:
        """A widget goes along with what it shows: a line put in before the others fills one row, not all of them."""
        before, self._shown = self._shown, {}
        wanted = [index for index in range(first, last + 1) if index < len(self.rows)]
        for index in wanted:
            item = self.rows[index]
            near = (index, *(at for at in before if at != index))
            same = next((at for at in near if at in before and before[at].item == item), None)
            if same is not None:
                self._shown[index] = before.pop(same)
                self._shown[index].index = index
        for index in wanted:  # what changed stays where it is
            if index not in self._shown and index in before:
                self._shown[index] = before.pop(index)
                self._shown[index].item = self.rows[index]
        self._spare += before.values()

    def _show(self, index: int) -> None:
        widget = self._shown.get(index)
        if widget is None:
            widget = self._shown[index] = self._spare.pop() if self._spare else self._new()
            widget.index = index
            widget.item = self.rows[index]
        self._put(index, widget)

    def _put(self, index: int, widget: Any) -> None:
        """Where a row stands."""
        widget.size = (self.width, self.row_height)
        widget.pos = (self.x, round(self.top + self.offset - index * self.step - self.row_height))

    def _new(self) -> Any:
        widget = self._ready.pop() if self._ready else self._made()
        self.add_widget(widget)
        return widget

    def _made(self) -> Any:
        made = Factory.get(self.row_class) if isinstance(self.row_class, str) else self.row_class
        widget = made(size_hint=(None, None))
        if widget.is_event_type("on_tap"):
            widget.bind(on_tap=lambda row: self.dispatch("on_row", row.index))
        return widget

    # ---------------------------------------------------------------- fingers

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos):
            return False
        button = getattr(touch, "button", "") or ""
        if button.startswith("scroll"):
            self._stop()
            self._move(dp(WHEEL) * (1 if button == "scrollup" else -1))
            return True
        moving = self._glide is not None
        self._stop()
        if self._finger is None and button in ("", "left"):
            self._finger, self._from, self._start = touch, self.offset, touch.y
            touch.grab(self)
        if not moving:  # a finger that stops a moving list touches no row
            super().on_touch_down(touch)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch is not self._finger:
            return super().on_touch_move(touch)
        if touch.grab_current is not self:
            return False
        pulled = touch.y - self._start
        if not touch.ud.get("scrolls") and abs(pulled) > dp(SLOP):
            touch.ud["scrolls"] = True
        if touch.ud.get("scrolls"):
            passed = max(touch.time_update - touch.ud.get("list_time", touch.time_start), 0.004)
            self._speed = 0.6 * (touch.dy / passed) + 0.4 * self._speed
            touch.ud["list_time"] = touch.time_update
            self.offset = min(max(self._from + pulled, 0), self.furthest)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch is not self._finger:
            return super().on_touch_up(touch)
        if touch.grab_current is not self:
            return super().on_touch_up(touch)
        touch.ungrab(self)
        self._finger = None
        if touch.ud.get("scrolls") and abs(self._speed) > dp(STILL):
            self._glide = Clock.schedule_interval(self._coast, 0)
        return True

    def _coast(self, dt: float) -> bool | None:
        self._move(self._speed * dt)
        self._speed *= max(0.0, 1 - FRICTION * dt)
        if abs(self._speed) < dp(STILL) or self.offset in (0, self.furthest):
            self._stop()
            return False
        return None

    def _move(self, by: float) -> None:
        self.offset = min(max(self.offset + by, 0), self.furthest)

    def _stop(self) -> None:
        self._speed = 0.0
        if self._glide is not None:
            self._glide.cancel()
            self._glide = None


class TallList(VirtualList):
    """A list of which one row, `tall`, may be higher than the others; -1: none is. `tall_height` in pixels."""

    tall = NumericProperty(-1)
    tall_height = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("tall", "tall_height"):
            self.fbind(name, self._lay)

    @property
    def more(self) -> float:
        """How much higher the tall row is."""
        return max(0.0, self.tall_height - self.row_height) if 0 <= self.tall < len(self.rows) else 0.0

    @property
    def furthest(self) -> float:
        """The largest offset there is."""
        return max(0.0, len(self.rows) * self.step - self.gap + self.more - self.height)

    def scroll_to(self, index: int) -> None:
        """Bring a row into view, all of it where there is room."""
        top = self._top_of(index)
        bottom = top + self._height_of(index)
        self.offset = min(max(self.offset, bottom - self.height), top)

    def _top_of(self, index: int) -> float:
        return index * self.step + (self.more if 0 <= self.tall < index else 0.0)

    def _height_of(self, index: int) -> float:
        return self.row_height + (self.more if index == self.tall else 0.0)

    def _at(self, below_top: float) -> int:
        if self.more and below_top >= self._top_of(int(self.tall)) + self.row_height:
            below_top = max(self._top_of(int(self.tall)), below_top - self.more)
        return int(below_top // self.step)

    def _in_view(self) -> tuple[int, int]:
        return self._at(self.offset), min(len(self.rows) - 1, self._at(self.offset + self.height))

    def _put(self, index: int, widget: Any) -> None:
        height = self._height_of(index)
        widget.size = (self.width, height)
        widget.pos = (self.x, round(self.top + self.offset - self._top_of(index) - height))
