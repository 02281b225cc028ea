from datetime import timedelta

from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.inbox import clocks
from hub.store import timers
from tests.inbox.desk import Desk, person, says

PHONE = "+79161234567"


def ring(desk: Desk, call: str = "c1", *, client: str = PHONE, **more: object) -> CallEvent:
    return _event(desk, call, CallStage.ringing, client, **more)


def end(desk: Desk, call: str = "c1", *, client: str = PHONE, **more: object) -> CallEvent:
    return _event(desk, call, CallStage.ended, client, **more)


def _event(desk: Desk, call: str, stage: CallStage, client: str, **more: object) -> CallEvent:
    given = {"direction": CallDirection.inbound, "occurred_at": desk.now, "client": client, **more}
    return CallEvent(f"{call}-{stage}", call, stage, **given)  # type: ignore[arg-type]


async def miss(desk: Desk, call: str = "c1", *, client: str = PHONE) -> None:
    await desk.receive(ring(desk, call, client=client), connection=4)
    await desk.receive(end(desk, call, client=client), connection=4)
    desk.clock.move(timedelta(seconds=25))
    await fire(desk)


async def fire(desk: Desk) -> None:
    async with desk.pool.acquire() as connection:
        due = await timers.list_due(connection, now=desk.now, limit=100)
    await clocks.fire(desk.office, due)


async def test_c2_a_call_is_missed_only_after_the_grace(desk: Desk) -> None:
    await desk.receive(ring(desk), connection=4)
    await desk.receive(end(desk), connection=4)
    assert await desk.rows("waits") == []

    desk.clock.move(timedelta(seconds=25))
    await fire(desk)

    assert (await desk.one("waits"))["missed_calls"] == 1


async def test_c3_a_missed_call_opens_a_wait_with_a_callback_clock(desk: Desk) -> None:
    await miss(desk)

    wait = await desk.one("waits")
    assert wait["needs_callback"]
    assert wait["callback_due_at"] - wait["last_missed_at"] == timedelta(minutes=15)
    assert await desk.one("timers", "kind = 'callback' AND state = 'armed'")


async def test_c4_several_missed_calls_of_one_number_are_one_item_and_the_start_stays(desk: Desk) -> None:
    await miss(desk, "c1")
    start = (await desk.one("waits"))["started_at"]
    await miss(desk, "c2")

    wait = await desk.one("waits")
    assert (wait["missed_calls"], wait["started_at"]) == (2, start)
    assert len(await desk.rows("contacts")) == 1


async def test_c5_an_outgoing_talk_of_ten_seconds_stops_the_wait_and_credits_the_speaker(desk: Desk) -> None:
    anna = (await desk.one("managers", "key = 'anna'"))["id"]
    desk.staff[("pbx_extension", "4", "101")] = anna
    await miss(desk)
    start = desk.now
    talk = {"direction": CallDirection.outbound, "extension": "101"}
    await desk.receive(_event(desk, "c2", CallStage.answered, PHONE, **talk), connection=4)
    desk.clock.move(timedelta(seconds=40))
    await desk.receive(end(desk, "c2", talk=timedelta(seconds=35), **talk), connection=4)

    wait = await desk.one("waits")
    assert (wait["state"], wait["responder_id"], wait["response_channel"]) == ("answered", anna, "mango")
    assert wait["ended_at"] >= start


async def test_s4_a_call_of_four_seconds_does_not_stop_the_wait(desk: Desk) -> None:
    await miss(desk)
    talk = {"direction": CallDirection.outbound, "extension": "101"}
    await desk.receive(_event(desk, "c2", CallStage.answered, PHONE, **talk), connection=4)
    await desk.receive(end(desk, "c2", talk=timedelta(seconds=4), **talk), connection=4)

    assert (await desk.one("waits"))["state"] == "open"


async def test_c6_an_attempt_nobody_took_is_counted_and_stops_nothing(desk: Desk) -> None:
    await miss(desk)
    await desk.receive(end(desk, "c2", direction=CallDirection.outbound, reason="no_answer"), connection=4)
    desk.clock.move(timedelta(seconds=30))
    await fire(desk)

    wait = await desk.one("waits")
    assert (wait["state"], wait["call_attempts"]) == ("open", 1)


async def test_c8_a_hidden_number_makes_an_item_without_address_that_is_not_counted(desk: Desk) -> None:
    await miss(desk, client="")

    assert (await desk.one("contacts"))["is_anonymous"]
    assert not (await desk.one("waits"))["is_counted"]
    assert await desk.rows("identities") == []


async def test_c9_internal_numbers_never_make_items(desk: Desk) -> None:
    await desk.receive(end(desk, client="", direction=CallDirection.internal), connection=4)
    desk.clock.move(timedelta(seconds=30))
    await fire(desk)

    assert await desk.rows("waits") == []


async def test_c1_case8_events_in_reverse_order_and_twice_give_the_same_item(desk: Desk) -> None:
    first, last = ring(desk), end(desk)
    for event in (last, first, last, first):
        await desk.receive(event, connection=4)
    desk.clock.move(timedelta(seconds=30))
    await fire(desk)

    assert (await desk.one("waits"))["missed_calls"] == 1
    assert len((await desk.one("calls"))["events"]) == 2


async def test_m3_a_missed_call_from_a_phone_shared_in_telegram_joins_the_open_wait(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(1, phone=PHONE)))
    start = (await desk.one("waits"))["started_at"]
    await miss(desk)

    wait = await desk.one("waits")
    assert (wait["started_at"], wait["needs_callback"]) == (start, True)
    assert len(await desk.rows("contacts")) == 1


async def test_c5_a_free_client_belongs_to_who_talked_with_them(desk: Desk) -> None:
    anna = (await desk.one("managers", "key = 'anna'"))["id"]
    desk.staff[("pbx_extension", "4", "101")] = anna
    await miss(desk)
    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    talk = {"direction": CallDirection.outbound, "extension": "101"}
    await desk.receive(_event(desk, "c2", CallStage.answered, PHONE, **talk), connection=4)
    await desk.receive(end(desk, "c2", talk=timedelta(seconds=35), **talk), connection=4)

    assert (await desk.one("conversations"))["assignee_id"] == anna


async def talk_in(desk: Desk, call: str = "c9", *, seconds: int = 40) -> None:
    """The client calls and is answered by extension 101."""
    await desk.receive(_event(desk, call, CallStage.answered, PHONE, extension="101"), connection=4)
    desk.clock.move(timedelta(seconds=seconds))
    length = timedelta(seconds=seconds)
    await desk.receive(end(desk, call, talk=length, extension="101"), connection=4)


async def test_c10_an_answered_call_of_a_new_client_is_request_and_response_in_one(desk: Desk) -> None:
    anna = (await desk.one("managers", "key = 'anna'"))["id"]
    desk.staff[("pbx_extension", "4", "101")] = anna
    await talk_in(desk)

    wait = await desk.one("waits")
    assert (wait["state"], wait["responder_id"], wait["ended_at"] - wait["started_at"]) == (
        "answered", anna, timedelta(0),
    )  # fmt: skip
    facts = await desk.rows("ledger", "wait_id = $1 ORDER BY id", wait["id"])
    assert [(fact["kind"], fact["cause"]) for fact in facts] == [("wait_opened", "C-10"), ("answered", "C-10")]
    assert (await desk.one("conversations"))["assignee_id"] == anna
    assert (await desk.one("leads"))["stage"] == "contacted"
    assert (await desk.one("identities"))["level"] == "proven"
    assert await desk.rows("timers", "state = 'armed'") == []


async def test_c10_fr4_the_first_answered_call_is_a_first_response_and_a_later_one_is_not(desk: Desk) -> None:
    await talk_in(desk)
    desk.clock.move(timedelta(hours=1))
    await talk_in(desk, "c10")

    kinds = [row["kind"] for row in await desk.rows("waits", "true ORDER BY id")]
    assert kinds == ["first_response", "next_response"]


async def test_c10_an_answered_call_of_one_who_waits_answers_that_wait_and_adds_none(desk: Desk) -> None:
    await miss(desk)
    await talk_in(desk)

    wait = await desk.one("waits")
    assert (wait["state"], wait["ended_at"] > wait["started_at"]) == ("answered", True)


async def test_c10_an_answered_call_is_met_once_however_often_it_is_reported(desk: Desk) -> None:
    await talk_in(desk)
    await desk.receive(end(desk, "c9", talk=timedelta(seconds=40), extension="101"), connection=4, event_id="again")

    assert len(await desk.rows("waits")) == 1


async def test_c10_a_call_too_short_to_be_a_talk_meets_nothing(desk: Desk) -> None:
    await talk_in(desk, seconds=4)

    assert await desk.rows("waits") == []
    assert await desk.rows("contacts") == []


async def test_c10_a_blocked_caller_who_was_answered_makes_no_wait(desk: Desk) -> None:
    await talk_in(desk)
    await desk.pool.execute("UPDATE contacts SET is_blocked = true")
    await talk_in(desk, "c10")

    assert len(await desk.rows("waits")) == 1
