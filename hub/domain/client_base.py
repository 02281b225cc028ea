"""How far the client base may leave the business on managers' phones: what the rules say for all of it."""

from dataclasses import dataclass
from datetime import timedelta

DELETABLE_FOR = timedelta(hours=48)
"""Telegram lets a bot delete what stands in a private chat for so long (core.telegram.org/bots/api, deleteMessage)."""


@dataclass(frozen=True, slots=True)
class ClientBase:
    """`protects_chats`: what the manager bot sends can be neither forwarded, copied nor saved.

    `clears_chats_after`: clients' words, files and lists are deleted from managers' chats so long after, 0 for never.
    Cards stay, and history stays in the hub.
    """

    protects_chats: bool = False
    clears_chats_after: timedelta = timedelta(0)
