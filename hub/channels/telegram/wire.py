"""The provider's objects as far as we read them: unknown fields are kept apart, wrong types refuse the payload.

Names are the provider's. https://core.telegram.org/bots/api#available-types (API 10.3).
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.domain.account import account_of, chat_of, thread_over
from hub.domain.errors import PayloadInvalid
from hub.net.payloads import read_json_object

UnixTime = Annotated[int, Field(ge=0, le=2**34)]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class User(_Wire):
    """A person or a bot."""

    id: int = Field(ge=1, le=2**52)
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    language_code: str = ""


class Chat(_Wire):
    """A chat; private ones have the person's id."""

    id: int
    type: str = "private"
    title: str = ""

    @property
    def is_group(self) -> bool:
        """Tell a chat of several people."""
        return self.type in {"group", "supergroup"}


class File(_Wire):
    """Any of the file objects; photos come as a list of sizes."""

    file_id: str = Field(min_length=1)
    file_unique_id: str = ""
    file_size: int = 0
    file_name: str = ""
    mime_type: str = ""
    emoji: str = ""


class Contact(_Wire):
    """A card; `user_id` is set when the card belongs to a Telegram user."""

    phone_number: str = Field(max_length=80)
    first_name: str = ""
    last_name: str = ""
    user_id: int | None = None


class Location(_Wire):
    """A point on the map, in degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Venue(_Wire):
    """A named place."""

    title: str = ""
    address: str = ""


class RepliedTo(_Wire):
    """The message replied to; a topic's first message is no reply of a person."""

    message_id: int
    forum_topic_created: dict[str, Any] | None = None
    text: str = ""
    caption: str = ""


class Quote(_Wire):
    """The part of a message that somebody answers."""

    text: str = ""


class Message(BaseModel):
    """A message; fields that are not named here are in `model_extra`, so that new kinds are not lost."""

    model_config = ConfigDict(frozen=True, extra="allow")

    message_id: int
    date: UnixTime
    chat: Chat
    sender: User | None = Field(default=None, alias="from")
    edit_date: UnixTime | None = None
    media_group_id: str = ""
    reply_to_message: RepliedTo | None = None
    quote: Quote | None = None
    text: str = ""
    caption: str = ""
    photo: list[File] = []
    video: File | None = None
    audio: File | None = None
    voice: File | None = None
    video_note: File | None = None
    animation: File | None = None
    sticker: File | None = None
    document: File | None = None
    contact: Contact | None = None
    location: Location | None = None
    venue: Venue | None = None
    migrate_to_chat_id: int | None = None
    business_connection_id: str = ""
    sender_business_bot: User | None = None
    is_from_offline: bool = False
    is_automatic_forward: bool = False

    @property
    def at(self) -> datetime:
        """Return when it was sent."""
        return _instant(self.date)

    @property
    def edited_at(self) -> datetime:
        """Return when it was changed last, else when it was sent."""
        return _instant(self.edit_date or self.date)

    @property
    def thread(self) -> str:
        """Return the conversation's id: a chat over a business account is not the same person's chat with the bot."""
        return thread_of(self.chat.id, self.business_connection_id)


class Member(_Wire):
    """A membership; `kicked` in a private chat means that the person blocked the bot."""

    status: str


class MembershipChanged(_Wire):
    """The bot's own membership in a chat changed."""

    chat: Chat
    date: UnixTime
    new_chat_member: Member

    @property
    def at(self) -> datetime:
        """Return when it happened."""
        return _instant(self.date)


class BusinessRights(_Wire):
    """What the owner of a business account lets the bot do; more of it is said and not used here."""

    can_reply: bool = False


class BusinessConnection(_Wire):
    """The bot may act for a person's own account, or not any more. Before Bot API 9.0 the right stood outside."""

    id: str
    user: User
    is_enabled: bool
    rights: BusinessRights = BusinessRights()
    can_reply: bool = False


class BusinessMessagesDeleted(_Wire):
    """Messages that a person took back in a business chat; the only deletions bots hear of."""

    business_connection_id: str
    chat: Chat
    message_ids: list[int]


class Reaction(_Wire):
    """A mark below a message; only `emoji` has a picture that can be shown elsewhere."""

    type: str = ""
    emoji: str = ""


class ReactionChanged(_Wire):
    """Somebody changed their reaction to a message; `user` is missing for those who act as a channel."""

    chat: Chat
    message_id: int
    date: UnixTime
    user: User | None = None
    new_reaction: list[Reaction] = []

    @property
    def at(self) -> datetime:
        """Return when it happened."""
        return _instant(self.date)


class PressedMessage(_Wire):
    """The message below which a button was pressed, as far as it can still be read."""

    message_id: int
    chat: Chat


class Pressed(_Wire):
    """A press of a button below a message."""

    id: str = Field(min_length=1)
    sender: User = Field(alias="from")
    message: PressedMessage | None = None
    data: str = ""


class Update(_Wire):
    """One update; kinds we do not use are not named and leave all fields empty."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    business_message: Message | None = None
    edited_business_message: Message | None = None
    deleted_business_messages: BusinessMessagesDeleted | None = None
    my_chat_member: MembershipChanged | None = None
    message_reaction: ReactionChanged | None = None
    callback_query: Pressed | None = None
    business_connection: BusinessConnection | None = None


ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "my_chat_member",
    "message_reaction",
    "callback_query",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)


def read_update(body: bytes) -> Update:
    """Return an update.

    Raises:
        PayloadInvalid: it is none; names the fields, never their values.
    """
    try:
        return Update.model_validate(read_json_object(body))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise PayloadInvalid(f"not an update of the Bot API: {place or 'body'}: {fault['type']}") from error


def _instant(unix_time: int) -> datetime:
    return datetime.fromtimestamp(unix_time, UTC)


def thread_of(chat_id: int, business_connection_id: str) -> str:
    """Return the thread of a chat; `address_of` is the way back."""
    return thread_over(str(chat_id), business_connection_id)


def is_group(thread: str) -> bool:
    """Tell whether a thread is a chat of many: their ids are negative."""
    return thread.startswith("-")


def address_of(thread: str) -> dict[str, object]:
    """Return the parameters that send to a thread."""
    address: dict[str, object] = {"chat_id": chat_of(thread)}
    business = account_of(thread)
    return {**address, "business_connection_id": business} if business else address
