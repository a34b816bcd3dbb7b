"""A label printer on a TCP port: takes ZPL II, answers `~HS`, keeps labels as text and picture, breaks on request."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qrcode  # type: ignore[import-untyped]
from PIL import Image, ImageDraw

from pos.devices.raster import font
from pos.devices.virtual.serving import Serving, WireFaults
from pos.devices.virtual.zpl_wire import CodeField, Field, Formats, Label, PictureField, TextField, Zpl, ZplCutter

_LEVELS = {
    "L": qrcode.constants.ERROR_CORRECT_L,
    "M": qrcode.constants.ERROR_CORRECT_M,
    "Q": qrcode.constants.ERROR_CORRECT_Q,
    "H": qrcode.constants.ERROR_CORRECT_H,
}
_DESK, _EDGE = (233, 227, 213), 24
SCALE = 2
"""Pixels for each printer dot."""


@dataclass
class LabelFaults(WireFaults):
    """What is wrong with the label printer now. `labels_left` is what is left on the roll, None endless; `label_s` how
    long a label takes. What is held back comes out once the fault ends, as at a real one."""

    labels_out: bool = False
    ribbon_out: bool = False
    head_open: bool = False
    paused: bool = False
    labels_left: int | None = None
    label_s: float = 0.0


class VirtualLabelPrinter(Serving[LabelFaults]):
    """`start` it, print to `host`:`port`, read `labels` and `texts`, set `faults`, `stop` it."""

    def __init__(self, port: int = 0, out: Path | None = None, host: str = "127.0.0.1") -> None:
        """Port 0 takes a free one. `out` is a folder for numbered .png and .txt files of each label."""
        super().__init__("virtual label printer", LabelFaults(), port, host)
        self.out = out
        self.labels: list[Label] = []
        self.formats = Formats()
        self._held: list[Label] = []
        self._until: float | None = None
        self._cutter = ZplCutter()

    def start(self) -> "VirtualLabelPrinter":
        """Listen and serve in a thread. Returns itself."""
        self._listen()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._end()

    def look(self) -> dict[str, Any]:
        """Its faults, the labels that came out and those that it holds back."""
        return super().look() | {"labels": len(self.labels), "held": len(self._held)}

    @property
    def texts(self) -> list[str]:
        """Every label that came out, as plain text."""
        return [as_text(label) for label in self.labels]

    def wait(self, labels: int, timeout_s: float = 5.0) -> bool:
        """Wait until so many labels came out. False when they didn't in time."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.labels) >= labels, timeout_s)

    def _begin(self) -> None:
        self._cutter, self.formats.label = ZplCutter(), None

    def _taken(self, data: bytes) -> None:
        for command in self._cutter.feed(data):
            self._obey(command)

    def _obey(self, command: Zpl) -> None:
        if command.name == "~HS":
            self._send(self._host_status())
        elif command.name == "~JA":
            self._held.clear()
        elif (label := self.formats.obey(command)) is not None:
            self._held += [label] * label.copies
            self._meanwhile()

    def _meanwhile(self) -> None:
        """Print what is held, each label in its time."""
        faults = self.faults
        while self._held and not (faults.labels_out or faults.ribbon_out or faults.head_open or faults.paused):
            now = time.monotonic()
            self._until = now + faults.label_s if self._until is None else self._until
            if now < self._until:
                return
            self._until = None
            self._out(self._held.pop(0))

    def _out(self, label: Label) -> None:
        if self.faults.labels_left is not None:
            self.faults.labels_left -= 1
            if self.faults.labels_left <= 0:
                self.faults.labels_left, self.faults.labels_out = None, True
        if self.out is not None:
            save(self.out, len(self.labels) + 1, label)
        with self._changed:
            self.labels.append(label)
            self._changed.notify_all()

    def _host_status(self) -> bytes:
        """Three strings of flags and numbers (ZPL II, Host Status Return)."""
        faults, partial = self.faults, self.formats.label is not None
        paper, pause, waits = int(faults.labels_out), int(faults.paused), len(self._held)
        first = f"030,{paper},{pause},0320,{waits:03d},0,0,{int(partial)},000,0,0,0"
        head, ribbon = int(faults.head_open), int(faults.ribbon_out)
        second = f"000,0,{head},{ribbon},0,2,4,0,{waits:08d},1,000"
        return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in (first, second, "1234,0"))


def save(folder: Path, number: int, label: Label) -> None:
    """One label as text and, last and whole, as a picture."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"label-{number:03d}"
    stem.with_suffix(".txt").write_text(as_text(label), encoding="utf-8")
    unfinished = stem.with_suffix(".part")
    as_picture(label).save(unfinished, format="PNG")
    unfinished.replace(stem.with_suffix(".png"))


def as_text(label: Label) -> str:
    """The label in characters, from top to bottom. Codes are in brackets; a picture is named by its size."""
    return "".join(_text_of(x) + "\n" for x in sorted(label.fields, key=lambda it: (it.y, it.x)))


def _text_of(field: Field) -> str:
    if isinstance(field, TextField):
        return field.text
    if isinstance(field, CodeField):
        return f"[ {field.content} ]"
    return f"[picture {field.picture.width}x{field.picture.height}]"


def ink(label: Label) -> Image.Image:
    """The label as its head prints it: black on white, one pixel a dot; what is beyond its edges is not there."""
    page = Image.new("L", (label.width, label.height), 255)
    for field in label.fields:
        drawn = _drawn(field)
        page.paste(drawn, (field.x, field.y))
    return page


def _drawn(field: Field) -> Image.Image:
    if isinstance(field, PictureField):
        return field.picture
    if isinstance(field, CodeField):
        code = qrcode.QRCode(box_size=field.module, border=0, error_correction=_LEVELS[field.level])
        code.add_data(field.content)
        square: Image.Image = code.make_image().get_image().convert("L")
        return square
    face = font(True, field.size)
    page = Image.new("L", (int(face.getlength(field.text)) + 1, round(field.size * 1.2)), 255)
    ImageDraw.Draw(page).text((0, round(field.size * 0.95)), field.text, fill=0, font=face, anchor="ls")
    return page


def as_picture(label: Label) -> Image.Image:
    """The label as it would lie on a desk, twice the printer's resolution."""
    paper = ink(label).resize((label.width * SCALE, label.height * SCALE), Image.Resampling.NEAREST).convert("RGB")
    desk = Image.new("RGB", (paper.width + 2 * _EDGE, paper.height + 2 * _EDGE), _DESK)
    shape = Image.new("L", paper.size, 0)
    ImageDraw.Draw(shape).rounded_rectangle((0, 0, paper.width - 1, paper.height - 1), 4 * SCALE * 4, fill=255)
    desk.paste(paper, (_EDGE, _EDGE), shape)
    return desk
