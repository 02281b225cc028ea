"""What `hub.app` gives the manager bot: the office of the use-cases, the files, and who people are."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from bots.memory import Memory
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Manager
from hub.inbox.office import Office
from hub.inbox.queries import Reader


def _as_it_stands(text: str, language: str) -> str:
    del language
    return text


async def _nowhere(line: LineKey, payload: str) -> str:
    del line, payload
    return ""


@dataclass(frozen=True)
class BotOffice:
    """Built once. `bot_name` names the manager bot in links, screens and idempotency keys, and never changes.

    `fetch_file` gets a file that a manager sent by its id at the messenger (raises `ProviderError`). `store_file` makes
    content durable and returns its name (`Attachment.sha256`), `read_file` brings it back.
    `find_manager` reads the person afresh: language and Telegram account; `None` for one who left. `queue_card_rests`
    is the least time between two drawings of one queue card: Telegram takes about twenty edits a minute in a chat.
    `public_url` is where browsers reach the hub, empty if nowhere. `start_link` returns the link by which a client
    opens a bot of ours, that of a line first, which hands a payload back; empty without one (raises `ProviderError`).
    `say` returns an English error or finding of the hub in a language.
    """

    office: Office
    bot_name: str
    fetch_file: Callable[[str], Awaitable[bytes]]
    store_file: Callable[[bytes], Awaitable[str]]
    read_file: Callable[[str], Awaitable[bytes]]
    find_manager: Callable[[ManagerId], Awaitable[Manager | None]]
    queue_card_rests: timedelta = timedelta(seconds=3)
    public_url: str = ""
    start_link: Callable[[LineKey, str], Awaitable[str]] = _nowhere
    say: Callable[[str, str], str] = _as_it_stands

    @cached_property
    def memory(self) -> Memory:
        """Return the bot's rows."""
        return Memory(self.office, self.bot_name)

    @cached_property
    def reader(self) -> Reader:
        """Return what reads people and cards for many turns at once."""
        return Reader(self.office)

    @cached_property
    def queue_cards(self) -> defaultdict[int, asyncio.Lock]:
        """Return what lets one at a time draw the queue card of a chat."""
        return defaultdict(asyncio.Lock)

    def now(self) -> datetime:
        """Return the instant in UTC."""
        return self.office.clock.now()
