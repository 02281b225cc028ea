"""A link in a letter to a manager that leads to a page for one deed with one conversation, until an instant.

The token is what it says plus a keyed digest of that, so nothing is stored and nobody else can make one. It proves only
that the letter was written by this hub: whether the manager may do it is asked when the button is pressed.
"""

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from hub.domain.ids import ConversationId, ManagerId

LASTING = timedelta(days=3)
_DIGEST_BYTES = 16
_LONGEST = 200
Prove = Callable[[str], bytes]
"""Returns a digest of a text that only this installation can make."""


class LinkDeed(StrEnum):
    """What a link is for; another deed needs another link."""

    take = "take"
    close = "close"


@dataclass(frozen=True, slots=True)
class CardLink:
    """Who may do what with which conversation, as a letter promised; `expires_at` UTC in whole seconds."""

    deed: LinkDeed
    manager_id: ManagerId
    conversation_id: ConversationId
    expires_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Tell whether its time has run out."""
        return now >= self.expires_at


def sign_link(link: CardLink, prove: Prove) -> str:
    """Return the token of a link, safe in a path."""
    words = f"{link.deed}.{link.manager_id}.{link.conversation_id}.{int(link.expires_at.timestamp())}"
    return f"{words}.{_digest(words, prove)}"


def read_link(token: str, prove: Prove) -> CardLink | None:
    """Return what a token says, `None` for one that this installation has not made."""
    words, _, digest = token[:_LONGEST].rpartition(".")
    if not hmac.compare_digest(digest.encode("utf-8", "replace"), _digest(words, prove).encode()):
        return None
    deed, manager_id, conversation_id, until = words.split(".")
    expires_at = datetime.fromtimestamp(int(until), UTC)
    return CardLink(LinkDeed(deed), ManagerId(int(manager_id)), ConversationId(int(conversation_id)), expires_at)


def _digest(words: str, prove: Prove) -> str:
    return base64.urlsafe_b64encode(prove(f"card.link:{words}")[:_DIGEST_BYTES]).rstrip(b"=").decode("ascii")
