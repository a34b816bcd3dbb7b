"""Every text that a person can see has its translation in every language."""

from __future__ import annotations

import pytest

from pos.ui import i18n
from tests.screens.words import spoken


@pytest.mark.parametrize("code", ["ru", "kk", "ka"])
def test_every_text_has_its_translation(code: str) -> None:
    known = i18n.catalogue(code)
    missing = [
        f"{path}: {words[0]}"
        for words, path in spoken().items()
        if words[0] not in (known.texts if len(words) == 1 else known.plurals)
    ]
    assert missing == []
