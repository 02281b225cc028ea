"""A person's own account with a bot behind it (Telegram Business), driven as its owner and its clients would.

anna_at_home = connect_account(shop, anna)
anna_at_home.hears(maria, "Здравствуйте")          # a client writes to Anna herself
anna_at_home.answers(maria, "Да, ждём вас")        # Anna types on her phone
anna_at_home.disconnects()
"""

from collections.abc import Sequence

from hub.testing.telegram.account import BotAccount
from hub.testing.telegram.files import Media
from hub.testing.telegram.people import Person
from hub.testing.telegram.screen import Screen
from hub.testing.telegram.state import BusinessLink, Chat, Post

ALL_RIGHTS = frozenset({"can_reply", "can_read_messages", "can_delete_sent_messages"})


class BusinessAccount:
    """The account of `owner`; every call does at once what the person does."""

    def __init__(self, bot: BotAccount, owner: Person, link: BusinessLink) -> None:
        self.bot = bot
        self.owner = owner
        self.link = link

    def chat(self, client: Person) -> Chat:
        """Return the owner's chat with a client, made if they never wrote."""
        number = client.user.id
        if number not in self.link.chats:
            self.link.chats[number] = Chat(number, "private", user=client.user, link=self.link)
        return self.link.chats[number]

    def screen(self, client: Person) -> Screen:
        """Return what both see in their chat."""
        return Screen(self.bot, self.chat(client))

    def hears(
        self,
        client: Person,
        text: str = "",
        *,
        files: Sequence[Media] = (),
        reply_to: Post | None = None,
        is_offline: bool = False,
    ) -> Post:
        """Let a client write to the account; returns the first message. `is_offline`: they had put it off until now."""
        contents = [self.bot.stage.files.store(file).as_content() for file in files] or [{"text": text}]
        if files and text:
            contents[0]["caption"] = text
        if is_offline:
            contents = [each | {"is_from_offline": True} for each in contents]
        posts = [self.bot.post(self.chat(client), client.user, each, reply_to=reply_to) for each in contents]
        return posts[0]

    def answers(self, client: Person, text: str, *, is_offline: bool = False) -> Post:
        """Let the owner type on the phone; `is_offline`: the app wrote by itself (greeting, away, scheduled)."""
        offline = {"is_from_offline": True} if is_offline else {}
        return self.bot.post(self.chat(client), self.owner.user, {"text": text} | offline)

    def edits(self, post: Post, text: str) -> None:
        """Change the text of a message, whoever of the two wrote it."""
        post.content = post.content | {"text": text}
        post.edited_at = self.bot.now()
        self.bot.queue("edited_business_message", post.as_json(), post.chat)

    def deletes(self, *posts: Post) -> None:
        """Delete messages of one chat for both; here bots are told."""
        for post in posts:
            post.is_deleted = True
        ids = [post.message_id for post in posts]
        payload = {"business_connection_id": self.link.id, "chat": posts[0].chat.as_json(), "message_ids": ids}
        self.bot.queue("deleted_business_messages", payload, posts[0].chat)

    def forbids(self, *rights: str) -> None:
        """Take rights away from the bot."""
        self.link.rights -= set(rights)
        self._tell()

    def allows(self, *rights: str) -> None:
        """Give the bot rights."""
        self.link.rights |= set(rights)
        self._tell()

    def disconnects(self) -> None:
        """Take the bot away from the account."""
        self.link.is_enabled = False
        self._tell()

    def connects_again(self, new_id: str) -> None:
        """Give the bot the account anew: the same chats, under another id."""
        chats, rights = self.link.chats, set(ALL_RIGHTS)
        self.link = BusinessLink(new_id, self.owner.user, self.bot.now(), rights, chats=chats)
        for chat in chats.values():
            chat.link = self.link
        self.bot.links[new_id] = self.link
        self._tell()

    def _tell(self) -> None:
        self.bot.updates.add(
            "business_connection", self.link.as_json(), order_key=f"account:{self.link.id}", at=self.bot.now()
        )
        self.bot.changed()


def connect_account(
    bot: BotAccount, owner: Person, *, id: str = "Bc7x", rights: frozenset[str] = ALL_RIGHTS
) -> BusinessAccount:
    """Let a bot answer for a person's own account, as its owner does in the settings of the app."""
    link = BusinessLink(id, owner.user, bot.now(), set(rights))
    bot.links[id] = link
    account = BusinessAccount(bot, owner, link)
    account.allows()
    return account
