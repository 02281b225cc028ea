"""How far somebody has come: what is kept of it in the bot's memory, and nowhere else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bots.practice.stories import STORIES
from bots.practice.story import Scene, Shows, StoryKey


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which story somebody is."""

    story: StoryKey
    scene: str

    @property
    def shown(self) -> Scene:
        """Return the scene itself."""
        return STORIES[self.story][self.scene]

    @property
    def number(self) -> int:
        """Return the scene's place in its story, from 1: what a button was drawn for."""
        return list(STORIES[self.story]).index(self.scene) + 1


@dataclass(frozen=True, slots=True)
class Progress:
    """One person's practice.

    `place` is `None` where no story was begun or it was left, `since` when its client wrote. `key` is the update that
    led here, so that its repetition leads nowhere. `card` and `asked` are the bot's messages with the card and with a
    question, 0 for none.
    """

    done: tuple[StoryKey, ...] = ()
    place: Place | None = None
    since: datetime | None = None
    key: str = ""
    card: int = 0
    asked: int = 0

    @property
    def playing(self) -> Place | None:
        """Return where in a story that has not ended yet."""
        return self.place if self.place is not None and self.place.shown.shows is not Shows.done else None

    @property
    def next_story(self) -> StoryKey | None:
        """Return the first story that was never finished."""
        return next((each for each in StoryKey if each not in self.done), None)

    def begin(self, story: StoryKey, *, now: datetime, key: str) -> "Progress":
        """Return the beginning of a story."""
        return Progress(self.done, Place(story, next(iter(STORIES[story]))), now, key)

    def move(self, scene: str, *, key: str) -> "Progress":
        """Return this progress at another scene of its story; the last one finishes it."""
        if self.place is None:
            return self
        place = replace(self.place, scene=scene)
        is_new = place.shown.shows is Shows.done and place.story not in self.done
        return replace(self, place=place, key=key, done=(*self.done, place.story) if is_new else self.done)

    def leave(self, *, key: str) -> "Progress":
        """Return what stays of it without a story."""
        return Progress(self.done, key=key)


def to_facts(progress: Progress) -> Mapping[str, object]:
    """Return it as the bot's memory keeps it."""
    facts: dict[str, object] = {"done": [each.value for each in progress.done], "key": progress.key}
    if progress.place is not None and progress.since is not None:
        facts |= {"story": progress.place.story.value, "scene": progress.place.scene}
        facts |= {"since": progress.since.isoformat(), "card": progress.card, "asked": progress.asked}
    return facts


def from_facts(facts: Mapping[str, object]) -> Progress:
    """Return what was kept; a story or scene that this version does not know was left."""
    done = facts.get("done")
    known = tuple(each for each in StoryKey if isinstance(done, Iterable) and each in done)
    progress = Progress(known, key=str(facts.get("key", "")))
    story, scene = str(facts.get("story", "")), str(facts.get("scene", ""))
    if story not in StoryKey.__members__ or scene not in STORIES[StoryKey(story)]:
        return progress
    card, asked = (int(str(facts[name])) for name in ("card", "asked"))
    since = datetime.fromisoformat(str(facts["since"]))
    return replace(progress, place=Place(StoryKey(story), scene), since=since, card=card, asked=asked)
