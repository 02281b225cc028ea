"""Everything whole: the history of a client as a file, a long message as a document, the files of a client.

Documents begin with the mark of UTF-8, so that programs which guess the letters of a text guess right.
"""

import codecs
from contextlib import aclosing

from bots.memory import Purpose
from bots.screens.action import Action, Press, StaleButton, from_base36, page_in
from bots.screens.client_files import PAGE_MARK, FilesPage, files_screen, missing_screen
from bots.screens.mirror import caption
from bots.screens.quoting import one_line
from bots.screens.screen import Screen, notice
from bots.screens.transcript import Transcript
from bots.screens.whole import original_caption, whole_caption, whole_document, whole_name
from bots.screens.words import contact_name
from bots.telegram.deeds.reading import get
from bots.telegram.turn import Turn
from hub.domain.ids import MessageId
from hub.domain.message import Attachment, AttachmentKind
from hub.inbox import reading
from hub.inbox.history_views import Chapter
from hub.inbox.queries import whole as whole_queries
from hub.inbox.views import CardView

UPLOAD_LIMIT_BYTES = 50 * 1024 * 1024
"""What a bot may send (core.telegram.org/bots/api, sendDocument, Bot API 10.3)."""


async def transcript(turn: Turn, action: Action) -> None:
    """Bring the whole history of the client as a text file, oldest first."""
    card = await get(turn, action)
    found = await reading.open_history(turn.office, turn.actor, card.id)
    text = Transcript(turn.texts, card, is_cut=found.has_older)
    for chapter in found.chapters:
        if not await _read_into(turn, text, chapter):
            break
    reader = await turn.desk.find_manager(turn.actor.manager_id)
    written = text.write(reader=reader.name if reader else "", now=turn.now())
    key = "transcript.caption_cut" if text.is_cut else "transcript.caption"
    words = turn.texts(key, number=card.number, name=contact_name(turn.texts, card.contact_name), span=text.span())
    sent = await _send(turn, turn.texts("transcript.name", number=card.number), written, notice(words))
    await turn.link(sent, card.id, Purpose.notice)


async def whole(turn: Turn, action: Action) -> None:
    """Bring one message with all its words; without a press the client's newest."""
    card = await get(turn, action)
    wanted = MessageId(from_base36(action.arg)) if action.arg else None
    found = await reading.read_whole(turn.office, turn.actor, card.id, wanted)
    below = whole_caption(turn.texts, card, found, now=turn.now())
    name = whole_name(turn.texts, card, found.message) + ".txt"
    sent = await _send(turn, name, whole_document(turn.texts, card, found), below)
    await turn.link(sent, card.id, Purpose.file, found.message.id)


async def original(turn: Turn, action: Action) -> None:
    """Bring a letter as it came; without a press the client's newest."""
    card = await get(turn, action)
    wanted = MessageId(from_base36(action.arg)) if action.arg else None
    found = await reading.open_original(turn.office, turn.actor, card.id, wanted)
    content = found.content
    if content is None:
        content = await turn.desk.read_file(found.file_sha256)
    name = whole_name(turn.texts, card, found.message) + found.suffix
    if len(content) > UPLOAD_LIMIT_BYTES:
        await turn.chat.show(notice(turn.texts("files.too_large", name=name)))
        return
    letter = Attachment(AttachmentKind.document, name, "message/rfc822")
    below = original_caption(turn.texts, card, found.message, now=turn.now())
    sent = await turn.chat.send_file(letter, content, below, reply_to=turn.own or None)
    await turn.link(sent, card.id, Purpose.file, found.message.id)


async def files(turn: Turn, action: Action) -> None:
    """Show the files of the client, a page at a time."""
    card = await get(turn, action)
    number = page_in(action.arg.removeprefix(PAGE_MARK))
    found, has_older = await whole_queries.list_files(turn.office, turn.actor, card.id, page=number)
    shown = FilesPage(found, number, has_older, first=number * whole_queries.FILES_PAGE + 1)
    await turn.show(files_screen(turn.texts, card, shown, now=turn.now()), about=card.id)


async def file(turn: Turn, action: Action) -> None:
    """Bring one file; without a press show which there are."""
    if not action.arg:
        await files(turn, action)
        return
    card = await get(turn, action)
    number, _, place = action.arg.partition(".")
    if not (place.isascii() and place.isdigit()):
        raise StaleButton("the button names no file")
    message_id = MessageId(from_base36(number))
    found = await reading.open_file(turn.office, turn.actor, card.id, message_id, place=int(place))
    await _bring(turn, card, message_id, found.attachment)


async def _bring(turn: Turn, card: CardView, message_id: MessageId, attachment: Attachment) -> None:
    if not attachment.sha256:
        await turn.chat.show(missing_screen(turn.texts, attachment))
        return
    if attachment.size_bytes > UPLOAD_LIMIT_BYTES:
        await turn.chat.show(notice(turn.texts("files.too_large", name=one_line(attachment.name, 60))))
        return
    content = await turn.desk.read_file(attachment.sha256)
    sent = await turn.chat.send_file(attachment, content, caption(turn.texts, card))
    await turn.link(sent, card.id, Purpose.file, message_id)


async def _read_into(turn: Turn, text: Transcript, chapter: Chapter) -> bool:
    """Add a conversation to the text, newest message first; return False once the text is full."""
    text.begin(chapter)
    async with aclosing(whole_queries.read_pages(turn.office, chapter)) as pages:
        async for page in pages:
            if not all(map(text.add, page)):
                return False
    return True


async def _send(turn: Turn, name: str, text: str, below: Screen) -> int:
    document = Attachment(AttachmentKind.document, name=name, mime="text/plain")
    return await turn.chat.send_file(document, codecs.BOM_UTF8 + text.encode(), below, reply_to=turn.own or None)


DEEDS = {
    Press.transcript: transcript,
    Press.whole: whole,
    Press.original: original,
    Press.files: files,
    Press.file: file,
}
