"""A written setting as the type of its field: text of a file, of the environment or of a flag."""

from pathlib import Path
from typing import Any


class WrongSetting(ValueError):
    """A setting that can't be used; the message says which, where it stands, and what it takes."""


def convert(value: Any, kind: Any, where: str) -> Any:
    """A written value as the type of its field. Raises WrongSetting that names where it was written."""
    if kind in (bool, bool | None):
        return _truth(value, where)
    if kind is int:
        return _number(value, where)
    if not isinstance(value, str | Path):
        raise WrongSetting(f"{where} = {value!r} must be text.")
    if kind is str:
        return str(value)
    return Path(value) if str(value) else None


def _truth(value: Any, where: str) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise WrongSetting(f"{where} = {value!r} must be true or false.")


def _number(value: Any, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return int(value)
    raise WrongSetting(f"{where} = {value!r} must be a whole number.")
