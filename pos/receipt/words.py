"""The words on paper in the language of the paper, which may not be that of the screen."""

from collections.abc import Callable

from pos.ui import i18n


def words(lang: str) -> Callable[[str], str]:
    """A function that translates an English text into `lang`; a text without a translation stays English.

    OSError if there is no catalogue for that language.
    """
    if lang == "en":
        return str
    texts = i18n.catalogue(lang).texts
    return lambda text: texts.get(text, text)
