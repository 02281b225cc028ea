import asyncio
import email
import email.policy
import ssl
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.channels.base import Raw
from hub.channels.email.channel import EmailChannel
from hub.channels.email.composing import Seals, compose_letter
from hub.channels.email.events import Payload, letter_events
from hub.channels.email.mime import synthetic_id
from hub.channels.email.smtp import Patience, SmtpSender
from hub.channels.email.threading import external_id
from hub.domain.errors import PermanentFailure
from hub.domain.inbound import InboundMessage
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import Failed, Later, MailHeaders, OutboundMessage, Sent, Unknown
from hub.net.http import Http
from hub.testing.contracts.bench import make_context
from hub.testing.mail.smtp_server import DataEnd, FakeSmtp
from tests.channels.email.servers import NOW, mailbox_settings, make_certificate

SHORT = Patience(*(timedelta(seconds=0.5),) * 3, idle=timedelta(0))
OUR_KEY = b"k" * 32
MAIL = MailHeaders(message_id="hub.7@example.com", subject="Re: Цена", to="ivan@example.ru", to_name="Иван")
MESSAGE = OutboundMessage(thread="root@example.ru", key="7", text="Цена 100 ₽", mail=MAIL)


def composed(message=MESSAGE, **changes):
    return compose_letter(message, mailbox_settings(**changes), files=(), at=NOW, seals=Seals(mark_key=OUR_KEY))


def sender(server, patience=SHORT, **changes):
    return SmtpSender(mailbox_settings(smtp_port=server.port, **changes), "sales", patience)


async def send(server, **changes):
    kept = sender(server, **changes)
    try:
        return await kept.send(composed(), NOW)
    finally:
        await kept.close()


async def test_s3_an_accepted_letter_is_sent_at_the_start_of_the_attempt():
    async with FakeSmtp().run() as server:
        assert await send(server) == Sent(("hub.7@example.com",), NOW)
    (letter,) = server.letters
    assert (letter.sender, letter.recipients) == ("sales@example.com", ("ivan@example.ru",))


@pytest.mark.parametrize(
    ("phase", "reply", "expected", "reason"),
    [
        ("MAIL", "451 busy", Later, ""),
        ("MAIL", "553 not yours", Failed, "refused"),
        ("RCPT", "450 greylisted", Later, ""),
        ("RCPT", "550 5.1.1 no such user", Failed, "not_found"),
        ("RCPT", "421 going down", Later, ""),
        ("DATA", "451 try later", Later, ""),
        ("DATA", "552 too big", Failed, "too_large"),
        ("DATA", "554 spam", Failed, "refused"),
    ],
)
async def test_a_refusal_in_any_phase_is_not_sent(phase, reply, expected, reason):
    async with FakeSmtp().run() as server:
        server.replies[phase] = [reply]
        result = await send(server)
    assert isinstance(result, expected)
    assert server.letters == []
    if isinstance(result, Failed):
        assert result.reason == reason


@pytest.mark.parametrize("end", DataEnd)
async def test_case62_a_lost_reply_after_the_dot_is_unknown_and_the_next_attempt_has_the_same_id(end):
    async with FakeSmtp().run() as server:
        server.ends = [end]
        assert isinstance(await send(server), Unknown)
        assert isinstance(await send(server), Sent)
    first, second = (email.message_from_bytes(letter.data) for letter in server.letters)
    assert first["Message-ID"] == second["Message-ID"] == "<hub.7@example.com>"


async def test_nobody_at_the_address_means_later():
    assert isinstance(await sender(FakeSmtp(port=1)).send(composed(), NOW), Later)


async def test_case71_a_server_that_accepts_and_says_nothing_means_later():
    left = asyncio.Event()

    async def silent(reader, writer):
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert isinstance(await sender(FakeSmtp(port=port)).send(composed(), NOW), Later)
        await left.wait()


async def test_case70_without_starttls_no_password_and_no_letter_crosses_the_wire():
    async with FakeSmtp().run() as server:
        result = await send(server, plain_hosts=())
    assert isinstance(result, Failed) and result.is_connection_fault
    assert b"AUTH" not in server.wire and b"MAIL" not in server.wire


async def test_case70_starttls_protects_login_and_letter(tmp_path):
    pem = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    async with FakeSmtp().run(context, has_starttls=True) as server:
        assert isinstance(await send(server, plain_hosts=(), ca_file=str(pem)), Sent)


async def test_case70_an_unknown_certificate_is_a_fault_of_the_connection(tmp_path):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(make_certificate(tmp_path))
    async with FakeSmtp().run(context, has_starttls=True) as server:
        result = await send(server, plain_hosts=())
    assert isinstance(result, Failed) and result.is_connection_fault
    assert b"AUTH" not in server.wire


async def test_a_wrong_password_is_a_fault_of_the_connection_and_stays_secret():
    async with FakeSmtp().run() as server:
        result = await send(server, password="wrong-secret")
    assert isinstance(result, Failed) and result.is_connection_fault
    assert "wrong-secret" not in result.explanation


async def test_case73_a_letter_over_the_announced_size_is_not_offered():
    async with FakeSmtp(size_limit=300).run() as server:
        result = await send(server)
    assert isinstance(result, Failed) and result.reason == "too_large"
    assert b"MAIL" not in server.wire


async def test_a_kept_connection_serves_the_next_letter():
    async with FakeSmtp().run() as server:
        kept = sender(server, replace(SHORT, idle=timedelta(hours=1)))
        assert [type(await kept.send(composed(), NOW)) for _ in range(3)] == [Sent] * 3
        await kept.close()
    assert server.connections == 1


@pytest.mark.parametrize("idle", [timedelta(0), timedelta(hours=1)])
async def test_a_kept_connection_that_died_is_replaced_before_anything_is_sent(idle):
    async with FakeSmtp().run() as server:
        kept = sender(server, replace(SHORT, idle=idle))
        await kept.send(composed(), NOW)
        server.drop_connections()
        assert isinstance(await kept.send(composed(), NOW), Sent)
        await kept.close()
    assert len(server.letters) == 2


def parsed(message=MESSAGE, **changes):
    return email.message_from_bytes(composed(message, **changes).data, policy=email.policy.default)


def mail(**changes):
    return replace(MESSAGE, mail=replace(MAIL, **changes))


def test_the_letter_answers_in_its_thread_and_is_marked_as_ours():
    found = parsed(mail(in_reply_to="2@example.ru", references=("1@example.ru",)))
    assert (found["Subject"], found["From"]) == ("Re: Цена", "Ромашка <sales@example.com>")
    assert (found["In-Reply-To"], found["References"]) == ("<2@example.ru>", "<1@example.ru> <2@example.ru>")
    assert (found["X-Loop"], found["Auto-Submitted"]) == ("sales@example.com", None)
    assert found.get_content().strip() == "Цена 100 ₽"


def test_ids_as_the_hub_keeps_them_become_what_the_client_knows():
    kept = external_id("2@example.ru", b"letter")
    made_up = external_id(synthetic_id(b"x"), b"x")
    data = composed(mail(message_id="d41d8cd9", in_reply_to=kept, references=(made_up, kept))).data
    assert data.startswith(
        b"Message-ID: <d41d8cd9@example.com>\r\nIn-Reply-To: <2@example.ru>\r\nReferences: <2@example.ru>\r\n"
    )
    assert composed(mail(message_id="d41d8cd9")).message_id == "d41d8cd9@example.com"


def test_long_ids_are_never_folded_into_encoded_words():
    long = f"{'A' * 90}@AM0PR04MB1234.eurprd04.prod.outlook.com"
    data = composed(mail(in_reply_to=long, references=tuple(f"{n}{long}" for n in range(40)))).data
    assert f"In-Reply-To: <{long}>\r\n".encode() in data
    assert data.count(b"prod.outlook.com>\r\n") == 21
    assert max(map(len, data.split(b"\r\n"))) < 998


def test_case55_automatic_texts_tell_other_robots_not_to_answer():
    found = parsed(mail(is_automatic=True))
    assert (found["Auto-Submitted"], found["X-Auto-Response-Suppress"]) == ("auto-replied", "All")


def test_case106_no_header_can_be_smuggled_in_by_names_subjects_or_ids():
    evil = "x\r\nBcc: all@example.org\r\n\r\nbody"
    found = parsed(replace(mail(subject=evil, to_name=evil, in_reply_to=evil), author_name=evil))
    assert found["Bcc"] is None
    assert found["In-Reply-To"] is None
    with pytest.raises(PermanentFailure):
        composed(mail(message_id=evil))
    with pytest.raises(PermanentFailure):
        composed(mail(to=f"a@example.ru\r\nBcc: {evil}"))


def test_a_foreign_domain_becomes_its_ascii_form_and_a_foreign_name_is_refused():
    assert composed(mail(to="ivan@пример.рф")).recipient == "ivan@xn--e1afmkfd.xn--p1ai"
    with pytest.raises(PermanentFailure):
        composed(mail(to="иван@example.ru"))


OUR_MAILBOX = replace(mailbox_settings().mailbox, mark_key=OUR_KEY)


@pytest.mark.parametrize("message_id", ["hub.7@example.com", "hub.7", "x'\"%=" + "7" * 300])
def test_case57_an_echo_of_our_own_letter_is_ignored(message_id):
    assert letter_events(Payload(composed(mail(message_id=message_id)).data, NOW, {}), OUR_MAILBOX) == ()


@pytest.mark.parametrize(
    "forged",
    [
        (b"X-Hub-Message: ", b"X-Hub-Message: 1\r\nX-Was: "),
        (b"X-Hub-Message: ", b"X-Hub-Message: \xff\r\nX-Was: "),
        (b"X-Hub-Message: ", b"X-Was: "),
        (b"<hub.7@example.com>", b"<hub.8@example.com>"),
        (b"From: ", b"From: ivan@example.ru\r\nX-Was: "),
    ],
    ids=["unkeyed", "not ASCII", "none", "of another letter", "from a stranger"],
)
def test_a_letter_that_does_not_prove_to_be_ours_is_never_swallowed(forged):
    data = composed().data.replace(*forged)
    assert len(letter_events(Payload(data, NOW, {}), OUR_MAILBOX)) == 1


@pytest.mark.parametrize("key", [b"", b"o" * 32])
def test_a_mark_of_another_key_proves_nothing(key):
    found = letter_events(Payload(composed().data, NOW, {}), replace(OUR_MAILBOX, mark_key=key))
    assert len(found) == 1


def test_a_mailbox_is_never_printed_with_its_key():
    assert "kkk" not in repr(OUR_MAILBOX) + repr(Seals(mark_key=OUR_KEY))


def channel_of(settings) -> EmailChannel:
    return EmailChannel(settings, make_context(Http()))


async def test_case73_the_channel_sends_files_and_refuses_what_it_cannot_carry():
    file = Attachment(AttachmentKind.document, "Счёт №5.pdf", "application/pdf", 10, sha256="abc")
    async with FakeSmtp().run() as server:
        channel = channel_of(mailbox_settings(smtp_port=server.port))
        assert isinstance(await channel.send(replace(MESSAGE, attachments=(file,))), Sent)
        for refused in (
            replace(MESSAGE, mail=None),
            replace(MESSAGE, text="x" * 300_000),
            replace(MESSAGE, attachments=(replace(file, kind=AttachmentKind.sticker),)),
            replace(MESSAGE, attachments=(replace(file, size_bytes=30_000_000),)),
            replace(MESSAGE, attachments=(replace(file, sha256=""),)),
        ):
            assert isinstance(await channel.send(refused), Failed)
        await channel.close()
    (sent,) = server.letters
    (event,) = channel_of(mailbox_settings(address="other@example.com")).parse(Raw(sent.data, NOW))
    assert isinstance(event, InboundMessage)
    assert [attachment.name for attachment in event.attachments] == ["Счёт №5.pdf"]
    assert channel.embedded_files(Raw(sent.data, NOW))[event.attachments[0].provider_ref] == b"file abc"
