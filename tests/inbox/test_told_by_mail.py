"""Who has never opened the bot and has a mailbox of their own is told by e-mail, so clients may be theirs (R-6)."""

import pytest

from tests.inbox.desk import Desk, says


async def move_to_mail(desk: Desk, *, mailbox: str = "active") -> None:
    """Anna is alone, without Telegram, with a mailbox; ours is in the state `mailbox`."""
    await desk.pool.execute("DELETE FROM managers WHERE key <> 'anna'")
    await desk.pool.execute("UPDATE managers SET tg_user_id = NULL")
    await desk.pool.execute(
        "INSERT INTO staff_identities (id, manager_id, type, value) "
        "SELECT 1, id, 'email', 'anna@example.org' FROM managers"
    )
    await desk.pool.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, state, created_at) "
        "VALUES (2, 'email', 'Почта', '', $1, $2)",
        mailbox,
        desk.now,
    )


async def notices(desk: Desk) -> list[str]:
    return [row["payload"]["notice"] for row in await desk.rows("deliveries", "lane = 'notify'")]


async def test_r6_a_manager_with_a_mailbox_alone_gets_clients_and_notices(desk: Desk) -> None:
    await move_to_mail(desk)
    await desk.receive(says("Сколько стоит?", at=desk.now))

    assert (await desk.one("conversations"))["assignee_id"] == (await desk.one("managers"))["id"]
    assert await notices(desk) == ["new_lead"]


@pytest.mark.parametrize("lost", ["UPDATE connections SET state = 'paused'", "DELETE FROM staff_identities"])
async def test_r6_without_a_mailbox_on_either_side_nobody_can_be_told(desk: Desk, lost: str) -> None:
    await move_to_mail(desk)
    await desk.pool.execute(lost)
    await desk.receive(says("Сколько стоит?", at=desk.now))

    assert (await desk.one("conversations"))["assignee_id"] is None
    assert await notices(desk) == []


async def test_r6_whoever_blocked_the_bot_gets_no_work_by_mail_either(desk: Desk) -> None:
    await move_to_mail(desk)
    await desk.pool.execute("UPDATE managers SET tg_user_id = 500, is_reachable = false")
    await desk.receive(says("Сколько стоит?", at=desk.now))

    assert (await desk.one("conversations"))["assignee_id"] is None
