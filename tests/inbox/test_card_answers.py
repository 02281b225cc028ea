"""A manager's reply to a card by e-mail: from their own proven mailbox, once, and never a client's request."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from hub.channels.base import Context, Raw
from hub.channels.email.channel import EmailChannel
from hub.channels.email.events import MAILBOX_HEADER
from hub.domain.ids import ConnectionId, ConversationId, ManagerId
from hub.domain.reply_line import REPLY_LINE
from hub.hints.local import LocalRates
from hub.inbox.accept import offer
from hub.inbox.card_letters import remember_letter
from hub.inbox.process import Processor, parse_here
from hub.net.http import Http
from tests.channels.email.letters import letter
from tests.channels.email.servers import mailbox_settings
from tests.inbox.desk import Desk, says

MAILBOX = ConnectionId(2)
ANNA, IVAN, OURS = "anna@example.org", "ivan@example.org", "sales@example.com"
VOUCHED = "Authentication-Results: mx.example.com; dmarc=pass header.from=example.org"
TO_CARD = "In-Reply-To: <card@example.com>"
Arrives = Callable[..., Coroutine[Any, Any, None]]


@pytest.fixture
async def arrives(desk: Desk) -> Arrives:
    """Take in letters; Maria has written in Telegram, and her card went to Anna by e-mail."""
    settings = mailbox_settings(authserv_id="mx.example.com")
    context = Context(MAILBOX, "sales", desk.clock, Http(""), LocalRates(), desk.acceptor.files.read)
    channel = EmailChannel(settings, context)
    office = replace(desk, processor=Processor(desk.office, desk.acceptor.files, lambda _: channel, parse_here))
    for key, address in (("anna", ANNA), ("ivan", IVAN)):
        desk.staff[("email", "", address)] = ManagerId((await desk.one("managers", f"key = '{key}'"))["id"])
    await desk.receive(says("Сколько стоит?", at=desk.now))
    conversation_id = ConversationId((await desk.one("conversations"))["id"])
    anna = desk.staff[("email", "", ANNA)]
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", anna)
    await desk.pool.execute("UPDATE waits SET assignee_id = $1", anna)
    await remember_letter(desk.office, MAILBOX, conversation_id, manager_id=anna, ids=["card@example.com"])

    async def arrives(number: int, *headers: str, text: str = "Есть", sender: str = ANNA) -> None:
        body = letter(f"Message-ID: <{number}@x.org>", f"From: {sender}", f"To: {OURS}", *headers, body=text)
        raw = Raw(body, office.now, {MAILBOX_HEADER: f"1:{number}"})
        await office.acceptor.accept([offer(MAILBOX, channel, raw)])
        await office.process()

    return arrives


async def queued(desk: Desk) -> list[str]:
    """What goes out to the client."""
    statement = (
        "SELECT m.text FROM deliveries d JOIN messages m ON m.id = d.message_id WHERE d.lane = 'reply' ORDER BY d.id"
    )
    return [row["text"] for row in await desk.pool.fetch(statement)]


async def refusals(desk: Desk) -> list[tuple[str, str]]:
    found = await desk.rows("deliveries", "payload->>'notice' = 'mail_refused' ORDER BY id")
    return [(row["payload"]["reason"], row["payload"]["winner"]) for row in found]


async def test_s4_a_reply_from_the_managers_proven_mailbox_goes_to_the_client(desk: Desk, arrives: Arrives) -> None:
    await arrives(1, TO_CARD, VOUCHED, text=f"Есть\n\n22.11.2026 12:00 {OURS} писал:\n> {REPLY_LINE}\n> заметка")

    assert await queued(desk) == ["Есть"]
    assert (await desk.one("messages", "direction = 'outbound'"))["author"] == "person"
    assert len(await desk.rows("contacts")) == 1


async def test_one_letter_answers_once_and_another_answers_again(desk: Desk, arrives: Arrives) -> None:
    await arrives(1, TO_CARD, VOUCHED)
    await desk.pool.execute("UPDATE receipts SET state = 'new', attempt = 0 WHERE connection_id = 2")
    await desk.process()
    await arrives(1, TO_CARD, VOUCHED)
    assert await queued(desk) == ["Есть"]

    await arrives(2, TO_CARD, VOUCHED, text="И ещё")
    assert await queued(desk) == ["Есть", "И ещё"]


@pytest.mark.parametrize("proof", ["X-Nothing: told", VOUCHED.replace("pass", "fail")])
async def test_m15_a_reply_nobody_vouches_for_is_refused_by_letter(desk: Desk, arrives: Arrives, proof: str) -> None:
    await arrives(1, TO_CARD, proof)

    assert (await queued(desk), await refusals(desk)) == ([], [("unproven", "")])
    assert len(await desk.rows("contacts")) == 1


async def test_a_card_is_answered_by_nobody_but_its_manager(desk: Desk, arrives: Arrives) -> None:
    await arrives(1, TO_CARD, VOUCHED, sender=IVAN)
    await arrives(2, TO_CARD, sender="client@example.net", text="Мне переслали это")

    assert await queued(desk) == []
    assert (await desk.one("messages", "text = 'Мне переслали это'"))["direction"] == "inbound"


async def test_words_among_the_quoted_lines_are_refused(desk: Desk, arrives: Arrives) -> None:
    await arrives(1, TO_CARD, VOUCHED, text=f"> {REPLY_LINE}\n> заметка\n\nЕсть")

    assert (await queued(desk), await refusals(desk)) == ([], [("empty", "")])


async def test_r10_whoever_was_faster_is_named_in_the_refusal(desk: Desk, arrives: Arrives) -> None:
    await desk.pool.execute("UPDATE conversations SET assignee_id = $1", desk.staff[("email", "", IVAN)])
    await arrives(1, TO_CARD, VOUCHED)
    await arrives(1, TO_CARD, VOUCHED)

    assert (await queued(desk), await refusals(desk)) == ([], [("taken", "Иван")])


async def test_a_robot_that_answers_a_card_says_nothing_to_the_client(desk: Desk, arrives: Arrives) -> None:
    await arrives(1, TO_CARD, VOUCHED, "Auto-Submitted: auto-replied", text="Я в отпуске")

    assert (await queued(desk), await refusals(desk)) == ([], [])


async def test_rg4_a_card_is_nothing_to_somebody_who_has_left(desk: Desk, arrives: Arrives) -> None:
    await desk.pool.execute("UPDATE managers SET is_active = false WHERE key = 'anna'")
    await arrives(1, TO_CARD, VOUCHED)

    assert (await queued(desk), await refusals(desk)) == ([], [])


async def test_a_client_with_no_way_to_be_written_to_is_told_of(desk: Desk, arrives: Arrives) -> None:
    await desk.pool.execute("UPDATE threads SET reach = 'blocked'")
    await arrives(1, TO_CARD, VOUCHED)

    assert (await queued(desk), await refusals(desk)) == ([], [("blocked", "")])
