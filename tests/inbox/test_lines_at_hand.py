"""The people of a line are at hand when a client's next word opens a wait: one fold, not one refused and one again."""

from hub.domain.workset import WorkingSet
from hub.store.scope import Scope
from tests.inbox.desk import Desk, says


async def locked_lines(desk: Desk) -> list[frozenset[str]]:
    """Which lines each fold over the one client found locked."""
    conversation = await desk.one("conversations")
    seen: list[frozenset[str]] = []

    def fold(rows: WorkingSet) -> None:
        seen.append(rows.locked_lines)

    await desk.office.change(Scope(contacts={conversation["contact_id"]}, lines={conversation["line"]}), fold)
    return seen


async def test_a_client_with_an_owner_and_an_open_wait_needs_nobody(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now))
    await desk.pool.execute("UPDATE conversations SET assignee_id = (SELECT min(id) FROM managers)")

    assert await locked_lines(desk) == [frozenset()]


async def test_a_client_with_an_owner_and_no_open_wait_may_need_somebody(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now))
    await desk.pool.execute("UPDATE conversations SET assignee_id = (SELECT min(id) FROM managers)")
    await desk.pool.execute("UPDATE waits SET state = 'answered'")

    [lines] = await locked_lines(desk)
    assert lines


async def test_a_client_without_an_owner_may_need_somebody(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now))
    await desk.pool.execute("UPDATE conversations SET assignee_id = NULL")

    [lines] = await locked_lines(desk)
    assert lines
