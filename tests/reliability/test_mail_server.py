"""Mail servers that fall silent, pour without end, count from anew or have no place left (cases 40 to 50)."""

import tracemalloc
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

import pytest

from hub.channels.base import Raw
from hub.channels.email.channel import EmailChannel
from hub.channels.email.imap import ImapPoller, Suspects
from hub.domain.errors import AuthenticationFailed, TemporaryFailure
from hub.testing.mail.imap_server import FakeImap, Fault
from tests.channels.email.letters import letter
from tests.channels.email.servers import CONTEXT, NOW, mailbox_settings, only_message
from tests.channels.email.test_imap import collect, fill, first_contact, uids

SOON = timedelta(seconds=0.05)


@pytest.fixture
async def server() -> AsyncIterator[FakeImap]:
    async with FakeImap().run() as running:
        yield running


async def test_case40_a_server_that_takes_idle_and_pushes_nothing_is_looked_at_all_the_same(server: FakeImap) -> None:
    server.is_deaf = True
    cursor = await first_contact(server)
    settings = mailbox_settings(imap_port=server.port)
    patient = ImapPoller(settings, CONTEXT, suspects=Suspects(), idle_round=SOON)
    async with aclosing(patient.batches(cursor)) as batches:
        found: list[Raw] = []
        for number in range(3):
            server.deliver(letter(body=f"letter {number}"), NOW)
            found += (await anext(batches)).raws

    assert uids(found) == [1, 2, 3]
    assert [asked for asked in server.asked if asked.startswith("NOOP")], "it asked, nobody had told it"


@pytest.mark.parametrize("waiting", [1_200, pytest.param(5_000, marks=pytest.mark.slow)])
async def test_case42_everything_that_waits_after_an_outage_is_fetched_however_much_and_however_old(
    server: FakeImap, waiting: int
) -> None:
    cursor = await first_contact(server)
    fill(server, waiting - 1, at=NOW - timedelta(days=40))
    fill(server, 1)
    found, cursor = await collect(server, cursor, waiting)

    assert uids(found) == list(range(1, waiting + 1))
    assert cursor["uid"] == waiting


@pytest.mark.parametrize("fault", [Fault.flood, Fault.endless_line])
@pytest.mark.parametrize("command", ["EXAMINE", "UID FETCH"])
async def test_case50_a_server_that_pours_without_end_is_left_before_it_fills_the_memory(
    server: FakeImap, command: str, fault: Fault
) -> None:
    cursor = await first_contact(server)
    fill(server, 1)
    server.faults[command] = [fault]
    tracemalloc.start()
    with pytest.raises(TemporaryFailure) as caught:
        await collect(server, cursor, 1, size_limit_mb=1)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "no answer" not in str(caught.value), "what ended it is its size, not the time"
    assert most < 150_000_000


async def test_case50_lines_without_end_are_left_too(server: FakeImap) -> None:
    cursor = await first_contact(server)
    server.faults["EXAMINE"] = [Fault.endless_lines]
    with pytest.raises(TemporaryFailure):
        await collect(server, cursor, 1, size_limit_mb=1)

    assert server.poured_bytes < 60_000_000


async def test_case49_a_server_without_a_place_is_waited_out_and_its_mailbox_not_paused(server: FakeImap) -> None:
    cursor = await first_contact(server)
    for command in ("GREETING", "LOGIN", "EXAMINE"):
        server.faults[command] = [Fault.crowded]
        with pytest.raises(TemporaryFailure) as caught:
            await collect(server, cursor, 1)
        assert not isinstance(caught.value, AuthenticationFailed)

    fill(server, 1)
    found, _ = await collect(server, cursor, 1)
    assert uids(found) == [1]


@pytest.mark.parametrize("fault", [Fault.no, Fault.drop, Fault.reset, Fault.bye, Fault.hang])
async def test_case49_one_connection_at_a_time_and_none_is_left_behind(server: FakeImap, fault: Fault) -> None:
    cursor = await first_contact(server)
    fill(server, 1)
    for command in ("EXAMINE", "UID SEARCH", "UID FETCH", "IDLE"):
        server.faults[command] = [fault]
        with pytest.raises(TemporaryFailure):
            await collect(server, cursor, 2, patience=timedelta(seconds=0.5))
    await collect(server, cursor, 1)

    assert server.most_at_once == 1
    assert server.open_now == 0


async def test_case45_without_uidvalidity_a_rebuilt_mailbox_loses_no_letter(server: FakeImap) -> None:
    server.uidvalidity = 0
    cursor = await first_contact(server)
    fill(server, 3, at=NOW + timedelta(minutes=1))
    found, cursor = await collect(server, cursor, 3)
    del server.letters[0]
    server.renumber(0)
    server.deliver(letter("Subject: new", body="came with a number that was there before"), NOW + timedelta(minutes=2))
    assert [each.uid for each in server.letters] == [1, 2, 3]
    again, _ = await collect(server, cursor, 3)

    ids = {channel_of(server).peek(raw).event_id for raw in [*found, *again]}
    assert len(ids) == 4, "four letters, however often each was read"


async def test_case44_a_letter_read_again_under_another_number_is_the_same_event_to_the_hub(server: FakeImap) -> None:
    cursor = await first_contact(server)
    fill(server, 2, at=NOW + timedelta(minutes=1))
    before, cursor = await collect(server, cursor, 2)
    server.renumber(1800000000)
    after, _ = await collect(server, cursor, 2)

    channel = channel_of(server)
    ids = [[only_message(channel.parse(raw)).external_id for raw in raws] for raws in (before, after)]
    assert ids[0] == ids[1]


def channel_of(server: FakeImap) -> EmailChannel:
    return EmailChannel(mailbox_settings(imap_port=server.port), CONTEXT)
