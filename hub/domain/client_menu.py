"""The menu a messenger shows to a client who presses «Start»: topics of the business, each a button with its own words.

A topic may belong to a line, and may ask one question of its own: then the client's next message is the request. What
is chosen arrives as a message with the button's words, so a choice waits at the provider as long as any message does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.facts import fold
from hub.domain.words import Words


@dataclass(frozen=True, slots=True)
class Topic:
    """`line` empty: the rules choose it. `question` empty: choosing it is the request; `tags` go to the lead."""

    key: str
    name: Words
    line: str = ""
    question: Words = Words("", "")
    tags: tuple[str, ...] = ()


def find_topic(topics: Sequence[Topic], text: str) -> Topic | None:
    """Return the topic whose button says exactly this, in either language, whatever the case; else `None`."""
    said = fold(text.strip()) if topics else ""
    return next((each for each in topics if said and said in (fold(each.name.ru), fold(each.name.en))), None)
