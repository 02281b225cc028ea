from datetime import timedelta

from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.inbox.desk import ALWAYS_OPEN, Desk, person, says

WELCOME = '[lines.sales.texts.ru]\nwelcome = "Здравствуйте!"\n'


async def test_fr1_a_client_message_opens_one_wait_with_a_deadline_and_an_owner(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит доставка?", at=desk.now))

    wait = await desk.one("waits")
    assert (wait["kind"], wait["state"]) == ("first_response", "open")
    assert wait["deadline_at"] - wait["started_at"] == timedelta(minutes=15)
    assert wait["assignee_id"] == (await desk.one("conversations"))["assignee_id"] is not None


async def test_fr3_second_message_does_not_restart_the_clock(desk: Desk) -> None:
    first = says("Добрый день", at=desk.now)
    await desk.receive(first)
    before = await desk.one("waits")
    desk.clock.move(timedelta(minutes=4))
    await desk.receive(says("Вы тут?", at=desk.now))

    after = await desk.one("waits")
    assert (after["started_at"], after["deadline_at"]) == (before["started_at"], before["deadline_at"])
    assert after["requests"] == 2


async def test_m13_the_first_request_makes_one_lead_and_a_second_one_attaches(desk: Desk) -> None:
    await desk.receive(says("Хочу купить", at=desk.now))
    await desk.receive(says("И ещё вопрос", at=desk.now))

    lead = await desk.one("leads")
    assert lead["wait_id"] == (await desk.one("waits"))["id"]
    assert [row["to_stage"] for row in await desk.rows("lead_stage_facts")] == ["new"]


async def test_the_same_event_delivered_five_times_is_one_message(desk: Desk) -> None:
    event = says("Привет", at=desk.now)
    for _ in range(5):
        await desk.receive(event, event_id="update-7")

    assert len(await desk.rows("messages")) == 1


async def test_case2_the_same_message_by_poll_and_webhook_is_one_message(desk: Desk) -> None:
    event = says("Привет", at=desk.now)
    await desk.receive(event, event_id="update-7")
    await desk.receive(event, event_id="update-8")

    assert len(await desk.rows("messages")) == 1
    assert (await desk.one("waits"))["requests"] == 1


async def test_a_payload_nobody_understands_is_parked_with_its_reason_and_its_neighbours_pass(desk: Desk) -> None:
    await desk.accept(says("Один", at=desk.now, by=person(1)))
    await desk.accept(says("Два", at=desk.now, by=person(2)))
    desk.channel.events.popitem()
    await desk.process()

    parked = await desk.one("receipts", "state = 'parked'")
    assert parked["reason"] == "nobody said that"
    assert len(await desk.rows("messages")) == 1


async def test_invariant12_every_assigned_wait_has_a_routing_reason(desk: Desk) -> None:
    for number in range(5):
        await desk.accept(says("Здравствуйте", at=desk.now, by=person(number + 1)))
    await desk.process()

    decisions = await desk.rows("routing_decisions")
    assert len(decisions) == 5
    assert all(decision["reasons"] and decision["assignee_id"] for decision in decisions)


async def test_the_new_card_notice_is_queued_for_the_owner_once(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now))

    notice = await desk.one("deliveries", "lane = 'notify'")
    assert notice["payload"]["notice"] == "new_lead"
    assert notice["manager_id"] == (await desk.one("waits"))["assignee_id"]


async def test_no_text_is_sent_by_itself_where_the_channel_carries_none(desk: Desk) -> None:
    desk.rules.append(to_policy(parse_policy(ALWAYS_OPEN + WELCOME), 2))
    await desk.receive(says("Из формы", at=desk.now), connection=3)
    assert await desk.rows("deliveries", "lane = 'reply'") == []

    await desk.receive(says("Из чата", at=desk.now, by=person(5)), connection=1)
    assert len(await desk.rows("deliveries", "lane = 'reply'")) == 1


async def test_a_further_message_refreshes_the_cards_of_those_to_whom_the_client_is_offered(desk: Desk) -> None:
    offering = ALWAYS_OPEN + 'strategy = "offer_all"\n'
    desk.rules.append(to_policy(parse_policy(offering), 2))
    await desk.receive(says("Раз", at=desk.now))
    await desk.receive(says("Два", at=desk.now, number=2))

    refreshed = await desk.rows("deliveries", "payload->>'notice' = 'card_changed'")
    assert {row["manager_id"] for row in refreshed} == {row["id"] for row in await desk.rows("managers")}
