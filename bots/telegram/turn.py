"""One turn: what a manager did or is told now, with everything a deed needs to answer.

A deed never edits a card away: a press on a card or on a mirrored message is answered by a new message, a press on a
list or a question by changing it in place.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bots.memory import Purpose, Shown
from bots.office import BotOffice
from bots.screens.action import Action
from bots.screens.screen import Screen, notice
from bots.telegram.chat import Chat
from bots.texts import Texts
from hub.domain.ids import ConversationId, MessageId
from hub.domain.rights import Person
from hub.inbox.office import Office


@dataclass(frozen=True, slots=True)
class Turn:
    """What one manager did or is told, and where to answer.

    `key` is (bot, update id): whatever the turn causes happens once. `own` is the manager's message, `pressed` the
    bot's message with the pressed button, 0 for none or one that must stay. `words` follow a command.
    """

    desk: BotOffice
    chat: Chat
    actor: Person
    texts: Texts
    key: str
    own: int = 0
    pressed: int = 0
    words: str = ""

    @property
    def office(self) -> Office:
        """Return the office of the use-cases."""
        return self.desk.office

    @property
    def once(self) -> Office:
        """Return the office in which this turn changes a conversation at most once, however often its update comes."""
        return self.desk.office.once(self.key)

    def now(self) -> datetime:
        """Return the instant in UTC."""
        return self.desk.now()

    async def show(self, screen: Screen, *, about: ConversationId | None = None) -> int:
        """Show a screen: in place of the pressed one if that may go, else as a new message; return its last message.

        What one message has no place for goes on in others. `about` links them to a conversation, so that each can be
        answered.
        """
        if self.pressed and await self.chat.replace_all([self.pressed], screen):
            ids = [self.pressed, *[sent async for sent in self.chat.show_rest(screen, after=1)]]
        else:
            ids = await self.chat.show(screen, reply_to=self.own or None)
        if about is not None:
            for each in ids:
                await self.link(each, about, Purpose.notice)
        return ids[-1]

    async def say(self, key: str, **values: object) -> int:
        """Show one sentence of the catalogue."""
        return await self.show(notice(self.texts(key, **values)))

    async def link(
        self, bot_message_id: int, about: ConversationId, purpose: Purpose, message_id: MessageId | None = None
    ) -> None:
        """Remember what a message shows."""
        shown = Shown(bot_message_id, about, self.actor.manager_id, purpose, message_id)
        await self.desk.memory.remember(self.chat.id, shown)


Deed = Callable[[Turn, Action], Awaitable[None]]
"""Carries out a press or a command. Raises the errors of the hub; whoever called says them politely."""
