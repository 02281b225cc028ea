"""A fault of the policy document: where it is, what is wrong, and how to mend it, in both languages of the hub."""

from dataclasses import dataclass

from hub.domain.words import Words


@dataclass(frozen=True, slots=True)
class Fault:
    """One sentence about one place: `lines.sales.calendar: 'ofice' is not among the calendars; there are: office`."""

    place: str
    words: Words

    def say(self, language: str) -> str:
        """Return place and sentence in `ru` or `en`."""
        return f"{self.place}: {self.words.say(language)}"


class Misspelt(ValueError):
    """A value is not written as it should be; raised by validators, said with its place by `hub.routing.document`."""

    def __init__(self, ru: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(ru, en)


def fault(place: str, ru: str, en: str) -> Fault:
    """Return a fault from its two sentences."""
    return Fault(place, Words(ru, en))


def all_said(faults: list[Fault]) -> Words:
    """Return faults as text, a line each."""
    return Words("\n".join(each.say("ru") for each in faults), "\n".join(each.say("en") for each in faults))
