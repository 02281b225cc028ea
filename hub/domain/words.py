"""A sentence, or part of one, for people in both languages of the hub.

Values of the domain and of rules carry them; the words of screens are catalogues of `bots.texts`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence or part of one for people."""

    ru: str
    en: str

    def say(self, language: str) -> str:
        """Return the words in a language; anything but English reads Russian."""
        return self.en if language == "en" else self.ru
