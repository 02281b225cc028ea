from datetime import timedelta

import pytest

from hub.channels.email import events
from hub.channels.email.child import ChildLimits, LetterPool
from hub.channels.email.events import Mailbox, Payload
from hub.domain.errors import PayloadInvalid
from tests.channels.email.letters import letter
from tests.channels.email.servers import NOW, only_message


def payload(body):
    return Payload(body, NOW, {})


@pytest.fixture
async def pool():
    running = LetterPool(limits=ChildLimits(cpu=timedelta(seconds=1)))
    yield running
    await running.close()


async def test_children_give_what_the_parser_gives_in_order(pool):
    letters = [payload(letter(f"Subject: {number}", body="текст")) for number in range(20)]
    expected = [events.letter_events(one, Mailbox()) for one in letters]
    assert await pool.parse(letters, Mailbox()) == expected


async def test_case41_case54_a_letter_over_the_limits_is_refused_and_its_neighbours_are_read(pool):
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(60))
    good, bad, also = await pool.parse([payload(b"a: b\n\nx"), payload(deep), payload(b"a: b\n\ny")], Mailbox())
    assert isinstance(bad, PayloadInvalid)
    assert (only_message(good).text, only_message(also).text) == ("x", "y")


async def test_case54_a_letter_that_needs_too_much_memory_costs_itself_alone():
    pool = LetterPool(limits=ChildLimits(memory_bytes=24_000_000))
    huge = letter("Content-Type: text/html", body="<b>x</b>" * 2_000_000)
    bad, good = await pool.parse([payload(huge), payload(b"a: b\n\nfine")], Mailbox())
    await pool.close()
    assert isinstance(bad, PayloadInvalid)
    assert only_message(good).text == "fine"


async def test_a_child_that_died_is_replaced(pool):
    await pool.parse([payload(b"a: b\n\nx")], Mailbox())
    child = pool._free.get_nowait()
    assert child is not None
    child._process.kill()
    pool._free.put_nowait(child)
    (found,) = await pool.parse([payload(b"a: b\n\nx")], Mailbox())
    assert only_message(found).text == "x"
