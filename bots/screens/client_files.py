"""The files of a client, newest first, a button each; a recording that is still at the PBX is asked for from there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bots.screens import moments
from bots.screens.action import Action, Press, to_base36
from bots.screens.card_buttons import button
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Row, Screen, bold, line, notice
from bots.screens.words import contact_name, file_size
from bots.texts import Texts
from hub.domain.message import Attachment, AttachmentKind, Direction
from hub.inbox.history_views import FileView
from hub.inbox.views import CardView

_IN_A_ROW = 4
PAGE_MARK = "p"


@dataclass(frozen=True, slots=True)
class FilesPage:
    """A page of files, newest first, `number` 0 for the newest; `first` is the number of its first file."""

    files: Sequence[FileView]
    number: int
    has_older: bool
    first: int = 1


def files_screen(texts: Texts, card: CardView, page: FilesPage, *, now: datetime) -> Screen:
    """Return one page with a button for each file."""
    title = line(bold(texts("files.title", name=contact_name(texts, card.contact_name))))
    if not page.files:
        return Screen((title, line(texts("files.empty"))), ((button(texts, card, Press.card),),))
    numbered = list(enumerate(page.files, page.first))
    rows = [_row(texts, card, number, each, now) for number, each in numbered]
    buttons = [_button(texts, number, each) for number, each in numbered if _can_come(each.attachment)]
    grouped = [tuple(buttons[at : at + _IN_A_ROW]) for at in range(0, len(buttons), _IN_A_ROW)]
    return Screen((title, *rows), (*grouped, _turning(texts, card, page), (button(texts, card, Press.card),)))


def missing_screen(texts: Texts, attachment: Attachment) -> Screen:
    """Return why a file cannot be brought."""
    if attachment.note:
        return notice(texts("files.not_here", reason=one_line(attachment.note, 200)))
    return notice(texts("files.not_here_yet"))


def _can_come(attachment: Attachment) -> bool:
    return bool(attachment.sha256) or (attachment.kind is AttachmentKind.recording and bool(attachment.provider_ref))


def _row(texts: Texts, card: CardView, number: int, file: FileView, now: datetime) -> Block:
    attachment, message = file.attachment, file.message
    is_client = message.direction is Direction.inbound
    ours = one_line(message.author_name, 40) or texts(f"author.{message.author.value}")
    facts = {
        "n": number,
        "name": one_line(attachment.name, 60) or texts(f"kind.{attachment.kind.value}"),
        "time": moments.clock_time(texts, message.occurred_at, zone=card.zone, now=now),
        "who": contact_name(texts, card.contact_name) if is_client else ours,
    }
    size = file_size(texts, attachment.size_bytes)
    row = texts("files.row_size", size=size, **facts) if size else texts("files.row", **facts)
    if _can_come(attachment):
        return line(row)
    return line(f"{row} · {one_line(attachment.note, 120)}" if attachment.note else texts("files.coming", row=row))


def _button(texts: Texts, number: int, file: FileView) -> Button:
    label = texts("button.file_number", n=number)
    if not file.attachment.sha256:
        return Button(label, Action(Press.listen, file.conversation_id, 0, to_base36(file.message.id)))
    place = f"{to_base36(file.message.id)}.{file.place}"
    return Button(label, Action(Press.file, file.conversation_id, 0, place))


def _turning(texts: Texts, card: CardView, page: FilesPage) -> Row:
    newer, older = f"{PAGE_MARK}{page.number - 1}", f"{PAGE_MARK}{page.number + 1}"
    row = [button(texts, card, Press.files, newer, label="button.newer_files")] if page.number else []
    row += [button(texts, card, Press.files, older, label="button.older_files")] if page.has_older else []
    return tuple(row)
