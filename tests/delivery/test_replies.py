from datetime import timedelta

from hub.domain.outbound import Failed, Later, Sent, Unknown
from tests.delivery.bench import Outside

MINUTE = timedelta(minutes=1)


async def test_s3_an_accepted_answer_stops_the_wait_at_the_start_of_the_attempt(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    accepted_at = outside.desk.now + timedelta(seconds=7)
    outside.channel.answers = [Sent(("77",), accepted_at)]
    await outside.deliver()

    wait = await outside.desk.one("waits")
    assert (wait["state"], wait["ended_at"], wait["response_channel"]) == ("answered", accepted_at, "telegram")
    assert (await outside.desk.one("messages", "direction = 'outbound'"))["external_id"] == "77"


async def test_s3_an_answer_still_on_its_way_does_not_stop_the_wait(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    outside.channel.answers = [Later("provider_down")]
    await outside.deliver()

    assert (await outside.desk.one("waits"))["state"] == "open"
    assert await outside.states() == ["queued"]


async def test_s3_a_failed_answer_lets_the_wait_run_and_tells_its_author(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    outside.channel.answers = [Failed("too_large", "слишком большое")]
    await outside.deliver()

    assert (await outside.desk.one("waits"))["state"] == "open"
    notice = await outside.desk.one("deliveries", "payload->>'notice' = 'reply_state'")
    assert (notice["payload"]["state"], notice["payload"]["reason"]) == ("failed", "too_large")


async def test_s3_case62_unknown_is_tried_once_more_after_half_a_minute_with_the_same_identity(
    outside: Outside,
) -> None:
    await outside.reply("Пять тысяч")
    outside.channel.answers = [Unknown("no_answer"), Unknown("no_answer")]
    await outside.deliver()
    await outside.deliver(after=timedelta(seconds=29))
    assert len(outside.channel.sent) == 1
    await outside.deliver(after=timedelta(seconds=2))
    await outside.deliver(after=60 * MINUTE)

    assert await outside.states() == ["unknown"]
    assert len({message.key for message in outside.channel.sent}) == 1
    assert len(outside.channel.sent) == 2
    assert (await outside.desk.one("waits"))["state"] == "open"


async def test_s3_case62_a_refusal_after_doubt_says_nothing_of_the_attempt_before(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    outside.channel.answers = [Unknown("no_answer"), Failed("blocked", "клиент заблокировал")]
    await outside.deliver()
    await outside.deliver(after=MINUTE)

    assert await outside.states() == ["unknown"]
    notice = await outside.desk.one("deliveries", "payload->>'notice' = 'reply_state'")
    assert notice["payload"]["state"] == "unknown"
    assert (await outside.desk.one("threads"))["reach"] == "blocked"


async def test_s3_case62_an_answer_accepted_after_doubt_says_that_it_may_have_come_twice(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    outside.channel.answers = [Unknown("no_answer")]
    await outside.deliver()
    await outside.deliver(after=MINUTE)

    delivery = await outside.desk.one("deliveries", "lane = 'reply'")
    assert (delivery["state"], delivery["reason"]) == ("sent", "maybe_twice")
    assert (await outside.desk.one("waits"))["state"] == "answered"


async def test_case65_two_answers_keep_their_order_when_the_first_fails_twice(outside: Outside) -> None:
    await outside.reply("раз")
    await outside.reply("два")
    outside.channel.answers = [Later("provider_down"), Later("provider_down")]
    for _ in range(6):
        await outside.deliver(after=MINUTE)

    assert outside.channel.texts == ["раз", "раз", "раз", "два"]
    assert await outside.states() == ["sent", "sent"]


async def test_an_answer_that_could_not_be_sent_for_hours_is_parked_and_its_author_told(outside: Outside) -> None:
    await outside.reply("Пять тысяч")
    await outside.desk.pool.execute("UPDATE deliveries SET attempt = 39 WHERE lane = 'reply'")
    outside.channel.answers = [Later("provider_down")]
    await outside.deliver()

    assert await outside.states() == ["parked"]
    notice = await outside.desk.one("deliveries", "payload->>'notice' = 'reply_state'")
    assert notice["payload"]["state"] == "parked"
