"""One call of a method: who calls, with what, and the readings that several methods share."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from hub.testing.telegram.account import BotAccount
from hub.testing.telegram.business_state import chat_to_send, find_link
from hub.testing.telegram.files import Media, StoredFile
from hub.testing.telegram.params import Params
from hub.testing.telegram.refusals import bad_request
from hub.testing.telegram.state import Chat, Post


@dataclass(frozen=True, slots=True)
class Call:
    """A call of `method` (lower case) by `bot`."""

    bot: BotAccount
    method: str
    params: Params

    def chat(self, name: str = "chat_id") -> Chat:
        """Return the chat a call is about; charges the limits."""
        if not self.params.text(name):
            raise bad_request("chat_id is empty")
        chat = self._find_chat(self.params.number(name))
        self.bot.limits.charge(self.method, chat, self.bot.now())
        return chat

    def _find_chat(self, chat_id: int | None) -> Chat:
        account = self.params.text("business_connection_id")
        if not account:
            return self.bot.get_chat(chat_id)
        return chat_to_send(find_link(self.bot.links, account), chat_id, self.bot.now())

    def own_post(self, chat: Chat, sentence: str) -> Post:
        """Return the bot's own message a call names, or refuse with `sentence`."""
        post = chat.find_post(self.params.number("message_id"))
        if post is None or self.bot.user not in (post.sender, post.by_bot):
            raise bad_request(sentence)
        return post

    def file(self, kind: str, reference: str) -> StoredFile:
        """Return the file a parameter means: an upload, or one sent before by its id."""
        upload = self.params.upload(reference)
        if upload is None:
            return self.bot.stage.files.get(reference)
        if not upload.data:
            raise bad_request("file must be non-empty")
        return self.bot.stage.files.store(Media(kind, upload.name, upload.data, upload.mime))

    def reply_target(self, chat: Chat) -> Post | None:
        """Return the message this one answers; a missing one is refused unless the call allows it."""
        wanted = self.params.nested("reply_parameters") or {"message_id": self.params.number("reply_to_message_id")}
        if wanted.get("message_id") is None:
            return None
        target = chat.find_post(int(wanted["message_id"]))
        allowed = wanted.get("allow_sending_without_reply") or self.params.flag("allow_sending_without_reply")
        if target is None and not allowed:
            raise bad_request("message to be replied not found")
        return target

    def head_of_topic(self, chat: Chat) -> Post | None:
        """Return the first message of the topic a call names; the general part of a forum is none (tdlib, 2026)."""
        topic = self.params.number("message_thread_id")
        if not topic or chat.user is not None:
            return None
        if topic not in chat.topics:
            raise bad_request("message thread not found")
        if not chat.topics[topic]:
            raise bad_request("TOPIC_CLOSED")
        return chat.find_post(topic)


Method = Callable[[Call], Coroutine[Any, Any, object]]
