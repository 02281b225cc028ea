"""A bot or assistant that talks first: when the clock starts, and that it never answers for a person (FR-6, S1, S9)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.domain.conversation import Outcome
from hub.domain.errors import ContactBlocked, PermissionDenied, ReplyWindowClosed, StillWaiting
from hub.domain.ids import ConnectionId, ConversationId
from hub.domain.manager import Role
from hub.domain.rights import Person
from hub.inbox import bot_talk, conversations
from hub.inbox.endpoint import Endpoint
from tests.channels.outside import entry_point_package
from tests.delivery.bench import open_outside
from tests.inbox.desk import Desk, person, says
from tests.inbox.rules import DAY, MINUTE, answer, id_of, line_says, pass_time, put_in_force
from tests.inbox.test_calls import PHONE, miss
from tests.inbox.test_merge import three_cards
from tests.inbox.test_queries import only

HANDOVER = line_says("[lines.sales.bot]", 'clock_start = "handover"', 'patience = "10m"')


async def assistant(desk: Desk) -> Person:
    """The account in whose name the bot works."""
    return Person(await id_of(desk, "anna"), Role.admin, frozenset())  # type: ignore[arg-type]


async def bot_says(desk: Desk, text: str, *, key: str = "bot-1") -> ConversationId:
    conversation = await only(desk)
    await bot_talk.say(desk.office, await assistant(desk), conversation, text=text, key=key)
    await open_outside(desk).deliver()
    return conversation


async def facts(desk: Desk, *kinds: str) -> list[Any]:
    return await desk.rows("ledger", "kind = ANY($1) ORDER BY id", list(kinds))


async def test_fr6_by_default_the_clock_runs_from_the_first_message_whatever_the_bot_says(desk: Desk) -> None:
    asked = desk.now
    await desk.receive(says("Сколько стоит?", at=asked))
    conversation = await bot_says(desk, "Какой размер вам нужен?")
    desk.clock.move(3 * MINUTE)
    await bot_talk.give_to_people(desk.office, await assistant(desk), conversation)

    wait = await desk.one("waits")
    assert (wait["state"], wait["started_at"]) == ("open", asked)
    (handed,) = await facts(desk, "handed_over")
    assert handed["facts"]["first_message_at"] == asked.isoformat()
    assert handed["occurred_at"] - asked >= 3 * MINUTE


async def test_fr6_a_bot_has_no_say_in_the_chat_of_a_persons_own_account(desk: Desk) -> None:
    put_in_force(desk, HANDOVER)
    await desk.receive(replace(says("Сколько стоит?", at=desk.now), thread="100@anna"))

    assert (await desk.one("waits"))["state"] == "open"
    with pytest.raises(ContactBlocked):
        await bot_says(desk, "Какой размер вам нужен?")


async def test_fr6_where_the_line_says_so_the_clock_starts_at_the_hand_over_and_both_moments_are_kept(
    desk: Desk,
) -> None:
    put_in_force(desk, HANDOVER)
    asked = desk.now
    await desk.receive(says("Сколько стоит?", at=asked))
    assert await desk.rows("waits") == []
    assert (await desk.one("leads"))["stage"] == "new"
    conversation = await bot_says(desk, "Какой размер вам нужен?")
    desk.clock.move(30 * MINUTE)
    await bot_talk.give_to_people(desk.office, await assistant(desk), conversation)

    wait = await desk.one("waits")
    assert wait["started_at"] - asked >= 30 * MINUTE
    assert wait["deadline_at"] - wait["started_at"] == 15 * MINUTE
    assert wait["assignee_id"] is not None
    began, handed = await facts(desk, "bot_began", "handed_over")
    assert began["occurred_at"] == asked
    assert handed["facts"]["first_message_at"] == asked.isoformat()
    assert len(await desk.rows("leads")) == 1


async def test_fr6_a_bot_that_falls_silent_hands_over_without_a_word(desk: Desk) -> None:
    put_in_force(desk, HANDOVER)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await pass_time(desk, 9 * MINUTE)
    assert await desk.rows("waits") == []
    await pass_time(desk, 2 * MINUTE)

    assert (await desk.one("waits"))["state"] == "open"
    assert (await desk.one("ledger", "kind = 'handed_over'"))["cause"] == "patience"


async def test_fr6_a_bot_that_has_answered_may_wait_for_the_client(desk: Desk) -> None:
    put_in_force(desk, HANDOVER)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await bot_says(desk, "Какой размер вам нужен?")
    await pass_time(desk, 60 * MINUTE)

    assert await desk.rows("waits") == []


async def test_fr6_edge10_a_client_who_returns_to_a_bot_waits_from_the_return(desk: Desk) -> None:
    put_in_force(desk, HANDOVER)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    conversation = await bot_says(desk, "Пять тысяч. Всего доброго!")
    await bot_talk.close_alone(desk.office, await assistant(desk), conversation)
    desk.clock.move(5 * DAY)
    returned = desk.now
    await desk.receive(says("А доставка есть?", at=returned))
    await bot_talk.give_to_people(desk.office, await assistant(desk), conversation)

    wait = await desk.one("waits")
    assert timedelta(0) <= wait["started_at"] - returned < MINUTE
    (handed,) = await facts(desk, "handed_over")
    assert handed["facts"]["first_message_at"] == returned.isoformat()


async def test_s9_edge26_a_bot_cannot_close_over_a_waiting_client(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    conversation = await bot_says(desk, "Пять тысяч. Всего доброго!")
    with pytest.raises(StillWaiting):
        await bot_talk.close_alone(desk.office, await assistant(desk), conversation)

    assert (await desk.one("waits"))["state"] == "open"
    assert (await desk.one("conversations"))["state"] == "open"


async def test_s1_the_words_of_a_bot_go_out_once_and_answer_nothing(desk: Desk) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await bot_says(desk, "Пять тысяч")
    await bot_says(desk, "Пять тысяч")

    assert len(await desk.rows("messages", "author = 'bot'")) == 1
    assert (await desk.one("waits"))["state"] == "open"
    assert (await desk.one("conversations"))["last_response_at"] is None


async def test_m5_whose_card_it_is_asks_the_hub_who_gets_the_client_from_the_bot(desk: Desk) -> None:
    put_in_force(desk, HANDOVER)
    _, question = await three_cards(desk)
    assert await desk.rows("deliveries", "payload->>'notice' = 'match_question'") == []
    await pass_time(desk, 11 * MINUTE)

    asked = await desk.one("deliveries", "payload->>'notice' = 'match_question'")
    assert asked["payload"]["candidate_id"] == question["id"]


async def test_fr8_a_bot_says_nothing_on_a_line_that_only_observes(desk: Desk) -> None:
    put_in_force(desk, line_says('mode = "observe"'))
    await desk.receive(says("Сколько стоит?", at=desk.now))
    with pytest.raises(PermissionDenied):
        await bot_says(desk, "Пять тысяч")

    assert await desk.rows("deliveries", "lane = 'reply'") == []


async def test_fr6_a_call_while_the_bot_talks_is_for_people_at_once(desk: Desk) -> None:
    put_in_force(desk, HANDOVER)
    await desk.receive(says("Сколько стоит?", at=desk.now, by=person(100, phone=PHONE)))
    await miss(desk)

    wait = await desk.one("waits")
    assert (wait["channel"], wait["needs_callback"]) == ("mango", True)


async def test_fr6_once_a_person_has_answered_the_client_is_theirs(desk: Desk) -> None:
    put_in_force(desk, HANDOVER)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await pass_time(desk, 11 * MINUTE)
    await answer(desk)
    desk.clock.move(MINUTE)
    await desk.receive(says("А доставка?", at=desk.now))

    assert sorted(row["state"] for row in await desk.rows("waits")) == ["answered", "open"]


async def test_fr6_what_a_person_has_closed_is_not_handed_over_later(desk: Desk) -> None:
    put_in_force(desk, HANDOVER)
    await desk.receive(says("Сколько стоит?", at=desk.now))
    await conversations.close(desk.office, await assistant(desk), await only(desk), outcome=Outcome.solved)
    await pass_time(desk, 60 * MINUTE)

    assert await desk.rows("waits") == []


WINDOWED = """
from dataclasses import replace
from datetime import timedelta
from hub.channels.telegram import CHANNEL

class Windowed(CHANNEL):
    kind = "windowed"
    capabilities = replace(CHANNEL.capabilities, reply_window=timedelta(days=1))
"""


@pytest.mark.parametrize("who", ["bot", "manager"])
async def test_fr6_nobody_writes_after_the_channels_reply_window(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    entry_point_package(tmp_path, "windowed", WINDOWED, "Windowed")
    monkeypatch.syspath_prepend(str(tmp_path))
    desk.endpoints[ConnectionId(1)] = Endpoint(ConnectionId(1), "windowed", "windowed")
    await desk.receive(says("Сколько стоит?", at=desk.now))
    desk.clock.move(DAY + MINUTE)
    with pytest.raises(ReplyWindowClosed):
        await (bot_says(desk, "Какой размер вам нужен?") if who == "bot" else answer(desk))

    assert await desk.rows("deliveries", "lane = 'reply'") == []
