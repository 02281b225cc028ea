"""A group as a client (case 39): whose its thread is, who speaks, and that it stays itself when it moves."""

from dataclasses import replace

from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import Address, InboundMessage, ReachChanged, ReachState, Sender
from tests.inbox.desk import Desk, person, says
from tests.inbox.rules import MINUTE, id_of


def group(*ids: str, name: str = "Закупки") -> Sender:
    return Sender(tuple(Address(IdentityType.tg_chat, each, level=ProofLevel.proven) for each in ids), name)


def asks(desk: Desk, text: str = "Когда отгрузка?", *, by: int = 1, where: str = "-10") -> InboundMessage:
    """Let a member of a group write there."""
    said = says(text, at=desk.now, by=person(by, name=f"Участник {by}"))
    return replace(said, sender=group(where), speaker=said.sender, thread=where)


async def test_edge39_a_member_who_writes_is_named_in_the_message_and_makes_no_card(desk: Desk) -> None:
    await desk.receive(asks(desk))

    assert (await desk.one("contacts"))["name"] == "Закупки"
    assert (await desk.one("messages"))["fields"] == [["👤", "Участник 1"]]


async def test_edge39_a_colleagues_word_in_a_group_nobody_wrote_in_makes_no_client(desk: Desk) -> None:
    desk.staff["tg_user", "", "1"] = await id_of(desk, "anna")  # type: ignore[assignment]
    await desk.receive(asks(desk))

    assert await desk.rows("contacts") == await desk.rows("waits") == []


async def test_edge39_a_group_that_moves_to_another_id_is_the_same_client_in_the_same_thread(desk: Desk) -> None:
    await desk.receive(asks(desk))
    moved = ReachChanged("-10", ReachState.moved, desk.now, moved_to="-1010", sender=group("-10", "-1010"))
    await desk.receive(moved)
    desk.clock.move(MINUTE)
    await desk.receive(asks(desk, "Ау", where="-1010"))

    assert len(await desk.rows("contacts")) == 1
    assert (await desk.one("threads"))["external_id"] == "-1010"
    assert (await desk.one("waits"))["requests"] == 2


async def test_edge39_a_thread_of_a_hub_before_becomes_the_groups(desk: Desk) -> None:
    alone = asks(desk)
    await desk.receive(replace(alone, sender=person(1), speaker=None))
    await desk.receive(asks(desk, "Ау"))

    card = await desk.one("contacts", "name = 'Закупки'")
    assert (await desk.one("threads"))["contact_id"] == card["id"]
