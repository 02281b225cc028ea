import email

import pytest
from flufl.bounce import scan_message

from hub.channels.email.events import ARRIVED_HEADER, MAILBOX_HEADER, STUB_HEADER, Mailbox, Payload, letter_events
from hub.channels.email.events import peek_order_key as order_key
from hub.domain.errors import PayloadInvalid
from hub.domain.identity import ProofLevel
from hub.domain.inbound import DeliveryReport, ReportState
from hub.domain.message import AttachmentKind, MessageKind
from tests.channels.email.letters import letter, multipart, part
from tests.channels.email.servers import NOW, only_message

OURS = Mailbox(frozenset({"sales@example.com", "group@example.com"}), "mx.example.com")


def read(raw, mailbox=OURS, **headers):
    return letter_events(Payload(raw, NOW, headers), mailbox)


def message(*headers, body="x", **options):
    return only_message(read(letter(*headers, body=body), **options))


def test_a_letter_becomes_a_message_with_what_threading_needs():
    found = message(
        "To: sales+r-abcdefghijklmnop@example.com, Boss@Example.RU",
        "Subject: Re: Отв: [EXTERNAL] Цена",
        "Message-ID: <3@example.ru>",
        "In-Reply-To: <2@example.com>",
        "References: <1@example.ru> <2@example.com>",
    )
    assert found.mail is not None
    assert (found.thread, found.thread_title) == ("1@example.ru", "Цена")
    assert (found.mail.reply_token, found.mail.in_reply_to) == ("r-abcdefghijklmnop", "2@example.com")
    assert found.mail.recipients[1] == "boss@example.ru"
    assert (found.sender.addresses[0].value, found.sender.name) == ("ivan@example.ru", "Иван")


def test_case21_the_same_message_id_with_other_words_is_another_message():
    one, two = message("Message-ID: <1@x.ru>", body="a"), message("Message-ID: <1@x.ru>", body="b")
    assert one.external_id != two.external_id


def test_the_mailbox_says_when_a_letter_came_and_not_its_date():
    headers = {ARRIVED_HEADER: "2026-11-21T10:00:00+00:00"}
    found = only_message(letter_events(Payload(letter("Date: Fri, 1 Jan 1999 00:00:00 +0000"), NOW, headers), OURS))
    assert found.occurred_at.isoformat() == "2026-11-21T10:00:00+00:00"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        (["Auto-Submitted: auto-replied"], "auto_reply"),
        (["Auto-Submitted: auto-generated"], "service"),
        (["Auto-Submitted: no"], ""),
        (["X-Autoreply: yes"], "auto_reply"),
        (["Precedence: auto_reply"], "auto_reply"),
        (["Subject: Автоответ: я в отпуске"], "auto_reply"),
        (["Subject: Automatic reply: Price"], "auto_reply"),
        (["Subject: Re: автоответчик не работает"], ""),
        (["List-Id: <news.example.org>"], "list"),
        (["Precedence: bulk"], "list"),
        (["List-Id: <group.example.com>", "Precedence: list"], ""),
        (["Return-Path: <>"], "service"),
        (["X-Loop: sales@example.com"], "service"),
        (["From: MAILER-DAEMON@x.ru", "Subject: Undelivered Mail"], "bounce"),
        ([], ""),
    ],
)
def test_fr2_automatic_letters_are_marked(headers, reason):
    assert message(*headers).automatic == reason


DSN = multipart(
    'report; report-type="delivery-status"',
    part("text/plain", "sorry"),
    part(
        "message/delivery-status",
        "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; nobody@example.ru\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 no such user\n",
    ),
    part("text/rfc822-headers", "Message-ID: <hub.4@example.com>\nSubject: x\n"),
)


def test_case56_a_bounce_is_a_report_about_our_letter():
    (report,) = read(DSN)
    assert isinstance(report, DeliveryReport)
    assert (report.message, report.state) == ("hub.4@example.com", ReportState.failed)
    assert report.reason == "5.1.1 550 no such user"


def test_case56_our_reader_of_reports_sees_what_the_oracle_sees():
    assert scan_message(email.message_from_bytes(DSN)) == {b"nobody@example.ru"}
    assert len(read(DSN)) == 1


def test_a_delayed_letter_is_no_failure():
    assert only_message(read(DSN.replace(b"Action: failed", b"Action: delayed"))).automatic == "bounce"


@pytest.mark.parametrize(
    "body",
    [
        "Hi. This is the qmail-send program.\n550 no such user\n--- Below this line is a copy of the message.\n\n"
        "Message-ID: <hub.4@example.com>\nSubject: x\n",
        "Письмо не доставлено: 5.1.1 нет такого ящика\n\n> Message-Id: <hub.4@example.com>\n",
    ],
)
def test_case56_bounces_that_are_no_reports_are_known_by_what_they_return(body):
    (report,) = read(letter("From: MAILER-DAEMON@x.ru", "Subject: failure notice", body=body))
    assert isinstance(report, DeliveryReport)
    assert (report.message, report.state) == ("hub.4@example.com", ReportState.failed)


def test_a_reading_receipt_says_read():
    raw = multipart(
        "report; report-type=disposition-notification",
        part("text/plain", "read"),
        part(
            "message/disposition-notification",
            "Original-Message-ID: <hub.4@example.com>\nDisposition: m/x; displayed\n",
        ),
    )
    (report,) = read(raw)
    assert isinstance(report, DeliveryReport)
    assert (report.message, report.state) == ("hub.4@example.com", ReportState.read)


def level(*results, mailbox=OURS):
    headers = [f"Authentication-Results: {result}" for result in results]
    return only_message(read(letter(*headers, body="x"), mailbox)).sender.addresses[0].level


def test_case94_only_our_receiver_proves_a_sender():
    passed = "mx.example.com; dmarc=pass header.from=example.ru"
    assert level(passed) is ProofLevel.proven
    assert level("evil.example; dmarc=pass header.from=example.ru") is ProofLevel.claimed
    assert level("mx.example.com; dmarc=fail header.from=example.ru", passed) is ProofLevel.claimed
    assert level("mx.example.com; dmarc=pass header.from=other.ru") is ProofLevel.claimed
    assert level("mx.example.com; spf=pass (dmarc=pass)") is ProofLevel.claimed
    assert level(passed, mailbox=Mailbox(OURS.addresses)) is ProofLevel.claimed
    assert level() is ProofLevel.claimed


def test_s4_a_letter_from_our_own_address_is_an_answer_of_the_business_where_our_receiver_vouches_for_it():
    ours = ("From: Анна <Sales@example.com>", "To: ivan@example.ru")
    passed = "Authentication-Results: mx.example.com; dmarc=pass header.from=example.com"

    assert message(*ours, passed).is_staff
    assert not message(*ours).is_staff
    assert not message(*ours, passed.replace("mx.example", "mx.evil")).is_staff


def test_a_reply_address_is_kept_as_a_claim():
    found = message("From: noreply@shop.example", "Reply-To: buyer@example.ru")
    assert [(a.value, a.level) for a in found.sender.addresses] == [
        ("noreply@shop.example", ProofLevel.claimed),
        ("buyer@example.ru", ProofLevel.claimed),
    ]


def test_a_letter_of_files_alone_is_media():
    raw = multipart("mixed", part("image/jpeg", b"\xff\xd8", "Content-Disposition: attachment; filename=a.jpg"))
    found = only_message(read(raw))
    assert (found.kind, found.attachments[0].kind) == (MessageKind.media, AttachmentKind.photo)


def test_case50_a_letter_too_big_to_fetch_announces_itself():
    payload = Payload(letter("Subject: huge"), NOW, {STUB_HEADER: '{"size_bytes": 60000000}', MAILBOX_HEADER: "1:2"})
    (stub,) = only_message(letter_events(payload, OURS)).attachments
    assert (stub.size_bytes, stub.provider_ref) == (60_000_000, "")
    assert "60 МБ" in stub.note


def test_an_empty_letter_is_refused():
    with pytest.raises(PayloadInvalid):
        read(b" \r\n")


def test_letters_of_a_client_and_answers_to_him_share_their_order_key():
    first = letter("To: sales@example.com", sender="Иван <Ivan@Example.ru>")
    again = letter("To: sales@example.com", "In-Reply-To: <2@example.com>", sender="ivan@example.ru")
    colleague = letter("To: Иван\r\n <ivan@example.ru>", "Cc: sales@example.com", sender="anna@example.com")
    assert {order_key(each, "example.com") for each in (first, again, colleague)} == {"ivan@example.ru"}


def test_a_letter_between_our_own_addresses_is_ordered_by_its_sender_and_one_without_any_by_its_bytes():
    assert order_key(letter("To: sales@example.com", sender="anna@example.com"), "example.com") == "anna@example.com"
    assert order_key(b"\xff\0", "example.com") == order_key(b"\xff\0", "example.com") != order_key(b"\xff", "")
