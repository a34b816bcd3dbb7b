"""A shop scale on a pseudo-terminal: speaks Toledo 8217, and weighs, trembles and breaks on request."""

import threading
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from pos.devices.virtual.serial_line import SerialLine

_TICK_S = 0.02
_ALWAYS, _MOTION, _OVER, _UNDER, _FAR_FROM_ZERO, _CENTRE, _NET = 0x40, 0x01, 0x02, 0x04, 0x08, 0x10, 0x20


@dataclass
class ScaleFaults:
    """What lies on it and what is wrong with it. Any of it may be changed while it runs.

    `weight` is the load in kilograms as text, so that no float is weighed ("1.234"; it may be below zero). `off` pulls
    its plug; `silent` answers nothing; `garbled` answers at another speed; `pounds` is set to another country;
    `no_tare` ignores tare commands, as scales whose calibration forbids them.
    """

    weight: str = "0"
    motion: bool = False
    over: bool = False
    under: bool = False
    off: bool = False
    silent: bool = False
    garbled: bool = False
    pounds: bool = False
    no_tare: bool = False


class VirtualScale:
    """`start` it, open `path` as a serial port, `put` a load on it, set `faults`, read `tare`, `stop` it."""

    def __init__(self, link: Path | None = None, most_grams: int = 15_000) -> None:
        """`link` is a name for its end of the line, None the system's own. Above `most_grams` it is over capacity."""
        self.faults = ScaleFaults()
        self.most_grams = most_grams
        self.tare = 0
        self.asked = 0
        self._zero = 0
        self._line = SerialLine(link)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="virtual scale", daemon=True)

    @property
    def path(self) -> str:
        """Where a driver finds it."""
        return self._line.path

    def start(self) -> "VirtualScale":
        """Serve in a thread. Returns itself."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop and be unplugged."""
        self._done.set()
        self._thread.join()
        self._line.unplug()

    def wait_stopped(self) -> None:
        """Wait until somebody else stops it."""
        self._done.wait()

    def put(self, grams: int) -> None:
        """Put so much on it, instead of what lay there."""
        self.faults.weight = str(Decimal(grams) / 1000)

    def set_fault(self, name: str, value: str) -> None:
        """Set a load or a fault from text, as the command line does. ValueError says what is wrong."""
        names = [field.name for field in fields(self.faults)]
        if name not in names:
            raise ValueError(f"unknown fault {name!r}; there are {', '.join(names)}")
        if name == "weight":
            self._set_weight(value)
        else:
            setattr(self.faults, name, value in ("on", "yes", "1", "true"))

    def _set_weight(self, value: str) -> None:
        text = "0" if value in ("off", "none", "") else value.replace(",", ".")
        try:
            grams = Decimal(text) * 1000
        except InvalidOperation:
            grams = Decimal("NaN")
        if not grams.is_finite() or grams != int(grams):
            raise ValueError(f"weight {value!r} must be kilograms with three digits at most behind the point: 1.234")
        self.faults.weight = text

    # ------------------------------------------------------------------------------------------------- the wire

    def _serve(self) -> None:
        while not self._done.is_set():
            if self.faults.off:
                self._line.unplug()
                self._done.wait(_TICK_S)
                continue
            self._line.plug()
            for byte in self._line.read(_TICK_S):
                self._obey(chr(byte))

    def _obey(self, command: str) -> None:
        answers: dict[str, Any] = {"W": self._weigh, "T": self._take_tare, "C": self._clear_tare, "Z": self._to_zero}
        answer = answers[command]() if command in answers else b""
        if command == "W":
            self.asked += 1
        if not answer or self.faults.silent:
            return
        if self.faults.garbled:
            answer = bytes(byte ^ 0x55 for byte in answer)
        self._line.write(answer)

    @property
    def _gross(self) -> int:
        return int(Decimal(self.faults.weight) * 1000) - self._zero

    @property
    def _over(self) -> bool:
        return self.faults.over or self._gross > self.most_grams

    @property
    def _steady(self) -> bool:
        return not self.faults.motion and not self._over

    def _weigh(self) -> bytes:
        net, under = self._gross - self.tare, self.faults.under
        if not self._steady or under or net < 0:
            return self._status()
        if self.faults.pounds:
            return b"\x02%02d.%02d\r" % divmod(net * 1000 // 4536, 100)
        return b"\x02%02d.%03d%s\r" % (*divmod(net, 1000), b"N" if self.tare else b"")

    def _status(self) -> bytes:
        net = self._gross - self.tare
        bits = _ALWAYS | (_MOTION if self.faults.motion else 0) | (_OVER if self._over else 0)
        bits |= _UNDER if self.faults.under or net < 0 else 0
        bits |= _NET if self.tare else 0
        bits |= _CENTRE if self._gross == 0 and not bits & (_MOTION | _OVER | _UNDER) else 0
        bits |= 0 if self._near_zero else _FAR_FROM_ZERO
        return b"\x02?%c\r" % bits

    @property
    def _near_zero(self) -> bool:
        """Whether a scale may make this its zero: two hundredths of what it carries at most."""
        return abs(self._gross) * 50 <= self.most_grams

    def _take_tare(self) -> bytes:
        if self.faults.no_tare:
            return b""
        if self._steady and self._gross > 0:
            self.tare = self._gross
        return self._status()

    def _clear_tare(self) -> bytes:
        if not self.faults.motion:
            self.tare = 0
        return self._status()

    def _to_zero(self) -> bytes:
        if self._steady and not self.tare and self._near_zero:
            self._zero += self._gross
        return self._status()
