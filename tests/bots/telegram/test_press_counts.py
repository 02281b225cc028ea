"""What docs/manager.md promises: how many presses and written lines each thing takes, counted on the whole way."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.domain.ids import ManagerId
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.inbox import clocks
from hub.inbox.people import AT_THE_MACHINE, create_invite
from hub.store import timers
from hub.testing.telegram.people import Person
from tests.bots.telegram.conftest import PBX
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import person as client
from tests.inbox.rules import MOSCOW, line_says, put_in_force

PAGE = Path(__file__).parents[3] / "docs" / "manager.md"
ROW = re.compile(r"^\| (.+?) \| (\d+) \| (\d+) \|$", re.MULTILINE)
TOLD = {name: (int(presses), int(lines)) for name, presses, lines in ROW.findall(PAGE.read_text(encoding="utf-8"))}
ASKED = "Сколько стоит?"
RULES = line_says("[lines.sales.templates.price]", 'name = "Цена"', 'text = "Пять тысяч"')
NUMBER = "+79161234567"


@dataclass
class Hands:
    """A manager whose every press and written line is counted."""

    place: Workplace
    person: Person
    presses: int = 0
    lines: int = 0

    async def press(self, text: str, label: str) -> None:
        self.presses += 1
        await self.place.presses(self.person, text, label)

    async def press_key(self, label: str) -> None:
        """A button under the input field: Telegram sends its label."""
        self.presses += 1
        await self.place.writes(self.person, label)

    async def start(self, token: str) -> None:
        self.presses += 1
        self.person.starts(self.place.account, f"m_{token}")
        await self.place.work()

    async def copy(self, text: str, label: str) -> str:
        """A press that the messenger carries out by itself: it puts a text into the clipboard."""
        self.presses += 1
        rows = (self.place.post(self.person, text).keyboard or {})["inline_keyboard"]
        [copied] = [str(each["copy_text"]["text"]) for row in rows for each in row if each["text"] == label]
        return copied

    async def reply(self, to: str, text: str) -> None:
        self.lines += 1
        await self.place.replies(self.person, to, text)

    async def write(self, text: str) -> None:
        self.lines += 1
        await self.place.writes(self.person, text)


Way = Callable[[Hands], Awaitable[None]]


async def answered(hands: Hands) -> None:
    """A client who has got an answer already, before anything is counted."""
    await hands.place.replies(hands.person, ASKED, "Пять тысяч")
    await hands.place.channel_says("sent")


async def come_in(hands: Hands) -> None:
    token = await create_invite(hands.place.desk.office, AT_THE_MACHINE, key="vera", name="Вера")
    hands.person = hands.place.api.person("Вера")
    await hands.start(token)
    assert "Клиенты будут приходить сюда" in hands.place.seen(hands.person)[-1]


async def take_and_answer(hands: Hands) -> None:
    await hands.place.desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    await hands.reply(ASKED, "Пять тысяч")
    await hands.place.channel_says("sent")
    assert (await hands.place.desk.one("conversations"))["assignee_id"] == hands.person.user.id
    assert (await hands.place.desk.one("waits"))["state"] == "answered"


async def answer_by_template(hands: Hands) -> None:
    await hands.press(ASKED, "🗒 Шаблоны")
    await hands.press("🗒 Шаблоны, #", "1. Цена")
    assert (await hands.place.desk.one("messages", "direction = 'outbound'"))["text"] == "Пять тысяч"


async def miss_call(hands: Hands) -> None:
    """A client who has called in vain, before anything is counted."""
    desk = hands.place.desk
    for stage in (CallStage.ringing, CallStage.ended):
        event = CallEvent(f"in-{stage}", "in", stage, CallDirection.inbound, desk.now, client=NUMBER)
        await desk.receive(event, connection=4)
    desk.clock.move(timedelta(seconds=25))
    async with desk.pool.acquire() as connection:
        due = await timers.list_due(connection, now=desk.now, limit=100)
    await clocks.fire(desk.office, due)
    await hands.place.work()


async def call_back(hands: Hands) -> None:
    desk = hands.place.desk
    desk.endpoints[PBX] = replace(desk.endpoints[PBX], kind="mango", can_call=True)
    desk.staff[("pbx_extension", str(PBX), "101")] = ManagerId(hands.person.user.id)
    await miss_call(hands)
    await hands.press("📵 Пропущенный звонок", "📞 Перезвонить")
    assert (await desk.one("deliveries", "lane = 'call'"))["payload"]["phone"] == NUMBER


async def call_by_hand(hands: Hands) -> None:
    await miss_call(hands)
    assert await hands.copy("📵 Пропущенный звонок", "📋 Скопировать номер") == NUMBER


async def hear(hands: Hands) -> None:
    talk: dict[str, Any] = {"client": NUMBER, "talk": timedelta(seconds=40), "recording": "rec-1"}
    await miss_call(hands)
    hands.place.desk.clock.move(timedelta(minutes=1))
    event = CallEvent("out", "out", CallStage.ended, CallDirection.outbound, hands.place.desk.now, **talk)
    await hands.place.desk.receive(event, connection=PBX)
    await hands.place.work()
    await hands.press("💬 Обращение", "▶️ Запись")
    assert await hands.place.desk.rows("deliveries", "lane = 'media'")


async def write_result(hands: Hands) -> None:
    await miss_call(hands)
    await hands.press("📵 Пропущенный звонок", "✅ Дозвонился")
    await hands.write("Договорились на среду")
    assert await hands.place.desk.rows("waits", "result_note = 'Договорились на среду'")


async def close(hands: Hands) -> None:
    await answered(hands)
    await hands.press(ASKED, "✅ Закрыть")
    await hands.press("Чем закончилось", "💰 Сделка")
    assert (await hands.place.desk.one("conversations"))["outcome"] == "deal"


async def close_refused(hands: Hands) -> None:
    await answered(hands)
    await hands.press(ASKED, "✅ Закрыть")
    await hands.press("Чем закончилось", "🙅 Отказ")
    await hands.press("Почему отказ", "Дорого")
    closed = await hands.place.desk.one("conversations")
    assert (closed["outcome"], closed["outcome_note"]) == ("refused", "Дорого")


async def dismiss(hands: Hands) -> None:
    await hands.press(ASKED, "🤷 Ответ не нужен")
    await hands.press("ответ не нужен?", "🙏 Просто благодарность")
    assert (await hands.place.desk.one("waits"))["state"] == "dismissed"


async def snooze(hands: Hands) -> None:
    await hands.press(ASKED, "😴 Отложить")
    await hands.press("До какого времени", "1 час")
    assert (await hands.place.desk.one("conversations"))["snoozed_until"] is not None


async def hand_over(hands: Hands) -> None:
    anna = await hands.place.hire("anna", "Анна")
    await hands.press(ASKED, "➡️ Передать")
    await hands.press("Кому передать", "🟢 Анна · 0 ждут")
    await hands.press("Напишите заметку", "➡️ Без заметки")
    assert (await hands.place.desk.one("conversations"))["transfer_to"] == anna.user.id


async def accept(hands: Hands) -> None:
    ivan, number = hands.person, (await hands.place.desk.one("conversations"))["number"]
    hands.person = await hands.place.hire("anna", "Анна")
    await hands.place.writes(ivan, f"/transfer {number} Анна // скидка")
    await hands.press("Вам передали", "✅ Принять")
    assert (await hands.place.desk.one("conversations"))["assignee_id"] == hands.person.user.id


async def note(hands: Hands) -> None:
    await hands.reply(ASKED, "// просил скидку")
    assert (await hands.place.desk.one("messages", "direction = 'note'"))["text"] == "просил скидку"


async def take_next(hands: Hands) -> None:
    await hands.place.desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    await hands.press_key("⏭ Самое срочное")
    assert (await hands.place.desk.one("conversations"))["assignee_id"] == hands.person.user.id


async def next_client(hands: Hands) -> None:
    await hands.place.client_says("Когда привезёте?", by=client(101, name="Олег"))
    await hands.place.replies(hands.person, ASKED, "Пять тысяч")
    await hands.press("⏭ Дальше", "⏭ Открыть: Олег")
    assert "Когда привезёте?" in hands.place.seen(hands.person)[-1]


async def template_in_own_words(hands: Hands) -> None:
    await hands.press(ASKED, "🗒 Шаблоны")
    await hands.press("🗒 Шаблоны, #", "✏️ Изменить…")
    await hands.press("Какой из шаблонов", "1. Цена")
    await hands.write("Четыре тысячи")
    assert (await hands.place.desk.one("messages", "direction = 'outbound'"))["text"] == "Четыре тысячи"


async def put_off_to_a_date(hands: Hands) -> None:
    await hands.press(ASKED, "😴 Отложить")
    await hands.press("До какого времени", "📅 Дата…")
    today = hands.place.desk.now.astimezone(MOSCOW)
    rows = (hands.place.post(hands.person, "выберите день").keyboard or {})["inline_keyboard"]
    days = [each["text"] for row in rows for each in row if each["text"].isdigit()]
    await hands.press("выберите день", days[0])
    await hands.press("во сколько напомнить", "23:00")
    until = (await hands.place.desk.one("conversations"))["snoozed_until"].astimezone(MOSCOW)
    assert (until.day, until.hour) == (int(days[0]), 23) and until > today


async def undo(hands: Hands) -> None:
    await hands.place.presses(hands.person, ASKED, "😴 Отложить")
    await hands.place.presses(hands.person, "До какого времени", "1 час")
    await hands.press("отложено до", "↩️ Отменить")
    assert (await hands.place.desk.one("conversations"))["snoozed_until"] is None


async def other_channel(hands: Hands) -> None:
    await hands.place.desk.pool.execute(
        "INSERT INTO identities (id, contact_id, type, scope, value, original, level, created_at) "
        "SELECT 1, id, 'email', '', 'm@romashka.ru', '', 'claimed', now() FROM contacts"
    )
    await hands.place.writes(hands.person, f"/card {(await hands.place.desk.one('conversations'))['number']}")
    await hands.press(ASKED, "🔀 Другой канал")
    await hands.press("Куда отправлять ответы", "✉️ Написать на m@romashka.ru")
    assert (await hands.place.desk.one("conversations"))["chosen_thread_id"] is not None


WAYS: dict[str, Way] = {
    "Войти по приглашению": come_in,
    "Взять и ответить": take_and_answer,
    "Ответить шаблоном": answer_by_template,
    "Перезвонить": call_back,
    "Прослушать разговор": hear,
    "Записать итог звонка": write_result,
    "Закрыть с итогом": close,
    "Закрыть с отказом и причиной": close_refused,
    "Ответ не нужен": dismiss,
    "Отложить на час": snooze,
    "Передать коллеге": hand_over,
    "Принять переданное": accept,
    "Заметка для коллег": note,
    "Взять самое срочное": take_next,
    "Следующий клиент после ответа": next_client,
    "Шаблон своими словами": template_in_own_words,
    "Отложить на дату и час": put_off_to_a_date,
    "Отменить последнее": undo,
    "Отвечать по другому каналу": other_channel,
}


def test_the_page_counts_exactly_what_is_walked_here():
    assert set(TOLD) == set(WAYS)


@pytest.mark.parametrize("name", WAYS)
async def test_a_thing_takes_as_many_presses_and_lines_as_the_page_says(place: Workplace, name: str) -> None:
    put_in_force(place.desk, RULES)
    hands = Hands(place, await place.hire("ivan", "Иван"))
    await place.client_says(ASKED)
    await WAYS[name](hands)

    assert (hands.presses, hands.lines) == TOLD[name]


async def test_without_a_pbx_the_number_is_copied_by_one_press(place: Workplace) -> None:
    hands = Hands(place, await place.hire("ivan", "Иван"))
    await place.client_says(ASKED)
    await call_by_hand(hands)

    assert (hands.presses, hands.lines) == TOLD["Перезвонить"]


async def test_from_the_invitation_to_the_first_answer_it_is_one_press_and_one_line(place: Workplace) -> None:
    put_in_force(place.desk, RULES)
    hands = Hands(place, place.api.person("никто"))
    await come_in(hands)
    await place.client_says(ASKED)
    await hands.reply(ASKED, "Пять тысяч")
    await place.channel_says("sent")

    assert (await place.desk.one("waits"))["state"] == "answered"
    assert (hands.presses, hands.lines) == (1, 1)
