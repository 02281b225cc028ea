"""A manager's words on their way to a client: sent at once where the context is clear, else kept until it is.

Context is always explicit (reliability 72): a reply to a linked message, or a choice among the manager's conversations.
Nothing is ever sent to a guessed client, and a text that could not go out is kept ten minutes for another way.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict

from bots.memory import Purpose
from bots.screens import feedback
from bots.telegram.cards import refresh_card
from bots.telegram.turn import Turn
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import ConversationId
from hub.domain.message import Attachment, AttachmentKind
from hub.inbox.assignment import take
from hub.inbox.queries import get_card, list_mine
from hub.inbox.reply import Content, ReplyResult, reply

_DRAFT = "draft"
_LAST = "last_answered"
ALBUM = "album"


async def answer(turn: Turn, conversation_id: ConversationId, content: Content) -> None:
    """Send `content` to the client of a conversation, taking it if it is free; 👀 says that it is on its way.

    Lost to somebody faster, the text stays with the manager, who may leave it as a note.
    """
    try:
        result = await _reply(turn, conversation_id, content)
    except Conflict as conflict:
        await keep_draft(turn, content)
        await turn.show(feedback.taken_screen(turn.texts, conflict.winner, conversation_id=conversation_id))
        return
    if turn.own:
        await turn.link(turn.own, conversation_id, Purpose.answer, result.message_id)
    await _confirm(turn, conversation_id)
    if result.took:
        await refresh_card(turn, conversation_id)


async def _reply(turn: Turn, conversation_id: ConversationId, content: Content) -> ReplyResult:
    """Answer; where a colleague was faster the conversation is out of sight by now, and taking it names them (R-10)."""
    try:
        return await reply(turn.office, turn.actor, conversation_id, content=content, key=turn.key)
    except NotFound:
        await take(turn.office, turn.actor, conversation_id)
        return await reply(turn.office, turn.actor, conversation_id, content=content, key=turn.key)


async def ask_whom(turn: Turn, content: Content, *, album: str = "") -> None:
    """Keep a text or file that came without context and ask whom it is for; parts of an album are asked about once."""
    kept = await turn.desk.memory.recall(turn.chat.id, _DRAFT)
    if album and kept is not None and kept.get(ALBUM) == album:
        before = draft_content(kept)
        joined = Content(before.text or content.text, before.attachments + content.attachments)
        await keep_draft(turn, joined, album=album)
        return
    await keep_draft(turn, content, album=album)
    rows = await list_mine(turn.office, turn.actor)
    await turn.show(feedback.whom_screen(turn.texts, rows))


async def keep_draft(turn: Turn, content: Content, *, album: str = "") -> None:
    """Keep what was not sent, in place of what was kept before."""
    files = [asdict(attachment) for attachment in content.attachments]
    facts = {"text": content.text, "files": files, "own": turn.own, ALBUM: album}
    await turn.desk.memory.keep(turn.chat.id, _DRAFT, facts)


async def recall_draft(turn: Turn) -> tuple[Content, int] | None:
    """Return what was not sent and the manager's message it came in, `None` if nothing is kept."""
    kept = await turn.desk.memory.recall(turn.chat.id, _DRAFT)
    return None if kept is None else (draft_content(kept), int(str(kept["own"])))


async def forget_draft(turn: Turn) -> None:
    """Drop what was not sent."""
    await turn.desk.memory.forget(turn.chat.id, _DRAFT)


def draft_content(kept: Mapping[str, object]) -> Content:
    """Return a draft as content again."""
    files = kept["files"]
    attachments = tuple(_attachment(file) for file in files) if isinstance(files, Iterable) else ()
    return Content(str(kept["text"]), attachments)


async def _confirm(turn: Turn, conversation_id: ConversationId) -> None:
    """Say that it is on its way: by a reaction; in words where that cannot be or the client is another than before."""
    reacted = bool(turn.own) and await turn.chat.react(turn.own, "👀")
    last = await turn.desk.memory.recall(turn.chat.id, _LAST)
    is_other = last is not None and last.get("conversation") != int(conversation_id)
    await turn.desk.memory.keep(turn.chat.id, _LAST, {"conversation": int(conversation_id)})
    if is_other or not reacted:
        card = await get_card(turn.office, turn.actor, conversation_id)
        await turn.show(feedback.sending(turn.texts, card, card.reply_hint), about=conversation_id)


def _attachment(file: Mapping[str, object]) -> Attachment:
    return Attachment(
        kind=AttachmentKind(str(file["kind"])),
        name=str(file["name"]),
        mime=str(file["mime"]),
        size_bytes=int(str(file["size_bytes"])),
        sha256=str(file["sha256"]),
    )
