"""A hub goes on while a newer one beside it adds columns to tables that both read whole."""

from hub.domain.errors import StorageUnavailable
from tests.inbox.desk import Desk, says

TABLES = ("contacts", "conversations", "waits", "timers", "identities", "threads")


async def test_columns_added_under_a_running_hub_cost_a_try_and_no_message(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now, number=1))
    await desk.receive(says("Вы тут?", at=desk.now, number=2))
    for table in TABLES:
        await desk.pool.execute(f"ALTER TABLE {table} ADD COLUMN of_a_newer_hub text NOT NULL DEFAULT ''")
    await desk.accept(says("А теперь?", at=desk.now, number=3))
    for _ in range(3):
        try:
            await desk.process()
        except StorageUnavailable:
            continue

    assert len(await desk.rows("messages")) == 3
    assert (await desk.one("waits"))["requests"] == 3
