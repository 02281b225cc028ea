"""Managers at work: they take what they are offered, answer most of what they see at once, close some, and leave some.

What they leave has its clocks fire, and is answered a minute or two later: a hub on which more and more is left would
end with everybody at the limit of their capacity, and with clients whom nobody may be given.

Each acts on what stands in their own chat with the managers' bot, as a person does: presses a button that is there,
replies to a card or to a message of the client.
"""

import asyncio
import random
import re
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from hub.testing.crash.ledger import Kind, answer_marker, find_markers
from hub.testing.crash.refused import book_refused
from hub.testing.crash.world import World
from hub.testing.telegram import Person
from hub.testing.telegram.state import Chat, Post, Press

TAKE = "✋ Взять"
NEXT = "/next"
_LISTED = re.compile(r"^(\d+)\. (#\d+)", re.MULTILINE)
"""A client on the list that stands for a rush of offers: their place and number; «✋ 3» takes the third."""
TAKEN_SHARE = 0.85
ANSWERED_SHARE = 0.75
TWICE_SHARE = 0.3
CLOSED_SHARE = 0.15
CLOSE = "✅ Закрыть"
SOLVED = "❓ Вопрос решён"
LEFT_FOR = (60.0, 120.0)
ANSWERED_AFTER = (0.3, 4.0)
"""Seconds until an answer: of what is left, and of what is not."""
_OWN = {CLOSE, "📋 Обращение"}
_LOOKED_AT = 40
_LOOK_EVERY = 0.2
_PRESSED_AGAIN_AFTER = 20.0
_ANSWERED_WITHIN = 10.0


@dataclass(slots=True)
class Numbers:
    """Gives out the numbers of answers, over all managers."""

    answers: int = 0

    def next_answer(self) -> str:
        """Return the next marker."""
        self.answers += 1
        return answer_marker(self.answers)


@dataclass(slots=True)
class Colleague:
    """One manager. Works while `work` runs; what was seen once is decided once, until at the end all is taken."""

    world: World
    key: str
    chance: random.Random
    numbers: Numbers
    takes_all: bool = False
    _pressed: dict[int, float] = field(default_factory=dict)
    _asked_at: float = 0.0
    _decided: set[tuple[str, str]] = field(default_factory=set)
    _answers: list[tuple[str, Post]] = field(default_factory=list)
    _acting: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def person(self) -> Person:
        """Return who this is in Telegram."""
        return self.world.managers[self.key]

    @property
    def chat(self) -> Chat:
        """Return the chat with the managers' bot."""
        return self.world.desk.private_chat(self.person.user)

    def join(self, token: str) -> None:
        """Follow the invitation."""
        self.person.starts(self.world.desk, f"m_{token}")

    @property
    def has_joined(self) -> bool:
        """Tell whether the bot has greeted."""
        return any(post.sender is self.world.desk.user for post in self.chat.posts)

    def book_refused(self) -> None:
        """Write down which answers the bot sent back; once, when all is quiet."""
        book_refused(self.world.ledger, self.world.desk, self._answers)

    async def work(self) -> None:
        """Look and act until cancelled; what is begun then is not finished."""
        try:
            while True:
                for post in self.chat.posts[-_LOOKED_AT:]:
                    self._consider(post)
                if self.takes_all:
                    await self._take_next()
                await asyncio.sleep(_LOOK_EVERY)
        finally:
            for task in self._acting:
                task.cancel()

    def _consider(self, post: Post) -> None:
        """Decide about a message of the bot, by the buttons that it has now."""
        if post.is_deleted or post.sender is not self.world.desk.user:
            return
        self._consider_list(post)
        marker, labels = _last_event(post), set(_labels(post))
        if SOLVED in labels and self._decides("solve", str(post.message_id), 1):
            self.person.presses(self.world.desk, post, SOLVED)
        elif marker and TAKE in labels:
            self._consider_taking(post, marker)
        elif marker and labels & _OWN and ("answer", marker) not in self._decided:
            span = ANSWERED_AFTER if self._decides("answer", marker, ANSWERED_SHARE) else LEFT_FOR
            self._begin(self._answer(post, marker, after=self.chance.uniform(*span)))

    def _consider_taking(self, post: Post, marker: str) -> None:
        if not self.takes_all and self._decides("take", marker, TAKEN_SHARE):
            self._begin(self._take(post))

    def _consider_list(self, post: Post) -> None:
        for number in _offered(post).values():
            if not self.takes_all and self._decides("take", number, TAKEN_SHARE):
                self._begin(self._take_listed(post, number))

    def _decides(self, deed: str, marker: str, share: float) -> bool:
        """Say whether to act on a marker; it is asked once, and then either done or left for ever."""
        is_new = (deed, marker) not in self._decided
        self._decided.add((deed, marker))
        return is_new and self.chance.random() < share

    def _begin(self, acting: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(acting)
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)

    async def _take_next(self) -> None:
        """Take the newest card that is free and was not tried lately, else what the queue has, and wait for the bot."""
        now = asyncio.get_running_loop().time()
        for post in reversed(self.chat.posts):
            is_tried = now - self._pressed.get(post.message_id, -_PRESSED_AGAIN_AFTER) < _PRESSED_AGAIN_AFTER
            label = TAKE if TAKE in _labels(post) else next(iter(_offered(post)), "")
            if not post.is_deleted and not is_tried and label:
                self._pressed[post.message_id] = now
                await _answered(self.person.presses(self.world.desk, post, label))
                return
        if now - self._asked_at > _PRESSED_AGAIN_AFTER / 2:
            self._asked_at = now
            self.person.writes(self.world.desk, NEXT)

    async def _take(self, post: Post) -> None:
        await asyncio.sleep(self.chance.uniform(0.1, 2))
        if TAKE in _labels(post):
            self.person.presses(self.world.desk, post, TAKE)

    async def _take_listed(self, post: Post, number: str) -> None:
        """Take a client from the list by the place they have by then, if they are still on it."""
        await asyncio.sleep(self.chance.uniform(0.1, 2))
        places = [label for label, listed in _offered(post).items() if listed == number]
        if places and not post.is_deleted:
            self.person.presses(self.world.desk, post, places[0])

    async def _answer(self, post: Post, marker: str, *, after: float) -> None:
        """Reply once, sometimes twice in a row: the order is the writer's. Nobody replies to what is not there."""
        await asyncio.sleep(after)
        if post.is_deleted:
            return
        for _ in range(2 if self.chance.random() < TWICE_SHARE else 1):
            own = self.numbers.next_answer()
            self.world.ledger.tell(Kind.COMPOSED, own, manager=self.key, event=marker)
            said = self.person.replies(self.world.desk, f"{own} Здравствуйте, сейчас посмотрим.", to=post)
            self._answers.append((own, said))
            await asyncio.sleep(0.05)
        if self.chance.random() < CLOSED_SHARE:
            await asyncio.sleep(self.chance.uniform(1, 4))
            self._close(marker)

    def _close(self, marker: str) -> None:
        """Ask to close the matter on the newest card of an event, if there is one that may be closed."""
        for post in reversed(self.chat.posts):
            if not post.is_deleted and marker in post.text and CLOSE in _labels(post):
                self.person.presses(self.world.desk, post, CLOSE)
                return


async def _answered(press: Press) -> None:
    """Wait until the bot has said something to a press, or for so long as a person would."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_ANSWERED_WITHIN):
            while not press.is_answered:  # noqa: ASYNC110 - looks at the fakes
                await asyncio.sleep(_LOOK_EVERY)


def _labels(post: Post) -> Iterator[str]:
    rows = (post.keyboard or {}).get("inline_keyboard", [])
    return (str(button["text"]) for row in rows for button in row)


def _offered(post: Post) -> dict[str, str]:
    """Return the buttons of a list that take a client, with whom each takes; empty for anything else."""
    listed = {f"✋ {place}": number for place, number in _LISTED.findall(post.text)}
    return {label: listed[label] for label in _labels(post) if label in listed}


def _last_event(post: Post) -> str:
    events = [marker for marker in find_markers(post.text) if marker.startswith("ev-")]
    return events[-1] if events else ""
