"""What is known of a scanner: what it puts before and behind a code, and what it does to letters and separators.

The page that learns a scanner makes it (`learning`); `scanner.json` in the terminal's home keeps it. Pure but for
`load` and `save`.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

GS = "\x1d"
"""What separates the fields of a GS1 code (FNC1 inside of it)."""
ENDS = "\r\n\t"
FILE = "scanner.json"
Case = Literal["kept", "swapped", "upper", "lower"]
CASES: tuple[Case, ...] = ("kept", "swapped", "upper", "lower")


class WrongProfile(ValueError):
    """A kept profile that can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Press:
    """One key or one byte of a scanner. `sign`: what it means on a US keyboard, or the byte as a letter; "" for a key
    that means nothing. `position`: the key's USB HID usage, 0 for a byte. `typed`: what the system made of the key."""

    sign: str
    position: int = 0
    shift: bool = False
    typed: str = ""

    @property
    def key(self) -> str:
        """The key with its Shift, as a profile's table names it."""
        return f"{self.position}{'s' if self.shift else ''}"


def said(press: Press, table: Mapping[str, str]) -> str:
    """What a press says by a table of keys. Enter, and what Ctrl makes of a key, is the same in every layout."""
    return press.sign if press.sign and press.sign < " " else table.get(press.key, press.sign)


@dataclass(frozen=True, slots=True)
class Profile:
    """How a scanner sends codes. The default is that of one nobody looked at.

    `suffix`: what ends a code, as signs ("\\r", "\\t", "\\r\\n"); "" with `learned`: nothing does. `separator`: what it
    sends for GS; "": nothing, or nothing that could be told apart. `table`: what its keys mean where its layout is not
    the US one, by `Press.key`.
    """

    learned: bool = False
    prefix: str = ""
    suffix: str = ""
    case: Case = "kept"
    separator: str = GS
    aim: bool = False
    table: Mapping[str, str] = field(default_factory=dict)

    @property
    def ends_by_itself(self) -> bool:
        """Whether only silence tells that a code is over."""
        return self.learned and not self.suffix

    @property
    def tail(self) -> str:
        """What a keyboard types behind a code before Enter or Tab."""
        return self.suffix.strip(ENDS)

    @property
    def types_no_end(self) -> bool:
        """Whether a keyboard types neither Enter nor Tab behind a code."""
        return self.learned and self.suffix == self.tail

    def signs(self, presses: Iterable[Press]) -> str:
        """What keys say in the scanner's own layout, prefix and all."""
        return "".join(said(press, self.table) for press in presses)

    def meant(self, text: str) -> str:
        """The code on the label of what came, its suffix already off."""
        text = text.removeprefix(self.prefix)
        if self.case == "swapped":
            text = text.swapcase()
        return text.replace(self.separator, GS) if self.separator not in ("", GS) else text


def load(home: Path, device: str) -> Profile:
    """The profile of a device ("wedge", "scanner"); the default where none is kept. Raises WrongProfile, OSError."""
    try:
        kept = json.loads((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Profile()
    except ValueError as error:
        raise WrongProfile(f"{home / FILE} is no JSON: {error}") from None
    if not isinstance(kept, dict):
        raise WrongProfile(f"{home / FILE} holds no profiles")
    return _checked(kept[device], home / FILE) if device in kept else Profile()


def save(home: Path, device: str, profile: Profile) -> None:
    """Keep the profile of a device, those of others as they are; whole or not at all. Raises OSError."""
    try:
        kept = json.loads((home / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        kept = {}
    kept = (kept if isinstance(kept, dict) else {}) | {device: asdict(profile)}
    new = home / f"{FILE}.new"
    with new.open("w", encoding="utf-8") as file:
        json.dump(kept, file, ensure_ascii=True, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(home / FILE)


def _checked(kept: object, file: Path) -> Profile:
    """Only what a profile may say: the file may have been written by hand."""
    if not isinstance(kept, dict):
        raise WrongProfile(f"{file} holds a profile that is none")
    texts = {name: kept.get(name, getattr(Profile(), name)) for name in ("prefix", "suffix", "case", "separator")}
    table = kept.get("table", {})
    marks = [kept.get("learned", False), kept.get("aim", False)]
    right = all(isinstance(text, str) and len(text) <= 32 for text in texts.values())
    right = right and all(isinstance(mark, bool) for mark in marks) and texts["case"] in CASES
    if not right or not isinstance(table, dict) or not all(isinstance(sign, str) for sign in table.values()):
        raise WrongProfile(f"{file} holds a profile that is none")
    return Profile(learned=marks[0], aim=marks[1], table=table, **texts)
