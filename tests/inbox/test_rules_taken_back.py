"""Ends that are taken back: an answer to the wrong client, spam that was none (S10, P-3, P-6)."""

from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.inbound import MessageDeleted
from hub.inbox import conversations
from tests.inbox.desk import Desk, says
from tests.inbox.rules import DAY, MINUTE, answer, pass_time
from tests.inbox.test_queries import only, owner

SECOND = timedelta(seconds=1)


async def answered(desk: Desk) -> str:
    """A client who has asked and was answered; returns the provider's id of the answer."""
    await desk.receive(says("Сколько стоит?", at=desk.now))
    desk.clock.move(MINUTE)
    outside = await answer(desk, "Иван, ваш договор готов")
    assert outside.channel.texts == ["Иван, ваш договор готов"]
    return str((await desk.one("messages", "direction = 'outbound'"))["external_id"])


async def delete(desk: Desk, external_id: str) -> None:
    await desk.receive(MessageDeleted(external_id, "chat-100", desk.now))


async def test_s10_edge45_an_answer_deleted_within_a_minute_gives_the_wait_back(desk: Desk) -> None:
    sent = await answered(desk)
    before = await desk.one("waits")
    desk.clock.move(50 * SECOND)
    await delete(desk, sent)

    wait = await desk.one("waits")
    assert (wait["state"], wait["responder_id"], wait["ended_at"]) == ("open", None, None)
    assert (wait["started_at"], wait["deadline_at"]) == (before["started_at"], before["deadline_at"])
    assert (await desk.one("ledger", "kind = 'restored'"))["cause"] == "S10"
    await pass_time(desk, 20 * MINUTE)
    assert (await desk.one("waits"))["breached_at"] == before["deadline_at"]


async def test_s10_edge45_an_answer_deleted_later_stays_an_answer(desk: Desk) -> None:
    sent = await answered(desk)
    desk.clock.move(62 * SECOND)
    await delete(desk, sent)

    assert (await desk.one("waits"))["state"] == "answered"
    assert (await desk.one("messages", "direction = 'outbound'"))["deleted_at"] is not None


async def test_s10_deleting_an_answer_after_the_client_asked_again_leaves_the_new_wait_alone(desk: Desk) -> None:
    sent = await answered(desk)
    desk.clock.move(10 * SECOND)
    await desk.receive(says("Я не Иван", at=desk.now))
    await delete(desk, sent)

    assert sorted(row["state"] for row in await desk.rows("waits")) == ["answered", "open"]


async def marked_as_spam(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте, это Мария", at=desk.now))
    desk.clock.move(MINUTE)
    await conversations.close(desk.office, await owner(desk), await only(desk), outcome=Outcome.spam)


async def test_p3_what_was_no_spam_waits_again_from_its_original_start(desk: Desk) -> None:
    await marked_as_spam(desk)
    before = await desk.one("waits")
    assert before["state"] == "cancelled"
    desk.clock.move(29 * DAY)
    await conversations.reopen(desk.office, await owner(desk), await only(desk))

    wait = await desk.one("waits")
    assert (wait["state"], wait["started_at"], wait["deadline_at"]) == (
        "open", before["started_at"], before["deadline_at"],
    )  # fmt: skip
    assert (await desk.one("ledger", "kind = 'restored'"))["cause"] == "P-3"
    await pass_time(desk, MINUTE)
    assert (await desk.one("waits"))["breached_at"] == before["deadline_at"]


async def test_p3_after_thirty_days_only_the_right_to_wait_returns(desk: Desk) -> None:
    await marked_as_spam(desk)
    desk.clock.move(31 * DAY)
    await conversations.reopen(desk.office, await owner(desk), await only(desk))

    assert (await desk.one("waits"))["state"] == "cancelled"
    await desk.receive(says("Я всё ещё здесь", at=desk.now))
    assert sorted(row["state"] for row in await desk.rows("waits")) == ["cancelled", "open"]


@pytest.mark.parametrize("outcome", [Outcome.duplicate, Outcome.unreachable])
async def test_p3_opening_again_what_was_dismissed_restores_no_wait(desk: Desk, outcome: Outcome) -> None:
    await desk.receive(says("Здравствуйте, это Мария", at=desk.now))
    await conversations.close(desk.office, await owner(desk), await only(desk), outcome=outcome)
    await conversations.reopen(desk.office, await owner(desk), await only(desk))

    assert (await desk.one("waits"))["state"] == "dismissed"
