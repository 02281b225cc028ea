"""Every kind of event in every state of a client: what starts, joins, ends or leaves alone the clock (case 80).

The table is the promise; each cell is played through the product's channels over a real database. After each the armed
timers are those of the open waits and no others.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from hub.domain.conversation import Outcome
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConversationId
from hub.domain.inbound import Address, InboundMessage, MessageDeleted, ReactionSet, Sender
from hub.domain.outbound import Failed
from hub.inbox import conversations, waits
from hub.inbox.reply import add_note
from hub.testing.telephony import Scene
from tests.cases.desk import MANGO, MARIA, MINUTE, PHONE, SECOND, CaseDesk, open_case_desk, private, unix, user
from tests.inbox.rules import id_of, pass_time
from tests.inbox.test_queries import owner

COLLEAGUE = 600000001
CLIENT = Sender((Address(IdentityType.tg_user, str(MARIA), level=ProofLevel.proven),), name="Мария")
Step = Callable[[CaseDesk], Awaitable[object]]


async def newest(desk: CaseDesk) -> ConversationId:
    return ConversationId((await desk.rows("conversations", "true ORDER BY id DESC"))[0]["id"])


async def is_new(desk: CaseDesk) -> None:
    """Nobody has heard of the client."""


async def is_waiting(desk: CaseDesk) -> None:
    await desk.shares_contact()


async def is_answered(desk: CaseDesk) -> None:
    await desk.shares_contact()
    desk.clock.move(MINUTE)
    await desk.answers("Слушаю вас")


async def is_closed(desk: CaseDesk) -> None:
    await is_answered(desk)
    await conversations.close(desk.office, await owner(desk), await newest(desk), outcome=Outcome.solved)


async def is_blocked(desk: CaseDesk) -> None:
    await desk.shares_contact()
    await conversations.close(desk.office, await owner(desk), await newest(desk), outcome=Outcome.spam)


async def edits(desk: CaseDesk) -> None:
    said = {"message_id": 101, "date": unix(desk.now), "edit_date": unix(desk.now), "chat": private(MARIA)}
    await desk.update("edited_message", **said, **{"from": user(MARIA)}, text="Сколько стоит, скажите?")


async def deletes(desk: CaseDesk) -> None:
    await desk.happens(MessageDeleted("101", str(MARIA), desk.now))


async def is_away(desk: CaseDesk) -> None:
    away = InboundMessage("away-1", str(MARIA), CLIENT, desk.now, text="Я в отпуске", automatic="auto_reply")
    await desk.happens(away)


async def reacts(desk: CaseDesk) -> None:
    await desk.happens(ReactionSet("101", str(MARIA), CLIENT, desk.now))


async def misses_us(desk: CaseDesk) -> None:
    await desk.calls(Scene.missed)
    await pass_time(desk, MINUTE)


async def is_called(desk: CaseDesk, talk: timedelta = MINUTE) -> None:
    desk.staff["pbx_extension", str(MANGO), "101"] = await id_of(desk, "anna")  # type: ignore[assignment]
    await desk.calls(Scene.outgoing, talk=talk)
    await pass_time(desk, MINUTE)


async def is_noted(desk: CaseDesk) -> None:
    await add_note(desk.office, await owner(desk), await newest(desk), text="Перезвонить", key="note-1")


async def answer_fails(desk: CaseDesk) -> None:
    desk.outside.channel.answers = [Failed("blocked", "клиент заблокировал бота")]
    await desk.outside.reply("Пять тысяч", await newest(desk))
    await desk.deliver()


async def is_dismissed(desk: CaseDesk) -> None:
    await waits.dismiss(desk.office, await owner(desk), await newest(desk))


STATES: Mapping[str, Step] = {
    "new": is_new,
    "waiting": is_waiting,
    "answered": is_answered,
    "closed": is_closed,
    "blocked": is_blocked,
}
PHOTO = [{"file_id": "AgAC1", "file_unique_id": "AQ1", "file_size": 500}]
EVENTS: Mapping[str, Step] = {
    "text": lambda desk: desk.writes("Сколько стоит?"),
    "photo": lambda desk: desk.writes(photo=PHOTO),
    "form": lambda desk: desk.submits(name="Мария", phone=PHONE, message="Перезвоните"),
    "missed call": misses_us,
    "start of the bot": lambda desk: desk.writes("/start"),
    "edit": edits,
    "deletion": deletes,
    "automatic text": is_away,
    "reaction": reacts,
    "talk": is_called,
    "talk of 4 seconds": lambda desk: is_called(desk, talk=4 * SECOND),
    "note": is_noted,
    "answer": lambda desk: desk.answers("Пять тысяч", number="901"),
    "answer that fails": answer_fails,
    "no answer needed": is_dismissed,
}
# What each event does to the clock in the states above, in their order; "-" where it cannot be.
TABLE = """
text               opens   joins   opens   opens   nothing
photo              opens   joins   opens   opens   nothing
form               opens   joins   opens   opens   nothing
missed call        opens   joins   opens   opens   nothing
start of the bot   nothing nothing nothing nothing nothing
edit               nothing nothing nothing nothing nothing
deletion           nothing nothing nothing nothing nothing
automatic text     nothing nothing nothing nothing nothing
reaction           nothing nothing nothing nothing nothing
talk               nothing ends    nothing nothing nothing
talk of 4 seconds  nothing nothing nothing nothing nothing
note               -       nothing nothing nothing nothing
answer             -       ends    nothing -       -
answer that fails  -       nothing nothing -       -
no answer needed   -       ends    -       -       -
"""
CELLS = [
    pytest.param(state, line[:19].strip(), effect, id=f"{line[:19].strip()}, {state}")
    for line in TABLE.strip().splitlines()
    for state, effect in zip(STATES, line[19:].split(), strict=True)
    if effect != "-"
]


@pytest.mark.parametrize(("state", "event", "effect"), CELLS)
async def test_case80_every_event_in_every_state_has_its_effect_on_the_clock(
    pool: asyncpg.Pool, tmp_path: Path, state: str, event: str, effect: str
) -> None:
    desk = await open_case_desk(pool, tmp_path / "files")
    await STATES[state](desk)
    desk.clock.move(MINUTE)
    before = await desk.rows("waits", "true ORDER BY id")
    await EVENTS[event](desk)
    after = await desk.rows("waits", "true ORDER BY id")

    assert effect_of(before, after) == effect
    armed = await desk.rows("timers", "state = 'armed' AND kind IN ('first_response', 'next_response')")
    assert {row["subject"] for row in armed} == {f"wait:{row['id']}" for row in after if row["state"] == "open"}


def effect_of(before: list[asyncpg.Record], after: list[asyncpg.Record]) -> str:
    """Say in a word what became of the waits; an open one never moves its start or its deadline."""
    was, now = ([row for row in rows if row["state"] == "open"] for rows in (before, after))
    if len(after) > len(before):
        return "opens" if len(now) == 1 and not was else "opens too many"
    if was and not now:
        return "ends"
    if [row["id"] for row in was] != [row["id"] for row in now]:
        return "changes"
    both = list(zip(was, now, strict=True))
    if any(row[name] != then[name] for then, row in both for name in ("started_at", "deadline_at")):
        return "moves"
    return "joins" if any(row["requests"] > then["requests"] for then, row in both) else "nothing"
