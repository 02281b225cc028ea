import asyncio
import logging
import ssl
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from hub.channels.base import Raw
from hub.channels.email.events import MAILBOX_HEADER, STUB_HEADER
from hub.channels.email.imap import ImapPoller, Suspects
from hub.channels.email.imap_session import compact_set
from hub.domain.errors import AuthenticationFailed, TemporaryFailure
from hub.testing.mail.imap_server import FakeImap, Fault
from tests.channels.email.letters import letter
from tests.channels.email.servers import CONTEXT, NOW, mailbox_settings, make_certificate

DAY = timedelta(days=1)


@pytest.fixture
async def server():
    async with FakeImap().run() as running:
        yield running


def poller(server, suspects=None, patience=timedelta(seconds=5), context=CONTEXT, **changes):
    settings = mailbox_settings(imap_port=server.port, **changes)
    return ImapPoller(settings, context, suspects=suspects or Suspects(), patience=patience)


async def first_contact(server, **changes):
    """Return the cursor a new connection begins with."""
    async with aclosing(poller(server, **changes).batches({})) as batches:
        return (await anext(batches)).cursor


async def collect(server, cursor, count, *, suspects=None, **changes):
    """Return the first `count` letters behind a cursor and the cursor after them."""
    found = []
    async with aclosing(poller(server, suspects, **changes).batches(cursor)) as batches:
        async for batch in batches:
            found += batch.raws
            cursor = batch.cursor
            if len(found) >= count:
                return found, cursor
    raise AssertionError


def uids(raws):
    return [int(raw.headers[MAILBOX_HEADER].split(":")[1]) for raw in raws]


def fill(server, count, *, at=NOW):
    for number in range(count):
        server.deliver(letter(f"Subject: {number}", body=f"letter {number}"), at)


async def test_fr7_first_contact_begins_at_now_and_brings_no_old_letter(server):
    fill(server, 300)
    cursor = await first_contact(server)
    fill(server, 1)
    found, _ = await collect(server, cursor, 1)
    assert uids(found) == [301]


async def test_case42_letters_that_come_while_the_hub_is_down_are_found(server):
    cursor = await first_contact(server)
    fill(server, 250)
    found, cursor = await collect(server, cursor, 250)
    assert uids(found) == list(range(1, 251))
    assert cursor["uid"] == 250


async def test_fr7_history_is_imported_on_request_only_as_young_as_asked(server):
    server.deliver(letter(body="old"), NOW - 30 * DAY)
    fill(server, 3, at=NOW - DAY)
    async with aclosing(poller(server, history_days=7).batches({})) as batches:
        start = await anext(batches)
        past = await anext(batches)
        server.deliver(letter(body="new"), NOW)
        now = await anext(batches)
    assert (list(start.raws), past.is_history, uids(past.raws)) == ([], True, [2, 3, 4])
    assert (now.is_history, uids(now.raws)) == (False, [5])


async def test_history_goes_on_after_a_restart_where_it_was(server):
    fill(server, 150, at=NOW - DAY)
    async with aclosing(poller(server, history_days=7).batches({})) as batches:
        await anext(batches)
        first = await anext(batches)
    async with aclosing(poller(server, history_days=7).batches(first.cursor)) as batches:
        second = await anext(batches)
    assert second.is_history
    assert uids(second.raws) == list(range(101, 151))


async def test_fr7_case43_nothing_we_ask_can_set_a_flag(server):
    cursor = await first_contact(server)
    fill(server, 3)
    await collect(server, cursor, 3)
    assert not [asked for asked in server.asked if asked.startswith(("SELECT", "UID STORE", "UID COPY", "UID EXPUNGE"))]
    assert all("BODY.PEEK" in asked for asked in server.asked if "BODY" in asked)
    assert server.asked[-1].startswith("LOGOUT") or server.asked[-1].startswith("UID FETCH")


async def test_a_pushed_letter_arrives_at_once(server):
    cursor = await first_contact(server)
    async with aclosing(poller(server).batches(cursor)) as batches:
        waiting = asyncio.ensure_future(anext(batches))
        await until(lambda: any(asked.startswith("IDLE") for asked in server.asked))
        server.deliver(letter(body="pushed"), NOW)
        batch = await asyncio.wait_for(waiting, 5)
    assert uids(batch.raws) == [1]


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_case42_a_backlog_is_fetched_in_windows_and_the_cursor_moves_with_each(server):
    cursor = await first_contact(server)
    fill(server, 230)
    seen = []
    async with aclosing(poller(server).batches(cursor)) as batches:
        async for batch in batches:
            seen.append((len(batch.raws), batch.cursor["uid"]))
            if batch.cursor["uid"] == 230:
                break
    assert seen == [(100, 100), (200 - 100, 200), (30, 230)]


async def test_case44_a_renumbered_mailbox_is_read_again_from_the_first_contact_on(server):
    server.deliver(letter("Date: Fri, 20 Nov 2026 10:00:00 +0000", body="old"), NOW - DAY)
    cursor = await first_contact(server)
    fill(server, 2, at=NOW + timedelta(minutes=1))
    _, cursor = await collect(server, cursor, 2)
    server.deliver(letter(body="during"), NOW + timedelta(minutes=2))
    server.renumber(1800000000)
    found, cursor = await collect(server, cursor, 3)
    assert [raw.headers[MAILBOX_HEADER] for raw in found] == ["1800000000:2", "1800000000:3", "1800000000:4"]
    assert (cursor["uidvalidity"], cursor["rescan_to"]) == (1800000000, 0)


async def test_case44_an_old_letter_with_a_fresh_arrival_comes_as_history(server):
    server.deliver(letter("Date: Fri, 20 Nov 2026 10:00:00 +0000", body="old"), NOW + DAY)
    cursor = {**await first_contact(server), "uidvalidity": 5}
    async with aclosing(poller(server).batches(cursor)) as batches:
        await anext(batches)
        batch = await anext(batches)
    assert (batch.is_history, uids(batch.raws)) == (True, [1])


async def test_case45_a_lying_uidnext_neither_repeats_nor_loses_letters(server):
    fill(server, 5)
    server.wrong_uidnext = 2
    cursor = await first_contact(server)
    fill(server, 1)
    found, cursor = await collect(server, cursor, 1)
    fill(server, 1)
    again, _ = await collect(server, cursor, 1)
    assert (uids(found), uids(again)) == ([6], [7])


async def test_case50_a_letter_over_the_limit_comes_as_its_headers(server):
    cursor = await first_contact(server)
    server.deliver(letter("Subject: huge", body="x" * 1_200_000), NOW)
    (found,), _ = await collect(server, cursor, 1, size_limit_mb=1)
    assert b"Subject: huge" in found.body
    assert len(found.body) < 1000
    assert "1200" in found.headers[STUB_HEADER]


@pytest.mark.parametrize("command", ["GREETING", "LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH", "IDLE", "NOOP"])
@pytest.mark.parametrize("fault", [Fault.bye, Fault.drop, Fault.reset, Fault.huge, Fault.no])
async def test_case40_case50_a_failing_server_is_a_temporary_failure_wherever_it_fails(server, command, fault):
    cursor = await first_contact(server)
    fill(server, 1)
    server.faults[command] = [fault]
    with pytest.raises((TemporaryFailure, AuthenticationFailed)):
        await drain(server, cursor)


async def drain(server, cursor, **changes):
    """Poll until the server fails; whoever comes to the third round was not hurt."""
    async with asyncio.timeout(10), aclosing(poller(server, **changes).batches(cursor)) as batches:
        async for _ in batches:
            if not any(server.faults.values()):
                return
            server.deliver(letter(body="more"), NOW)


@pytest.mark.parametrize("command", ["EXAMINE", "UID FETCH", "IDLE"])
@pytest.mark.parametrize("fault", [Fault.hang, Fault.trickle])
async def test_case40_case47_a_silent_or_trickling_server_is_left_after_a_total_deadline(server, command, fault):
    cursor = await first_contact(server)
    fill(server, 1)
    server.faults[command] = [fault]
    with pytest.raises(TemporaryFailure, match="no answer"):
        await drain(server, cursor, patience=timedelta(seconds=0.3))


async def test_case41_one_letter_that_breaks_the_connection_does_not_stop_the_others(server):
    cursor = await first_contact(server)
    fill(server, 3)
    server.fatal_uid = 2
    suspects = Suspects()
    found: list[Raw] = []
    for _ in range(12):
        try:
            async with aclosing(poller(server, suspects).batches(cursor)) as batches:
                while cursor["uid"] < 3:
                    batch = await anext(batches)
                    found, cursor = [*found, *batch.raws], batch.cursor
                break
        except TemporaryFailure:
            continue
    assert uids(found) == [1, 2, 3]
    assert found[1].body == b"", "it is parked with its place in the mailbox"


async def test_case48_wrong_credentials_pause_the_connection_and_are_not_in_the_message(server):
    with pytest.raises(AuthenticationFailed) as caught:
        await first_contact(server, password="wrong-password")
    assert "wrong-password" not in str(caught.value)


async def test_case40_a_loss_is_noticed_over_tls(tmp_path):
    pem = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    async with FakeImap().run(context) as server:
        cursor = await first_contact(server, plain_hosts=(), ca_file=str(pem))
        server.faults["IDLE"] = [Fault.drop]
        with pytest.raises(TemporaryFailure):
            await collect(server, cursor, 1, plain_hosts=(), ca_file=str(pem))


async def test_an_unknown_certificate_is_refused(tmp_path):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(make_certificate(tmp_path))
    async with FakeImap().run(context) as server:
        with pytest.raises(TemporaryFailure):
            await first_contact(server, plain_hosts=())
        assert not [asked for asked in server.asked if asked.startswith("LOGIN")]


async def test_no_secret_and_no_letter_in_the_log(server, caplog):
    with caplog.at_level(logging.DEBUG):
        cursor = await first_contact(server)
        fill(server, 1)
        await collect(server, cursor, 1)
    assert "app-password-1" not in caplog.text
    assert "letter 0" not in caplog.text


def test_uids_are_asked_for_in_ranges():
    assert compact_set([5, 7, 6, 9, 1]) == "1,5:7,9"


@dataclass
class MovingClock:
    instant: datetime = NOW

    def now(self):
        return self.instant


async def compared(server, known, *, arrived_at=NOW):
    """Return what a comparison yields after three letters were read of which the store has only `known`."""
    clock, asked = MovingClock(), []

    async def find_known(ids):
        asked.append(list(ids))
        return frozenset(known)

    context = replace(CONTEXT, clock=clock, find_known=find_known)
    start = await first_contact(server)
    async with aclosing(poller(server, context=context).batches(start)) as batches:
        fill(server, 3, at=arrived_at)
        await anext(batches)
        clock.instant += timedelta(minutes=11)
        return await anext(batches), asked


def ids(*uids):
    return {f"1700000000:{uid}" for uid in uids}


async def test_case12_a_letter_behind_the_cursor_that_was_never_stored_is_found_by_comparing(server):
    found, asked = await compared(server, ids(1, 3))
    assert (uids(found.raws), found.compared.overlooked, asked) == ([2], 1, [sorted(ids(1, 2, 3))])


async def test_case12_where_nothing_is_missing_the_comparison_brings_nothing(server):
    found, _ = await compared(server, ids(1, 2, 3))
    assert (list(found.raws), found.compared.overlooked) == ([], 0)


async def test_case12_letters_of_before_the_first_contact_do_not_hide_one_that_is_missing(server):
    fill(server, 150, at=NOW - timedelta(minutes=1))
    found, _ = await compared(server, ids(*range(1, 151), 152, 153) - ids(*range(1, 151)))
    assert uids(found.raws) == [151]


async def test_fr7_a_letter_of_before_the_first_contact_is_not_missing(server):
    found, _ = await compared(server, set(), arrived_at=NOW - timedelta(minutes=1))
    assert list(found.raws) == []
