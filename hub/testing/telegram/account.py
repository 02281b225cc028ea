"""One bot of the fake Telegram: its chats, queue, webhook, limits, faults and the calls it made.

Everything that changes a chat passes here, so that queues and watchers learn of it. Methods of the Bot API and the
people of the driver both use it.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from hub.domain.ports import Clock
from hub.testing.telegram.faults import Faults
from hub.testing.telegram.feed import Change, Feed
from hub.testing.telegram.files import FileShelf
from hub.testing.telegram.limits import Limits
from hub.testing.telegram.params import Params
from hub.testing.telegram.refusals import bad_request, forbidden
from hub.testing.telegram.state import BusinessLink, Chat, Json, Post, Press, Search, User, Webhook
from hub.testing.telegram.update_queue import UpdateQueue

_REMEMBERED_CALLS = 10_000


@dataclass(frozen=True, slots=True)
class Stage:
    """What all bots of a world share."""

    clock: Clock
    feed: Feed
    files: FileShelf


class BotAccount:
    """A bot with a token. Public state is there to be looked at in tests; change it through the methods."""

    def __init__(self, stage: Stage, token: str, user: User) -> None:
        self.stage = stage
        self.token = token
        self.user = user
        self.chats: dict[int, Chat] = {}
        self.updates = UpdateQueue()
        self.webhook = Webhook()
        self.faults = Faults()
        self.limits = Limits()
        self.blocked: set[int] = set()
        self.presses: dict[str, Press] = {}
        self.links: dict[str, BusinessLink] = {}
        self.searches: dict[str, Search] = {}
        self.has_inline_mode = False
        self.found_before: dict[tuple[str, int], tuple[datetime, list[Json]]] = {}
        self.profile: dict[str, Json] = {}
        self.calls: deque[tuple[str, Params]] = deque(maxlen=_REMEMBERED_CALLS)
        self.poll_number = 0

    def now(self) -> datetime:
        """Return the world's instant."""
        return self.stage.clock.now()

    def calls_of(self, method: str) -> list[Params]:
        """Return the parameters of the calls of `method`, in order, among the last 10,000 calls."""
        return [params for name, params in self.calls if name == method.lower()]

    def private_chat(self, user: User) -> Chat:
        """Return the chat with a person, made if they never met."""
        if user.id not in self.chats:
            self.chats[user.id] = Chat(user.id, "private", user=user)
        return self.chats[user.id]

    def get_chat(self, chat_id: int | None) -> Chat:
        """Return a chat the bot may write to, or refuse as the provider does."""
        chat = self.chats.get(chat_id or 0)
        if chat is None:
            raise bad_request("chat not found")
        if chat.migrated_to:
            raise bad_request("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        if chat.user is not None and chat.user.is_deactivated:
            raise forbidden("user is deactivated")
        if chat.id in self.blocked:
            raise forbidden("bot was blocked by the user" if chat.user else f"bot was kicked from the {chat.type} chat")
        return chat

    def post(self, chat: Chat, sender: User, content: Json, *, reply_to: Post | None = None) -> Post:
        """Add a message to a chat; one of a person is queued for the bot."""
        if chat.link is not None:
            return self._post_for(chat.link, chat, Post(0, chat, sender, self.now(), content, reply_to))
        number = chat.posts[-1].message_id + 1 if chat.posts else 1
        topic = reply_to.topic if reply_to is not None else 0
        post = Post(number, chat, sender, self.now(), content, reply_to, topic=topic)
        chat.posts.append(post)
        if sender is not self.user:
            chat.members.setdefault(sender.id, "member")
            self.queue("message", post.as_json(), chat)
        self.changed(chat)
        return post

    def _post_for(self, link: BusinessLink, chat: Chat, post: Post) -> Post:
        """Add a message to a chat of an account; all of them come to the bot, its own with its mark."""
        post.message_id = link.next_number()
        if post.sender is self.user:
            post.sender, post.by_bot = link.owner, self.user
        chat.posts.append(post)
        self.queue("business_message", post.as_json(), chat)
        return post

    def queue(self, kind: str, payload: Json, chat: Chat) -> None:
        """Queue an update of a chat."""
        self.updates.add(kind, payload, order_key=f"chat:{chat.id}", at=self.now())
        self.changed(chat)

    def press(self, press: Press) -> None:
        """Queue a press; presses of one person have their own order, apart from the chat's."""
        self.presses[press.id] = press
        payload = {
            "id": press.id,
            "from": press.user.as_json(),
            "message": press.post.as_json(),
            "chat_instance": str(press.post.chat.id),
            "data": press.data,
        }
        self.updates.add("callback_query", payload, order_key=f"user:{press.user.id}", at=press.pressed_at)
        self.changed(press.post.chat)

    def search(self, search: Search, *, chat_type: str) -> None:
        """Queue an inline query, unless its results are still kept from before: then the bot is not asked."""
        self.searches[search.id] = search
        for asker in (search.user.id, 0):
            kept_until, found = self.found_before.get((search.text, asker), (self.now(), []))
            if kept_until > self.now():
                search.found, search.is_answered = found, True
                return
        payload = {
            "id": search.id,
            "from": search.user.as_json(),
            "query": search.text,
            "offset": "",
            "chat_type": chat_type,
        }
        self.updates.add("inline_query", payload, order_key=f"search:{search.user.id}", at=search.asked_at)
        self.changed()

    def changed(self, chat: Chat | None = None) -> None:
        """Tell whoever watches."""
        self.stage.feed.publish(Change(self.user.username, chat.id if chat else 0))
