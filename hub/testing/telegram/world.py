"""The fake Telegram as a whole: start it, add bots and people, look at chats.

world = BotApi(clock)
await world.start()
shop = world.add_bot("1:client", "shop_bot")
maria = world.person("Мария", phone="+79161234567")
maria.writes(shop, "Здравствуйте")
await maria.screen(shop).wait_for("Добрый день")
await world.stop()
"""

from collections.abc import Callable

from aiohttp import web

from hub.domain.ports import Clock
from hub.testing.telegram.account import BotAccount, Stage
from hub.testing.telegram.feed import Change, Feed
from hub.testing.telegram.files import FileShelf, Media
from hub.testing.telegram.people import Person
from hub.testing.telegram.screen import PATIENCE_SECONDS
from hub.testing.telegram.server import build_application
from hub.testing.telegram.state import Chat, Post, User
from hub.testing.telegram.webhooks import WebhookSender

_FIRST_BOT_ID = 7_000_000_001
_FIRST_PERSON_ID = 500_000_001


class BotApi:
    """Bots, people and the server. Everything lives in the event loop that called `start`."""

    def __init__(self, clock: Clock, *, longest_webhook_pause_seconds: float = 0.2) -> None:
        self.base_url = ""
        self.bots: dict[str, BotAccount] = {}
        self.people: dict[int, Person] = {}
        self._stage = Stage(clock, Feed(), FileShelf())
        self._webhooks = WebhookSender(self.bots.values(), longest_webhook_pause_seconds)
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Serve on the loopback, on a free port unless one is given; `base_url` has no trailing slash."""
        self._stage.feed.listen(self._webhooks.look)
        self._runner = web.AppRunner(
            build_application(self.bots), access_log=None, handler_cancellation=True, shutdown_timeout=0.5
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Stop serving and delivering; state can still be looked at."""
        await self._webhooks.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def add_bot(self, token: str, username: str, *, title: str = "") -> BotAccount:
        """Add a bot; real tokens look like `123456:letters`."""
        user = User(_FIRST_BOT_ID + len(self.bots), title or username, username=username, is_bot=True)
        bot = BotAccount(self._stage, token, user)
        self.bots[token] = bot
        return bot

    def person(self, name: str, *, id: int = 0, phone: str = "", username: str = "") -> Person:
        """Add a person; `name` is first name and, after a space, last name."""
        first, _, last = name.partition(" ")
        number = id or _FIRST_PERSON_ID + len(self.people)
        person = Person(User(number, first, last, username=username, phone=phone))
        self.people[number] = person
        return person

    def group(self, bot: BotAccount, title: str, *, chat_id: int = -1000) -> Chat:
        """Add a group that the bot is in; people write there with `writes(…, group=…)`."""
        bot.chats[chat_id] = Chat(chat_id, "group", title=title)
        return bot.chats[chat_id]

    def migrate(self, bot: BotAccount, chat: Chat, new_id: int) -> Chat:
        """Turn a group into a supergroup with another id; both chats get the service message about it."""
        supergroup = Chat(new_id, "supergroup", title=chat.title)
        bot.chats[new_id] = supergroup
        somebody = next(iter(self.people.values())).user
        bot.post(chat, somebody, {"migrate_to_chat_id": new_id})
        chat.migrated_to = new_id
        bot.post(supergroup, somebody, {"migrate_from_chat_id": chat.id})
        return supergroup

    def topic(self, bot: BotAccount, forum: Chat, name: str) -> Post:
        """Open a topic in a supergroup, which is a forum from then on; returns its first message, to be replied to."""
        somebody = next(iter(self.people.values())).user
        if not forum.posts:
            bot.post(forum, somebody, {"supergroup_chat_created": True})  # 1 is the number of the general part
        head = bot.post(forum, somebody, {"forum_topic_created": {"name": name, "icon_color": 7_322_096}})
        head.topic = head.message_id
        forum.topics[head.topic] = True
        return head

    def delete_topic(self, bot: BotAccount, topic: Post) -> None:
        """Delete a topic with all its messages; bots are not told, as in the real service."""
        del topic.chat.topics[topic.topic]
        for post in topic.chat.posts:
            post.is_deleted = post.is_deleted or post.topic == topic.topic
        bot.changed(topic.chat)

    def take_out(self, bot: BotAccount, group: Chat, by: Person) -> None:
        """Let a person take the bot out of a group: it is told, and may not write there any more."""
        bot.blocked.add(group.id)
        payload = {
            "chat": group.as_json(),
            "from": by.user.as_json(),
            "date": int(bot.now().timestamp()),
            "old_chat_member": {"user": bot.user.as_json(), "status": "member"},
            "new_chat_member": {"user": bot.user.as_json(), "status": "kicked", "until_date": 0},
        }
        bot.queue("my_chat_member", payload, group)

    def file(self, file_id: str) -> Media:
        """Return a file that somebody sent."""
        return self._stage.files.get(file_id).media

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` at every change of any chat; the returned function ends that."""
        return self._stage.feed.listen(listener)

    async def wait_until(self, is_reached: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait for a condition, looking at every change.

        Raises:
            AssertionError: it does not hold within `seconds`.
        """
        if not await self._stage.feed.wait_until(is_reached, seconds=seconds):
            raise AssertionError(f"the condition was not reached in {seconds} s")
