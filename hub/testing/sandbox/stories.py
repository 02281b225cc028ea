"""The five stories a newcomer plays, step by step: what has to be true before the page tells what to do next.

A story has a client of its own whom the shop has never seen, so it can be played at any time and again. Its words are
in `static/stories.ru.json` and `static/stories.en.json`; a step is done when the look of the page says so, whoever did
it and however. Nothing is undone: a story that was left is only no longer told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hub.testing.sandbox.cast import Client

Json = Mapping[str, Any]
_NAMES = (
    ("Ольга Лебедева", "olga.lebedeva"),
    ("Тимур Галеев", "timur.galeev"),
    ("Нина Соколова", "nina.sokolova"),
    ("Павел Ершов", "pavel.ershov"),
    ("Алина Юсупова", "alina.yusupova"),
    ("Борис Кравцов", "boris.kravtsov"),
)
_FIRST_NUMBER = 79855550150


class StoryKey(StrEnum):
    """The stories, in the order the page offers them."""

    site = "site"
    missed = "missed"
    two = "two"
    transfer = "transfer"
    closing = "closing"


@dataclass(frozen=True, slots=True)
class Scene:
    """What a step is judged by: the look, how it was when the step began, the story's conversation if it exists.

    `phone` is the number of the story's client: another client's call is no step of the story.
    """

    look: Json
    before: Json
    conversation: Json
    phone: str

    @property
    def is_answered(self) -> bool:
        """Tell whether the client has been answered and no deadline runs."""
        return bool(self.conversation.get("assignee")) and self.conversation.get("dueAt") is None

    @property
    def is_waiting(self) -> bool:
        """Tell whether a deadline runs."""
        return self.conversation.get("dueAt") is not None

    @property
    def is_open(self) -> bool:
        """Tell whether the conversation is open."""
        return bool(self.conversation.get("isOpen"))

    def is_with(self, name: str) -> bool:
        """Tell whether a manager of this name has the conversation."""
        return str(self.conversation.get("assignee")) == name

    @property
    def is_calling_back(self) -> bool:
        """Tell whether the shop talks to the story's client, whom it called."""
        return bool(self.call.get("isOut")) and self.call["state"] == "talking"

    @property
    def call(self) -> Json:
        """Return the last call with the story's client; empty without any."""
        calls: Sequence[Json] = self.look["phone"]["calls"]
        return next((call for call in reversed(calls) if call["phone"] == self.phone), {})

    def was_told(self, key: str) -> bool:
        """Tell whether the bot answered something a manager wrote since the step began."""
        then = {each["id"] for each in _messages(self.before, key)}
        new = [each for each in _messages(self.look, key) if each["id"] not in then]
        mine = {each["id"] for each in new if each["isMine"]}
        return any(not each["isMine"] and each["replyTo"] in mine for each in new)


Step = Callable[[Scene], bool]


def _arrived(scene: Scene) -> bool:
    """Tell whether the managers see the card."""
    words = f"#{scene.conversation.get('number')}"
    return all(any(words in each["text"] for each in _messages(scene.look, key)) for key in ("anna", "ivan"))


def _taken(scene: Scene) -> bool:
    return scene.is_with("Анна")


def _answered(scene: Scene) -> bool:
    return scene.is_answered


def _rings(scene: Scene) -> bool:
    return scene.call.get("state") == "ringing" and not scene.call.get("isOut")


STEPS: Mapping[StoryKey, Sequence[Step]] = {
    StoryKey.site: (_arrived, _taken, _answered, lambda scene: scene.is_waiting, _answered),
    StoryKey.missed: (
        _rings,
        lambda scene: scene.call.get("state") == "missed" and bool(scene.conversation.get("isCallback")),
        lambda scene: scene.look["moves"] > scene.before["moves"],
        lambda scene: scene.is_calling_back,
        _answered,
    ),
    StoryKey.two: (_arrived, _taken, lambda scene: scene.was_told("ivan"), _answered),
    StoryKey.transfer: (
        _arrived,
        _taken,
        lambda scene: bool(scene.conversation.get("transferTo")) or scene.is_with("Иван"),
        lambda scene: scene.is_with("Иван"),
        _answered,
    ),
    StoryKey.closing: (
        _arrived,
        _answered,
        lambda scene: not scene.is_open and bool(scene.conversation.get("outcome")),
        lambda scene: scene.is_open and scene.is_waiting,
    ),
}


@dataclass(slots=True)
class Story:
    """A story being played. `done` counts finished steps; `before` is the look when the current one began.

    `strayed_to` names who took the client whom somebody else had to take; empty while all goes as told.
    """

    key: StoryKey
    client: Client
    last_number: int
    done: int = 0
    before: Json = field(default_factory=dict)
    number: int = 0
    strayed_to: str = ""

    def follow(self, look: Json) -> None:
        """Move on over every step that is done by now."""
        self.before = self.before or look
        conversation = self._conversation(look)
        self.number = conversation.get("number", 0)
        steps = STEPS[self.key]
        while self.done < len(steps) and self._is_done(steps[self.done], look, conversation):
            self.done, self.before = self.done + 1, look
        is_to_be_taken = self.done < len(steps) and steps[self.done] is _taken
        self.strayed_to = str(conversation.get("assignee", "")) if is_to_be_taken else ""

    def show(self) -> Json:
        """Return what the page needs to tell the story."""
        return {
            "key": self.key.value,
            "done": self.done,
            "steps": len(STEPS[self.key]),
            "number": self.number,
            "strayedTo": self.strayed_to,
            "client": {
                "key": self.client.key,
                "name": self.client.name,
                "phone": f"+{self.client.phone}",
                "email": self.client.email,
            },
        }

    def _is_done(self, step: Step, look: Json, conversation: Json) -> bool:
        return step(Scene(look, self.before, conversation, f"+{self.client.phone}"))

    def _conversation(self, look: Json) -> Json:
        """Return the conversation of the story's client: by phone or name, at the site of whoever writes; {} before."""
        mine = {f"+{self.client.phone}", self.client.name}
        return next(
            (
                each
                for each in reversed(look["conversations"])
                if each["number"] > self.last_number and (mine & {each["phone"], each["name"]} or self._is_form(each))
            ),
            {},
        )

    def _is_form(self, conversation: Json) -> bool:
        """Tell whether it began with the site's form, in which the player may have written another name."""
        return self.key is StoryKey.site and conversation.get("channel") == "webform"


def new_guest(number: int) -> Client:
    """Return the client of the `number`-th story, from 0; names come round again, numbers do not."""
    name, mailbox = _NAMES[number % len(_NAMES)]
    unique = mailbox + (f".{number // len(_NAMES) + 1}" if number >= len(_NAMES) else "")
    return Client(unique.replace(".", "_"), name, str(_FIRST_NUMBER + number), f"{unique}@mail.example")


def _messages(look: Json, key: str) -> Sequence[Json]:
    return next((chat["messages"] for chat in look["managers"] if chat["key"] == key), ())
