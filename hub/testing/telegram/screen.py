"""What a person sees in a chat now: texts after edits, buttons, files. Tests assert on this, not on calls."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hub.testing.telegram.account import BotAccount
from hub.testing.telegram.state import Chat, Json, Post

_FILE_FIELDS = ("photo", "video", "audio", "voice", "video_note", "animation", "sticker", "document")
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One visible message; `buttons` are labels of its inline keyboard by row, `files` pairs of kind and file id."""

    message_id: int
    author: str
    is_from_bot: bool
    text: str
    at: datetime
    buttons: tuple[tuple[str, ...], ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    reply_to: int = 0
    reactions: tuple[str, ...] = ()
    is_edited: bool = False
    is_pinned: bool = False
    post: Post | None = field(default=None, repr=False, compare=False)


class Screen:
    """A chat as the person in it sees it."""

    def __init__(self, bot: BotAccount, chat: Chat) -> None:
        self._bot = bot
        self._chat = chat

    def visible(self) -> list[Seen]:
        """Return the messages that are there now, oldest first."""
        return [_as_seen(post) for post in self._chat.posts if not post.is_deleted]

    def keyboard(self) -> list[str]:
        """Return the labels of the buttons under the input field."""
        rows = (self._chat.reply_keyboard or {}).get("keyboard", [])
        return [button if isinstance(button, str) else str(button["text"]) for row in rows for button in row]

    def last_with(self, text: str) -> Post | None:
        """Return the newest visible message that contains `text`."""
        return next((p for p in reversed(self._chat.posts) if not p.is_deleted and text in p.text), None)

    async def wait_until(
        self, is_reached: Callable[[Sequence[Seen]], bool], *, seconds: float = PATIENCE_SECONDS
    ) -> list[Seen]:
        """Return what is visible once `is_reached` holds for it.

        Raises:
            AssertionError: it does not within `seconds`; shows what is visible instead.
        """
        if not await self._bot.stage.feed.wait_until(lambda: is_reached(self.visible()), seconds=seconds):
            raise AssertionError(f"not seen in {seconds} s; visible: {[seen.text for seen in self.visible()]}")
        return self.visible()

    async def wait_for(self, text: str, *, seconds: float = PATIENCE_SECONDS) -> Post:
        """Return the newest message containing `text`, waiting for it to appear."""
        await self.wait_until(lambda _: self.last_with(text) is not None, seconds=seconds)
        found = self.last_with(text)
        assert found is not None
        return found


def _as_seen(post: Post) -> Seen:
    rows = (post.keyboard or {}).get("inline_keyboard", [])
    return Seen(
        message_id=post.message_id,
        author=post.sender.first_name,
        is_from_bot=post.sender.is_bot,
        text=post.text or _named_content(post.content),
        at=post.date,
        buttons=tuple(tuple(str(button["text"]) for button in row) for row in rows),
        files=_files(post.content),
        reply_to=post.reply_to.message_id if post.reply_to else 0,
        reactions=tuple(post.reactions.values()),
        is_edited=post.edited_at is not None,
        is_pinned=post.is_pinned,
        post=post,
    )


def _files(content: Json) -> tuple[tuple[str, str], ...]:
    for kind in _FILE_FIELDS:
        if kind in content:
            described = content[kind][-1] if kind == "photo" else content[kind]
            return ((kind, str(described["file_id"])),)
    return ()


def _named_content(content: Json) -> str:
    """Return words for a message without text, as an app would draw it."""
    if "contact" in content:
        return f"{content['contact']['first_name']} {content['contact']['phone_number']}"
    if "location" in content:
        return f"{content['location']['latitude']}, {content['location']['longitude']}"
    return ""
