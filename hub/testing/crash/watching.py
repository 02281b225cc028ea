"""Books what people see: clients in their chats and mailboxes, managers in their bot; and what was fetched by polling.

Looks at every change of the fakes. A message of the hub in a client's chat or mailbox is `client_visible` once for each
copy; a client's words in a manager's chat are `manager_visible` once a manager.
"""

from collections import defaultdict
from collections.abc import Mapping

from hub.testing.crash.cast import DESK_BOT, HELP_BOT, SHOP_BOT, TEAMS, Way
from hub.testing.crash.ledger import Kind, Ledger, find_markers
from hub.testing.sandbox.post_office import PostOffice
from hub.testing.telegram import BotApi, Person
from hub.testing.telegram.account import BotAccount
from hub.testing.telegram.feed import Change
from hub.testing.telegram.state import Post

_LATEST_POSTS = 20
_CLIENT_BOTS = {SHOP_BOT[1]: (SHOP_BOT[0], Way.shop_bot), HELP_BOT[1]: (HELP_BOT[0], Way.help_bot)}


class Watch:
    """Called by the fakes at every change."""

    def __init__(self, ledger: Ledger, telegram: BotApi, managers: Mapping[str, Person]) -> None:
        self.mail: PostOffice | None = None
        self._ledger = ledger
        self._telegram = telegram
        self._managers = {person.user.id: key for key, person in managers.items()}
        self._lines = {key: line for line, team in TEAMS.items() for key in team}
        self._seen_posts: dict[tuple[str, int], int] = defaultdict(int)
        self._seen_letters = 0
        self._shown: set[tuple[str, str]] = set()
        self._unfetched: set[str] = set()

    def expect_fetch(self, marker: str) -> None:
        """Tell that an event will wait for the next poll, whose confirmation is its acknowledgement."""
        self._unfetched.add(marker)

    def look(self, change: Change) -> None:
        """Look at what changed in Telegram."""
        if change.bot == DESK_BOT[1]:
            self._look_at_manager(self._telegram.bots[DESK_BOT[0]], change.chat_id)
        elif change.bot in _CLIENT_BOTS:
            token, way = _CLIENT_BOTS[change.bot]
            self._look_at_client(self._telegram.bots[token], way, change.chat_id)
            if way is Way.help_bot and self._unfetched:
                self._look_at_queue(self._telegram.bots[token])

    def look_at_mail(self) -> None:
        """Look at letters of the hub that came since."""
        assert self.mail is not None
        for letter in self.mail.letters[self._seen_letters :]:
            if not letter.is_mine:
                self._book_answers(letter.text, channel=Way.mail, client=letter.client, identity=letter.message_id)
        self._seen_letters = len(self.mail.letters)

    def _look_at_client(self, bot: BotAccount, way: Way, chat_id: int) -> None:
        for post in self._new_posts(bot, chat_id):
            if post.sender is bot.user:
                who = post.chat.user.username if post.chat.user else ""
                self._book_answers(post.text, channel=way, client=who, identity=str(post.message_id))

    def _look_at_manager(self, bot: BotAccount, chat_id: int) -> None:
        manager, chat = self._managers.get(chat_id, ""), bot.chats.get(chat_id)
        for post in chat.posts[-_LATEST_POSTS:] if chat and manager else ():
            if post.sender is bot.user:
                self._book_shown(manager, post)

    def _book_shown(self, manager: str, post: Post) -> None:
        for marker in find_markers(post.text):
            if (manager, marker) not in self._shown and marker.startswith("ev-"):
                self._shown.add((manager, marker))
                line = self._lines[manager]
                self._ledger.tell(Kind.MANAGER_VISIBLE, marker, manager=manager, line=line, message=post.message_id)

    def _look_at_queue(self, bot: BotAccount) -> None:
        waiting = {marker for update in bot.updates.pending(bot.now()) for marker in _markers(update.payload)}
        for marker in sorted(self._unfetched - waiting):
            self._unfetched.discard(marker)
            self._ledger.tell(Kind.ACKED, marker, result="confirmed by offset")

    def _new_posts(self, bot: BotAccount, chat_id: int) -> list[Post]:
        chat = bot.chats.get(chat_id)
        if chat is None:
            return []
        place = (bot.token, chat_id)
        found, self._seen_posts[place] = chat.posts[self._seen_posts[place] :], len(chat.posts)
        return found

    def _book_answers(self, text: str, *, channel: Way, client: str, identity: str) -> None:
        own = next((marker for marker in find_markers(text) if marker.startswith("an-")), "")
        if own:
            told = {"channel": channel.value, "client": client, "identity": identity}
            self._ledger.tell(Kind.CLIENT_VISIBLE, own, **told)


def _markers(payload: Mapping[str, object]) -> list[str]:
    return find_markers(str(payload.get("text", "")))
