"""A whole day without Telegram: ten clients are answered from the managers' own mailboxes, over real SMTP and IMAP."""

import asyncio
import email
import email.policy
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from hub.app.connections import create_connection
from hub.app.ground import Ground
from hub.app.roles import ALL_ROLES, RunningHub, running_hub
from hub.app.rules import apply_policy
from hub.config import load_config
from hub.domain.ids import ManagerId
from hub.domain.manager import Manager, Presence, Role
from hub.domain.reply_line import REPLY_LINE
from hub.store import managers
from hub.store.policy import PolicyChange
from hub.testing.mail.dovecot import PASSWORD, USER, Dovecot, run_dovecot
from hub.testing.mail.smtp_server import FakeSmtp
from hub.testing.telegram import BotApi
from tests.inbox.desk import ALWAYS_OPEN

pytestmark = [pytest.mark.needs_dovecot, pytest.mark.timeout(300)]

ANNA = "anna@mail.example.org"
VOUCHED = "Authentication-Results: mx.example.com; dmarc=pass header.from=mail.example.org"
SHOP, DESK = "7000000001:AAE-shop", "7000000002:AAE-desk"
PUBLIC = "https://hub.example.ru"
PATIENCE_SECONDS = 60


@dataclass
class Town:
    """A hub at work between a living Telegram for clients, a dead one for managers, and mail for both."""

    dovecot: Dovecot
    smtp: FakeSmtp
    telegram: BotApi
    hub: RunningHub
    pool: asyncpg.Pool
    _letters: int = field(default=0)

    def pass_time(self, span: timedelta) -> None:
        self.hub.building.ground.clock.move(span)

    async def until(self, statement: str, wanted: object) -> None:
        found: object = None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (found := await self.pool.fetchval(statement)) != wanted:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{found!r} instead of {wanted!r}: {statement}") from None

    async def card_about(self, words: str, *, at_least: int = 1) -> EmailMessage:
        """The newest letter to Anna that says `words`."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while len(found := self.cards_with(words)) < at_least:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"no letter to Anna with {words!r}") from None
        return found[-1]

    def cards_with(self, words: str) -> list[EmailMessage]:
        return [each for each in self.letters_to(ANNA) if words in text_of(each)]

    def letters_to(self, address: str) -> list[EmailMessage]:
        own = [each for each in self.smtp.letters if address in each.recipients]
        return [email.message_from_bytes(each.data, policy=email.policy.default) for each in own]

    def answer(self, card: EmailMessage, words: str, *, sender: str = ANNA, proof: str = VOUCHED) -> None:
        """Reply to a card as mail programs do: words above, the whole card quoted below."""
        self._letters += 1
        quoted = "\r\n".join(f"> {line}" for line in text_of(card).splitlines())
        body = f"{words}\r\n\r\nвс, 22 нояб. 2026 г. в 12:30, Ромашка <{USER}>:\r\n\r\n{quoted}\r\n"
        self.deliver(
            proof,
            f"From: =?utf-8?B?0JDQvdC90LA=?= <{sender}>",
            f"To: {USER}",
            f"Message-ID: <answer-{self._letters}@mail.example.org>",
            f"In-Reply-To: {card['Message-ID']}",
            f"References: {card['Message-ID']}",
            "Subject: Re: card",
            body=body,
        )

    def deliver(self, *headers: str, body: str) -> None:
        head = [*headers, "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", ""]
        self.dovecot.deliver("\r\n".join([*head, body]).encode())


def text_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that Dovecot's own users may traverse."""
    path = Path(tempfile.mkdtemp(prefix="hub-dovecot-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
async def town(dsn: str, pool: asyncpg.Pool, base: Path, tmp_path: Path) -> AsyncIterator[Town]:
    config = load_config(dsn=dsn, data=tmp_path / "data", port=0, log_level="warning", public_url=PUBLIC)
    async with run_dovecot(base) as dovecot, FakeSmtp().run() as smtp, running_hub(config, ALL_ROLES) as hub:
        telegram = BotApi(hub.building.ground.clock)
        await telegram.start()
        town = Town(dovecot, smtp, telegram, hub, pool)
        await prepare(town)
        await town.until("SELECT cursor ? 'uidvalidity' FROM connections WHERE kind = 'email'", True)
        yield town
        await hub.rest()
        await telegram.stop()


async def prepare(town: Town) -> None:
    ground = town.hub.building.ground
    mailbox = {
        "address": USER,
        "from_name": "Ромашка",
        "imap_host": "127.0.0.1",
        "imap_port": town.dovecot.port,
        "smtp_host": "127.0.0.1",
        "smtp_port": town.smtp.port,
        "user": USER,
        "password": PASSWORD,
        "plain_hosts": ["127.0.0.1"],
        "authserv_id": "mx.example.com",
    }
    await apply_policy(ground, ALWAYS_OPEN, PolicyChange(ground.clock.now(), "test"))
    town.telegram.add_bot(SHOP, "shop_bot")
    await create_connection(ground, "email", name="sales", settings=mailbox)
    await create_connection(
        ground, "telegram", name="shop", settings={"token": SHOP, "base_url": town.telegram.base_url}
    )
    await create_connection(
        ground, "manager_bot", name="desk", settings={"token": DESK, "base_url": "http://127.0.0.1:9"}
    )
    await hire_anna(ground)
    await town.hub.building.refresh()
    town.hub.building.hints.wakeup.wake("connections")


async def hire_anna(ground: Ground) -> None:
    """Anna had Telegram; from today on it is gone. Her own mailbox is known."""
    async with ground.pool.acquire() as connection:
        new_id = await ground.ids.reserve(connection, 2)
        anna = Manager(ManagerId(new_id()), "anna", "Анна", Role.manager, presence=Presence.working, tg_user_id=500)
        await managers.add_manager(connection, anna, at=ground.clock.now())
        await managers.add_staff_identity(connection, new_id(), anna.id, address=("email", "", ANNA))


async def test_must6_a_day_without_telegram_ten_clients_are_answered_by_cards_in_the_mail(town: Town) -> None:
    shop = town.telegram.bots[SHOP]
    people = [town.telegram.person(f"Клиент{number}") for number in range(5)]
    for number, person in enumerate(people):
        person.writes(shop, f"Вопрос из чата {number}")
    for number in range(5):
        town.deliver(
            f"From: Client{number} <client{number}@example.net>",
            f"To: {USER}",
            f"Message-ID: <question-{number}@example.net>",
            "Subject: Order",
            body=f"Вопрос из почты {number}",
        )
    await town.until("SELECT count(*) FROM waits", 10)
    await town.until("SELECT count(*) FROM deliveries WHERE lane = 'notify' AND first_attempt_at IS NOT NULL", 10)
    assert town.letters_to(ANNA) == []

    town.pass_time(timedelta(minutes=3))
    for number in range(5):
        for place in ("чата", "почты"):
            card = await town.card_about(f"Вопрос из {place} {number}")
            town.answer(card, f"Ответ для {place} {number}")
    await town.until("SELECT count(*) FROM waits WHERE state = 'answered'", 10)

    for number, person in enumerate(people):
        said = [each.text for each in person.screen(shop).visible()]
        assert [each for each in said if each.startswith("Ответ")] == [f"Ответ для чата {number}"]
        [letter] = town.letters_to(f"client{number}@example.net")
        assert text_of(letter).strip() == f"Ответ для почты {number}"
        assert REPLY_LINE not in text_of(letter)
    late = "SELECT count(*) FROM waits WHERE ended_at - started_at NOT BETWEEN '3 minutes' AND '5 minutes'"
    assert await town.pool.fetchval(late) == 0
    assert (
        await town.pool.fetchval("SELECT count(*) FROM waits WHERE responder_id IS NOT NULL AND breached_at IS NULL")
        == 10
    )
    assert await town.pool.fetchval("SELECT count(*) FROM contacts") == 10


async def test_scanners_that_open_the_links_of_a_card_do_nothing_and_a_persons_press_does(town: Town) -> None:
    town.deliver("From: maria@example.net", f"To: {USER}", "Message-ID: <q@example.net>", body="Сколько стоит?")
    await town.until("SELECT count(*) FROM deliveries WHERE lane = 'notify' AND first_attempt_at IS NOT NULL", 1)
    town.pass_time(timedelta(minutes=3))
    card = await town.card_about("Сколько стоит?")
    [link] = re.findall(rf"{PUBLIC}(/card/\S+)", text_of(card))
    page = f"{town.hub.address}{link}"

    async with aiohttp.ClientSession() as person:
        for ask in (person.get, person.head, person.get):
            async with ask(page) as answer:
                assert answer.status == 200
        assert await town.pool.fetchval("SELECT state FROM conversations") == "open"

        async with person.post(page, data={"choice": "refused"}) as answer:
            assert "Клиент ждёт ответа" in await answer.text()
        async with person.post(page, data={"choice": "spam"}) as answer:
            assert "закрыто" in await answer.text()
        assert await town.pool.fetchval("SELECT outcome FROM conversations") == "spam"

        await town.pool.execute("UPDATE managers SET is_active = false")
        async with person.post(page, data={"choice": "spam"}) as answer:
            assert answer.status == 404
        async with person.get(page[:-1] + ("A" if page[-1] != "A" else "B")) as answer:
            assert answer.status == 404


async def test_an_answer_that_cannot_go_out_comes_back_by_letter_and_the_next_one_goes(town: Town) -> None:
    town.deliver("From: maria@example.net", f"To: {USER}", "Message-ID: <q@example.net>", body="Сколько стоит?")
    await town.until("SELECT count(*) FROM deliveries WHERE lane = 'notify' AND first_attempt_at IS NOT NULL", 1)
    town.pass_time(timedelta(minutes=3))
    town.answer(await town.card_about("Сколько стоит?"), "Скидка 90 %", proof="X-Nothing: told")

    refusal = await town.card_about("DMARC")
    assert town.letters_to("maria@example.net") == []
    assert await town.pool.fetchval("SELECT state FROM waits") == "open"

    town.answer(refusal, "Три тысячи")
    await town.until("SELECT state FROM waits", "answered")
    [letter] = town.letters_to("maria@example.net")
    assert text_of(letter).strip() == "Три тысячи"
