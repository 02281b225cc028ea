"""A letter that comes back after the server took it: the wait runs again, where people see it, and its author hears."""

from datetime import timedelta

from hub.domain.conversation import Outcome
from hub.domain.ids import LineKey
from hub.domain.inbound import DeliveryReport, ReportState
from hub.inbox import conversations
from hub.inbox.lines import move_to_line
from tests.inbox.desk import Desk, says
from tests.inbox.rules import TWO_LINES, answer, put_in_force
from tests.inbox.test_queries import only, owner


async def bounced(desk: Desk, number: int = 1) -> None:
    sent = (await desk.one("messages", "direction = 'outbound'"))["external_id"]
    await desk.receive(DeliveryReport(f"report-{number}", sent, ReportState.failed, desk.now, reason="no such mailbox"))


async def answered_and_closed(desk: Desk, outcome: Outcome = Outcome.solved) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    desk.clock.move(timedelta(minutes=1))
    await answer(desk)
    await conversations.close(desk.office, await owner(desk), await only(desk), outcome=outcome)


async def test_s3_a_bounce_after_closing_opens_the_conversation_again_with_its_manager_and_wait(desk: Desk) -> None:
    await answered_and_closed(desk)
    before = await desk.one("conversations")
    await bounced(desk)

    after = await desk.one("conversations")
    assert (before["state"], after["state"], after["closed_at"], after["outcome"]) == ("closed", "open", None, "")
    assert after["assignee_id"] == before["assignee_id"] is not None
    assert (await desk.one("waits"))["state"] == "open"
    assert await desk.rows("timers", "subject LIKE 'wait:%' AND state = 'armed'")


async def test_s3_case56_a_bounce_is_a_failed_delivery_and_its_author_is_told_once(desk: Desk) -> None:
    await answered_and_closed(desk)
    await bounced(desk, 1)
    await bounced(desk, 2)

    delivery = await desk.one("deliveries", "lane = 'reply'")
    assert (delivery["state"], delivery["reason"]) == ("failed", "no such mailbox")
    told = await desk.one("deliveries", "payload->>'notice' = 'reply_state' AND payload->>'state' = 'failed'")
    assert told["manager_id"] == delivery["manager_id"]
    assert told["payload"]["message_id"] == delivery["message_id"]


async def test_fr2_a_bounce_gives_no_wait_back_to_who_sends_spam(desk: Desk) -> None:
    await answered_and_closed(desk, Outcome.spam)
    await bounced(desk)

    assert (await desk.one("conversations"))["state"] == "closed"
    assert (await desk.one("waits"))["state"] == "answered"


async def test_s3_a_bounce_after_the_client_went_to_another_line_gives_the_wait_back_there(desk: Desk) -> None:
    put_in_force(desk, TWO_LINES)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    moved = await only(desk)
    desk.clock.move(timedelta(minutes=1))
    await answer(desk)
    await move_to_line(desk.office, await owner(desk), moved, line=LineKey("support"))
    await desk.receive(says("Ещё один заказ", at=desk.now), connection=2)
    await bounced(desk)

    lines = {row["line"]: row["conversation_id"] for row in await desk.rows("waits", "state = 'open'")}
    assert lines.keys() == {"sales", "support"}
    assert lines["support"] == moved
    assert await desk.rows("receipts", "state <> 'done'") == []
