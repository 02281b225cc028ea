"""Cases that the telephone brings: talks, missed calls, calls that never end (semantics §8)."""

from typing import cast

from hub.store.connections import count_endless_calls
from hub.testing.telephony import PlayedCall, Post, Scene
from hub.testing.telephony.encoders import ENCODERS
from hub.testing.telephony.scenes import Happening, Moment, Played
from tests.cases.desk import DAY, HOUR, MANGO, MINUTE, PBX, SECOND, ZADARMA, ZADARMA_KEYS, CaseDesk
from tests.inbox.rules import id_of, pass_time


async def case_13_answer_given_by_phone_to_a_telegram_question(desk: CaseDesk) -> None:
    anna = await id_of(desk, "anna")
    desk.staff["pbx_extension", str(MANGO), "101"] = anna  # type: ignore[assignment]
    await desk.shares_contact()
    await desk.writes("Сколько стоит?")
    desk.clock.move(MINUTE)
    await desk.calls(Scene.outgoing)

    wait = await desk.wait()
    assert (wait["state"], wait["response_channel"], wait["responder_id"]) == ("answered", "mango", anna)
    told = (await desk.fact("answered"))["facts"]
    call = await desk.one("messages", "kind = 'call'")
    assert (told["channel"], told["message_id"]) == ("mango", call["id"])


async def case_14_call_of_four_seconds_and_voicemail(desk: CaseDesk) -> None:
    await desk.shares_contact()
    await desk.calls(Scene.outgoing, talk=4 * SECOND)
    assert (await desk.wait())["state"] == "open"

    voicemail = Played(Scene.abandoned_in_menu, PlayedCall("z1", desk.now), ZADARMA_KEYS)
    over = Happening(Moment.over, desk.now, talked=30 * SECOND)
    await desk.posts(cast(Post, ENCODERS["zadarma"](voicemail, over)), ZADARMA)
    await pass_time(desk, MINUTE)
    assert [call["state"] for call in await desk.rows("calls", "true ORDER BY id")] == ["answered", "missed"]
    assert (await desk.wait())["state"] == "open"
    assert await desk.story("answered", "missed_call") == ["missed_call"]


async def case_34_missed_call_and_then_the_client_writes_in_telegram(desk: CaseDesk) -> None:
    await desk.shares_contact()
    await desk.answers("Здравствуйте, Мария")
    desk.clock.move(HOUR)
    await desk.calls(Scene.missed)
    await pass_time(desk, MINUTE)
    missed = await desk.one("waits", "state = 'open'")
    await desk.writes("Не дозвонилась до вас")

    wait = await desk.one("waits", "state = 'open'")
    assert (wait["started_at"], wait["requests"]) == (missed["started_at"], 2)
    assert (wait["needs_callback"], wait["callback_due_at"]) == (True, missed["callback_due_at"])
    await desk.answers("Слушаю вас", number="901")
    assert await desk.states() == ["answered", "answered"]


async def case_35_missed_by_one_queue_and_answered_by_another_in_the_same_session(desk: CaseDesk) -> None:
    start = desk.now.replace(microsecond=0)
    played = Played(Scene.answered, PlayedCall("c1", start), PBX)
    happenings = (
        Happening(Moment.ringing, start, "101"),
        Happening(Moment.leg_ended, start + 15 * SECOND, "101"),
        Happening(Moment.ringing, start + 16 * SECOND, "102"),
        Happening(Moment.answered, start + 20 * SECOND, "102"),
        Happening(Moment.leg_ended, start + 80 * SECOND, "102"),
        Happening(Moment.over, start + 80 * SECOND, "102", 60 * SECOND),
    )
    for happening in happenings:
        desk.clock.move(max(happening.at - desk.now, 0 * SECOND))
        await desk.posts(cast(Post, ENCODERS["mango"](played, happening)))
        await pass_time(desk, 0 * SECOND)
    await pass_time(desk, MINUTE)

    assert (await desk.one("calls"))["state"] == "answered"
    assert await desk.story("missed_call") == await desk.told("missed_call") == []
    assert await desk.states() == ["answered"]


async def case_36_call_webhook_without_hangup(desk: CaseDesk) -> None:
    await desk.calls(Scene.missed, only=slice(1))
    await pass_time(desk, 3 * HOUR + 59 * MINUTE)
    assert (await desk.one("calls"))["state"] == "ringing"
    await pass_time(desk, 2 * MINUTE)

    assert (await desk.one("calls"))["state"] == "unknown"
    assert await desk.rows("waits") == await desk.told() == []
    async with desk.pool.acquire() as connection:
        assert await count_endless_calls(connection, MANGO, since=desk.now - DAY) == 1
