"""What the web entrance needs from the rest of the hub: a few callables, bound once by `hub.app`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from hub.channels.base import Asks, Channel, Handshakes, Parses, Raw, Receives, Responsible
from hub.domain.health import Health, MachineHealth
from hub.domain.ids import ConnectionId
from hub.domain.ports import Clock
from hub.web.connect_page import Connecting


@dataclass(frozen=True, slots=True)
class Connected:
    """A live connection and its adapter, built once and kept between requests.

    The parts the door needs are looked up once: asking a Protocol costs more than most of a request.
    """

    connection_id: ConnectionId
    kind: str
    channel: Channel[Any]
    parses: Parses | None = field(init=False, repr=False)
    receives: Receives | None = field(init=False, repr=False)
    handshakes: Handshakes | None = field(init=False, repr=False)
    asks: Asks | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        channel = self.channel
        object.__setattr__(self, "parses", channel if isinstance(channel, Parses) else None)
        object.__setattr__(self, "receives", channel if isinstance(channel, Receives) else None)
        object.__setattr__(self, "handshakes", channel if isinstance(channel, Handshakes) else None)
        object.__setattr__(self, "asks", channel if isinstance(channel, Asks) else None)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request at a connection, for the list that a provider's engineer asks for (architecture §6).

    Names only: header values, field values and bodies never get here. `verdict` is `accepted`, `answered` (a ping), or
    the reason of the refusal in words.
    """

    connection_id: ConnectionId
    at: datetime
    remote: str
    method: str
    status: int
    verdict: str
    size_bytes: int = 0
    header_names: tuple[str, ...] = ()
    field_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether this process can take requests, and what each thing it needs says ("database": "ok")."""

    is_ready: bool
    parts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CardPage:
    """The page behind a link of a letter: a question with one button, or, without one, a word.

    `choices` are values with their labels, of which one is asked for, with a note.
    """

    title: str
    language: str
    lines: tuple[str, ...] = ()
    button: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    choices_label: str = ""
    note_label: str = ""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Entrance:
    """The way in.

    `find_connection(kind, key)` answers from memory where it can; None for an unknown key. `accept` returns after the
    commit and raises `StorageUnavailable` when there was none. `record_attempt` only notes, at once. `responsible_for`
    takes a number in E.164 and may be slow: the entrance gives it 300 ms. `trusted_hops` is the number of our own
    proxies before us; only their `X-Forwarded-For` entries are believed (reliability case 86). `body_deadline` is how
    long a sender may take to send one body. `health` raises `StorageUnavailable`, `machine` does not. `is_public` tells
    that requests of the world may reach us, through a proxy perhaps. `show_card` changes nothing, `do_card` does what
    the button of its page says. `connecting` is behind the links by which something is connected.
    """

    clock: Clock
    find_connection: Callable[[str, str], Awaitable[Connected | None]]
    accept: Callable[[Connected, Sequence[Raw]], Awaitable[None]]
    record_attempt: Callable[[Attempt], None]
    responsible_for: Callable[[str], Awaitable[Responsible | None]]
    readiness: Callable[[], Awaitable[Readiness]]
    health: Callable[[], Awaitable[Health]]
    machine: Callable[[], Awaitable[MachineHealth]]
    show_card: Callable[[str], Awaitable[CardPage]]
    do_card: Callable[[str, Mapping[str, str]], Awaitable[CardPage]]
    connecting: Connecting
    metrics_token: str = field(default="", repr=False)
    is_public: bool = False
    trusted_hops: int = 0
    body_deadline: timedelta = timedelta(seconds=30)


ENTRANCE = web.AppKey("entrance", Entrance)
