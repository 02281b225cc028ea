"""The history of a client as a text: oldest first, one block a message, each naming who said it where and when.

What was said is indented, so that no client's words can pass for a block of their own. The text is gathered from the
newest message back and ends where there is no more place, which its first lines then say.
"""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bots.screens.call_words import call_line
from bots.screens.quoting import one_line, whole_text
from bots.screens.words import (
    channel_name,
    contact_name,
    deleted_words,
    failure_words,
    field_name,
    file_line,
    unread_fields,
)
from bots.texts import Texts
from hub.domain.message import DeliveryState, Direction, MessageKind
from hub.inbox.history_views import Chapter
from hub.inbox.views import CardView, MessageView

LIMIT_BYTES = 4 * 1024 * 1024
"""Some two million Russian letters, a thousand printed pages."""
_INDENT = "    "
_STAMP = "%d.%m.%Y %H:%M:%S"
_DAY = "%d.%m.%Y"


@dataclass(slots=True)
class Transcript:
    """A text in the making; times in the zone of the card's line. `is_cut` once older messages had no place."""

    texts: Texts
    card: CardView
    limit_bytes: int = LIMIT_BYTES
    is_cut: bool = False
    count: int = 0
    size: int = 0
    _newest: datetime | None = None
    _oldest: datetime | None = None
    _chapters: list[tuple[Chapter, list[str]]] = field(default_factory=list)

    def begin(self, chapter: Chapter) -> None:
        """Let what is added from now on belong to a conversation."""
        self._chapters.append((chapter, []))

    def add(self, message: MessageView) -> bool:
        """Put a message before the ones there are; return False, and leave it out, once there is no place."""
        if self.size >= self.limit_bytes:
            self.is_cut = True
            return False
        block = _block(self.texts, self.card, message)
        self._chapters[-1][1].append(block)
        self.size += len(block.encode())
        self.count += 1
        at = message.occurred_at
        self._newest, self._oldest = max(self._newest or at, at), min(self._oldest or at, at)
        return True

    def write(self, *, reader: str, now: datetime) -> str:
        """Return the whole text with its head; `reader` is for whom it was made."""
        parts = ["\n".join(self._head(reader, now))]
        for chapter, blocks in reversed(self._chapters):
            parts += [_chapter_title(self.texts, chapter, self.card.zone), *reversed(blocks)]
        return "\n\n".join(parts) + "\n"

    def span(self) -> str:
        """Return the days the text is about, empty if nothing was said."""
        if self._oldest is None or self._newest is None:
            return ""
        since, until = (stamp(at, self.card.zone, _DAY) for at in (self._oldest, self._newest))
        return since if since == until else f"{since} – {until}"

    def _head(self, reader: str, now: datetime) -> list[str]:
        texts, card = self.texts, self.card
        lines = [texts("transcript.title", name=contact_name(texts, card.contact_name))]
        lines += [texts("transcript.company", name=one_line(card.company, 200))] if card.company else []
        lines += [texts("transcript.period", span=self.span() or "–")]
        lines += [texts("transcript.zone", zone=card.zone.key)]
        lines += [texts("transcript.counts", messages=self.count, conversations=len(self._chapters))]
        lines += [texts("transcript.made", at=stamp(now, card.zone, _STAMP), name=one_line(reader))]
        return [*lines, texts("transcript.cut")] if self.is_cut else lines


def entry_head(texts: Texts, card: CardView, message: MessageView) -> str:
    """Return when and where something was said, by whom, and what became of it."""
    at = stamp(message.occurred_at, card.zone, _STAMP)
    return " · ".join((at, *_who(texts, card, message), *_marks(texts, message)))


def indented(text: str) -> str:
    """Return a text whose lines all stand apart from ours."""
    return "\n".join(f"{_INDENT}{each}".rstrip() for each in text.split("\n"))


def stamp(at: datetime, zone: ZoneInfo, form: str) -> str:
    """Return an instant as the clock of the zone shows it."""
    return at.astimezone(zone).strftime(form)


def _block(texts: Texts, card: CardView, message: MessageView) -> str:
    return "\n".join((entry_head(texts, card, message), *map(indented, _said(texts, message))))


def _said(texts: Texts, message: MessageView) -> list[str]:
    if message.kind is MessageKind.call:
        return [call_line(texts, message).text]
    said = [texts("card.subject", subject=one_line(message.subject, 1000))] if message.subject else []
    said += [deleted_words(texts, message)] if message.is_deleted else []
    said += [text] if (text := whole_text(message.text)) else []
    said += [f"{field_name(texts, label)}: {whole_text(value)}" for label, value in unread_fields(message)]
    return said + [file_line(texts, each).text for each in message.attachments]


def _who(texts: Texts, card: CardView, message: MessageView) -> tuple[str, ...]:
    """Return the channel and the name; a note stands out, since the client has never seen it."""
    name = one_line(message.author_name) or texts(f"author.{message.author.value}")
    match message.direction:
        case Direction.inbound:
            client = contact_name(texts, card.contact_name)
            return (channel_name(texts, message.channel), texts("transcript.client", name=client))
        case Direction.outbound:
            return (channel_name(texts, message.channel), name)
        case Direction.note:
            return (texts("transcript.note", name=name),)
        case Direction.activity:
            return (texts("transcript.activity"),)


def _marks(texts: Texts, message: MessageView) -> tuple[str, ...]:
    marks = [texts("message.edited")] if message.is_edited else []
    if message.delivery is not None and message.delivery is not DeliveryState.sent:
        marks.append(texts(f"delivery.{message.delivery.value}"))
    if message.delivery_reason and message.delivery in (DeliveryState.failed, DeliveryState.parked):
        marks.append(failure_words(texts, message.delivery_reason))
    return tuple(marks)


def _chapter_title(texts: Texts, chapter: Chapter, zone: ZoneInfo) -> str:
    opened = stamp(chapter.opened_at, zone, _DAY)
    key = "transcript.chapter_closed" if chapter.closed_at else "transcript.chapter_open"
    closed = stamp(chapter.closed_at, zone, _DAY) if chapter.closed_at else ""
    facts = {"number": chapter.number, "line": one_line(chapter.line_name), "opened": opened, "closed": closed}
    return f"===== {texts(key, **facts)} ====="
