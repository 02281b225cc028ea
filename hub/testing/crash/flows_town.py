"""The world around a hub that dies on purpose: Telegram, a mailbox, a PBX, and time that can be let pass.

The providers retry as they really do, with shortened pauses: Telegram keeps an update until somebody took it, letters
stay in their folder, the PBX posts again until it hears 2xx (the tries of the shortest known schedule would be over
before the hub is up again, so its last pause is repeated). Nothing of this is ever killed.
"""

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from hub.domain.errors import ProviderError
from hub.net.http import Http
from hub.testing.mail.imap_server import FakeImap
from hub.testing.mail.smtp_server import FakeSmtp
from hub.testing.telegram import BotAccount, BotApi, Person, Post
from hub.testing.telephony import FakePbx, PlayedCall, Scene

PBX = "mango"
PBX_SETTINGS = {"api_key": "crash-key", "api_salt": "crash-salt"}
SHOP_ADDRESS = "shop@lampa.example"
MAIL_PASSWORD = "crash-only"
AUTHSERV_ID = "mx.lampa.example"
CLIENT_PHONE = "79161234567"
CLIENT_ADDRESS = "maria.petrova@mail.example"
DRAWING = bytes(range(256)) * 400  # over 64 KB: the raw letter becomes a file
_PBX_PAUSE = timedelta(milliseconds=200)


class PassingTime:
    """The clock of the world: real time and what was let pass. Implements the `Clock` port for the fakes."""

    def __init__(self) -> None:
        self.shift = timedelta(0)

    def now(self) -> datetime:
        """Return the instant in UTC."""
        return datetime.now(UTC) + self.shift


@dataclass(slots=True)
class Town:
    """The fakes of one stage. `shop` is polled and `hook` calls the hub; `desk` is the managers' bot.

    Maria and Masha are one person with two accounts: both share the same number.
    """

    time: PassingTime
    telegram: BotApi
    shop: BotAccount
    hook: BotAccount
    desk: BotAccount
    anna: Person
    maria: Person
    masha: Person
    imap: FakeImap
    smtp: FakeSmtp
    http: Http
    pbx: FakePbx | None = None
    _posts: dict[tuple[str, int], list[Post]] = field(default_factory=dict)
    _letters: int = 0

    def settle(self) -> None:
        """Keep chats and letters as they are now: every later `begin` comes back to it."""
        self._posts = {
            (bot.token, chat.id): [copy.copy(post) for post in chat.posts]
            for bot in self.telegram.bots.values()
            for chat in bot.chats.values()
        }
        self._letters = len(self.imap.letters)

    def begin(self) -> None:
        """Forget what an earlier run of the flow left behind: updates nobody fetched, posts, letters."""
        for bot in self.telegram.bots.values():
            bot.updates.clear()
            for chat in bot.chats.values():
                chat.posts[:] = [copy.copy(post) for post in self._posts.get((bot.token, chat.id), ())]
        del self.imap.letters[self._letters :]
        self.imap.asked.clear()
        self.smtp.letters.clear()

    def missing(self) -> list[str]:
        """Return what Telegram has that the hub has not confirmed yet."""
        return [
            f"{update.kind} of {bot.user.username} not taken ({bot.webhook.last_error})"
            for bot in self.telegram.bots.values()
            for update in bot.updates.pending(bot.now())
        ]

    def shown(self, bot: BotAccount, person: Person) -> list[str]:
        """Return what stands in a person's chat from the bot, as it reads now, oldest first."""
        posts = bot.private_chat(person.user).posts
        return [post.text for post in posts if post.sender is bot.user and not post.is_deleted]

    async def until_mailbox_is_watched(self) -> None:
        """Wait until the hub idles on the folder: a letter that is there before wakes nobody."""
        while "IDLE " not in self.imap.asked:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(_PBX_PAUSE.total_seconds() / 10)

    def writes_letter(self, subject: str, text: str, *, answers: str = "") -> None:
        """Put a letter of the client into the folder."""
        message = EmailMessage()
        message["Authentication-Results"] = f"{AUTHSERV_ID}; dmarc=pass header.from=mail.example"
        message["From"] = formataddr(("Мария Петрова", CLIENT_ADDRESS))
        message["To"] = SHOP_ADDRESS
        message["Subject"] = subject
        message["Date"] = format_datetime(self.time.now())
        message["Message-ID"] = f"<{self.time.now().timestamp()}@mail.example>"
        if answers:
            message["In-Reply-To"] = answers
        message.set_content(text)
        message.add_attachment(DRAWING, maintype="application", subtype="octet-stream", filename="план.dwg")
        self.imap.deliver(message.as_bytes(), self.time.now())

    async def calls_in_vain(self, number: int) -> None:
        """Let the client ring until somebody hangs up; the PBX posts every stage until the hub has taken it."""
        call = PlayedCall(f"crash-{number}", self.time.now() - timedelta(seconds=9), CLIENT_PHONE)
        assert self.pbx is not None, "this flow has no PBX"
        for post in self.pbx.posts(Scene.missed, call):
            while not await _is_accepted(self.pbx, post):  # noqa: ASYNC110 - a PBX knows nothing but its schedule
                await asyncio.sleep(_PBX_PAUSE.total_seconds())


async def _is_accepted(pbx: FakePbx, post: object) -> bool:
    try:
        return (await pbx.send(post)).status < 300  # type: ignore[arg-type]
    except ProviderError:
        return False


@asynccontextmanager
async def running_town() -> AsyncIterator[Town]:
    """Run the fakes until the block ends."""
    time = PassingTime()
    telegram, http = BotApi(time), Http()
    shop, hook = telegram.add_bot("7000000001:shop", "shop_bot"), telegram.add_bot("7000000002:hook", "hook_bot")
    town = Town(
        time=time,
        telegram=telegram,
        shop=shop,
        hook=hook,
        desk=telegram.add_bot("7000000003:desk", "desk_bot"),
        anna=telegram.person("Анна"),
        maria=telegram.person("Мария Петрова", phone=CLIENT_PHONE),
        masha=telegram.person("Маша", phone=CLIENT_PHONE),
        imap=FakeImap(user=SHOP_ADDRESS, password=MAIL_PASSWORD),
        smtp=FakeSmtp(user=SHOP_ADDRESS, password=MAIL_PASSWORD),
        http=http,
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(http.close)
        await telegram.start()
        stack.push_async_callback(telegram.stop)
        await stack.enter_async_context(town.imap.run())
        await stack.enter_async_context(town.smtp.run())
        yield town
