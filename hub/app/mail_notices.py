"""Binds notices by e-mail: whose mailbox is whose, which mailbox of ours writes, what its letters are known by."""

from collections.abc import Mapping
from datetime import timedelta

from bots.mail.letter import Letter, Posted
from bots.mail.notifier import MailNotifier
from hub.app.card_links import CardLinks
from hub.app.office import Building
from hub.channels.base import Sends
from hub.crash import crash_point
from hub.delivery.mail_notices import MailNotices
from hub.domain.identity import IdentityType
from hub.domain.ids import ManagerId
from hub.domain.outbound import Later, MailHeaders, OutboundMessage
from hub.inbox.endpoint import Endpoint
from hub.inbox.ways import endpoint_writing_to
from hub.store.deliveries import CONNECTION_PAUSED

_OWN = "mail.card"


def build_mail_notices(building: Building) -> MailNotices:
    """Return the way by e-mail of this process; it serves whoever has a mailbox of their own while we have one."""
    post = Post(building)
    letters = MailNotifier(building.office, post.send, CardLinks(building).link)
    after = timedelta(seconds=building.ground.config.mail_after)
    return MailNotices(building.office, letters, post.has_way, after)


class Post:
    """Sends letters to managers from the mailbox of the line, else from any of ours that is not paused."""

    def __init__(self, building: Building) -> None:
        self._building = building

    def has_way(self, manager_id: ManagerId) -> bool:
        """Tell whether a letter can reach a manager."""
        return bool(mailbox_of(self._building.staff, manager_id)) and self._find_sender("") is not None

    async def send(self, letter: Letter) -> Posted:
        """Hand a letter over; the same letter for the same key. Without a mailbox on either side it waits."""
        endpoint = self._find_sender(letter.line)
        to = mailbox_of(self._building.staff, letter.manager_id)
        channel: object = self._building.connections.channel_of(endpoint.id) if endpoint else None
        if endpoint is None or not to or not isinstance(channel, Sends):
            return Posted(Later(CONNECTION_PAUSED))
        crash_point("mail_notice.before_send")
        result = await channel.send(self._message(letter, to))
        crash_point("mail_notice.after_send")
        return Posted(result, endpoint.id)

    def _find_sender(self, line: str) -> Endpoint | None:
        paused = {row.id for row in self._building.connections.rows() if row.state == "paused"}
        able = {key: each for key, each in self._building.connections.endpoints().items() if key not in paused}
        return endpoint_writing_to(able, IdentityType.email, line=line)

    def _message(self, letter: Letter, to: str) -> OutboundMessage:
        """Return the letter with an id that nobody can guess: whoever answers it has received it."""
        headers = MailHeaders(
            message_id=self._building.ground.secrets.prove(f"{_OWN}:{letter.key}").hex()[:40],
            subject=letter.subject,
            to=to,
            to_name=letter.to_name,
            is_automatic=True,
        )
        thread = f"{_OWN}:{letter.manager_id}"
        return OutboundMessage(thread, letter.key, letter.text, mail=headers, html=letter.html)


def mailbox_of(staff: Mapping[tuple[str, str, str], ManagerId], manager_id: ManagerId) -> str:
    """Return a manager's own mailbox, the first of several; empty without one (M-15)."""
    own = (value for (kind, _, value), owner in staff.items() if (kind, owner) == (IdentityType.email, manager_id))
    return min(own, default="")
