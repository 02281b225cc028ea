"""Letters in and out through receipts, folds and lanes: which thread, which headers, and no loops."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from hub.channels.base import Context, Raw
from hub.channels.email.channel import EmailChannel
from hub.channels.email.events import MAILBOX_HEADER, STUB_HEADER
from hub.delivery.alarms import Alarms
from hub.delivery.replies import ReplyHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.ids import ConnectionId, ConversationId, LineKey, ManagerId, MessageId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.hints.local import LocalRates
from hub.inbox.accept import offer
from hub.inbox.process import Processor, parse_here
from hub.inbox.reply import Content, reply
from hub.net.http import Http
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store.secrets import Secrets, new_key
from hub.testing.mail.smtp_server import DataEnd, FakeSmtp
from tests.channels.email.letters import letter, multipart, part
from tests.channels.email.servers import mailbox_settings
from tests.inbox.desk import ALWAYS_OPEN, Desk

MAILBOX = ConnectionId(2)
TO_US = "To: sales@example.com"
GREETING = """
[lines.sales.texts.ru]
welcome = "Мы получили ваше письмо"
out_of_hours = "Мы закрыты до {{opening_time}}"
"""
CLOSED = ALWAYS_OPEN.replace("always_open = true", 'hours = { mon = ["10:00-10:01"] }')


@dataclass
class Mailroom:
    """A desk with a mailbox: letters are put in as the poller does, answers leave through a server of ours."""

    desk: Desk
    channel: EmailChannel
    smtp: FakeSmtp
    worker: DeliveryWorker
    _arrived: int = 0

    async def arrives(self, *headers: str, text: str = "Сколько стоит?", body: bytes = b"", **told: str) -> None:
        """Take in a letter with these headers, or `body` as it is; `told` is what the mailbox says beside it."""
        self._arrived += 1
        raw = Raw(
            body or letter(TO_US, *headers, body=text),
            self.desk.now,
            {MAILBOX_HEADER: f"1:{self._arrived}"} | {name.replace("_", "-"): value for name, value in told.items()},
        )
        await self.desk.acceptor.accept([offer(MAILBOX, self.channel, raw)])
        await self.desk.process()

    async def answer(self, text: str = "Пять тысяч", *, to: str = "") -> EmailMessage:
        """Answer what waits, or the letter with the Message-ID `to`, as Anna, and return the letter that left."""
        conversation_id = (await self.desk.one("conversations", "state = 'open'"))["id"]
        anna = ManagerId((await self.desk.one("managers", "key = 'anna'"))["id"])
        actor = Person(anna, Role.admin, frozenset({LineKey("sales")}))
        key = f"press-{len(self.smtp.letters)}"
        answered = await self.desk.rows("messages", "external_id = $1", to)
        content = Content(text=text, reply_to=MessageId(answered[0]["id"]) if answered else None)
        await reply(self.desk.office, actor, ConversationId(conversation_id), content=content, key=key)
        return (await self.leaves())[-1]

    async def leaves(self, *, after: timedelta = timedelta(0)) -> list[EmailMessage]:
        """Let everything leave that is due, and return all letters so far."""
        self.desk.clock.move(after)
        await self.worker.run_until_idle()
        return [message_from_bytes(each.data, policy=policy.default) for each in self.smtp.letters]

    async def threads(self) -> list[int]:
        """Return the thread of each letter that came in, in order."""
        rows = await self.desk.rows("messages", "direction = 'inbound' ORDER BY id")
        return [row["thread_id"] for row in rows]


async def open_mailroom(desk: Desk, smtp: FakeSmtp, http: Http, *, has_plus_addresses: bool = False) -> Mailroom:
    settings = mailbox_settings(smtp_port=smtp.port, has_plus_addresses=has_plus_addresses)
    files = desk.acceptor.files
    secrets = Secrets([new_key()])
    context = Context(MAILBOX, "sales", desk.clock, http, LocalRates(), files.read, prove=secrets.prove)
    channel = EmailChannel(settings, context)
    desk = replace(desk, processor=Processor(desk.office, files, lambda _: channel, parse_here))
    handler = ReplyHandler(desk.office, lambda _: channel, Alarms(desk.office))
    return Mailroom(desk, channel, smtp, DeliveryWorker(desk.office, Lane.reply, handler.as_lane()))


@pytest.fixture
async def smtp() -> AsyncIterator[FakeSmtp]:
    async with FakeSmtp().run() as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http("")
    yield http
    await http.close()


@pytest.fixture
async def room(desk: Desk, smtp: FakeSmtp, http: Http) -> AsyncIterator[Mailroom]:
    room = await open_mailroom(desk, smtp, http)
    yield room
    await room.channel.close()


@pytest.fixture
async def plus_room(desk: Desk, smtp: FakeSmtp, http: Http) -> AsyncIterator[Mailroom]:
    room = await open_mailroom(desk, smtp, http, has_plus_addresses=True)
    yield room
    await room.channel.close()


async def test_an_answer_to_a_first_letter_names_it(room: Mailroom) -> None:
    await room.arrives("Subject: Торшер", "Message-ID: <1@example.ru>")
    sent = await room.answer()

    assert (sent["To"], sent["Subject"]) == ("ivan@example.ru", "Re: Торшер")
    assert sent["In-Reply-To"] == "<1@example.ru>"
    assert sent["References"].split()[0] == "<1@example.ru>"
    assert sent["Auto-Submitted"] is None


async def test_case58_an_answer_within_a_thread_names_the_last_letter_and_all_before(room: Mailroom) -> None:
    await room.arrives("Subject: Торшер", "Message-ID: <1@example.ru>")
    first = await room.answer()
    ours = first["Message-ID"]
    room.desk.clock.move(timedelta(minutes=1))
    await room.arrives("Subject: Re: Торшер", "Message-ID: <2@example.ru>", f"In-Reply-To: {ours}", text="А белый?")
    second = await room.answer("Есть")

    assert len(set(await room.threads())) == 1
    assert (second["In-Reply-To"], second["Subject"]) == ("<2@example.ru>", "Re: Торшер")
    named = second["References"].split()
    assert (named[0], named[-1]) == ("<1@example.ru>", "<2@example.ru>")
    assert ours in named


async def test_edge42_a_changed_subject_stays_in_its_thread_and_the_answer_follows_it(room: Mailroom) -> None:
    await room.arrives("Subject: Торшер", "Message-ID: <1@example.ru>")
    room.desk.clock.move(timedelta(minutes=1))
    await room.arrives("Subject: Люстра", "Message-ID: <2@example.ru>", "References: <1@example.ru>")
    sent = await room.answer()

    assert len(set(await room.threads())) == 1
    assert (sent["Subject"], sent["In-Reply-To"]) == ("Re: Люстра", "<2@example.ru>")


async def test_case62_an_answer_whose_receipt_was_lost_goes_again_under_the_same_id(room: Mailroom) -> None:
    await room.arrives("Subject: Торшер", "Message-ID: <1@example.ru>")
    await room.leaves()
    room.smtp.ends = [DataEnd.cut]
    await room.answer()
    twice = (await room.leaves(after=timedelta(minutes=1)))[-2:]

    assert twice[0]["Message-ID"] == twice[1]["Message-ID"]
    assert [each.get_content().strip() for each in twice] == ["Пять тысяч"] * 2


async def test_case58_a_letter_without_ids_on_the_same_subject_joins_the_conversation_and_is_answered_itself(
    room: Mailroom,
) -> None:
    await room.arrives("Subject: Торшер", "Message-ID: <1@example.ru>")
    room.desk.clock.move(timedelta(days=1))
    await room.arrives("Subject: Re: Торшер", "Message-ID: <2@example.ru>", text="Так сколько?")
    sent = await room.answer(to="2@example.ru")

    assert len(set(await room.threads())) == 2
    assert len(await room.desk.rows("conversations")) == len(await room.desk.rows("waits")) == 1
    assert (sent["In-Reply-To"], sent["References"]) == ("<2@example.ru>", "<2@example.ru>")


async def test_case58_a_reply_without_references_finds_its_thread_by_the_address_it_was_sent_to(
    plus_room: Mailroom,
) -> None:
    await plus_room.arrives("Subject: Торшер", "Message-ID: <1@example.ru>")
    token_address = (await plus_room.answer())["Reply-To"].addresses[0].addr_spec
    await plus_room.arrives(f"Delivered-To: {token_address}", "Subject: без темы", "Message-ID: <2@example.ru>")

    first, second = await plus_room.threads()
    assert first == second
    assert (await plus_room.desk.one("identities"))["level"] == "proven"


async def test_case59_a_strangers_letter_to_the_same_address_is_a_thread_of_its_own(plus_room: Mailroom) -> None:
    await plus_room.arrives("Subject: Торшер", "Message-ID: <1@example.ru>")
    address = (await plus_room.answer())["Reply-To"].addresses[0].addr_spec
    await plus_room.arrives(f"Cc: {address}", "From: other@example.org", "Message-ID: <2@example.org>", text="И мне!")

    first, second = await plus_room.threads()
    assert first != second
    assert len(await plus_room.desk.rows("contacts")) == 2
    assert {row["level"] for row in await plus_room.desk.rows("identities")} == {"claimed"}


async def test_case95_a_token_we_never_sent_leads_nowhere(plus_room: Mailroom) -> None:
    await plus_room.arrives("Subject: Торшер", "Message-ID: <1@example.ru>")
    await plus_room.answer()
    await plus_room.arrives("Cc: sales+r-aaaaaaaaaaaaaaaa@example.com", "Message-ID: <2@example.ru>", text="Ещё")

    first, second = await plus_room.threads()
    assert first != second


async def test_every_letter_has_a_token_of_its_own_and_without_plus_addresses_there_is_none(
    room: Mailroom, plus_room: Mailroom
) -> None:
    await plus_room.arrives("Subject: Торшер", "Message-ID: <1@example.ru>")
    first, second = await plus_room.answer(), await plus_room.answer("И ещё")
    assert first["Reply-To"] != second["Reply-To"]
    assert len(await plus_room.desk.rows("message_keys", "external_id LIKE 'r-%'")) == 2

    assert (await room.answer("Без плюса"))["Reply-To"] is None


async def test_case57_our_own_letter_that_comes_back_is_no_message(room: Mailroom) -> None:
    await room.arrives("Message-ID: <1@example.ru>")
    await room.answer()

    await room.arrives(body=room.smtp.letters[0].data)

    assert len(await room.desk.rows("messages")) == 2


async def test_our_letter_marked_before_marks_had_a_key_is_known_by_its_id(room: Mailroom) -> None:
    await room.arrives("Message-ID: <1@example.ru>")
    mark = (await room.answer())["X-Hub-Message"]

    await room.arrives(body=room.smtp.letters[0].data.replace(mark.encode(), b"1"))

    assert len(await room.desk.rows("messages")) == 2


async def test_a_letter_in_our_name_with_a_mark_it_cannot_prove_is_kept_and_stops_no_wait(room: Mailroom) -> None:
    await room.arrives("Message-ID: <1@example.ru>")

    forged = ("From: sales@example.com", "X-Hub-Message: 1", "In-Reply-To: <1@example.ru>", "Message-ID: <2@evil.ru>")
    await room.arrives(*forged, text="Вам уже ответили")

    assert len(await room.desk.rows("messages", "text LIKE 'Вам уже%'")) == 1
    assert {row["state"] for row in await room.desk.rows("waits")} == {"open"}


@pytest.mark.parametrize("mark", ["", "Auto-Submitted: auto-replied"])
@pytest.mark.parametrize("hours", [ALWAYS_OPEN, CLOSED])
async def test_case55_a_twin_that_answers_everything_stops_within_two_letters(
    desk: Desk, smtp: FakeSmtp, http: Http, hours: str, mark: str
) -> None:
    desk.rules.append(to_policy(parse_policy(hours + GREETING), 2))
    room = await open_mailroom(desk, smtp, http)
    await room.arrives("Message-ID: <0@example.ru>")
    for number in range(5):
        for sent in (await room.leaves(after=timedelta(minutes=1)))[number:]:
            assert sent["Auto-Submitted"] == "auto-replied"
            answers = [f"Message-ID: <{number}@twin.ru>", f"In-Reply-To: {sent['Message-ID']}", *filter(None, [mark])]
            await room.arrives(*answers, text="Ваше письмо получено, ответим скоро")
    await room.channel.close()

    assert len(smtp.letters) == 1


async def test_case55_automatic_mail_is_kept_marked_and_never_answered(room: Mailroom) -> None:
    await room.arrives("Message-ID: <1@example.ru>", "Auto-Submitted: auto-replied", text="Я в отпуске")

    message = await room.desk.one("messages")
    assert (message["automatic"], message["text"]) == ("auto_reply", "Я в отпуске")
    assert await room.leaves() == []
    assert await room.desk.rows("waits") == []


async def test_case53_a_letter_without_a_sender_is_kept_under_a_card_without_a_name(room: Mailroom) -> None:
    room.desk.rules.append(to_policy(parse_policy(ALWAYS_OPEN + GREETING), 2))
    await room.arrives(body=b"To: sales@example.com\r\nSubject: ?\r\nMessage-ID: <1@x.ru>\r\n\r\nwho am I\r\n")
    await room.arrives(body=b"To: sales@example.com\r\nFrom: nobody\r\nMessage-ID: <2@x.ru>\r\n\r\nand I\r\n")

    assert [row["text"].strip() for row in await room.desk.rows("messages", "direction = 'inbound' ORDER BY id")] == [
        "who am I",
        "and I",
    ]
    assert [row["is_anonymous"] for row in await room.desk.rows("contacts")] == [True, True]
    assert len(await room.desk.rows("waits", "state = 'open'")) == 2
    assert await room.desk.rows("deliveries", "lane = 'reply'") == []


async def test_case50_a_letter_too_big_to_fetch_is_shown_by_its_headers_and_says_so(room: Mailroom) -> None:
    await room.arrives("Subject: Чертежи", "Message-ID: <1@example.ru>", text="", x_hub_stub='{"size_bytes": 60000000}')
    assert STUB_HEADER == "x-hub-stub"

    message = await room.desk.one("messages", "direction = 'inbound'")
    assert (message["subject"], message["attachments"][0]["size_bytes"]) == ("Чертежи", 60_000_000)
    assert "откройте его в почтовом ящике" in message["attachments"][0]["note"]
    assert len(await room.desk.rows("waits", "state = 'open'")) == 1


async def test_case54_all_files_of_a_letter_of_many_parts_are_kept(room: Mailroom) -> None:
    files = [
        part("text/x-log", f"строка {number}", f"Content-Disposition: attachment; filename={number}.log")
        for number in range(400)
    ]
    await room.arrives(body=multipart("mixed", part("text/plain; charset=utf-8", "Вот журналы"), *files))

    kept = (await room.desk.one("messages", "direction = 'inbound'"))["attachments"]
    contents = [(await room.desk.acceptor.files.read(each["sha256"])).decode().strip() for each in kept]
    assert contents == [f"строка {number}" for number in range(400)]
