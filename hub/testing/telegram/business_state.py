"""Who may write into chats of a person's own account, and what the others hear.

Sentences: tdlib/telegram-bot-api and https://core.telegram.org/method/messages.sendMessage, read 2026-11-22.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.testing.telegram.refusals import bad_request
from hub.testing.telegram.state import BusinessLink, Chat

_WINDOW = timedelta(hours=24)


def find_link(links: Mapping[str, BusinessLink], wanted: str) -> BusinessLink:
    """Return an access that is in force, or refuse."""
    link = links.get(wanted)
    if link is None or not link.is_enabled:
        raise bad_request("business connection not found")
    return link


def chat_to_send(link: BusinessLink, client_id: int | None, now: datetime) -> Chat:
    """Return a chat the bot may write to, or refuse: it needs the right, and a client's message of the last 24 h."""
    chat = link.chats.get(client_id or 0)
    if chat is None or "can_reply" not in link.rights:
        raise bad_request("BUSINESS_PEER_INVALID")
    heard = [post.date for post in chat.posts if post.sender is chat.user]
    if not heard or now - heard[-1] > _WINDOW:
        raise bad_request("BUSINESS_PEER_USAGE_MISSING")
    return chat
