"""Personal accounts of our people that a connection may answer for: whose they are, and what we may do there.

A person who lets our bot answer in their own messenger brings clients who wrote to that account. Threads over such an
account carry its key behind their own: the same client's chat with the bot is another thread (facts: telegram §2.6).
"""

from dataclasses import dataclass
from enum import StrEnum

_MARK = "@"


class AccountState(StrEnum):
    """What we may do for an account: `open` all, `mute` read alone, `off` nothing any more."""

    open = "open"
    mute = "mute"
    off = "off"


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is now. `key` is the provider's id of our access to it, `owner` whose it is (canonical)."""

    key: str
    owner: str
    name: str
    state: AccountState


def thread_over(chat: str, account: str) -> str:
    """Return the key of a thread; `account` is empty for a chat with the connection itself."""
    return f"{chat}{_MARK}{account}" if account else chat


def chat_of(thread: str) -> str:
    """Return the chat that a thread's key names, without the account it goes over."""
    return thread.partition(_MARK)[0]


def account_of(thread: str) -> str:
    """Return the account a thread goes over, empty for none.

    Only of threads of a channel that has accounts: keys of other channels may hold the mark for reasons of their own.
    """
    return thread.partition(_MARK)[2]
