"""Taking load off a person: what a head reads, is asked about and moves are the same clients (R-9)."""

from hub.domain.ids import ManagerId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox.queries.team import get_team, list_held
from hub.inbox.relieving import relieve
from tests.inbox.desk import Desk, person, says

MORE_THAN_A_PAGE = 55


async def give_everybody(desk: Desk, to: int) -> None:
    """Let all clients who wait be one person's."""
    for table in ("conversations", "waits"):
        await desk.pool.execute(f"UPDATE {table} SET assignee_id = $1", to)


async def test_r9_beyond_a_page_the_team_the_question_and_what_moves_count_alike(desk: Desk) -> None:
    for number in range(MORE_THAN_A_PAGE):
        await desk.accept(says("Сколько стоит?", at=desk.now, by=person(1000 + number)))
    await desk.process()
    ivan = ManagerId((await desk.one("managers", "key = 'ivan'"))["id"])
    await give_everybody(desk, ivan)
    olga = Person(await desk.hire("olga", role=Role.head), Role.head, frozenset(desk.office.policy().lines))

    team = await get_team(desk.office, olga)
    held = await list_held(desk.office, olga, ivan)
    relief = await relieve(desk.office, olga, ivan)

    assert [each.waiting for each in team.members if each.id == ivan] == [MORE_THAN_A_PAGE]
    assert held.waiting == MORE_THAN_A_PAGE
    assert relief.moved + relief.kept == MORE_THAN_A_PAGE
