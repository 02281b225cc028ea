"""What the fake Telegram remembers: people, bots, chats and messages as one bot sees them.

A private chat belongs to one bot and one person and has the person's id, as in the real service; message ids count per
chat. Content is kept in the provider's own JSON fields, so that what is sent, stored and delivered cannot drift apart.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class User:
    """A person or a bot; `phone` is what the contact button shares, with or without plus as the client app likes."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "ru"
    phone: str = ""
    is_bot: bool = False
    is_deactivated: bool = False

    def as_json(self) -> Json:
        """Return the provider's User object without empty fields."""
        names = {"last_name": self.last_name, "username": self.username}
        if not self.is_bot:
            names["language_code"] = self.language_code
        given = {name: value for name, value in names.items() if value}
        return {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name} | given


@dataclass(slots=True)
class Post:
    """One message of a chat. `keyboard` is its inline keyboard; reactions are by user id.

    `by_bot` is the bot that sent it for the account of its sender. `topic` is that of a forum, 0 the general part; what
    stands in one replies to its first message, if to no other. `is_protected`: it can be neither forwarded nor saved.
    """

    message_id: int
    chat: "Chat"
    sender: User
    date: datetime
    content: Json
    reply_to: "Post | None" = None
    keyboard: Json | None = None
    edited_at: datetime | None = None
    is_deleted: bool = False
    is_pinned: bool = False
    reactions: dict[int, str] = field(default_factory=dict)
    by_bot: User | None = None
    topic: int = 0
    is_protected: bool = False

    def as_json(self, *, is_nested: bool = False) -> Json:
        """Return the provider's Message object; a nested one (in a reply) does not show what it replies to."""
        message: Json = {
            "message_id": self.message_id,
            "from": self.sender.as_json(),
            "chat": self.chat.as_json(),
            "date": int(self.date.timestamp()),
        }
        if self.edited_at is not None:
            message["edit_date"] = int(self.edited_at.timestamp())
        if self.reply_to is not None and not is_nested:
            message["reply_to_message"] = self.reply_to.as_json(is_nested=True)
        if self.keyboard is not None:
            message["reply_markup"] = self.keyboard
        if self.chat.link is not None:
            message["business_connection_id"] = self.chat.link.id
        if self.is_protected:
            message["has_protected_content"] = True
        if self.by_bot is not None:
            message["sender_business_bot"] = self.by_bot.as_json()
        message |= self._thread()
        return message | self.content

    def _thread(self) -> Json:
        """Return its topic; in a supergroup a reply has a thread too, which is none: that of what it goes back to."""
        if self.topic:
            return {"message_thread_id": self.topic, "is_topic_message": True}
        if self.reply_to is None or self.chat.type != "supergroup":
            return {}
        root = self.reply_to
        while root.reply_to is not None:
            root = root.reply_to
        return {"message_thread_id": root.message_id}

    @property
    def text(self) -> str:
        """Return the text or the caption as it stands now."""
        return str(self.content.get("text", self.content.get("caption", "")))


@dataclass(slots=True)
class Chat:
    """A chat of one bot. `reply_keyboard` is what stands under the input field of the person now.

    `link` is set where it is a chat of somebody's own account with `user`. `topics` are those of a forum, by the id of
    their first message, and whether they are open; the general part is none of them. `members` are the people of a
    group by id, with the provider's word for each: creator, administrator, member, kicked. `may_ban`: the bot is an
    administrator there with that right.
    """

    id: int
    type: str
    user: User | None = None
    title: str = ""
    posts: list[Post] = field(default_factory=list)
    reply_keyboard: Json | None = None
    migrated_to: int = 0
    last_action: str = ""
    link: "BusinessLink | None" = None
    topics: dict[int, bool] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    may_ban: bool = False

    def as_json(self) -> Json:
        """Return the provider's Chat object."""
        if self.user is None:
            group: Json = {"id": self.id, "type": self.type, "title": self.title}
            return group | ({"is_forum": True} if self.topics else {})
        names = {"last_name": self.user.last_name, "username": self.user.username}
        given = {name: value for name, value in names.items() if value}
        return {"id": self.id, "type": self.type, "first_name": self.user.first_name} | given

    def find_post(self, message_id: int | None) -> Post | None:
        """Return the message that people can still see, if there is one with this id."""
        return next((post for post in self.posts if post.message_id == message_id and not post.is_deleted), None)


@dataclass(slots=True)
class BusinessLink:
    """The access of one bot to a person's own account. `rights` are those of `BusinessBotRights` that are given."""

    id: str
    owner: User
    since: datetime
    rights: set[str]
    is_enabled: bool = True
    chats: dict[int, Chat] = field(default_factory=dict)

    def as_json(self) -> Json:
        """Return the provider's BusinessConnection object."""
        return {
            "id": self.id,
            "user": self.owner.as_json(),
            "user_chat_id": self.owner.id,
            "date": int(self.since.timestamp()),
            "is_enabled": self.is_enabled,
            "rights": dict.fromkeys(sorted(self.rights), True),
        }

    def next_number(self) -> int:
        """Return the number of the account's next message: deleting names no chat, so they count per account."""
        return 1 + max((post.message_id for chat in self.chats.values() for post in chat.posts), default=0)


@dataclass(slots=True)
class Press:
    """A press of an inline button and what the bot answered: `toast` is shown to the person."""

    id: str
    user: User
    post: Post
    data: str
    pressed_at: datetime
    is_answered: bool = False
    toast: str = ""
    is_alert: bool = False


@dataclass(slots=True)
class Search:
    """An inline query and what the bot answered: `found` are its results as people may choose them."""

    id: str
    user: User
    text: str
    asked_at: datetime
    is_answered: bool = False
    found: list[Json] = field(default_factory=list)

    @property
    def titles(self) -> list[str]:
        """Return what the person may choose from."""
        return [str(each["title"]) for each in self.found]


@dataclass(slots=True)
class Webhook:
    """Where updates go; an empty `url` means polling."""

    url: str = ""
    secret: str = ""
    last_error: str = ""
    last_error_at: datetime | None = None
