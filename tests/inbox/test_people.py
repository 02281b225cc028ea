"""People of the business come, pause and go (RG-4, R-6)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest

from hub.domain.errors import Conflict, NotFound, PermissionDenied
from hub.domain.ids import ManagerId
from hub.domain.manager import Presence, Role
from hub.inbox.people import (
    AT_THE_MACHINE,
    Newcomer,
    accept_invite,
    create_invite,
    dismiss_manager,
    expect_newcomer,
    invite_newcomer,
    set_presence,
    set_reachable,
)
from hub.inbox.queries import get_actor_by_telegram, get_card
from hub.inbox.staff import change_role
from tests.inbox.desk import Desk, person, says
from tests.inbox.test_queries import actor, owner

Taking = Callable[..., Awaitable[object]]


async def test_rg4_an_invitation_works_once_and_only_its_hash_is_stored(desk: Desk) -> None:
    token = await create_invite(desk.office, AT_THE_MACHINE, key="olga", name="", role=Role.head)
    assert await get_actor_by_telegram(desk.office, 77) is None
    assert token not in str(await desk.rows("invites"))

    olga = await accept_invite(desk.office, token, 77, "Ольга")

    assert (olga.role, await get_actor_by_telegram(desk.office, 77)) == (Role.head, olga)
    assert (await desk.one("managers", "key = 'olga'"))["name"] == "Ольга"
    with pytest.raises(NotFound):
        await accept_invite(desk.office, token, 78, "Кто-то")


async def test_rg4_an_invitation_ends_after_48_hours(desk: Desk) -> None:
    token = await create_invite(desk.office, AT_THE_MACHINE, key="olga", name="Ольга")
    desk.clock.move(timedelta(hours=48, seconds=1))
    with pytest.raises(NotFound):
        await accept_invite(desk.office, token, 77, "Ольга")


async def test_every_other_administrator_hears_of_who_comes_in_once(desk: Desk) -> None:
    await desk.hire("olga", role=Role.admin)
    token = await create_invite(desk.office, AT_THE_MACHINE, key="petr", name="Пётр", role=Role.admin)
    petr = await accept_invite(desk.office, token, 77, "Пётр")
    with pytest.raises(NotFound):
        await accept_invite(desk.office, token, 78, "Кто-то")

    [told] = await desk.rows("deliveries", "payload->>'notice' = 'came_in'")
    facts = {"person_id": petr.manager_id, "name": "Пётр", "role": "admin", "is_moved": False}
    assert told["manager_id"] == (await actor(desk, "olga")).manager_id
    assert {key: told["payload"][key] for key in facts} == facts


async def test_people_of_one_name_who_are_invited_at_once_get_keys_of_their_own(desk: Desk) -> None:
    numbers = await asyncio.gather(*(expect_newcomer(desk.office, AT_THE_MACHINE) for _ in range(3)))
    invited = await asyncio.gather(
        *(invite_newcomer(desk.office, AT_THE_MACHINE, Newcomer(each, "Ольга Б.")) for each in numbers)
    )
    assert sorted(each.key for each in invited) == ["olga-b", "olga-b-2", "olga-b-3"]
    for place, each in enumerate(invited):
        await accept_invite(desk.office, each.token, 77 + place, "Ольга")
    rows = await desk.rows("managers", "key LIKE 'olga-b%' AND is_active")
    assert sorted(row["id"] for row in rows) == sorted(numbers)


async def test_the_same_newcomer_again_keeps_the_key_and_the_earlier_link_ends(desk: Desk) -> None:
    newcomer = Newcomer(await expect_newcomer(desk.office, AT_THE_MACHINE), "Ольга", Role.head)
    first = await invite_newcomer(desk.office, AT_THE_MACHINE, newcomer)
    second = await invite_newcomer(desk.office, AT_THE_MACHINE, newcomer)
    assert (first.key, second.key) == ("olga", "olga")
    with pytest.raises(NotFound):
        await accept_invite(desk.office, first.token, 77, "Ольга")
    assert (await accept_invite(desk.office, second.token, 77, "Ольга")).role is Role.head


@pytest.mark.parametrize("end", [dismiss_manager, partial(change_role, role=Role.head)], ids=["gone", "no admin"])
async def test_rg4_invitations_by_who_administrates_no_more_let_nobody_in(desk: Desk, end: Taking) -> None:
    """Who knows to be dismissed tomorrow invites themselves today."""
    await desk.hire("olga", role=Role.admin)
    olga = await actor(desk, "olga")
    own = await create_invite(desk.office, olga, key="spare", name="Запасная", role=Role.admin)
    others = await create_invite(desk.office, AT_THE_MACHINE, key="petr", name="Пётр")

    await end(desk.office, AT_THE_MACHINE, olga.manager_id)

    with pytest.raises(NotFound):
        await accept_invite(desk.office, own, 77, "Ольга")
    assert (await accept_invite(desk.office, others, 78, "Пётр")).is_active


async def test_rg4_an_administrator_who_is_dismissed_meanwhile_invites_nobody(desk: Desk) -> None:
    await desk.hire("olga", role=Role.admin)
    olga = await actor(desk, "olga")
    await dismiss_manager(desk.office, AT_THE_MACHINE, olga.manager_id)
    for attempt in (
        create_invite(desk.office, olga, key="spare", name="Запасная"),
        invite_newcomer(desk.office, olga, Newcomer(ManagerId(77), "Запасная")),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await desk.rows("invites") == []


async def test_the_same_role_again_is_no_deed(desk: Desk) -> None:
    ivan = await actor(desk, "ivan")
    for _ in range(2):
        await change_role(desk.office, AT_THE_MACHINE, ivan.manager_id, Role.head)
    assert len(await desk.rows("audit", "action = 'role_changed'")) == 1


async def test_a_newcomer_gets_the_role_that_was_chosen_last_until_they_come(desk: Desk) -> None:
    number = await expect_newcomer(desk.office, AT_THE_MACHINE)
    await invite_newcomer(desk.office, AT_THE_MACHINE, Newcomer(number, "Ольга", Role.admin))
    token = (await invite_newcomer(desk.office, AT_THE_MACHINE, Newcomer(number, "Ольга", Role.manager))).token
    assert (await accept_invite(desk.office, token, 77, "Ольга")).role is Role.manager
    token = (await invite_newcomer(desk.office, AT_THE_MACHINE, Newcomer(number, "Ольга", Role.admin))).token
    assert (await accept_invite(desk.office, token, 77, "Ольга")).role is Role.manager


async def test_one_key_that_is_invited_twice_at_once_is_one_person(desk: Desk) -> None:
    await asyncio.gather(*(create_invite(desk.office, AT_THE_MACHINE, key="olga", name="Ольга") for _ in range(3)))
    assert len(await desk.rows("managers", "key = 'olga'")) == 1


async def test_rg4_a_dismissal_that_is_refused_leaves_the_chat_alone(desk: Desk) -> None:
    """What clears the chat of who leaves stands or falls with the end of access."""
    for key in ("olga", "pavel"):
        await desk.hire(key, role=Role.admin)
    olga, pavel = await actor(desk, "olga"), await actor(desk, "pavel")
    await dismiss_manager(desk.office, pavel, olga.manager_id)
    with pytest.raises(NotFound):
        await dismiss_manager(desk.office, olga, pavel.manager_id)
    farewells = await desk.rows("deliveries", "payload->>'notice' = 'chat_ended'")
    assert [row["manager_id"] for row in farewells] == [olga.manager_id]


async def test_one_account_is_one_person_and_the_invitation_stays_good(desk: Desk) -> None:
    taken = (await desk.one("managers", "key = 'anna'"))["tg_user_id"]
    token = await create_invite(desk.office, AT_THE_MACHINE, key="olga", name="Ольга")
    with pytest.raises(Conflict):
        await accept_invite(desk.office, token, taken, "Анна")
    assert (await accept_invite(desk.office, token, 77, "Ольга")).is_active


async def test_rg3_only_an_administrator_invites_and_dismisses(desk: Desk) -> None:
    anna, ivan = await actor(desk, "anna"), await actor(desk, "ivan")
    for attempt in (
        create_invite(desk.office, anna, key="olga", name="Ольга"),
        expect_newcomer(desk.office, anna),
        invite_newcomer(desk.office, anna, Newcomer(ManagerId(77), "Ольга")),
        dismiss_manager(desk.office, anna, ivan.manager_id),
    ):
        with pytest.raises((NotFound, PermissionDenied)):
            await attempt
    assert len(await desk.rows("managers", "is_active")) == 2


async def test_rg4_who_leaves_sees_nothing_at_once_and_the_work_goes_on(desk: Desk) -> None:
    for number in range(4):
        await desk.receive(says("Здравствуйте", at=desk.now, by=person(number + 1)))
    anna, ivan = await actor(desk, "anna"), await actor(desk, "ivan")
    [first, *_] = await desk.rows("conversations", "assignee_id = $1", anna.manager_id)
    account = (await desk.one("managers", "key = 'anna'"))["tg_user_id"]

    assert await dismiss_manager(desk.office, AT_THE_MACHINE, anna.manager_id) == 2

    assert await get_actor_by_telegram(desk.office, account) is None
    with pytest.raises(NotFound):
        await get_card(desk.office, anna, first["id"])
    assert {row["assignee_id"] for row in await desk.rows("conversations")} == {ivan.manager_id}
    assert {row["assignee_id"] for row in await desk.rows("waits")} == {ivan.manager_id}
    assert await dismiss_manager(desk.office, AT_THE_MACHINE, anna.manager_id) == 0


async def test_rg4_work_without_a_waiting_client_becomes_free(desk: Desk) -> None:
    await desk.receive(says("Здравствуйте", at=desk.now))
    me = await owner(desk)
    await desk.pool.execute("UPDATE waits SET state = 'answered'")
    await dismiss_manager(desk.office, AT_THE_MACHINE, me.manager_id)
    assert (await desk.one("conversations"))["assignee_id"] is None


@pytest.mark.parametrize("is_there", [True, False], ids=["another account", "first account"])
async def test_rg4_who_is_dismissed_while_an_invitation_lets_them_in_has_that_chat_cleared_too(
    desk: Desk, is_there: bool
) -> None:
    token = await create_invite(desk.office, AT_THE_MACHINE, key="olga", name="Ольга")
    if is_there:
        await accept_invite(desk.office, token, 77, "Ольга")
        token = await create_invite(desk.office, AT_THE_MACHINE, key="olga", name="Ольга")
    olga = ManagerId((await desk.one("managers", "key = 'olga'"))["id"])
    async with desk.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("SELECT FROM managers WHERE id = $1 FOR UPDATE", olga)
            coming = asyncio.create_task(accept_invite(desk.office, token, 88, "Ольга"))
            await desk.until_held_up(1)
            going = asyncio.create_task(dismiss_manager(desk.office, AT_THE_MACHINE, olga))
            await desk.until_held_up(2)
        await asyncio.gather(coming, going)
    farewells = await desk.rows("deliveries", "payload->>'notice' = 'chat_ended'")
    assert {row["payload"]["chat_id"] for row in farewells} == ({77, 88} if is_there else {88})


async def test_the_role_of_who_comes_at_this_moment_is_not_changed_by_inviting_them_again(desk: Desk) -> None:
    newcomer = Newcomer(await expect_newcomer(desk.office, AT_THE_MACHINE), "Ольга")
    first = await invite_newcomer(desk.office, AT_THE_MACHINE, newcomer)
    again = Newcomer(newcomer.id, "Ольга", Role.head)
    async with desk.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute("SELECT FROM managers WHERE id = $1 FOR UPDATE", newcomer.id)
            coming = asyncio.create_task(accept_invite(desk.office, first.token, 77, "Ольга"))
            await desk.until_held_up(1)
            inviting = asyncio.create_task(invite_newcomer(desk.office, AT_THE_MACHINE, again))
            await desk.until_held_up(2)
        await asyncio.gather(coming, inviting)
    assert (await desk.one("managers", "key = 'olga'"))["role"] == "manager"


async def test_nobody_dismisses_themselves(desk: Desk) -> None:
    await desk.hire("boss", role=Role.admin)
    boss = await actor(desk, "boss")
    with pytest.raises(Conflict):
        await dismiss_manager(desk.office, boss, boss.manager_id)
    with pytest.raises(NotFound):
        await dismiss_manager(desk.office, boss, ManagerId(5))


@pytest.mark.parametrize("first", [dismiss_manager, partial(change_role, role=Role.manager)])
@pytest.mark.parametrize("second", [dismiss_manager, partial(change_role, role=Role.manager)])
async def test_of_two_administrators_who_take_each_others_place_at_once_one_stays(
    desk: Desk, first: Taking, second: Taking
) -> None:
    for key in ("olga", "pavel"):
        await desk.hire(key, role=Role.admin)
    olga, pavel = await actor(desk, "olga"), await actor(desk, "pavel")
    ends = await asyncio.gather(
        first(desk.office, olga, pavel.manager_id), second(desk.office, pavel, olga.manager_id), return_exceptions=True
    )
    assert [type(each) for each in ends if isinstance(each, BaseException)] == [NotFound]
    assert len(await desk.rows("managers", "role = 'admin' AND is_active")) == 1


async def test_r6_presence_and_reach_decide_who_gets_work(desk: Desk) -> None:
    anna, ivan = await actor(desk, "anna"), await actor(desk, "ivan")
    await set_presence(desk.office, anna, Presence.off)
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(1)))
    assert (await desk.one("waits"))["assignee_id"] == ivan.manager_id

    await set_presence(desk.office, anna, Presence.schedule)
    account = (await desk.one("managers", "key = 'ivan'"))["tg_user_id"]
    await set_reachable(desk.office, account, False)
    await desk.receive(says("Здравствуйте", at=desk.now, by=person(2)))
    assert len(await desk.rows("waits", "assignee_id = $1", anna.manager_id)) == 1
    assert await only_free(desk) == []


async def only_free(desk: Desk) -> list[int]:
    return [row["id"] for row in await desk.rows("conversations", "assignee_id IS NULL")]
