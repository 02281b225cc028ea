"""«Перезвонить» as a manager presses it: the PBX rings the manager, then the client, and the card says how it went."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.delivery.alarms import Alarms
from hub.delivery.calls import CallHandler
from hub.delivery.media import MediaHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.errors import PermanentFailure
from hub.domain.ids import ManagerId
from hub.domain.inbound import CallDirection, CallEvent, CallStage
from hub.domain.message import Attachment
from hub.domain.outbound import Failed, SendResult, Unknown
from hub.inbox import clocks
from hub.store import timers
from hub.testing.telegram.people import Person
from hub.testing.telephony.switch import SOUND
from tests.bots.telegram.conftest import PBX
from tests.bots.telegram.workplace import Workplace, repeat, waiting_update
from tests.delivery.test_placing_calls import ScriptedPbx
from tests.inbox.rules import line_says, put_in_force

NUMBER = "+79161234567"
MISSED = "📵 Пропущенный звонок"
CALL = "📞 Перезвонить"


class Switchboard:
    """Anna's day with a PBX that places calls."""

    def __init__(self, place: Workplace, *answers: SendResult) -> None:
        self.place, self.pbx = place, ScriptedPbx(place.desk, answers)
        handler = CallHandler(place.desk.office, lambda _: self.pbx)
        self.worker = DeliveryWorker(place.desk.office, Lane.call, handler.as_lane())

    async def open(self, *, extension: str = "101") -> Person:
        desk = self.place.desk
        desk.endpoints[PBX] = replace(desk.endpoints[PBX], kind="mango", can_call=True)
        anna = await self.place.hire("anna", "Анна")
        if extension:
            desk.staff[("pbx_extension", str(PBX), extension)] = ManagerId(anna.user.id)
        await self.hears("in", CallStage.ringing, CallDirection.inbound)
        await self.hears("in", CallStage.ended, CallDirection.inbound)
        await self.after(seconds=25)
        return anna

    async def hears(self, call: str, stage: CallStage, way: CallDirection, **more: Any) -> None:
        event = CallEvent(f"{call}-{stage}", call, stage, way, self.place.desk.now, client=NUMBER, **more)
        await self.place.desk.receive(event, connection=PBX)

    async def after(self, **time: int) -> None:
        desk = self.place.desk
        desk.clock.move(timedelta(**time))
        async with desk.pool.acquire() as connection:
            due = await timers.list_due(connection, now=desk.now, limit=100)
        await clocks.fire(desk.office, due)
        await self.place.work()

    async def placed(self) -> Sequence[tuple[str, str]]:
        await self.worker.run_until_idle()
        await self.place.work()
        return self.pbx.asked


def labels(place: Workplace, person: Person, text: str) -> list[str]:
    rows = (place.post(person, text).keyboard or {}).get("inline_keyboard", [])
    return [str(each["text"]) for row in rows for each in row]


async def test_c5_one_press_rings_the_manager_then_the_client_and_the_card_says_so(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open()
    await place.presses(anna, MISSED, CALL)

    assert await board.placed() == [("101", NUMBER)]
    assert "Звоним вам на 101, потом клиенту" in place.post(anna, MISSED).text


async def test_a_double_press_is_one_call(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open()
    await place.presses(anna, MISSED, CALL)
    await place.presses(anna, MISSED, CALL)

    assert len(await board.placed()) == 1
    assert "📞 Уже звоним вам на 101" in place.seen(anna)


async def test_case22_a_press_that_comes_again_after_a_crash_is_one_call(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open()
    anna.presses(place.account, place.post(anna, MISSED), CALL)
    update = waiting_update(place)
    await place.work()
    await board.placed()
    place.desk.clock.move(timedelta(seconds=40))
    await repeat(place, update)

    assert len(await board.placed()) == 1


async def test_c5_t5_after_the_talk_the_card_is_calm_and_the_speaker_is_asked_how_it_went(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open()
    await place.presses(anna, MISSED, CALL)
    await board.placed()
    said: dict[str, Any] = {"extension": "101"}
    await board.hears("out", CallStage.answered, CallDirection.outbound, **said)
    place.desk.clock.move(timedelta(seconds=40))
    await board.hears("out", CallStage.ended, CallDirection.outbound, talk=timedelta(seconds=40), **said)
    await place.work()

    card = place.post(anna, "💬 Обращение")
    assert "Звоним" not in card.text
    assert "📝 Итог" in labels(place, anna, "чем закончился разговор")


async def test_c6_a_client_who_did_not_pick_up_is_a_counted_attempt_on_the_card(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open()
    await place.presses(anna, MISSED, CALL)
    await board.placed()
    await board.hears("out", CallStage.ended, CallDirection.outbound, extension="101", talk=timedelta(0))
    await board.after(seconds=25)

    card = place.post(anna, MISSED)
    assert "1 попытка дозвониться" in card.text
    assert "Звоним" not in card.text


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Failed("no_money", "2101"), "нет денег"),
        (Failed("refused", "Invalid parameters"), "АТС отказала: Invalid parameters"),
        (Failed("credentials", "401", is_connection_fault=True), "не принимает ключ хаба"),
        (Unknown("no answer"), "АТС не ответила, звонит ли она"),
    ],
)
async def test_what_the_pbx_would_not_do_is_told_with_the_ways_on(
    place: Workplace, answer: SendResult, told: str
) -> None:
    board = Switchboard(place, answer)
    anna = await board.open()
    await place.presses(anna, MISSED, CALL)
    await board.placed()

    assert labels(place, anna, told) == ["📞 Ещё раз", "📋 Скопировать номер"]
    assert "Звоним" not in place.post(anna, MISSED).text


async def test_after_a_refusal_one_press_calls_once_more(place: Workplace) -> None:
    board = Switchboard(place, Failed("no_money", "2101"))
    anna = await board.open()
    await place.presses(anna, MISSED, CALL)
    await board.placed()
    await place.presses(anna, "нет денег", "📞 Ещё раз")

    assert len(await board.placed()) == 2
    assert "снимите трубку 101" in place.seen(anna)[-1]
    assert not any("нет денег" in text for text in place.seen(anna))


async def test_without_a_telephone_of_ones_own_the_card_offers_the_number_as_before(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open(extension="")

    assert CALL not in labels(place, anna, MISSED)
    assert "📋 Скопировать номер" in labels(place, anna, MISSED)


async def test_the_command_says_which_telephone_to_pick_up_or_what_is_missing(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open(extension="")
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(anna, f"/call {number}")
    assert "Напишите /extension" in place.seen(anna)[-1]

    place.desk.staff[("pbx_extension", str(PBX), "101")] = ManagerId(anna.user.id)
    await place.writes(anna, f"/call {number}")
    assert f"#{number}: снимите трубку 101" in place.seen(anna)[-1]
    assert await board.placed() == [("101", NUMBER)]


async def test_rg5_a_masked_number_is_called_without_being_shown(place: Workplace) -> None:
    board = Switchboard(place, Failed("no_money", "2101"))
    put_in_force(place.desk, line_says('phone_masking = "always"'))
    anna = await board.open()
    await place.presses(anna, MISSED, CALL)

    assert await board.placed() == [("101", NUMBER)]
    assert labels(place, anna, "нет денег") == ["📞 Ещё раз"]
    assert not any(NUMBER in text for text in place.seen(anna))


async def test_m15_a_manager_says_the_own_telephone_in_the_chat(place: Workplace) -> None:
    anna = await Switchboard(place).open(extension="")
    await place.writes(anna, "/extension")
    await place.writes(anna, "/extension сто один")
    await place.writes(anna, "/extension 101")
    await place.writes(anna, "/extension")
    await place.writes(anna, "/extension off")

    told = [text.split(".")[0] for text in place.seen(anna) if "АТС" in text and not text.startswith(("📵", "/"))]
    assert told == [
        "Ваш телефон на АТС не указан",
        "Какая АТС? Напишите её имя после номера: /extension 101 АТС",
        "☎️ Записано: 101 (АТС)",
        "☎️ Ваш телефон на АТС: 101 (АТС)",
    ]
    assert place.seen(anna)[-1].startswith("☎️ Убрано")


class Archive(ScriptedPbx):
    """A PBX with one recording, or with the reason why there is none."""

    fault: Exception | None = None

    async def fetch_media(self, attachment: Attachment) -> AsyncIterator[bytes]:
        if self.fault is not None:
            raise self.fault
        yield SOUND


async def talked(board: Switchboard, *, recording: str = "https://pbx.example/1.mp3") -> None:
    said: dict[str, Any] = {"extension": "101"}
    await board.hears("out", CallStage.answered, CallDirection.outbound, **said)
    board.place.desk.clock.move(timedelta(seconds=40))
    talk = timedelta(seconds=40)
    await board.hears("out", CallStage.ended, CallDirection.outbound, talk=talk, recording=recording, **said)
    await board.place.work()


async def bring(place: Workplace, fault: Exception | None = None) -> None:
    archive = Archive(place.desk)
    archive.fault = fault
    handler = MediaHandler(place.desk.office, place.files, lambda _: archive, Alarms(place.desk.office))
    await DeliveryWorker(place.desk.office, Lane.media, handler.as_lane()).run_until_idle()
    await place.work()


async def test_c12_a_talk_is_heard_from_the_card_in_the_chat(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open()
    await talked(board)
    await place.presses(anna, "💬 Обращение", "▶️ Запись")
    assert place.seen(anna)[-1] == "⏳ Запись загружается, придёт сюда"
    await bring(place)

    heard = place.post(anna, "▶️ Имя неизвестно · разговор")
    assert "audio" in heard.content
    assert heard.reply_to is place.post(anna, "💬 Обращение")


async def test_c12_a_second_listening_needs_no_pbx(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open()
    await talked(board)
    await place.presses(anna, "💬 Обращение", "▶️ Запись")
    await bring(place)
    await place.presses(anna, "💬 Обращение", "▶️ Запись")

    assert len([text for text in place.seen(anna) if "· разговор" in text]) == 2


async def test_c12_a_recording_that_is_gone_is_told_with_the_next_step(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open()
    await talked(board)
    await place.presses(anna, "💬 Обращение", "▶️ Запись")
    await bring(place, PermanentFailure("gone", 404, reason="expired"))

    assert "ссылка АТС устарела; откройте запись в кабинете АТС" in place.seen(anna)[-1]


async def test_c12_each_talk_of_the_history_is_heard_by_its_time(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open()
    await talked(board)
    await place.presses(anna, "💬 Обращение", "🕘 История")
    [label] = [each for each in labels(place, anna, "🕘 История #") if each.startswith("▶️")]
    await place.presses(anna, "🕘 История #", label)
    await bring(place)

    assert "audio" in place.post(anna, "▶️ Имя неизвестно · разговор").content
    assert any(text.startswith("🕘 История #") for text in place.seen(anna))


async def test_a_card_without_recordings_offers_none_and_the_command_says_so(place: Workplace) -> None:
    board = Switchboard(place)
    anna = await board.open()
    await talked(board, recording="")
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(anna, f"/listen {number}")

    assert "▶️ Запись" not in labels(place, anna, "💬 Обращение")
    assert place.seen(anna)[-1] == f"У обращения #{number} нет записей разговоров"
