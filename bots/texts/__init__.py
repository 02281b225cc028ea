"""The words of the manager bot, in Russian and English.

Catalogues are plain mappings from a key to a text or to its plural forms (CLDR categories, chosen by Babel): the texts
are few, need review by eye, and a test holds both to the same keys and places. Texts carry no markup, and what is put
into them is never read as a format, so a client's braces stay braces. To add a language: one package and one line here.
"""

from collections.abc import Mapping

from babel import Locale

from bots.texts import en, ru

Forms = Mapping[str, str]
CATALOGUES: Mapping[str, Mapping[str, str | Forms]] = {"ru": ru.TEXTS, "en": en.TEXTS}
DEFAULT = "ru"


class Texts:
    """The catalogue of one language; an unknown language reads Russian."""

    def __init__(self, language: str = DEFAULT) -> None:
        self.language = language if language in CATALOGUES else DEFAULT
        self._catalogue = CATALOGUES[self.language]
        self._plural = Locale.parse(self.language).plural_form

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of `key` with its places filled.

        Raises:
            KeyError: there is no such text, or a place has no value; a programming error that a test finds.
        """
        text = self._catalogue[key]
        if not isinstance(text, str):
            raise KeyError(f"{key} has plural forms: ask with `count`")
        return text.format(**values)

    def count(self, key: str, n: int, **values: object) -> str:
        """Return the text of `key` in the plural form that `n` asks for; the place `{n}` holds the number."""
        forms = self._catalogue[key]
        if isinstance(forms, str):
            raise KeyError(f"{key} has no plural forms")
        return forms.get(self._plural(n), forms["other"]).format(n=n, **values)

    def has(self, key: str) -> bool:
        """Tell whether there is such a text, for names that come from data (channels, stages)."""
        return key in self._catalogue
