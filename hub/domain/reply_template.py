"""A text that managers of a line send to clients by a press; what may stand in it says `hub.domain.texts`."""

from dataclasses import dataclass
from hashlib import blake2s

_MARK_BYTES = 5


@dataclass(frozen=True, slots=True)
class ReplyTemplate:
    """`key` is the name in the policy document, `name` stands on the button; `text_en` is empty if there is none."""

    key: str
    name: str
    text: str
    text_en: str = ""

    def mark(self, said: str) -> str:
        """Return what names this template in these very words, filled in: nobody sends what they have not read."""
        return blake2s(f"{self.key}\0{said}".encode(), digest_size=_MARK_BYTES).hexdigest()

    def say(self, language: str) -> str:
        """Return the template in the client's language (an IETF tag)."""
        is_english = language.partition("-")[0].lower() == "en"
        return self.text_en if is_english and self.text_en else self.text
