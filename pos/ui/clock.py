"""A clock that sleeps in SDL until there is input, work that is due, or a call from another thread.

Kivy's own clock sleeps first and asks SDL afterwards, so a key waits for the next tick, and it ticks eighty times a
second on a screen nobody touches. Here `idle` blocks in SDL_WaitEventTimeout: input ends the wait at once, and a
still screen ticks once a second. Where SDL's symbols cannot be found the process keeps Kivy's clock and logs it.
"""

from __future__ import annotations

import ctypes
import glob
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any

log = logging.getLogger(__name__)

IDLE_TICK = 1.0  # seconds between ticks of a screen on which nothing happens
POLL = 0.008  # with an input provider that reads its device on its own thread and so cannot end SDL's wait
STALL = 0.04  # work of one pass that takes longer counts as a stall: what came meanwhile was not heard
_NEAR = 0.0005
_USER_EVENT = 0x8000  # SDL_USEREVENT
_ADD = 0  # SDL_ADDEVENT


class _Event(ctypes.Structure):
    """SDL_Event: the type, then room for the largest member of the union."""

    _fields_ = (("type", ctypes.c_uint32), ("rest", ctypes.c_uint8 * 60))


class _Sdl:
    """The two calls that we need, from the library that Kivy itself has loaded."""

    def __init__(self, path: str) -> None:
        library = ctypes.CDLL(path)
        self._wait = library.SDL_WaitEventTimeout
        self._wait.argtypes = [ctypes.c_void_p, ctypes.c_int]
        # Not SDL_PushEvent: it asks Kivy's filter, which waits for the interpreter, under a lock that SDL takes itself
        # where Kivy holds the interpreter and sizes the window. Both would wait for ever.
        self._add = library.SDL_PeepEvents
        self._add.argtypes = [ctypes.POINTER(_Event), ctypes.c_int, ctypes.c_int, ctypes.c_uint32, ctypes.c_uint32]
        self._pending = False

    def wait(self, seconds: float) -> bool:
        """Block until an event is in SDL's queue (left there) or the time is over."""
        return bool(self._wait(None, max(1, int(seconds * 1000))))

    def push(self) -> None:
        """End a wait from any thread; one event is enough however often it is asked for."""
        if not self._pending:
            self._pending = True
            event = _Event(type=_USER_EVENT)
            self._add(ctypes.byref(event), 1, _ADD, 0, 0)

    def seen(self) -> bool:
        """Whether anyone has pushed since this was asked last. The event itself may have been read already."""
        pushed, self._pending = self._pending, False
        return pushed


def _library() -> str | None:
    """The SDL2 that Kivy's wheel carries, or one that this process has mapped."""
    import kivy

    site = os.path.dirname(os.path.dirname(kivy.__file__))
    found = glob.glob(os.path.join(site, "Kivy.libs", "libSDL2-2*"))
    if found:
        return found[0]
    try:
        with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
            return next((line.split()[-1] for line in maps if "libSDL2-2" in line), None)
    except OSError:
        return None


_sdl: _Sdl | None = None
_waiter: _Waiter | None = None


def stalled_ms() -> int:
    """For how long in all this thread could hear no key, being too busy or without a core, in ms. Between two
    keys only what is left of the time says how they were pressed: what stands behind a stall arrives in one heap."""
    return int(_waiter.stalled() * 1000) if _waiter is not None else 0


def wake() -> None:
    """From any thread: end the clock's wait now."""
    if _sdl is not None:
        _sdl.push()
    else:
        from kivy.clock import Clock

        Clock.schedule_once(lambda _dt: None, 0)


def install(poll: bool = False) -> bool:
    """Let Kivy's clock wait in SDL. True if it does, False where Kivy's own clock stays. `poll`: see POLL."""
    global _sdl, _waiter
    if _sdl is not None:
        return True
    from kivy.clock import Clock, ClockBaseInterruptBehavior

    path = _library()
    if path is None or not isinstance(getattr(Clock, "_obj", Clock), ClockBaseInterruptBehavior):
        log.warning("SDL's event wait was not found: Kivy's own clock stays, input is up to a frame slower.")
        return False
    try:
        _sdl = _Sdl(path)
    except (OSError, AttributeError) as wrong:
        log.warning("SDL's event wait cannot be used (%s): Kivy's own clock stays.", wrong)
        return False
    _waiter = _Waiter(_sdl, POLL if poll else IDLE_TICK)
    _replace(ClockBaseInterruptBehavior, _waiter)
    return True


def _replace(cls: Any, waiter: _Waiter) -> None:
    def idle(self: Any) -> float:
        waiter.sleep(self)
        now = self.time()
        self._dt = now - self._last_tick
        self._last_tick = now
        self._event.clear()
        return now

    def on_schedule(self: Any, event: Any) -> None:
        self._event.set()
        waiter.scheduled()

    cls.idle = idle
    cls.on_schedule = on_schedule


def _core_queue() -> Callable[[], float]:
    """Seconds that this thread was ready and had no core, as the kernel counts them; 0 where it does not."""
    try:
        file = os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return lambda: 0.0
    return lambda: int(os.pread(file, 96, 0).split()[1]) / 1e9


class _Waiter:
    """Decides how long one tick may sleep."""

    def __init__(self, sdl: _Sdl, longest: float) -> None:
        self.sdl = sdl
        self.longest = longest
        self.ui_thread = threading.get_ident()
        self._queue = _core_queue()
        self._stalls, self._woke, self._late = 0.0, time.monotonic(), self._queue()
        self.passes = 2  # after input: one pass hands it to the widgets, the next draws what they changed

    def scheduled(self) -> None:
        if threading.get_ident() != self.ui_thread:
            self.sdl.push()

    def sleep(self, clock: Any) -> None:
        """Sleep until something is to be done; how long it was awake before is counted where that was a stall."""
        self._stalls += self._stall()
        try:
            self._sleep(clock)
        finally:
            self._woke, self._late = time.monotonic(), self._queue()

    def stalled(self) -> float:
        """Seconds in which no key was heard, until now."""
        return self._stalls + self._stall() + self._queue()

    def _stall(self) -> float:
        """How much longer than usual the work of this pass goes on, without the wait for a core."""
        waited = self._queue() - self._late
        return max(0.0, time.monotonic() - self._woke - waited - STALL)

    def _sleep(self, clock: Any) -> None:
        from kivy.base import EventLoop

        called = self.sdl.seen()
        if self.passes > 0:
            self.passes -= 1
            return
        if called:  # another thread has an answer: it does not wait for the frame to be over
            return
        window = EventLoop.window
        now = clock.time()
        drawing = window is not None and window.canvas.needs_redraw
        wait = 0.0 if drawing or clock._event.is_set() else clock.get_min_timeout() - now
        # Never faster than the frame rate: what is due at once while something moves waits for its frame.
        frame = 1 / clock._max_fps - (now - clock._last_tick) if clock._max_fps else 0.0
        wait = min(max(wait, frame), self.longest)
        if wait > _NEAR and self.sdl.wait(wait):
            self.passes = 1
