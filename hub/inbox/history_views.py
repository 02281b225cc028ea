"""What the whole history of a client is made of: conversations one after another, and the files in them."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.ids import ConversationId
from hub.domain.message import Attachment
from hub.inbox.viewer import Viewed
from hub.inbox.views import MessageView


@dataclass(frozen=True, slots=True)
class Chapter:
    """One conversation of a client as far as its reader may see it (`viewed`)."""

    id: ConversationId
    number: int
    line_name: str
    opened_at: datetime
    closed_at: datetime | None
    viewed: Viewed


@dataclass(frozen=True, slots=True)
class Chapters:
    """The conversations of a client, newest first; `has_older` if there were more than are shown."""

    chapters: tuple[Chapter, ...]
    has_older: bool


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a client's history: in which conversation and message it hangs, `place` counted from 1.

    `attachment` has its name as the reader may see it.
    """

    conversation_id: ConversationId
    message: MessageView
    place: int
    attachment: Attachment


@dataclass(frozen=True, slots=True)
class WholeMessage:
    """A message with nothing left out: `quoted` is the earlier correspondence below a letter, empty if none.

    `has_original`: it can be had as it came, by this reader, unless it was dropped meanwhile.
    """

    message: MessageView
    quoted: str
    has_original: bool = False


@dataclass(frozen=True, slots=True)
class OriginalView:
    """A message as it came, `content` or the name of the file that holds it; `suffix` is the ending of such a file."""

    message: MessageView
    content: bytes | None
    file_sha256: str
    suffix: str
