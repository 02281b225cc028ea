"""A manager at a terminal: what is typed becomes a deed, what the hub tells becomes a screen, all of it plain text.

A number presses the button that carries it, `/word` is the command of the manager bot, `#1042` shows that card,
`1042: words` answers that client, and any other line answers the client of the card shown last. If that card came by
itself while another client was being talked to, the console asks whom the line is for: nothing goes to a guessed client
(reliability 72).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bots.screens.action import Action, Press
from bots.screens.refusals import refusal
from bots.screens.screen import Button, Row, Screen, line, notice
from bots.screens.words import contact_name
from bots.terminal import answering, reading, working
from bots.terminal.deed import Deed, Written
from bots.terminal.notices import Payload, tell
from bots.terminal.render import Numbers, draw
from bots.terminal.seat import Seat
from hub.domain.errors import HubError, NotFound, StorageUnavailable
from hub.domain.ids import ConversationId
from hub.inbox.queries import find_conversation_by_number, get_card
from hub.inbox.reply import Content

NOTE_MARK = "//"
DEEDS: Mapping[Press, Deed] = {**reading.DEEDS, **working.DEEDS, **answering.DEEDS}
WRITTEN: Mapping[Press, Written] = {**reading.WRITTEN, **working.WRITTEN, **answering.WRITTEN}
ABOUT_NOBODY = frozenset(
    {Press.my, Press.queue, Press.overdue, Press.next, Press.search, Press.desk, Press.shift, Press.help, Press.cancel}
)
_PRESSED = re.compile(r"\d{1,2}", re.ASCII)
_COMMAND = re.compile(r"/([a-z]+)(?:\s+(.*))?", re.DOTALL)
_NUMBER = re.compile(r"#?(\d{3,12})(?:\s+|$)", re.ASCII)
_SHOWN = re.compile(r"#(\d{3,12})", re.ASCII)
_TO_NUMBER = re.compile(r"#?(\d{3,12}):\s+(.+)", re.ASCII | re.DOTALL)


@dataclass(slots=True)
class Console:
    """One terminal of one person."""

    seat: Seat
    numbers: Numbers = field(default_factory=Numbers)
    _before: ConversationId | None = None
    """Whom plain lines answered before a card came by itself; `None` while there is no doubt."""

    async def type(self, typed: str) -> str:
        """Carry out one line and return what the terminal shows then; refusals are said in words. Commits.

        Raises:
            StorageUnavailable: it could not be done now.
        """
        self.seat.lines += 1
        try:
            screen = await self._understand(typed.strip())
        except StorageUnavailable:
            raise
        except HubError as error:
            screen = notice(refusal(self.seat.texts, error))
        return self.draw(screen)

    async def hear(self, payload: Payload) -> str:
        """Return what a notice shows, empty if nothing. Raises: StorageUnavailable."""
        before = self.seat.about
        try:
            screen = await tell(self.seat, payload)
        except NotFound:
            return ""
        if screen is None:
            return ""
        if before is not None and self.seat.about != before:
            self._before = self._before or before
        return self.draw(screen)

    def draw(self, screen: Screen) -> str:
        """Return a screen as text, without the buttons that have no deed here."""
        rows = tuple(tuple(each for each in row if _can(each)) for row in screen.rows)
        return draw(Screen(screen.blocks, rows), self.numbers)

    async def name_addressee(self) -> str:
        """Return whom a plain line answers, for the prompt; empty if nobody."""
        if self.seat.about is None:
            return ""
        try:
            card = await get_card(self.seat.office, self.seat.actor, self.seat.about)
        except NotFound:
            self.seat.about = None
            return ""
        return f"#{card.number} {contact_name(self.seat.texts, card.contact_name)}"

    async def _understand(self, typed: str) -> Screen:
        if not typed:
            return Screen(())
        if _PRESSED.fullmatch(typed):
            return await self._press(int(typed))
        if command := _COMMAND.fullmatch(typed):
            return await self._command(command[1], (command[2] or "").strip())
        if named := _TO_NUMBER.fullmatch(typed):
            found = await find_conversation_by_number(self.seat.office, self.seat.actor, int(named[1]))
            return await self._say(found, named[2])
        if named := _SHOWN.fullmatch(typed):
            return await self._command(Press.card.value, named[1])
        if self.seat.asked is not None:
            asked, self.seat.asked = self.seat.asked, None
            return await WRITTEN[asked.press](self.seat, asked, typed)
        return await self._say_to_shown(typed)

    async def _press(self, number: int) -> Screen:
        action = self.numbers.find(number)
        if action is None:
            return notice(self.seat.texts("error.stale"))
        self._before = None
        return await DEEDS[action.press](self.seat, action)

    async def _command(self, name: str, words: str) -> Screen:
        """Carry out a command: of the client it names by number, else of the one whose card was shown last."""
        press = next((each for each in DEEDS if each.value == name), None)
        if press is None:
            return notice(self.seat.texts("error.command"))
        about, words = (None, words) if press in ABOUT_NOBODY else await self._about(words)
        if about is None and press not in ABOUT_NOBODY:
            return notice(self.seat.texts("terminal.which", command=name))
        action = Action(press, about or 0)
        if words and press in WRITTEN:
            return await WRITTEN[press](self.seat, action, words)
        return await DEEDS[press](self.seat, Action(press, about or 0, 0, words if press is Press.shift else ""))

    async def _about(self, words: str) -> tuple[ConversationId | None, str]:
        number = _NUMBER.match(words)
        if number is None:
            return self.seat.about, words
        found = await find_conversation_by_number(self.seat.office, self.seat.actor, int(number[1]))
        return found, words[number.end() :].strip()

    async def _say_to_shown(self, words: str) -> Screen:
        if self.seat.about is None:
            return notice(self.seat.texts("reply.to_nobody"))
        if self._before is None:
            return await self._say(self.seat.about, words)
        choices = (self.seat.about, self._before)
        self._before, self.seat.draft = None, words
        return await self._whom(choices)

    async def _say(self, about: ConversationId, words: str) -> Screen:
        self._before = None
        if words.startswith(NOTE_MARK):
            note = words.removeprefix(NOTE_MARK).strip()
            return await answering.note_down(self.seat, Action(Press.note, about), note)
        return await answering.answer(self.seat, about, Content(words))

    async def _whom(self, choices: tuple[ConversationId, ...]) -> Screen:
        cards = [await get_card(self.seat.office, self.seat.actor, each) for each in choices]
        rows: list[Row] = [
            (Button(f"#{each.number} {contact_name(self.seat.texts, each.contact_name)}", Action(Press.to, each.id)),)
            for each in cards
        ]
        rows.append((Button(self.seat.texts("button.cancel"), Action(Press.cancel)),))
        return Screen((line(self.seat.texts("reply.to_whom")),), tuple(rows))


def _can(button: Button) -> bool:
    return button.action.press in DEEDS if button.action is not None else bool(button.copies)
