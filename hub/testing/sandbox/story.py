"""The opening: a morning in the shop that has happened already when the newcomer looks, played through every channel.

Maria's question in Telegram was answered; a form waits, a call was missed, a letter came.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import structlog

from hub.testing.sandbox.cast import MARIA, OLEG, STRANGER, SVETLANA
from hub.testing.sandbox.deeds import BREATH, move_clock
from hub.testing.sandbox.play import Play
from hub.testing.sandbox.town import Seat

PATIENCE = timedelta(seconds=20)
_log = structlog.get_logger(__name__)
_QUESTION = "Здравствуйте! Есть торшер «Лебедь» в белом? И сколько стоит доставка в Химки?"
_ANSWER = "Здравствуйте, Мария! Белый есть, 7 900 ₽. Доставка в Химки 450 ₽, привезём завтра с 10 до 14."
_ORDER = "Нужны 12 настольных ламп для офиса. Пришлите, пожалуйста, счёт на ООО «Вектор»."
_LETTER = (
    "Добрый день!\n\nПолка пришла с царапиной на торце. Можно поменять её, не привозя обратно?\n\nСветлана Вольская"
)


async def play_opening(play: Play) -> None:
    """Play the morning; what the hub does not manage in time is left to happen while the newcomer watches."""
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            await _come_to_work(play)
            await _ask_and_answer(play)
            await _leave_three_waiting(play)
    except TimeoutError:
        _log.warning("sandbox.opening_unfinished")
    play.is_set = True
    play.town.changes.tell()


async def _come_to_work(play: Play) -> None:
    """Let the managers follow their invitations, as real ones do."""
    for key, seat in play.town.managers.items():
        seat.person.starts(seat.bot, f"m_{play.premises.invites[key]}")
    for seat in play.town.managers.values():
        await _until(play, lambda seat=seat: bool(_said_by_bot(seat)))  # type: ignore[misc]


async def _ask_and_answer(play: Play) -> None:
    maria, anna = play.town.clients[MARIA.key], play.town.managers["anna"]
    maria.person.starts(maria.bot)
    maria.person.shares_contact(maria.bot)
    maria.person.writes(maria.bot, _QUESTION)
    await _until(play, lambda: anna.person.screen(anna.bot).last_with(_QUESTION[:20]) is not None)
    move_clock(play, timedelta(minutes=2))
    card = anna.person.screen(anna.bot).last_with(_QUESTION[:20])
    if card is not None:
        anna.person.replies(anna.bot, _ANSWER, to=card)
    await _until(play, lambda: maria.person.screen(maria.bot).last_with(_ANSWER) is not None)


async def _leave_three_waiting(play: Play) -> None:
    anna = play.town.managers["anna"]
    move_clock(play, timedelta(minutes=5))
    await play.send_form(name=OLEG.name, phone=f"+{OLEG.phone}", email=OLEG.email, text=_ORDER)
    await _until(play, lambda: anna.person.screen(anna.bot).last_with(_ORDER[:20]) is not None)
    move_clock(play, timedelta(minutes=1))
    await play.town.telephone.ring(STRANGER)
    move_clock(play, timedelta(seconds=24))
    await play.town.telephone.hang_up()
    move_clock(play, timedelta(minutes=1))
    play.town.mail.write(SVETLANA, "Полка с царапиной, обмен", _LETTER)
    await _until(play, lambda: anna.person.screen(anna.bot).last_with("царапиной") is not None)
    await _until(play, lambda: anna.person.screen(anna.bot).last_with("📵") is not None)
    move_clock(play, BREATH)  # the call and the letter have reached the managers together


async def _until(play: Play, is_reached: Callable[[], bool]) -> None:
    while not is_reached():
        await play.town.changes.wait(play.town.changes.count, timedelta(seconds=1))


def _said_by_bot(seat: Seat) -> list[str]:
    return [seen.text for seen in seat.person.screen(seat.bot).visible() if seen.is_from_bot]
