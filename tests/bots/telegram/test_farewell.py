"""Who leaves the business leaves the team room: by the bot's hand, or by an administrator's who is told (RG-4)."""

from datetime import timedelta

import pytest

from hub.domain.ids import ManagerId
from hub.domain.manager import Role
from hub.inbox.people import AT_THE_MACHINE, accept_invite, create_invite, dismiss_manager
from hub.inbox.rooms import Room, link_room, unlink_room
from hub.testing.telegram.faults import Fault, bad_gateway, refused, reset_before, too_many_requests
from hub.testing.telegram.people import Person
from hub.testing.telegram.state import Chat
from tests.bots.telegram.workplace import BOT, Workplace

BY_HAND = "⚠️ Иван больше не работает у вас, но может оставаться в группе «Продажи»"


@pytest.fixture
async def olga(place: Workplace) -> Person:
    return await place.hire("olga", "Ольга", role=Role.admin)


@pytest.fixture
async def ivan(place: Workplace) -> Person:
    return await place.hire("ivan", "Иван")


@pytest.fixture
async def group(place: Workplace, olga: Person, ivan: Person) -> Chat:
    """The team room, with Ivan among its people and the bot as an administrator who may ban."""
    group = place.api.group(place.account, "Продажи", chat_id=-77)
    group.members |= {ivan.user.id: "member", olga.user.id: "creator"}
    group.may_ban = True
    await link_room(place.desk.office, AT_THE_MACHINE, BOT, Room(group.id, group.title, "ru", place.desk.now))
    return group


async def dismiss(place: Workplace, who: Person) -> list[str]:
    """Dismiss somebody, and return what became of the notices."""
    await dismiss_manager(place.desk.office, AT_THE_MACHINE, ManagerId(who.user.id))
    return [type(each).__name__ for each in await place.work()]


def words_for(place: Workplace, who: Person) -> list[str]:
    return [each for each in place.seen(who) if each.startswith("⚠️")]


async def test_rg4_who_is_dismissed_is_taken_out_of_the_team_room_without_a_word(
    place: Workplace, olga: Person, ivan: Person, group: Chat
) -> None:
    await dismiss(place, ivan)
    assert group.members[ivan.user.id] == "kicked"
    assert words_for(place, olga) == []


async def test_rg4_where_the_bot_may_not_administrators_are_told_once_whom_to_take_out_of_which_group(
    place: Workplace, olga: Person, ivan: Person, group: Chat
) -> None:
    group.may_ban = False
    await dismiss(place, ivan)
    [told] = words_for(place, olga)
    assert told.startswith(BY_HAND)
    assert "вручную" in told
    await place.desk.pool.execute("UPDATE deliveries SET state = 'queued' WHERE payload->>'notice' = 'room_farewell'")
    await place.work()
    assert words_for(place, olga) == [told]
    assert group.members[ivan.user.id] == "member"


@pytest.mark.parametrize("status", ["administrator", "creator"])
async def test_rg4_of_those_whom_no_bot_can_take_out_administrators_are_told(
    place: Workplace, olga: Person, ivan: Person, group: Chat, status: str
) -> None:
    group.members[ivan.user.id] = status
    await dismiss(place, ivan)
    assert [each.startswith(BY_HAND) for each in words_for(place, olga)] == [True]


@pytest.mark.parametrize("status", ["left", "kicked"])
async def test_rg4_nobody_is_told_of_who_is_not_in_the_group(
    place: Workplace, olga: Person, ivan: Person, group: Chat, status: str
) -> None:
    group.may_ban, group.members[ivan.user.id] = False, status
    await dismiss(place, ivan)
    assert words_for(place, olga) == []


async def test_rg4_a_group_that_does_not_say_who_is_in_it_is_told_of_too(
    place: Workplace, olga: Person, ivan: Person, group: Chat
) -> None:
    group.may_ban = False
    place.account.faults.add("getChatMember", refused(400, "Bad Request: CHAT_ADMIN_REQUIRED"))
    await dismiss(place, ivan)
    assert [each.startswith(BY_HAND) for each in words_for(place, olga)] == [True]


@pytest.mark.parametrize("fault", [bad_gateway(), reset_before(), too_many_requests(3)])
async def test_rg4_while_telegram_is_away_it_is_owed(
    place: Workplace, olga: Person, ivan: Person, group: Chat, fault: Fault
) -> None:
    place.account.faults.add("banChatMember", fault)
    assert "Later" in await dismiss(place, ivan)
    await place.desk.pool.execute("UPDATE deliveries SET state = 'queued' WHERE payload->>'notice' = 'room_farewell'")
    await place.work()
    assert group.members[ivan.user.id] == "kicked"
    assert words_for(place, olga) == []


async def test_rg4_the_group_is_followed_where_it_moved(
    place: Workplace, olga: Person, ivan: Person, group: Chat
) -> None:
    there = place.api.migrate(place.account, group, -10077)
    there.may_ban, there.members = True, {ivan.user.id: "member"}
    await dismiss_manager(place.desk.office, AT_THE_MACHINE, ManagerId(ivan.user.id))
    await place.work()
    assert there.members[ivan.user.id] == "kicked"


async def test_rg4_who_is_back_before_it_happens_stays(
    place: Workplace, olga: Person, ivan: Person, group: Chat
) -> None:
    await dismiss_manager(place.desk.office, AT_THE_MACHINE, ManagerId(ivan.user.id))
    token = await create_invite(place.desk.office, AT_THE_MACHINE, key="ivan", name="Иван")
    await accept_invite(place.desk.office, token, ivan.user.id, "Иван")
    await place.work()
    assert group.members[ivan.user.id] == "member"


async def test_rg4_an_account_that_is_no_longer_the_persons_loses_its_chat_and_its_place_in_the_room(
    place: Workplace, olga: Person, ivan: Person, group: Chat
) -> None:
    group.may_ban = False
    token = await create_invite(place.desk.office, AT_THE_MACHINE, key="ivan", name="Иван")
    await accept_invite(place.desk.office, token, 4000, "Иван")
    await place.work()
    [told] = words_for(place, olga)
    assert told.startswith("⚠️ Иван входит с другого аккаунта Telegram")
    [cleared] = await place.desk.rows("deliveries", "payload->>'notice' = 'chat_ended'")
    assert cleared["payload"]["chat_id"] == ivan.user.id


async def test_rg4_who_comes_in_again_by_the_same_account_loses_nothing(
    place: Workplace, olga: Person, ivan: Person, group: Chat
) -> None:
    token = await create_invite(place.desk.office, AT_THE_MACHINE, key="ivan", name="Иван")
    await accept_invite(place.desk.office, token, ivan.user.id, "Иван")
    await place.work()
    assert group.members[ivan.user.id] == "member"
    assert await place.desk.rows("deliveries", "payload->>'notice' = 'chat_ended'") == []


async def test_rg4_without_a_room_there_is_nothing_to_leave(
    place: Workplace, olga: Person, ivan: Person, group: Chat
) -> None:
    await unlink_room(place.desk.office, AT_THE_MACHINE, BOT, chat_id=group.id)
    await dismiss(place, ivan)
    assert await place.desk.rows("deliveries", "payload->>'notice' = 'room_farewell'") == []


async def test_rg4_whoever_is_refused_the_dismissal_clears_nobodys_chat(
    place: Workplace, olga: Person, ivan: Person, group: Chat
) -> None:
    """The farewell stands or falls with the end of access: one that does not come about clears and removes nothing."""
    late = await place.hire("vera", "Вера", role=Role.admin)
    await place.writes(late, "/people Иван")
    await place.presses(late, "👤 Иван", "🚪 Уволен")
    await dismiss_manager(place.desk.office, AT_THE_MACHINE, ManagerId(late.user.id))
    place.desk.clock.move(timedelta(minutes=1))
    await place.work()
    assert await place.desk.rows("deliveries", "manager_id = $1 AND payload ? 'left'", ivan.user.id) == []
    assert group.members[ivan.user.id] == "member"
