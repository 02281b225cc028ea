"""A letter to a manager, before it has a sender."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.outbound import SendResult


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent to whom. `key` is the delivery's: all attempts are the same letter.

    `line` is that of the conversation, whose mailbox writes if it has one; `about` is set where a reply answers the
    client.
    """

    key: str
    manager_id: ManagerId
    to_name: str
    subject: str
    text: str
    html: str
    line: LineKey = LineKey("")
    about: ConversationId | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a letter, and from which connection of ours it went; 0 where it went from none."""

    result: SendResult
    connection_id: int = 0

    @property
    def ids(self) -> Sequence[str]:
        """Return the ids under which an answer to it will come."""
        return getattr(self.result, "external_ids", ())
