"""What a person says about a waiting client (S8, S11, C-6, C-11)."""

from datetime import timedelta

import pytest

from hub.domain.errors import Conflict
from hub.domain.ids import ConnectionId, ConversationId
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.rights import Person
from hub.inbox import clocks, waits
from hub.store import timers
from tests.inbox.desk import Desk, person, says
from tests.inbox.test_queries import only, owner

PHONE = "+79161234567"


async def waiting(desk: Desk) -> tuple[Person, ConversationId]:
    """A client who waits, and who has him."""
    await desk.receive(says("Сколько стоит?", at=desk.now))
    return await owner(desk), await only(desk)


async def fire_due(desk: Desk) -> None:
    async with desk.pool.acquire() as connection:
        due = await timers.list_due(connection, now=desk.now, limit=100)
    await clocks.fire(desk.office, due)


async def test_s8_no_reply_needed_ends_the_wait_and_its_clocks(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    await waits.dismiss(desk.office, me, conversation)

    wait = await desk.one("waits")
    assert (wait["state"], wait["responder_id"]) == ("dismissed", me.manager_id)
    assert await desk.rows("timers", "state = 'armed'") == []


async def test_s8_a_reason_is_required_once_the_deadline_has_passed(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    desk.clock.move(timedelta(minutes=16))
    with pytest.raises(Conflict):
        await waits.dismiss(desk.office, me, conversation, reason="  ")
    assert (await desk.one("waits"))["state"] == "open"

    await waits.dismiss(desk.office, me, conversation, reason="Спасибо за ответ")
    assert (await desk.one("waits"))["result_note"] == "Спасибо за ответ"


async def test_s8_dismissed_twice_is_dismissed_once(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    await waits.dismiss(desk.office, me, conversation)
    await waits.dismiss(desk.office, me, conversation)
    assert len(await desk.rows("ledger", "kind = 'dismissed'")) == 1


async def test_c11_reached_needs_a_result_and_counts_as_declared(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    with pytest.raises(Conflict):
        await waits.declare_reached(desk.office, me, conversation, result="")
    await waits.declare_reached(desk.office, me, conversation, result="Договорились на завтра")

    wait = await desk.one("waits")
    assert (wait["state"], wait["response_channel"], wait["responder_id"]) == ("declared", "call", me.manager_id)
    assert (await desk.one("leads"))["stage"] == "contacted"
    assert (await desk.one("conversations"))["last_responder_id"] == me.manager_id


async def test_c11_without_a_matching_call_in_ten_minutes_the_word_is_unconfirmed(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    await waits.declare_reached(desk.office, me, conversation, result="Договорились")
    desk.clock.move(timedelta(minutes=10))
    await fire_due(desk)

    told = await desk.rows("ledger", "facts ? 'unconfirmed'")
    assert len(told) == 1


async def test_c11_without_a_pbx_nobody_waits_for_a_call(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    del desk.endpoints[ConnectionId(4)]
    await waits.declare_reached(desk.office, me, conversation, result="Договорились")
    assert await desk.rows("timers", "kind = 'call_confirmation'") == []


async def test_c6_an_attempt_is_counted_and_stops_nothing(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    for _ in range(3):
        await waits.record_call_attempt(desk.office, me, conversation)

    wait = await desk.one("waits")
    assert (wait["state"], wait["call_attempts"]) == ("open", 3)
    assert len(await desk.rows("ledger", "kind = 'call_attempt'")) == 3


async def test_s11_case60_an_answer_given_elsewhere_counts_from_its_own_instant(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    desk.clock.move(timedelta(minutes=20))
    at = desk.now - timedelta(minutes=10)
    await waits.answered_elsewhere(desk.office, me, conversation, channel="whatsapp", at=at, result="Отправил цену")

    wait = await desk.one("waits")
    assert (wait["state"], wait["ended_at"], wait["response_channel"]) == ("declared", at, "whatsapp")
    assert wait["breached_at"] is None


async def test_s11_an_answer_before_the_request_or_ahead_is_refused(desk: Desk) -> None:
    me, conversation = await waiting(desk)
    for wrong in (timedelta(hours=-1), timedelta(hours=1)):
        with pytest.raises(Conflict):
            await waits.answered_elsewhere(
                desk.office, me, conversation, channel="sms", at=desk.now + wrong, result="Да"
            )
    assert (await desk.one("waits"))["state"] == "open"


async def test_c11_a_talk_the_pbx_shows_confirms_the_word(desk: Desk) -> None:
    await desk.receive(says("Наберите меня", at=desk.now, by=person(100, phone=PHONE)))
    me, conversation = await owner(desk), await only(desk)
    await waits.declare_reached(desk.office, me, conversation, result="Договорились")

    told = {"direction": CallDirection.outbound, "client": PHONE}
    for stage, seconds in ((CallStage.ringing, 0), (CallStage.answered, 5), (CallStage.ended, 60)):
        desk.clock.move(timedelta(seconds=seconds))
        event = CallEvent(f"c-{stage}", "c", stage, occurred_at=desk.now, **told)  # type: ignore[arg-type]
        await desk.receive(event, connection=4)
    desk.clock.move(timedelta(seconds=20))  # no record of the whole has come: the grace of an outgoing call
    await fire_due(desk)

    assert (await desk.one("timers", "kind = 'call_confirmation'"))["state"] == "cancelled"
    desk.clock.move(timedelta(minutes=10))
    await fire_due(desk)
    assert await desk.rows("ledger", "facts ? 'unconfirmed'") == []
