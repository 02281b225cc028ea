"""A manager at a terminal: a number presses, a word of `COMMANDS` looks, everything else answers the client shown.

The same screens and use-cases as in the manager bot. One console is one person; it remembers the screen it shows.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bots.screens import closing
from bots.screens.action import Action, Press
from bots.screens.card import card_screen
from bots.screens.feedback import sending
from bots.screens.history import Page, history_screen, why_screen
from bots.screens.lists import list_screen
from bots.screens.refusals import refusal
from bots.screens.screen import Screen, notice
from bots.screens.words import outcome_name
from bots.terminal.render import draw, find_action
from bots.texts import Texts
from hub.domain.conversation import Outcome
from hub.domain.errors import HubError, StorageUnavailable
from hub.domain.ids import ConversationId
from hub.domain.rights import Person
from hub.inbox import queries, reading
from hub.inbox.assignment import release, take
from hub.inbox.conversations import close
from hub.inbox.office import Office
from hub.inbox.reply import Content, add_note, reply

NOTE_MARK = "//"


@dataclass(slots=True)
class Console:
    """`key` begins the keys of what is written here, so that two consoles never share one."""

    office: Office
    actor: Person
    texts: Texts
    key: str
    _shown: Screen = field(default_factory=lambda: Screen(()))
    _about: ConversationId | None = None
    _typed: int = 0

    async def type(self, line: str) -> str:
        """Carry out one line and return what the terminal shows then; refusals are said in words. Commits.

        Raises:
            StorageUnavailable: it could not be done now.
        """
        self._typed += 1
        try:
            self._shown = await self._understand(line.strip())
        except StorageUnavailable:
            raise
        except HubError as error:
            self._shown = notice(refusal(self.texts, error))
        return draw(self._shown)

    def now(self) -> datetime:
        """Return the instant in UTC."""
        return self.office.clock.now()

    async def _understand(self, line: str) -> Screen:
        if line in COMMANDS:
            return await COMMANDS[line](self, Action(Press(line)))
        if line.isascii() and line.isdigit():
            action = find_action(self._shown, int(line))
            deed = DEEDS.get(action.press) if action is not None else None
            return await deed(self, action) if deed and action else notice(self.texts("error.stale"))
        if self._about is None or not line:
            return notice(self.texts("reply.to_nobody"))
        return await self._write(self._about, line)

    async def _write(self, about: ConversationId, line: str) -> Screen:
        key = f"{self.key}:{self._typed}"
        card = await queries.get_card(self.office, self.actor, about)
        if line.startswith(NOTE_MARK):
            await add_note(self.office, self.actor, about, text=line.removeprefix(NOTE_MARK).strip(), key=key)
            return notice(self.texts("note.done", number=card.number))
        said = await reply(self.office, self.actor, about, content=Content(line), key=key)
        return sending(self.texts, card, said.address)

    async def card(self, action: Action) -> Screen:
        """Show a conversation; what is typed now goes to its client."""
        self._about = ConversationId(action.subject)
        card = await queries.get_card(self.office, self.actor, self._about)
        return card_screen(self.texts, card, now=self.now())

    async def take(self, action: Action) -> Screen:
        """Take a conversation and show it."""
        await take(self.office, self.actor, ConversationId(action.subject))
        return await self.card(action)

    async def release(self, action: Action) -> Screen:
        """Give it back and show the queue."""
        await release(self.office, self.actor, ConversationId(action.subject))
        self._about = None
        return await self.queue(action)

    async def history(self, action: Action) -> Screen:
        """Show a page of the history."""
        card = await queries.get_card(self.office, self.actor, ConversationId(action.subject))
        number = int(action.arg) if action.arg.isascii() and action.arg.isdigit() else 0
        messages, has_older = await reading.read_history(self.office, self.actor, card.id, page=number)
        return history_screen(self.texts, card, Page(messages, number, has_older), now=self.now())

    async def why(self, action: Action) -> Screen:
        """Show how it came about."""
        card = await queries.get_card(self.office, self.actor, ConversationId(action.subject))
        return why_screen(self.texts, card, await reading.read_reasons(self.office, self.actor, card.id))

    async def close(self, action: Action) -> Screen:
        """Ask for the outcome."""
        card = await queries.get_card(self.office, self.actor, ConversationId(action.subject))
        return closing.outcomes_screen(self.texts, card)

    async def end(self, action: Action) -> Screen:
        """Close with the pressed outcome; a refusal asks why (L-5)."""
        card = await queries.get_card(self.office, self.actor, ConversationId(action.subject))
        chosen, _, why = action.arg.partition(".")
        if chosen == Outcome.refused and why not in closing.REFUSALS:
            return closing.refusal_screen(self.texts, card)
        note = self.texts(f"refusal.{why}") if why else ""
        await close(self.office, self.actor, card.id, outcome=Outcome(chosen), note=note)
        return notice(self.texts("close.done", number=card.number, outcome=outcome_name(self.texts, chosen)))

    async def my(self, _: Action) -> Screen:
        """List one's own open conversations."""
        rows = await queries.list_mine(self.office, self.actor)
        return list_screen(self.texts, self.texts("list.my"), rows, now=self.now())

    async def queue(self, _: Action) -> Screen:
        """List what nobody has taken."""
        rows = await queries.list_queue(self.office, self.actor)
        return list_screen(self.texts, self.texts("list.queue"), rows, now=self.now())

    async def overdue(self, _: Action) -> Screen:
        """List what is late."""
        rows = await queries.list_overdue(self.office, self.actor)
        return list_screen(self.texts, self.texts("list.overdue"), rows, now=self.now())


Deed = Callable[[Console, Action], Awaitable[Screen]]
COMMANDS: Mapping[str, Deed] = {"my": Console.my, "queue": Console.queue, "overdue": Console.overdue}
DEEDS: Mapping[Press, Deed] = {
    Press.my: Console.my,
    Press.queue: Console.queue,
    Press.overdue: Console.overdue,
    Press.card: Console.card,
    Press.take: Console.take,
    Press.release: Console.release,
    Press.history: Console.history,
    Press.why: Console.why,
    Press.close: Console.close,
    Press.end: Console.end,
}
