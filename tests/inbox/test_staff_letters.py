"""Letters in the name of our own people: one counts as an answer only where our receiver vouches for it (S4, M-15)."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from hub.channels.base import Context, Raw
from hub.channels.email.channel import EmailChannel
from hub.channels.email.events import MAILBOX_HEADER
from hub.domain.ids import ConnectionId, ManagerId
from hub.hints.local import LocalRates
from hub.inbox.accept import offer
from hub.inbox.process import Processor, parse_here
from hub.net.http import Http
from tests.channels.email.letters import letter
from tests.channels.email.servers import mailbox_settings
from tests.inbox.desk import Desk

MAILBOX = ConnectionId(2)
ANNA, OURS = "anna@example.com", "sales@example.com"
VOUCHED = "Authentication-Results: mx.example.com; dmarc=pass header.from=example.com"
FORGED = "Authentication-Results: mx.evil.example; dmarc=pass header.from=example.com"
Arrives = Callable[..., Coroutine[Any, Any, None]]


@pytest.fixture
async def arrives(desk: Desk) -> Arrives:
    """Take in letters of the thread that Ivan began; Anna is one of us."""
    settings = mailbox_settings(authserv_id="mx.example.com")
    http = Http("")
    channel = EmailChannel(
        settings, Context(MAILBOX, "sales", desk.clock, http, LocalRates(), desk.acceptor.files.read)
    )
    office = replace(desk, processor=Processor(desk.office, desk.acceptor.files, lambda _: channel, parse_here))
    desk.staff[("email", "", ANNA)] = ManagerId((await desk.one("managers", "key = 'anna'"))["id"])

    async def arrives(number: int, *headers: str, text: str = "") -> None:
        ids = (f"Message-ID: <{number}@x.ru>", "References: <1@x.ru>")
        body = letter(*ids, *headers, body=text or f"Письмо {number}")
        raw = Raw(body, office.now, {MAILBOX_HEADER: f"1:{number}"})
        await office.acceptor.accept([offer(MAILBOX, channel, raw)])
        await office.process()

    await arrives(1, f"To: {OURS}")
    return arrives


FORWARD = "Возьмите\n\n---------- Forwarded message ---------\nFrom: Пётр <petr@example.ru>\n\nЦена?"


async def test_edge40_only_a_colleague_our_receiver_vouches_for_brings_a_client(desk: Desk, arrives: Arrives) -> None:
    head = ("Subject: Fwd: x", f"To: {OURS}")
    await arrives(2, f"From: {ANNA}", *head, VOUCHED, text=FORWARD)
    await arrives(3, f"From: {ANNA}", *head, FORGED, text=FORWARD)
    await arrives(4, "From: oleg@example.ru", *head, text=FORWARD)

    found = {row["value"] for row in await desk.rows("identities")}
    assert found == {"ivan@example.ru", "petr@example.ru", ANNA, "oleg@example.ru"}
    assert (await desk.one("contacts", "name = 'Пётр'"))["id"] == (
        await desk.one("identities", "value = 'petr@example.ru'")
    )["contact_id"]


@pytest.mark.parametrize("sender", [ANNA, OURS])
async def test_s4_case60_a_letter_of_ours_in_copy_stops_the_wait_when_our_receiver_vouches_for_it(
    desk: Desk, arrives: Arrives, sender: str
) -> None:
    await arrives(2, f"From: {sender}", "To: ivan@example.ru", f"Cc: {OURS}", VOUCHED)

    assert (await desk.one("waits"))["state"] == "answered"
    assert len(await desk.rows("contacts")) == 1


@pytest.mark.parametrize("sender", [ANNA, OURS])
@pytest.mark.parametrize("proof", ["X-Nothing: told", FORGED])
async def test_m15_a_forged_letter_in_our_name_stops_no_wait_and_is_there_to_see(
    desk: Desk, arrives: Arrives, sender: str, proof: str
) -> None:
    await arrives(2, f"From: {sender}", "To: ivan@example.ru", f"Cc: {OURS}", proof)

    ivan = await desk.one("identities", "value = 'ivan@example.ru'")
    assert (await desk.one("waits", "contact_id = $1", ivan["contact_id"]))["state"] == "open"
    forged = await desk.one("messages", "text = 'Письмо 2'")
    assert (forged["direction"], forged["conversation_id"] is not None) == ("inbound", True)


async def test_m15_a_reply_address_of_ours_makes_nobody_one_of_us(desk: Desk, arrives: Arrives) -> None:
    vouched = "Authentication-Results: mx.example.com; dmarc=pass header.from=evil.example"
    await arrives(2, "From: eve@evil.example", f"Reply-To: {ANNA}", f"To: {OURS}", vouched)

    assert await desk.rows("waits", "state = 'answered'") == []
