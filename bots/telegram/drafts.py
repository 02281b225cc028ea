"""A manager's words that did not go out yet: kept ten minutes with everything that sending them later needs.

One draft a chat, the newest. It remembers its conversation, so that a button below an older question never sends it to
another client (reliability 72).
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from bots.telegram.turn import Turn
from hub.domain.enclosures import fields_of, from_fields
from hub.domain.ids import ConversationId, IdentityId, MessageId, ThreadId
from hub.domain.message import Attachment, AttachmentKind
from hub.inbox.reply import Content

_NAME = "draft"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was not sent: `own` is the manager's message it came in, `about` its conversation, 0 if none was named."""

    content: Content
    own: int
    about: int = 0
    album: str = ""

    def fits(self, conversation_id: int) -> bool:
        """Tell whether it may go to a conversation's client: it was meant for them, or for nobody yet."""
        return self.about in (0, conversation_id)


async def keep_draft(turn: Turn, content: Content, *, about: ConversationId | None = None, album: str = "") -> None:
    """Keep what was not sent, in place of what was kept before."""
    facts = {
        "text": content.text,
        "files": [asdict(attachment) for attachment in content.attachments],
        "reply_to": content.reply_to,
        "thread": content.thread_id,
        "identity": content.identity_id,
        "own": turn.own,
        "about": about or 0,
        "album": album,
        "enclosed": dict(fields_of(content.enclosure)) if content.enclosure else {},
    }
    await turn.desk.memory.keep(turn.chat.id, _NAME, facts)


async def recall_draft(turn: Turn) -> Draft | None:
    """Return what was not sent, `None` if nothing is kept."""
    kept = await turn.desk.memory.recall(turn.chat.id, _NAME)
    if kept is None:
        return None
    return Draft(_content(kept), _number(kept, "own"), _number(kept, "about"), str(kept.get("album", "")))


async def forget_draft(turn: Turn) -> None:
    """Drop what was not sent."""
    await turn.desk.memory.forget(turn.chat.id, _NAME)


def _content(kept: Mapping[str, object]) -> Content:
    files, enclosed = kept["files"], kept.get("enclosed")
    reply_to, thread, identity = (_number(kept, name) for name in ("reply_to", "thread", "identity"))
    return Content(
        str(kept["text"]),
        tuple(_attachment(file) for file in files) if isinstance(files, Iterable) else (),
        reply_to=MessageId(reply_to) if reply_to else None,
        thread_id=ThreadId(thread) if thread else None,
        identity_id=IdentityId(identity) if identity else None,
        enclosure=from_fields(enclosed) if isinstance(enclosed, Mapping) else None,
    )


def _number(kept: Mapping[str, object], name: str) -> int:
    return int(str(kept.get(name) or 0))


def _attachment(file: Mapping[str, object]) -> Attachment:
    return Attachment(
        kind=AttachmentKind(str(file["kind"])),
        name=str(file["name"]),
        mime=str(file["mime"]),
        size_bytes=int(str(file["size_bytes"])),
        sha256=str(file["sha256"]),
    )
