"""The sandbox at a terminal: a person is Анна, the hub's cards come as text, `client …` plays who writes to her.

The screens and use-cases are those of the manager bot, drawn by `bots.terminal`; what is not the manager's (clients,
the clock) is understood here. Everybody else goes on in the fake Telegram, and the page shows the same play.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from bots.screens.quoting import client_text, one_line
from bots.terminal.console import Console
from bots.terminal.render import plain
from bots.terminal.seat import Seat
from bots.texts import Texts
from hub.domain.errors import HubError, NotFound
from hub.domain.outbound import SendResult, Sent
from hub.inbox.viewer import person_of
from hub.store import people
from hub.store.pool import acquire
from hub.testing.sandbox.cast import AT_MAIL, MEMBERS
from hub.testing.sandbox.changes import Changes
from hub.testing.sandbox.deeds import move_clock
from hub.testing.sandbox.play import Play
from hub.testing.sandbox.premises import until_opening
from hub.testing.sandbox.terminal_words import WORDS
from hub.testing.sandbox.walk_ins import WalkIns

MEMBER = MEMBERS[0]
PATIENCE = timedelta(seconds=10)
_A_WHILE = timedelta(hours=1)
_SHOWN = 300
"""Characters of what a client got; the rest is on the page."""

_OWN = re.compile(r"(client|клиент|clock|часы)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_NEW = re.compile(r"(?:new|новый)\s+(.*)", re.IGNORECASE | re.DOTALL)
_LEAVING = frozenset({"/quit", "/exit"})
_MORNING = frozenset({"morning", "утро"})
Lines = AsyncIterator[str]


@dataclass(slots=True)
class Terminal:
    """One terminal of a play. `say` shows text, `is_person` tells that somebody sits there and reads a prompt."""

    play: Play
    console: Console
    clients: WalkIns
    say: Callable[[str], None]
    is_person: bool
    _told: Changes = field(default_factory=Changes)
    _is_at_work: bool = False
    """A line is being carried out, so no prompt stands there."""

    async def notify(self, payload: Mapping[str, object], *, key: str) -> SendResult:
        """Show a notice to this manager; others have their own messenger. The `Notifier` beside the bot."""
        if payload.get("manager_id") == self.console.seat.actor.manager_id and self.play.is_set:
            shown = await self.console.hear(payload)
            if shown:
                await self._interrupt(shown)
                self._told.tell()
        return Sent((), self.play.now())

    async def run(self, lines: Lines) -> None:
        """Carry out lines until they end or one of them leaves."""
        self._show(self._word("welcome", name=MEMBER.name))
        self._show(await self.console.type("/queue"))
        watching = asyncio.create_task(self._watch_clients())
        try:
            await self._prompt()
            async for line in lines:
                if line.strip() in _LEAVING:
                    return
                self._is_at_work = True
                await self._carry_out(line)
                self._is_at_work = False
                await self._prompt()
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def _carry_out(self, line: str) -> None:
        own = _OWN.fullmatch(line.strip())
        try:
            if own is None:
                await self._manage(line)
            elif own[1].casefold() in ("client", "клиент"):
                await self._bring((own[2] or "").strip())
            else:
                self._move((own[2] or "").strip())
        except HubError as error:
            self._show(self._word("refused", reason=plain(str(error))))

    async def _manage(self, line: str) -> None:
        """Let the console carry out a line; an answer is waited for until it is known what became of it."""
        answers, told = self.console.seat.answers, self._told.count
        self._show(await self.console.type(line))
        if line.strip() == "/help":
            self._show(self._word("help"))
        if self.console.seat.answers > answers:
            await self._told.wait(told, PATIENCE)

    async def _bring(self, words: str) -> None:
        """Let a client come or go on, and wait until the manager hears of it."""
        new = _NEW.fullmatch(words)
        coming = self.clients.come_with(new[1]) if new else self.clients.go_on(words) if words else self.clients.come()
        told = self._told.count
        await coming
        self.play.town.changes.tell()
        await self._told.wait(told, PATIENCE)

    def _move(self, words: str) -> None:
        if words.casefold() in _MORNING:
            move_clock(self.play, until_opening(self.play.building) + timedelta(minutes=1))
        elif words.isascii() and words.isdigit() and 0 < int(words) <= 24 * 60:
            move_clock(self.play, timedelta(minutes=int(words)))
        else:
            self._show(self._word("clock_how"))
            return
        zone = self.play.building.rules().get_line("sales").calendar.zone
        self._show(self._word("clock", time=f"{self.play.now().astimezone(zone):%d.%m %H:%M}"))

    async def _watch_clients(self) -> None:
        """Show what clients get, as it comes."""
        changes = self.play.town.changes
        count, seen = changes.count, set(_received(self.play))
        while True:
            await changes.wait(count, _A_WHILE)
            count, received = changes.count, _received(self.play)
            for key, (name, words) in received.items():
                if key not in seen:
                    await self._interrupt(f"← {plain(one_line(name))}: {plain(client_text(words, _SHOWN))}")
            seen |= set(received)

    async def _interrupt(self, shown: str) -> None:
        """Show what nobody asked for just now; who sits there gets the prompt again below it."""
        is_typing = self.is_person and not self._is_at_work
        self._show(f"\n{shown}" if is_typing else shown)
        if is_typing:
            await self._prompt()

    def _show(self, text: str) -> None:
        if text:
            self.say(f"{text}\n\n")

    async def _prompt(self) -> None:
        if self.is_person:
            self.say(f"{plain(await self.console.name_addressee())} › ")

    def _word(self, key: str, **values: object) -> str:
        return WORDS[self.console.seat.texts.language][key].format(**values)


async def sit_down(play: Play, language: str, say: Callable[[str], None], *, is_person: bool) -> Terminal:
    """Return the terminal of the first manager of the play. Raises: NotFound: nobody hired them."""
    office = play.building.office
    async with acquire(office.pool) as connection:
        manager = await people.find_by_key(connection, MEMBER.key)
    if manager is None:
        raise NotFound(f"nobody here is called {MEMBER.key}")
    seat = Seat(office, person_of(office.policy(), manager), Texts(language), f"terminal:{play.now().timestamp()}")
    return Terminal(play, Console(seat), WalkIns(play, language), say, is_person)


def _received(play: Play) -> dict[tuple[str, int], tuple[str, str]]:
    """Return what clients have got from the shop so far, by box and number: whom it went to, and the words."""
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for key, seat in play.town.clients.items():
        seen = seat.person.screen(seat.bot).visible()
        name = f"{seat.person.user.first_name} {seat.person.user.last_name}".strip()
        found |= {(key, each.message_id): (name, each.text) for each in seen if each.is_from_bot}
    names = {each.email: each.name for each in (*AT_MAIL, *play.guests)}
    letters = [each for each in play.town.mail.letters if not each.is_mine]
    return found | {("", each.number): (names.get(each.client, each.client), each.text) for each in letters}
