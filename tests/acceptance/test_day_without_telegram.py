"""A whole day without Telegram: ten clients are answered from the managers' own mailboxes, over real SMTP and IMAP."""

import asyncio
import email
import email.policy
import re
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from hub.app.connecting import NewConnection, create_connection
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
from hub.testing.telegram import BotApi, Person
from hub.testing.telephony import FakePbx, PlayedCall, Scene
from tests.inbox.desk import ALWAYS_OPEN

pytestmark = [pytest.mark.needs_dovecot, pytest.mark.timeout(300)]

ANNA = "anna@mail.example.org"
VOUCHED = "Authentication-Results: mx.example.com; dmarc=pass header.from=mail.example.org"
SHOP, DESK = "7000000001:AAE-shop", "7000000002:AAE-desk"
PUBLIC = "https://hub.example.ru"
PATIENCE_SECONDS = 60
ANNA_ID = 500
CALLERS = ("79161234560", "79161234561")
PBX = {"api_key": "key", "api_salt": "salt"}
RULES = f"""{ALWAYS_OPEN}
[lines.sales.accept]
direct = "1h"  # at most two fifths of the target: no offer lapses within the minutes that are played
[lines.sales.targets]
first_response_by_channel = {{ webform = "15m" }}
"""


@dataclass
class Town:
    """A hub at work between a living Telegram for clients, a dead one for managers, and mail for both."""

    dovecot: Dovecot
    smtp: FakeSmtp
    telegram: BotApi
    desk: BotApi
    desk_port: int
    hub: RunningHub
    pool: asyncpg.Pool
    form: NewConnection = field(init=False)
    pbx: FakePbx = field(init=False)
    _letters: int = field(default=0)

    def pass_time(self, span: timedelta) -> None:
        self.hub.building.ground.clock.move(span)

    def now(self) -> datetime:
        return self.hub.building.ground.clock.now()

    async def telegram_returns(self) -> Person:
        """Let the managers' Bot API answer again; Anna's chat with the bot is there as it was."""
        anna = self.desk.person("Анна", id=ANNA_ID)
        self.desk.add_bot(DESK, "desk_bot").private_chat(anna.user)
        await self.desk.start(self.desk_port)
        return anna

    async def fill_form(self, words: str, *, email: str) -> None:
        url = self.form.url.replace(PUBLIC, self.hub.address)
        headers = {"Origin": PUBLIC, "Idempotency-Key": email}
        async with (
            aiohttp.ClientSession(headers=headers) as site,
            site.post(url, json={"name": "", "phone": "", "email": email, "text": words}) as answer,
        ):
            assert answer.status < 300, await answer.text()

    async def presses_link(self, card: EmailMessage, **given: str) -> str:
        [link] = re.findall(rf"{PUBLIC}(/card/\S+)", text_of(card))
        async with (
            aiohttp.ClientSession() as person,
            person.post(f"{self.hub.address}{link}", data=given) as answer,
        ):
            return await answer.text()

    def answers_to(self, address: str) -> list[str]:
        texts = [text_of(each).strip() for each in self.letters_to(address)]
        assert REPLY_LINE not in "".join(texts)
        return [each for each in texts if each.startswith("Ответ")]

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


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


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
        telegram, desk = BotApi(hub.building.ground.clock), BotApi(hub.building.ground.clock)
        await telegram.start()
        town = Town(dovecot, smtp, telegram, desk, free_port(), hub, pool)
        await prepare(town)
        await town.until("SELECT cursor ? 'uidvalidity' FROM connections WHERE kind = 'email'", True)
        yield town
        await hub.rest()
        await telegram.stop()
        await desk.stop()


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
    await apply_policy(ground, RULES, PolicyChange(ground.clock.now(), "test"))
    town.telegram.add_bot(SHOP, "shop_bot")
    await create_connection(ground, "email", name="sales", settings=mailbox)
    await create_connection(
        ground, "telegram", name="shop", settings={"token": SHOP, "base_url": town.telegram.base_url}
    )
    await create_connection(
        ground,
        "manager_bot",
        name="desk",
        settings={"token": DESK, "base_url": f"http://127.0.0.1:{town.desk_port}"},
    )
    form = {"form_name": "Заявка", "page_title": "Заявка", "min_fill_seconds": 0, "per_address_per_minute": 600}
    town.form = await create_connection(ground, "webform", name="Заявка", settings=form)
    pbx = await create_connection(ground, "mango", name="АТС", settings=dict(PBX))
    town.pbx = FakePbx("mango", pbx.url.replace(PUBLIC, town.hub.address), PBX, http=town.hub.building.http)
    await hire_anna(ground, pbx.id)
    await town.hub.building.refresh()
    town.hub.building.hints.wakeup.wake("connections")


async def hire_anna(ground: Ground, pbx_id: int) -> None:
    """Anna had Telegram; from today on it is gone. Her own mailbox and her extension are known."""
    async with ground.pool.acquire() as connection:
        new_id = await ground.ids.reserve(connection, 3)
        anna = Manager(ManagerId(new_id()), "anna", "Анна", Role.manager, presence=Presence.working, tg_user_id=ANNA_ID)
        await managers.add_manager(connection, anna, at=ground.clock.now())
        await managers.add_staff_identity(connection, new_id(), anna.id, address=("email", "", ANNA))
        extension = ("pbx_extension", str(pbx_id), "101")
        await managers.add_staff_identity(connection, new_id(), anna.id, address=extension)


async def ten_clients_ask(town: Town) -> list[Person]:
    """Three in Telegram, three by letter, two by the form, two who call in vain; returns the first three."""
    shop = town.telegram.bots[SHOP]
    people = [town.telegram.person(f"Клиент{number}") for number in range(3)]
    for number, person in enumerate(people):
        person.writes(shop, f"Вопрос из чата {number}")
        town.deliver(
            f"From: Client{number} <client{number}@example.net>",
            f"To: {USER}",
            f"Message-ID: <question-{number}@example.net>",
            "Subject: Order",
            body=f"Вопрос из почты {number}",
        )
    for number in range(2):
        await town.fill_form(f"Вопрос из формы {number}", email=f"form{number}@example.net")
        await town.pbx.play(Scene.missed, PlayedCall(f"in-{number}", town.now(), client=CALLERS[number]))
    town.pass_time(timedelta(seconds=40))
    await town.until("SELECT count(*) FROM waits", 10)
    return people


TOLD = (
    "SELECT count(DISTINCT conversation_id) FROM deliveries "
    "WHERE lane = 'notify' AND manager_id IS NOT NULL AND first_attempt_at IS NOT NULL"
)
STILL_TO_BE_TOLD = """
SELECT count(*) FROM deliveries WHERE lane = 'notify' AND state IN ('queued', 'sending') AND NOT payload ? 'owed'
"""
STOPPED_ELSEWHEN = """
SELECT count(*) FROM waits w JOIN deliveries d ON d.message_id = w.response_message_id AND d.lane = 'reply'
WHERE w.ended_at NOT BETWEEN d.first_attempt_at AND d.first_attempt_at + interval '5 s'
"""


async def test_must6_a_day_without_telegram_ten_clients_on_four_channels_are_answered_by_mail(town: Town) -> None:
    people = await ten_clients_ask(town)
    await town.until(TOLD, 10)
    town.pass_time(timedelta(seconds=60))
    assert town.letters_to(ANNA) == []

    town.pass_time(timedelta(seconds=61))
    for words in (*(f"Вопрос из {place} {n}" for place in ("чата", "почты") for n in range(3)), *CALLERS):
        await town.card_about(words)
    first_tried_at = await town.pool.fetchval("SELECT min(first_attempt_at) FROM deliveries WHERE lane = 'notify'")
    assert town.now() - first_tried_at < timedelta(minutes=4)

    for number in range(3):
        town.answer(await town.card_about(f"Вопрос из чата {number}"), f"Ответ для чата {number}")
        town.answer(await town.card_about(f"Вопрос из почты {number}"), f"Ответ для почты {number}")
    for number in range(2):
        town.answer(await town.card_about(f"Вопрос из формы {number}"), f"Ответ для формы {number}")
    await town.until("SELECT count(*) FROM waits WHERE state = 'answered'", 8)

    await town.pbx.play(Scene.outgoing, PlayedCall("out-0", town.now(), client=CALLERS[0]))
    await town.until("SELECT count(*) FROM waits WHERE state = 'answered'", 9)
    card = await town.card_about(f"+{CALLERS[1]}")
    assert "закрыто" in await town.presses_link(card, choice="unreachable")
    await town.until("SELECT count(*) FROM waits WHERE state = 'open'", 0)

    for number, person in enumerate(people):
        said = [each.text for each in person.screen(town.telegram.bots[SHOP]).visible()]
        assert [each for each in said if each.startswith("Ответ")] == [f"Ответ для чата {number}"]
        assert town.answers_to(f"client{number}@example.net") == [f"Ответ для почты {number}"]
    assert [town.answers_to(f"form{number}@example.net") for number in range(2)] == [
        ["Ответ для формы 0"],
        ["Ответ для формы 1"],
    ]
    assert await town.pool.fetchval("SELECT count(*) FROM waits WHERE breached_at IS NOT NULL") == 0
    assert await town.pool.fetchval(STOPPED_ELSEWHEN) == 0
    assert await town.pool.fetchval("SELECT count(*) FROM contacts") == 10


async def test_must6_when_telegram_is_back_what_was_told_by_mail_is_not_told_again(town: Town) -> None:
    people = await ten_clients_ask(town)
    await town.until(TOLD, 10)
    town.pass_time(timedelta(seconds=121))
    town.answer(await town.card_about("Вопрос из чата 0"), "Ответ для чата 0")
    await town.until("SELECT count(*) FROM waits WHERE state = 'answered'", 1)
    await town.until(STILL_TO_BE_TOLD, 0)
    letters = len(town.letters_to(ANNA))

    anna = await town.telegram_returns()
    town.pass_time(timedelta(minutes=2))
    await town.until("SELECT count(*) FROM deliveries WHERE lane = 'notify' AND state IN ('queued', 'sending')", 0)
    people[1].writes(town.telegram.bots[SHOP], "Вы там?")
    await anna.screen(town.desk.bots[DESK]).wait_for("Вы там?", seconds=PATIENCE_SECONDS)

    shown = [each.text for each in anna.screen(town.desk.bots[DESK]).visible() if each.is_from_bot]
    for number in range(3):
        assert sum(f"Вопрос из почты {number}" in each for each in shown) == 1
        assert sum(f"Вопрос из чата {number}" in each for each in shown) <= 1
    assert len(town.letters_to(ANNA)) == letters


async def test_a_letter_of_a_stranger_who_has_a_card_in_hand_answers_nobody(town: Town) -> None:
    town.deliver("From: maria@example.net", f"To: {USER}", "Message-ID: <q@example.net>", body="Сколько стоит?")
    await town.until(TOLD, 1)
    town.pass_time(timedelta(minutes=3))
    town.answer(await town.card_about("Сколько стоит?"), "Скидка 90 %", sender="eve@mail.example.org")

    await town.until("SELECT count(*) FROM contacts", 2)
    assert town.answers_to("maria@example.net") == []
    assert await town.pool.fetchval("SELECT count(*) FROM waits WHERE state = 'open'") == 2


async def test_scanners_that_open_the_links_of_a_card_do_nothing_and_a_persons_press_does(town: Town) -> None:
    asked = ["From: maria@example.net", f"To: {USER}", "Message-ID: <q@example.net>", "Subject: The price"]
    town.deliver(*asked, body="Сколько стоит?")
    await town.until("SELECT count(*) FROM deliveries WHERE lane = 'notify' AND first_attempt_at IS NOT NULL", 1)
    town.pass_time(timedelta(minutes=3))
    card = await town.card_about("Сколько стоит?")
    assert "письмом maria@example.net с ящика" in text_of(card)
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
