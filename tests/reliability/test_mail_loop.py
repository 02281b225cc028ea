"""Two hubs that answer everything by themselves, over real databases, write to each other: it ends (case 55)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from hub.channels.base import Context, Raw
from hub.channels.email.channel import EmailChannel
from hub.channels.email.events import MAILBOX_HEADER
from hub.delivery.alarms import Alarms
from hub.delivery.replies import ReplyHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.ids import ConnectionId
from hub.hints.local import LocalRates
from hub.inbox.accept import offer
from hub.inbox.process import Processor, parse_here
from hub.net.http import Http
from hub.store.pool import open_pool
from hub.store.secrets import Secrets, new_key
from hub.testing.database import DatabaseServer, cloned_database
from hub.testing.mail.smtp_server import FakeSmtp
from tests.channels.email.letters import letter
from tests.channels.email.servers import mailbox_settings
from tests.inbox.desk import ALWAYS_OPEN, Desk, open_desk

TEXTS = """
[lines.sales.texts.ru]
welcome = "Мы получили ваше письмо"
out_of_hours = "Мы закрыты до {{opening_time}}"
missed_call = "Мы не смогли ответить"
"""
CLOSED = ALWAYS_OPEN.replace("always_open = true", 'hours = { mon = ["10:00-10:01"] }')
MAILBOX = ConnectionId(2)
# What a gateway on the way may take off a letter, so that nothing says any more that a program wrote it.
MARKS = ("Auto-Submitted", "X-Auto-Response-Suppress", "Precedence", "X-Hub-Message")
THREAD = ("In-Reply-To", "References", "Message-ID", "Subject")


@dataclass
class Hub:
    """One hub with a mailbox: what arrives goes through receipts, what leaves is at its mail server."""

    address: str
    desk: Desk
    channel: EmailChannel
    smtp: FakeSmtp
    worker: DeliveryWorker
    arrived: int = 0
    posted: int = 0

    async def takes(self, body: bytes) -> None:
        """Take in a letter and let everything leave that is due."""
        self.arrived += 1
        raw = Raw(body, self.desk.now, {MAILBOX_HEADER: f"1:{self.arrived}"})
        await self.desk.acceptor.accept([offer(MAILBOX, self.channel, raw)])
        await self.desk.process()
        await self.worker.run_until_idle()

    def outgoing(self) -> list[bytes]:
        """Return the letters that left since the last look."""
        found = [each.data for each in self.smtp.letters[self.posted :]]
        self.posted += len(found)
        return found


async def open_hub(stack: AsyncExitStack, server: DatabaseServer, files: Path, *, address: str, rules: str) -> Hub:
    pool = await open_pool(await stack.enter_async_context(cloned_database(server)), min_size=1, max_size=4)
    stack.callback(pool.terminate)
    smtp = await stack.enter_async_context(FakeSmtp(user=address).run())
    desk = await open_desk(pool, files, policy=rules)
    await desk.hire("anna", "Анна")
    http = Http("")
    stack.push_async_callback(http.close)
    context = Context(
        MAILBOX, "sales", desk.clock, http, LocalRates(), desk.acceptor.files.read, prove=Secrets([new_key()]).prove
    )
    channel = EmailChannel(mailbox_settings(smtp_port=smtp.port, address=address, user=address), context)
    stack.push_async_callback(channel.close)
    desk = replace(desk, processor=Processor(desk.office, desk.acceptor.files, lambda _: channel, parse_here))
    handler = ReplyHandler(desk.office, lambda _: channel, Alarms(desk.office))
    return Hub(address, desk, channel, smtp, DeliveryWorker(desk.office, Lane.reply, handler.as_lane()))


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


def without(body: bytes, *names: str) -> bytes:
    """Return the letter as a gateway leaves it that takes these fields off."""
    found = message_from_bytes(body, policy=policy.SMTP)
    for name in names:
        del found[name]
    return found.as_bytes()


async def correspond(one: Hub, other: Hub, *, rounds: int, every: timedelta, lost: tuple[str, ...]) -> int:
    """Carry letters both ways, so often and at such intervals; return how many there were."""
    carried = 0
    for _ in range(rounds):
        for here, there in ((one, other), (other, one)):
            here.desk.clock.move(every)
            for body in here.outgoing():
                carried += 1
                await there.takes(without(body, *lost))
    return carried


@pytest.mark.parametrize("lost", [(), MARKS, MARKS + THREAD], ids=["whole", "unmarked", "unmarked and threadless"])
@pytest.mark.parametrize("rules", [ALWAYS_OPEN, CLOSED], ids=["open", "closed"])
async def test_case55_two_hubs_that_answer_everything_stop_within_two_letters(
    database_server: DatabaseServer, stack: AsyncExitStack, tmp_path: Path, rules: str, lost: tuple[str, ...]
) -> None:
    hubs = [
        await open_hub(stack, database_server, tmp_path / name, address=f"sales@{name}.example", rules=rules + TEXTS)
        for name in ("rose", "lily")
    ]
    first, second = hubs
    await first.takes(letter(f"From: {second.address}", f"To: {first.address}", "Subject: ?", body="Сколько стоит?"))
    carried = await correspond(first, second, rounds=6, every=timedelta(minutes=10), lost=lost)

    assert 1 <= carried <= 2


async def test_case55_a_robot_that_begins_a_thread_with_every_letter_has_one_text_a_day(
    database_server: DatabaseServer, stack: AsyncExitStack, tmp_path: Path
) -> None:
    hub = await open_hub(stack, database_server, tmp_path, address="sales@rose.example", rules=CLOSED + TEXTS)
    for number in range(12):
        hub.desk.clock.move(timedelta(minutes=30))
        headers = ("From: robot@shop.example", f"Subject: notice {number}", f"Message-ID: <{number}@shop.example>")
        await hub.takes(letter(*headers, "To: sales@rose.example", body=f"something happened {number}"))

    assert len(hub.outgoing()) == 1
    assert len(await hub.desk.rows("messages", "direction = 'inbound'")) == 12
