"""What a story is made of: scenes, each with what is shown and which gestures lead on.

A gesture is a word: a press of a real card with its argument (`take`, `end.refused.price`), or `SAY` for words that
were written, however they came. A way that is named shorter takes every longer gesture: `give` takes `give.1.s`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SAY = "say"


class StoryKey(StrEnum):
    """The stories, in the order in which they are offered; the sandbox plays the same."""

    site = "site"
    missed = "missed"
    two = "two"
    transfer = "transfer"
    closing = "closing"

    @property
    def number(self) -> int:
        """Return its place in the list, from 1: what a button names it by."""
        return list(StoryKey).index(self) + 1


class Shows(StrEnum):
    """Which of the real screens a scene shows; `done` is the end of a story."""

    card = "card"
    gone = "gone"
    letter = "letter"
    unsent = "unsent"
    talk = "talk"
    result = "result"
    reached = "reached"
    kept = "kept"
    receivers = "receivers"
    note = "note"
    outcomes = "outcomes"
    refusals = "refusals"
    reason = "reason"
    done = "done"

    @property
    def is_card(self) -> bool:
        """Tell whether it stands in the chat as a card, which a question never replaces."""
        return self in (Shows.card, Shows.gone, Shows.done)

    @property
    def asks_words(self) -> bool:
        """Tell whether the next line of text belongs to it, without a reply."""
        return self in (Shows.letter, Shows.result, Shows.reached, Shows.note, Shows.reason)


class Matter(StrEnum):
    """How the client's matter stands: nobody has it, it waits with me, it is with me and calm."""

    free = "free"
    mine = "mine"
    calm = "calm"


@dataclass(frozen=True, slots=True)
class Scene:
    """A moment of a story; one without ways is its end.

    `says` are how many of the client's messages there are by then, `attempts` how often nobody picked up. `delivers`:
    words said here reach the client.
    """

    shows: Shows = Shows.card
    matter: Matter = Matter.mine
    ways: Mapping[str, str] = field(default_factory=dict)
    says: int = 1
    attempts: int = 0
    delivers: bool = False

    def follow(self, gesture: str) -> str | None:
        """Return the scene that a gesture leads to, `None` if it leads nowhere from here."""
        while gesture not in self.ways and gesture:
            gesture = gesture.rpartition(".")[0]
        return self.ways.get(gesture)


Story = Mapping[str, Scene]
"""The scenes of a story by name, the first one first."""
