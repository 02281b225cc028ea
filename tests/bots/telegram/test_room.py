"""The team room: an administrator makes a group one, it lists whom nobody took and who is late, presses are toasts."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bots.screens.room import short_name
from bots.telegram.room import RoomKeeper
from bots.texts import Texts
from hub.domain.manager import Role
from hub.inbox.rooms import find_room, leave_topic, link_room, move_room, unlink_room
from hub.store.turns import turn
from hub.testing.telegram.faults import too_many_requests
from tests.bots.telegram.counted import Counted
from tests.bots.telegram.workplace import BOT
from tests.inbox.desk import person, says
from tests.inbox.rules import line_says, put_in_force
from tests.inbox.test_queries import actor

MOSCOW = ZoneInfo("Europe/Moscow")
OFFER_ALL = line_says('strategy = "offer_all"')


@pytest.fixture
async def olga(place):
    """Olga who administers; Ivan and Anna, to whom everything is offered, came before her."""
    put_in_force(place.desk, OFFER_ALL)
    await place.hire("ivan", "Иван")
    await place.hire("anna", "Анна")
    return await place.hire("olga", "Ольга", role=Role.admin)


@pytest.fixture
def group(place, olga):
    return place.api.group(place.account, "Продажи", chat_id=-77)


@pytest.fixture
async def room(place, olga, group):
    """The group, linked as people do it."""
    await links(place, olga, group)
    return group


def people(place, name):
    return [each for each in place.api.people.values() if each.user.first_name == name]


def ivan_of(place):
    [ivan] = people(place, "Иван")
    return ivan


async def links(place, olga, group, *, topic=None):
    olga.writes(place.account, "/room", group=group, reply_to=topic)
    await place.work()
    asked = seen(place, olga, group)[-1]
    assert "Сделать" in asked.text
    return await presses(place, olga, asked.post, "✅ Подключить")


async def presses(place, who, post, label):
    """Press in the group and return the toast."""
    press = who.presses(place.account, post, label)
    await place.work()
    assert press.is_answered
    return press.toast


async def look(place, *, after=timedelta(0)):
    """Let time pass and the room be looked at."""
    place.desk.clock.move(after)
    place.keeper = getattr(place, "keeper", None) or RoomKeeper(place.office, place.bot)
    await place.keeper.look()


async def ask(place, number, *, name="", text="Секретный вопрос"):
    by = person(100 + number, name=name or f"Клиент {number}")
    await place.desk.receive(says(text, at=place.desk.now, by=by))
    await place.work()


def seen(place, who, group):
    return [each for each in who.screen(place.account, group).visible() if each.is_from_bot]


def texts(place, olga, group):
    return [each.text for each in seen(place, olga, group)]


def shown(place, olga, group):
    """The list as it stands in the group."""
    [each] = [each for each in seen(place, olga, group) if each.text.startswith("👥 Комната команды")]
    return each


def sends(place, group, method="sendMessage"):
    return [each for each in place.account.calls_of(method) if each.number("chat_id") == group.id]


def is_loud(place, group):
    return not sends(place, group)[-1].flag("disable_notification")


async def linked(place):
    return await find_room(place.desk.office, BOT)


async def test_an_administrator_makes_a_group_the_room_and_ends_it_by_presses(place, olga, group):
    toast = await links(place, olga, group)
    assert toast.startswith("✅ Это комната команды")
    room = await linked(place)
    assert (room.chat_id, room.topic, room.title) == (group.id, 0, "Продажи")
    assert texts(place, olga, group) == [toast]

    olga.writes(place.account, "/room@desk_bot", group=group)
    await place.work()
    await presses(place, olga, seen(place, olga, group)[-1].post, "Отключить")
    assert await linked(place) is None
    deeds = await place.desk.rows("audit", "action LIKE 'room%' ORDER BY id")
    assert [(each["action"], each["subject"]) for each in deeds] == [
        ("room_linked", "room:-77"),
        ("room_unlinked", "room:-77"),
    ]


async def test_a_question_that_is_declined_changes_nothing(place, olga, group):
    olga.writes(place.account, "/room", group=group)
    await place.work()
    await presses(place, olga, seen(place, olga, group)[-1].post, "✖️ Не надо")
    assert await linked(place) is None
    assert texts(place, olga, group) == ["Хорошо, ничего не меняю."]


async def test_a_question_to_an_administrator_is_not_declined_by_another(place, olga, group):
    olga.writes(place.account, "/room", group=group)
    await place.work()
    await presses(place, ivan_of(place), seen(place, olga, group)[-1].post, "✖️ Не надо")
    assert "Сделать" in texts(place, olga, group)[-1]


async def test_a_reply_in_a_supergroup_without_topics_links_the_group(place, olga, group):
    group.type = "supergroup"
    said = ivan_of(place).writes(place.account, "кто сегодня?", group=group)
    await links(place, olga, group, topic=said)
    assert (await linked(place)).topic == 0


async def test_rg1_who_administers_nothing_links_no_room_by_word_or_press(place, olga, group):
    ivan = ivan_of(place)
    ivan.writes(place.account, "/room", group=group)
    await place.work()
    assert texts(place, olga, group) == []
    assert place.seen(ivan)[-1] == "Комнату команды подключает администратор."
    olga.writes(place.account, "/room", group=group)
    await place.work()
    toast = await presses(place, ivan, seen(place, olga, group)[-1].post, "✅ Подключить")
    assert "Сделать" in texts(place, olga, group)[-1]
    assert toast
    assert await linked(place) is None


async def test_a_stranger_in_the_group_gets_one_neutral_toast_and_nothing_else(place, olga, room):
    await ask(place, 1)
    await look(place, after=timedelta(minutes=3))
    stranger, before = place.api.person("Прохожий"), len(seen(place, olga, room))
    stranger.writes(place.account, "/room", group=room)
    stranger.writes(place.account, "а что тут у вас?", group=room)
    await place.work()
    toast = await presses(place, stranger, shown(place, olga, room).post, "✋ 1")
    assert toast == "Эта кнопка для сотрудников"
    assert len(seen(place, olga, room)) == before
    assert place.seen(stranger) == []
    assert (await place.desk.one("conversations"))["assignee_id"] is None


async def test_a_client_nobody_took_comes_after_two_minutes_as_a_name_without_telephone_or_words(place, olga, room):
    await ask(place, 1, name="Мария Петрова +7 916 123-45-67")
    await look(place, after=timedelta(seconds=100))
    assert len(texts(place, olga, room)) == 1
    await look(place, after=timedelta(seconds=21))
    said = shown(place, olga, room)
    assert "✋ Никто не взял: 1" in said.text
    assert "Мария П. · Telegram · Продажи" in said.text
    assert "Секретный" not in said.text
    assert "916" not in said.text
    assert said.buttons == (("✋ 1",),)
    assert is_loud(place, room)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Мария Петрова", "Мария П."),
        ("мария", "мария"),
        ("ООО «Вектор»", "ООО В."),
        ("Мария +79161234567 Петрова", "Мария П."),
        ("+7 916 123-45-67", "Без имени"),
        ("m.petrova@mail.example", "Без имени"),
        ("", "Без имени"),
        ("🙂 …", "Без имени"),
    ],
)
def test_rg5_a_name_in_the_room_is_a_word_and_a_letter_and_never_an_address(name, short):
    assert short_name(Texts("ru"), name) == short


async def test_fr8_a_line_that_only_observes_is_silent_in_the_room_too(place, olga, room):
    await ask(place, 1)
    put_in_force(place.desk, line_says('strategy = "offer_all"', 'mode = "observe"'))
    await look(place, after=timedelta(hours=2))
    assert len(texts(place, olga, room)) == 1


async def test_the_rules_say_how_long_nobody_may_take_a_client_before_the_room_reads_it(place, olga, room):
    place.desk.rules.append(replace(place.desk.rules[-1], revision=9, room_after=timedelta(minutes=5)))
    await ask(place, 1)
    await look(place, after=timedelta(minutes=4))
    assert len(texts(place, olga, room)) == 1
    await look(place, after=timedelta(minutes=2))
    assert "✋ Никто не взял: 1" in shown(place, olga, room).text


async def test_r10_a_press_takes_by_the_rights_of_who_pressed_and_the_card_comes_in_private(place, olga, room):
    await ask(place, 1)
    await look(place, after=timedelta(minutes=3))
    ivan = ivan_of(place)
    number = (await place.desk.one("conversations"))["number"]
    toast = await presses(place, ivan, shown(place, olga, room).post, "✋ 1")
    assert toast == f"✋ #{number} у вас, карточка в личном чате с ботом"
    assert "Секретный вопрос" in place.post(ivan, "Ведёт: Иван").text
    [anna] = people(place, "Анна")
    assert "Иван" in await presses(place, anna, shown(place, olga, room).post, "✋ 1")
    await look(place, after=timedelta(seconds=11))
    assert "✅ Всех клиентов взяли" in shown(place, olga, room).text


async def test_rg2_a_press_for_a_client_of_another_line_is_refused_by_a_toast(place, olga, room):
    put_in_force(place.desk, line_says('strategy = "offer_all"', 'team = ["anna"]', "[managers.anna]"))
    await ask(place, 1)
    await look(place, after=timedelta(minutes=3))
    ivan, before = ivan_of(place), place.seen(ivan_of(place))
    toast = await presses(place, ivan, shown(place, olga, room).post, "✋ 1")
    assert toast
    assert "у вас" not in toast
    assert place.seen(ivan) == before
    assert (await place.desk.one("conversations"))["assignee_id"] is None


async def test_who_is_late_is_named_with_who_has_them_and_opens_in_private(place, olga, room):
    await ask(place, 1)
    await place.presses(ivan_of(place), "Секретный вопрос", "✋ Взять")
    await look(place, after=timedelta(hours=3))
    said = shown(place, olga, room)
    assert "🔴 Срок прошёл: 1" in said.text
    assert "ведёт Иван · просрочено на" in said.text
    toast = await presses(place, olga, said.post, "👁 1")
    assert "в личном чате" in toast
    assert "Секретный вопрос" in place.post(olga, "Ведёт: Иван").text
    [anna] = people(place, "Анна")
    assert "в личном чате" not in await presses(place, anna, said.post, "👁 1")


async def test_a_hundred_clients_are_one_message_and_no_429(place, olga, room):
    place.account.limits.is_on = True
    for number in range(100):
        by = person(100 + number, name=f"Клиент {number}")
        await place.desk.receive(says("Вопрос", at=place.desk.now, by=by))
        place.desk.clock.move(timedelta(seconds=2))
        await look(place)
    await look(place, after=timedelta(minutes=3))
    said = shown(place, olga, room)
    assert "✋ Никто не взял: 100" in said.text
    assert "…и ещё 92" in said.text
    assert sum(len(row) for row in said.buttons) == 8
    assert place.account.limits.refused == 0
    assert len(sends(place, room)) <= 6


async def test_the_list_changes_in_place_and_rings_for_somebody_new_once_in_two_minutes(place, olga, room):
    await ask(place, 1)
    await look(place, after=timedelta(minutes=3))
    first = shown(place, olga, room)
    await place.presses(ivan_of(place), "Секретный вопрос", "✋ Взять")
    await look(place, after=timedelta(seconds=9))
    assert "Никто не взял: 1" in shown(place, olga, room).text
    await look(place, after=timedelta(seconds=2))
    assert "✅ Всех клиентов взяли" in shown(place, olga, room).text
    await ask(place, 2)
    await look(place, after=timedelta(seconds=119))
    assert shown(place, olga, room).message_id == first.message_id
    await look(place, after=timedelta(seconds=60))
    assert "Никто не взял: 1" in shown(place, olga, room).text
    assert shown(place, olga, room).message_id > first.message_id
    assert is_loud(place, room)
    before = len(place.account.calls)
    await look(place, after=timedelta(minutes=3))
    assert len(place.account.calls) == before


async def test_a_429_is_waited_out_and_the_list_is_drawn_then(place, olga, room):
    await ask(place, 1)
    place.account.faults.add("sendMessage", too_many_requests(40))
    await look(place, after=timedelta(minutes=3))
    before = len(place.account.calls)
    await look(place, after=timedelta(seconds=30))
    assert len(place.account.calls) == before
    await look(place, after=timedelta(seconds=11))
    assert "Никто не взял: 1" in shown(place, olga, room).text


async def test_a_group_that_became_a_supergroup_is_followed_by_its_message(place, olga, room):
    await ask(place, 1)
    new = place.api.migrate(place.account, room, -100777)
    await place.work()
    assert (await linked(place)).chat_id == new.id
    await look(place, after=timedelta(minutes=3))
    assert "Никто не взял: 1" in shown(place, olga, new).text


async def test_a_group_that_became_a_supergroup_is_followed_by_the_refusal_too(place, olga, room):
    await ask(place, 1)
    new = place.api.migrate(place.account, room, -100777)
    await look(place, after=timedelta(minutes=3))
    assert (await linked(place)).chat_id == new.id
    await look(place)
    assert "Никто не взял: 1" in shown(place, olga, new).text


async def test_a_room_in_a_topic_stays_there_and_falls_back_once_when_the_topic_is_deleted(place, olga, group):
    group.type = "supergroup"
    topic = place.api.topic(place.account, group, "Очередь")
    await links(place, olga, group, topic=topic)
    assert (await linked(place)).topic == topic.message_id
    await ask(place, 1)
    await look(place, after=timedelta(minutes=3))
    assert shown(place, olga, group).post.topic == topic.message_id

    place.api.delete_topic(place.account, topic)
    await ask(place, 2)
    await look(place, after=timedelta(minutes=3))
    await look(place, after=timedelta(seconds=11))
    await look(place, after=timedelta(minutes=3))
    assert (await linked(place)).topic == 0
    told = [each for each in texts(place, olga, group) if "Тему" in each]
    assert len(told) == 1
    assert shown(place, olga, group).post.topic == 0
    assert "Никто не взял: 2" in shown(place, olga, group).text


async def test_a_bot_taken_out_ends_the_room_and_administrators_are_told_in_private(place, olga, room):
    place.api.take_out(place.account, room, by=ivan_of(place))
    await place.work()
    assert await linked(place) is None
    assert "Бота убрали из группы «Продажи»" in place.seen(olga)[-1]
    assert not [each for each in place.seen(ivan_of(place)) if "Бота убрали" in each]
    assert (await place.desk.one("managers", "key = 'ivan'"))["is_reachable"]


async def test_a_bot_taken_out_of_another_group_leaves_the_room(place, olga, room):
    other = place.api.group(place.account, "Другая", chat_id=-78)
    place.api.take_out(place.account, other, by=olga)
    await place.work()
    assert (await linked(place)).chat_id == room.id
    assert not [each for each in place.seen(olga) if "Бота убрали" in each]


async def test_a_bot_taken_out_while_nobody_listened_is_noticed_at_the_next_drawing(place, olga, room):
    await ask(place, 1)
    place.account.blocked.add(room.id)
    await look(place, after=timedelta(minutes=3))
    await place.work()
    assert await linked(place) is None
    assert "Бота убрали из группы «Продажи»" in place.seen(olga)[-1]


async def test_the_days_figures_come_once_and_name_no_client(place, olga, room):
    here = place.desk.now.astimezone(MOSCOW)
    place.desk.clock.move(datetime.combine(here.date() + timedelta(days=1), time(12), MOSCOW) - here)
    await ask(place, 1, name="Мария Петрова")
    await look(place)
    assert days(place, olga, room) == []
    for _ in range(3):
        await look(place, after=timedelta(hours=8))
    [told] = days(place, olga, room)
    assert "Мария" not in told.text
    assert told.buttons == ()
    await look(place, after=timedelta(minutes=5))
    assert len(days(place, olga, room)) == 1
    await look(place, after=timedelta(hours=8))
    assert len(days(place, olga, room)) == 2


def days(place, olga, room):
    return [each for each in seen(place, olga, room) if each.text.startswith("📅")]


async def test_in_private_the_bot_says_where_the_room_is_or_how_to_make_one(place, olga, group):
    await place.writes(olga, "/room")
    assert "Добавьте бота в группу" in place.seen(olga)[-1]
    await links(place, olga, group)
    await place.writes(olga, "/room")
    assert "Комната команды — «Продажи»" in place.seen(olga)[-1]


async def test_another_group_takes_the_place_of_the_first_after_a_question_that_says_so(place, olga, room):
    other = place.api.group(place.account, "Новая", chat_id=-78)
    olga.writes(place.account, "/room", group=other)
    await place.work()
    assert "Сейчас комната команды — «Продажи»" in texts(place, olga, other)[-1]
    await presses(place, olga, seen(place, olga, other)[-1].post, "✅ Подключить")
    assert (await linked(place)).chat_id == other.id


async def test_changes_of_a_group_that_is_not_the_room_leave_it(place, olga, room):
    present = await linked(place)
    await move_room(place.desk.office, BOT, -1, to=-2)
    await leave_topic(place.desk.office, BOT, -1)
    await link_room(place.desk.office, await actor(place.desk, "olga"), BOT, replace(present, title="ещё раз"))
    assert await linked(place) == present
    await unlink_room(place.desk.office, await actor(place.desk, "olga"), BOT, chat_id=room.id)
    assert await unlink_room(place.desk.office, await actor(place.desk, "olga"), BOT, chat_id=room.id) is None


async def test_a_button_of_a_group_that_was_the_room_does_not_end_another(place, olga, room):
    olga.writes(place.account, "/room", group=room)
    await place.work()
    old = seen(place, olga, room)[-1].post
    other = place.api.group(place.account, "Новая", chat_id=-78)
    await links(place, olga, other)
    await presses(place, olga, old, "Отключить")
    assert (await linked(place)).chat_id == other.id


async def unlinks(place, olga, group):
    olga.writes(place.account, "/room", group=group)
    await place.work()
    await presses(place, olga, seen(place, olga, group)[-1].post, "Отключить")


async def test_a_group_that_is_the_room_no_more_keeps_no_list_with_buttons(place, olga, room):
    await ask(place, 1)
    await look(place, after=timedelta(minutes=3))
    before = shown(place, olga, room)
    await unlinks(place, olga, room)
    await look(place, after=timedelta(seconds=3))
    [taken_down] = [each for each in seen(place, olga, room) if each.message_id == before.message_id]
    assert (taken_down.text, taken_down.buttons) == ("Здесь больше не комната команды: список не обновляется.", ())
    calls = len(place.account.calls)
    await look(place, after=timedelta(minutes=3))
    assert len(place.account.calls) == calls


async def test_another_group_that_becomes_the_room_takes_the_list_from_the_first(place, olga, room):
    await ask(place, 1)
    await look(place, after=timedelta(minutes=3))
    other = place.api.group(place.account, "Новая", chat_id=-78)
    await links(place, olga, other)
    place.account.faults.add("editMessageText", too_many_requests(40))
    await look(place, after=timedelta(seconds=3))
    assert shown(place, olga, room).buttons
    await look(place, after=timedelta(seconds=41))
    assert [each for each in seen(place, olga, room) if each.buttons] == []
    assert "Никто не взял: 1" in shown(place, olga, other).text


async def test_a_list_that_cannot_be_changed_any_more_holds_up_no_other_room(place, olga, room):
    await ask(place, 1)
    await look(place, after=timedelta(minutes=3))
    place.account.blocked.add(room.id)
    other = place.api.group(place.account, "Новая", chat_id=-78)
    await links(place, olga, other)
    await look(place, after=timedelta(seconds=3))
    assert "Никто не взял: 1" in shown(place, olga, other).text


async def test_no_connection_is_held_while_telegram_draws_the_list(place, olga, room):
    await ask(place, 1)
    pool, held = place.desk.pool, []
    stop = place.api.listen(lambda _: held.append(pool.get_size() - pool.get_idle_size()))
    await look(place, after=timedelta(minutes=3))
    stop()
    assert (len(held) > 0, set(held)) == (True, {0})


async def test_of_two_processes_one_draws_the_list_and_one_that_died_is_followed(place, olga, room):
    await ask(place, 1)
    async with turn(place.desk.pool, BOT, "room_keeping", lease=timedelta(minutes=1)):
        await look(place, after=timedelta(minutes=3))
        assert [each for each in seen(place, olga, room) if "Никто не взял" in each.text] == []
        await place.desk.pool.execute("UPDATE screens SET expires_at = clock_timestamp() WHERE name = 'room_keeping'")
        await look(place, after=timedelta(seconds=3))
        assert "Никто не взял: 1" in shown(place, olga, room).text


async def test_a_look_at_a_room_where_nothing_changed_reads_no_list(place, olga, room):
    await ask(place, 1)
    await look(place, after=timedelta(minutes=3))
    counted = Counted(place.desk.pool)
    desk = replace(place.office, office=replace(place.desk.office, pool=counted))
    keeper = RoomKeeper(desk, place.bot)
    asked = []
    for _ in range(3):
        place.desk.clock.move(timedelta(seconds=11))
        await keeper.look()
        asked.append(await counted.take("last_text"))
    assert asked == [2, 0, 0]
    await keeper.look()
    assert await counted.take("INSERT") == 0

    await ask(place, 2, name="Пётр")
    place.desk.clock.move(timedelta(minutes=3))
    await keeper.look()
    assert "Никто не взял: 2" in shown(place, olga, room).text
    place.desk.clock.move(timedelta(hours=3))
    await keeper.look()
    assert "Срок прошёл: 2" in shown(place, olga, room).text
