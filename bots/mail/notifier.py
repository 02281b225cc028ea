"""Brings notices to managers as letters: the `Notifier` of `hub.domain.ports` over a mailbox of the installation.

What a letter is answered by is kept right after it was accepted. A process that dies in between sends the same letter
once more, under the same Message-ID, which mail programs show once.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bots.mail.letter import Letter, Posted
from bots.mail.notices import Telling, Told, tell
from bots.mail.render import draw
from bots.screens.action import Action
from bots.texts import Texts
from hub.domain.errors import NotFound
from hub.domain.ids import ConnectionId, ManagerId
from hub.domain.outbound import Failed, SendResult, Sent
from hub.inbox.card_letters import remember_letter
from hub.inbox.office import Office
from hub.inbox.queries import Reader


@dataclass(frozen=True)
class MailNotifier:
    """Sends what a payload of the notify lane describes to its manager's own mailbox.

    `post` hands a letter to a mail connection; `link` returns the address of the page that carries out an action for a
    manager, empty where there is none.
    """

    office: Office
    post: Callable[[Letter], Awaitable[Posted]]
    link: Callable[[ManagerId, Action], str]

    async def notify(self, payload: Mapping[str, object], *, key: str) -> SendResult:
        """Send the letter of a notice; `Sent` without ids where there is nothing to say any more.

        A manager who left is `Failed`. Repeating a key sends the same letter.
        """
        manager_id, started_at = ManagerId(int(str(payload["manager_id"]))), self.office.clock.now()
        found = await Reader(self.office).find_person(manager_id)
        if found is None:
            return Failed("not_found", "the manager no longer has access")
        manager, actor = found
        try:
            told = await tell(Telling(self.office, actor, Texts(manager.language)), payload)
        except NotFound:
            told = None
        if told is None:
            return Sent((), started_at)
        return await self._send(self._letter(told, manager_id, manager.name, key))

    def _letter(self, told: Told, manager_id: ManagerId, name: str, key: str) -> Letter:
        is_answerable = told.card is not None
        drawing = draw(
            told.screens,
            links=lambda action: self.link(manager_id, action),
            footer=told.footer,
            is_answerable=is_answerable,
        )
        about = told.card.id if told.card is not None else None
        return Letter(key, manager_id, name, told.subject, drawing.text, drawing.html, told.line, about)

    async def _send(self, letter: Letter) -> SendResult:
        posted = await self.post(letter)
        if isinstance(posted.result, Sent) and letter.about is not None:
            connection_id = ConnectionId(posted.connection_id)
            await remember_letter(
                self.office, connection_id, letter.about, manager_id=letter.manager_id, ids=posted.ids
            )
        return posted.result
