"""People of the fake Telegram: they write, send files, share their number, press buttons, block bots.

Every call does at once what the person does and returns the message or press; what the bot makes of it is awaited on
the person's `Screen`. Where a `bot` is expected, the private chat with it is meant; groups are given as `Chat`.
"""

from collections.abc import Sequence

from hub.testing.telegram.account import BotAccount
from hub.testing.telegram.files import Media
from hub.testing.telegram.screen import Screen
from hub.testing.telegram.state import Chat, Json, Post, Press, Search, User


class Person:
    """A Telegram user with an app in hand."""

    def __init__(self, user: User) -> None:
        self.user = user

    def screen(self, bot: BotAccount, chat: Chat | None = None) -> Screen:
        """Return what the person sees in the chat with `bot`, or in a group of it."""
        return Screen(bot, chat or bot.private_chat(self.user))

    def writes(
        self,
        bot: BotAccount,
        text: str = "",
        *,
        files: Sequence[Media] = (),
        reply_to: Post | None = None,
        group: Chat | None = None,
    ) -> Post:
        """Send a text, or files of which the first has the text as its caption; returns the first message."""
        chat = group or bot.private_chat(self.user)
        contents = [bot.stage.files.store(file).as_content() for file in files] or [{"text": text}]
        if files and text:
            contents[0]["caption"] = text
        posts = [bot.post(chat, self.user, content, reply_to=reply_to) for content in contents]
        return posts[0]

    def replies(self, bot: BotAccount, text: str = "", *, to: Post, files: Sequence[Media] = ()) -> Post:
        """Reply to a message in its own chat."""
        return self.writes(bot, text, files=files, reply_to=to, group=to.chat)

    def starts(self, bot: BotAccount, payload: str = "") -> Post:
        """Press «Start», as a deep link with `payload` does; a blocked bot is unblocked by it."""
        self.unblocks(bot)
        text = f"/start {payload}".strip()
        command = {"type": "bot_command", "offset": 0, "length": len("/start")}
        return bot.post(bot.private_chat(self.user), self.user, {"text": text, "entities": [command]})

    def sends_album(
        self,
        bot: BotAccount,
        count: int = 0,
        *,
        caption: str = "",
        reply_to: Post | None = None,
        files: Sequence[Media] = (),
    ) -> list[Post]:
        """Send `count` photos, or `files`, at once; they arrive as separate messages, the caption on the first."""
        chat = bot.private_chat(self.user)
        group = {"media_group_id": f"{self.user.id}{len(chat.posts)}"}
        photos = [Media("photo", f"{n}.jpg", b"photo %d" % n, "image/jpeg") for n in range(count)]
        contents = [bot.stage.files.store(file).as_content() | group for file in files or photos]
        contents[0] |= {"caption": caption} if caption else {}
        return [bot.post(chat, self.user, content, reply_to=reply_to) for content in contents]

    def shares_contact(self, bot: BotAccount, *, own: bool = True, card: User | None = None) -> Post:
        """Share the own number by the contact button, or another person's card from the address book."""
        shown = card or (self.user if own else User(0, "Знакомый", phone="+79160000099"))
        contact: Json = {"phone_number": shown.phone, "first_name": shown.first_name}
        if shown.id:
            contact["user_id"] = shown.id
        bot.private_chat(self.user).reply_keyboard = None
        return bot.post(bot.private_chat(self.user), self.user, {"contact": contact})

    def sends(self, bot: BotAccount, content: Json, *, reply_to: Post | None = None) -> Post:
        """Send a message whose content is given in the provider's own fields: a poll, a place, a card, a dice."""
        return bot.post(bot.private_chat(self.user), self.user, content, reply_to=reply_to)

    def shares_location(self, bot: BotAccount, latitude: float = 55.7558, longitude: float = 37.6173) -> Post:
        """Send a point on the map."""
        location = {"latitude": latitude, "longitude": longitude}
        return bot.post(bot.private_chat(self.user), self.user, {"location": location})

    def edits(self, bot: BotAccount, post: Post, text: str) -> None:
        """Change the text or caption of an own message."""
        post.content = post.content | {"text" if "text" in post.content else "caption": text}
        post.edited_at = bot.now()
        bot.queue("edited_message", post.as_json(), post.chat)

    def deletes(self, bot: BotAccount, post: Post) -> None:
        """Delete a message; the bot is not told, as in the real service."""
        post.is_deleted = True
        bot.changed(post.chat)

    def reacts(self, bot: BotAccount, post: Post, emoji: str) -> None:
        """Put a reaction under a message; bots hear of it only if they asked for that kind of update."""
        post.reactions[self.user.id] = emoji
        payload = {
            "chat": post.chat.as_json(),
            "message_id": post.message_id,
            "user": self.user.as_json(),
            "date": int(bot.now().timestamp()),
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}],
        }
        bot.queue("message_reaction", payload, post.chat)

    def blocks(self, bot: BotAccount) -> None:
        """Block the bot; repeating it changes nothing."""
        if self.user.id not in bot.blocked:
            self._changes_membership(bot, "member", "kicked")
            bot.blocked.add(self.user.id)

    def unblocks(self, bot: BotAccount) -> None:
        """Unblock the bot; repeating it changes nothing."""
        if self.user.id in bot.blocked:
            bot.blocked.remove(self.user.id)
            self._changes_membership(bot, "kicked", "member")

    def presses(self, bot: BotAccount, message: Post, label: str) -> Press:
        """Press the inline button with this label; the returned press shows the toast once the bot answers.

        Raises:
            AssertionError: there is no such button; names those there are.
        """
        rows = (message.keyboard or {}).get("inline_keyboard", [])
        buttons = {str(button["text"]): button for row in rows for button in row}
        assert label in buttons, f"no button {label!r}, there are {list(buttons)}"
        number = f"{self.user.id}{len(bot.presses) + 1:06d}"
        press = Press(number, self.user, message, str(buttons[label].get("callback_data", "")), bot.now())
        bot.press(press)
        return press

    def searches(self, bot: BotAccount, text: str, *, chat_type: str = "sender") -> Search:
        """Type the bot's name and a text into the input field; the returned search shows what the bot offers.

        `chat_type` says where: "sender" is the private chat with the bot itself.

        Raises:
            AssertionError: the bot's owner has not switched inline queries on, so the bot would hear nothing.
        """
        assert bot.has_inline_mode, "inline mode is off: Telegram asks the bot nothing"
        search = Search(f"{self.user.id}{len(bot.searches) + 1:06d}", self.user, text[:256], bot.now())
        bot.search(search, chat_type=chat_type)
        return search

    def chooses(self, bot: BotAccount, search: Search, title: str, *, reply_to: Post | None = None) -> Post:
        """Choose what a search offered: it is sent by the person, as a message by way of the bot.

        Raises:
            AssertionError: that was not offered; names what was.
        """
        found = {str(each["title"]): each["input_message_content"] for each in search.found}
        assert title in found, f"no result {title!r}, there are {list(found)}"
        content = {"text": str(found[title]["message_text"]), "via_bot": bot.user.as_json()}
        return bot.post(bot.private_chat(self.user), self.user, content, reply_to=reply_to)

    def fills(self, message: Post, label: str) -> str:
        """Press a button that puts a text behind the bot's name into the input field; returns that text.

        Raises:
            AssertionError: there is no such button.
        """
        rows = (message.keyboard or {}).get("inline_keyboard", [])
        found = {
            str(each["text"]): str(each.get("switch_inline_query_current_chat", "")) for row in rows for each in row
        }
        assert found.get(label), f"no button {label!r} that fills the input field, there are {list(found)}"
        return found[label]

    def taps(self, bot: BotAccount, label: str) -> Post:
        """Tap a button under the input field: it sends its label, or the own number if it asks for that.

        Raises:
            AssertionError: there is no such button; names those there are.
        """
        rows = (bot.private_chat(self.user).reply_keyboard or {}).get("keyboard", [])
        buttons = {str(button["text"]): button for row in rows for button in row}
        assert label in buttons, f"no button {label!r}, there are {list(buttons)}"
        if buttons[label].get("request_contact"):
            return self.shares_contact(bot)
        return self.writes(bot, label)

    def _changes_membership(self, bot: BotAccount, old: str, new: str) -> None:
        chat = bot.private_chat(self.user)
        payload = {
            "chat": chat.as_json(),
            "from": self.user.as_json(),
            "date": int(bot.now().timestamp()),
            "old_chat_member": {"user": bot.user.as_json(), "status": old} | _until(old),
            "new_chat_member": {"user": bot.user.as_json(), "status": new} | _until(new),
        }
        bot.queue("my_chat_member", payload, chat)


def _until(status: str) -> Json:
    return {"until_date": 0} if status == "kicked" else {}
